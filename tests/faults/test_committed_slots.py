"""A forged keyslot that opens under two passphrases: AES-GCM makes it possible, the commitment does not."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from db.keyslots import FILE_NAME, Slot, read_store_file
from db.label import FORMAT
from eum_app.crypto.passphrases import KdfParams, derive_key, unwrap_secret, wrap_secret
from eum_app.crypto.suites import Suite
from eum_app.domain.errors import Refusal
from eum_app.usecases.people.accounts import change_passphrase, commit_slot
from eum_app.usecases.store.open_store import open_store
from tests.builders import PASSPHRASE, Clock
from tests.faults.disk import no_file_beyond
from tests.make_old_store import STORES

ONE, OTHER = "first passphrase", "second passphrase"
PLACE = b"store\0INS-017"


def times(x: int, y: int) -> int:
    """Multiply in GHASH's field (NIST SP 800-38D, 6.3)."""
    product = 0
    for bit in range(127, -1, -1):
        if x >> bit & 1:
            product ^= y
        y = y >> 1 ^ (0xE1 << 120 if y & 1 else 0)
    return product


def inverse(x: int) -> int:
    """x to the power 2^128 - 2."""
    result = 1 << 127
    for _ in range(127):
        x = times(x, x)
        result = times(result, x)
    return result


class Key:
    """One AES key with GHASH's point and the mask of the tag for a nonce."""

    def __init__(self, key: bytes, nonce: bytes) -> None:
        encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
        self.point = int.from_bytes(encryptor.update(bytes(16)), "big")
        self.mask = int.from_bytes(encryptor.update(nonce + b"\0\0\0\1"), "big")

    def tag(self, blocks: list[int]) -> int:
        state = 0
        for block in blocks:
            state = times(state ^ block, self.point)
        return state ^ self.mask


def padded(data: bytes) -> list[int]:
    data += bytes(-len(data) % 16)
    return [int.from_bytes(data[at : at + 16], "big") for at in range(0, len(data), 16)]


def two_faced(keys: tuple[bytes, bytes], nonce: bytes, aad: bytes) -> bytes:
    """Ciphertext and tag, 48 bytes in all, that AES-GCM opens under both keys: one block solves for equal tags."""
    one, other = (Key(key, nonce) for key in keys)
    lengths = (len(aad) * 8) << 64 | 32 * 8
    before = [*padded(aad), 0x1234]
    difference = one.tag([*before, 0, lengths]) ^ other.tag([*before, 0, lengths])
    squares = times(one.point, one.point) ^ times(other.point, other.point)
    free = times(difference, inverse(squares))
    tag = one.tag([*before, free, lengths])
    assert tag == other.tag([*before, free, lengths])
    return b"".join(number.to_bytes(16, "big") for number in (0x1234, free, tag))


def test_a_slot_opens_under_one_passphrase_only() -> None:
    """Writing the key file and watching one attempt tells which half of a word list holds the passphrase."""
    params = KdfParams.fast_for_tests()
    nonce = bytes(range(12))
    digest = hashlib.sha384(msgspec.json.encode(params, order="sorted")).digest()
    keys = (derive_key(params, ONE), derive_key(params, OTHER))
    forged = nonce + two_faced(keys, nonce, b"eum/passphrase-slot/1\0" + digest + PLACE)
    opened = [unwrap_secret(params, passphrase, forged, PLACE, wrapping=1) for passphrase in (ONE, OTHER)]
    assert [len(secret) for secret in opened] == [32, 32]

    genuine = wrap_secret(params, ONE, bytes(32), PLACE)
    body = nonce + two_faced(keys, nonce, b"eum/passphrase-slot/2\0" + digest + PLACE)
    for commitment in (genuine[:32], bytes(32)):
        for passphrase in (ONE, OTHER):
            with pytest.raises(Refusal, match=r"passphrase\.wrong"):
                unwrap_secret(params, passphrase, commitment + body, PLACE)
    for wrapping in (0, 1, 3):
        with pytest.raises(Refusal, match=r"passphrase\.wrong"):
            unwrap_secret(params, ONE, genuine, PLACE, wrapping=wrapping)


@pytest.mark.parametrize("suite", list(Suite))
def test_every_byte_of_a_wrapping_counts(suite: Suite) -> None:
    params = KdfParams.fast_for_tests(suite)
    wrapped = wrap_secret(params, ONE, bytes(32), PLACE)
    for at in range(len(wrapped)):
        bent = bytearray(wrapped)
        bent[at] ^= 1
        with pytest.raises(Refusal, match=r"passphrase\.wrong"):
            unwrap_secret(params, ONE, bytes(bent), PLACE)


VERSIONS = sorted(path.name for path in STORES.iterdir() if path.is_dir())


def slot_of(folder: Path, account: str) -> Slot:
    slot = read_store_file(folder).slot(account)
    assert slot is not None
    return slot


@pytest.mark.parametrize("version", [one for one in VERSIONS if one < "0.1.0-0004"])  # slots are committed since
def test_a_slot_of_an_earlier_version_is_committed_at_the_next_unlocking(version: str, tmp_path: Path) -> None:
    folder = tmp_path / "old"
    shutil.copytree(STORES / version / "field", folder)
    before = slot_of(folder, "INS-017")
    assert (before.is_committed, read_store_file(folder).format) == (False, 2)
    open_store(folder, "INS-017", PASSPHRASE, now=Clock()).close()
    after = slot_of(folder, "INS-017")
    assert (after.is_committed, read_store_file(folder).format) == (True, FORMAT)
    assert (after.keys, after.sealed, after.codes) == (before.keys, before.sealed, before.codes)
    assert after.kdf.salt != before.kdf.salt
    session = open_store(folder, "INS-017", PASSPHRASE, now=Clock())
    assert slot_of(folder, "INS-017") == after, "written once"
    change_passphrase(session, PASSPHRASE, "another passphrase")
    session.close()
    with pytest.raises(Refusal, match=r"passphrase\.wrong"):
        open_store(folder, "INS-017", PASSPHRASE, now=Clock())
    open_store(folder, "INS-017", "another passphrase", now=Clock()).close()
    assert slot_of(folder, "INS-017").is_committed


def test_where_the_slot_cannot_be_written_the_old_one_stays(tmp_path: Path) -> None:
    folder = tmp_path / "old"
    shutil.copytree(STORES / VERSIONS[0] / "field", folder)
    session = open_store(folder, "INS-017", PASSPHRASE, now=Clock())
    shutil.copy(STORES / VERSIONS[0] / "field" / FILE_NAME, folder / FILE_NAME)
    held = (folder / FILE_NAME).read_bytes()
    with no_file_beyond(len(held) // 2):
        commit_slot(session, PASSPHRASE)
    assert (folder / FILE_NAME).read_bytes() == held
    session.close()
    open_store(folder, "INS-017", PASSPHRASE, now=Clock()).close()
    assert slot_of(folder, "INS-017").is_committed
