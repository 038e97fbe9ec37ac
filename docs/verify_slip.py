"""Verify an EUM proof slip with Python 3.11 and `cryptography` 50 or later. Exit code: 0 holds, 1 not, 2 not judged.

    python verify_slip.py SLIP --root FINGERPRINT [--head HEADFILE] [--witness FINGERPRINT]...

FINGERPRINT is the authority's: HQ reads it out over another channel. docs/proof-slips.md specifies the format.
"""

import argparse
import base64
import hashlib
import io
import json
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import __version__ as installed
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

if int(installed.split(".")[0]) < 50:
    raise SystemExit(f"This needs the package cryptography 50 or later, not {installed}.")
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA87PublicKey

HEAD = {"format": str, "version": int, "origin": str, "epoch": int, "size": int, "root": str, "signed_at": str}
COSIGNED = {"format": str, "version": int, "witness": str, "suite": str, "head": str, "cosigned_at": str}
# Nothing is wrong, but HQ's certificate has ended, and only HQ says that it signed before: its key may be stolen.
NotProved = type("NotProved", (ValueError,), {})


def require(condition, message):
    if not condition:
        raise ValueError(message)


def fingerprint(data):
    text = base64.b32encode(hashlib.sha384(data).digest()[:16]).decode()[:25]
    return "-".join(text[at : at + 5] for at in range(0, 25, 5))


def plain(text):
    return "".join(char for char in text.upper() if char.isalnum())


