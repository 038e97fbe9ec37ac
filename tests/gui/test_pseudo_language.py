"""Every page of both programs in an invented language: nothing stays in English, nothing is cut, all is mirrored.

The language is English in accents and brackets, longer by 40 %, right to left (`tools.translations.pseudo`). An English
letter on a page is a text that cannot be translated.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QSysInfo, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QGroupBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from assets import asset
from db.queries.activity import activity_by_id, newest_activity_ids
from db.queries.content import WithholdingAskedRow
from eum_app.domain.errors import Trouble
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.people.recovery import RecoveryCodes
from eum_app.usecases.store.erase import Lost, what_is_lost
from tests.builders import Clock, make_store
from tests.gui.field_world import field_at_work
from tests.gui.geometry import cut_parts
from tests.gui.hq_support import hq_window, hq_world, inspected
from tests.gui.test_scale import Idle, cut_on
from tools.translations import collect, release, write_pseudo
from ui.kit.crash_page import CrashPage
from ui.kit.shell import Shell
from ui.kit.tasks import Tasks
from ui.kit.theme import Theme
from ui.kit.translation import load_catalog
from ui.kit.widgets.fit_area import FitArea
from ui.kit.window_dialog import WindowDialog
from ui.people.store_dialogs import EraseDialog, RotatingDialog
from ui.shared.activity.time_dialog import TimeDialog
from ui.shared.withholding import ConfirmDialog, WithholdDialog
from ui.window.first_start import STEPS, FirstStart
from ui.window.recovery import RecoveryPage
from ui.window.unlock import UnlockPage

SCALES = (100, 150)
"""Text sizes in percent. The window stays at 1366 by 768."""
ROWS = 20
"""Of a table, that are looked at."""
EXEMPT = (
    (r"<[^>]*>|&\w+;", "tags of rich text"),
    (r"\b(?:[0-9a-f]{4}\b ?){2,}[0-9a-f]*…?", "fingerprints and hashes in groups"),
    (r"\b[A-Z][a-z]+(?:[A-Z][a-z]+)+ \d", "kinds of fact, as they are written"),
    (r"“[^”]*”", "what a person wrote"),
    (r"[A-Z0-9]{2,}(?:[-/_.:·][A-Za-z0-9]+)*|\w*\d[\w.:/-]*", "codes, serials, versions: the same everywhere"),
    (r"\b(Ctrl|Alt|Shift|Enter|Return|Esc|Space|Tab|PgUp|PgDown|Home|End|Backspace|Up|Down|Left|Right|Del|Ins)\b",
     "keys: Qt names them in its own catalogs"),
    (r"\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b", "months: from the locale, not from a catalog"),
    (r"(?:/|\./|~)[\w./-]*|\b[\w-]+\.(?:csv|eumb|eum|log|pdf|xlsx|json|key)\b|\binbox\b", "paths and names of files"),
)  # fmt: skip
"""Pattern and reason: what may hold English letters in any language."""
EXEMPT_PARTS = {"report_counts": "the counts as the report file states them; report files stay in English"}
"""Object name of a part of a page, and why it may hold English."""


def _checklist_texts() -> Iterator[str]:
    """Yield every text of the shipped checklists. HQ publishes them as facts: they are content."""
    for path in asset("checklists").glob("*.json"):
        yield from _strings(json.loads(path.read_text("utf-8")))


def _strings(node: object) -> Iterator[str]:
    if isinstance(node, str):
        yield node
        yield node.replace("_", " ").capitalize()  # a choice without a caption
    elif isinstance(node, dict | list):
        for part in node.values() if isinstance(node, dict) else node:
            yield from _strings(part)


DATA = sorted(
    {
        *_checklist_texts(),
        *("Depot 7", "Northern Command", "Vault", "Shelf", "Missile, portable", "Night vision goggle"),  # the inventory
        *("EUM Field", "EUM HQ", "Golden Sentry", "Blue Lantern"),  # names
        *("Data Matrix", "QR Code", "Code 128", "Code 39", "Aztec", "Qt", QSysInfo.prettyProductName()),  # of others
    },
    key=len,
    reverse=True,
)
"""Values of the world of the tests and names; longest first."""


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("i18n")
    pseudo = write_pseudo(collect(folder / "eum.ts"), folder / "pseudo.ts")
    return release(pseudo, folder / "pseudo.qm")


@pytest.fixture
def pseudo(qapp: QApplication, catalog: Path) -> Iterator[None]:
    translator = load_catalog(qapp, catalog)
    yield
    QCoreApplication.removeTranslator(translator)
    qapp.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)


def texts(window: QWidget) -> Iterator[tuple[str, str]]:
    """Yield (which widget, text) of all that is painted, shown in a tip, or read aloud."""
    for widget in (window, *window.findChildren(QWidget)):
        if not widget.isVisible() or widget.objectName().startswith("qt_") or _is_exempt(widget):
            continue
        name = f"{type(widget).__name__} {widget.objectName()}"
        yield f"{name} tip", widget.toolTip()
        yield f"{name} accessible name", widget.accessibleName()
        yield f"{name} accessible description", widget.accessibleDescription()
        if isinstance(widget, QLabel | QAbstractButton):
            yield name, widget.text()
        elif isinstance(widget, QLineEdit):
            yield f"{name} placeholder", widget.placeholderText()
        elif isinstance(widget, QGroupBox):
            yield name, widget.title()
        elif isinstance(widget, QComboBox):
            yield from ((f"{name} choice", widget.itemText(at)) for at in range(widget.count()))
        elif isinstance(widget, QTableView):
            yield from _cells(name, widget)


def _is_exempt(widget: QWidget) -> bool:
    inside: QWidget | None = widget
    while inside is not None and inside.objectName() not in EXEMPT_PARTS:
        inside = inside.parentWidget()
    return inside is not None


def _cells(name: str, view: QTableView) -> Iterator[tuple[str, str]]:
    model = view.model()
    for column in range(model.columnCount()):
        if not view.isColumnHidden(column):
            if view.horizontalHeader().isVisible():
                yield f"{name} heading", str(model.headerData(column, Qt.Orientation.Horizontal) or "")
            for row in range(min(model.rowCount(), ROWS)):
                yield f"{name} cell", str(model.index(row, column).data() or "")


def english(text: str) -> list[str]:
    """The English words of a text, without what is exempt."""
    for value in DATA:
        text = text.replace(value, " ")
    for pattern, _reason in EXEMPT:
        text = re.sub(pattern, " ", text)
    return re.findall(r"[A-Za-z]{2,}", text)


def cut_headings(window: QWidget) -> Iterator[str]:
    for head in window.findChildren(QHeaderView):
        if head.isVisible() and head.orientation() is Qt.Orientation.Horizontal:
            for at in range(head.count()):
                if not head.isSectionHidden(at) and head.sectionSize(at) < head.sectionSizeFromContents(at).width():
                    title = head.model().headerData(at, Qt.Orientation.Horizontal)
                    yield f"heading {title}: {head.sectionSize(at)} of {head.sectionSizeFromContents(at).width()} wide"


def looked_at(shell: Shell, idle: Idle) -> Iterator[str]:
    """Yield what is wrong with the page in front."""
    key = shell.current_key
    page = shell.page(key)
    for _ in range(5):  # a column that needs more width gets it after some turns of the event loop
        idle()
        QApplication.processEvents()
    yield from (f"{key} {said}" for said in (*cut_on(page, idle), *cut_headings(page)))
    for where, text in texts(shell):
        if words := english(text):
            yield f"{key}: {where}: {words} in {text[:80]!r}"


def wrong_in(name: str, part: QWidget) -> Iterator[str]:
    """Yield what is cut or in English in one window, dialog or sheet."""
    for _ in range(5):
        QApplication.processEvents()
    yield from (f"{name}: {said}" for said in cut_parts(part))
    for where, text in texts(part):
        if words := english(text):
            yield f"{name}: {where}: {words} in {text[:80]!r}"


def is_right(wrong: list[str]) -> bool:
    assert list(dict.fromkeys(wrong)) == [], "\n".join(dict.fromkeys(wrong))
    return True


@pytest.mark.usefixtures("pseudo")
def test_every_page_of_a_field_device(qtbot: QtBot, look: Theme, tmp_path: Path) -> None:
    with field_at_work(qtbot, tmp_path) as field:
        codes = RecoveryCodes(frozenset(), "INS-017", "a set", ("0000-0000",) * 10, False)
        arguments: dict[str, object] = {"labels": (), "items": "", "codes": (codes, "accounts")}
        wrong: list[str] = []
        for scale in SCALES:
            look.set_scale(scale)
            for key in field.shell.page_keys:
                field.open(key, arguments.get(key))
                wrong += looked_at(field.shell, field.idle)
            field.open("visit")
            field.identify("786950")
            wrong += looked_at(field.shell, field.idle)
            field.shell.toggle_sheet()
            wrong += wrong_in(f"keys {scale} %", field.shell._sheet)
            field.shell.toggle_sheet()
        assert is_right(wrong)


@pytest.mark.usefixtures("pseudo")
def test_every_page_of_hq(tasks: Tasks, look: Theme, tmp_path: Path) -> None:
    assert look.name == "light"
    world = hq_world(tmp_path)
    _planned, bundle = inspected(world)
    import_bundles(world.hq, [bundle], tmp_path)
    with hq_window(world.hq, tasks, tmp_path) as hq:
        hq.shell.resize(1366, 768)
        wrong: list[str] = []
        for scale in SCALES:
            look.set_scale(scale)
            for key in hq.shell.page_keys:
                hq.page(key)
                wrong += looked_at(hq.shell, hq.settle)
        look.set_scale(100)
        middle = hq.shell.width() // 2
        assert hq.shell.rail.mapTo(hq.shell, hq.shell.rail.rect().center()).x() > middle, "the rail is not mirrored"
        assert is_right(wrong)
    world.close()


@pytest.mark.usefixtures("pseudo")
def test_every_page_before_the_store_is_open(qtbot: QtBot, look: Theme) -> None:
    wrong: list[str] = []
    for scale in SCALES:
        look.set_scale(scale)
        pages: list[UnlockPage | RecoveryPage | FirstStart] = [
            UnlockPage(brand="EUM Field", device="FLD-0042"),
            RecoveryPage(brand="EUM Field", device="FLD-0042", accepted_at=None),
            FirstStart(),
        ]
        for page in pages:
            qtbot.addWidget(page)
            page.resize(1366, 768)
            page.show()
            for at in range(len(STEPS)) if isinstance(page, FirstStart) else range(1):
                if isinstance(page, FirstStart):
                    page._show_step(at)
                wrong += wrong_in(f"{page.objectName()} {at} {scale} %", page)
                page.show_error(Trouble("program.mistake"))
                wrong += wrong_in(f"{page.objectName()} {at} {scale} % with an error", page)
                page._error.hide()
            page.hide()
    assert is_right(wrong)


@pytest.mark.usefixtures("pseudo")
def test_the_page_for_a_bug(qtbot: QtBot, tasks: Tasks, look: Theme) -> None:
    wrong: list[str] = []
    for scale in SCALES:
        look.set_scale(scale)
        page = CrashPage(tasks)
        window = FitArea(page)  # as in the shell
        qtbot.addWidget(window)
        window.resize(1366, 768)
        page.show_bug(ValueError())
        page._diagnostics.show()  # as where a diagnostics file is being written
        window.show()
        page.notice.show_error(Trouble("program.mistake"))
        wrong += wrong_in(f"crash {scale} %", page)
        window.hide()
    assert is_right(wrong)


@pytest.mark.usefixtures("pseudo")
def test_every_dialog(tasks: Tasks, look: Theme, tmp_path: Path) -> None:
    session = make_store(tmp_path / "hq", "hq", "HQ-01", Clock(), role="administrator")
    lost: Lost = what_is_lost(session)
    (newest,) = session.read(activity_by_id, session.read(newest_activity_ids, 1)).values()
    asked = WithholdingAskedRow("1", "2", "“by order”", "REV-004", "2026-11-21T12:00:00.000000Z")
    with hq_window(session, tasks, tmp_path) as hq:
        makers: dict[str, Callable[[], WindowDialog]] = {
            "rotate": lambda: RotatingDialog(hq.shell),
            "erase HQ": lambda: EraseDialog(lost, hq.shell),
            "erase a device": lambda: EraseDialog(replace(lost, is_hq=False), hq.shell),
            "withhold": lambda: WithholdDialog(hq.desk, "0" * 32, "“plate”", hq.shell),
            "confirm": lambda: ConfirmDialog(asked, hq.shell),
            "time": lambda: TimeDialog(hq.desk, newest, hq.shell),
        }
        wrong: list[str] = []
        hq.shell.resize(1366, 768)
        for scale in SCALES:
            look.set_scale(scale)
            for name, make in makers.items():
                dialog = make()
                dialog.show()
                wrong += wrong_in(f"{name} {scale} %", dialog)
                dialog.hide()
                dialog.deleteLater()
        look.set_scale(100)
        assert is_right(wrong)
    session.store.close()
