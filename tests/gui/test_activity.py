"""The activity log, on a device and at headquarters: filters, search, detail, export; by keyboard, and read-only."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QPlainTextEdit, QTableView, QWidget
from pytestqt.qtbot import QtBot

from db.queries import activity as queries
from db.queries.activity import ActivityFilter, ActivityRow, activity_facets, activity_ids
from db.queries.inventory import ItemFilter, find_item_ids
from eum_app.cli import run
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import FACTS
from eum_app.usecases.reporting.activity_log import ACTIVITY_LOG
from eum_app.usecases.reporting.make_report import make_report
from eum_app.usecases.reporting.verify_report import verify_report
from eum_app.usecases.session import record_notes
from tests.builders import PASSPHRASE, World
from tests.gui.field_world import field_at_work
from tests.gui.hq_support import Window
from ui.kit.words import fact, is_known
from ui.shared.activity import ActivityPage
from ui.shared.activity.shown import MAX_SHOWN, harmless, pretty, subject_words

pytestmark = pytest.mark.usefixtures("look")


def activity(window: Window) -> ActivityPage:
    page = window.page("activity")
    assert isinstance(page, ActivityPage)
    return page


def search(window: Window, words: str) -> None:
    window.type_into("activity_search", words)
    window.key(Qt.Key.Key_Return)


def listed(page: ActivityPage) -> list[ActivityRow]:
    return [page._model.row_at(row) for row in range(page._model.rowCount())]


def test_every_entry_is_listed_the_newest_first_and_the_current_one_shown_whole(window: Window, world: World) -> None:
    page = activity(window)
    window.settle()
    ids = world.hq.read(activity_ids)
    assert page._model.ids() == ids
    assert page.first_focus().hasFocus()
    found = {row.kind for row in listed(page)}
    assert found >= {"StoreCreated", "DeviceEnrolled", "InventoryImported", "ItemListed"}
    search(window, "inventory.csv")
    assert [row.kind for row in listed(page)] == ["InventoryImported"]
    payload = window.find(QPlainTextEdit, "activity_payload")
    assert payload.isReadOnly()
    assert '"source_name": "inventory.csv"' in payload.toPlainText()
    assert page.detail._proof.text() == "Unaltered, follows the previous entry"


def test_the_whole_list_comes_also_where_the_ends_of_the_chains_show_nothing(
    window: Window, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As for an account whose country was in the news long ago."""
    monkeypatch.setattr(queries, "LOOKED_AT", 0)
    assert world.hq.read(queries.newest_activity_ids) == []
    page = activity(window)
    window.settle()
    assert page._model.ids() == world.hq.read(activity_ids)
    assert listed(page)


def test_filters_narrow_and_are_taken_away_by_keyboard(window: Window, world: World) -> None:
    page = activity(window)
    window.settle()
    kind = window.find(QComboBox, "activity_kind")
    kind.setFocus()
    kind.setCurrentIndex(kind.findData("ItemListed"))
    window.settle()
    assert {row.kind for row in listed(page)} == {"ItemListed"}
    assert subject_words(listed(page)[0]).startswith("Item 7869")
    origin = window.find(QComboBox, "activity_origin")
    origin.setCurrentIndex(origin.findData("HQ-01"))
    search(window, "nothing-like-it")
    assert page._model.rowCount() == 0
    show_all = window.find(QWidget, "activity_show_all")
    assert show_all.isVisible()
    show_all.setFocus()
    window.key(Qt.Key.Key_Space)
    assert page._model.ids() == world.hq.read(activity_ids)
    assert page.wanted() == ActivityFilter()
    assert page.search.hasFocus()


