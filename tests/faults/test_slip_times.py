"""Attacks on the time of heads and slips: a key of HQ that leaked after its certificate ended, and dates ahead.

Each is tried on the app and on the stand-alone verifier in docs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from eum_app.cli import run
from eum_app.crypto.certificates import issue_hq, make_authority, short_fingerprint
from eum_app.crypto.identities import Identity
from eum_app.crypto.signing import SigningKey
from eum_app.crypto.suites import Suite
from eum_app.domain.clock import CLOCK_TOLERANCE, utc_text
from eum_app.domain.errors import Refusal
from eum_app.domain.proof_slips import Slip, encode_slip, leaf_of
from eum_app.domain.tree_heads import (
    COSIGN_PURPOSE,
    HEAD_PURPOSE,
    Cosignature,
    Cosigned,
    SignedHead,
    TreeHead,
    encode_head,
    encode_statement,
)
from eum_app.usecases.exchange.prove_time import (
    answer_beside,
    read_time_authority_file,
    request_time_of_file,
    signature_in,
)
from eum_app.usecases.exchange.time_proofs import TimeVerdict
from eum_app.usecases.proofs.make_slip import Subject, make_slip
from eum_app.usecases.proofs.verify_slip import Trust, Verdict, verify_head, verify_slip
from eum_app.usecases.proofs.witness import cosign
from tests.builders import Clock
from tests.faults.test_proofs import AT, proved, script, slip, verdict_of_both
from tests.faults.test_witnesses import WORDS, Seen, seen_in
from tests.proofs import Proved
from tests.time_authority import TimeAuthorityForTests, needs_openssl

__all__ = ["proved", "script", "slip"]
DAYS = timedelta(days=1)
END = AT + 365 * DAYS
"""End of the HQ's certificate below."""


@dataclass(frozen=True)
class Forger:
    """A holder of HQ's signing key, and a witness's key."""

    hq: Identity
    witness: SigningKey
    record: bytes

    @property
    def root(self) -> str:
        return self.hq.root.short_fingerprint

    @property
    def named(self) -> str:
        return short_fingerprint(self.witness.verify_key.public_bytes())

    def head(self, signed_at: datetime | str) -> SignedHead:
        text = signed_at if isinstance(signed_at, str) else utc_text(signed_at)
        root = leaf_of(self.record, b"s" * 32).hex()
        said = encode_statement(TreeHead(origin="HQ-01", epoch=1, size=1, root=root, signed_at=text))
        return SignedHead(said, self.hq.signing.sign(HEAD_PURPOSE, said), tuple(one.der for one in self.hq.chain))

    def cosigned(self, head: SignedHead, at: datetime | str, **changes: Any) -> SignedHead:
        text = at if isinstance(at, str) else utc_text(at)
        digest = hashlib.sha384(head.statement).hexdigest()
        cosigned = Cosigned(witness="Embassy", suite="p384", head=digest, cosigned_at=text)
        said = encode_statement(msgspec.structs.replace(cosigned, **changes))
        key = self.witness.verify_key.public_bytes()
        one = Cosignature(said, key, self.witness.sign(COSIGN_PURPOSE, said))
        return replace(head, cosignatures=(*head.cosignatures, one))

    def slip(self, head: SignedHead) -> bytes:
        return encode_slip(Slip(self.record, b"s" * 32, 1, 0, (), head))


@pytest.fixture(scope="module")
def forger(slip: Slip) -> Forger:
    authority = make_authority("Ministry", at=AT, suite=Suite.P384)
    hq = issue_hq(authority, hq_id="HQ-01", name="HQ-01", at=AT, days=365)
    return Forger(hq, SigningKey.generate(Suite.P384), slip.record)


def test_a_key_that_outlived_its_certificate_proves_nothing(forger: Forger, script: Any) -> None:
    """The signer types `signed_at`: a thief of an expired key dates a head back into the time of the certificate."""
    head = forger.head(AT + 10 * DAYS)
    for now, verdict in (
        (AT + 11 * DAYS, Verdict.HOLDS),
        (END - DAYS, Verdict.HOLDS),
        (END + DAYS, Verdict.CLAIMED),
        (END + 3650 * DAYS, Verdict.CLAIMED),
    ):
        assert verdict_of_both(script, forger.slip(head), forger.root, now=now) is verdict, now
        assert verify_head(head, Trust(forger.root), now=now).verdict is verdict
        short = encode_slip(Slip(forger.record, b"s" * 32, 1, 0, ()))
        assert verdict_of_both(script, short, forger.root, held=encode_head(head), now=now) is verdict
    late = verify_head(head, Trust(forger.root), now=END + DAYS)
    assert [one.code for one in late.refusals] == ["log.claimed"]
    assert late.time.verdict is TimeVerdict.CLAIMED
    assert verify_head(head, now=END + DAYS).verdict is Verdict.UNALTERED


