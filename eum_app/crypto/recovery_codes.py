"""Recovery codes: 128 random bits, with a check that distinguishes a typing error from a wrong code.

A code is 28 characters of RFC 4648 base 32 (A to Z and 2 to 7: no 0, 1 or 8, which look like O, I or B) in seven groups
of four: the 128 bits, then the first 12 bits of their SHA-384. A typing error passes that check once in 4,096 times;
the code is then simply wrong.

Codes need no slow derivation, because 128 random bits cannot be guessed. HKDF is made for such keying material (RFC
5869 section 3.3); NIST SP 800-132 and Argon2 are for passphrases that people choose. Twelve bits of a hash reveal
nothing useful about a code.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from eum_app.crypto.boxes import Box
from eum_app.domain.errors import Refusal

CODE_BYTES: Final = 16
"""Random bytes in a code."""
_CHARACTERS: Final = 28
_GROUP: Final = 4
_LOOKS_LIKE: Final = str.maketrans("018", "OIB")


def new_code() -> bytes:
    """Return a new code: 16 random bytes."""
    return os.urandom(CODE_BYTES)


def shown(code: bytes) -> str:
    """Return a code for people: seven groups of four characters with hyphens."""
    text = _text(code)
    return "-".join(text[at : at + _GROUP] for at in range(0, _CHARACTERS, _GROUP))


def parse(typed: str) -> bytes:
    """Return the 16 bytes of the code that a person typed or scanned.

    Letter case, hyphens and blanks do not matter; 0, 1 and 8 are read as O, I and B. Raises
    Refusal `recovery.mistyped` if the length or the check is wrong.
    """
    text = "".join(typed.split()).replace("-", "").upper().translate(_LOOKS_LIKE)
    try:
        # base32 decodes blocks of eight characters: pad 28 to 32 and drop the bytes of the check.
        code = base64.b32decode(text + "A" * 4)[:CODE_BYTES] if len(text) == _CHARACTERS else b""
    except (binascii.Error, ValueError) as error:
        raise Refusal("recovery.mistyped", expected=_CHARACTERS, found=len(text)) from error
    # Writing the code again compares the twelve bits of the check.
    if not code or _text(code) != text:
        raise Refusal("recovery.mistyped", expected=_CHARACTERS, found=len(text))
    return code


def box_of(code: bytes) -> Box:
    """Return the box that a code opens."""
    return Box(HKDF(hashes.SHA384(), 32, salt=None, info=b"eum/recovery-code/1").derive(code))


def _text(code: bytes) -> str:
    return base64.b32encode(code + hashlib.sha384(code).digest()[:4]).decode()[:_CHARACTERS]
