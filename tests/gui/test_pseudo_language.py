"""Every page of both programs in an invented language: nothing stays in English, nothing is cut, all is mirrored.

The language is English in accents and brackets, longer by 40 %, right to left (`tools.translations.pseudo`). An English
letter on a page is a text that cannot be translated.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, Qt
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
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.people.recovery import RecoveryCodes
from tests.gui.field_world import field_at_work
from tests.gui.hq_support import hq_window, hq_world, inspected
from tests.gui.test_scale import Idle, cut_on
from tools.translations import collect, release, write_pseudo
from ui.kit.shell import Shell
from ui.kit.tasks import Tasks
from ui.kit.theme import Theme
from ui.kit.translation import load_catalog

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
        *("Data Matrix", "QR Code", "Code 128", "Code 39", "Aztec", "Debian GNU/Linux", "bookworm", "Qt"),  # of others
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


@pytest.mark.usefixtures("pseudo", "look")
def test_every_page_of_a_field_device(qtbot: QtBot, tmp_path: Path) -> None:
    with field_at_work(qtbot, tmp_path) as field:
        codes = RecoveryCodes(frozenset(), "INS-017", "a set", ("0000-0000",) * 10, False)
        arguments: dict[str, object] = {"labels": (), "items": "", "codes": (codes, "accounts")}
        wrong: list[str] = []
        for key in field.shell.page_keys:
            field.open(key, arguments.get(key))
            wrong += looked_at(field.shell, field.idle)
        field.open("visit")
        field.identify("786950")
        wrong += looked_at(field.shell, field.idle)
        assert list(dict.fromkeys(wrong)) == [], "\n".join(dict.fromkeys(wrong))


@pytest.mark.usefixtures("pseudo")
def test_every_page_of_hq(tasks: Tasks, look: Theme, tmp_path: Path) -> None:
    assert look.name == "light"
    world = hq_world(tmp_path)
    _planned, bundle = inspected(world)
    import_bundles(world.hq, [bundle], tmp_path)
    with hq_window(world.hq, tasks, tmp_path) as hq:
        hq.shell.resize(1366, 768)
        wrong: list[str] = []
        for key in hq.shell.page_keys:
            hq.page(key)
            wrong += looked_at(hq.shell, hq.settle)
        middle = hq.shell.width() // 2
        assert hq.shell.rail.mapTo(hq.shell, hq.shell.rail.rect().center()).x() > middle, "the rail is not mirrored"
        assert list(dict.fromkeys(wrong)) == [], "\n".join(dict.fromkeys(wrong))
    world.close()
