"""A second reader, written from docs/bundle-format.md alone: standard library, cryptography and zstandard.

It shares nothing with the product's reader; when the two disagree, the page or the product is wrong.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
import zstandard
from cryptography import x509
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric import ec, mldsa, mlkem
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import load_der_private_key

from eum_app.crypto.suites import Suite
from eum_app.domain.journal import Author, encode_entry, genesis, next_entry
from tests.bundles import World, noise, sealed_photo, write_results

# The second reader. Nothing of the product is used from here …


class Refused(Exception):
    """Not a bundle to be believed."""


def need(holds: object) -> None:
    if not holds:
        raise Refused


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def check_signature(certificate: x509.Certificate, purpose: bytes, message: bytes, signature: bytes) -> None:
    signed = b"DSSEv1 %d %s %d %s" % (len(purpose), purpose, len(message), message)
    key = certificate.public_key()
    try:
        if isinstance(key, mldsa.MLDSA87PublicKey):
            key.verify(signature, signed)
        else:
            assert isinstance(key, ec.EllipticCurvePublicKey)
            key.verify(signature, signed, ec.ECDSA(hashes.SHA384()))
    except InvalidSignature:
        raise Refused from None


def taken(data: io.BytesIO, limit: int) -> bytes:
    """One length-prefixed field."""
    prefix = data.read(4)
    need(len(prefix) == 4)
    size = int.from_bytes(prefix, "big")
    need(size <= limit)
    field = data.read(size)
    need(len(field) == size)
    return field


def stream(content_key: bytes) -> tuple[AESGCM, bytes, bytes]:
    derived = HKDF(hashes.SHA384(), 71, None, b"eum/stream/1").derive(content_key)
    return AESGCM(derived[:32]), derived[32:39], derived[39:]


def opened(chunks: list[bytes], content_key: bytes, aad: bytes) -> bytes:
    cipher, prefix, _ = stream(content_key)
    plain = b""
    for index, chunk in enumerate(chunks):
        last = b"\x01" if index == len(chunks) - 1 else b"\x00"
        try:
            plain += cipher.decrypt(prefix + index.to_bytes(4, "big") + last, chunk, aad)
        except InvalidTag:
            raise Refused from None
    return plain


def unsealed(suite: str, private: bytes, enc: bytes, info: bytes) -> bytes:
    kem = {"hybrid": hpke.KEM.MLKEM1024_P384, "p384": hpke.KEM.P384}[suite]
    curve = load_der_private_key(private[64:] if suite == "hybrid" else private, None)
    assert isinstance(curve, ec.EllipticCurvePrivateKey)
    key: Any = curve
    if suite == "hybrid":
        key = hpke.MLKEM1024P384PrivateKey(mlkem.MLKEM1024PrivateKey.from_seed_bytes(private[:64]), curve)
    try:
        return hpke.Suite(kem, hpke.KDF.HKDF_SHA384, hpke.AEAD.AES_256_GCM).decrypt(enc, key, info)
    except InvalidTag:
        raise Refused from None


def read(file: bytes, root: bytes, kid: str, private: bytes) -> tuple[dict[str, Any], list[bytes], list[bytes]]:
    """Manifest, entries and the objects' content; Refused otherwise."""
    data = io.BytesIO(file)
    need(data.read(8) == bytes.fromhex("45554D420D0A1A0A"))
    raw = taken(data, 262_144)
    header = json.loads(raw)
    need(canonical(header) == raw and header["format"] == "eum-bundle" and header["version"] == 1)
    chain = [x509.load_der_x509_certificate(base64.b64decode(der)) for der in header["sender"]]
    for certificate, issuer in zip(chain, [*chain[1:], x509.load_der_x509_certificate(root)], strict=True):
        certificate.verify_directly_issued_by(issuer)
    frames = []
    while frame := taken(data, header["chunk_size"] + 16):
        frames.append(frame)
    signature = taken(data, 8192)
    need(not data.read() and all(len(frame) == header["chunk_size"] + 16 for frame in frames[:-1]))
    aad = hashlib.sha384(raw).digest()
    joined = b"".join(len(frame).to_bytes(4, "big") + frame for frame in frames)
    statement = aad + hashlib.sha384(joined).digest() + len(frames).to_bytes(8, "big")
    check_signature(chain[0], b"eum/bundle/1", statement, signature)

    bare = header | {"recipients": [{"kid": recipient["kid"]} for recipient in header["recipients"]]}
    info = b"eum/bundle-key/1\x00" + hashlib.sha384(canonical(bare)).digest()
    (enc,) = [base64.b64decode(r["enc"]) for r in header["recipients"] if r["kid"] == kid]
    content_key = unsealed(header["suite"], private, enc, info)
    need(stream(content_key)[2] == base64.b64decode(header["commitment"]))
    plain = io.BytesIO(opened(frames, content_key, aad))

    manifest_raw = taken(plain, 8_388_608)
    check_signature(chain[0], b"eum/bundle-manifest/1", manifest_raw, taken(plain, 8192))
    manifest = json.loads(manifest_raw)
    need(manifest["format"] == "eum-manifest" and manifest["version"] == 1)
    need(all(manifest[name] == header[name] for name in ("bundle_id", "kind", "created_at")))
    need(manifest["sender"] == hashlib.sha384(base64.b64decode(header["sender"][0])).hexdigest())
    need(manifest["recipients"] == [recipient["kid"] for recipient in header["recipients"]])

    packed = b""
    while block := taken(plain, 1_048_576):
        packed += block
    unpacked = zstandard.ZstdDecompressor().decompressobj().decompress(packed)
    need(len(unpacked) == manifest["entries_size"])
    need(hashlib.sha384(unpacked).digest() == base64.b64decode(manifest["entries_sha384"]))
    rest, entries = io.BytesIO(unpacked), []
    while rest.tell() < len(unpacked):
        entries.append(taken(rest, 8 << 20))
    need(len(entries) == manifest["entry_count"] == manifest["last_seq"] - manifest["first_seq"] + 1)

    contents = []
    for ref in manifest["objects"]:
        stored = plain.read(ref["size"])
        need(hashlib.sha384(stored).hexdigest() == ref["object_id"])
        need(stored[:8] == b"EUMOBJ1\n")
        key, step = base64.b64decode(ref["key"]), int.from_bytes(stored[8:12], "big") + 16
        need(stream(key)[2] == stored[12:44])
        chunks = [stored[start : start + step] for start in range(44, len(stored), step)]
        contents.append(opened(chunks, key, hashlib.sha384(stored[:44]).digest()))
    need(not plain.read())
    return manifest, entries, contents


