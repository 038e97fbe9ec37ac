"""A kind of visit that only this test defines is planned, worked, closed, reported and documented, without a change
elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QDate, Qt
from PySide6.QtPdf import QPdfDocument
from PySide6.QtWidgets import QAbstractButton, QComboBox, QDateEdit, QLineEdit
from pytestqt.qtbot import QtBot

from db.queries import checklists, items, visits
from eum_app.cli import run
from eum_app.demo.generate import photo
from eum_app.domain.checklists import Answer
from eum_app.domain.errors import Refusal
from eum_app.domain.visit_kinds import VISIT_KINDS, Closing, VisitKind, every_item_checked, every_question_answered
from eum_app.domain.visits import Grade, OpenPoint, OpenPointKind, Outcome, Program
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.reporting.make_report import make_report
from eum_app.usecases.reporting.visit_record import VISIT_RECORD
from eum_app.usecases.visits.close_out import Signed, close_out_state
from eum_app.usecases.visits.plan_visit import plan_visit
from eum_app.usecases.visits.record_check import NewCheck, assess_site, record_checks
from tests.builders import ITEM_CHECKLIST, PASSPHRASE, SITE_CHECKLIST, World, close_as_shown, typed, yes_to_all
from tests.gui.field_world import Field, field_at_work
from tests.gui.hq_support import Window, hq_window
from tests.gui.test_field_sweep import SERIALS, look_at, shelf
from tools.registry_tables import visit_kinds_table
from ui.field.visit.current_work import State
from ui.kit import words
from ui.kit.tasks import Tasks
from ui.kit.theme import Theme

OFFICER = "responsible_officer"


def an_officer_is_named(closing: Closing) -> Iterable[OpenPoint]:
    """A responsible officer is named."""
    values = {answer.question_id: answer.value for answer in closing.answers}
    return [] if values.get(OFFICER) == "yes" else [OpenPoint(OpenPointKind.QUESTION, OFFICER)]


ADDED = VisitKind(
    purpose="post_shipment",
    title="Post-shipment check",
    programs=(Program.BLUE_LANTERN,),
    days_to_due=45,
    item_checklists=(ITEM_CHECKLIST.checklist_id,),
    site_checklists=(SITE_CHECKLIST.checklist_id,),
    version="2026-2",
    source="made for a test",
    outcomes=(Outcome.VERIFIED, Outcome.NOT_FOUND, Outcome.NOT_ON_LIST),
    grades=(Grade.SIGHTED,),
    closing_rules=(every_item_checked, every_question_answered, an_officer_is_named),
)


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch) -> VisitKind:
    assert ADDED.title not in visit_kinds_table()
    monkeypatch.setitem(VISIT_KINDS, ADDED.purpose, ADDED)
    return ADDED


@pytest.fixture
def window(added: VisitKind, world: World, tasks: Tasks, look: Theme) -> Iterator[Window]:
    """HQ's window, made while the registry holds the added kind."""
    assert added is VISIT_KINDS[ADDED.purpose]
    assert look.name == "light"
    with hq_window(world.hq, tasks, world.folder) as made:
        yield made


def test_an_added_kind_of_visit_is_found_everywhere(window: Window, world: World, tmp_path: Path) -> None:
    plan_in_form(window)
    (row,) = world.hq.read(visits.all_visits)
    assert (row.program, row.purpose) == ("blue_lantern", "post_shipment")
    assert words.purpose(row.purpose) == ADDED.title
    (tasking,) = (world.folder / "outbox").glob("*.eumb")
    assert [one.outcome for one in import_bundles(world.device, [tasking]).outcomes] == ["accepted"]
    work(world, row.visit_id)
    results = seal_results(world.device, world.drop)
    assert [one.outcome for one in import_bundles(world.hq, [results.path]).outcomes] == ["accepted"]
    made = make_report(world.hq, VISIT_RECORD, tmp_path / "record.pdf", {"visit_id": row.visit_id})
    record = QPdfDocument()
    assert record.load(str(made.path)) == QPdfDocument.Error.None_
    assert ADDED.title in record.getAllText(0).text()
    record.close()
    assert f"**{ADDED.title}** `post_shipment` | Blue Lantern | 2026-2 | 45 days" in visit_kinds_table()
    assert "A responsible officer is named." in visit_kinds_table()


