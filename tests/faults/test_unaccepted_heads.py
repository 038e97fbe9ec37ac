"""Heads that hold for no reader: of a wrong clock, or of a certificate that was revoked or has ended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from db.queries.log import heads_of
from db.secrets import LOG_SALTS
from db.tiles import Tiles, catch_up, new_spans, take_in
from eum_app.domain.clock import utc_text
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import LogHeadSigned
from eum_app.domain.merkle import root_of
from eum_app.domain.people import Role
from eum_app.domain.tree_heads import HEAD_PURPOSE, SignedHead, TreeHead, encode_head, encode_statement
from eum_app.usecases.authority.headquarters import take_revocations
from eum_app.usecases.authority.root import revoke_hq
from eum_app.usecases.exchange.trust import identity_of
from eum_app.usecases.proofs.add_witness import add_witness
from eum_app.usecases.proofs.log_head import export_head, sign_log_head
from eum_app.usecases.proofs.make_slip import SlipMade, Subject, make_slip
from eum_app.usecases.proofs.verify_slip import Trust, Verdict, read_head, verify_head, verify_slip
from eum_app.usecases.proofs.witness import cosign, create_witness
from eum_app.usecases.review.findings import review_finding
from eum_app.usecases.session import Session
from tests.faults.test_witnesses import WORDS
from tests.flows.test_authority import BY_SECRET, FAST, certified, moved
from tests.proofs import Proved, proved_world

YEAR = timedelta(days=365)


@pytest.fixture
def proved(tmp_path: Path) -> Iterator[Proved]:
    made = proved_world(tmp_path / "world")
    yield made
    made.world.close()


def heads(hq: Session) -> int:
    return len(hq.read(heads_of, 1))


def slip(proved: Proved) -> SlipMade:
    return make_slip(proved.world.hq, Subject.ITEM, proved.items[0])


def verdict(proved: Proved, made: SlipMade) -> Verdict:
    return verify_slip(made.slip, Trust(session=proved.world.hq)).verdict


def sign_by_an_earlier_version(hq: Session, signed_at: str) -> int:
    """Sign a head with any date, as earlier versions did while the clock was wrong."""
    with hq.writing() as transaction:
        connection = transaction.connection
        secret = transaction.secret(LOG_SALTS)
        assert secret is not None
        catch_up(connection, 1, secret)
        spans = new_spans(connection, 1)
        size = take_in(connection, 1, spans, secret)
        root = root_of(size, Tiles(connection, 1))
        own = identity_of(hq, connection)
        said = encode_statement(TreeHead(origin=hq.name, epoch=1, size=size, root=root.hex(), signed_at=signed_at))
        signed = SignedHead(said, own.signing.sign(HEAD_PURPOSE, said), tuple(one.der for one in own.chain))
        now = hq.observed_now()
        transaction.record(
            LogHeadSigned(observed_at=now, size=size, root=root, spans=spans, signed=encode_head(signed))
        )
        return size


@pytest.mark.parametrize("year", [2010, 2090])
def test_no_head_is_signed_outside_the_certificate(proved: Proved, year: int) -> None:
    """A computer without a battery says 2010: readers would refuse the head, and slips would choose it for good."""
    hq, clock = proved.world.hq, proved.world.clock
    right = clock.instant
    clock.instant = datetime(year, 1, 1, tzinfo=UTC)
    before = heads(hq)
    for attempt in (partial(sign_log_head, hq), partial(slip, proved)):
        with pytest.raises(Refusal, match=r"log\.not_in_force"):
            attempt()
    assert heads(hq) == before
    clock.instant = right + timedelta(hours=1)
    assert verdict(proved, slip(proved)) is Verdict.HOLDS


def test_a_clock_that_ran_ahead_dates_no_later_head(proved: Proved) -> None:
    """Facts never go back in time, but a head with such a date would be in its readers' future."""
    hq, clock = proved.world.hq, proved.world.clock
    right = clock.instant
    clock.instant = right + YEAR
    ahead = sign_log_head(hq)  # within the certificate
    clock.instant = right + timedelta(hours=1)
    made = slip(proved)
    assert made.slip.size > ahead.size  # that head is skipped, and another one is signed
    assert made.signed_at < utc_text(clock.instant)
    assert verdict(proved, made) is Verdict.HOLDS