# … to here.


@pytest.mark.parametrize("suite", list(Suite))
def test_the_page_is_enough_to_read_a_bundle(suite: Suite, tmp_path: Path) -> None:
    world = World.make(suite)
    path = tmp_path / "results.eumb"
    entries = [b'{"kind":"CheckRecorded"}', b"", noise(400_000)]
    contents = [noise(2_500_000), b"", b"a note: \xc3\xa9"]
    write_results(
        path,
        world.device,
        [world.other_hq.certificate, world.hq.certificate],
        entries=entries,
        objects=[sealed_photo(content) for content in contents],
    )
    file, root = path.read_bytes(), world.authority.certificate.der
    for hq in (world.hq, world.other_hq):
        manifest, read_entries, read_contents = read(file, root, hq.certificate.kid, hq.kem.private_bytes())
        assert (manifest["origin"], manifest["epoch"], manifest["first_seq"]) == ("FLD-0042", 3, 5)
        assert read_entries == entries
        assert read_contents == contents
    bent = bytearray(file)
    bent[len(file) // 2] ^= 1
    with pytest.raises(Refused):
        read(bytes(bent), root, world.hq.certificate.kid, world.hq.kem.private_bytes())


def test_the_page_names_the_limits_that_the_code_has() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "bundle-format.md").read_text(encoding="utf-8")
    section = page.split("## 6. Limits")[1].split("## 7.")[0]
    from eum_app.crypto.chain import KEM_EXTENSION, MAX_CERTIFICATE_SIZE
    from eum_app.crypto.signing import MAX_SIGNATURE_SIZE
    from sync import bundle_format as limits

    numbers = [limits.MAX_HEADER_SIZE, limits.MAX_RECIPIENTS, limits.MAX_FRAMES, limits.MAX_MANIFEST_SIZE]
    numbers += [limits.MAX_OBJECTS, limits.MAX_HEAD_SIGNATURES, limits.MAX_ENTRIES, limits.MAX_BLOCK_SIZE]
    numbers += [MAX_SIGNATURE_SIZE, MAX_CERTIFICATE_SIZE]
    for number in numbers:
        assert f"{number:,}" in section
    assert (limits.MAX_OBJECT_SIZE, limits.MAX_ENTRIES_SIZE, limits.MAX_ENTRY_SIZE) == (4 << 30, 4 << 30, 8 << 20)
    assert KEM_EXTENSION.dotted_string in page
    assert limits.MAGIC.hex(" ").upper() in page


def test_the_page_is_enough_to_check_a_journal() -> None:
    head, author = genesis("FLD-0042", 3), Author("FLD-0042", 3, "INS-017", "s1", lambda: 1234)
    written = next_entry(
        head, author, recorded_at="2026-11-01T12:00:00Z", kind="CheckRecorded", kind_version=1, payload=b'{"a":1}'
    )
    entry = json.loads(encode_entry(written))

    def lp(name: str) -> bytes:
        text = entry[name].encode()
        return len(text).to_bytes(4, "big") + bytes(text)

    def u64(number: int) -> bytes:
        return number.to_bytes(8, "big")

    first = hashlib.sha384(b"EUM journal genesis 1" + lp("origin") + u64(entry["epoch"])).digest()
    payload = base64.b64decode(entry["payload"])
    hashed = b"EUM journal entry 1" + first + lp("origin") + u64(entry["epoch"]) + u64(entry["seq"])
    hashed += lp("recorded_at") + lp("session_id") + u64(entry["elapsed_ms"]) + lp("actor") + lp("kind")
    hashed += entry["kind_version"].to_bytes(4, "big") + u64(len(payload)) + payload
    assert base64.b64decode(entry["prev_hash"]) == first
    assert base64.b64decode(entry["hash"]) == hashlib.sha384(hashed).digest()
