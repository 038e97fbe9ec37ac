"""Labels of containers, from the field to HQ: claims with the bytes they were read from, never sightings."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from db.claim_tables import claim_lists, claims
from db.queries.checks import recent_checks
from db.queries.claims import LabelsNoted, claims_about, labels_noted
from db.queries.exchange import outstanding
from db.queries.inventory import ItemFilter, find_item_ids
from db.queries.items import item
from db.queries.open_claims import claims_matched_since, open_claim_ids, open_claims_by_id
from db.queries.visits import visit
from db.tables import checks, journal, visit_items
from eum_app.domain.claims import Candidate, ClaimAbout, ClaimKind, match_labelled
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import ContainerLabelNoted, LabelClaim, decode_fact
from eum_app.domain.people import Scope
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.reporting.make_report import make_report
from eum_app.usecases.reporting.visit_record import VISIT_RECORD
from eum_app.usecases.session import Session
from eum_app.usecases.visits.match_label import ContainerLabels
from eum_app.usecases.visits.match_mark import Match, match_mark
from eum_app.usecases.visits.note_label import note_label
from tests.builders import World, close_as_is, make_world
from tests.macro_pdf417 import cut, scanned

KNOWN = "D1HLD9NVG-31A786950"
UNKNOWN = ("D1HLD9NVG-31A990001", "D1HLD9NVG-31A990002")
MESSAGE = "[)>\x1e06\x1d" + "\x1d".join(f"25S{uii}" for uii in (KNOWN, *UNKNOWN)) + "\x1e\x04"
BY_ELEMENTS = (
    "[)>\x1e06\x1d17V1HLD9\x1d1PNVG-31A\x1dS786951\x1e06\x1d17V1HLD9\x1d1PNVG-31A\x1dS786952\x1e\x04"  # two records
)
ID = (725, 120, 343)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world(tmp_path)
    yield made
    made.close()


@pytest.fixture
def visit_id(world: World) -> str:
    planned = world.plan()
    world.hand_over()
    return planned.visit_id


def read(labels: ContainerLabels, device: Session, visit_id: str, *raws: bytes, read_by: str = "wedge") -> Match:
    for raw in raws:
        match = labels.match(device, visit_id, raw, read_by=read_by)
    return match


def contents(session: Session, *tables: object) -> list[object]:
    with session.store.reading() as connection:
        return [sorted(map(tuple, connection.execute(select(table)))) for table in tables]  # type: ignore[call-overload]


def facts(session: Session) -> list[ContainerLabelNoted]:
    with session.store.reading() as connection:
        rows = connection.execute(
            select(journal.c.payload).where(journal.c.kind == "ContainerLabelNoted").order_by(journal.c.seq)
        ).scalars()
        found = [decode_fact("ContainerLabelNoted", 1, payload) for payload in rows]
    return [fact for fact in found if isinstance(fact, ContainerLabelNoted)]


def test_a_label_is_not_noted_on_a_closed_visit(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    visit_id = world.visit()
    device = world.device
    parts = scanned(cut(MESSAGE, 4), ID, with_count=True)
    match = read(ContainerLabels(), device, visit_id, *parts[::-1])
    close_as_is(device, visit_id)
    with pytest.raises(Refusal, match=r"visit\.closed"):
        note_label(device, visit_id, match)
    assert facts(device) == []
    world.close()


def test_a_label_noted_in_the_field_is_claims_at_hq_and_no_sighting(
    tmp_path: Path, hq_backend: Callable[[], str | None]
) -> None:
    world = make_world(tmp_path, database_url=hq_backend())
    visit_id = world.visit()
    device, hq = world.device, world.hq
    before = contents(device, checks, visit_items)
    parts = scanned(cut(MESSAGE, 4), ID, with_count=True)
    match = read(ContainerLabels(), device, visit_id, *parts[::-1])
    noted = note_label(device, visit_id, match)
    assert (noted.claims, noted.matched, "claims" in noted.areas) == (3, 1, True)
    assert contents(device, checks, visit_items) == before
    (fact,) = facts(device)
    assert [(part.number, part.raw, part.read_by) for part in fact.parts] == [
        (at, raw, "wedge") for at, raw in enumerate(parts, start=1)
    ], "raw bytes as they came, in their order, and how they were read"
    assert (fact.label_id, fact.size, fact.is_whole) == ("725120343", 4, True)

    assert device.read(outstanding, device.name, device.store.named.epoch).facts == 1, "HQ must receive it"
    standing = hq.read(visit, visit_id)
    outcomes = import_bundles(hq, [seal_results(device, world.drop).path]).outcomes
    assert [one.outcome for one in outcomes] == ["accepted"], outcomes
    assert facts(hq) == [fact]
    found = hq.read(open_claims_by_id, hq.read(open_claim_ids))
    assert {claim.uii: (claim.claim_kind, claim.was, claim.now.match) for claim in found.values()} == (
        dict.fromkeys(UNKNOWN, (ClaimKind.CONTAINER_LABEL, "unmatched", "unmatched"))
    )
    (known_id,) = [one for one in hq.read(find_item_ids, ItemFilter()) if hq.read(item, one).uii == KNOWN]
    (line,) = hq.read(claims_about, known_id)
    assert (line.claim_kind, line.source, line.line) == (ClaimKind.CONTAINER_LABEL, "725120343", 1)
    assert not hq.read(claims_matched_since, known_id)
    assert hq.read(recent_checks, visit_id) == []
    assert hq.read(visit, visit_id) == standing, "nothing was looked at"
    assert hq.read(labels_noted, visit_id) == LabelsNoted(1, 3)
    kept = contents(hq, claims, claim_lists)
    hq.store.rebuild()
    assert contents(hq, claims, claim_lists) == kept, "the journal says it all"
    world.close()


def test_parts_noted_before_the_rest_was_read_stay_one_label(world: World, visit_id: str) -> None:
    device = world.device
    labels, parts = ContainerLabels(), scanned(cut(MESSAGE, 3), ID)
    with pytest.raises(Refusal, match=r"label\.no_claims"):  # its one identifier is cut in two
        note_label(device, visit_id, read(labels, device, visit_id, parts[0]))
    first = note_label(device, visit_id, read(labels, device, visit_id, parts[0], parts[1]))
    (fact,) = facts(device)
    assert (first.claims, fact.is_whole, fact.size) == (len(fact.claims), False, 0)
    assert first.claims < 3
    with pytest.raises(Refusal, match=r"label\.already_noted"):
        note_label(device, visit_id, read(labels, device, visit_id, parts[0]))
    note_label(device, visit_id, read(labels, device, visit_id, *parts))
    assert device.read(labels_noted, visit_id) == LabelsNoted(1, 3)
    with pytest.raises(Refusal, match=r"label\.already_noted"):
        note_label(device, visit_id, read(ContainerLabels(), device, visit_id, *parts))
    assert len(facts(device)) == 2
    # In whatever order the two facts arrive elsewhere, the tables say the same.
    kept = contents(device, claims, claim_lists)
    device.store.rebuild()
    assert contents(device, claims, claim_lists) == kept


def test_what_the_label_states_beside_an_identifier_finds_an_item_without_one(world: World, visit_id: str) -> None:
    match = match_mark(world.device, visit_id, BY_ELEMENTS.encode(), read_by="camera", symbology="PDF417")
    assert [(one.uii, one.serial, one.part_number) for one in match.mark.claimed] == [
        (f"D1HLD9NVG-31A{serial}", serial, "NVG-31A") for serial in ("786951", "786952")
    ]
    assert note_label(world.device, visit_id, match).matched == 2
    (fact,) = facts(world.device)
    assert (fact.label_id, fact.size, fact.is_whole, fact.parts[0].raw) == ("", 1, True, BY_ELEMENTS.encode())
    one = ClaimAbout(uii="D1X1", serial="1", part_number="P", nomenclature="", nsn="")
    book = {"item_id": "a", "serial": "1", "nomenclature": "", "nsn": "", "part_number": "P"}
    assert match_labelled(one, [Candidate(uii="", **book)]).match == "serial_and_article"
    assert match_labelled(one, [Candidate(uii="D1X2", **book)]).item_id == "", "the book says another UII"
    alone = ClaimAbout(uii="D1X1", serial="1", part_number="", nomenclature="", nsn="")
    assert match_labelled(alone, [Candidate(uii="", **book)]).item_id == "", "a serial alone could be any maker's"


def test_what_a_cut_went_through_is_never_on_record(world: World, visit_id: str) -> None:
    torn = MESSAGE.encode()[:-8]  # a PDF417 symbol that breaks off within the last identifier
    match = match_mark(world.device, visit_id, torn, read_by="camera", symbology="PDF417")
    assert (match.kind, match.mark.uii) == ("claims", None)
    note_label(world.device, visit_id, match)
    (fact,) = facts(world.device)
    assert ([claim.uii for claim in fact.claims], fact.is_whole) == ([KNOWN, UNKNOWN[0]], False)
    nothing = match_mark(world.device, visit_id, MESSAGE.encode()[:20], read_by="camera", symbology="PDF417")
    assert nothing.kind == "claims"
    with pytest.raises(Refusal, match=r"label\.no_claims"):
        note_label(world.device, visit_id, nothing)
    expected = match_mark(world.device, visit_id, KNOWN.encode(), read_by="wedge")
    with pytest.raises(Refusal, match=r"label\.no_claims"):
        note_label(world.device, visit_id, expected)


def test_only_who_works_on_the_visit_notes_labels(world: World, visit_id: str) -> None:
    match = match_mark(world.device, visit_id, MESSAGE.encode(), read_by="wedge")
    with pytest.raises(Refusal, match=r"visit\.unknown"):
        note_label(world.device, "no such visit", match)
    with pytest.raises(Refusal, match=r"permission\.denied"):
        note_label(world.hq, visit_id, match)
    assert facts(world.device) == []


def test_the_visit_record_counts_labels_apart_from_what_was_seen(world: World, visit_id: str, tmp_path: Path) -> None:
    before = tmp_path / "before.json"
    make_report(world.hq, VISIT_RECORD, before, {"visit_id": visit_id})
    note_label(world.device, visit_id, match_mark(world.device, visit_id, MESSAGE.encode(), read_by="wedge"))
    import_bundles(world.hq, [seal_results(world.device, world.drop).path])
    after = tmp_path / "after.json"
    make_report(world.hq, VISIT_RECORD, after, {"visit_id": visit_id})
    (was, now) = (json.loads(path.read_text("utf-8")) for path in (before, after))
    assert "Container labels" not in before.read_text("utf-8")
    assert "Container labels (claims)" in after.read_text("utf-8")
    assert now["tables"] == was["tables"], "no outcome and no evidence grade came of it"


def test_a_device_that_lies_about_labels_harms_only_its_own_word(world: World, visit_id: str) -> None:
    claim = LabelClaim(uii=UNKNOWN[0], serial="", part_number="", item_id="no such item", match="uii")
    lie = ContainerLabelNoted(
        observed_at=world.device.observed_now(),
        visit_id=visit_id,
        label_id="7",
        size=-5,
        is_whole=True,
        parts=(),
        claims=(claim, claim, msgspec.structs.replace(claim, uii="\u202e" * 150, item_id="")),
    )
    with world.device.writing() as transaction:
        transaction.record(lie)
    (outcome,) = import_bundles(world.hq, [seal_results(world.device, world.drop).path]).outcomes
    assert outcome.outcome == "accepted"
    assert world.hq.read(labels_noted, visit_id) == LabelsNoted(1, 2)
    with world.hq.store.reading() as connection:
        assert connection.execute(select(claim_lists.c.rows, claim_lists.c.claims)).all() == [(2, 2)], (
            "said twice is one"
        )
    assert len(world.hq.read(open_claim_ids)) == 1
    with world.device.writing() as transaction:
        transaction.record(msgspec.structs.replace(lie, visit_id="another's"))
    (outcome,) = import_bundles(world.hq, [seal_results(world.device, world.drop).path]).outcomes
    assert (outcome.outcome, outcome.code) == ("quarantined", "fact.foreign_visit")


def test_whom_the_visit_concerns_sees_what_its_labels_claim(world: World, visit_id: str) -> None:
    note_label(world.device, visit_id, match_mark(world.device, visit_id, MESSAGE.encode(), read_by="wedge"))
    import_bundles(world.hq, [seal_results(world.device, world.drop).path])
    for countries, seen in ((("XX",), 2), (("YY",), 0)):
        with world.hq.store.reading(Scope((), countries)) as connection:
            assert len(open_claim_ids(connection)) == seen
            assert labels_noted(connection, visit_id).labels == bool(seen)


def test_an_item_listed_later_has_the_claim_in_its_history(world: World, visit_id: str, tmp_path: Path) -> None:
    from eum_app.list_files.inventory_file import read_inventory
    from eum_app.usecases.lists.import_inventory import import_inventory
    from tests.builders import inventory_csv

    note_label(world.device, visit_id, match_mark(world.device, visit_id, MESSAGE.encode(), read_by="wedge"))
    import_bundles(world.hq, [seal_results(world.device, world.drop).path])
    import_inventory(world.hq, read_inventory(inventory_csv(tmp_path / "more.csv", 1, first_serial=990001)))
    found = world.hq.read(open_claims_by_id, world.hq.read(open_claim_ids))
    (now,) = [claim.now for claim in found.values() if claim.uii == UNKNOWN[0]]
    assert now.match == "uii"
    (line,) = world.hq.read(claims_matched_since, now.item_id)
    assert (line.claim_kind, line.is_matched_since) == (ClaimKind.CONTAINER_LABEL, True)
