"""A witness of HQ's log: a key in a folder, which cosigns heads and never two that contradict each other.

The folder holds the key under a passphrase, and the last head that the witness cosigned of each log. A head is cosigned
only if it is proved to continue that one. A folder that is restored to an earlier state makes the witness forget.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from db.files import disk_trouble, is_file, is_there, make_folder, written_whole
from eum_app.crypto.certificates import short_fingerprint
from eum_app.crypto.passphrases import KdfParams, unwrap_secret, wrap_secret
from eum_app.crypto.signing import SigningKey
from eum_app.crypto.suites import DEFAULT_SUITE, Suite
from eum_app.domain.clock import Now, system_now, utc_text
from eum_app.domain.errors import Refusal
from eum_app.domain.people import is_store_name
from eum_app.domain.tree_heads import (
    COSIGN_PURPOSE,
    HEAD_SUFFIX,
    MAX_COSIGNATURES,
    Cosignature,
    Cosigned,
    SignedHead,
    TreeHead,
    decode_head,
    encode_head,
    encode_statement,
)
from eum_app.domain.unreadable import UNREADABLE
from eum_app.usecases.exchange.time_proofs import TimeVerdict
from eum_app.usecases.proofs.verify_slip import (
    Comparison,
    Trust,
    compare_heads,
    is_cosigned,
    read_file,
    verify_head,
)
from eum_app.usecases.proofs.write_head import write_head

KEY_FILE: Final = "witness.json"
COSIGNED: Final = "cosigned"
"""Folder of the last head that was cosigned of each log."""
FORKS: Final = "forks"
"""Folder of heads that contradict a cosigned one: evidence."""
_BUSY: Final = "cosigning"
_MAX_NAME: Final = 100


class WitnessFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The witness's key: raw public key, and the private one wrapped under a passphrase."""

    format: str = "eum-witness"
    version: int = 1
    name: str
    suite: str
    public: bytes
    kdf: KdfParams
    wrapped: bytes

    @property
    def fingerprint(self) -> str:
        """Short fingerprint, which readers name to trust this witness."""
        return short_fingerprint(self.public)

    @property
    def place(self) -> bytes:
        """Bytes to which the wrapped key is bound."""
        return f"eum/witness/1\n{self.name}\n{self.suite}\n".encode() + self.public


@dataclass(frozen=True)
class HeadCosigned:
    """A head that the witness cosigned; `since` is the size of the previous one, 0 for the first."""

    paths: tuple[Path, ...]
    origin: str
    size: int
    since: int
    witness: str
    fingerprint: str


def create_witness(
    folder: Path, name: str, passphrase: str, suite: Suite = DEFAULT_SUITE, kdf: KdfParams | None = None
) -> WitnessFile:
    """Make a witness's key in a folder, which is made.

    Raises Refusal `witness.exists`, `witness.bad_name`, and as `wrap_secret` (passphrase); Trouble for disk errors.
    """
    if not (0 < len(name) <= _MAX_NAME and name.isprintable() and name == name.strip()):
        raise Refusal("witness.bad_name", name=name[:40])
    if is_there(folder / KEY_FILE):
        raise Refusal("witness.exists", path=str(folder))
    key = SigningKey.generate(suite)
    params = kdf or KdfParams.calibrated(suite)
    made = WitnessFile(name=name, suite=suite, public=key.verify_key.public_bytes(), kdf=params, wrapped=b"")
    made = msgspec.structs.replace(made, wrapped=wrap_secret(params, passphrase, key.private_bytes(), made.place))
    with written_whole(folder / KEY_FILE) as file:
        file.write(msgspec.json.format(msgspec.json.encode(made), indent=2) + b"\n")
    return made


def read_witness(folder: Path) -> WitnessFile:
    """Return a witness's key file. Raises Refusal `witness.absent`, `witness.damaged`."""
    if not is_file(folder / KEY_FILE):
        raise Refusal("witness.absent", path=str(folder))
    try:
        found = msgspec.json.decode(read_file(folder / KEY_FILE), type=WitnessFile)
    except UNREADABLE as error:
        raise Refusal("witness.damaged", path=str(folder)) from error
    if (found.format, found.version) != ("eum-witness", 1):
        raise Refusal("witness.damaged", path=str(folder))
    return found


