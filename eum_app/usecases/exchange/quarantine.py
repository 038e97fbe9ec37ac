"""Files that an import refused: a copy of a known sender's bundle, and only a note about any other file.

Anyone who can write to the inbox can put files there. So a file is copied only if the outer signature over all of it is
that of an enrolled sender, and only within a quota; every other file is left where it is, and its name, size and hash
are recorded. Copies are made after all good bundles of the import were received.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from db.files import WRITING, disk_trouble, is_plain_file, is_plain_folder, sync_folder, written_whole
from db.queries.exchange import all_quarantined, is_quarantined
from eum_app.domain.areas import Area
from eum_app.domain.bundles import ImportResult
from eum_app.domain.errors import KnownError, Trouble
from eum_app.domain.facts import BundleQuarantined
from eum_app.domain.file_names import shown_name
from eum_app.usecases.exchange.outcomes import ImportOutcome
from eum_app.usecases.exchange.trust import trust_list
from eum_app.usecases.review.device_findings import judge_devices
from eum_app.usecases.session import Session, new_id
from sync.bundle_file import inspect_bundle, verify_bundle
from sync.trust import TrustList

QUARANTINE: Final = "quarantine"
SUFFIX: Final = ".eumb"
COPY_BYTES: Final = 1024 * 1024
MAX_KEPT_BYTES: Final = 1024**3
"""Largest file that is copied. A device splits its results into smaller bundles than this."""
QUOTA_OF_SENDER: Final = 2 * 1024**3
QUOTA: Final = 8 * 1024**3
"""Bytes of all copies in the quarantine, and of those from one sender."""
MAX_HASHED_BYTES: Final = 64 * 1024**2
"""Largest unverified file that is hashed: anyone can make one that takes hours to read."""
MAX_NOTED: Final = 100
"""Refused files that one import records; the journal of HQ must not grow by what strangers put into a folder."""
STALE: Final = timedelta(hours=1)
"""Age of a partial copy that no running import still writes."""
_ARRIVING: Final = ".arriving-"
_UNKNOWN: Final = frozenset({"bundle.unknown_sender", "trust.suite_mismatch"})


def kept_path(session: Session, file_sha384: str) -> Path | None:
    """Return the kept copy of a file, named by its content, or None if it is gone or a link is in its place."""
    kept = session.store.folder / QUARANTINE / f"{file_sha384[:32]}{SUFFIX}"
    return kept if is_plain_folder(kept.parent) and is_plain_file(kept) else None


def sweep(session: Session) -> None:
    """Remove partial copies that an import left in the quarantine when it was killed."""
    folder = session.store.folder / QUARANTINE
    before = (session.now() - STALE).timestamp()
    with contextlib.suppress(OSError):  # another process may sweep too; what stays is swept the next time
        for path in folder.iterdir() if is_plain_folder(folder) else ():
            if path.name.startswith((_ARRIVING, WRITING)) and path.lstat().st_mtime < before:
                path.unlink(missing_ok=True)


def set_aside(session: Session, refused: Sequence[ImportOutcome], areas: set[Area]) -> list[ImportOutcome]:
    """Keep or note the refused files of an import; return their outcomes, which say whether a copy is kept.

    Raises Trouble if the notes cannot be recorded; a copy that fails is only not kept.
    """
    with session.reading(whole=True) as connection:
        trust = trust_list(connection, is_hq=session.is_hq)
    outcomes = []
    for number, outcome in enumerate(refused):
        sender = _sender(session, outcome.path, trust)
        size, digest = _measured(outcome.path, limit=MAX_KEPT_BYTES if sender else MAX_HASHED_BYTES)
        is_kept = bool(sender and digest) and _kept(session, outcome.path, sender, size, digest)
        if number < MAX_NOTED or sender:
            _note(session, outcome, sender, size, digest, is_kept=is_kept, areas=areas)
        is_left = outcome.outcome is ImportResult.QUARANTINED and not is_kept
        result = ImportResult.REFUSED if is_left else outcome.outcome
        outcomes.append(replace(outcome, outcome=result, is_kept=is_kept))
    return outcomes


def _sender(session: Session, path: Path, trust: TrustList) -> str:
    """Return the enrolled sender whose outer signature covers the whole file, or "" if there is none.

    An expired or revoked certificate still says whose file it is.
    """
    try:
        verdict = verify_bundle(path, trust, session.now())
    except KnownError:
        return ""
    is_unknown = verdict.sender_refusal is not None and verdict.sender_refusal.code in _UNKNOWN
    return "" if is_unknown or not verdict.is_unaltered else verdict.header.sender.origin


def _measured(path: Path, *, limit: int) -> tuple[int, str]:
    """Return a file's size in bytes and its hex SHA-384, which is empty for a file over the limit."""
    try:
        size = path.stat().st_size
        if size > limit:
            return size, ""
        with path.open("rb") as file:
            return size, hashlib.file_digest(file, "sha384").hexdigest()
    except OSError:  # it was moved or its drive pulled out since it was refused
        return 0, ""


