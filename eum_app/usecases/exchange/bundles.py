"""Inspection of a bundle without importing it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from eum_app.domain.journal import decode_entry
from eum_app.usecases.exchange.time_proofs import TimeProof, TimeVerdict, judge_time, proved_time_of_bundle
from eum_app.usecases.exchange.trust import identities_of, trust_list
from eum_app.usecases.session import Session
from sync.bundle_file import Header, inspect_bundle, open_bundle, verify_bundle


@dataclass(frozen=True)
class FileVerdict:
    """Separate verdicts on one file. `code` is that of the first refusal, of the file before the sender; else empty.

    `sender` is the name in the certificate that the file carries, also if it is not known here. `time` judges when it
    signed; once its certificates have ended, the sender is known only if that is proved.
    """

    bundle_id: str
    sender: str
    sender_known: bool
    complete: bool
    unaltered: bool
    code: str
    holds: bool
    time: TimeProof


@dataclass(frozen=True)
class BundleContents:
    """Contents of a verified bundle; `kinds` counts its facts by kind."""

    bundle_id: str
    kind: str
    sender: str
    origin: str
    epoch: int
    first_seq: int
    last_seq: int
    kinds: dict[str, int]
    objects: int
    head_signatures: int


def verify_file(session: Session, path: Path) -> FileVerdict:
    """Verify a bundle from outside, without opening it, with the certificates in this store.

    Faults that the check finds are in the verdict. Raises Refusal `device.not_enrolled`, and as `inspect_bundle` if the
    header cannot be read.
    """
    with session.reading(whole=True) as connection:
        trust = trust_list(connection, is_hq=session.is_hq)
        now, found = session.now(), TimeProof(TimeVerdict.CLAIMED)

        def judged(header: Header, imprint: str) -> datetime | None:
            nonlocal found
            chain = (*header.chain, trust.root)
            found = judge_time(connection, imprint, chain, own=session.name, now=now, trust=trust)
            return found.moment

        verdict = verify_bundle(path, trust, now, judged)
    refusal = verdict.file_refusal or verdict.sender_refusal
    return FileVerdict(
        verdict.header.bundle_id,
        verdict.header.sender.origin,
        verdict.sender_refusal is None,
        verdict.is_complete,
        verdict.is_unaltered,
        refusal.code if refusal else "",
        verdict.holds,
        found,
    )


def list_bundle(session: Session, path: Path) -> BundleContents:
    """Open a bundle addressed to this store and count its contents; nothing is imported.

    Raises Refusal `device.not_enrolled`, `entry.unreadable`, and as `open_bundle` does.
    """
    with session.reading(whole=True) as connection:
        identity, earlier = identities_of(session, connection)
        trust = trust_list(connection, is_hq=session.is_hq)
        now = session.now()
        proved_at = proved_time_of_bundle(connection, session.name, path, inspect_bundle(path), trust, now)
    with open_bundle(path, identity, trust, now, proved_at=proved_at, earlier=earlier) as bundle:
        manifest = bundle.manifest
        kinds = Counter(decode_entry(entry).kind for entry in bundle.entries())
        return BundleContents(
            manifest.bundle_id,
            manifest.kind,
            bundle.sender.origin,
            manifest.origin,
            manifest.epoch,
            manifest.first_seq,
            manifest.last_seq,
            dict(sorted(kinds.items())),
            len(manifest.objects),
            len(manifest.head_signatures),
        )