def cosign(
    folder: Path,
    passphrase: str,
    signed: SignedHead,
    output: Path,
    *,
    root: str = "",
    new_log: bool = False,
    now: Now = system_now,
) -> HeadCosigned:
    """Cosign a head that continues the last one cosigned, and write it with the cosignature to `output`.

    The first head of an HQ needs `root`, the short fingerprint of its authority; later ones must be under the same
    authority. `new_log`: accept that the HQ began a log in a later epoch. What is written to the folder is on disk
    before the cosignature is. Raises Refusal `witness.absent`, `witness.damaged`, `witness.invalid`,
    `passphrase.wrong`, `witness.root_needed`, `witness.not_signed`, `witness.other_root`, `witness.new_log`,
    `witness.old_log`, `witness.older`, `witness.no_proof`, `witness.fork`, `witness.busy`,
    `witness.too_many`, `log.in_future`,
    `log.claimed` (HQ's certificate has ended); Trouble for disk errors.
    """
    witness = read_witness(folder)
    suite = Suite.parse(witness.suite)
    key = SigningKey.from_bytes(suite, unwrap_secret(witness.kdf, passphrase, witness.wrapped, witness.place))
    head = signed.head
    if not is_store_name(head.origin):  # it becomes the name of a file
        raise Refusal("witness.not_signed", origin=head.origin[:40])
    with _alone(folder):
        last = _last(folder, witness, head)
        _require_signed(signed, root, now())
        newest = _newest_epoch(folder, head.origin)
        if newest is not None and head.epoch < newest:
            raise Refusal("witness.old_log", origin=head.origin, epoch=head.epoch, last=newest)
        if last is None:
            _require_first(folder, signed, root, newest, new_log=new_log)
        else:
            _require_continues(folder, signed, last)
        said = Cosigned(
            witness=witness.name,
            suite=witness.suite,
            head=hashlib.sha384(signed.statement).hexdigest(),
            cosigned_at=utc_text(now()),
        )
        statement = encode_statement(said)
        own = Cosignature(statement, witness.public, key.sign(COSIGN_PURPOSE, statement))
        others = tuple(one for one in signed.cosignatures if one.key != witness.public)
        if len(others) >= MAX_COSIGNATURES:
            raise Refusal("witness.too_many", limit=MAX_COSIGNATURES)
        done = replace(signed, cosignatures=(*others, own))
        # Kept first: a cosignature that got out while the folder forgot it would let HQ show another history later.
        with written_whole(_path(folder, head)) as file:
            file.write(encode_head(replace(done, cosignatures=(own,), proofs=())))
        paths = write_head(done, output)
    return HeadCosigned(paths, head.origin, head.size, last.head.size if last else 0, witness.name, witness.fingerprint)


def _require_signed(signed: SignedHead, root: str, now: datetime) -> None:
    proof = verify_head(signed, Trust(root), now=now)
    if proof.refusals:
        raise proof.refusals[0]
    if proof.time.verdict is TimeVerdict.CLAIMED:  # a stolen key signs any history with any date
        raise Refusal("log.claimed", signer=proof.signer)
    if not all(one.holds for one in proof.witnesses):
        raise Refusal("witness.invalid", witness=next(one.witness for one in proof.witnesses if not one.holds))


def _newest_epoch(folder: Path, hq: str) -> int | None:
    """Return the newest epoch of which a head of this HQ was cosigned, or None."""
    named = [path.stem.rpartition("-") for path in (folder / COSIGNED).glob(f"*{HEAD_SUFFIX}")]
    return max((int(epoch) for origin, _, epoch in named if origin == hq and epoch.isdecimal()), default=None)


def _require_first(folder: Path, signed: SignedHead, root: str, newest: int | None, *, new_log: bool) -> None:
    """Require a fingerprint for the first head of an HQ, and consent for the first one of a later epoch."""
    head = signed.head
    if newest is None:
        if not root:
            raise Refusal("witness.root_needed", origin=head.origin)
        return
    before = _read(folder / COSIGNED / f"{head.origin}-{newest}{HEAD_SUFFIX}")
    if before.chain[-1:] != signed.chain[-1:]:
        raise Refusal("witness.other_root", origin=head.origin)
    if not new_log:
        raise Refusal("witness.new_log", origin=head.origin, epoch=head.epoch, last=newest)


def _require_continues(folder: Path, signed: SignedHead, last: SignedHead) -> None:
    head = signed.head
    if last.chain[-1:] != signed.chain[-1:]:
        raise Refusal("witness.other_root", origin=head.origin)
    if head.size < last.head.size:
        raise Refusal("witness.older", origin=head.origin, size=head.size, last=last.head.size)
    match compare_heads(signed, last):
        case Comparison.FORK:
            name = hashlib.sha384(signed.statement).hexdigest()[:16]
            for kind, one in (("cosigned", last), ("contradicts", signed)):
                with written_whole(folder / FORKS / f"{head.origin}-{head.epoch}-{name}-{kind}{HEAD_SUFFIX}") as file:
                    file.write(encode_head(one))
            raise Refusal("witness.fork", origin=head.origin, size=last.head.size, folder=str(folder / FORKS))
        case Comparison.NOT_PROVED:
            raise Refusal("witness.no_proof", origin=head.origin, size=last.head.size)
        case Comparison.SAME | Comparison.CONSISTENT:
            return


def _last(folder: Path, witness: WitnessFile, head: TreeHead) -> SignedHead | None:
    """Return the last head of this log that the witness cosigned, or None.

    Raises Refusal `witness.damaged` unless the witness's own cosignature on it is valid.
    """
    path = _path(folder, head)
    if not is_there(path):
        return None
    last = _read(path)
    is_own = any(one.key == witness.public and is_cosigned(one, last.statement) for one in last.cosignatures)
    if not is_own or (last.head.origin, last.head.epoch) != (head.origin, head.epoch):
        raise Refusal("witness.damaged", path=str(path))
    return last


def _read(path: Path) -> SignedHead:
    try:
        return decode_head(read_file(path))
    except Refusal as error:
        raise Refusal("witness.damaged", path=str(path)) from error


def _path(folder: Path, head: TreeHead) -> Path:
    return folder / COSIGNED / f"{head.origin}-{head.epoch}{HEAD_SUFFIX}"


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other processes from cosigning meanwhile: two at once could cosign two histories.

    Raises Refusal `witness.busy` if one is at it, or was killed while it was.
    """
    path = folder / _BUSY
    with disk_trouble(folder):
        make_folder(folder)
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError as error:
            raise Refusal("witness.busy", path=str(path)) from error
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