def test_the_table_is_walked_by_arrow_keys(window: Window) -> None:
    page = activity(window)
    window.settle()
    table = window.find(QTableView, "activity_table")
    table.setFocus()
    first = page.detail.payload.toPlainText()
    window.key(Qt.Key.Key_Down)
    assert table.currentIndex().row() == 1
    assert page.detail.payload.toPlainText() != first
    window.key(Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert page.search.hasFocus()


def test_what_the_log_shows_of_an_item_is_looked_at(window: Window, world: World) -> None:
    page = activity(window)
    window.settle()
    kind = window.find(QComboBox, "activity_kind")
    kind.setCurrentIndex(kind.findData("ItemListed"))
    search(window, "786952")
    window.settle()
    assert '"serial": "786952"' in page.detail.payload.toPlainText()
    record_notes(world.hq)
    (noted,) = world.hq.read(activity_ids, ActivityFilter(kind="RecordsRead"))
    (item_id,) = world.hq.read(find_item_ids, ItemFilter(words="786952"))
    assert f'["item","{item_id}"]'.encode() in world.hq.read(queries.activity_entry, noted).entry.payload


def test_what_is_listed_is_exported_with_its_proof(window: Window, world: World, tmp_path: Path) -> None:
    page = activity(window)
    search(window, "786952")
    expected = len(page._model.ids())
    assert expected
    target = tmp_path / "log.csv"
    window.type_into("activity_path_field_edit", str(target))
    window.press("activity_export_button")
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == expected
    assert all("786952" in row["Payload"] for row in rows)
    proof = verify_report(target, world.hq)
    assert proof.holds
    assert "ReportExported" in world.hq.read(activity_facets).kinds


def test_a_log_is_csv_or_json_and_only_for_roles_that_export(world: World, tmp_path: Path) -> None:
    made = make_report(world.hq, ACTIVITY_LOG, tmp_path / "log.json", {"kind": "ItemListed"})
    document = json.loads((tmp_path / "log.json").read_text("utf-8"))
    rows = document["tables"]["entries"]["rows"]
    assert len(rows) == made.rows == 6
    assert json.loads(rows[0]["payload"])["serial"] == rows[0]["subject_name"]
    for session, name, code in (
        (world.hq, "log.pdf", "report.format"),
        (world.hq, "log", "report.format"),
        (world.device, "log.csv", "permission.denied"),
    ):
        with pytest.raises(Refusal) as refused:
            make_report(session, ACTIVITY_LOG, tmp_path / name)
        assert refused.value.code == code
        assert not (tmp_path / name).exists()


def test_the_command_line_lists_filters_and_exports(
    world: World, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EUM_PASSPHRASE", PASSPHRASE)
    who = ["--store", str(world.folder / "hq"), "--account", "REV-004"]
    assert run(["log", "list", "--kind", "ItemListed", "--search", "786951", "--json", *who]) == 0
    shown = json.loads(capfd.readouterr().out)
    assert [row["subject_name"] for row in shown["entries"]] == ["786951"]
    assert run(["log", "list", "--limit", "2", *who]) == 0
    out = capfd.readouterr().out.splitlines()
    assert len(out) == 3
    assert "SessionStarted" in out[0]
    assert run(["log", "export", str(tmp_path / "all.csv"), "--actor", "REV-004", "--json", *who]) == 0
    assert json.loads(capfd.readouterr().out)["rows"] > 6
    assert run(["log", "list", "--day", "yesterday", *who]) == 1


def test_a_device_shows_its_own_log_and_says_who_may_export(qtbot: QtBot, tmp_path: Path) -> None:
    with field_at_work(qtbot, tmp_path) as field:
        assert "activity" in list(field.shell.rail.keys())
        field.shell.show_page("activity")
        field.idle()
        field.idle()
        page = field.shell.page("activity")
        assert isinstance(page, ActivityPage)
        assert page._model.ids() == field.session.read(activity_ids)
        assert {row.origin for row in listed(page)} == {"FLD-0042", "HQ-01→FLD-0042"}
        assert not page.export_button.isEnabled()


# What is shown of what others wrote


def test_every_kind_of_fact_has_its_words() -> None:
    assert [kind for kind in FACTS if not is_known("fact", kind)] == []
    assert fact("ClaimOfTomorrow") == "ClaimOfTomorrow"


def test_payloads_are_shown_as_data() -> None:
    assert pretty(b'{"a":1,"b":["x"]}') == '{\n  "a": 1,\n  "b": [\n    "x"\n  ]\n}'
    assert pretty(b"<b>no json</b>") == "<b>no json</b>"
    assert pretty(b"\xff\x00") == "ff 00"
    assert pretty('{"a":"x\u202ey"}'.encode()) == '{\n  "a": "x\\u202ey"\n}'
    deep = b"[" * 100_000
    assert len(pretty(deep)) < MAX_SHOWN + 200
    assert harmless("a\x1b[31m\nb") == "a\\u001b[31m\nb"
