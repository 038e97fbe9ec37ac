#!/usr/bin/env python3
"""Verify an EUM proof slip with Python 3.11 and `cryptography` 50 or later; nothing else of EUM is needed.

    python verify_slip.py SLIP --root FINGERPRINT [--head HEADFILE] [--witness FINGERPRINT]...

FINGERPRINT is the authority's, as HQ reads it out: five groups of five characters. Ask for it over a channel other than
the one that brought the slip. The exit code is 0 only if everything holds. docs/proof-slips.md specifies the format.
"""

import argparse
import base64
import hashlib
import json
import zlib
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, mldsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import NameOID


def require(condition, message):
    if not condition:
        raise ValueError(message)


def sha384(data):
    return hashlib.sha384(data).digest()


def fingerprint(data):
    text = base64.b32encode(sha384(data)[:16]).decode()[:25]
    return "-".join(text[at : at + 5] for at in range(0, 25, 5))


def plain(text):
    return "".join(char for char in text.upper() if char.isalnum())


class Bytes:  # the rest of a file, read from the front
    def __init__(self, data):
        self.rest = data

    def take(self, count):
        require(len(self.rest) >= count, "the file was cut off")
        part, self.rest = self.rest[:count], self.rest[count:]
        return part

    def number(self, size):
        return int.from_bytes(self.take(size), "big")

    def part(self):
        return self.take(self.number(4))

    def hash(self):
        return self.take(48)

    def many(self, read):
        return [read() for _ in range(self.number(1))]


def statement(data, kind):
    """Decode canonical JSON of one kind."""
    fields = json.loads(data)
    again = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    require(again.encode() == data, "a statement is not canonical")
    require((fields["format"], fields["version"]) == (kind, 1), "a statement of another kind or version")
    return fields


