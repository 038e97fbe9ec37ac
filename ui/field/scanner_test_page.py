"""Test the hand scanner: a symbol to scan, the data that arrived, and how to set up the scanner."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QLineEdit, QWidget

from eum_app.domain.errors import KnownError
from eum_app.domain.visits import ReadBy
from eum_app.scanning.scanner_check import BEST_DELAY_MS, CALIBRATION, Measured, Way, check_scan, measure, way_of
from eum_app.scanning.wedge import Burst, Refused, Why
from ui.devices.serial_line import ports_there
from ui.field.parts import named
from ui.field.scanner_sheet import hints, write_sheet
from ui.field.symbols import symbol_image
from ui.kit import settings, words
from ui.kit.desk import Desk
from ui.kit.page import Page
from ui.kit.scan_words import refusal_text
from ui.kit.settings import ScannerSettings, ScannerTested
from ui.kit.theme import theme
from ui.kit.widgets import (
    Card,
    ColumnPart,
    Columns,
    DropDown,
    FormField,
    KeyValueGrid,
    button,
    hbox,
    label,
    scrolled,
    set_look,
    vbox,
)
from ui.kit.widgets.path_field import PathField
from ui.shared.mark_view import mark_text

_SIDE = 200
_TONES = {"whole": "ok", "as_pictures": "ok", "as_text": "ok", "lost": "bad", "layout": "bad", "cut": "bad"}
_TONES |= {"slow": "bad", "caps_lock": "bad"}
_USABLE = frozenset({"whole", "as_pictures", "as_text"})
"""Kinds of scans whose measurements are saved."""
_ESCAPES = (("\r", "\\r"), ("\n", "\\n"), ("\t", "\\t"), ("\x02", "\\x02"), ("\x03", "\\x03"))


class ScannerTestPage(Page):
    """Show the data that arrives from a scanner, measure how it comes, and save the scanner's settings."""

    takes_scans = True

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("scanner_test_page")
        self._desk = desk
        self._burst: Burst | None = None
        self.set_title(self.tr("Hand scanner"))
        self.add_action(self.tr("Back to the visits"), "Esc", lambda: self.navigate_requested.emit("visits", None))
        self._columns = Columns(
            [
                ColumnPart("scan", self.tr("Scan"), self._symbol_card(), 36),
                ColumnPart("arrived", self.tr("Arrived"), self._arrived_card(), 40),
                ColumnPart("settings", self.tr("Settings"), self._settings_card(), 36),
            ],
            front="scan",
        )
        self.body.addWidget(self._columns, 1)

    def _symbol_card(self) -> Card:
        card = Card(self.tr("Scan this symbol"))
        symbol = named(label(), "calibration_symbol")
        side = theme().dp(_SIDE)
        symbol.setPixmap(
            QPixmap.fromImage(symbol_image(CALIBRATION)).scaled(
                side, side, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
        )
        symbol.setAccessibleName(self.tr("Data Matrix to scan"))
        how = vbox(*(label(f"{at}.  {hint}", wrap=True) for at, hint in enumerate(hints(), 1)), spacing=8)
        inner = QWidget()
        inner.setLayout(
            vbox(
                hbox(1, symbol, 1, margins=(0, 8, 0, 8)),
                label(self.tr("Set up the scanner like this"), "strong"),
                how,
                1,
                margins=(16, 8, 16, 16),
                spacing=8,
            )
        )
        card.add(scrolled(inner), 1)
        self.sheet = PathField(
            self.tr("Sheet to print, as PDF"), object_name="scanner_sheet", filters=self.tr("PDF (*.pdf)"), kind="save"
        )
        self.sheet.submitted.connect(self._save_sheet)
        save = named(button(self.tr("Save the sheet"), self._save_sheet, icon="printer"), "save_sheet_button")
        card.add_foot(self.sheet, hbox(1, save))
        return card

    def _arrived_card(self) -> Card:
        card = Card(self.tr("What arrived"))
        self.verdict = named(label(self.tr("Nothing yet"), "heading", wrap=True), "scanner_verdict")
        self._advice = label(
            self.tr("Scan the symbol on the left, from the screen or from the printed sheet."), wrap=True
        )
        self.read = KeyValueGrid(margins=(0, 8, 0, 0), key_width=96)
        inner = QWidget()
        inner.setLayout(vbox(self.verdict, self._advice, self.read, 1, margins=(16, 12, 16, 16), spacing=8))
        card.add(scrolled(inner), 1)
        return card

    def _settings_card(self) -> Card:
        scanner = settings.current().value(settings.SCANNER)
        card = Card(self.tr("Settings of this device"))
        self.prefix, self.suffix = (
            self._line("scanner_prefix", scanner.prefix),
            self._line("scanner_suffix", scanner.suffix),
        )
        self.gap = self._line("scanner_gap", f"{scanner.max_gap_ms:g}")
        self.port = named(DropDown(), "scanner_port")
        self.port.addItem(self.tr("None"), "")
        for name in sorted({*ports_there(), scanner.serial_port} - {""}):
            self.port.addItem(name, name)
        self.port.setCurrentIndex(max(0, self.port.findData(scanner.serial_port)))
        self.baud = named(DropDown(), "scanner_baud")
        for rate in (9600, 19200, 38400, 57600, 115200):
            self.baud.addItem(str(rate), rate)
        self.baud.setCurrentIndex(max(0, self.baud.findData(scanner.serial_baud)))
        self.port_prefix = self._line("scanner_port_prefix", scanner.serial_prefix)
        self.port_suffix = self._line("scanner_port_suffix", scanner.serial_suffix)
        self._gap_field = FormField(self.tr("Longest pause between characters, ms"), self.gap)
        inner = QWidget()
        inner.setLayout(
            vbox(
                label(self.tr("Keyboard"), "strong"),
                FormField(self.tr("Prefix to remove"), self.prefix),
                FormField(self.tr("Suffix to remove (before Enter)"), self.suffix),
                self._gap_field,
                label(self.tr("Serial port"), "strong"),
                FormField(self.tr("Port"), self.port),
                FormField(self.tr("Speed, baud"), self.baud),
                FormField(self.tr("Prefix"), self.port_prefix),
                FormField(self.tr("Suffix"), self.port_suffix),
                1,
                margins=(16, 12, 16, 16),
                spacing=10,
            )
        )
        card.add(scrolled(inner), 1)
        save = named(button(self.tr("Use these settings"), self._save, kind="primary"), "save_scanner_button")
        card.add_foot(hbox(1, save))
        return card

    @staticmethod
    def _line(name: str, value: str) -> QLineEdit:
        made = named(QLineEdit(), name)
        made.setMaxLength(40)
        made.setText(_shown(value))
        return made

    # What arrives

    def note_scan_heard(self, burst: Burst) -> None:
        """Note how the keys of the scan that follows came."""
        self._burst = burst

    def mark_scanned(self, raw: bytes, read_by: str) -> None:
        """Show the data of a scan, what is wrong with it, and how to correct the scanner.

        A usable scan by keys also saves what was measured: the longest pause, and after a complete one prefix and
        suffix. They apply at once and replace text in their fields. The notice shows an error in saving.
        """
        burst, self._burst = self._burst, None
        measured = None
        if burst is not None and read_by == ReadBy.WEDGE:
            measured = measure(burst.sent, burst.slowest_ms, burst.end)
            raw = CALIBRATION if measured.is_complete else raw
        check = check_scan(raw)
        kind = check.kind if measured is None else _kind_of(measured, check.kind)
        self._say(kind, *self._said(kind, measured))
        ways = burst.ways if burst is not None else frozenset[str]()
        by = self.tr("Serial port") if read_by == "serial" else self.tr("Keyboard")
        self.read.clear()
        self.read.add(self.tr("Arrived by"), by)
        self.separators = self.read.add(self.tr("Separators"), self._way_said(way_of(raw, ways, read_by)))
        self.read.add(self.tr("AIM prefix"), check.prefix or self.tr("None"), mono=True)
        if measured is not None:
            self._show_measured(measured)
            if kind in _USABLE:
                self._keep_measured(measured)
        self.read.add(self.tr("Readable"), mark_text(raw), mono=True)
        self.read.add(self.tr("Bytes"), raw.hex(" "), mono=True)
        self._columns.bring_to_front("arrived")

    def scan_refused(self, refused: Refused) -> None:
        """Say what to change when the keys of a scan could not be used."""
        if refused.why is Why.TOO_SLOW:
            self._say("slow", *self._slow_said(refused.slowest_ms))
        elif refused.why is Why.TOO_SHORT:
            self._say("slow", self.tr("Only a few characters arrived"), refusal_text(refused))
        else:
            pause = self.tr("There was a pause of {pause} ms in it. Scan again; if it stays so, use a cable.")
            self._say(
                "slow", self.tr("The scan was interrupted"), pause.format(pause=words.count(round(refused.slowest_ms)))
            )
        self.read.clear()
        self._columns.bring_to_front("arrived")

    def _say(self, kind: str, title: str, advice: str) -> None:
        self.verdict.setText(title)
        self._advice.setText(advice)
        set_look(self.verdict, "tone", _TONES.get(kind, "warn"))

    def _slow_said(self, slowest_ms: float) -> tuple[str, str]:
        return (
            self.tr("Too slow: set it below {limit} ms").format(limit=BEST_DELAY_MS),
            self.tr(
                "The slowest gap between two characters was {gap} ms. Set the scanner's delay between characters to"
                " none, or below {limit} ms, then scan again."
            ).format(gap=words.count(round(slowest_ms)), limit=BEST_DELAY_MS),
        )

    def _show_measured(self, measured: Measured) -> None:
        self.read.add(self.tr("Slowest gap"), self.tr("{gap} ms").format(gap=words.count(round(measured.slowest_ms))))
        self.read.add(self.tr("Characters"), words.count(measured.characters))
        self.read.add(self.tr("Ends with"), measured.end or self.tr("Nothing"))
        self.read.add(self.tr("Keyboard layout"), measured.layout)
        self.read.add(self.tr("Caps Lock"), self.tr("On") if measured.has_caps_lock else self.tr("Off"))

    def _keep_measured(self, measured: Measured) -> None:
        """Save the measurements for this device, and use them at once."""
        scanner = settings.current().value(settings.SCANNER)
        before = scanner.tested.shortest if scanner.tested is not None else measured.characters
        tested = ScannerTested(
            slowest_gap_ms=measured.slowest_ms,
            shortest=min(before, measured.characters),
            end=measured.end,
            layout=measured.layout,
            has_caps_lock=measured.has_caps_lock,
        )
        changed = msgspec.structs.replace(scanner, tested=tested, max_gap_ms=measured.max_gap_ms)
        if measured.is_complete:
            changed = msgspec.structs.replace(changed, prefix=measured.prefix, suffix=measured.suffix)
        self._show_settings(changed)
        try:
            settings.current().keep(settings.SCANNER, changed)
        except KnownError as error:
            self.notice.show_error(error)

    def _show_settings(self, scanner: ScannerSettings) -> None:
        self.prefix.setText(_shown(scanner.prefix))
        self.suffix.setText(_shown(scanner.suffix))
        self.gap.setText(f"{scanner.max_gap_ms:g}")

    def _way_said(self, way: Way) -> str:
        return {
            "bytes": self.tr("as control characters, byte for byte"),
            "control": self.tr("as control characters (Ctrl codes)"),
            "alt_keypad": self.tr("as Alt and digits on the keypad"),
            "mapped": self.tr("as the keys or texts in this device's settings"),
            "pictures": self.tr("as pictures of control characters (␝ ␞ ␄)"),
            "caret": self.tr("as caret text (^] ^^ ^D)"),
            "names": self.tr("as names in text (<GS> <RS> <EOT>)"),
            "none": self.tr("not at all"),
        }[way]

    def _said(self, kind: str, measured: Measured | None) -> tuple[str, str]:
        if kind == "slow" and measured is not None:
            return self._slow_said(measured.slowest_ms)
        if kind == "caps_lock":
            return self.tr("Caps Lock is on"), self.tr("Switch Caps Lock off on this computer, then scan again.")
        if kind == "layout" and measured is not None and measured.layout != "US":
            title = self.tr("Wrong keyboard layout: this computer uses {layout}")
            return title.format(layout=measured.layout), self.tr(
                "Set the scanner to the keyboard layout of this computer, then scan again."
            )
        return {
            "whole": (self.tr("Every character arrived"), self.tr("Separators arrive as control characters.")),
            "as_pictures": (
                self.tr("Understood: separators arrive as pictures"),
                self.tr("Nothing is lost. Sending control characters would be better."),
            ),
            "as_text": (
                self.tr("Understood: separators arrive as text"),
                self.tr("Nothing is lost. Sending control characters would be better."),
            ),
            "lost": (
                self.tr("The separators are lost"),
                self.tr("Marks would be ambiguous. Set the scanner to send control characters, then scan again."),
            ),
            "layout": (
                self.tr("Characters were changed"),
                self.tr("Scanner and computer use different keyboard layouts. Set both to the same one."),
            ),
            "cut": (
                self.tr("The scan was cut off"),
                self.tr("Set the delay between characters to none, or allow a longer pause here."),
            ),
        }.get(
            kind,
            (self.tr("This is not the symbol to scan"), self.tr("What arrived is shown below. Scan the symbol here.")),
        )

    # Keeping

    def _save(self) -> None:
        try:
            gap = float(self.gap.text())
        except ValueError:
            gap = 0
        if not 5 <= gap <= 500:
            self._gap_field.set_error(self.tr("A number from 5 to 500"))
            return
        self._gap_field.set_error("")
        scanner: ScannerSettings = msgspec.structs.replace(
            settings.current().value(settings.SCANNER),
            prefix=_real(self.prefix.text()),
            suffix=_real(self.suffix.text()),
            max_gap_ms=gap,
            serial_port=str(self.port.currentData()),
            serial_baud=int(self.baud.currentData()),
            serial_prefix=_real(self.port_prefix.text()),
            serial_suffix=_real(self.port_suffix.text()),
        )
        try:
            settings.current().keep(settings.SCANNER, scanner)
        except KnownError as error:
            self.notice.show_error(error)
        else:
            self.notice.show_message("ok", self.tr("The device uses these settings from now on."))

    def _save_sheet(self) -> None:
        path = self.sheet.path
        if path is None:
            self.sheet.edit.setFocus()
            return
        try:
            write_sheet(path)
        except KnownError as error:
            self.notice.show_error(error)
        else:
            self.notice.show_message("ok", self.tr("Saved: {path}").format(path=path.name))


def _kind_of(measured: Measured, kind: str) -> str:
    """Return the most important thing to say about a scan by keys."""
    if measured.layout != "US":
        return "layout"
    if measured.has_caps_lock:
        return "caps_lock"
    return "slow" if measured.is_too_slow else kind


def _shown(text: str) -> str:
    for real, shown in _ESCAPES:
        text = text.replace(real, shown)
    return text


def _real(text: str) -> str:
    for real, shown in _ESCAPES:
        text = text.replace(shown, real)
    return text
