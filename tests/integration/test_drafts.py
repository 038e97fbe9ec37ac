"""Drafts in the store: whose they are, when they end, and that nothing of them can be read outside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, text

from db.drafts import keep_draft, read_draft
from db.keyslots import new_data_key
from db.queries import visits
from db.queries.exchange import journal_heads
from db.tables import drafts
from eum_app.domain.checklists import Answer
from eum_app.domain.errors import Refusal, Trouble
from eum_app.domain.facts import MarkRead
from eum_app.domain.people import Role
from eum_app.usecases.people.accounts import add_account, remove_account
from eum_app.usecases.session import Session
from eum_app.usecases.visits.close_out import Signed
from eum_app.usecases.visits.drafts import (
    GROUP,
    Begun,
    Place,
    begun_work,
    keep_work,
    kept_work,
    offer_subject,
    visit_in_front,
)
from eum_app.usecases.visits.record_check import NewCheck, record_check, record_checks, withdraw_checks
from tests.builders import PASSPHRASE, Clock, World, close_as_shown, make_store, make_world, typed, yes_to_all
from tests.flows.test_main_job import answer_site_checklist
from tests.integration.test_rules_judged import PHOTO
from tests.simulator import Simulator

DEVICE = "FLD-0042"
NOTE = "Behind the crate of Marigold"


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    made = Simulator.start(tmp_path / "w")
    yield made
    made.world.close()


def begun(item_id: str, **more: object) -> Begun:
    given = {"answers": (Answer("plate", "no", "worn"),), "note": NOTE, "photos": {"photo-1": PHOTO}, **more}
    return Begun(typed("786950"), item_id, **given)  # type: ignore[arg-type]


def rows(connection: Connection) -> list[tuple[str, str]]:
    """Return (subject, part) of every row."""
    found = connection.execute(select(drafts.c.subject, drafts.c.part))
    return sorted((row.subject, row.part) for row in found)


def test_a_draft_comes_back_as_it_was_and_is_not_in_the_journal(simulator: Simulator) -> None:
    device, visit_id = simulator.world.device, simulator.visit_ids[DEVICE]
    item_id, other, *_ = device.read(visits.work_ids, visit_id)
    heads = device.read(journal_heads)
    place = Place(state="item", item_id=item_id, subject=item_id, filter="to_check", words="78", is_in_front=True)
    keep_work(device, visit_id, place, {item_id: [begun(item_id)], other: [begun(other, photos={}, note="")]})
    work = kept_work(device, visit_id)
    assert (work.place.state, work.place.filter, work.place.words) == ("item", "to_check", "78")
    assert set(work.subjects) == {"*place", item_id, other}
    (one,) = work.begun
    assert (one.item_id, one.note, dict(one.photos)) == (item_id, NOTE, {"photo-1": PHOTO})
    assert one.answers == (Answer("plate", "no", "worn"),)
    assert one.mark == typed("786950")
    assert visit_in_front(device) == visit_id
    keep_work(device, visit_id, Place(), {item_id: [begun(item_id, photos={})]}, [other])
    assert device.read(rows) == [("*place", "body"), (item_id, "body")], "a photo that was removed goes"
    assert visit_in_front(device) == ""
    assert device.read(journal_heads) == heads
    sealed = simulator.seal(DEVICE)
    assert NOTE.encode() not in sealed.read_bytes()


def test_recording_ends_the_drafts_of_its_items_and_no_others(simulator: Simulator) -> None:
    device, visit_id = simulator.world.device, simulator.visit_ids[DEVICE]
    first, second, third, *_ = device.read(visits.work_ids, visit_id)
    unlisted = MarkRead(read_by="typed", serial="999999", raw=b"999999")
    subject = offer_subject(unlisted)
    kept = {one: [begun(one)] for one in (first, second, third)}
    keep_work(device, visit_id, None, {**kept, GROUP: [begun(""), begun(second)], subject: [begun("")]})
    answers = yes_to_all()
    done = record_check(
        device, visit_id=visit_id, item_id=first, outcome="verified", mark=typed("786950"), answers=answers
    )
    assert {one for one, _ in device.read(rows)} == {second, third, GROUP, subject}
    withdraw_checks(device, [done.check_id])
    record_checks(device, visit_id, [NewCheck(second, "verified", typed("786951"), answers=answers)], is_group=True)
    assert {one for one, _ in device.read(rows)} == {third, subject}
    record_check(device, visit_id=visit_id, item_id="", outcome="not_on_list", reason="not_in_inventory", mark=unlisted)
    assert {one for one, _ in device.read(rows)} == {third}
    with pytest.raises(Refusal):
        record_check(device, visit_id=visit_id, item_id=third, outcome="verified", mark=typed("786952"))
    assert {one for one, _ in device.read(rows)} == {third}, "what was refused keeps its draft"


def test_drafts_belong_to_one_account_and_end_with_it(simulator: Simulator, tmp_path: Path) -> None:
    device, visit_id = simulator.world.device, simulator.visit_ids[DEVICE]
    item_id, *_ = device.read(visits.work_ids, visit_id)
    keep_work(device, visit_id, Place(is_in_front=True), {item_id: [begun(item_id)]})
    with device.keeping() as connection:
        keep_draft(connection, "INS-018", visit_id, "another item", {"body": b"x"})
    assert kept_work(device, visit_id).subjects == ("*place", item_id)
    mine, device.account = device.account, "INS-018"
    assert begun_work(device, visit_id, item_id) == ()
    assert kept_work(device, visit_id).subjects == ("another item",)
    assert visit_in_front(device) == ""
    device.account = mine
    assert visit_in_front(device) == visit_id
    admin = make_store(tmp_path / "d", "field", "FLD-0043", Clock(), role="administrator")
    add_account(admin, account="INS-018", role="inspector", passphrase=PASSPHRASE)
    for account in ("INS-018", admin.account):
        with admin.keeping() as connection:
            keep_draft(connection, account, visit_id, item_id, {"body": b"x"})
    remove_account(admin, "INS-018")
    assert admin.read(read_draft, "INS-018", visit_id, item_id) == {}
    assert admin.read(read_draft, admin.account, visit_id, item_id) == {"body": b"x"}
    admin.close()


def test_a_closed_visit_has_no_drafts_and_takes_none(simulator: Simulator) -> None:
    device, visit_id = simulator.world.device, simulator.visit_ids[DEVICE]
    item_ids = device.read(visits.work_ids, visit_id)
    answer_site_checklist(device, visit_id)
    for at in range(len(item_ids)):
        simulator.check(DEVICE, at)
    keep_work(device, visit_id, Place(is_in_front=True), {item_ids[0]: [begun(item_ids[0])]})
    close_as_shown(device, visit_id, [Signed("inspector", PHOTO, "INS-017"), Signed("host", declined_reason="Left")])
    assert device.read(rows) == []
    with pytest.raises(Refusal, match=r"visit\.closed"):
        keep_work(device, visit_id, Place(), {})
    assert device.read(rows) == []


def test_who_may_not_work_in_visits_keeps_nothing_and_damage_loses_only_the_draft(simulator: Simulator) -> None:
    device, visit_id = simulator.world.device, simulator.visit_ids[DEVICE]
    role, device.role = device.role, Role.AUDITOR
    with pytest.raises(Refusal, match=r"permission\.denied"):
        keep_work(device, visit_id, Place(), {})
    device.role = role
    damaged = {"body": b"{not json"}
    with device.keeping() as connection:
        keep_draft(connection, device.account, visit_id, "an item", damaged)
        keep_draft(connection, device.account, visit_id, "*place", damaged)
    assert begun_work(device, visit_id, "an item") == ()
    assert kept_work(device, visit_id).place == Place()


def test_drafts_stay_readable_after_the_key_was_changed_and_never_outside(
    tmp_path: Path, hq_backend: Callable[[], str | None]
) -> None:
    """On SQLCipher every page is encrypted. On a server the values are boxed under the data key."""
    world: World = make_world(tmp_path / "w", database_url=hq_backend())
    hq: Session = world.hq
    parts = {"body": NOTE.encode(), "picture": PHOTO}
    with hq.keeping() as connection:
        keep_draft(connection, "REV-004", "a visit", "an item", parts)
    if hq.store.is_on_server:
        stored = hq.read(lambda connection: connection.execute(select(drafts.c.value)).scalars().all())
        assert all(NOTE.encode() not in value and PHOTO not in value for value in stored)
    hq.change_data_key(new_data_key())
    assert hq.read(read_draft, "REV-004", "a visit", "an item") == parts
    if hq.store.is_on_server:  # moved to another row, it does not open
        with hq.keeping() as connection:
            connection.execute(text("UPDATE drafts SET subject = 'another item'"))
        with pytest.raises(Trouble, match=r"store\.damaged"):
            hq.read(read_draft, "REV-004", "a visit", "another item")
    else:
        files = [path.read_bytes() for path in hq.store.folder.rglob("*") if path.is_file()]
        assert all(NOTE.encode() not in data for data in files)
    world.close()