def plan_in_form(window: Window) -> None:
    """Program, due date and checklists are those of the kind that is chosen."""
    window.page("visits")
    window.press("visits_plan")
    kinds = window.find(QComboBox, "plan_purpose")
    texts = [kinds.itemText(at) for at in range(kinds.count())]
    assert texts == [one.title for one in VISIT_KINDS.values()]
    added = texts.index(ADDED.title)
    assert kinds.currentIndex() == -1
    due, today = window.find(QDateEdit, "plan_due"), QDate.currentDate()
    items = window.find(QComboBox, "plan_item_checklist")
    all_offered = items.count()
    for at, days, offered in ((0, 30, all_offered), (added, 45, 1)):
        kinds.setCurrentIndex(at)
        assert due.date() == today.addDays(days)
        assert items.count() == offered
    due.setDate(today.addDays(3))
    window.press("plan_cancel")
    window.press("visits_plan")
    assert (kinds.currentIndex(), due.date()) == (-1, today), "choices of an earlier plan say nothing about this one"
    kinds.setCurrentIndex(added)
    assert due.date() == today.addDays(45)
    due.setDate(today.addDays(7))
    kinds.setCurrentIndex(0)
    assert due.date() == today.addDays(7), "a date that a person chose stays"
    kinds.setCurrentIndex(added)
    for name in ("plan_item_checklist", "plan_site_checklist"):
        assert window.find(QComboBox, name).currentIndex() == 0, "the only one that the kind has"
    for name in ("plan_site", "plan_device"):
        window.find(QComboBox, name).setFocus()
        window.key(Qt.Key.Key_Down)
    window.type_into("plan_inspector", "INS-017")
    window.press("plan_button")


def work(world: World, visit_id: str) -> None:
    """Checks that do not fit the kind are refused, and its own rule keeps the visit open."""
    device = world.device
    ids = device.read(visits.work_ids, visit_id)
    good = NewCheck(ids[0], "verified", typed("x"), answers=yes_to_all())
    for wrong in (replace(good, outcome="discrepancy", reason="damaged"), replace(good, grade="D")):
        with pytest.raises(Refusal, match=r"check\.not_of_kind"):
            record_checks(device, visit_id, [*(replace(good, item_id=one) for one in ids[1:]), wrong])
    assert device.read(visits.work_ids, visit_id, "to_check") == ids, "all of them or none"
    record_checks(device, visit_id, [replace(good, item_id=one) for one in ids])
    _, asked = device.read(checklists.visit_checklists, visit_id)
    assess_site(device, visit_id, [Answer(one.question_id, "not_applicable") for one in asked.questions])
    assert close_out_state(device, visit_id).open_points == (OpenPoint(OpenPointKind.QUESTION, OFFICER),)
    signed = [Signed("inspector", photo("intact", 1), "INS-017"), Signed("host", declined_reason="absent")]
    with pytest.raises(Refusal, match=r"visit\.open"):
        close_as_shown(device, visit_id, signed)
    assess_site(device, visit_id, [Answer(OFFICER, "yes")])
    close_as_shown(device, visit_id, signed)


def planned_added(world: World) -> str:
    (site,) = world.hq.read(items.all_sites)
    planned = plan_visit(
        world.hq,
        site_id=site.site_id,
        due_on="2027-01-31",
        device="FLD-0042",
        inspector="INS-017",
        item_checklist=ITEM_CHECKLIST,
        site_checklist=SITE_CHECKLIST,
        purpose=ADDED.purpose,
    )
    world.hand_over()
    return planned.visit_id


def offered(field: Field) -> set[str]:
    """Return the outcomes whose buttons are visible."""
    names = {one.objectName(): one for one in field.window.findChildren(QAbstractButton) if one.isVisible()}
    return {outcome for outcome in Outcome if f"{outcome}_button" in names}


def is_item_open(field: Field) -> bool:
    return field.visit.work.state is State.ITEM


