"""`eum --self-check`: check that this installation contains everything the app needs. Prints one line for each part.

Each part is used for its real purpose, on synthetic data in a folder that is deleted afterwards. This finds gaps that
starting the app does not show: a frozen folder without a font, a migration, or a library that is loaded by name.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterable
from functools import cache, partial
from pathlib import Path
from typing import Final

from eum_app.cli.shipped_parts import label_preview, modules, platforms
from eum_app.cli.streams import say
from eum_app.crypto.suites import Suite
from eum_app.domain.people import Role
from eum_app.domain.stores import SessionEnd, StoreKind

OK: Final = 0
BROKEN: Final = 1
_ICONS_AT_LEAST: Final = 60
_FAMILIES: Final = {"Inter", "JetBrains Mono"}
_SHARED_TEMPLATES: Final = ("common", "summary")
CHILD_SECONDS: Final = 60

Part = tuple[str, Callable[[], str]]
"""A name and its check, which returns a short description of what it found, or raises."""


class PartError(Exception):
    """A part is missing or does not work."""


def run_self_check() -> int:
    """Check everything and print a line for each part; return 0, or 1 if one is broken.

    On Linux without a display, QT_QPA_PLATFORM is set to offscreen first.
    """
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    return check_parts(PARTS)


def check_parts(parts: Iterable[Part]) -> int:
    """Check every part, even after a failure, and print a line for each. Return 0, or 1 if one is broken.

    Raises only as `say` does.
    """
    code = OK
    for name, check in parts:
        try:
            line = f"ok      {name:<13} {check()}"
        except Exception as error:  # noqa: BLE001 - a missing module or library is what this is here to find
            code = BROKEN
            line = f"BROKEN  {name:<13} {type(error).__name__}: {error}"
        say(line)
    return code


def _assets() -> str:
    import json

    from assets import asset
    from eum_app.reports.label_sheet import label_sheets
    from eum_app.usecases.reporting.registry import PAPERS, REPORTS
    from eum_app.usecases.visits.plan_visit import shipped_checklists

    texts = [path for path in asset().rglob("*") if path.suffix in {".json", ".svg", ".typ", ".qss"}]
    for path in texts:
        words = path.read_text("utf-8")
        if path.suffix == ".json":
            json.loads(words)
    wanted = {
        *_SHARED_TEMPLATES,
        *(one.template for one in REPORTS.values()),
        *(one.template for one in PAPERS.values()),
    }
    missing = [name for name in sorted(wanted) if not asset("reports", f"{name}.typ").is_file()]
    if missing:
        raise PartError(f"no template for {', '.join(missing)}")
    checklists = shipped_checklists()
    if not checklists or not label_sheets():
        raise PartError("no checklists or label sheets")
    return f"{len(texts)} files, {len(checklists)} checklists"


def _migrations() -> str:
    from db import migrations

    newest = migrations.newest_script()
    if newest != migrations.HEAD:
        raise PartError(f"the newest script is {newest}, the program wants {migrations.HEAD}")
    return f"schema {newest}"


def _store(suite: Suite) -> str:
    from eum_app.crypto.passphrases import KdfParams
    from eum_app.usecases.store.open_store import check_store, create_store, open_store

    with tempfile.TemporaryDirectory() as folder:
        store, words = Path(folder, "store"), os.urandom(16).hex()
        kdf = KdfParams.fast_for_tests(suite)  # the store is thrown away again
        create_store(
            store,
            kind=StoreKind.HQ,
            name="HQ-01",
            account="REV-004",
            role=Role.REVIEWER,
            passphrase=words,
            suite=suite,
            kdf=kdf,
        ).close(SessionEnd.CHECKED)
        if (store / "store.db").read_bytes().startswith(b"SQLite"):
            raise PartError("the database is not encrypted")
        session = open_store(store, "REV-004", words)
        try:
            heads, _ = check_store(session)
        finally:
            session.close(SessionEnd.CHECKED)
            session.store.close()
    return f"SQLCipher: made, opened, {sum(head.seq for head in heads)} facts followed"


def _sealing(suite: Suite) -> str:
    from io import BytesIO

    from eum_app.crypto.sealing import KemKey
    from eum_app.crypto.signing import SigningKey
    from eum_app.crypto.streams import open_object, seal_object

    kem, signer, told = KemKey.generate(suite), SigningKey.generate(suite), os.urandom(100_000)
    sealed, opened = BytesIO(), BytesIO()
    seal = seal_object(BytesIO(told), sealed)
    sealed.seek(0)
    key = kem.open(kem.public.seal(seal.key, b"self-check"), b"self-check")
    open_object(sealed, key, opened)
    if opened.getvalue() != told:
        raise PartError("the opened content differs from the sealed content")
    signer.verify_key.verify("self-check", told, signer.sign("self-check", told))
    return "sealed, opened, signed, verified"


def _proof_of_time() -> str:
    from eum_app.crypto.timestamps import imprint_in, time_request
    from eum_app.domain.errors import Refusal

    request = time_request(b"self-check")
    try:
        imprint_in(request)
    except Refusal:  # a request is no answer: the library's reader works
        return f"a request of {len(request)} bytes"
    message = "a request passes for an answer"
    raise PartError(message)


def _postgresql() -> str:
    from db.engines import postgresql_engine

    engine = postgresql_engine("postgresql://localhost/eum", bytes(32), "")
    return f"driver {engine.dialect.driver} loads; no server is contacted"


def _reading() -> str:
    from eum_app.domain.marks import parse_mark
    from eum_app.scanning.decoder import decode
    from eum_app.scanning.images import load_grey
    from eum_app.scanning.labels import data_matrix, iuid_message, png

    message = iuid_message("1HLD9", "NVG-31A", "786950")
    found = [symbol.raw for symbol in decode(load_grey(png(data_matrix(message))))]
    if found != [message]:
        raise PartError(f"a Data Matrix reads as {found!r}")
    return f"Data Matrix read: {parse_mark(message).uii}"


def _reports() -> str:
    from openpyxl import load_workbook

    from eum_app.reports.formats import pdf_file, xlsx_file
    from eum_app.reports.model import Column, Cover, Document, Table, Written

    cover = Cover("summary", "Self-check", "", "", "", "", "", is_reconciled=True, sections=())
    table = Table("items", "Items", (Column("Serial Number", "serial"),), (("00786950",),), 1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        xlsx_file.write(Document(cover, (table,)), folder, "list.xlsx")
        workbook = load_workbook(folder / "list.xlsx", read_only=True)
        cells = [cell for row in workbook["Items"].iter_rows(values_only=True) for cell in row]
        workbook.close()
        if "00786950" not in cells:
            raise PartError(f"a workbook holds {cells}")
        pdf_file.write_summary(
            Document(cover, (table,)), folder, "list.pdf", Written("list.csv", rows=1, sha384="0" * 96)
        )
        size = (folder / "list.pdf").stat().st_size
    return f"XLSX written and read; PDF/UA set by a child process, {size} bytes"


def _windows() -> str:
    from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler, qVersion
    from PySide6.QtGui import QFontDatabase, QGuiApplication

    said: list[str] = []

    def note(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        if kind != QtMsgType.QtDebugMsg and "propagateSizeHints" not in text:  # the offscreen platform says that
            said.append(text)

    before = qInstallMessageHandler(note)
    try:
        _application()
        drawn = _draw_everything()
        missing = _FAMILIES - set(QFontDatabase.families())
    finally:
        qInstallMessageHandler(before)
    if missing or said:
        raise PartError("; ".join([*(f"no font {family}" for family in sorted(missing)), *said]))
    return f"Qt {qVersion()} on {QGuiApplication.platformName()}: {drawn}"


@cache
def _application() -> object:
    """Return Qt's application, created once and kept until the process ends."""
    from ui.window.display import application

    return application()


