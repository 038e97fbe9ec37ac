"""The authority's folder: the root's key under a passphrase or split among custodians, and what it has signed.

Kept on a stick or another machine, never beside an HQ's store:

- ``authority.json``: the root's certificate and its identity, boxed (`crypto.boxes`) under a random master key. The
  master key is wrapped under a passphrase (`crypto.passphrases`), or split into `custodians` shares of which `needed`
  restore it (SLIP-39, as words; the file then holds nothing that opens it).
- ``issued.json``: every certificate that the root signed for an HQ. One that it did not sign is ignored.
- ``revoked.crl``: the newest revocation list (`crypto.revocations`).

An HQ asks for a certificate with a request file (`sync.enrolment`). The answer is JSON ``{format, version, request,
chain}``: the fingerprint of the request, and the base64 DER certificates of HQ and authority.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal, TypeVar

import msgspec
from msgspec import Meta
from shamir_mnemonic import MnemonicError, combine_mnemonics, decode_mnemonics, generate_mnemonics

from eum_app.crypto.boxes import Box
from eum_app.crypto.certificates import Certificate, Identity, Role
from eum_app.crypto.passphrases import KdfParams, unwrap_secret, wrap_secret
from eum_app.crypto.revocations import MAX_LIST_SIZE, RevocationList, read_revocation_list
from eum_app.domain.errors import Refusal, Trouble
from eum_app.domain.unreadable import UNREADABLE
from sync.files import read_small, written_whole

AUTHORITY_FILE: Final = "authority.json"
ISSUED_FILE: Final = "issued.json"
REVOKED_FILE: Final = "revoked.crl"
ANSWER_SUFFIX: Final = ".eumcert"
MAX_CUSTODIANS: Final = 16
"""Of one group in SLIP-39."""
_MAX_SIZE: Final = 8 * 1024 * 1024
_MASTER_BYTES: Final = 32


@dataclass(frozen=True)
class Custody:
    """How the key is kept: `needed` of `custodians` shares, or both 0 for a passphrase."""

    needed: int = 0
    custodians: int = 0

    @property
    def is_split(self) -> bool:
        """Whether the key is split among custodians."""
        return bool(self.custodians)


BY_PASSPHRASE: Final = Custody()


class _AuthorityFile(msgspec.Struct, frozen=True, kw_only=True):
    format: Literal["eum-authority"] = "eum-authority"
    version: Literal[1] = 1
    certificate: bytes
    box: bytes
    kdf: KdfParams | None = None
    wrapped: bytes = b""
    needed: Annotated[int, Meta(ge=0, le=MAX_CUSTODIANS)] = 0
    custodians: Annotated[int, Meta(ge=0, le=MAX_CUSTODIANS)] = 0


class _IssuedFile(msgspec.Struct, frozen=True, kw_only=True):
    format: Literal["eum-authority-issued"] = "eum-authority-issued"
    version: Literal[1] = 1
    certificates: list[bytes]


class _AnswerFile(msgspec.Struct, frozen=True, kw_only=True):
    format: Literal["eum-authority-answer"] = "eum-authority-answer"
    version: Literal[1] = 1
    request: str
    chain: Annotated[list[bytes], Meta(min_length=2, max_length=2)]


@dataclass(frozen=True)
class AuthorityAnswer:
    """The authority's answer to an HQ's request, parsed. The chain is not verified."""

    request_fingerprint: str
    hq: Certificate
    root: Certificate


def require_custody(custody: Custody) -> None:
    """Raise Refusal `authority.custody` unless 2 ≤ needed ≤ custodians ≤ 16, or both are 0."""
    if custody != BY_PASSPHRASE and not 2 <= custody.needed <= custody.custodians <= MAX_CUSTODIANS:
        raise Refusal("authority.custody", needed=custody.needed, custodians=custody.custodians, limit=MAX_CUSTODIANS)


def require_free(folder: Path) -> None:
    """Raise Refusal `authority.exists` if the folder holds an authority's key."""
    if os.path.lexists(folder / AUTHORITY_FILE):
        raise Refusal("authority.exists", path=str(folder))