@pytest.mark.usefixtures("added")
def test_the_device_offers_only_the_outcomes_of_an_added_kind(qtbot: QtBot, tmp_path: Path) -> None:
    with field_at_work(qtbot, tmp_path, plan=planned_added) as field:
        field.open("visit")
        field.identify(SERIALS[0])
        assert offered(field) == {Outcome.VERIFIED, Outcome.NOT_FOUND}
        keys = {entry.keys for entry in field.visit.actions_with_keys()}
        assert ("F4" in keys, "F6" in keys, "F7" in keys) == (False, True, False)
        for key in (Qt.Key.Key_F4, Qt.Key.Key_F7):
            field.key(key)
            assert is_item_open(field)

        draft = field.visit.work.draft
        assert draft is not None
        first, *others = field.visit.work.checklist.questions
        draft.answer(Answer(first.question_id, "no", "dented"))
        for one in others:
            draft.answer(Answer(one.question_id, "yes"))
        field.visit.item.show_item(draft, field.visit.work.checklist)
        verified = field.visit.item.verified_button
        assert not verified.isEnabled(), "an answer that is not as expected would be a discrepancy"
        assert "records no discrepancy" in verified.toolTip()
        field.visit.recording.decide(Outcome.VERIFIED)
        assert is_item_open(field)
        field.key(Qt.Key.Key_Escape)

        field.identify("790112")
        assert offered(field) == {Outcome.NOT_ON_LIST}
        field.key(Qt.Key.Key_Escape)

        field.open("transcribe")
        field.find("page_field", QLineEdit).setText("1")
        field.find("page_field", QLineEdit).returnPressed.emit()
        field.idle()
        ticks = {one.objectName() for one in field.window.findChildren(QAbstractButton)}
        assert {"paper_1_verified", "paper_1_not_found", "paper_5_not_on_list"} <= ticks
        assert not {"paper_1_discrepancy", "paper_1_no_access"} & ticks


@pytest.mark.usefixtures("added")
def test_a_kind_that_verifies_nothing_takes_no_group(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with field_at_work(qtbot, tmp_path, plan=planned_added) as field:
        monkeypatch.setitem(VISIT_KINDS, ADDED.purpose, replace(ADDED, outcomes=(Outcome.NOT_FOUND,)))
        field.open("visit")
        look_at(field, shelf(tmp_path / "frames", *SERIALS), 4)
        field.key(Qt.Key.Key_Escape)
        assert not field.visit.scan.take_button.isVisible()
        field.key(Qt.Key.Key_F5)
        assert not field.visit.work.group.drafts
        field.visit.scan.stop()

        field.identify(SERIALS[1])
        assert offered(field) == {Outcome.NOT_FOUND}
        field.key(Qt.Key.Key_Return)
        assert is_item_open(field)
        field.key(Qt.Key.Key_Escape)
        field.identify("790112")
        assert offered(field) == set()
        assert field.visit.work.state is State.OFFER


def test_the_command_plans_an_added_kind_and_names_those_that_exist(
    monkeypatch: pytest.MonkeyPatch, world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EUM_PASSPHRASE", PASSPHRASE)
    store = ["--store", str(world.hq.store.folder), "--account", "REV-004"]
    plan = ["visit", "plan", "--site", "Depot 7", "--device", "FLD-0042", "--inspector", "INS-017"]
    plan += ["--due", "2027-01-31"]
    assert run([*plan, *store, "--kind", "post_shipment"]) == 1
    assert "Use one of: annual_inventory, initial_inventory," in capfd.readouterr().err
    monkeypatch.setitem(VISIT_KINDS, ADDED.purpose, ADDED)
    assert run([*plan, *store, "--kind", "post_shipment", "--program", "golden_sentry"]) == 1
    assert "Use one of: blue_lantern." in capfd.readouterr().err
    assert run([*plan, *store, "--kind", "post_shipment", "--item-checklist", "item-missile-neutral@1.1"]) == 1
    assert "not for this kind of visit: Post-shipment check" in capfd.readouterr().err.replace("\n", " ")
    assert world.hq.read(visits.all_visits) == []
    assert run([*plan, *store, "--kind", "post_shipment", "--item-checklist", "item-nvd-neutral@2.2"]) == 0
    assert [(row.program, row.purpose) for row in world.hq.read(visits.all_visits)] == [
        ("blue_lantern", "post_shipment")
    ]


def test_a_kind_that_only_a_newer_hq_knows_is_never_closed_with_less(
    monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    with monkeypatch.context() as newer:
        newer.setitem(VISIT_KINDS, ADDED.purpose, ADDED)
        (site,) = world.hq.read(items.all_sites)
        planned = plan_visit(
            world.hq,
            site_id=site.site_id,
            due_on="2027-01-31",
            device="FLD-0042",
            inspector="INS-017",
            item_checklist=ITEM_CHECKLIST,
            site_checklist=SITE_CHECKLIST,
            purpose=ADDED.purpose,
        )
        world.hand_over()
    points = close_out_state(world.device, planned.visit_id).open_points
    assert {point.kind for point in points} == {OpenPointKind.ITEM, OpenPointKind.QUESTION}
    assert sum(point.kind is OpenPointKind.ITEM for point in points) == planned.expected
    assert words.purpose(ADDED.purpose) == "Unknown value: post_shipment"