def verify_signature(key, purpose, message, signature):
    """Check a signature over DSSE's encoding of purpose and message. Of the two spellings in ECDSA, s is the lower."""
    pae = b"DSSEv1 %d %b %d %b" % (len(purpose), purpose, len(message), message)
    if isinstance(key, mldsa.MLDSA87PublicKey):
        return key.verify(signature, pae)
    require(decode_dss_signature(signature)[1] <= ec.SECP384R1().group_order // 2, "a signature in a second spelling")
    return key.verify(signature, pae, ec.ECDSA(hashes.SHA384()))


def read_head(data):
    """Return the parts of a signed head: statement, signature, certificates, cosignatures."""
    file = Bytes(data)
    require(file.take(8) == b"EUMHEAD1", "this is no signed head")
    text, signature, chain = file.part(), file.part(), file.many(file.part)
    cosignatures = file.many(lambda: (file.part(), file.part(), file.part()))
    file.many(lambda: (file.number(8), file.hash(), file.many(file.hash)))  # about earlier heads: not needed here
    require(not file.rest, "bytes follow the end")
    return text, signature, chain, cosignatures


def verify_head(data, root):
    """Verify who signed a head, and return its statement."""
    text, signature, chain, _ = read_head(data)
    head = statement(text, "eum-tree-head")
    certificates = hq, authority = [x509.load_der_x509_certificate(der) for der in chain]
    require(plain(fingerprint(chain[1])) == plain(root), f"another authority signed: {fingerprint(chain[1])}")
    for der, one in zip(chain, certificates, strict=True):
        one.verify_directly_issued_by(authority)
        require(der.endswith(b"\0" + one.signature), "a certificate with unused bits")  # a second spelling
    subject = {name.oid: name.value for name in hq.subject}
    require(subject.get(NameOID.ORGANIZATIONAL_UNIT_NAME) == "hq", "the signer is not an HQ")
    require(subject.get(NameOID.SERIAL_NUMBER) == head["origin"], "another HQ signed this head")
    at = datetime.fromisoformat(head["signed_at"])
    require(all(one.not_valid_before_utc <= at <= one.not_valid_after_utc for one in certificates), "expired")
    verify_signature(hq.public_key(), b"eum/tree-head/1", text, signature)
    return head


def witnesses(data):
    """Return name, fingerprint and time of each valid cosignature."""
    text, _, _, cosignatures = read_head(data)
    found, point = [], ec.EllipticCurvePublicKey.from_encoded_point
    for said, raw, signature in cosignatures:
        fields = statement(said, "eum-cosignature")
        require(fields["head"] == hashlib.sha384(text).hexdigest(), "a cosignature of another head")
        mldsa87 = mldsa.MLDSA87PublicKey.from_public_bytes
        key = mldsa87(raw) if fields["suite"] == "hybrid" else point(ec.SECP384R1(), raw)
        verify_signature(key, b"eum/cosignature/1", said, signature)
        found.append((fields["witness"], fingerprint(raw), fields["cosigned_at"]))
    return found


def root_of(index, size, leaf, path):
    """Follow an inclusion proof to the root (RFC 9162, 2.1.3.2)."""
    require(0 <= index < size, "the place is outside of the tree")
    first, last, node = index, size - 1, leaf
    for sibling in path:
        require(last > 0, "the proof is too long")
        if first & 1 or first == last:
            node = sha384(b"\x01" + sibling + node)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            node = sha384(b"\x01" + node + sibling)
        first, last = first >> 1, last >> 1
    require(last == 0, "the proof is too short")
    return node


def verify(data, root, held=None, wanted=()):
    """Verify a slip, and return its record, the head, and the witnesses. Raises an exception if anything is wrong."""
    require(data[-16:] == sha384(data[:-16])[:16], "the file was changed or cut off")
    file = Bytes(data[:-16])
    require(file.take(8) == b"EUMSLIP1", "this is no proof slip")
    inflate = zlib.decompressobj()
    record = inflate.decompress(file.part(), 8_000_000)
    require(inflate.eof and not inflate.unused_data, "the record is not whole")
    salt, size, index = file.take(32), file.number(8), file.number(8)
    path, inner = file.many(file.hash), file.part()
    require(not file.rest, "bytes follow the end")
    require(inner or held, f"this slip has no head: give the head of {size} entries")
    require(not (inner and held) or read_head(inner)[0] == read_head(held)[0], "the head is not the one that you hold")
    head = verify_head(held or inner, root)
    require(head["size"] == size, f"the slip is about a head of {size} entries, not {head['size']}")
    leaf = sha384(b"\x00" + salt + record)
    require(root_of(index, size, leaf, path).hex() == head["root"], "HQ's log does not hold this record")
    seen = witnesses(held or inner)
    require(not wanted or {plain(one) for one in wanted} & {plain(one[1]) for one in seen}, "no such witness cosigned")
    return fields_of(Bytes(record)), head, seen


def fields_of(entry):
    fields = {"origin": entry.part().decode(), "epoch": entry.number(8), "seq": entry.number(8)}
    fields |= {"recorded_at": entry.part().decode(), "session_id": entry.part().decode(), "elapsed_ms": entry.number(8)}
    fields |= {"actor": entry.part().decode(), "kind": entry.part().decode(), "kind_version": entry.number(4)}
    fields |= {"payload": json.loads(entry.take(entry.number(8)))}
    require(not entry.rest, "bytes follow the record")
    return fields


def main():
    parser = argparse.ArgumentParser(description="Verify an EUM proof slip.")
    parser.add_argument("slip", type=Path)
    parser.add_argument("--root", required=True)
    parser.add_argument("--head", type=Path)
    parser.add_argument("--witness", action="append", default=[])
    given = parser.parse_args()
    try:
        held = given.head.read_bytes() if given.head else None
        record, head, seen = verify(given.slip.read_bytes(), given.root, held, given.witness)
    except Exception as error:  # noqa: BLE001 - hostile bytes make the libraries raise many kinds
        print(f"DOES NOT HOLD: {str(error) or type(error).__name__!a}")
        return 1
    print(json.dumps(record, indent=2))  # ASCII: nothing in it can steer the terminal
    print(f"In the log of {head['origin']!a}: {head['size']} entries at {head['signed_at']!a}, the time that HQ claims")
    for name, key, at in seen:
        is_named = plain(key) in map(plain, given.witness)
        known = "witnessed" if is_named else "a key that you did not name"
        print(f"Cosigned by {name!a} (key {key}) at {at!a}: {known}")
    is_witnessed = any(plain(key) in map(plain, given.witness) for _, key, _ in seen)
    print("Holds." if is_witnessed else "Holds. Unwitnessed.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
