"""The page cipher and the OpenSSL inside the wheel are those that docs/adr/0002 names."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from db.engines import sqlcipher_connection
from tools import store_cipher

KEY = bytes(range(32))
PAGE, RESERVED, IV, SALT = 4096, 80, 16, 16


def test_pages_are_aes_256_cbc_with_hmac_sha_512(tmp_path: Path) -> None:
    """A reader written from the decision opens the first page of a database that the build wrote."""
    path = tmp_path / "store.db"
    with contextlib.closing(sqlcipher_connection(path, KEY)) as connection:
        connection.execute("CREATE TABLE t (x)")
        settings = {row[0] for row in connection.execute("PRAGMA cipher_settings")}
    assert settings >= {
        f"PRAGMA cipher_page_size = {PAGE};",
        "PRAGMA cipher_use_hmac = 1;",
        "PRAGMA cipher_plaintext_header_size = 0;",
        "PRAGMA cipher_hmac_algorithm = HMAC_SHA512;",
    }
    page = path.read_bytes()[:PAGE]
    salt, body, iv = page[:SALT], page[SALT : PAGE - RESERVED], page[PAGE - RESERVED :][:IV]
    mac_key = hashlib.pbkdf2_hmac("sha512", KEY, bytes(byte ^ 0x3A for byte in salt), 2, 32)
    mac = hmac.digest(mac_key, body + iv + (1).to_bytes(4, "little"), "sha512")
    assert page[PAGE - RESERVED + IV :] == mac
    plain = Cipher(algorithms.AES(KEY), modes.CBC(iv)).decryptor().update(body)
    # The rest of SQLite's header after its first 16 bytes: page size, write and read version (WAL), reserved bytes.
    assert (plain[:2], plain[2:5]) == (PAGE.to_bytes(2, "big"), bytes([2, 2, RESERVED]))
    decision = " ".join(store_cipher.DECISION.read_text("utf-8").split())
    for words in ("4,096 bytes", "AES-256-CBC", "HMAC-SHA-512 over ciphertext, IV and page number"):
        assert words in decision


def test_the_decision_names_the_openssl_that_the_wheel_carries() -> None:
    """`make lock` ends with the same check: a new wheel must be looked at."""
    said = store_cipher.DECISION.read_text("utf-8")
    assert store_cipher.faults(said) == []
    assert len(store_cipher.faults(said.replace("OpenSSL 3", "OpenSSL 2"))) == 1
    assert len(store_cipher.faults(said.replace("sqlcipher3 ", "another "))) == 2
