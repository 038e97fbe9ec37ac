"""The bundle reader: files of strangers, and files of an enrolled device whose program writes what it likes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Final

import zstandard

from eum_app.crypto.suites import Suite
from eum_app.domain.clock import utc_text
from eum_app.domain.facts import CheckWithdrawn, encode_fact, kind_of
from eum_app.domain.journal import Author, decode_entry, encode_entry, genesis, next_entry
from sync.bundle_file import inspect_bundle, open_bundle, verify_bundle
from tests.bundles import NOW, Forgery, World, blocks, prefixed, sealed_photo, write_results
from tests.fuzz.target import Target, choosing, chosen, refusals_into

_LATER: Final = NOW + timedelta(days=2)
_FRAGMENTS: Final = (
    *(
        b'"version":2',
        b'"kind":"results"',
        b'"suite":"p384"',
        b'"chunk_size":4096',
        b'"created_at":"2026-11-01T12:00:00Z"',
    ),
    *(b'"recipients":[', b'"sender":[', b'"commitment":"', b'"format":"eum-bundle"'),
)
"""Fragments of a header, each replaced by any bytes before the header is signed."""
_WORDS: Final = (
    *("format", "version", "suite", "bundle_id", "kind", "created_at", "chunk_size", "commitment", "sender"),
    *("recipients", "kid", "enc", "origin", "epoch", "first_seq", "last_seq", "prev_hash", "last_hash", "entry_count"),
    *("entries_size", "entries_sha384", "objects", "head_signatures", "object_id", "size", "media_type", "key", "salt"),
    *("EUMB", "eum-manifest", "tasking", "receipt", "p384", "hybrid", "1e400", "-0", "9223372036854775808", "true"),
)


def bundles(folder: Path) -> Target:
    """Inspect, verify, open and read whole: any bytes, or any bytes in one part of a bundle that is rightly signed."""
    world = World.make(Suite.P384)
    recipients = [world.hq.certificate]
    path, entry = folder / "any.eumb", _entry()

    def forged(way: int, content: bytes) -> None:
        forgery = Forgery(world.device, recipients, entries=prefixed(entry))
        if way == 1:
            forgery.manifest_raw = content
        elif way == 2:
            forgery.packed = content
        elif way == 3:
            forgery.entries = content
        elif way == 4:
            forgery.tail = content
        elif way == 5:
            forgery.before_trailer = content
        elif way == 6:
            at, replacement = chosen(content, len(_FRAGMENTS))
            forgery.respell = (_FRAGMENTS[at], replacement)
        elif way == 7:  # an entry of any bytes, of which the manifest tells the truth
            forgery.entries = prefixed(content)
        forgery.write(path)

    def run(data: bytes) -> list[str]:
        codes: list[str] = []
        way, content = chosen(data, 8)
        if way == 0:
            path.write_bytes(content)
        else:
            forged(way, content)
        with refusals_into(codes):
            inspect_bundle(path)
        with refusals_into(codes):
            verify_bundle(path, world.trust, _LATER)
        with refusals_into(codes), open_bundle(path, world.hq, world.trust, _LATER) as bundle:
            for ref, reader in bundle.objects():
                size = 0
                while piece := reader.read(65_536):
                    size += len(piece)
                assert size == ref.size
            entries = list(bundle.entries())
            assert len(entries) == bundle.manifest.entry_count
            for entry in entries:
                with refusals_into(codes):
                    decode_entry(entry)
        return codes

    write_results(path, world.device, recipients, entries=[entry], objects=[sealed_photo(b"photo")], chunk_size=300)
    whole = path.read_bytes()
    plain = Forgery(world.device, recipients, entries=prefixed(entry))
    with open_bundle(plain.write(path), world.hq, world.trust, _LATER) as bundle:
        manifest = bundle.manifest_raw
    seeds = [
        *(choosing(0, whole), choosing(1, manifest), choosing(2, blocks(zstandard.compress(plain.entries)))),
        *(choosing(3, plain.entries), choosing(4, b""), choosing(5, bytes(4)), choosing(7, entry)),
        *(choosing(6, choosing(at, fragment)) for at, fragment in enumerate(_FRAGMENTS)),
    ]
    return Target(run, seeds, [word.encode() for word in _WORDS], len(whole) + 1_000)


def _entry() -> bytes:
    author = Author("FLD-0042", 3, "INS-017", "session", lambda: 0)
    fact = CheckWithdrawn(observed_at=utc_text(NOW), check_id="c", visit_id="v", reason="undone")
    return encode_entry(
        next_entry(
            genesis("FLD-0042", 3),
            author,
            recorded_at=utc_text(NOW),
            kind=kind_of(fact),
            kind_version=1,
            payload=encode_fact(fact),
        )
    )