def write_authority(
    folder: Path, root: Identity, *, custody: Custody, passphrase: str = "", kdf: KdfParams | None = None
) -> tuple[str, ...]:
    """Write a root into a folder, which is made; then read the file and open it again. Return the custodians' shares.

    A share is 33 words. With a passphrase, `kdf` is its cost. On failure the folder holds no authority file.

    Raises Refusal `authority.exists`, `authority.custody`, `folder.absent`, and as `wrap_secret` does; Trouble
    `authority.not_readable` (what was written does not open), and as `written_whole`.
    """
    require_custody(custody)
    path = folder / AUTHORITY_FILE
    require_free(folder)
    if not os.path.isdir(folder.absolute().parent):  # noqa: PTH112 - do not replace a drive that was taken out
        raise Refusal("folder.absent", path=str(folder.absolute().parent))
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise Trouble("disk.failed", path=str(folder), reason=error.strerror or "") from error
    master = os.urandom(_MASTER_BYTES)
    place = _place(root.certificate)
    shares: tuple[str, ...] = ()
    file = _AuthorityFile(certificate=root.certificate.der, box=Box(master).seal(place, root.to_bytes()))
    if custody.is_split:
        (made,) = generate_mnemonics(1, [(custody.needed, custody.custodians)], master, iteration_exponent=0)
        shares = tuple(made)
        file = msgspec.structs.replace(file, needed=custody.needed, custodians=custody.custodians)
    else:
        cost = kdf or KdfParams.calibrated(root.suite)
        wrapped = wrap_secret(cost, passphrase, master, place.encode())
        file = msgspec.structs.replace(file, kdf=cost, wrapped=wrapped)
    with written_whole(path) as out:
        out.write(msgspec.json.format(msgspec.json.encode(file), indent=1))
    try:
        # The last shares: the words that were printed must open it, not only the key that is still in memory.
        again = open_authority(folder, passphrase=passphrase, shares=shares[-custody.needed :] if shares else ())
        if again.to_bytes() != root.to_bytes():
            raise Trouble("authority.not_readable", path=str(folder))
    except (Refusal, Trouble) as error:
        path.unlink(missing_ok=True)
        raise Trouble("authority.not_readable", path=str(folder)) from error
    return shares


def read_authority(folder: Path) -> tuple[Certificate, Custody]:
    """Return the root's certificate and how its key is kept, without opening it.

    Raises Refusal `authority.absent`, `authority.unreadable`, `certificate.invalid`.
    """
    file = _read(folder)
    return Certificate.from_der(file.certificate), Custody(file.needed, file.custodians)


def open_authority(folder: Path, *, passphrase: str = "", shares: Sequence[str] = ()) -> Identity:
    """Open the root's key by the passphrase, or by the shares of `needed` custodians.

    Raises Refusal as `read_authority`; `passphrase.…`; `authority.too_few_shares`, `authority.shares` (mistyped, or of
    different sets), `authority.other_shares` (of another authority).
    """
    file = _read(folder)
    root = Certificate.from_der(file.certificate)
    if file.custodians:
        master = _joined(shares, file.needed)
    elif file.kdf is None:
        raise Refusal("authority.unreadable", path=str(folder))
    else:
        master = unwrap_secret(file.kdf, passphrase, file.wrapped, _place(root).encode())
    try:
        identity = Identity.from_bytes(Box(master).open(_place(root), file.box))
    except Trouble as error:
        if file.custodians:
            raise Refusal("authority.other_shares") from error
        raise Refusal("authority.unreadable", path=str(folder)) from error
    if identity.role is not Role.AUTHORITY or identity.certificate != root:
        raise Refusal("authority.unreadable", path=str(folder))
    return identity


