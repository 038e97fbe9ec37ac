"""Deficiencies of a site from the visit that states one to its correction, over two devices and HQ."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from db.queries.deficiencies import (
    all_deficiencies,
    carried_over,
    deficiencies_at,
    deficiency,
    loose_corrections,
    stated_at_visit,
    unasked,
)
from db.queries.host_statement import host_statement
from db.queries.items import all_sites
from db.queries.visits import visit
from eum_app.domain import facts as f
from eum_app.domain.deficiencies import DeficiencyState
from eum_app.domain.errors import Refusal
from eum_app.domain.visits import OpenPointKind
from eum_app.list_files.inventory_file import read_inventory
from eum_app.usecases.deficiencies.severities import clock_of
from eum_app.usecases.deficiencies.state import (
    NewCorrection,
    NewDeficiency,
    correct_deficiency,
    end_deficiency,
    follow_up,
    state_deficiency,
)
from eum_app.usecases.lists.import_inventory import import_inventory
from eum_app.usecases.reporting.make_report import make_report
from eum_app.usecases.reporting.visit_record import VISIT_RECORD
from eum_app.usecases.session import Session
from eum_app.usecases.visits.close_out import close_out_state
from eum_app.usecases.visits.start_visit import adopt_visit, start_visit
from eum_app.wording.host_statement import said_statement
from tests.builders import close_as_is, inventory_csv
from tests.pictures import photo as picture
from tests.simulator import Simulator

ONE, TWO = "FLD-0042", "FLD-0043"


@pytest.fixture
def simulator(tmp_path: Path, hq_backend: Callable[[], str | None]) -> Iterator[Simulator]:
    made = Simulator.start(tmp_path / "w", devices=(ONE, TWO), database_url=hq_backend())
    yield made
    made.world.close()


def fence(session: Session, **other: Any) -> NewDeficiency:
    due = (session.now() + timedelta(days=30)).date().isoformat()
    known: dict[str, Any] = {
        "what": "The fence has a hole",
        "place": "North side",
        "severity": "major",
        "owner": "Depot 7, engineer",
        "due_on": due,
    }
    return NewDeficiency(**(known | other))


def mended(session: Session, **other: Any) -> NewCorrection:
    known: dict[str, Any] = {
        "what": "New mesh",
        "corrected_on": session.now().date().isoformat(),
        "corrected_by": "Depot 7, engineer",
        "document_name": "Work order 12",
    }
    return NewCorrection(**(known | other))


def snapshot() -> bytes:
    return picture(32, random.Random(7))


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refused:
        act()
    return refused.value.code


def answer_site(simulator: Simulator, device: str) -> None:
    """Close the visit of a device: every item, every question, both signatures."""
    for number in range(4):
        simulator.check(device, number)
    close_as_is(simulator.world.devices[device], simulator.visit_ids[device])


def stated(simulator: Simulator, device: str = ONE, **other: Any) -> str:
    session = simulator.world.devices[device]
    return state_deficiency(session, fence(session, **other), visit_id=simulator.visit_ids[device]).deficiency_id


# From one visit to the next


def test_a_deficiency_of_one_visit_is_asked_for_at_the_next(simulator: Simulator, tmp_path: Path) -> None:
    world, hq, other = simulator.world, simulator.world.hq, simulator.world.devices[TWO]
    found = stated(simulator, photos=[snapshot()])
    simulator.deliver(simulator.seal(ONE))
    (at_hq,) = hq.read(all_deficiencies)
    assert (at_hq.what, at_hq.site, at_hq.photos, at_hq.is_open) == ("The fence has a hole", "Depot 7", 1, True)
    assert clock_of(at_hq, hq.now().date()).days_left == 30
    visit_id = simulator.visit_ids[TWO]
    assert other.read(unasked, visit_id) == []
    world.hand_over(TWO)  # its visit was planned before; HQ told the device nevertheless
    assert other.read(unasked, visit_id) == [found]
    points = close_out_state(other, visit_id).open_points
    assert [one.target for one in points if one.kind is OpenPointKind.DEFICIENCY] == [found]
    assert code_of(lambda: follow_up(other, found, visit_id=visit_id, state="not_looked_at")) == "deficiency.reason"
    follow_up(other, found, visit_id=visit_id, state="not_looked_at", reason="Snow")
    assert other.read(unasked, visit_id) == []
    follow_up(other, found, visit_id=visit_id, state="still_open")
    simulator.deliver(simulator.seal(TWO))
    said = hq.read(deficiency, found).followed_up_at(visit_id)
    assert said is not None
    assert said.state == "still_open", "the newest of a visit counts"
    made = make_report(hq, VISIT_RECORD, tmp_path / "visit.json", {"visit_id": visit_id})
    (row,) = json.loads(made.path.read_text())["tables"]["deficiencies"]["rows"]
    assert (row["deficiency"], row["severity"], row["at_visit"]) == ("The fence has a hole", "Major", "Still open")
    statement = said_statement(hq.read(host_statement, visit_id)).text
    assert "Deficiency, Still open: The fence has a hole (North side)" in statement.splitlines()


def test_a_correction_with_proof_closes_it_and_the_next_tasking_says_so(simulator: Simulator) -> None:
    world, hq, other = simulator.world, simulator.world.hq, simulator.world.devices[TWO]
    found = stated(simulator)
    simulator.deliver(simulator.seal(ONE))
    world.hand_over(TWO)
    visit_id = simulator.visit_ids[TWO]
    world.clock.instant += timedelta(days=3)
    new = mended(other, photos=[snapshot()])
    correct_deficiency(other, found, new, visit_id=visit_id)
    assert code_of(lambda: follow_up(other, found, visit_id=visit_id, state="still_open")) == "deficiency.corrected"
    simulator.deliver(simulator.seal(TWO))
    at_hq = hq.read(deficiency, found)
    assert not at_hq.is_open
    assert clock_of(at_hq, hq.now().date()).state is DeficiencyState.CORRECTED
    world.hand_over(ONE)
    assert not world.devices[ONE].read(deficiency, found).is_open, "the device that stated it learns of it"
    later = world.plan(TWO).visit_id
    world.hand_over(TWO)
    assert other.read(carried_over, later) == []


def test_hq_corrects_by_a_document_and_sets_mistakes_aside(simulator: Simulator, tmp_path: Path) -> None:
    world, hq, other = simulator.world, simulator.world.hq, simulator.world.devices[TWO]
    found = stated(simulator)
    simulator.deliver(simulator.seal(ONE))
    paper = tmp_path / "order.pdf"
    paper.write_bytes(b"%PDF-1.7 work order")
    done = correct_deficiency(hq, found, mended(hq, document=paper, document_name=""))
    (correction,) = hq.read(deficiency, found).counting
    assert correction.document is not None
    assert correction.document_name == "order.pdf"
    assert hq.content(correction.document) == b"%PDF-1.7 work order"
    world.hand_over(TWO)
    assert other.read(unasked, simulator.visit_ids[TWO]) == []
    end_deficiency(hq, done.correction_id, found, "The order was of another depot")
    assert hq.read(deficiency, found).is_open
    world.hand_over(TWO)
    assert other.read(unasked, simulator.visit_ids[TWO]) == [found]
    end_deficiency(hq, found, found, "There is no fence")
    assert code_of(lambda: end_deficiency(hq, found, found, "Again")) == "deficiency.ended"
    world.hand_over(TWO)
    assert other.read(unasked, simulator.visit_ids[TWO]) == []
    assert code_of(lambda: correct_deficiency(hq, found, mended(hq))) == "deficiency.ended"


def test_a_device_withdraws_its_own_while_the_visit_is_open(simulator: Simulator) -> None:
    device, visit_id = simulator.world.device, simulator.visit_ids[ONE]
    found = stated(simulator)
    (held,) = device.read(stated_at_visit, visit_id)
    assert held.deficiency_id == found
    answer_site(simulator, ONE)
    assert device.read(visit, visit_id).closed_at
    assert code_of(lambda: end_deficiency(device, found, found, "Mistake")) == "visit.closed"
    assert code_of(lambda: stated(simulator)) == "visit.closed"
    simulator.deliver(simulator.seal(ONE))
    assert simulator.world.hq.read(deficiency, found).is_open
    assert code_of(lambda: end_deficiency(device, found, found, " ")) == "deficiency.end_reason"


def test_hq_states_one_of_a_site(simulator: Simulator) -> None:
    world, hq, other = simulator.world, simulator.world.hq, simulator.world.devices[TWO]
    site_id = hq.read(visit, simulator.visit_ids[TWO]).site_id
    assert code_of(lambda: state_deficiency(hq, fence(hq), visit_id=simulator.visit_ids[TWO])) == "deficiency.at_visit"
    assert code_of(lambda: state_deficiency(hq, fence(hq), site_id="nowhere")) == "site.unknown"
    found = state_deficiency(hq, fence(hq), site_id=site_id).deficiency_id
    assert [one.deficiency_id for one in hq.read(deficiencies_at, site_id)] == [found]
    world.hand_over(TWO)
    assert other.read(unasked, simulator.visit_ids[TWO]) == [found]


def test_one_of_a_started_visit_counts_once_the_visit_is_adopted(simulator: Simulator) -> None:
    world, hq, device, other = simulator.world, simulator.world.hq, simulator.world.device, simulator.world.devices[TWO]
    site_id = device.read(visit, simulator.visit_ids[ONE]).site_id
    started = start_visit(device, purpose="special_inventory", site_id=site_id)
    found = state_deficiency(device, fence(device), visit_id=started.visit_id).deficiency_id
    simulator.deliver(simulator.seal(ONE))
    assert hq.read(deficiency, found).is_pending
    assert code_of(lambda: correct_deficiency(hq, found, mended(hq))) == "deficiency.pending"
    adopt_visit(hq, started.visit_id)
    assert not hq.read(deficiency, found).is_pending
    world.hand_over(TWO)
    assert other.read(unasked, simulator.visit_ids[TWO]) == [found]


# Bad input


def test_what_is_not_whole_is_refused_in_words(simulator: Simulator) -> None:
    device, visit_id = simulator.world.device, simulator.visit_ids[ONE]

    def refused(**other: Any) -> str:
        return code_of(lambda: state_deficiency(device, fence(device, **other), visit_id=visit_id))

    yesterday = (device.now() - timedelta(days=1, hours=12)).date().isoformat()
    assert refused(due_on=yesterday) == "deficiency.due"
    assert refused(due_on="soon") == "deficiency.due"
    assert refused(what=" ") == "deficiency.text"
    assert refused(owner="") == "deficiency.text"
    assert refused(severity="dreadful") == "deficiency.severity"
    assert refused(item_id="no-such-item") == "item.unknown"
    assert refused(question_id="no-such-question") == "deficiency.question"
    assert refused(photos=[b"not a picture"]) == "photo.kind"
    assert refused(what="x" * 2_001) == "note.too_long"
    assert code_of(lambda: state_deficiency(device, fence(device))) == "deficiency.visit_missing"
    assert code_of(lambda: state_deficiency(device, fence(device), visit_id="nowhere")) == "visit.unknown"
    assert device.read(all_deficiencies) == [], "nothing is half done"


def test_a_correction_before_the_statement_or_without_proof_is_refused(simulator: Simulator) -> None:
    device, visit_id = simulator.world.device, simulator.visit_ids[ONE]
    found = stated(simulator)

    def refused(**other: Any) -> str:
        return code_of(lambda: correct_deficiency(device, found, mended(device, **other), visit_id=visit_id))

    assert refused(corrected_on=(device.now() - timedelta(days=2)).date().isoformat()) == "deficiency.corrected_on"
    assert refused(corrected_on=(device.now() + timedelta(days=2)).date().isoformat()) == "deficiency.corrected_on"
    assert refused(corrected_on="then") == "deficiency.corrected_on"
    assert refused(document_name="") == "deficiency.proof"
    assert refused(corrected_by="") == "deficiency.proof"
    assert refused(document=Path("/no/such/file.pdf")) == "image.missing"
    assert (
        code_of(lambda: correct_deficiency(device, "none", mended(device), visit_id=visit_id)) == "deficiency.unknown"
    )
    assert device.read(deficiency, found).is_open
    compact = device.now().date().isoformat().replace("-", "")
    correct_deficiency(device, found, mended(device, corrected_on=compact), visit_id=visit_id)
    (made,) = device.read(deficiency, found).corrections
    assert made.corrected_on == device.now().date().isoformat(), "days are compared as text"


def test_two_devices_that_state_different_corrections_are_both_shown(simulator: Simulator) -> None:
    world, hq = simulator.world, simulator.world.hq
    found = stated(simulator)
    simulator.deliver(simulator.seal(ONE))
    world.hand_over(TWO)
    for device, what in ((ONE, "New mesh"), (TWO, "A guard was posted")):
        session = world.devices[device]
        correct_deficiency(session, found, mended(session, what=what), visit_id=simulator.visit_ids[device])
    simulator.deliver(simulator.seal(ONE), simulator.seal(TWO))
    held = hq.read(deficiency, found)
    assert {one.what for one in held.counting} == {"New mesh", "A guard was posted"}
    assert clock_of(held, hq.now().date()).state is DeficiencyState.CORRECTION_DOUBTFUL
    wrong = next(one for one in held.counting if one.what == "New mesh")
    end_deficiency(hq, wrong.correction_id, found, "The hole is still there")
    assert clock_of(hq.read(deficiency, found), hq.now().date()).state is DeficiencyState.CORRECTED


# A device that lies


def lie(deficiency_id: str, visit_id: str, **other: Any) -> f.DeficiencyStated:
    texts: dict[str, Any] = dict.fromkeys(f.DeficiencyStated.__struct_fields__, "")
    known = {"observed_at": "2026-11-21T09:00:00.000000Z", "deficiency_id": deficiency_id, "visit_id": visit_id}
    return f.DeficiencyStated(**(texts | {"photos": (), "what": "x", "due_on": "2026-12-31"} | known | other))


def lie_corrected(correction_id: str, deficiency_id: str, visit_id: str, **other: Any) -> f.DeficiencyCorrected:
    texts: dict[str, Any] = dict.fromkeys(f.DeficiencyCorrected.__struct_fields__, "")
    known = {
        "observed_at": "2026-11-21T09:00:00.000000Z",
        "correction_id": correction_id,
        "deficiency_id": deficiency_id,
        "visit_id": visit_id,
    }
    return f.DeficiencyCorrected(**(texts | {"photos": (), "document": None} | known | other))


def test_hostile_values_are_kept_and_shown_and_close_nothing_in_silence(simulator: Simulator) -> None:
    hq, visit_id = simulator.world.hq, simulator.visit_ids[ONE]
    site_id = hq.read(visit, visit_id).site_id
    lies = [
        lie("d1", visit_id, site_id="of-another-country", severity="dreadful", due_on="yesterday", item_id="no-item"),
        lie("d2", visit_id, what="\u202eevil", due_on="9999-12-31"),
        lie_corrected("c2", "d2", visit_id, corrected_on="1999-01-01"),
        lie_corrected("c3", "no-such-deficiency", visit_id, corrected_on="2026-11-21"),
        f.DeficiencyWithdrawn(
            observed_at="2026-11-21T09:00:00.000000Z", record_id="d9", deficiency_id="d9", visit_id=visit_id, reason=""
        ),
        f.DeficiencyFollowedUp(
            observed_at="2026-11-21T09:00:00.000000Z", deficiency_id="d1", visit_id=visit_id, state="eaten", reason=""
        ),
    ]
    (outcome,) = simulator.deliver(simulator.lie(ONE, lies))
    assert outcome.code == ""
    by_id = {one.deficiency_id: one for one in hq.read(deficiencies_at, site_id)}
    today = hq.now().date()
    assert clock_of(by_id["d1"], today).state is DeficiencyState.NO_DATE, "it is of the visit's site, whatever it says"
    assert clock_of(by_id["d2"], today).state is DeficiencyState.CORRECTION_DOUBTFUL
    assert [one.correction_id for one in hq.read(loose_corrections, visit_id)] == ["c3"]


def test_a_device_neither_corrects_at_another_site_nor_repeats_an_id_nor_sets_aside(simulator: Simulator) -> None:
    world, hq = simulator.world, simulator.world.hq
    inventory = inventory_csv(world.folder / "more.csv", 1, site="Depot 9", first_serial=900001)
    import_inventory(hq, read_inventory(inventory))
    elsewhere = next(row.site_id for row in hq.read(all_sites) if row.name == "Depot 9")
    mine = state_deficiency(hq, fence(hq), site_id=elsewhere).deficiency_id
    visit_id = simulator.visit_ids[ONE]
    simulator.deliver(simulator.lie(ONE, [lie_corrected("c1", mine, visit_id, corrected_on="2026-11-22")]))
    held = hq.read(deficiency, mine)
    assert held.is_open
    assert [one.is_of_site for one in held.corrections] == [False]
    for fact, code in (
        (lie(mine, visit_id), "deficiency.repeated"),
        (lie("d0", ""), ""),
        (lie("d1", "no-such-visit"), "fact.foreign_visit"),
        (lie("d1", simulator.visit_ids[TWO]), "fact.foreign_visit"),
        (
            f.DeficiencySetAside(
                observed_at="2026-11-21T09:00:00.000000Z", record_id=mine, deficiency_id=mine, reason="x"
            ),
            "fact.not_allowed",
        ),
    ):
        (refused,) = simulator.deliver(simulator.lie(ONE, [fact]))
        assert refused.code == code
    assert [one.deficiency_id for one in hq.read(all_deficiencies)] == [mine], "one without a visit is not applied"
    assert hq.read(deficiency, mine).is_open
    device = world.devices[TWO]
    found = stated(simulator, TWO)
    simulator.deliver(simulator.seal(TWO))
    withdrawn = f.DeficiencyWithdrawn(
        observed_at="2026-11-21T09:00:00.000000Z", record_id=found, deficiency_id=found, visit_id=visit_id, reason="x"
    )
    (refused,) = simulator.deliver(simulator.lie(ONE, [withdrawn]))
    assert refused.code == "deficiency.of_other_visit"
    assert hq.read(deficiency, found).is_open
    simulator.deliver(simulator.lie(ONE, [lie("d1", visit_id)]))
    (refused,) = simulator.deliver(simulator.lie(ONE, [lie("d1", visit_id, what="Something else")]))
    assert refused.code == "deficiency.repeated", "a device does not restate what it has stated"
    assert device.read(deficiency, found).is_open