def test_a_witness_fixes_the_time_only_before_the_end(forger: Forger, script: Any) -> None:
    head, late = forger.head(AT + 10 * DAYS), END + 30 * DAYS
    before, after = forger.cosigned(head, AT + 20 * DAYS), forger.cosigned(head, END + 5 * DAYS)
    too_early = forger.cosigned(head, AT - 20 * DAYS)  # the certificates were not valid yet
    for signed, named, verdict in (
        (before, [forger.named], Verdict.HOLDS),
        (before, [], Verdict.CLAIMED),  # a witness whom the reader does not know may be the thief
        (before, ["AAAAA-BBBBB-CCCCC-DDDDD-EEEEE"], Verdict.FAILS),
        (after, [forger.named], Verdict.CLAIMED),
        (too_early, [forger.named], Verdict.CLAIMED),
        (head, [forger.named], Verdict.FAILS),
    ):
        assert verdict_of_both(script, forger.slip(signed), forger.root, *named, now=late) is verdict
    proof = verify_head(before, Trust(forger.root, (forger.named,)), now=late)
    assert (proof.time.verdict, proof.time.by) == (TimeVerdict.WITNESSED, "Embassy")


def test_dates_ahead_are_refused(forger: Forger, script: Any) -> None:
    now = AT + 10 * DAYS
    ahead, near = now + CLOCK_TOLERANCE + DAYS, now + CLOCK_TOLERANCE / 2
    for signed, named, verdict in (
        (forger.head(near), [], Verdict.HOLDS),
        (forger.head(ahead), [], Verdict.FAILS),
        (forger.head(END - DAYS), [], Verdict.FAILS),
        (forger.head(END + DAYS), [], Verdict.FAILS),
        (forger.cosigned(forger.head(now), near), [forger.named], Verdict.HOLDS),
        (forger.cosigned(forger.head(now), ahead), [forger.named], Verdict.FAILS),
    ):
        assert verdict_of_both(script, forger.slip(signed), forger.root, *named, now=now) is verdict
    assert "log.in_future" in [
        one.code for one in verify_head(forger.head(ahead), Trust(forger.root), now=now).refusals
    ]
    assert verify_head(forger.head(ahead), now=now).verdict is Verdict.FAILS


@pytest.mark.parametrize(
    "spelling",
    ["2031-11-01T00:00:00.000000+23:59", "20311101T000000Z", "2031-11-01T00:00:00.000000", "2031-11-01", "never", "~"],
)
def test_instants_have_one_spelling(forger: Forger, script: Any, spelling: str) -> None:
    assert verdict_of_both(script, forger.slip(forger.head(spelling)), forger.root) is Verdict.FAILS
    cosigned = forger.cosigned(forger.head(AT + DAYS), spelling)
    for named in ([], [forger.named]):
        assert verdict_of_both(script, forger.slip(cosigned), forger.root, *named) is Verdict.FAILS


def test_a_witness_has_one_spelling_and_counts_once(forger: Forger, script: Any) -> None:
    head = forger.head(AT + DAYS)
    once = forger.cosigned(head, AT + DAYS)
    assert verdict_of_both(script, forger.slip(once), forger.root, forger.named) is Verdict.HOLDS
    twice = forger.cosigned(once, AT + DAYS)
    assert verdict_of_both(script, forger.slip(twice), forger.root, forger.named) is Verdict.FAILS
    for suite in ("p-384", "P384", "hybrid", "", "none"):
        named = forger.cosigned(head, AT + DAYS, suite=suite)
        assert verdict_of_both(script, forger.slip(named), forger.root, forger.named) is Verdict.FAILS
    (one,) = once.cosignatures
    point = bytes((2 + one.key[-1] % 2,)) + one.key[1:49]  # the same key, compressed
    for key in (point, b"", b"\4"):
        spelled = replace(once, cosignatures=(replace(one, key=key),))
        named_key = short_fingerprint(key)
        assert verdict_of_both(script, forger.slip(spelled), forger.root, named_key) is Verdict.FAILS