def _kept(session: Session, path: Path, sender: str, size: int, digest: str) -> bool:
    """Copy a file into the quarantine, named by its content. Return False where it has no room or cannot be read."""
    kept = session.store.folder / QUARANTINE / f"{digest[:32]}{SUFFIX}"
    if kept_path(session, digest):
        return True
    if os.path.lexists(kept.parent) and not is_plain_folder(kept.parent):  # a link: nothing is written through it
        return False
    rows = session.read(all_quarantined, session.name)
    of_sender = {f"{row.file_sha384[:32]}{SUFFIX}" for row in rows if row.sender == sender}
    try:
        return _has_room(kept.parent, size, of_sender) and _copied(path, kept, digest)
    except (Trouble, OSError):  # also if another process removes a file meanwhile
        return False


def _has_room(folder: Path, size: int, of_sender: set[str]) -> bool:
    found = list(folder.glob(f"*{SUFFIX}"))
    if not all(map(is_plain_file, found)):  # a link, or one that another process has just removed
        return False
    held = {one.name: one.lstat().st_size for one in found}
    taken = sum(held[name] for name in of_sender if name in held)
    if sum(held.values()) + size > QUOTA or taken + size > QUOTA_OF_SENDER:
        return False
    return shutil.disk_usage(folder.parent).free >= 2 * size  # the store itself must still be able to write


def _copied(path: Path, kept: Path, expected: str) -> bool:
    """Copy the file; return False, and keep nothing, if it has changed since it was measured."""
    digest = hashlib.sha384()
    arriving = kept.with_name(f"{_ARRIVING}{new_id()}")
    with disk_trouble(path), path.open("rb") as source, written_whole(arriving) as copy:
        while block := source.read(COPY_BYTES):
            digest.update(block)
            copy.write(block)
    with disk_trouble(kept.parent):
        if digest.hexdigest() != expected:
            arriving.unlink(missing_ok=True)
            return False
        arriving.replace(kept)
        sync_folder(kept.parent)
    return True


def _note(
    session: Session,
    outcome: ImportOutcome,
    sender: str,
    size: int,
    digest: str,
    *,
    is_kept: bool,
    areas: set[Area],
) -> None:
    name = shown_name(outcome.path.name)
    known_by = digest or f"{name}\0{size}"
    quarantine_id = hashlib.sha384(f"{known_by}\0{outcome.code}".encode()).hexdigest()[:32]
    try:
        bundle_id = inspect_bundle(outcome.path).bundle_id
    except KnownError:
        bundle_id = ""
    with session.writing() as transaction:
        if is_quarantined(transaction.connection, session.name, quarantine_id):
            return
        transaction.record(
            BundleQuarantined(
                observed_at=session.observed_now(),
                quarantine_id=quarantine_id,
                bundle_id=bundle_id,
                file_name=name,
                file_sha384=digest,
                file_size=size,
                code=outcome.code,
                details=outcome.values,
                is_kept=is_kept,
                sender=sender,
            )
        )
        if session.is_hq:
            judge_devices(transaction, session.observed_now())
        areas |= transaction.areas
