"""Fields that show and correct how a list is read: encoding, delimiter, sheet, dates, columns, profile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QSizePolicy, QWidget

from eum_app.domain.facts import ProfileSaved
from eum_app.list_files.headings import Layout, columns_of
from eum_app.list_files.inventory_table import DELIMITERS, ENCODINGS
from eum_app.list_files.list_file import REJECTED_HEADINGS, Profile
from eum_app.usecases.lists.list_profiles import fitting, profile_of
from ui.kit.messages import column_word
from ui.kit.theme import inset
from ui.kit.widgets import Card, button, flow, hbox, label, panel, rule, scrolled, vbox
from ui.shared.page_parts import choices, fill_choices, named

_ENCODING_NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 with a mark",
    "utf-16": "UTF-16",
    "cp1252": "Windows-1252 (Western)",
    "cp1250": "Windows-1250 (Central Europe)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp1253": "Windows-1253 (Greek)",
    "cp1254": "Windows-1254 (Turkish)",
    "cp1255": "Windows-1255 (Hebrew)",
    "cp1256": "Windows-1256 (Arabic)",
    "cp1257": "Windows-1257 (Baltic)",
    "cp1258": "Windows-1258 (Vietnamese)",
    "cp874": "Windows-874 (Thai)",
    "cp932": "Windows-932 (Japanese)",
    "cp936": "Windows-936 (Simplified Chinese)",
    "gb18030": "GB 18030 (Simplified Chinese)",
    "cp949": "Windows-949 (Korean)",
    "cp950": "Windows-950 (Traditional Chinese)",
    "cp866": "DOS 866 (Cyrillic)",
    "koi8_u": "KOI8-U (Ukrainian)",
    "mac_roman": "Mac Roman",
    "mac_cyrillic": "Mac Cyrillic",
}
_DELIMITER_NAMES = {",": ",", ";": ";", "\t": "Tab", "|": "|"}


class ReadAs(Card):
    """`chosen` carries the profile that the person set. Parts left as None are detected from the file."""

    chosen = Signal(object)
    save_requested = Signal(str)

    def __init__(self) -> None:
        super().__init__(self.tr("How it is read"))
        self._profile = Profile()
        self._layout: Layout | None = None
        self._headings: tuple[str, ...] = ()
        self._saved: list[ProfileSaved] = []
        self._boxes: dict[str, QComboBox] = {}
        self._shown: list[QWidget] = []
        self._offered: ProfileSaved | None = None
        self._build()

    def _build(self) -> None:
        self._profiles = choices("list_profile", self.tr("None"))
        self._encoding = choices("list_encoding", self.tr("Detect"))
        self._delimiter = choices("list_delimiter", self.tr("Detect"))
        self._sheet = choices("list_sheet", self.tr("Detect"))
        self._order = choices("list_date_order", self.tr("Detect"))
        self._fields = {
            "profile": _line(self.tr("Profile"), self._profiles),
            "encoding": _line(self.tr("Encoding"), self._encoding),
            "delimiter": _line(self.tr("Delimiter"), self._delimiter),
            "sheet": _line(self.tr("Sheet"), self._sheet),
            "date_order": _line(self.tr("Dates"), self._order),
        }
        for name, box in self._settings().items():
            box.activated.connect(lambda at, name=name, box=box: self._set(name, box.itemData(at)))
        self._profiles.activated.connect(lambda at: self._use(self._profiles.itemData(at)))
        self._offer_words = label("", "strong", wrap=True)
        self.use_button = button(self.tr("Use this profile"), self._use_offered, icon="check")
        named(self.use_button, "list_profile_use")
        self._offer = panel(vbox(self._offer_words, flow(self.use_button), spacing=8))
        self._offer.hide()
        settings = vbox(*self._fields.values(), spacing=8)
        self._map = QGridLayout()
        inset(self._map, 0, 0, 0, 0, spacing=8)
        self._map.setColumnStretch(0, 2)
        self._map.setColumnStretch(1, 3)
        self._map_title = label(self.tr("Columns: meaning of each heading"), "strong", wrap=True)
        column = vbox(
            self._offer, settings, rule(), self._map_title, self._map, 1, margins=(16, 12, 16, 12), spacing=12
        )
        self.add(scrolled(column), 1)
        self.name = QLineEdit()
        named(self.name, "list_profile_name", self.tr("Name of the profile"))
        self.name.setPlaceholderText(self.tr("Name, e.g. Depot 7 lists"))
        self.name.setMaxLength(60)
        self.name.textChanged.connect(lambda _text: self._follow())
        self.name.returnPressed.connect(self._save)
        self.save_button = button(self.tr("Save profile"), self._save, icon="check")
        named(self.save_button, "list_profile_save")
        line = hbox(self.name, self.save_button, spacing=8)
        line.setStretch(0, 1)
        self.add_foot(line)
        self._follow()

    def _settings(self) -> dict[str, QComboBox]:
        return {
            "encoding": self._encoding,
            "delimiter": self._delimiter,
            "sheet": self._sheet,
            "date_order": self._order,
        }

    # What is shown

    def forget(self) -> None:
        """Clear all choices, for another file."""
        self._profile = Profile()
        self._offered = None
        self.name.clear()
        self._offer.hide()
        self._profiles.setCurrentIndex(-1)

    def set_saved(self, saved: Sequence[ProfileSaved]) -> None:
        """Offer the saved profiles of this kind of list."""
        self._saved = list(saved)
        self._offer_what_fits()

    @property
    def profile(self) -> Profile:
        return self._profile

    def show_read(
        self, layout: Layout, found: Profile, headings: Sequence[str], sheets: Sequence[str], *, is_workbook: bool
    ) -> None:
        """Show the choices and, beside them, the detected values (`found`); `headings` as far as they are known."""
        wanted = self._profile
        self._fill(
            "encoding", wanted.encoding, found.encoding, [(_ENCODING_NAMES.get(name, name), name) for name in ENCODINGS]
        )
        delimiters = [(_DELIMITER_NAMES[mark], mark) for mark in DELIMITERS]
        self._fill("delimiter", wanted.delimiter, found.delimiter, delimiters)
        self._fill("sheet", wanted.sheet, found.sheet, [(name, name) for name in sheets])
        orders = [(self.tr("Month first"), "month first"), (self.tr("Day first"), "day first")]
        self._fill("date_order", wanted.date_order, found.date_order, orders)
        for name in ("encoding", "delimiter"):
            self._fields[name].setVisible(not is_workbook)
        self._fields["sheet"].setVisible(is_workbook)
        self._show_columns(layout, found, headings)
        self._offer_what_fits()
        self._follow()

    def _fill(self, name: str, wanted: str | None, found: str | None, entries: list[tuple[str, str]]) -> None:
        box = self._settings()[name]
        words = {value: text for text, value in entries}
        if name == "date_order":
            words["not needed"] = self.tr("not needed")
        known = words.get(found or "", found or "")
        first = self.tr("Detected: {what}").format(what=known) if known and wanted is None else self.tr("Detect")
        fill_choices(box, [(first, None), *entries])
        box.setCurrentIndex(max(0, box.findData(wanted)) if wanted is not None else 0)

    def _show_columns(self, layout: Layout, found: Profile, headings: Sequence[str]) -> None:
        known = tuple(dict.fromkeys(cell.strip() for cell in headings if cell.strip() not in {"", *REJECTED_HEADINGS}))
        if (known, layout) != (self._headings, self._layout):
            self._headings, self._layout = known, layout
            self._make_boxes(layout)
        columns = columns_of(self._headings, layout, found.columns or self._profile.columns)
        for (_, box), column in zip(self._boxes.items(), columns, strict=True):
            box.setCurrentIndex(max(0, box.findData(column)))
        self._map_title.setVisible(bool(known))

    def _make_boxes(self, layout: Layout) -> None:
        for old in self._shown:
            self._map.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._shown, self._boxes = [], {}
        for at, heading in enumerate(self._headings):
            box = choices(f"list_column_{at}", "")
            box.addItem(self.tr("Leave out"), "")
            for column in layout.columns:
                box.addItem(column_word(column), column)
            box.setAccessibleName(self.tr("Meaning of the heading {heading}").format(heading=heading))
            box.activated.connect(lambda at, heading=heading, box=box: self._map_to(heading, box.itemData(at)))
            words = label(heading, "body", wrap=True)
            words.setBuddy(box)
            words.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
            self._map.addWidget(words, at, 0)
            self._map.addWidget(box, at, 1)
            self._shown += [words, box]
            self._boxes[heading] = box

    # What the person does

    def _set(self, name: str, value: Any) -> None:
        self._profile = msgspec.structs.replace(self._profile, **{name: value})
        self.chosen.emit(self._profile)

    def set_date_order(self, order: str) -> None:
        self._set("date_order", order)

    def _map_to(self, heading: str, column: str) -> None:
        """Set only the person's choice. A guess gives way to it, and returns when the choice is moved elsewhere."""
        self._set("columns", {**self._profile.columns, heading: column})

    def _use(self, saved: ProfileSaved | None) -> None:
        self._profile = profile_of(saved) if saved else Profile()
        self.name.setText(saved.name if saved else "")
        self.chosen.emit(self._profile)

    def _use_offered(self) -> None:
        if self._offered is not None:
            self._profiles.setCurrentIndex(self._profiles.findText(self._offered.name))
            self._use(self._offered)

    def _save(self) -> None:
        if self.save_button.isEnabled():
            self.save_requested.emit(self.name.text())

    def _offer_what_fits(self) -> None:
        same = fitting(self._saved, self._headings) if self._headings else []
        chosen = self._profiles.currentText()
        fill_choices(self._profiles, [(self.tr("None"), None), *[(saved.name, saved) for saved in self._saved]])
        self._profiles.setCurrentIndex(max(0, self._profiles.findText(chosen)) if chosen else 0)
        self._fields["profile"].setVisible(bool(self._saved))
        self._offered = same[0] if same else None
        in_use = self._offered is not None and self._profiles.currentText() == self._offered.name
        words = self.tr("The profile “{name}” was saved for lists with these headings.")
        self._offer_words.setText(words.format(name=self._offered.name) if self._offered else "")
        self._offer.setVisible(self._offered is not None and not in_use)

    def _follow(self) -> None:
        self.save_button.setEnabled(bool(self.name.text().strip()) and bool(self._headings))


def _line(name: str, box: QComboBox) -> QWidget:
    words = label(name, "body", wrap=True)
    words.setBuddy(box)
    box.setAccessibleName(name)
    line = hbox(words, box, spacing=8)
    line.setStretch(0, 2)
    line.setStretch(1, 3)
    return panel(line)
