"""Bundles cut, bent, re-addressed, forged and blown up: each is refused, and nothing of it is given out."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import random
import tracemalloc
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from eum_app.crypto.suites import Suite
from eum_app.domain.errors import Refusal
from sync.bundle_file import inspect_bundle, open_bundle, verify_bundle
from sync.bundle_format import MAGIC, canonical
from tests.bundles import NOW, Forgery, World, blocks, prefixed, sealed_photo, text, write_results

LATER = NOW + timedelta(days=2)
WORLD = World.make(Suite.P384)
HQ = [WORLD.hq.certificate]


def refused(path: Path, world: World = WORLD) -> Refusal:
    """Open the bundle as HQ-1 and return the refusal; the verdict without a key must agree where it can."""
    with pytest.raises(Refusal) as refusal, open_bundle(path, world.hq, world.trust, LATER) as bundle:
        pytest.fail(f"accepted {bundle.manifest}")
    return refusal.value


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("small") / "results.eumb"
    write_results(path, WORLD.device, HQ, entries=[b"one"], objects=[sealed_photo(b"photo")], chunk_size=300)
    return path.read_bytes()


@pytest.mark.slow
def test_cut_at_every_byte(small: bytes, tmp_path: Path) -> None:
    path = tmp_path / "cut.eumb"
    for size in range(len(small)):
        path.write_bytes(small[:size])
        refusal = refused(path)
        assert refusal.code == ("bundle.truncated" if size else "bundle.not_a_bundle"), size


@pytest.mark.slow
def test_a_bit_flipped_in_every_byte(small: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bent.eumb"
    chance = random.Random(42)
    for position in range(len(small)):
        bent = bytearray(small)
        bent[position] ^= 1 << chance.randrange(8)
        path.write_bytes(bent)
        refused(path)


def test_every_kind_of_place_bent_in_the_hybrid_suite(tmp_path: Path) -> None:
    world = World.make(Suite.HYBRID)
    path = tmp_path / "results.eumb"
    write_results(path, world.device, [world.hq.certificate], entries=[b"one"])
    whole = path.read_bytes()
    for position in [*range(14), *range(14, len(whole), 397), *range(len(whole) - 4640, len(whole) - 4620)]:
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 0x10]) + whole[position + 1 :])
        refused(path, world)
    for size in [*range(14), *range(14, len(whole), 997), *range(len(whole) - 4640, len(whole) - 4620)]:
        path.write_bytes(whole[:size])
        assert refused(path, world).code in {"bundle.truncated", "bundle.not_a_bundle"}


def test_added_bytes(small: bytes, tmp_path: Path) -> None:
    path = tmp_path / "added.eumb"
    for added in (b"\0", b"x" * 1000, small):
        path.write_bytes(small + added)
        refusal = refused(path)
        assert (refusal.code, refusal.values["part"]) == ("bundle.altered", "end")


# Pieces of a bundle


def parts(data: bytes) -> tuple[dict[str, Any], list[bytes], bytes]:
    """Header, frames and what follows them."""
    size = int.from_bytes(data[8:12], "big")
    header, at = json.loads(data[12 : 12 + size]), 12 + size
    frames = []
    while length := int.from_bytes(data[at : at + 4], "big"):
        frames.append(data[at : at + 4 + length])
        at += 4 + length
    return header, frames, data[at:]


def whole(header: dict[str, Any], frames: list[bytes], rest: bytes) -> bytes:
    return MAGIC + prefixed(canonical(header)) + b"".join(frames) + rest


def test_pieces_put_together_again_are_the_bundle(small: bytes, tmp_path: Path) -> None:
    assert whole(*parts(small)) == small
    (tmp_path / "same.eumb").write_bytes(small)
    with open_bundle(tmp_path / "same.eumb", WORLD.hq, WORLD.trust, LATER) as bundle:
        assert list(bundle.entries()) == [b"one"]


def test_frames_dropped_repeated_and_exchanged(small: bytes, tmp_path: Path) -> None:
    header, frames, rest = parts(small)
    assert len(frames) > 3
    path = tmp_path / "bent.eumb"
    for order in (frames[:-1], frames[1:], [*frames, frames[-1]], [frames[0], *frames], frames[::-1], []):
        path.write_bytes(whole(header, order, rest))
        assert refused(path).code == "bundle.altered"


def test_parts_of_two_bundles(small: bytes, tmp_path: Path) -> None:
    path = tmp_path / "spliced.eumb"
    write_results(path, WORLD.device, HQ, entries=[b"two"], objects=[sealed_photo(b"other")], chunk_size=300)
    one, two = parts(small), parts(path.read_bytes())
    for spliced in ((one[0], two[1], one[2]), (two[0], one[1], one[2]), (one[0], one[1], two[2])):
        path.write_bytes(whole(*spliced))
        assert refused(path).code == "bundle.altered"
    path.write_bytes(whole(one[0], [*one[1][:1], *two[1][1:]], two[2]))
    assert refused(path).code == "bundle.altered"


# Re-addressed and re-signed


def test_recipients_rewritten(small: bytes, tmp_path: Path) -> None:
    header, frames, rest = parts(small)
    path = tmp_path / "bent.eumb"
    other = {"kid": WORLD.other_hq.certificate.kid, "enc": header["recipients"][0]["enc"]}
    for recipients in ([*header["recipients"], other], [other, *header["recipients"]]):
        path.write_bytes(whole(header | {"recipients": recipients}, frames, rest))
        assert refused(path).code == "bundle.altered"
    path.write_bytes(whole(header | {"recipients": [other]}, frames, rest))
    assert refused(path).code == "bundle.other_recipient"
    path.write_bytes(whole(header | {"recipients": []}, frames, rest))
    assert refused(path).code == "bundle.altered"


def test_another_enrolled_device_puts_its_name_on_it(small: bytes, tmp_path: Path) -> None:
    """It cannot read the content, but can sign whatever it likes outside."""
    header, frames, _ = parts(small)
    header["sender"] = [text(certificate.der) for certificate in WORLD.other_device.chain[:-1]]
    statement = hashlib.sha384(canonical(header)).digest() + hashlib.sha384(b"".join(frames)).digest()
    signature = WORLD.other_device.signing.sign("eum/bundle/1", statement + len(frames).to_bytes(8, "big"))
    path = tmp_path / "stolen.eumb"
    path.write_bytes(whole(header, frames, bytes(4) + prefixed(signature)))
    verdict = verify_bundle(path, WORLD.trust, LATER)
    assert verdict.holds  # the outer signature is right: only who can open it finds out
    refusal = refused(path)
    assert (refusal.code, refusal.values["part"]) == ("bundle.readdressed", "key")


def forged(path: Path, **changes: Any) -> Refusal:
    return refused(Forgery(WORLD.device, HQ, **changes).write(path))


def test_an_unchanged_forgery_is_a_bundle(tmp_path: Path) -> None:
    path = Forgery(WORLD.device, HQ, manifest={"later": {"x": [1]}}).write(tmp_path / "f.eumb")
    with open_bundle(path, WORLD.hq, WORLD.trust, LATER) as bundle:
        assert list(bundle.entries()) == [b"one"]
        assert bundle.extra == {"later": {"x": [1]}}  # unknown fields are kept
        assert b'"later"' in bundle.manifest_raw


DEVICE, OTHER = WORLD.device, WORLD.other_device


@pytest.mark.parametrize(
    ("changes", "code", "part"),
    [
        ({"outer": OTHER}, "bundle.altered", "signature"),
        ({"inner": OTHER}, "bundle.readdressed", "manifest"),
        ({"manifest": {"sender": OTHER.certificate.fingerprint}}, "bundle.readdressed", "parties"),
        ({"manifest": {"recipients": [WORLD.other_hq.certificate.kid]}}, "bundle.readdressed", "parties"),
        ({"manifest": {"bundle_id": "1" * 32}}, "bundle.readdressed", "header"),
        ({"manifest": {"kind": "tasking"}}, "bundle.readdressed", "header"),
        ({"manifest": {"created_at": "2026-11-01T12:00:01Z"}}, "bundle.readdressed", "header"),
        ({"manifest": {"origin": OTHER.origin}}, "bundle.foreign_origin", None),
        ({"manifest": {"epoch": 2}}, "bundle.foreign_origin", None),
        ({"info": b"another"}, "bundle.readdressed", "key"),
        ({"header": {"commitment": text(bytes(32))}}, "bundle.readdressed", "commitment"),
        ({"header": {"kind": "tasking"}}, "bundle.wrong_role", None),
        ({"header": {"kind": "nonsense"}}, "bundle.kind", None),
        ({"header": {"version": 3}}, "bundle.version", None),
        ({"header": {"version": "1"}}, "bundle.version", None),
        ({"header": {"suite": "rot13"}}, "suite.unknown", None),
        ({"header": {"suite": "hybrid"}}, "trust.suite_mismatch", None),
        ({"header": {"format": "other"}}, "bundle.altered", "header"),
        ({"header": {"chunk_size": 1 << 19, "sender": []}}, "bundle.altered", "header"),
        ({"header": {"bundle_id": "../../../../../../../../x"}}, "bundle.altered", "header"),
        ({"header": {"created_at": "2026-11-01T12:00:00"}}, "bundle.altered", "header"),
        ({"respell": (b'"kind":', b'"kind": ')}, "bundle.altered", "header"),
        ({"respell": (b'{"', b'{"kind":"tasking","')}, "bundle.altered", "header"),
        ({"respell": (b"results", b"r\\u0065sults")}, "bundle.altered", "header"),
        ({"before_trailer": b"\x00\x00\x00\x10" + bytes(20)}, "bundle.altered", "frames"),
        ({"before_trailer": bytes(4) + b"\xff\xff\xff\xff"}, "bundle.altered", "signature"),
        ({"manifest": {"version": 3}}, "bundle.version", None),
        ({"manifest": {"version": 1}}, "bundle.altered", "manifest"),
        ({"manifest": {"format": "x"}}, "bundle.altered", "manifest"),
        ({"manifest": {"entry_count": 2}}, "bundle.altered", "manifest"),
        ({"manifest": {"entry_count": 2, "last_seq": 2, "entries_size": 8}}, "bundle.altered", "entries"),
        ({"manifest": {"entries_size": 1 << 60}}, "bundle.altered", "manifest"),
        ({"manifest": {"first_seq": -1}}, "bundle.altered", "manifest"),
        ({"manifest": {"entries_sha384": text(bytes(48))}}, "bundle.altered", "entries"),
        ({"manifest": {"prev_hash": text(bytes(47))}}, "bundle.altered", "manifest"),
        ({"manifest_raw": b"[" * 100_000}, "bundle.altered", "manifest"),
        ({"manifest_raw": b"\xff"}, "bundle.altered", "manifest"),
        ({"manifest_raw": b""}, "bundle.altered", "manifest"),
        ({"tail": b"x"}, "bundle.altered", "objects"),
        ({"packed": b""}, "bundle.altered", "entries"),
        ({"packed": bytes(4)}, "bundle.altered", "entries"),
        ({"packed": blocks(b"not zstd")}, "bundle.altered", "entries"),
        ({"packed": blocks(zstandard.compress(b"\x00\x00\x00\x03one") + b"x")}, "bundle.altered", "entries"),
        ({"packed": blocks(zstandard.compress(b"\x00\x00\x00\x03one") * 2)}, "bundle.altered", "entries"),
        ({"packed": b"\xff\xff\xff\xff"}, "bundle.too_large", "block"),
        ({"entries": b"\xff\xff\xff\xff"}, "bundle.too_large", "entry"),
        ({"entries": b"\x00\x00\x00\x04one"}, "bundle.altered", "entries"),
        ({"entries": b"\x00\x00\x00\x03one\x00"}, "bundle.altered", "entries"),
        ({"entries": bytes(8)}, "bundle.altered", "entries"),
    ],
)
def test_forged_by_an_enrolled_device(changes: dict[str, Any], code: str, part: str | None, tmp_path: Path) -> None:
    refusal = forged(tmp_path / "f.eumb", **changes)
    assert (refusal.code, refusal.values.get("part")) == (code, part)


def test_an_object_that_is_not_what_its_name_says(tmp_path: Path) -> None:
    photo = {
        "object_id": "0" * 96,
        "size": 5,
        "media_type": "image/jpeg",
        "key": text(bytes(32)),
        "salt": text(bytes(32)),
    }
    path = Forgery(WORLD.device, HQ, manifest={"objects": [photo]}, tail=b"12345").write(tmp_path / "f.eumb")
    with open_bundle(path, WORLD.hq, WORLD.trust, LATER) as bundle:
        for _, reader in bundle.objects():
            assert reader.read(4) == b"1234"
            with pytest.raises(Refusal, match=r"bundle\.altered"):
                reader.read(4)
            break
        with pytest.raises(Refusal, match=r"bundle\.altered"):
            list(bundle.objects())
    nameless = Forgery(WORLD.device, HQ, manifest={"objects": [photo | {"size": 0}]}).write(tmp_path / "g.eumb")
    with (
        open_bundle(nameless, WORLD.hq, WORLD.trust, LATER) as bundle,
        pytest.raises(Refusal, match=r"bundle\.altered"),
    ):
        list(bundle.objects())
    for wrong in ([photo | {"size": 6}], [photo | {"object_id": "../x"}], [photo, photo], [photo | {"size": -1}]):
        assert forged(tmp_path / "h.eumb", manifest={"objects": wrong}, tail=b"12345").code == "bundle.altered"


# Bombs


def peak_of(action: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        action()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def pack(size: int) -> bytes:
    """So many zero bytes, packed."""
    packer = zstandard.ZstdCompressor().compressobj()
    return b"".join([*(packer.compress(bytes(1 << 20)) for _ in range(size >> 20)), packer.flush()])


def test_a_zstd_bomb_is_not_unpacked(tmp_path: Path) -> None:
    bomb = pack(1 << 30)
    declared = {"entry_count": 512, "last_seq": 512}
    cases: list[dict[str, Any]] = [
        {"packed": blocks(bomb)},  # more than was declared
        {"packed": blocks(bomb), "manifest": declared | {"entries_size": 1 << 30}},  # 268 million empty entries
    ]
    for changes in cases:
        path = Forgery(WORLD.device, HQ, **changes).write(tmp_path / "bomb.eumb")
        assert path.stat().st_size < 200_000
        assert peak_of(lambda: refused(path)) < 12 << 20  # noqa: B023


def test_a_window_of_gigabytes_is_refused(tmp_path: Path) -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=27, enable_ldm=True)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    packed = packer.compress(b"\x00\x00\x00\x03one") + packer.flush()
    refusal = forged(tmp_path / "f.eumb", packed=blocks(packed))
    assert (refusal.code, refusal.values["part"]) == ("bundle.altered", "entries")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "bundle.not_a_bundle"),
        (b"PK\x03\x04" + bytes(100), "bundle.zipped"),
        (b"<!doctype html><title>Sign in</title>", "bundle.not_a_bundle"),
        (MAGIC.replace(b"\r\n", b"\n") + bytes(100), "bundle.sent_as_text"),  # a transfer in text mode
        (MAGIC.replace(b"\n", b"\r\n") + bytes(100), "bundle.sent_as_text"),
        (base64.b64encode(MAGIC + bytes(100)), "bundle.sent_as_text"),
        (gzip.compress(MAGIC, mtime=0), "bundle.zipped"),
        (MAGIC[:5], "bundle.truncated"),
        (MAGIC + b"\xff\xff\xff\xff", "bundle.too_large"),
        (MAGIC + b"\x00\x04\x00\x01" + bytes(300_000), "bundle.too_large"),
        (MAGIC + prefixed(b"[" * 200_000), "bundle.altered"),
        (MAGIC + prefixed(b"null"), "bundle.altered"),
        (MAGIC + prefixed(b"{}"), "bundle.altered"),
        (MAGIC + prefixed(b'{"a": 1}'), "bundle.altered"),
        (MAGIC + prefixed(b'{"a":1,"a":1}'), "bundle.altered"),
        (MAGIC + prefixed(b'{"a":NaN}'), "bundle.altered"),
        (MAGIC + prefixed(b'{"a":' + b"9" * 5000 + b"}"), "bundle.altered"),
        (MAGIC + prefixed(b'{"a":"\\ud800"}'), "bundle.altered"),
        (MAGIC + prefixed(b'{"format":"eum-bundle","version":1}'), "suite.unknown"),
        (MAGIC + prefixed(b'{"format":"eum-bundle","suite":"p384","version":1}'), "bundle.altered"),
    ],
)
def test_what_is_not_a_bundle(data: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "x.eumb"
    path.write_bytes(data)
    assert refused(path).code == code
    with pytest.raises(Refusal, match=code):
        inspect_bundle(path)


def test_what_is_not_a_file(tmp_path: Path) -> None:
    assert refused(tmp_path / "missing.eumb").code == "file.missing"
    assert refused(tmp_path).code == "file.unreadable"
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.eumb")
        assert refused(tmp_path / "pipe.eumb").code == "file.unreadable"


# Chance


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400))
@example(b"\x00\x00\x00\x00")
def test_random_bytes_are_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.eumb"
    for start in (b"", MAGIC, MAGIC + len(data).to_bytes(4, "big")):
        path.write_bytes(start + data)
        refused(path)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 1 << 60)
    | st.text(max_size=20)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
HEADER_FIELDS = ["suite", "bundle_id", "kind", "created_at", "chunk_size", "commitment", "sender", "recipients"]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(field=st.sampled_from([*HEADER_FIELDS, "version", "format"]), value=json_values)
def test_any_other_value_in_a_header_is_refused(tmp_path: Path, small: bytes, field: str, value: Any) -> None:
    header, frames, rest = parts(small)
    if header[field] == value:
        return
    path = tmp_path / "x.eumb"
    path.write_bytes(
        MAGIC + prefixed(json.dumps(header | {field: value}, sort_keys=True, separators=(",", ":")).encode())
    )
    refused(path)
    path.write_bytes(whole(header | {field: value}, frames, rest))
    refused(path)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_pieces_moved_about_are_refused(tmp_path: Path, small: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(small) - 1))
    end = data.draw(st.integers(start + 1, min(len(small), start + 600)))
    target = data.draw(st.integers(0, len(small)))
    piece = data.draw(st.sampled_from([small[start:end], b"", bytes(end - start)]))
    bent = small[:target] + piece + small[target + data.draw(st.sampled_from([0, end - start])) :]
    if bent == small:
        return
    path = tmp_path / "x.eumb"
    path.write_bytes(bent)
    refused(path)