@pytest.mark.parametrize("date", ["2010-01-01T00:00:00.000000Z", "2090-01-01T00:00:00.000000Z"])
def test_slips_skip_heads_of_a_wrong_clock(proved: Proved, date: str) -> None:
    hq = proved.world.hq
    first = sign_log_head(hq)
    wrong = sign_by_an_earlier_version(hq, date)
    made = slip(proved)
    assert made.slip.size == first.size < wrong
    assert verdict(proved, made) is Verdict.HOLDS


def test_a_wrong_head_that_is_the_only_one_is_not_used(proved: Proved) -> None:
    hq = proved.world.hq
    first = sign_log_head(hq)
    review_finding(hq, proved.finding_id, decision="escalate", comment="Asked the host again")
    wrong = sign_by_an_earlier_version(hq, "2010-01-01T00:00:00.000000Z")
    hq.role = Role.AUDITOR
    assert slip(proved).slip.size == first.size
    with pytest.raises(Refusal, match=r"slip\.no_head"):
        make_slip(hq, Subject.FINDING, proved.finding_id)  # only the wrong head covers it
    hq.role = Role.REVIEWER
    assert make_slip(hq, Subject.FINDING, proved.finding_id).slip.size > wrong


def test_slips_skip_heads_of_a_revoked_certificate(proved: Proved, tmp_path: Path) -> None:
    hq, clock = proved.world.hq, proved.world.clock
    old = slip(proved)
    stick = moved(proved.world, tmp_path)
    certified(hq, stick, tmp_path, clock)
    assert slip(proved).slip.size == old.slip.size  # the former certificate is still in force
    revoke_hq(stick, "HQ-01", epoch=1, opener=BY_SECRET, now=clock)
    take_revocations(hq, stick)
    hq.role = Role.AUDITOR
    with pytest.raises(Refusal, match=r"slip\.no_head"):
        slip(proved)
    hq.role = Role.REVIEWER
    made = slip(proved)
    assert made.slip.size > old.slip.size
    assert (verdict(proved, made), verdict(proved, old)) == (Verdict.HOLDS, Verdict.FAILS)


def test_a_revoked_hq_signs_no_head(proved: Proved, tmp_path: Path) -> None:
    hq = proved.world.hq
    stick = moved(proved.world, tmp_path)
    revoke_hq(stick, "HQ-01", epoch=1, opener=BY_SECRET, now=proved.world.clock)
    take_revocations(hq, stick)
    with pytest.raises(Refusal, match=r"log\.revoked"):
        sign_log_head(hq)


def test_a_witnessed_head_is_taken_after_the_certificate_ended(proved: Proved, tmp_path: Path) -> None:
    """It still holds for readers who name the witness; the heads without one hold for no reader."""
    hq, clock = proved.world.hq, proved.world.clock
    export_head(hq, tmp_path / "a.eumhead")
    named = create_witness(tmp_path / "w", "Embassy", WORDS, hq.suite, FAST).fingerprint
    signed = read_head(tmp_path / "a.eumhead")
    root = verify_head(signed).root_fingerprint
    cosign(tmp_path / "w", WORDS, signed, tmp_path / "b.eumhead", root=root, now=clock)
    add_witness(hq, read_head(tmp_path / "b.eumhead"))
    sign_log_head(hq)
    clock.instant += 6 * YEAR
    made = slip(proved)
    assert made.witnesses == ("Embassy",)
    outside = Trust(root, (named,))
    assert verify_slip(made.slip, outside, now=clock.instant).verdict is Verdict.HOLDS
    assert verify_slip(made.slip, Trust(root), now=clock.instant).verdict is Verdict.CLAIMED
