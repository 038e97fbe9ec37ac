"""Heads with more proofs or witnesses than a file may hold, and spans of the log that are empty."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from db.queries.log import heads_of, log_head_of
from db.tiles import _free
from eum_app.cli import run
from eum_app.crypto.signing import SigningKey
from eum_app.crypto.suites import Suite
from eum_app.domain.clock import utc_text
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import LogHeadWitnessed
from eum_app.domain.proof_slips import decode_slip
from eum_app.domain.tree_heads import (
    COSIGN_PURPOSE,
    MAX_COSIGNATURES,
    MAX_PROOFS,
    Cosignature,
    Cosigned,
    SignedHead,
    decode_head,
    encode_head,
    encode_statement,
)
from eum_app.usecases.proofs.add_witness import add_witness
from eum_app.usecases.proofs.log_head import export_head, sign_log_head
from eum_app.usecases.proofs.make_slip import Subject, make_slip
from eum_app.usecases.proofs.verify_slip import Trust, Verdict, read_head, verify_head, verify_slip
from tests.faults.test_witnesses import Seen, seen_in


@pytest.fixture
def seen(tmp_path: Path) -> Iterator[Seen]:
    yield from seen_in(tmp_path, Suite.P384)


def cosigned_by(seen: Seen, signed: SignedHead, name: str) -> SignedHead:
    key = SigningKey.generate(Suite.P384)
    at, digest = utc_text(seen.proved.world.clock()), hashlib.sha384(signed.statement).hexdigest()
    said = encode_statement(Cosigned(witness=name, suite="p384", head=digest, cosigned_at=at))
    one = Cosignature(said, key.verify_key.public_bytes(), key.sign(COSIGN_PURPOSE, said))
    return replace(signed, cosignatures=(*signed.cosignatures, one))


def test_an_exported_head_can_be_read_whatever_the_number_of_witnesses(seen: Seen, tmp_path: Path) -> None:
    """Each witness cosigned another head last; with more than the file may hold, no one could read it."""
    hq, path = seen.hq, tmp_path / "many.eumhead"
    for number in range(MAX_PROOFS + 4):
        export_head(hq, path)
        add_witness(hq, cosigned_by(seen, replace(read_head(path), proofs=()), f"Witness {number}"))
    rows = hq.read(heads_of, 1)
    first = rows[-1].size
    done = export_head(hq, path, since=first)
    signed = read_head(path)
    assert len(signed.proofs) == len(done.continues) == MAX_PROOFS
    newest = [row.size for row in rows[: MAX_PROOFS - 1]]
    assert sorted(one.size for one in signed.proofs) == sorted([first, *newest])


def test_a_witness_says_when_a_head_has_all_the_witnesses_that_it_may_hold(seen: Seen) -> None:
    head = seen.head()
    for number in range(MAX_COSIGNATURES):
        head = cosigned_by(seen, head, f"Witness {number}")
    assert decode_head(encode_head(head)) == head
    assert seen.refused(head) == "witness.too_many"
    seen.cosign(replace(head, cosignatures=head.cosignatures[1:]))


def test_a_witness_whose_clock_is_ahead_spoils_no_slip(seen: Seen) -> None:
    """Readers refuse a file with a date in the future, so HQ takes no such cosignature in."""
    clock = seen.proved.world.clock
    right, head = clock.instant, seen.head()
    clock.instant = right + timedelta(days=2)
    ahead = cosigned_by(seen, head, "Embassy")
    clock.instant = right + timedelta(minutes=1)
    with pytest.raises(Refusal, match=r"log\.in_future"):
        add_witness(seen.hq, ahead)


@pytest.mark.parametrize("date", ["2090-01-01T00:00:00.000000Z", "some day", "2026-01-01"])
def test_cosignatures_that_earlier_versions_took_are_left_out_if_readers_refuse_them(
    seen: Seen, tmp_path: Path, date: str
) -> None:
    head = sign_log_head(seen.hq)
    key = SigningKey.generate(Suite.P384)
    with seen.hq.writing() as transaction:
        own = log_head_of(transaction.connection, 1, head.size)
        assert own is not None
        digest = hashlib.sha384(own.statement).hexdigest()
        said = encode_statement(Cosigned(witness="Embassy", suite="p384", head=digest, cosigned_at=date))
        public = key.verify_key.public_bytes()
        transaction.record(
            LogHeadWitnessed(
                observed_at=seen.hq.observed_now(),
                size=head.size,
                witness="Embassy",
                fingerprint=hashlib.sha384(public).hexdigest(),
                cosigned_at=date,
                statement=said,
                key=public,
                signature=key.sign(COSIGN_PURPOSE, said),
            )
        )
    for size in (0, head.size):
        made = make_slip(seen.hq, Subject.ITEM, seen.proved.items[0], size)
        assert decode_slip(made.data) == made.slip
        assert made.witnesses == ()
        assert verify_slip(made.slip, Trust(seen.root)).verdict is Verdict.HOLDS
    export_head(seen.hq, tmp_path / "again.eumhead", size=head.size)
    assert verify_head(read_head(tmp_path / "again.eumhead"), Trust(seen.root)).verdict is Verdict.HOLDS


@pytest.mark.parametrize("since", [-5, 1_000_000])
def test_a_size_that_the_log_never_had_is_refused_in_words(seen: Seen, tmp_path: Path, since: int) -> None:
    sign_log_head(seen.hq)
    with pytest.raises(Refusal, match=r"log\.no_such_head"):
        export_head(seen.hq, tmp_path / "no.eumhead", since)
    for option in ("--since", "--size"):
        assert run(["head", "export", str(tmp_path / "no.eumhead"), option, "-5", "--account", "REV-004"]) == 2
    assert not (tmp_path / "no.eumhead").exists()


@pytest.mark.parametrize(
    ("end", "taken", "free"),
    [
        (3, [(1, 3), (10, 12)], []),  # a hole behind the newest entry that is held
        (3, [(10, 12)], [(1, 3)]),
        (9, [(2, 3), (5, 5)], [(1, 1), (4, 4), (6, 9)]),
        (5, [(1, 9)], []),
        (5, [], [(1, 5)]),
        (0, [], []),
    ],
)
def test_no_span_of_the_log_is_empty(end: int, taken: list[tuple[int, int]], free: list[tuple[int, int]]) -> None:
    assert list(_free(end, taken)) == free
