"""`eum verify` for proof slips and signed heads: verdicts in words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eum_app.cli.common import entries
from eum_app.cli.verdict_words import said, time_data, time_words
from eum_app.domain.clock import instant_words
from eum_app.domain.proof_slips import decode_slip
from eum_app.domain.tree_heads import decode_head
from eum_app.usecases.proofs.verify_slip import (
    LogHeadProof,
    SlipProof,
    Trust,
    Verdict,
    read_head,
    verify_head,
    verify_slip,
)
from eum_app.wording.messages import sentence
from eum_app.wording.slip_words import record_lines

Found = tuple[dict[str, Any], list[str], bool]

_VERDICTS = {
    Verdict.HOLDS: "Holds.",
    Verdict.UNALTERED: "NOT PROVED: unaltered since it was signed by someone you have not named. "
    "Ask HQ for its authority's fingerprint and give it with --root, or name a store and an account.",
    Verdict.CLAIMED: "NOT PROVED: HQ's certificate has ended, and only the head says that it was signed before.",
    Verdict.FAILS: "DOES NOT HOLD.",
}
_NO_MORE = "It proves that HQ's log holds this record. It does not show whether a later record corrects it."


def slip_found(name: str, data: bytes, trust: Trust, head: Path | None, answers: Sequence[bytes]) -> Found:
    """Return the verdicts about a slip: data for JSON, lines, and whether it holds.

    What is wrong with it is in the verdicts. Raises Refusal `proof.unreadable`, and as `read_head` and `verify_slip`.
    """
    proof = verify_slip(decode_slip(data), trust, read_head(head) if head else None, answers=answers)
    entry = proof.slip.entry
    found: dict[str, Any] = {
        "kind": "slip",
        "file": name,
        "record": {
            "kind": entry.kind,
            "origin": entry.origin,
            "epoch": entry.epoch,
            "seq": entry.seq,
            "recorded_at": entry.recorded_at,
            "actor": entry.actor,
            "payload": entry.payload.decode(errors="replace"),
        },
        "included": proof.is_included,
        **(_head_data(proof.head) if proof.head else {}),
        "codes": [one.code for one in _refusals(proof)],
        "verdict": proof.verdict,
        "holds": proof.verdict is Verdict.HOLDS,
    }
    words = [
        f"{name} states: entry {entry.seq} of {entry.origin} (epoch {entry.epoch}), {entry.kind}, "
        f"recorded {instant_words(entry.recorded_at)} by {entry.actor}",
        *(f"  {line}" for line in record_lines(entry)),
        *(_head_words(proof.head) if proof.head else ()),
        f"Included in the head: {said(proof.is_included)}",
        *(str(sentence(one)) for one in _refusals(proof)),
        _VERDICTS[proof.verdict],
        *([_NO_MORE] if proof.verdict is Verdict.HOLDS else []),
    ]
    return found, words, proof.verdict is Verdict.HOLDS


def head_found(name: str, data: bytes, trust: Trust, answers: Sequence[bytes]) -> Found:
    """Return the verdicts about a head: data for JSON, lines, and whether it holds.

    Raises Refusal `proof.unreadable`, and as `verify_head`.
    """
    proof = verify_head(decode_head(data), trust, answers=answers)
    found = {
        "kind": "head",
        "file": name,
        **_head_data(proof),
        "codes": [one.code for one in proof.refusals],
        "verdict": proof.verdict,
        "holds": proof.verdict is Verdict.HOLDS,
    }
    words = [*_head_words(proof), *(str(sentence(one)) for one in proof.refusals), _VERDICTS[proof.verdict]]
    return found, words, proof.verdict is Verdict.HOLDS


def _refusals(proof: SlipProof) -> list[Any]:
    return [*proof.refusals, *(proof.head.refusals if proof.head else ())]


def _head_data(proof: LogHeadProof) -> dict[str, Any]:
    return {
        "head": proof.head,
        "signer": proof.signer,
        "signer_role": proof.signer_role,
        "root_fingerprint": proof.root_fingerprint,
        "signature_holds": proof.signature_holds,
        "signer_known": proof.signer_is_known,
        "time": time_data(proof.time),
        "witnesses": proof.witnesses,
        "witnessed": proof.is_witnessed,
    }


def _head_words(proof: LogHeadProof) -> list[str]:
    head = proof.head
    words = [
        f"Head of {head.origin} (epoch {head.epoch}): {entries(head.size)} at {instant_words(head.signed_at)}, "
        "the time that HQ claims",
        f"Signature: {said(proof.signature_holds)}"
        + (f", by {proof.signer} ({proof.signer_role}), authority {proof.root_fingerprint}" if proof.signer else ""),
        f"Signer known: {said(proof.signer_is_known)}",
        time_words(proof.time),
    ]
    for one in proof.witnesses:
        about = f"{one.witness} (key {one.fingerprint})"
        if not one.holds:
            words.append(f"COSIGNATURE INVALID: {about}")
        elif one.is_known:
            words.append(f"Witnessed by {about} at {instant_words(one.cosigned_at)}")
        else:
            words.append(
                f"Cosigned by {about} at {instant_words(one.cosigned_at)}: a key that you have not named (--witness)"
            )
    if not proof.is_witnessed:
        words.append("UNWITNESSED by any witness that you named" if proof.wants_witness else "Unwitnessed")
    return words
