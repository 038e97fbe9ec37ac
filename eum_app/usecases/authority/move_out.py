"""Move the authority's key out of HQ's store, to a folder that is kept elsewhere.

Under a passphrase this is one act, `move_authority`. Split among custodians it is two: `copy_authority` shows the
shares, and `finish_move` removes the key from the store once they open the copy.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path

from db.queries.people import all_accounts
from db.secrets import AUTHORITY
from db.vault import Vault
from eum_app.crypto.certificates import Identity
from eum_app.crypto.passphrases import KdfParams
from eum_app.domain.areas import Area
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import AuthorityCopied, AuthorityMoved
from eum_app.domain.people import Permission, may
from eum_app.usecases.authority.root import Opener
from eum_app.usecases.changes import Changed
from eum_app.usecases.exchange.trust import hq_vault, own_chain
from eum_app.usecases.people.accounts import require_passphrase
from eum_app.usecases.people.vault import keep_in
from eum_app.usecases.session import Session
from sync.authority_file import (
    AUTHORITY_FILE,
    BY_PASSPHRASE,
    Custody,
    note_issued,
    open_authority,
    read_authority,
    require_custody,
    require_free,
    write_authority,
)


@dataclass(frozen=True)
class CopiedAuthority:
    """The authority's key was written to a folder. `shares` are the custodians' words, to be shown once."""

    folder: Path
    fingerprint: str
    shares: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class MovedAuthority(Changed):
    """The authority's key left the store."""

    folder: Path
    fingerprint: str


def move_authority(session: Session, folder: Path, *, passphrase: str, kdf: KdfParams | None = None) -> MovedAuthority:
    """At HQ: move the authority's key to a folder under a passphrase: `copy_authority`, then `finish_move`."""
    copy_authority(session, folder, passphrase=passphrase, kdf=kdf)
    return finish_move(session, folder, Opener(passphrase=passphrase))


def copy_authority(
    session: Session,
    folder: Path,
    *,
    passphrase: str = "",
    custody: Custody = BY_PASSPHRASE,
    kdf: KdfParams | None = None,
) -> CopiedAuthority:
    """At HQ: write the authority's key to a folder, such as a stick that is locked away; the store keeps it for now.

    An administrator does it, or in a store without one a person who may enroll devices. It is recorded before the file
    is written, so that no copy is without an entry; an entry alone may mean that writing failed. The file was read back
    and opened; on failure it is removed. With custodians, `finish_move` follows once each has written their share down.

    Raises Refusal `permission.denied`, `authority.only_hq`, `authority.not_here`, `authority.beside_store`,
    `authority.exists`, `vault.not_admitted`, `passphrase.…`, and as `write_authority` does; Trouble of the disk.
    """
    require_mover(session)
    require_custody(custody)
    if not custody.is_split:
        require_passphrase(passphrase)
    _require_apart(session, folder)
    require_free(folder)
    with session.writing() as transaction:
        root = _root_here(hq_vault(session, transaction.connection))
        own = own_chain(transaction.connection)[0]
        transaction.record(
            AuthorityCopied(
                observed_at=session.observed_now(),
                root_fingerprint=root.certificate.fingerprint,
                needed=custody.needed,
                custodians=custody.custodians,
            )
        )
    shares = write_authority(folder, root, custody=custody, passphrase=passphrase, kdf=kdf)
    try:
        note_issued(folder, root.certificate, own)
    except BaseException:
        # The shares were shown to no one: the file would open for no one, and refuse a second attempt.
        with contextlib.suppress(OSError):
            (folder / AUTHORITY_FILE).unlink(missing_ok=True)
        raise
    return CopiedAuthority(folder, root.certificate.short_fingerprint, shares)


def finish_move(session: Session, folder: Path, opener: Opener) -> MovedAuthority:
    """At HQ: remove the authority's key from the store, after the copy in the folder was opened with what people have.

    HQ's own certificate stays and goes on enrolling devices. Copies and backups of the store from before still hold the
    key. Raises Refusal `permission.denied`, `authority.only_hq`, `authority.not_here`, `authority.other_root`,
    `authority.beside_store` (the folder was carried into the store meanwhile), `vault.not_admitted`, and as
    `open_authority` does; Trouble of the disk. The key then stays.
    """
    require_mover(session)
    _require_apart(session, folder)
    copy = open_authority(folder, passphrase=opener.passphrase, shares=opener.shares)
    _, custody = read_authority(folder)
    with session.writing() as transaction:
        vault = hq_vault(session, transaction.connection)
        root = _root_here(vault)
        if copy.to_bytes() != root.to_bytes():
            raise Refusal("authority.other_root", path=str(folder))
        note_issued(folder, root.certificate, own_chain(transaction.connection)[0])
        keep_in(session, transaction, vault.with_value(AUTHORITY, None))
        transaction.record(
            AuthorityMoved(
                observed_at=session.observed_now(),
                root_fingerprint=root.certificate.fingerprint,
                needed=custody.needed,
                custodians=custody.custodians,
            )
        )
        areas = frozenset(transaction.areas | {Area.PEOPLE})
    return MovedAuthority(areas, folder, root.certificate.short_fingerprint)


def require_mover(session: Session) -> None:
    """Raise Refusal `permission.denied` unless the account may copy the authority's key out of the store.

    An administrator may; in a store without an active one, a person who may enroll devices.
    """
    session.require(Permission.DEVICE_ENROL)
    if session.is_hq and not may_move(session):
        session.require(Permission.ACCOUNT_MANAGE)


def may_move(session: Session) -> bool:
    """Whether `require_mover` lets this account through."""
    roles = {row.role for row in session.read(all_accounts) if row.origin == session.name and not row.removed_at}
    is_administered = any(may(role, Permission.ACCOUNT_MANAGE) for role in roles)
    return may(session.role, Permission.ACCOUNT_MANAGE if is_administered else Permission.DEVICE_ENROL)


def _require_apart(session: Session, folder: Path) -> None:
    if folder.resolve().is_relative_to(session.store.folder.resolve()):
        raise Refusal("authority.beside_store", path=str(folder))


def _root_here(vault: Vault) -> Identity:
    stored = vault.values.get(AUTHORITY)
    if stored is None:
        raise Refusal("authority.not_here")
    return Identity.from_bytes(stored)
