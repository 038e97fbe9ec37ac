"""Proof slips and signed heads of HQ's log, on real stores."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from db import triggers
from db.bounds import stated_within
from db.holes import Hole, keep_holes
from db.log_tables import log_tiles
from db.queries.items import all_sites, item_ids_at
from db.queries.log import heads_of, log_head_of
from db.queries.visits import all_visits
from db.tables import journal
from db.tiles import place_of
from eum_app.crypto.suites import Suite
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import CheckRecorded, Fact, FindingRaised, FindingReviewed, VisitClosedOut, decode_fact
from eum_app.domain.journal import Entry
from eum_app.domain.people import Role, Scope
from eum_app.domain.proof_slips import Slip, decode_slip
from eum_app.domain.tree_heads import decode_head
from eum_app.list_files.inventory_file import read_inventory
from eum_app.usecases.lists.import_inventory import import_inventory
from eum_app.usecases.proofs.log_head import export_head, sign_log_head
from eum_app.usecases.proofs.make_slip import Subject, make_slip
from eum_app.usecases.proofs.verify_slip import Comparison, Trust, Verdict, compare_heads, verify_head, verify_slip
from eum_app.usecases.review.findings import review_finding
from eum_app.usecases.session import Session
from eum_app.usecases.store.renew_journal import renew_journal
from eum_app.usecases.visits.record_check import record_check
from tests.builders import inventory_csv, make_world, typed, yes_to_all
from tests.proofs import Proved, deliver, proved_world


@pytest.fixture
def proved(tmp_path: Path) -> Iterator[Proved]:
    made = proved_world(tmp_path / "world")
    yield made
    made.world.close()


def fact_in(slip: Slip) -> Fact:
    entry = slip.entry
    fact = decode_fact(entry.kind, entry.kind_version, entry.payload)
    assert isinstance(fact, Fact)
    return fact


def root_of_hq(hq: Session) -> Trust:
    head = sign_log_head(hq)
    with hq.store.reading() as connection:
        signed = log_head_of(connection, hq.store.named.epoch, head.size)
    assert signed is not None
    return Trust(root=verify_head(signed).root_fingerprint)


@pytest.mark.parametrize(("suite", "limit"), [(Suite.P384, 12_000), (Suite.HYBRID, 26_000)])
def test_each_subject_is_proved_by_its_own_entry(tmp_path: Path, suite: Suite, limit: int) -> None:
    proved = proved_world(tmp_path / "world", suite)
    hq = proved.world.hq
    trust = root_of_hq(hq)
    for subject, subject_id, kind in (
        (Subject.ITEM, proved.items[0], CheckRecorded),
        (Subject.VISIT, proved.visit_id, VisitClosedOut),
        (Subject.FINDING, proved.finding_id, FindingRaised),
    ):
        made = make_slip(hq, subject, subject_id)
        slip = decode_slip(made.data)
        assert slip == made.slip
        assert isinstance(fact_in(slip), kind)
        assert len(made.data) <= limit
        assert made.short is not None
        proof = verify_slip(slip, trust)
        assert (proof.verdict, proof.is_included, proof.refusals) == (Verdict.HOLDS, True, ())
        assert proof.head is not None
        assert (proof.head.signer, proof.head.signer_role) == ("HQ-01", "hq")
        assert verify_slip(slip).verdict is Verdict.UNALTERED
        short = decode_slip(made.short)
        assert short.signed is None
        assert verify_slip(short, trust).verdict is Verdict.FAILS  # no head: nothing is proved
        assert verify_slip(short, trust, slip.signed).verdict is Verdict.HOLDS
    proved.world.close()


def test_a_decision_about_a_finding_is_the_record(proved: Proved) -> None:
    review_finding(proved.world.hq, proved.finding_id, decision="escalate", comment="Asked the host again")
    fact = fact_in(make_slip(proved.world.hq, Subject.FINDING, proved.finding_id).slip)
    assert isinstance(fact, FindingReviewed)
    assert fact.comment == "Asked the host again"


def test_what_is_not_recorded_has_no_slip(tmp_path: Path) -> None:
    proved = proved_world(tmp_path / "world", close=False)
    hq = proved.world.hq
    for subject, subject_id, code in (
        (Subject.VISIT, proved.visit_id, "slip.visit_open"),
        (Subject.VISIT, "no such", "visit.unknown"),
        (Subject.ITEM, "no such", "item.unknown"),
        (Subject.FINDING, "no such", "finding.unknown"),
    ):
        with pytest.raises(Refusal) as refused:
            make_slip(hq, subject, subject_id)
        assert refused.value.code == code
    with pytest.raises(Refusal) as refused:
        make_slip(proved.world.device, Subject.ITEM, proved.items[0])
    assert refused.value.code == "permission.denied"
    proved.world.close()


def test_an_item_without_a_check_has_no_slip(proved: Proved) -> None:

    hq = proved.world.hq
    listed = inventory_csv(proved.world.folder / "more.csv", 1, site="Depot 9", first_serial=991)
    import_inventory(hq, read_inventory(listed))
    site_id = next(row.site_id for row in hq.read(all_sites) if row.name == "Depot 9")
    (item_id,) = hq.read(item_ids_at, site_id)
    with pytest.raises(Refusal, match=r"slip\.no_check"):
        make_slip(hq, Subject.ITEM, item_id)


def test_a_scope_limits_the_slips_of_an_account(proved: Proved) -> None:
    hq = proved.world.hq
    sign_log_head(hq)
    hq.scope = Scope(countries=("YY",))
    for subject, subject_id in (
        (Subject.ITEM, proved.items[0]),
        (Subject.VISIT, proved.visit_id),
        (Subject.FINDING, proved.finding_id),
    ):
        with pytest.raises(Refusal) as refused:
            make_slip(hq, subject, subject_id)
        assert refused.value.code in {"item.unknown", "visit.unknown", "finding.unknown", "permission.out_of_scope"}
    hq.scope = Scope(countries=("XX",))
    assert verify_slip(make_slip(hq, Subject.ITEM, proved.items[0]).slip).is_included


def test_an_auditor_makes_slips_by_heads_that_are_there(proved: Proved) -> None:
    hq = proved.world.hq
    hq.role = Role.AUDITOR
    with pytest.raises(Refusal, match=r"slip\.no_head"):
        make_slip(hq, Subject.ITEM, proved.items[0])
    with pytest.raises(Refusal, match=r"permission\.denied"):
        sign_log_head(hq)
    hq.role = Role.REVIEWER
    sign_log_head(hq)
    hq.store.rebuild()  # the tiles are gone, and the auditor's slip makes them again
    hq.role = Role.AUDITOR
    before = len(hq.read(heads_of, 1))
    made = make_slip(hq, Subject.ITEM, proved.items[0])
    assert verify_slip(made.slip).is_included
    assert len(hq.read(heads_of, 1)) == before


def test_making_a_slip_is_in_the_activity_log(proved: Proved) -> None:
    hq = proved.world.hq
    made = make_slip(hq, Subject.ITEM, proved.items[0])
    with hq.store.reading() as connection:
        kinds = list(connection.execute(journal.select().where(journal.c.kind == "ProofSlipMade")))
    assert len(kinds) == 1
    assert made.slip.entry.actor == "INS-017"


def test_the_tree_grows_with_each_head_and_a_rebuild_makes_the_same(proved: Proved, tmp_path: Path) -> None:
    hq = proved.world.hq
    first = export_head(hq, tmp_path / "1.eumhead")
    make_slip(hq, Subject.ITEM, proved.items[0])
    second = export_head(hq, tmp_path / "2.eumhead")
    hq.store.rebuild()
    third = export_head(hq, tmp_path / "3.eumhead")
    assert first.size < second.size < third.size
    assert second.continues == (first.size,)
    assert set(third.continues) >= {first.size, second.size}
    one, two, three = (decode_head((tmp_path / f"{n}.eumhead").read_bytes()) for n in (1, 2, 3))
    assert compare_heads(one, two) is Comparison.CONSISTENT
    assert compare_heads(three, one) is Comparison.CONSISTENT
    assert compare_heads(two, two) is Comparison.SAME
    assert compare_heads(replace(two, proofs=()), one) is Comparison.NOT_PROVED


def test_later_deliveries_are_covered_by_later_heads(tmp_path: Path) -> None:
    proved = proved_world(tmp_path / "world", close=False)
    hq = proved.world.hq
    first = make_slip(hq, Subject.ITEM, proved.items[0])

    record_check(
        proved.world.device,
        visit_id=proved.visit_id,
        item_id=proved.items[0],
        outcome="verified",
        mark=typed("786950"),
        answers=yes_to_all(),
    )
    deliver(proved.world)
    later = make_slip(hq, Subject.ITEM, proved.items[0])
    assert later.slip.entry.seq > first.slip.entry.seq
    assert later.slip.size > first.slip.size
    assert verify_slip(later.slip).is_included
    again = make_slip(hq, Subject.ITEM, proved.items[1])
    assert again.slip.size == later.slip.size  # without a witness the newest: its certificate lasts longest
    proved.world.close()


def test_recording_and_importing_touch_no_tile(proved: Proved) -> None:
    hq = proved.world.hq
    sign_log_head(hq)
    with hq.store.reading() as connection:
        before = connection.execute(log_tiles.select()).all()
    review_finding(hq, proved.finding_id, decision="escalate", comment="Seen at another depot")
    with hq.store.reading() as connection:
        assert connection.execute(log_tiles.select()).all() == before


def test_a_damaged_tile_is_found_and_a_rebuild_heals_it(proved: Proved) -> None:
    hq = proved.world.hq
    sign_log_head(hq)
    with hq.writing() as transaction:
        connection = transaction.connection
        tile = connection.execute(log_tiles.select().where(log_tiles.c.level == 0)).one()
        connection.execute(delete(log_tiles).where(log_tiles.c.level == 0))
        connection.execute(log_tiles.insert().values(**{**tile._mapping, "hashes": bytes(48) + tile.hashes[48:]}))
    with pytest.raises(Refusal, match=r"log\.damaged"):
        sign_log_head(hq)
    hq.store.rebuild()
    sign_log_head(hq)


def test_a_new_journal_begins_a_new_log(proved: Proved, tmp_path: Path) -> None:

    hq = proved.world.hq
    export_head(hq, tmp_path / "1.eumhead")
    renew_journal(hq)
    export_head(hq, tmp_path / "2.eumhead")
    one, two = (decode_head((tmp_path / f"{n}.eumhead").read_bytes()) for n in (1, 2))
    assert (one.head.epoch, two.head.epoch) == (1, 2)
    with pytest.raises(Refusal, match=r"log\.other_log"):
        compare_heads(one, two)


def test_slips_on_both_databases(tmp_path: Path, hq_backend: Callable[[], str | None]) -> None:

    world = make_world(tmp_path / "world", database_url=hq_backend())
    done = export_head(world.hq, tmp_path / "1.eumhead")
    assert done.size > 0
    assert world.hq.read(all_visits) == []
    again = export_head(world.hq, tmp_path / "2.eumhead")
    assert again.continues == (done.size,)
    world.close()


def test_the_log_shows_a_slip_only_within_the_scope(proved: Proved) -> None:
    hq = proved.world.hq
    for subject, subject_id in (
        (Subject.ITEM, proved.items[0]),
        (Subject.VISIT, proved.visit_id),
        (Subject.FINDING, proved.finding_id),
    ):
        make_slip(hq, subject, subject_id)
    for country, count in (("XX", 3), ("YY", 0)):
        with hq.store.reading(Scope(countries=(country,))) as connection:
            within = stated_within(connection)
            assert within is not None
            seen = connection.execute(select(journal.c.seq).where(journal.c.kind == "ProofSlipMade", within)).all()
        assert len(seen) == count


def test_a_log_goes_around_entries_that_the_disk_destroyed(proved: Proved) -> None:
    """A new log leaves the gap out, and takes in what fills it later."""
    hq = proved.world.hq
    sign_log_head(hq)
    with hq.writing() as transaction:
        connection = transaction.connection
        for trigger in ("journal_takes_no_delete", "journal_takes_no_update"):
            connection.exec_driver_sql(f"DROP TRIGGER {trigger}")
        one = (journal.c.origin == "FLD-0042") & (journal.c.seq == 7)
        lost = Entry(*tuple(connection.execute(journal.select().where(one)).one())[:-1])
        connection.execute(delete(journal).where(one))
        keep_holes(connection, [Hole("FLD-0042", 1, 7, 7)])
        triggers.install(connection)
    assert sign_log_head(hq).size  # the stored hashes still hold its leaf
    hq.store.rebuild()
    with pytest.raises(Refusal, match=r"log\.entry_lost"):
        sign_log_head(hq)
    renew_journal(hq)
    sign_log_head(hq)
    epoch = hq.store.named.epoch
    with hq.store.reading() as connection:
        assert place_of(connection, epoch, "FLD-0042", 1, 6) is not None
        assert place_of(connection, epoch, "FLD-0042", 1, 7) is None
        assert place_of(connection, epoch, "FLD-0042", 1, 8) is not None
    with hq.store.writing(hq.author) as transaction:
        transaction.append([lost], transaction.next_known_at())
    sign_log_head(hq)
    with hq.store.reading() as connection:
        assert place_of(connection, epoch, "FLD-0042", 1, 7) is not None
    hq.store.rebuild()
    assert verify_slip(make_slip(hq, Subject.ITEM, proved.items[0]).slip).is_included