def is_share(text: str) -> bool:
    """Whether the words are one whole share: their checksum finds a typing error at once."""
    try:
        decode_mnemonics([" ".join(text.lower().split())])
    except MnemonicError:
        return False
    return True


def issued(folder: Path, root: Certificate) -> list[Certificate]:
    """Return the HQ certificates that this root signed, in order; empty if none is noted.

    Raises Refusal `authority.unreadable`, `certificate.invalid`.
    """
    path = folder / ISSUED_FILE
    if not os.path.lexists(path):
        return []
    found = [Certificate.from_der(der) for der in _decode(path, _IssuedFile).certificates]
    return [one for one in found if one.role is Role.HQ and one.is_issued_by(root)]


def note_issued(folder: Path, root: Certificate, certificate: Certificate) -> None:
    """Add a certificate to the list of issued ones. Raises as `issued` does, and Trouble as `written_whole`."""
    known = [one.der for one in issued(folder, root) if one != certificate]
    with written_whole(folder / ISSUED_FILE) as out:
        out.write(msgspec.json.encode(_IssuedFile(certificates=[*known, certificate.der])))


def write_authority_answer(path: Path, request_fingerprint: str, hq: Certificate, root: Certificate) -> None:
    """Write the answer to an HQ's request; a file there is replaced. Raises as `written_whole`."""
    with written_whole(path) as out:
        out.write(msgspec.json.encode(_AnswerFile(request=request_fingerprint, chain=[hq.der, root.der])))


def read_authority_answer(path: Path) -> AuthorityAnswer:
    """Read the answer to an HQ's request, without trusting it.

    Raises Refusal `file.missing`, `file.unreadable`, `authority.not_an_answer`, `certificate.invalid`.
    """
    try:
        file = _decode(path, _AnswerFile)
    except Refusal as error:
        if error.code == "authority.unreadable":
            raise Refusal("authority.not_an_answer", name=path.name) from error
        raise
    hq, root = map(Certificate.from_der, file.chain)
    return AuthorityAnswer(file.request, hq, root)


def read_revocations(path: Path, root: Certificate) -> RevocationList | None:
    """Read a revocation list: a file, or that of an authority's folder (None if it has none yet).

    Raises Refusal `file.…`, `revocations.invalid`, `revocations.other_root`.
    """
    if is_folder := os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises for names that are too long
        path = path / REVOKED_FILE
    if is_folder and not os.path.lexists(path):
        return None
    return read_revocation_list(read_small(path, MAX_LIST_SIZE, Refusal("revocations.invalid")), root)


def write_revocations(path: Path, revocations: RevocationList) -> None:
    """Write a revocation list to a file, or into an authority's folder; an older one is replaced.

    Raises as `written_whole` does.
    """
    target = path / REVOKED_FILE if os.path.isdir(path) else path  # noqa: PTH112
    with written_whole(target) as out:
        out.write(revocations.der)


T = TypeVar("T")


def _read(folder: Path) -> _AuthorityFile:
    path = folder / AUTHORITY_FILE
    if not os.path.lexists(path):
        raise Refusal("authority.absent", path=str(folder))
    return _decode(path, _AuthorityFile)


def _decode(path: Path, kind: type[T]) -> T:
    unreadable = Refusal("authority.unreadable", path=str(path.parent))
    data = read_small(path, _MAX_SIZE, unreadable)
    try:
        return msgspec.json.decode(data, type=kind)
    except UNREADABLE as error:
        raise unreadable from error


def _joined(shares: Sequence[str], needed: int) -> bytes:
    words = [" ".join(share.lower().split()) for share in shares]
    distinct = list(dict.fromkeys(word for word in words if word))
    if len(distinct) < needed:
        raise Refusal("authority.too_few_shares", needed=needed, given=len(distinct))
    try:
        return bytes(combine_mnemonics(distinct[:needed]))
    except MnemonicError as error:
        raise Refusal("authority.shares", needed=needed) from error


def _place(root: Certificate) -> str:
    return f"eum/authority/1|{root.fingerprint}"
