"""Signing, sealing and passphrases: what holds, and what is refused."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eum_app.crypto.passphrases import KdfParams, derive_key, unwrap_secret, wrap_secret
from eum_app.crypto.sealing import KemKey, KemPublic
from eum_app.crypto.signing import SigningKey, VerifyKey, pae
from eum_app.crypto.suites import DEFAULT_SUITE, Suite
from eum_app.domain.errors import Refusal

SUITES = pytest.mark.parametrize("suite", list(Suite))


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << (bit % 8)
    return bytes(changed)


def test_suite_names() -> None:
    assert Suite.parse("hybrid") is DEFAULT_SUITE is Suite.HYBRID
    assert Suite.parse("p384") is Suite.P384
    for name in ("", "HYBRID", "p256", 3, None, ["p384"]):
        with pytest.raises(Refusal, match=r"suite\.unknown"):
            Suite.parse(name)


def test_pae_is_the_published_one() -> None:
    # DSSE protocol.md, test vectors.
    assert pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


@given(st.text(), st.binary(), st.text(), st.binary())
def test_pae_never_gives_two_pairs_the_same_bytes(
    purpose: str, message: bytes, other_purpose: str, other: bytes
) -> None:
    same = (purpose, message) == (other_purpose, other)
    assert (pae(purpose, message) == pae(other_purpose, other)) is same


@SUITES
def test_signature_holds_for_its_purpose_message_and_key_only(suite: Suite) -> None:
    key = SigningKey.from_bytes(suite, SigningKey.generate(suite).private_bytes())
    verify = VerifyKey.from_bytes(suite, key.verify_key.public_bytes())
    signature = key.sign("test/1", b"message")
    verify.verify("test/1", b"message", signature)
    wrong = [
        ("test/2", b"message", signature),
        ("test/1", b"messagf", signature),
        ("test/1", b"message", b""),
        ("test/1", b"message", signature + b"\0"),
        *(("test/1", b"message", flipped(signature, bit)) for bit in range(0, 8 * len(signature), 401)),
    ]
    for purpose, message, forged in wrong:
        with pytest.raises(Refusal, match=r"signature\.invalid"):
            verify.verify(purpose, message, forged)
    with pytest.raises(Refusal, match=r"signature\.invalid"):
        SigningKey.generate(suite).verify_key.verify("test/1", b"message", signature)


@SUITES
def test_sealed_secret_opens_for_its_recipient_and_context_only(suite: Suite) -> None:
    key = KemKey.from_bytes(suite, KemKey.generate(suite).private_bytes())
    public = KemPublic.from_bytes(suite, key.public.public_bytes())
    assert public.kid == key.public.kid == hashlib.sha384(public.public_bytes()).hexdigest()
    sealed = public.seal(b"secret", b"context")
    assert key.open(sealed, b"context") == b"secret"
    assert public.seal(b"secret", b"context") != sealed
    wrong = [(sealed, b"contexu"), (b"", b"context"), (sealed[:-1], b"context"), (sealed + b"\0", b"context")]
    wrong += [(flipped(sealed, bit), b"context") for bit in range(0, 8 * len(sealed), 97)]
    for altered, context in wrong:
        with pytest.raises(Refusal, match=r"seal\.invalid"):
            key.open(altered, context)
    with pytest.raises(Refusal, match=r"seal\.invalid"):
        KemKey.generate(suite).open(sealed, b"context")


@SUITES
@pytest.mark.parametrize("size", [0, 1, 31, 32, 49, 96, 97, 98, 1568, 1665, 1666, 2592])
def test_nonsense_is_not_a_key(suite: Suite, size: int) -> None:
    readers = [KemPublic.from_bytes, KemKey.from_bytes]
    if (suite, size) != (Suite.HYBRID, 32):  # any 32 bytes are an ML-DSA seed
        readers.append(SigningKey.from_bytes)
    if (suite, size) != (Suite.HYBRID, 2592):  # any 2,592 bytes decode as an ML-DSA public key; it verifies nothing
        readers.append(VerifyKey.from_bytes)
    for read in readers:
        with pytest.raises(Refusal, match=r"key\.invalid"):
            read(suite, bytes(size))


def test_a_private_key_of_the_other_suite_is_refused() -> None:
    with pytest.raises(Refusal, match=r"key\.invalid"):
        SigningKey.from_bytes(Suite.P384, SigningKey.generate(Suite.HYBRID).private_bytes())
    with pytest.raises(Refusal, match=r"key\.invalid"):
        SigningKey.from_bytes(Suite.HYBRID, SigningKey.generate(Suite.P384).private_bytes())


def test_keys_do_not_show_themselves() -> None:
    for suite in Suite:
        signing, kem = SigningKey.generate(suite), KemKey.generate(suite)
        for key in (signing, kem):
            assert key.private_bytes().hex()[-40:] not in repr(key) + repr(vars(key))


@SUITES
def test_secret_comes_back_for_the_passphrase_and_place_only(suite: Suite) -> None:
    params = KdfParams.fast_for_tests(suite)
    wrapped = wrap_secret(params, "correct horse", b"data key", b"slot 1")
    assert unwrap_secret(params, "correct horse", wrapped, b"slot 1") == b"data key"
    other = KdfParams.fast_for_tests(suite)
    wrong = [
        (params, "correct horsf", wrapped, b"slot 1"),
        (params, "correct horse", wrapped, b"slot 2"),
        (other, "correct horse", wrapped, b"slot 1"),
        (params, "correct horse", b"", b"slot 1"),
        (params, "correct horse", wrapped[:-1], b"slot 1"),
        *((params, "correct horse", flipped(wrapped, bit), b"slot 1") for bit in range(8 * len(wrapped))),
    ]
    for parameters, passphrase, slot, place in wrong:
        with pytest.raises(Refusal, match=r"passphrase\.wrong"):
            unwrap_secret(parameters, passphrase, slot, place)


def test_the_same_passphrase_typed_on_another_keyboard_is_the_same() -> None:
    params = KdfParams.fast_for_tests()
    assert derive_key(params, "caf\u00e9") == derive_key(params, "cafe\u0301")


def test_pbkdf2_agrees_with_the_standard_library() -> None:
    params = KdfParams(kdf="pbkdf2-sha512", salt=b"s" * 16, iterations=7)
    assert derive_key(params, "pass") == hashlib.pbkdf2_hmac("sha512", b"pass", b"s" * 16, 7, 32)


@pytest.mark.parametrize(
    "params",
    [
        KdfParams(kdf="argon2id", salt=b"s" * 16, iterations=1, memory_kib=2 * 1024 * 1024 + 1, lanes=1),
        KdfParams(kdf="argon2id", salt=b"s" * 16, iterations=101, memory_kib=64, lanes=1),
        KdfParams(kdf="argon2id", salt=b"s" * 16, iterations=1, memory_kib=64, lanes=0),
        KdfParams(kdf="argon2id", salt=b"s" * 16, iterations=1, memory_kib=7, lanes=1),
        KdfParams(kdf="argon2id", salt=b"s" * 16, iterations=0, memory_kib=64, lanes=1),
        KdfParams(kdf="pbkdf2-sha512", salt=b"s" * 16, iterations=10_000_001),
        KdfParams(kdf="pbkdf2-sha512", salt=b"s" * 16, iterations=-1),
        KdfParams(kdf="pbkdf2-sha512", salt=b"s" * 15, iterations=1),
        KdfParams(kdf="pbkdf2-sha512", salt=b"s" * 65, iterations=1),
    ],
)
def test_parameters_from_a_file_are_bounded(params: KdfParams) -> None:
    with pytest.raises(Refusal, match=r"kdf\.out_of_bounds"):
        derive_key(params, "pass")


@pytest.mark.parametrize("suite", list(Suite))
def test_calibrated_parameters_are_never_below_the_floor_and_salted_afresh(suite: Suite) -> None:
    least = KdfParams.calibrated(suite, 0)
    floor = ("argon2id", 3, 64 * 1024, 4) if suite is Suite.HYBRID else ("pbkdf2-sha512", 210_000, 0, 0)
    assert (least.kdf, least.iterations, least.memory_kib, least.lanes) == floor
    most = KdfParams.calibrated(suite, 100_000)
    most.check()
    assert most.memory_kib in {0, 256 * 1024}
    assert most.iterations >= least.iterations
    assert most.salt != least.salt
    assert (most.fresh().salt, most.fresh().iterations) != (most.salt, most.iterations)


@pytest.mark.parametrize(
    ("passphrase", "code"),
    [("", "passphrase.empty"), ("x" * 4097, "passphrase.too_long"), ("\ud800", "passphrase.not_text")],
)
def test_what_is_not_a_passphrase(passphrase: str, code: str) -> None:
    with pytest.raises(Refusal, match=code):
        derive_key(KdfParams.fast_for_tests(), passphrase)