def _draw_everything() -> str:
    """Draw the first page in each theme, and each icon.

    Import the other pages too, since a frozen folder could lack one.
    """
    import importlib

    from assets import asset
    from ui.kit.theme import theme
    from ui.kit.theme.tokens import THEMES
    from ui.window.unlock import UnlockPage

    look, icons = theme(), sorted(path.stem for path in asset("icons").glob("*.svg"))
    for mode in THEMES:
        look.set_mode(mode)
        if UnlockPage(brand="EUM", device="HQ-01", marking="CUI").grab().isNull():
            raise PartError(f"nothing is drawn in {mode}")
    blank = [name for name in icons if not any(look.pixmap(name).toImage().constBits())]
    if blank or len(icons) < _ICONS_AT_LEAST:
        raise PartError(f"{len(icons)} icons, blank ones: {', '.join(blank)}")
    for pages in ("ui.field.pages", "ui.hq.pages"):
        importlib.import_module(pages)
    return f"{len(THEMES)} themes, {len(icons)} icons, all pages"


def _child() -> str:
    """Run a job as the pages do: a new process gets it through a pipe and returns its answer on the GUI thread."""
    from ui.kit.tasks import Tasks

    _application()
    tasks = Tasks()
    answers: list[object] = []
    tasks.crashed.connect(answers.append)
    tasks.child(child_answer, (20, 22), on_done=answers.append, on_failed=answers.append)
    try:
        tasks.wait_idle(CHILD_SECONDS)
    finally:
        tasks.close()
    if answers != [42]:
        raise PartError(f"a child process answers {answers}")
    return "a child process answers"


def _pictures() -> str:
    """Decode a picture, and read a symbol, in the child processes that do so in the app."""
    from eum_app.scanning.file_symbols import file_in, pictures_of
    from ui.kit.picture import decoded, end_decoder

    message = b"self-check"
    (picture,) = pictures_of(message, whole_up_to=100)
    try:
        image = decoded(picture)
    finally:
        end_decoder()
    if file_in([picture]) != message:
        raise PartError("a QR symbol reads as something else")
    return f"{image.width()} x {image.height()} pixels decoded and a QR symbol read in child processes"


def _workbooks() -> str:
    """Read a list from a workbook in the child process that does so in the app."""
    from openpyxl import Workbook

    from eum_app.bounded_child import end_children
    from eum_app.list_files.inventory_file import read_inventory

    book = Workbook(write_only=True)
    sheet = book.create_sheet("List")
    for row in (("Case", "Serial", "NSN"), ("XX-B-ABC", "0786950", "5855-01-000-0101")):
        sheet.append(row)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "list.xlsx")
        book.save(path)
        try:
            found = [row.serial for row in read_inventory(path).accepted]
        finally:
            end_children()
    if found != ["0786950"]:
        raise PartError(f"a workbook reads as {found}")
    return "a list read in a child process"


def child_answer(_progress: object, first: int, second: int) -> int:
    """Return the sum. Runs in the child process of `_child`."""
    return first + second


PARTS: Final[tuple[Part, ...]] = (
    ("modules", modules),
    ("assets", _assets),
    ("migrations", _migrations),
    *((f"store {suite}", partial(_store, suite)) for suite in Suite),
    *((f"crypto {suite}", partial(_sealing, suite)) for suite in Suite),
    ("proof of time", _proof_of_time),
    ("postgresql", _postgresql),
    ("reading", _reading),
    ("reports", _reports),
    ("windows", _windows),
    ("label preview", label_preview),
    ("platforms", platforms),
    ("child", _child),
    ("pictures", _pictures),
    ("workbooks", _workbooks),
)
