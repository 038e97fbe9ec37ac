"""A second reader, written from docs/bundle-format.md alone: standard library, cryptography and zstandard.

It shares nothing with the product's reader; when the two disagree, the page or the product is wrong.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
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
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_private_key

from eum_app.crypto.suites import Suite
from eum_app.domain.journal import Author, encode_entry, genesis, next_entry
from tests.bundles import World, noise, sealed_photo, write_results

DOCS = Path(__file__).resolve().parents[2] / "docs"

# The second reader. Nothing of the product is used from here …


class Refused(Exception):
    """Not a bundle to be believed."""


def need(holds: object) -> None:
    if not holds:
        raise Refused


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


ORDER = int("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973", 16)


def check_signature(
    certificate: x509.Certificate, purpose: bytes, message: bytes, signature: bytes, version: int
) -> None:
    signed = b"DSSEv1 %d %s %d %s" % (len(purpose), purpose, len(message), message)
    key = certificate.public_key()
    try:
        if isinstance(key, mldsa.MLDSA87PublicKey):
            key.verify(signature, signed)
        else:
            assert isinstance(key, ec.EllipticCurvePublicKey)
            need(version == 1 or decode_dss_signature(signature)[1] <= ORDER // 2)
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
    curve = load_der_private_key(private[64:] if suite == "hybrid" else private, None)
    assert isinstance(curve, ec.EllipticCurvePrivateKey)
    try:
        if suite == "hybrid":
            return unsealed_hybrid(mlkem.MLKEM1024PrivateKey.from_seed_bytes(private[:64]), curve, enc, info)
        return hpke.Suite(hpke.KEM.P384, hpke.KDF.HKDF_SHA384, hpke.AEAD.AES_256_GCM).decrypt(enc, curve, info)
    except InvalidTag:
        raise Refused from None


def unsealed_hybrid(
    lattice: mlkem.MLKEM1024PrivateKey, curve: ec.EllipticCurvePrivateKey, enc: bytes, info: bytes
) -> bytes:
    """Section 2 of the page: no library that knows MLKEM1024-P384 is needed."""
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP384R1(), enc[1568:1665])
    own = curve.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    secrets = lattice.decapsulate(enc[:1568]) + curve.exchange(ec.ECDH(), point)
    shared = hashlib.sha3_256(secrets + enc[1568:1665] + own + b"MLKEM1024-P384").digest()
    suite_id = b"HPKE" + bytes.fromhex("005100020002")

    def extract(salt: bytes, label: bytes, ikm: bytes) -> bytes:
        return hmac.digest(salt, b"HPKE-v1" + suite_id + label + ikm, "sha384")

    secret = extract(shared, b"secret", b"")
    context = b"\0" + extract(b"", b"psk_id_hash", b"") + extract(b"", b"info_hash", info)

    def expand(label: bytes, size: int) -> bytes:
        labeled = size.to_bytes(2, "big") + b"HPKE-v1" + suite_id + label + context
        return HKDFExpand(hashes.SHA384(), size, labeled).derive(secret)

    return AESGCM(expand(b"key", 32)).decrypt(expand(b"base_nonce", 12), enc[1665:], b"")


def read(file: bytes, root: bytes, kid: str, private: bytes) -> tuple[dict[str, Any], list[bytes], list[bytes]]:
    """Manifest, entries and the objects' content; Refused otherwise."""
    data = io.BytesIO(file)
    need(data.read(8) == bytes.fromhex("45554D420D0A1A0A"))
    raw = taken(data, 262_144)
    header = json.loads(raw)
    need(canonical(header) == raw and header["format"] == "eum-bundle" and header["version"] in (1, 2))
    chain = [x509.load_der_x509_certificate(base64.b64decode(der)) for der in header["sender"]]
    signed_with = {"hybrid": "2.16.840.1.101.3.4.3.19", "p384": "1.2.840.10045.4.3.3"}[header["suite"]]
    need(all(certificate.signature_algorithm_oid.dotted_string == signed_with for certificate in chain))
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
    check_signature(chain[0], b"eum/bundle/1", statement, signature, header["version"])

    bare = header | {"recipients": [{"kid": recipient["kid"]} for recipient in header["recipients"]]}
    info = b"eum/bundle-key/1\x00" + hashlib.sha384(canonical(bare)).digest()
    (enc,) = [base64.b64decode(r["enc"]) for r in header["recipients"] if r["kid"] == kid]
    content_key = unsealed(header["suite"], private, enc, info)
    need(stream(content_key)[2] == base64.b64decode(header["commitment"]))
    plain = io.BytesIO(opened(frames, content_key, aad))

    manifest_raw = taken(plain, 8_388_608)
    check_signature(chain[0], b"eum/bundle-manifest/1", manifest_raw, taken(plain, 8192), header["version"])
    manifest = json.loads(manifest_raw)
    need(manifest["format"] == "eum-manifest" and manifest["version"] == header["version"])
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


def test_the_kept_vector_opens_by_the_page_and_by_the_library() -> None:
    """`docs/vectors` holds one sealing to MLKEM1024-P384, so that a change of the draft or the library shows here."""
    text = json.loads((DOCS / "vectors" / "mlkem1024-p384.json").read_text(encoding="utf-8"))
    vector = {name: bytes.fromhex(value) for name, value in text.items() if name != "comment"}
    lattice = mlkem.MLKEM1024PrivateKey.from_seed_bytes(vector["mlkem_seed"])
    curve = ec.derive_private_key(int.from_bytes(vector["p384_scalar"], "big"), ec.SECP384R1())
    own = curve.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP384R1(), vector["enc"][1568:])
    assert vector["public"] == lattice.public_key().public_bytes_raw() + own
    assert vector["ss_mlkem"] == lattice.decapsulate(vector["enc"][:1568])
    assert vector["ss_p384"] == curve.exchange(ec.ECDH(), point)
    joined = vector["ss_mlkem"] + vector["ss_p384"] + vector["enc"][1568:] + own + vector["label"]
    assert vector["shared_secret"] == hashlib.sha3_256(joined).digest()
    sealed = vector["enc"] + vector["ciphertext"]
    assert unsealed_hybrid(lattice, curve, sealed, vector["info"]) == vector["plaintext"]
    suite = hpke.Suite(hpke.KEM.MLKEM1024_P384, hpke.KDF.HKDF_SHA384, hpke.AEAD.AES_256_GCM)
    assert suite.decrypt(sealed, hpke.MLKEM1024P384PrivateKey(lattice, curve), vector["info"]) == vector["plaintext"]


def test_the_page_names_the_limits_that_the_code_has() -> None:
    page = (DOCS / "bundle-format.md").read_text(encoding="utf-8")
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
