"""Values that a newer device's version added to a closed vocabulary: kept, forwarded, shown and reported."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from pypdf import PdfReader

from db.queries import visits
from db.queries.activity import activity_entry, activity_ids
from db.queries.checks import counting_checks
from eum_app.domain import facts as f
from eum_app.domain.facts import may_state
from eum_app.domain.people import Permission, Role, may
from eum_app.domain.visits import Grade, Outcome
from eum_app.domain.vocabulary import MAX_SHOWN, Unknown, member_of, read_as
from eum_app.usecases.reporting.make_report import make_report
from eum_app.usecases.reporting.visit_record import VISIT_RECORD
from tests.gui.hq_support import hq_window
from tests.simulator import Simulator
from ui.hq.visits import VisitsPage
from ui.kit import words
from ui.kit.models import select_id
from ui.kit.tasks import Tasks
from ui.kit.theme import status_mark

pytestmark = pytest.mark.usefixtures("look")
DEVICE = "FLD-0042"


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    made = Simulator.start(tmp_path / "w", devices=(DEVICE,))
    yield made
    made.world.close()


def from_the_future(simulator: Simulator) -> f.CheckRecorded:
    """A check as a later version of the program could state it."""
    device, visit_id = simulator.world.devices[DEVICE], simulator.visit_ids[DEVICE]
    return f.CheckRecorded(
        observed_at=device.observed_now(),
        check_id="from-the-future",
        visit_id=visit_id,
        item_id=device.read(visits.work_ids, visit_id)[0],
        outcome="sighted_by_drone",
        reason="roof_closed",
        mark=f.MarkRead(read_by="hologram", serial="786950"),
        checklist=None,
        answers=(),
        all_as_expected=False,
        grade="E",
        note=None,
        photos=(),
    )


def test_a_fact_with_unknown_values_goes_through_import_page_and_report(
    simulator: Simulator, tmp_path: Path, tasks: Tasks
) -> None:
    hq, visit_id, fact = simulator.world.hq, simulator.visit_ids[DEVICE], from_the_future(simulator)
    (delivered,) = simulator.deliver(simulator.lie(DEVICE, [fact]))
    assert (delivered.outcome, delivered.code, delivered.new_entries) == ("accepted", "", 1)

    # Kept as it came, so that it goes on as it came.
    ids = hq.read(activity_ids)
    (entry,) = [found for one in ids if (found := hq.read(activity_entry, one).entry).kind == "CheckRecorded"]
    assert entry.payload == f.encode_fact(fact)

    # Projection, before and after a rebuild.
    for _ in range(2):
        (check,) = hq.read(counting_checks, visit_id)
        assert (check.outcome, check.grade) == (Unknown("sighted_by_drone"), Unknown("E"))
        assert isinstance(check.outcome, Unknown)
        assert not check.is_sighted
        hq.store.rebuild()

    # Page.
    with hq_window(hq, tasks, tmp_path) as window:
        page = window.page("visits")
        assert isinstance(page, VisitsPage)
        select_id(page.list, visit_id)
        window.settle()
        model = page.view.checks.table.model()
        shown = [str(model.index(0, column).data()) for column in range(model.columnCount())]
        assert any("Unknown value: sighted_by_drone" in text for text in shown), shown

    # Report: files for programs keep the code, pages for people say that it is unknown.
    make_report(hq, VISIT_RECORD, tmp_path / "record.csv", {"visit_id": visit_id})
    with (tmp_path / "record.csv").open(encoding="utf-8-sig", newline="") as file:
        assert "sighted_by_drone" in {cell for row in csv.reader(file) for cell in row}
    make_report(hq, VISIT_RECORD, tmp_path / "record.pdf", {"visit_id": visit_id})
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(tmp_path / "record.pdf").pages).split())
    assert "Unknown value: sighted_by_drone" in text
    assert "unknown value: hologram" in text


def test_an_unknown_value_is_text_everywhere() -> None:
    value = read_as(Outcome, "sighted_by_drone")
    assert isinstance(value, Unknown)
    assert (value, str(value), f"{value}", hash(value)) == (*["sighted_by_drone"] * 3, hash("sighted_by_drone"))
    assert repr(value) == "UNKNOWN('sighted_by_drone')"
    assert msgspec.json.encode({"outcome": value}) == b'{"outcome":"sighted_by_drone"}'
    assert read_as(Outcome, "verified") is Outcome.VERIFIED
    assert member_of(Grade, "E") is None
    assert read_as(Grade, "") is Unknown.EMPTY


def test_an_unknown_value_cannot_disturb_the_words_around_it() -> None:
    hostile = "a\u202eb\nc" + "x" * 500
    for said in (words.word("grade", hostile), words.read_by(hostile), status_mark(hostile).text()):
        assert said.startswith("Unknown value: a\\u202eb\\u000ac")
        assert len(said) < 2 * MAX_SHOWN


def test_an_unknown_role_may_do_nothing() -> None:
    role = read_as(Role, "archivist")
    assert not any(may(role, permission) for permission in Permission)
    assert may_state(role) == may_state(Role.AUDITOR)
