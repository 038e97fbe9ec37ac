"""The form for an inquiry: the request, its parties, its articles, and the license or exemption."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QPlainTextEdit, QWidget

from eum_app.domain.clock import date_of
from eum_app.domain.inquiries import CheckKind, Held, PartyRole, SiteVisit
from eum_app.usecases.inquiries.inquiry_lists import shipped_inquiry_lists
from eum_app.usecases.inquiries.request import MAX_CHARS, Article, NewInquiry, Party
from eum_app.usecases.items.disposition_statement import MAX_TEXT
from ui.kit.guard import guarded
from ui.kit.theme import inset, theme
from ui.kit.widgets import Card, FormField, button, hbox, label, panel, scrolled, vbox
from ui.kit.words import word
from ui.shared.page_parts import choices, fill_choices, named


def line(name: str, accessible: str = "", placeholder: str = "") -> QLineEdit:
    """Return a line for text of a limited length."""
    made: QLineEdit = named(QLineEdit(), name, accessible)
    made.setMaxLength(MAX_CHARS)
    made.setPlaceholderText(placeholder or accessible)
    return made


class _PartyRow(QWidget):
    changed = Signal()

    def __init__(self, at: int) -> None:
        super().__init__()
        self.role = choices(f"party_{at}_role", self.tr("Role"))
        self.role.setAccessibleName(self.tr("Role"))
        fill_choices(self.role, [(word("party_role", one), one.value) for one in PartyRole])
        self.name = line(f"party_{at}_name", self.tr("Name"))
        self.country = line(f"party_{at}_country", self.tr("Country"))
        self.reference = line(f"party_{at}_reference", self.tr("Registration"))
        grid = QGridLayout(self)
        inset(grid, 0, 0, 0, 6, spacing=6)
        for part, row, column in ((self.role, 0, 0), (self.name, 0, 1), (self.country, 1, 0), (self.reference, 1, 1)):
            grid.addWidget(part, row, column)
        for column, stretch in ((0, 2), (1, 3)):
            grid.setColumnStretch(column, stretch)
        self.role.currentIndexChanged.connect(self.changed)
        for field in (self.name, self.country, self.reference):
            field.textChanged.connect(self.changed)

    @property
    def is_empty(self) -> bool:
        fields = (self.name, self.country, self.reference)
        return self.role.currentIndex() < 0 and not any(field.text().strip() for field in fields)

    @property
    def is_whole(self) -> bool:
        return self.role.currentIndex() >= 0 and bool(self.name.text().strip())

    def party(self) -> Party:
        return Party(
            role=str(self.role.currentData() or ""),
            name=self.name.text(),
            country=self.country.text(),
            reference=self.reference.text(),
        )

    def fill(self, one: Party) -> None:
        self.role.setCurrentIndex(self.role.findData(one.role))
        self.name.setText(one.name)
        self.country.setText(one.country)
        self.reference.setText(one.reference)


class _ArticleRow(QWidget):
    changed = Signal()

    def __init__(self, at: int) -> None:
        super().__init__()
        self.quantity = line(f"article_{at}_quantity", self.tr("Quantity"))
        self.usml = line(f"article_{at}_usml", self.tr("USML category"), self.tr("XII(c)"))
        self.description = line(f"article_{at}_description", self.tr("Article"))
        row = hbox(spacing=6)
        for part, stretch in ((self.quantity, 2), (self.usml, 2), (self.description, 5)):
            row.addWidget(part, stretch)
            part.textChanged.connect(self.changed)
        self.setLayout(row)

    @property
    def is_empty(self) -> bool:
        return not any(field.text().strip() for field in (self.quantity, self.usml, self.description))

    @property
    def is_whole(self) -> bool:
        return bool(self.quantity.text().strip() and self.description.text().strip())

    def article(self) -> Article:
        return Article(description=self.description.text(), usml=self.usml.text(), quantity=self.quantity.text())

    def fill(self, one: Article) -> None:
        self.quantity.setText(one.quantity)
        self.usml.setText(one.usml)
        self.description.setText(one.description)


@guarded
class InquiryForm(Card):
    """The form for a request. `confirmed` carries a `NewInquiry` and, for a correction, its reason."""

    confirmed = Signal(object, str)
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__(self.tr("Open an inquiry"))
        self.setObjectName("inquiry_form")
        self._is_correction = False
        self._texts: dict[str, QLineEdit] = {}
        self._boxes: dict[str, QComboBox] = {}
        self.parties: list[_PartyRow] = []
        self.articles: list[_ArticleRow] = []
        self._party_rows, self._article_rows = vbox(spacing=4), vbox(spacing=6)
        self._grid = QGridLayout()
        inset(self._grid, 0, 0, 0, 0, spacing=10)
        for column in (0, 1):
            self._grid.setColumnStretch(column, 1)
        self.reason = named(QPlainTextEdit(), "inquiry_reason")
        self.reason.setTabChangesFocus(True)
        self.reason.textChanged.connect(self._follow)
        self.why = line("inquiry_why", "", self.tr("E.g. the request was corrected"))
        self.why.setMaxLength(MAX_TEXT)
        self.why.textChanged.connect(self._follow)
        self._why_field = FormField(self.tr("Why the request is stated again"), self.why)
        self._build()
        theme().changed.connect(self._fit)
        self._fit()

    def _build(self) -> None:
        day = self.tr("Year-month-day")
        self._text("reference", self.tr("Number of the inquiry"), 0, 0, self.tr("E.g. BL-0031"))
        self._choice(
            "kind", self.tr("Kind of check"), 0, 1, [(word("inquiry_kind", one), one.value) for one in CheckKind]
        )
        self._text("country", self.tr("Country"), 1, 0)
        self._text("post", self.tr("Post"), 1, 1)
        self._text("requested_by", self.tr("Requested by"), 2, 0)
        self._text("requested_on", self.tr("Requested on"), 2, 1, day)
        self._text("due_on", self.tr("Answer due on"), 3, 0, day)
        visits = [(word("site_visit", one), one.value) for one in SiteVisit]
        self._choice("site_visit", self.tr("Site visit"), 3, 1, visits)
        self._grid.addWidget(FormField(self.tr("Reason for the check"), self.reason), 4, 0, 1, 2)
        forms = [(one.code, one.code) for one in shipped_inquiry_lists()[-1].forms]
        self._choice("form", self.tr("License form"), 5, 0, forms)
        self._text("number", self.tr("License number"), 5, 1)
        self._text("exemption", self.tr("Exemption, if any"), 6, 0, self.tr("E.g. 22 CFR 126.7"))
        self._text("valid_until", self.tr("Valid until"), 6, 1, day)
        self._choice("dsp83", self.tr("Certificate DSP-83"), 7, 0, [(word("held", one), one.value) for one in Held])
        add_party = named(button(self.tr("Add a party"), self.add_party, icon="plus"), "inquiry_add_party")
        add_article = named(button(self.tr("Add an article"), self.add_article, icon="plus"), "inquiry_add_article")
        self._missing = label("", "sub", wrap=True)
        self.confirm_button = named(
            button(self.tr("Open the inquiry"), self._confirm, kind="primary"), "inquiry_confirm"
        )
        cancel = named(button(self.tr("Cancel"), self.cancelled.emit, tip=self.tr("Cancel (Esc)")), "inquiry_cancel")
        fields = vbox(
            self._grid,
            label(self.tr("Parties"), "strong"),
            panel(self._party_rows),
            hbox(add_party, 1),
            label(self.tr("Articles"), "strong"),
            panel(self._article_rows),
            hbox(add_article, 1),
            self._why_field,
            1,
            margins=(16, 12, 16, 12),
            spacing=10,
        )
        self.add(scrolled(fields), 1)
        self.add_foot(self._missing, hbox(cancel, 1, self.confirm_button))

    def _text(self, key: str, name: str, row: int, column: int, hint: str = "") -> None:
        made = line(f"inquiry_{key}", "", hint)
        made.textChanged.connect(self._follow)
        self._texts[key] = made
        self._grid.addWidget(FormField(name, made), row, column, Qt.AlignmentFlag.AlignTop)

    def _choice(self, key: str, name: str, row: int, column: int, entries: list[tuple[str, str]]) -> None:
        made = choices(f"inquiry_{key}", self.tr("Choose"))
        fill_choices(made, entries)
        made.currentIndexChanged.connect(self._follow)
        self._boxes[key] = made
        self._grid.addWidget(FormField(name, made), row, column, Qt.AlignmentFlag.AlignTop)

    def hasHeightForWidth(self) -> bool:
        return False

    def heightForWidth(self, _width: int) -> int:
        return -1  # a stack would ask its page for the whole form's height, which scrolls

    def _fit(self) -> None:
        self.reason.setFixedHeight(theme().dp(64))

    # Rows

    def add_party(self) -> None:
        """Add an empty row for a party, and focus it."""
        made = _PartyRow(len(self.parties))
        made.changed.connect(self._follow)
        self.parties.append(made)
        self._party_rows.addWidget(made)
        made.role.setFocus(Qt.FocusReason.OtherFocusReason)

    def add_article(self) -> None:
        """Add an empty row for an article, and focus it."""
        made = _ArticleRow(len(self.articles))
        made.changed.connect(self._follow)
        self.articles.append(made)
        self._article_rows.addWidget(made)
        made.quantity.setFocus(Qt.FocusReason.OtherFocusReason)

    def _drop_rows(self) -> None:
        for row in self.parties:
            self._party_rows.removeWidget(row)
            row.hide()
            row.deleteLater()
        for one in self.articles:
            self._article_rows.removeWidget(one)
            one.hide()
            one.deleteLater()
        self.parties, self.articles = [], []

    def start(self, known: NewInquiry | None = None) -> None:
        """Clear the form for a new inquiry, or fill in a known one to correct it. Nothing else is chosen."""
        self._is_correction = known is not None
        self.set_title(self.tr("Correct the request") if known else self.tr("Open an inquiry"))
        self.confirm_button.setText(self.tr("Record the correction") if known else self.tr("Open the inquiry"))
        self._why_field.setVisible(known is not None)
        self.why.clear()
        for key, field in self._texts.items():
            field.setText(getattr(known, key) if known else "")
        for key, box in self._boxes.items():
            value = getattr(known, key) if known else ""
            if value and box.findData(value) < 0:  # one that the list does not know is kept, not dropped
                box.addItem(value, value)
            box.setCurrentIndex(box.findData(value) if known else -1)
        self.reason.setPlainText(known.reason if known else "")
        self._drop_rows()
        for party in known.parties if known else (None,):
            self.add_party()
            if party is not None:
                self.parties[-1].fill(party)
        for article in known.articles if known else (None,):
            self.add_article()
            if article is not None:
                self.articles[-1].fill(article)
        self._follow()
        self._texts["reference"].setFocus(Qt.FocusReason.OtherFocusReason)

    def _follow(self) -> None:
        text = {key: field.text().strip() for key, field in self._texts.items()}
        parties = [row for row in self.parties if not row.is_empty]
        articles = [row for row in self.articles if not row.is_empty]
        lacking = (
            (self.tr("number of the inquiry"), not text["reference"]),
            (self.tr("kind of check"), self._boxes["kind"].currentIndex() < 0),
            (self.tr("country"), not text["country"]),
            (self.tr("who requested it"), not text["requested_by"]),
            (self.tr("day of the request"), date_of(text["requested_on"]) is None),
            (self.tr("due day"), date_of(text["due_on"]) is None),
            (self.tr("reason for the check"), not self.reason.toPlainText().strip()),
            (self.tr("a party with role and name"), not parties or not all(row.is_whole for row in parties)),
            (self.tr("an article with its quantity"), not articles or not all(row.is_whole for row in articles)),
            (self.tr("why the request is stated again"), self._is_correction and not self.why.text().strip()),
        )
        missing = [name for name, lacks in lacking if lacks]
        self._missing.setText(self.tr("Still to fill in: {names}").format(names=", ".join(missing)) if missing else "")
        self.confirm_button.setEnabled(not missing)

    def stated(self) -> NewInquiry:
        """Return the request as it is filled in."""
        return NewInquiry(
            reason=self.reason.toPlainText(),
            parties=tuple(row.party() for row in self.parties if not row.is_empty),
            articles=tuple(row.article() for row in self.articles if not row.is_empty),
            **{key: field.text().strip() for key, field in self._texts.items()},
            **{key: str(box.currentData() or "") for key, box in self._boxes.items()},
        )

    def _confirm(self) -> None:
        self.confirm_button.setEnabled(False)
        self.confirmed.emit(self.stated(), self.why.text() if self._is_correction else "")

    def let_try_again(self) -> None:
        """Enable the form again after a refusal; everything entered stays."""
        self._follow()