def instant(text, now):
    at = datetime.fromisoformat(text).astimezone(UTC)
    require(at.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z" == text, "a time in another spelling")
    require(at <= now + timedelta(minutes=10), f"dated in the future, {text}: is this computer's clock right?")
    return at


class Bytes(io.BytesIO):
    def take(self, count):
        part = self.read(count)
        require(len(part) == count, "the file was cut off")
        return part

    def number(self, size):
        return int.from_bytes(self.take(size), "big")

    def part(self):
        return self.take(self.number(4))

    def many(self, read, *given):
        return [read(*given) for _ in range(self.number(1))]


def statement(data, kind, shape):
    """Decode canonical JSON of one kind, with exactly these types of fields."""
    fields = json.loads(data)
    again = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    require(again.encode() == data, "a statement is not canonical")
    require({name: type(value) for name, value in fields.items()} == shape, "a statement with other fields")
    require((fields["format"], fields["version"]) == (kind, 1), "a statement of another kind or version")
    return fields


def verify_signature(key, purpose, message, signature):
    """Check a signature over DSSE's encoding of purpose and message. Of the two spellings in ECDSA, s is the lower."""
    pae = b"DSSEv1 %d %b %d %b" % (len(purpose), purpose, len(message), message)
    if isinstance(key, MLDSA87PublicKey):
        return key.verify(signature, pae)
    require(decode_dss_signature(signature)[1] <= ec.SECP384R1().group_order // 2, "a signature in a second spelling")
    return key.verify(signature, pae, ec.ECDSA(hashes.SHA384()))


def read_head(data):
    """Return the parts of a signed head: statement, signature, certificates, cosignatures."""
    file = Bytes(data)
    require(file.take(8) == b"EUMHEAD1", "this is no signed head")
    text, signature, chain = file.part(), file.part(), file.many(file.part)
    cosignatures = file.many(lambda: (file.part(), file.part(), file.part()))
    file.many(lambda: (file.number(8), file.take(48), file.many(file.take, 48)))  # about earlier heads: not needed here
    require(not file.read(), "bytes follow the end")
    return text, signature, chain, cosignatures


def verify_head(data, root, now):
    """Verify a head. Return its statement, the first and last time of its certificates, and its witnesses."""
    text, signature, chain, cosignatures = read_head(data)
    head = statement(text, "eum-tree-head", HEAD)
    both = hq, authority = [x509.load_der_x509_certificate(der) for der in chain]
    require(plain(fingerprint(chain[1])) == plain(root), f"another authority signed: {fingerprint(chain[1])}")
    for der, one in zip(chain, both, strict=True):
        one.verify_directly_issued_by(authority)
        require(der.endswith(b"\0" + one.signature), "a certificate with unused bits")  # a second spelling
    oids = x509.NameOID.ORGANIZATIONAL_UNIT_NAME, x509.NameOID.SERIAL_NUMBER
    who = [hq.subject.get_attributes_for_oid(oid)[0].value for oid in oids]
    require(who == ["hq", head["origin"]], f"signed by {who!a}, not by the HQ")
    since, end = max(one.not_valid_before_utc for one in both), min(one.not_valid_after_utc for one in both)
    require(since <= instant(head["signed_at"], now) <= end, "HQ signed outside of the time of its certificate")
    verify_signature(hq.public_key(), b"eum/tree-head/1", text, signature)
    seen, point = [], ec.EllipticCurvePublicKey.from_encoded_point
    for said, raw, cosignature in cosignatures:
        fields = statement(said, "eum-cosignature", COSIGNED)
        require(fields["head"] == hashlib.sha384(text).hexdigest(), "a cosignature of another head")
        is_hybrid, spelling = fields["suite"] == "hybrid", (fields["suite"], len(raw), raw[:1])
        require(is_hybrid or spelling == ("p384", 97, b"\4"), "a key of another kind or spelling")
        key = MLDSA87PublicKey.from_public_bytes(raw) if is_hybrid else point(ec.SECP384R1(), raw)
        verify_signature(key, b"eum/cosignature/1", said, cosignature)
        seen.append((fields["witness"], fingerprint(raw), instant(fields["cosigned_at"], now)))
    require(len({key for _, key, _ in cosignatures}) == len(seen), "a witness is listed twice")
    return head, since, end, seen


def root_of(index, size, leaf, path):
    """Follow an inclusion proof from a leaf's content to the root, in hex (RFC 9162, 2.1.3.2)."""
    require(0 <= index < size, "the place is outside of the tree")
    first, last, node = index, size - 1, hashlib.sha384(b"\x00" + leaf).digest()
    for sibling in path:
        require(last > 0, "the proof is too long")
        on_right = first & 1 or first == last
        node = hashlib.sha384(b"\x01" + (sibling + node if on_right else node + sibling)).digest()
        while on_right and first and not first & 1:
            first, last = first >> 1, last >> 1
        first, last = first >> 1, last >> 1
    require(last == 0, "the proof is too short")
    return node.hex()


def verify(data, root, held=None, wanted=(), now=None):
    """Return a slip's record, the head and its witnesses. Raises NotProved, or another exception if it is wrong."""
    require(data[-16:] == hashlib.sha384(data[:-16]).digest()[:16], "the file was changed or cut off")
    file, now = Bytes(data[:-16]), now or datetime.now(UTC)
    require(file.take(8) == b"EUMSLIP1", "this is no proof slip")
    inflate = zlib.decompressobj()
    record = inflate.decompress(file.part(), 8_000_000)
    require(inflate.eof and not inflate.unused_data, "the record is not whole")
    salt, size, index = file.take(32), file.number(8), file.number(8)
    path, inner = file.many(file.take, 48), file.part()
    require(not file.read(), "bytes follow the end")
    require(inner or held is not None, f"this slip has no head: give the head of {size} entries")
    if inner and held is not None:
        require(read_head(inner)[0] == read_head(held)[0], "the head is not the one that you hold")
    head, since, end, seen = verify_head(held or inner, root, now)
    require(head["size"] == size, f"the slip is about a head of {size} entries, not {head['size']}")
    require(root_of(index, size, salt + record, path) == head["root"], "HQ's log does not hold this record")
    named = [at for _, key, at in seen if plain(key) in map(plain, wanted)]
    require(named or not wanted, "no such witness cosigned")
    if now >= end and not any(since <= at < end for at in named):
        raise NotProved(f"HQ's certificate ended at {end}, and no witness that you named cosigned before")
    entry, text, number = Bytes(record), lambda: entry.part().decode(), lambda: entry.number(8)
    fields = {"origin": text(), "epoch": number(), "seq": number(), "recorded_at": text(), "session_id": text()}
    fields |= {"elapsed_ms": number(), "actor": text(), "kind": text(), "kind_version": entry.number(4)}
    fields |= {"payload": json.loads(entry.take(number()))}
    require(not entry.read(), "bytes follow the record")
    return fields, head, seen


def main():
    parser = argparse.ArgumentParser(description="Verify an EUM proof slip.")
    parser.add_argument("slip", type=Path)
    parser.add_argument("--root", required=True)
    parser.add_argument("--head", type=Path)
    parser.add_argument("--witness", action="append", default=[])
    opt = parser.parse_args()
    try:
        for path in filter(None, (opt.slip, opt.head)):
            if not path.is_file() or path.stat().st_size > 1_000_000:
                raise OSError(f"{path} is no file of at most 1 MB")
        record, head, seen = verify(opt.slip.read_bytes(), opt.root, opt.head and opt.head.read_bytes(), opt.witness)
    except OSError as error:
        parser.error(f"nothing was judged: {str(error)!a}")  # exit code 2
    except Exception as error:  # noqa: BLE001 - hostile bytes make the libraries raise many kinds
        words = str(error).encode("ascii", "backslashreplace").decode() or type(error).__name__
        print("NOT PROVED" if isinstance(error, NotProved) else "DOES NOT HOLD", words, sep=": ")
        raise SystemExit(1) from None
    print(json.dumps(record, indent=2))  # ASCII: nothing in it can steer the terminal
    print(f"In the log of {head['origin']!a}: {head['size']} entries at {head['signed_at']!a}, the time that HQ claims")
    for name, key, at in seen:
        known = "witnessed" if plain(key) in map(plain, opt.witness) else "a key that you did not name"
        print(f"Cosigned by {name!a} (key {key}) at {at}: {known}")
    print("Holds." if opt.witness else "Holds. Unwitnessed.")


if __name__ == "__main__":
    main()
