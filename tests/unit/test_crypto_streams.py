"""STREAM and content objects: whole or refused."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eum_app.crypto.streams import (
    StreamKeys,
    StreamSealer,
    commit,
    hash_object,
    open_chunks,
    open_object,
    read_object,
    seal_chunks,
    seal_object,
)
from eum_app.domain.errors import Refusal

CHUNK = 64
SEALED = CHUNK + 16
KEYS = StreamKeys.derive(bytes(range(32)))
AAD = hashlib.sha384(b"what it belongs to").digest()


def seal(plaintext: bytes) -> bytes:
    return b"".join(seal_chunks(KEYS, AAD, io.BytesIO(plaintext), chunk_size=CHUNK))


def unseal(sealed: bytes, aad: bytes = AAD) -> bytes:
    return b"".join(open_chunks(KEYS, aad, io.BytesIO(sealed), chunk_size=CHUNK))


class Dribble(io.BytesIO):
    """Gives at most seven bytes a call, as a pipe may."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(7 if size is None or size < 0 else min(size, 7))


@given(st.binary(max_size=5 * CHUNK))
def test_what_is_sealed_comes_back(plaintext: bytes) -> None:
    sealed = seal(plaintext)
    assert unseal(sealed) == plaintext
    assert len(sealed) == len(plaintext) + 16 * max(1, -(-len(plaintext) // CHUNK))
    assert b"".join(seal_chunks(KEYS, AAD, Dribble(plaintext), chunk_size=CHUNK)) == sealed
    assert b"".join(open_chunks(KEYS, AAD, Dribble(sealed), chunk_size=CHUNK)) == plaintext


PLAIN = os.urandom(3 * CHUNK)
WHOLE = seal(PLAIN)
CHUNKS = [WHOLE[start : start + SEALED] for start in range(0, len(WHOLE), SEALED)]


@pytest.mark.parametrize("size", range(len(WHOLE)))
def test_cut_anywhere_is_refused(size: int) -> None:
    with pytest.raises(Refusal, match=r"stream\.altered"):
        unseal(WHOLE[:size])


@pytest.mark.parametrize(
    "altered",
    [
        [CHUNKS[1], CHUNKS[0], CHUNKS[2]],
        [CHUNKS[0], CHUNKS[2]],
        [CHUNKS[0], CHUNKS[0], CHUNKS[1], CHUNKS[2]],
        [*CHUNKS, CHUNKS[2]],
        [*CHUNKS, b"\0"],
        [CHUNKS[2]],
        [],
    ],
)
def test_chunks_exchanged_repeated_dropped_or_added_are_refused(altered: list[bytes]) -> None:
    with pytest.raises(Refusal, match=r"stream\.altered"):
        unseal(b"".join(altered))


@given(st.integers(0, 8 * len(WHOLE) - 1))
def test_a_flipped_bit_is_refused(bit: int) -> None:
    altered = bytearray(WHOLE)
    altered[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Refusal, match=r"stream\.altered"):
        unseal(bytes(altered))


def test_another_place_is_refused() -> None:
    with pytest.raises(Refusal, match=r"stream\.altered"):
        unseal(WHOLE, hashlib.sha384(b"elsewhere").digest())


def test_an_empty_last_chunk_after_others_is_refused_even_when_its_tag_is_right() -> None:
    sealer = StreamSealer(KEYS, AAD)
    with pytest.raises(Refusal, match=r"stream\.altered"):
        unseal(sealer.seal(b"x" * CHUNK, last=False) + sealer.seal(b"", last=True))


def test_nothing_is_sealed_after_the_last_chunk() -> None:
    sealer = StreamSealer(KEYS, AAD)
    sealer.seal(b"", last=True)
    with pytest.raises(ValueError, match="already sealed"):
        sealer.seal(b"more", last=True)


@settings(max_examples=50)
@given(st.binary(max_size=400))
def test_object_round_trip(plaintext: bytes) -> None:
    out = io.BytesIO()
    seal = seal_object(io.BytesIO(plaintext), out, chunk_size=CHUNK)
    stored = out.getvalue()
    assert (seal.size, seal.plaintext_size) == (len(stored), len(plaintext))
    assert seal.object_id == hashlib.sha384(stored).hexdigest() == hash_object(io.BytesIO(stored))
    assert seal.commitment == commit(seal.salt, plaintext) == hashlib.sha384(seal.salt + plaintext).digest()
    back = io.BytesIO()
    assert open_object(io.BytesIO(stored), seal.key, back, salt=seal.salt, commitment=seal.commitment) == len(plaintext)
    assert back.getvalue() == plaintext


def _flip(position: int) -> Callable[[bytearray], None]:
    def change(stored: bytearray) -> None:
        stored[position] ^= 1

    return change


def _cut(stored: bytearray) -> None:
    del stored[-SEALED:]


def _add(stored: bytearray) -> None:
    stored += b"\0"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_flip(0), "object.not_an_object"),
        (_flip(8), "object.not_an_object"),  # a chunk of 16 MiB
        (_flip(11), "object.altered"),  # chunks of 65 bytes
        (_flip(12), "object.wrong_key"),
        (_flip(44), "object.altered"),
        (_flip(-1), "object.altered"),
        (_cut, "object.altered"),
        (_add, "object.altered"),
    ],
)
def test_altered_object_is_refused(change: Callable[[bytearray], None], code: str) -> None:
    out = io.BytesIO()
    seal = seal_object(io.BytesIO(PLAIN), out, chunk_size=CHUNK)
    stored = bytearray(out.getvalue())
    change(stored)
    with pytest.raises(Refusal) as refused:
        open_object(io.BytesIO(bytes(stored)), seal.key, io.BytesIO())
    assert refused.value.code == code


def test_object_needs_its_own_key_and_commitment() -> None:
    out, back = io.BytesIO(), io.BytesIO()
    seal = seal_object(io.BytesIO(PLAIN), out)
    with pytest.raises(Refusal, match=r"object\.wrong_key"):
        next(read_object(io.BytesIO(out.getvalue()), bytes(32)))
    with pytest.raises(Refusal, match=r"key\.invalid"):
        next(read_object(io.BytesIO(out.getvalue()), b"short"))
    with pytest.raises(Refusal, match=r"object\.not_as_committed"):
        open_object(io.BytesIO(out.getvalue()), seal.key, back, salt=seal.salt, commitment=bytes(48))


def test_same_content_twice_looks_different_and_keys_do_not_show() -> None:
    first = seal_object(io.BytesIO(b"same"), io.BytesIO())
    second = seal_object(io.BytesIO(b"same"), io.BytesIO())
    assert first.object_id != second.object_id
    assert first.commitment != second.commitment
    assert repr(first.key)[2:10] not in repr(first)
    assert str(KEYS) == "StreamKeys()"


@given(st.binary(max_size=300))
def test_random_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(Refusal):
        list(read_object(io.BytesIO(b"EUMOBJ1\n" + data), bytes(32)))
