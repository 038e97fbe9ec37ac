"""Claims by others about items: read, matched, kept beside the book, and never taken for a sighting."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from db.claim_tables import claim_lists, claims, profiles
from db.queries.claims import claims_about, saved_profile, saved_profiles
from db.queries.inventory import ItemFilter, find_item_ids
from db.queries.items import history, item
from db.tables import checks, items, journal, visit_items
from eum_app.domain.claims import CLAIM_COLUMNS, Candidate, ClaimKind, ClaimReader, ClaimRow, match_claim
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import ClaimsImported, decode_fact
from eum_app.list_files.claims_file import ClaimsPreview, read_claims
from eum_app.list_files.inventory_file import Profile, read_inventory, write_rejected_csv
from eum_app.usecases.children import import_claims_child, import_inventory_child
from eum_app.usecases.lists.import_claims import import_claims
from eum_app.usecases.lists.import_inventory import import_inventory
from eum_app.usecases.lists.list_profiles import fitting, profile_of, save_profile
from eum_app.usecases.lists.rejected import MAX_NAMED_REJECTED
from eum_app.usecases.session import Session
from tests.builders import Clock, inventory_csv, make_store

REPORT = "Serial,Item,Unit,State,Date,Remark\n"
NAME = "NIGHT VISION GOGGLE, TYPE A"


@pytest.fixture
def hq(tmp_path: Path) -> Iterator[Session]:
    session = make_store(tmp_path / "hq", "hq", "HQ-01", Clock(), role="reviewer")
    import_inventory(session, read_inventory(inventory_csv(tmp_path / "inventory.csv", 6)))
    yield session
    session.store.close()


@pytest.fixture
def report(tmp_path: Path) -> Callable[[str], ClaimsPreview]:
    def read(rows: str) -> ClaimsPreview:
        path = tmp_path / "report.csv"
        path.write_text(REPORT + rows, "utf-8")
        return read_claims(path)

    return read


def contents(session: Session, *tables: object) -> list[object]:
    with session.store.reading() as connection:
        return [connection.execute(select(table)).all() for table in tables]  # type: ignore[call-overload]


def test_a_report_of_rubbish_is_counted_whole_and_named_in_part(
    hq: Session, report: Callable[[str], ClaimsPreview]
) -> None:
    """So many rejected rows would make a fact of over 4 MiB, which is refused."""
    count = 100_000
    result = import_claims(hq, report(",,,on hand,2026-99-99,\n" * count), ClaimKind.PARTNER_REPORT)
    assert (result.claims, result.rejected) == (0, count)
    with hq.store.reading() as connection:
        (row,) = connection.execute(select(journal).where(journal.c.kind == "ClaimsImported"))
        rejected = connection.execute(select(claim_lists.c.rejected)).scalar()
    fact = decode_fact(row.kind, row.kind_version, row.payload)
    assert isinstance(fact, ClaimsImported)
    assert (fact.rejected_count, len(fact.rejected), fact.rejected[0].line) == (count, MAX_NAMED_REJECTED, 2)
    assert rejected == count


def test_a_partners_report_is_claims_and_never_a_sighting(hq: Session, report: Callable[[str], ClaimsPreview]) -> None:
    (first, *_) = hq.read(find_item_ids, ItemFilter())
    known = hq.read(item, first)
    before = contents(hq, items, checks, visit_items)
    told = hq.read(history, first)
    preview = report(
        f'{known.serial},"{known.nomenclature}",Unit 4,in repair,2026-09-30,counted by unit\n'
        f'{known.serial},"RADIO SET, TYPE E",Unit 4,on hand,2026-09-30,\n'
        '999999,"NIGHT VISION GOGGLE, TYPE A",Unit 4,lying about,2026-09-30,\n'
        f'{known.serial},"{known.nomenclature}",Unit 5,lost,2026-09-30,\n'
        ",,Unit 4,on hand,2026-09-30,\n"
    )
    assert [(row.line, row.codes) for row in preview.rejected] == [(5, ("claim.duplicate",)), (6, ("serial.missing",))]
    assert [(warning.line, warning.code) for warning in preview.warnings] == [(4, "state.unknown")]
    result = import_claims(hq, preview, ClaimKind.PARTNER_REPORT)
    assert (result.claims, result.matched, result.unmatched, result.ambiguous, result.rejected) == (3, 1, 1, 1, 2)
    assert result.areas == {"claims", "journal"}

    (claim,) = hq.read(claims_about, first)
    assert (claim.at, claim.claim_kind, claim.state, claim.disposition) == (
        *("2026-09-30", "partner_report", "in repair"),
        "IN_MAINTENANCE",
    )
    assert (claim.unit, claim.remark, claim.source, claim.line) == ("Unit 4", "counted by unit", "report.csv", 2)
    assert contents(hq, items, checks, visit_items) == before, "a claim changes nothing on the book"
    assert hq.read(item, first).last_inventory == known.last_inventory
    assert hq.read(history, first) == told

    with pytest.raises(Refusal, match=r"claims\.already_imported"):
        import_claims(hq, preview, ClaimKind.PARTNER_REPORT)
    kept = contents(hq, claims, claim_lists)
    hq.store.rebuild()
    assert contents(hq, claims, claim_lists) == kept, "the journal says it all"


def test_a_shippers_list_has_other_headings(hq: Session, tmp_path: Path) -> None:
    (first, *_) = hq.read(find_item_ids, ItemFilter())
    known = hq.read(item, first)
    path = tmp_path / "shipper.csv"
    path.write_text(f"P/N;Ser No;Consignee;Ship Date\n{known.part_number};{known.serial};Depot 7;2025-02-12\n")
    result = import_claims(hq, read_claims(path), ClaimKind.SHIPPER_LIST)
    assert (result.matched, result.unmatched, result.ambiguous) == (1, 0, 0)
    (claim,) = hq.read(claims_about, first)
    assert (claim.claim_kind, claim.at, claim.unit, claim.state) == ("shipper_list", "2025-02-12", "Depot 7", "")


def test_an_inspector_may_not_bring_claims_in(tmp_path: Path, report: Callable[[str], ClaimsPreview]) -> None:
    field = make_store(tmp_path / "fld", "field", "FLD-0042", Clock(), role="inspector")
    preview = report(f'1,"{NAME}",Unit 4,on hand,2026-09-30,\n')
    with pytest.raises(Refusal, match=r"permission\.denied"):
        import_claims(field, preview, ClaimKind.PARTNER_REPORT)
    assert contents(field, claims, claim_lists) == [[], []]
    field.store.close()


def claim(**given_values: str) -> ClaimRow:
    outcome = ClaimReader("not needed").read(2, {"serial": "1", **given_values})
    assert outcome.row is not None
    return outcome.row


def candidate(item_id: str, **given_values: str) -> Candidate:
    fields = dict.fromkeys(("uii", "nomenclature", "nsn", "part_number"), "")
    return Candidate(**{"item_id": item_id, "serial": "1", **fields, **given_values})


@pytest.mark.parametrize(
    ("row", "held", "expected"),
    [
        ({}, [], ("", "unmatched")),
        ({}, [candidate("a")], ("a", "serial")),
        ({}, [candidate("a"), candidate("b")], ("", "ambiguous")),
        ({"nomenclature": "goggle"}, [candidate("a", nomenclature="GOGGLE")], ("a", "serial_and_article")),
        ({"nomenclature": "goggle"}, [candidate("a", nomenclature="RADIO")], ("", "ambiguous")),
        (
            {"nomenclature": "goggle, type a"},
            [candidate("a", nomenclature="RADIO"), candidate("b", nomenclature="GOGGLE TYPE A")],
            ("b", "serial_and_article"),
        ),
        (
            {"nomenclature": "goggle", "nsn": "5855010000101"},
            [candidate("a", nomenclature="NIGHT VISION", nsn="5855-01-000-0101")],
            ("a", "serial_and_article"),
        ),
        ({"uii": "D1X1"}, [candidate("a", serial="2", uii="D1X1"), candidate("b")], ("a", "uii")),
        ({"uii": "D1X1"}, [candidate("b", uii="D1X9")], ("b", "serial")),
    ],
)
def test_a_claim_is_about_one_item_or_none(
    row: dict[str, str], held: list[Candidate], expected: tuple[str, str]
) -> None:
    found = match_claim(claim(**row), held)
    assert (found.item_id, found.match) == expected


@given(cells=st.dictionaries(st.sampled_from(CLAIM_COLUMNS), st.text(max_size=20)))
def test_any_row_is_a_claim_or_is_rejected_with_reasons(cells: dict[str, str]) -> None:
    outcome = ClaimReader("day first").read(2, cells)
    assert (outcome.row is None) == bool(outcome.codes)
    if outcome.row is not None:
        assert outcome.row.serial
        assert match_claim(outcome.row, []).match == "unmatched"


def test_what_is_imported_is_what_was_shown(hq: Session, tmp_path: Path) -> None:
    def step(done: int, total: int, text: str = "") -> None: ...

    path = inventory_csv(tmp_path / "more.csv", 3, "Base 12", 501800)
    preview = read_inventory(path)
    path.write_text(path.read_text("utf-8").replace("501801", "501809"), "utf-8")
    before = contents(hq, items, claims)
    with pytest.raises(Refusal, match=r"inventory\.changed"):
        import_inventory_child(step, hq.ticket, path, preview.profile, preview.sha384)
    with pytest.raises(Refusal, match=r"inventory\.changed"):
        import_claims_child(step, hq.ticket, path, None, preview.sha384, ClaimKind.PARTNER_REPORT)
    assert contents(hq, items, claims) == before
    assert import_inventory_child(step, hq.ticket, path, None, read_inventory(path).sha384).accepted == 3


def test_rejected_rows_are_corrected_and_imported_again(hq: Session, tmp_path: Path) -> None:
    path = inventory_csv(tmp_path / "more.csv", 3, "Base 12", 501800)
    path.write_text(path.read_text("utf-8").replace(",501801,", ",5.018E+05,"), "utf-8")
    preview = read_inventory(path)
    assert import_inventory(hq, preview).accepted == 2
    mended = tmp_path / "rejected.csv"
    assert write_rejected_csv(preview, mended) == 1
    mended.write_text(mended.read_text("utf-8-sig").replace("5.018E+05", "501801"), "utf-8")
    again = import_inventory(hq, read_inventory(mended, preview.profile))
    assert (again.accepted, again.already_held, again.rejected) == (1, 0, 0)
    assert import_inventory(hq, read_inventory(mended)).already_held == 1


def test_a_profile_is_kept_by_name_and_offered_for_the_same_headings(hq: Session, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Case,P/N,S/N,Bin,Dlvd,Whose\nXX-B-ABC,A,1,Shelf 4,03/04/2025,Unit 4\n")
    with pytest.raises(Refusal) as caught:
        read_inventory(path)
    assert caught.value.code == "inventory.date_order"
    wanted = Profile(date_order="day first", columns={"Bin": "", "Whose": "location"})
    preview = read_inventory(path, wanted)
    assert [row.location for row in preview.accepted] == ["Unit 4"]
    assert [note.values for note in preview.notes] == [{"columns": "Bin"}]
    assert preview.profile.columns["Bin"] == "", "left out stays left out"

    save_profile(hq, "Depot lists", "inventory", Profile(date_order="month first"), preview.headings)
    save_profile(hq, " Depot  lists ", "inventory", preview.profile, preview.headings)
    (saved,) = hq.read(saved_profiles, "inventory")
    assert saved.name == "Depot lists"
    assert hq.read(saved_profiles, "partner_report") == []
    assert fitting([saved], preview.headings[::-1]) == [saved]
    assert caught.value.values["found"] == preview.headings, "offered also while the dates are asked about"
    assert fitting([saved], ["Case", "S/N"]) == []
    assert read_inventory(path, profile_of(hq.read(saved_profile, "Depot lists"))) == preview
    with pytest.raises(Refusal, match=r"profile\.unknown"):
        hq.read(saved_profile, "none")
    with pytest.raises(Refusal, match=r"profile\.name"):
        save_profile(hq, "  ", "inventory", preview.profile, preview.headings)
    kept = contents(hq, profiles)
    hq.store.rebuild()
    assert contents(hq, profiles) == kept


def test_that_no_date_left_it_open_says_nothing_about_the_next_list(hq: Session, tmp_path: Path) -> None:
    path = inventory_csv(tmp_path / "more.csv", 1, "Base 12", 501800)
    preview = read_inventory(path)
    assert preview.profile.date_order == "not needed"
    save_profile(hq, "Base 12", "inventory", preview.profile, preview.headings)
    assert profile_of(hq.read(saved_profile, "Base 12")).date_order is None


@pytest.mark.data
def test_the_sample_report_is_about_items_of_the_sample_depot(hq: Session, shared_data: Path, tmp_path: Path) -> None:
    import_inventory(hq, read_inventory(shared_data / "baseline-depot-7.xlsx"))
    preview = read_claims(shared_data / "partner-report.csv")
    assert (preview.rows, len(preview.accepted), preview.rejected, preview.warnings) == (40, 40, [], [])
    result = import_claims(hq, preview, ClaimKind.PARTNER_REPORT)
    assert result.claims == 40 == result.matched + result.unmatched + result.ambiguous
    assert result.matched > 0


def test_headings_of_claims_name_only_known_columns_and_no_word_twice() -> None:
    from assets import asset

    columns = json.loads(asset("reference", "claim-headings.json").read_text("utf-8"))["columns"]
    assert list(columns) == list(CLAIM_COLUMNS)
    folded = ["".join(c for c in word.casefold() if c.isalnum() or c == "#") for w in columns.values() for word in w]
    assert len(folded) == len(set(folded))


def test_the_clock_of_a_claim_is_not_the_clock_of_a_sighting() -> None:
    assert claim(as_of="").as_of is None
    assert claim(as_of="2026-09-30").as_of == datetime(2026, 9, 30, tzinfo=UTC).date()