@pytest.mark.parametrize("ahead", [timedelta(0), 300 * DAYS])
def test_a_wrong_date_does_not_hide_a_fork(
    forger: Forger, tmp_path: Path, capfd: pytest.CaptureFixture[str], ahead: timedelta
) -> None:
    """An HQ that turns dates one of its two histories ahead, so that readers would call it unsigned."""
    one = forger.head(AT)
    said = encode_statement(msgspec.structs.replace(one.head, root="00" * 48, signed_at=utc_text(AT + ahead)))
    other = replace(one, statement=said, signature=forger.hq.signing.sign(HEAD_PURPOSE, said))
    paths = [tmp_path / name for name in ("a.eumhead", "b.eumhead")]
    for path, head in zip(paths, (one, other), strict=True):
        path.write_bytes(encode_head(head))
    assert run(["witness", "compare", *map(str, paths), "--root", forger.root, "--json"]) == 1
    found = json.loads(capfd.readouterr().out)
    assert (found["comparison"], found["codes"]) == ("fork", ["log.in_future"] if ahead else [])


def test_a_file_in_place_of_an_answer_refuses_nothing(tmp_path: Path) -> None:
    slip = tmp_path / "a.eumslip"
    with (tmp_path / "a.eumslip.tsr").open("wb") as sparse:
        sparse.truncate(2**33)
    assert answer_beside(slip) is None


@needs_openssl
def test_a_time_authority_fixes_the_time_of_a_head(forger: Forger, tmp_path: Path) -> None:
    """Its answer counts for that signature only, and only if the reader believes the authority."""
    authority, stranger = TimeAuthorityForTests(tmp_path / "tsa"), TimeAuthorityForTests(tmp_path / "other")
    head = forger.head(AT + DAYS)
    (tmp_path / "a.eumhead").write_bytes(encode_head(head))
    (tmp_path / "a.eumslip").write_bytes(forger.slip(head))
    signatures = {signature_in(tmp_path / name).imprint for name in ("a.eumhead", "a.eumslip")}
    assert len(signatures) == 1
    asked = request_time_of_file(tmp_path / "a.eumslip")
    authority.answer(asked.path, tmp_path / "a.eumslip.tsr")
    answer = answer_beside(tmp_path / "a.eumslip")
    assert answer is not None
    late = END + DAYS
    for signed, believed, verdict in (
        (head, authority, Verdict.HOLDS),
        (head, stranger, Verdict.CLAIMED),
        (forger.head(AT + DAYS / 2), authority, Verdict.CLAIMED),
    ):
        trust = Trust(forger.root, time_authorities=(read_time_authority_file(believed.root),))
        assert verify_head(signed, trust, answers=[answer], now=late).verdict is verdict
        assert verify_head(signed, trust, now=late).verdict is Verdict.CLAIMED


def test_a_witness_cosigns_no_head_of_an_ended_certificate(seen: Seen, tmp_path: Path) -> None:
    head = seen.head()
    for now, code in ((AT + 7300 * DAYS, "log.claimed"), (AT - DAYS, "log.in_future")):
        with pytest.raises(Refusal) as refused:
            cosign(seen.folder, WORDS, head, tmp_path / "no.eumhead", root=seen.root, now=Clock(now))
        assert refused.value.code == code


def test_an_hq_knows_its_own_heads_when_its_certificate_has_ended(proved: Proved) -> None:
    """HQ's journal recorded the head; a forgery with the same key is not in it."""
    hq = proved.world.hq
    made = make_slip(hq, Subject.ITEM, proved.items[0]).slip
    assert made.signed is not None
    later = AT + 3650 * DAYS
    proof = verify_slip(made, Trust(session=hq), now=later)
    assert proof.head is not None
    assert (proof.verdict, proof.head.time.verdict) == (Verdict.HOLDS, TimeVerdict.RECORDED)
    root = proof.head.root_fingerprint
    assert verify_slip(made, Trust(root), now=later).verdict is Verdict.CLAIMED
    from eum_app.usecases.exchange.trust import identity_of

    with hq.store.reading() as connection:
        own = identity_of(hq, connection)
    said = encode_statement(msgspec.structs.replace(made.signed.head, root="00" * 48))
    forged = replace(made.signed, statement=said, signature=own.signing.sign(HEAD_PURPOSE, said))
    assert verify_head(forged, Trust(session=hq), now=later).verdict is Verdict.CLAIMED


@pytest.fixture
def seen(tmp_path: Path) -> Iterator[Seen]:
    yield from seen_in(tmp_path, Suite.P384)
