"""The filters of a report as fields, built from the report's own list of filters."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QWidget

from db.queries.items import SiteRow
from db.queries.visits import VisitRow
from eum_app.usecases.reporting.report import Filter, FilterKind, Report
from eum_app.wording.report_words import WORDS
from ui.kit.theme import inset
from ui.kit.widgets import FormField
from ui.kit.words import day, joined
from ui.shared.page_parts import choices, fill_choices

translate = QCoreApplication.translate


TYPING_MS = 200
COLUMNS = 3
_TYPED = (FilterKind.TEXT, FilterKind.DAY)


def said(text: str) -> str:
    """Return a title of a report, filter or column in the reader's language; one without a translation as it is."""
    return translate("reports", text)


class FilterBar(QWidget):
    """A leading field, then one for each filter of a report. `changed` is emitted on a choice, or when
    typing pauses.
    """

    changed = Signal()

    def __init__(self, leading: QWidget) -> None:
        super().__init__()
        self._report: Report | None = None
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING_MS)
        self._typing.timeout.connect(self.changed)
        self._forms: list[FormField] = []
        self.fields: dict[str, QComboBox | QLineEdit] = {}
        self._grid = QGridLayout(self)
        inset(self._grid, 0, 0, 0, 0, spacing=12)
        self._grid.addWidget(leading, 0, 0)
        for at in range(COLUMNS):
            self._grid.setColumnStretch(at, 1)

    def take(self, report: Report) -> None:
        """Show the fields of another report, with their default values."""
        self._typing.stop()
        for form in self._forms:
            self._grid.removeWidget(form)
            form.setParent(None)
            form.deleteLater()
        self._report = report
        self.fields = {one.name: self._field(one) for one in report.filters}
        self._forms = [FormField(said(one.title), self.fields[one.name]) for one in report.filters]
        for at, form in enumerate(self._forms, 1):
            self._grid.addWidget(form, at // COLUMNS, at % COLUMNS)

    @property
    def _filters(self) -> tuple[Filter, ...]:
        return self._report.filters if self._report else ()

    def wanted(self) -> dict[str, str]:
        """Return the value of each filter by its name, as the fields have it now; empty is "all".

        Typed values have no blanks around them, and are in upper case where the filter asks for it. Without a report
        there are none.
        """
        return {one.name: self._value(one) for one in self._filters}

    @property
    def missing(self) -> str:
        """Return the title of the first required filter without a value; empty when none is missing."""
        wanted = self.wanted()
        return next((said(one.title) for one in self._filters if one.is_required and not wanted[one.name]), "")

    def offer(self, sites: Sequence[SiteRow], visits: Sequence[VisitRow]) -> None:
        """Fill the fields for sites, countries and visits with the values in the store. No signal is emitted.

        A chosen value stays chosen if it is still among them.
        """
        found: dict[FilterKind, list[tuple[str, str]]] = {
            FilterKind.SITE: [(site.name, site.site_id) for site in sites],
            FilterKind.COUNTRY: [(country, country) for country in sorted({site.country for site in sites})],
            FilterKind.VISIT: [
                (joined(visit.site, day(visit.due_on), visit.device), visit.visit_id) for visit in visits
            ],
        }
        for one in self._filters:
            field = self.fields[one.name]
            if one.kind in found and isinstance(field, QComboBox):
                none = [] if one.is_required else [(self._all(one), "")]
                fill_choices(field, [*none, *found[one.kind]])

    def _field(self, one: Filter) -> QComboBox | QLineEdit:
        name = f"report_{one.option_name.replace('-', '_')}"
        if one.kind in _TYPED:
            line = QLineEdit()
            line.setObjectName(name)
            line.setPlaceholderText("YYYY-MM-DD" if one.kind is FilterKind.DAY else self._all(one))
            line.setMaxLength(40)
            line.textChanged.connect(lambda _text: self._typing.start())
            return line
        box = choices(name, self.tr("Choose") if one.is_required else self._all(one))
        if one.kind is FilterKind.CHOICE:
            none = [] if one.default else [(self._all(one), "")]
            fill_choices(box, [*none, *[(said(WORDS.get(choice, choice)), choice) for choice in one.choices]])
            box.setCurrentIndex(max(0, box.findData(one.default)))
        box.currentIndexChanged.connect(lambda _at: self.changed.emit())
        return box

    def _all(self, one: Filter) -> str:
        return self.tr("{filter}: all").format(filter=said(one.title))

    def _value(self, one: Filter) -> str:
        field = self.fields[one.name]
        text = field.text().strip() if isinstance(field, QLineEdit) else str(field.currentData() or "")
        return text.upper() if one.is_upper_case else text
