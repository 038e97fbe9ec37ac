"""The chain: what holds, what is found out, and what the hash covers."""

from __future__ import annotations

import hashlib
import struct

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eum_app.domain.errors import Refusal
from eum_app.domain.journal import (
    MAX_EPOCH,
    Author,
    Entry,
    decode_entry,
    encode_entry,
    entry_hash,
    genesis,
    head_of,
    next_entry,
    order_key,
    verify_chain,
)

AUTHOR = Author("FLD-0042", 1, "INS-017", "session-1", lambda: 1234)


def chain(length: int, origin: str = "FLD-0042", epoch: int = 1) -> list[Entry]:
    head = genesis(origin, epoch)
    entries = []
    for number in range(length):
        entry = next_entry(
            head,
            AUTHOR,
            recorded_at=f"2026-11-21T08:00:00.{number:06d}Z",
            kind="CheckRecorded",
            kind_version=1,
            payload=b'{"n":%d}' % number,
        )
        entries.append(entry)
        head = head_of(entry)
    return entries


def test_the_hash_is_what_the_format_document_says() -> None:
    entry = chain(1)[0]

    def field(data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + data

    expected = hashlib.sha384(
        b"EUM journal entry 1"
        + hashlib.sha384(b"EUM journal genesis 1" + field(b"FLD-0042") + struct.pack(">Q", 1)).digest()
        + field(b"FLD-0042")
        + struct.pack(">QQ", 1, 1)
        + field(b"2026-11-21T08:00:00.000000Z")
        + field(b"session-1")
        + struct.pack(">Q", 1234)
        + field(b"INS-017")
        + field(b"CheckRecorded")
        + struct.pack(">I", 1)
        + struct.pack(">Q", 7)
        + b'{"n":0}'
    ).digest()
    assert entry.hash == expected


@given(st.integers(1, 12), st.data())
def test_any_change_of_any_field_is_found_out(length: int, data: st.DataObject) -> None:
    entries = chain(length)
    at = data.draw(st.integers(0, length - 1))
    name = data.draw(st.sampled_from(Entry.__struct_fields__))
    old = getattr(entries[at], name)
    new = old + 1 if isinstance(old, int) else (old + "x" if isinstance(old, str) else bytes([old[0] ^ 1]) + old[1:])
    entries[at] = msgspec.structs.replace(entries[at], **{name: new})
    with pytest.raises(Refusal, match=r"^chain\."):
        verify_chain(entries, genesis("FLD-0042", 1))


@given(st.integers(2, 12), st.data())
def test_leaving_out_repeating_or_exchanging_entries_is_found_out(length: int, data: st.DataObject) -> None:
    entries = chain(length)
    order = data.draw(st.lists(st.integers(0, length - 1), min_size=1, max_size=length + 2))
    if order == list(range(len(order))):
        assert verify_chain([entries[at] for at in order], genesis("FLD-0042", 1)) == head_of(entries[len(order) - 1])
    else:
        with pytest.raises(Refusal, match=r"^chain\."):
            verify_chain([entries[at] for at in order], genesis("FLD-0042", 1))


def test_a_recomputed_hash_breaks_the_next_link() -> None:
    entries = chain(3)
    forged = msgspec.structs.replace(entries[1], payload=b'{"n":9}')
    entries[1] = msgspec.structs.replace(forged, hash=entry_hash(forged))
    with pytest.raises(Refusal, match=r"chain\.broken"):
        verify_chain(entries, genesis("FLD-0042", 1))


def test_chains_of_two_origins_and_epochs_never_meet() -> None:
    assert len({genesis(origin, epoch).hash for origin in ("A", "B", "A1") for epoch in (1, 2, 11)}) == 9
    with pytest.raises(Refusal, match=r"chain\.foreign"):
        verify_chain(chain(1, epoch=2), genesis("FLD-0042", 1))


@given(st.binary(max_size=300))
def test_the_entry_reader_refuses_or_reads(data: bytes) -> None:
    try:
        entry = decode_entry(data)
    except Refusal as refusal:
        assert refusal.code == "entry.unreadable"  # noqa: PT017
    else:
        assert decode_entry(encode_entry(entry)) == entry


def test_entries_survive_the_trip() -> None:
    for entry in chain(5):
        assert decode_entry(encode_entry(entry)) == entry


@pytest.mark.parametrize(
    ("name", "value"),
    [("seq", 0), ("epoch", 0), ("elapsed_ms", -1), ("hash", b"x"), ("actor", "x" * 300), ("seq", 2**60)],
)
def test_entries_outside_their_limits_are_refused(name: str, value: object) -> None:
    entry = msgspec.structs.replace(chain(1)[0], **{name: value})
    with pytest.raises(Refusal, match=r"entry\.unreadable"):
        decode_entry(encode_entry(entry))


def test_an_epoch_that_keys_cannot_hold_is_refused() -> None:
    (last,) = chain(1, epoch=MAX_EPOCH)
    (before,) = chain(1, epoch=MAX_EPOCH - 1)
    assert decode_entry(encode_entry(last)) == last
    assert order_key("2026-11-21", before) < order_key("2026-11-21", last)
    with pytest.raises(Refusal, match=r"entry\.unreadable"):
        decode_entry(encode_entry(chain(1, epoch=MAX_EPOCH + 1)[0]))
