"""Enrollment by file: a device writes a request (`.eumreq`), HQ answers (`.eumans`), the device accepts.

1. The device makes its keys and writes its request. It shows the request's short fingerprint.
2. A person at HQ reads the request and compares the fingerprint with the one on the device (by voice, or on paper).
   Only then does HQ certify it and write the signed answer. HQ shows the authority's short fingerprint.
3. A person at the device compares that fingerprint; only then does the device accept. If either file is exchanged in
   transit, one of the two comparisons fails: the files alone prove nothing.

Both files are small JSON documents. A request is ``{format, version, request}`` with the PKCS#10 DER in base64. An
answer is ``{format, version, body, signature}``: body is base64 of JSON ``{request, device_id, epoch, issued_at, chain,
recovery}``, where `request` is the fingerprint of the request answered, `chain` the base64 DER certificates of device,
HQ and authority, `recovery` HQ's public recovery key (`crypto.sealing`), to which the device seals its data key;
`signature` is HQ's over the body's bytes for the purpose ``eum/enrolment-answer/1``.

A request has version 1. An answer has version 2, since when an ECDSA signature has a low s; answers of version 1 are
read too.

An HQ asks its authority with the same file. It adds `endorser` and `endorsement`: the certificate that it has now, and
a signature by that key over the PKCS#10 DER for the purpose ``eum/hq-request/1``. So the authority can tell a request
of HQ from one that another person with the store wrote in HQ's name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

from eum_app.crypto.certificates import (
    Certificate,
    CertificateRequest,
    Identity,
    PendingIdentity,
    Role,
    issue_device,
    verify_chain,
)
from eum_app.domain.errors import Refusal
from eum_app.domain.people import is_store_name
from eum_app.domain.unreadable import UNREADABLE
from sync.files import read_small, written_whole

ANSWER_SUFFIX = ".eumans"
ANSWER_PURPOSE = "eum/enrolment-answer/1"
ENDORSEMENT_PURPOSE = "eum/hq-request/1"
MAX_FILE_SIZE = 128 * 1024
VERSION = 1
ANSWER_VERSION = 2


class _RequestFile(msgspec.Struct, frozen=True, kw_only=True):
    format: Literal["eum-enrolment-request"] = "eum-enrolment-request"
    version: int = VERSION
    request: bytes
    endorser: Annotated[bytes, Meta(max_length=32_768)] = b""
    endorsement: Annotated[bytes, Meta(max_length=8192)] = b""


class _AnswerFile(msgspec.Struct, frozen=True, kw_only=True):
    format: Literal["eum-enrolment-answer"] = "eum-enrolment-answer"
    version: int = ANSWER_VERSION
    body: bytes
    signature: Annotated[bytes, Meta(max_length=8192)]


class _Body(msgspec.Struct, frozen=True, kw_only=True):
    request: str
    device_id: str
    epoch: int
    issued_at: Annotated[datetime, Meta(tz=True)]
    chain: Annotated[list[bytes], Meta(min_length=3, max_length=3)]
    recovery: Annotated[bytes, Meta(max_length=4096)] = b""


@dataclass(frozen=True)
class EnrolmentAnswer:
    """HQ's parsed answer, complete and signed by the HQ that it names. Only `accept_answer` decides on trust."""

    request_fingerprint: str
    device_id: str
    epoch: int
    issued_at: datetime
    chain: tuple[Certificate, ...]
    recovery: bytes = b""

    @property
    def device(self) -> Certificate:
        """The device's new certificate."""
        return self.chain[0]

    @property
    def hq(self) -> Certificate:
        """The certificate of the answering HQ."""
        return self.chain[1]

    @property
    def root(self) -> Certificate:
        """The authority's certificate. The person at the device compares its short fingerprint."""
        return self.chain[2]


def write_request(path: Path, request: bytes, endorsed_by: Identity | None = None) -> CertificateRequest:
    """Write a request (PKCS#10 DER from `make_request`) and return it parsed. An HQ endorses it by its identity.

    Raises Refusal("request.invalid"); Trouble as `written_whole` does.
    """
    parsed = CertificateRequest.from_der(request)
    file = _RequestFile(request=request)
    if endorsed_by is not None:
        endorsement = endorsed_by.signing.sign(ENDORSEMENT_PURPOSE, request)
        file = msgspec.structs.replace(file, endorser=endorsed_by.certificate.der, endorsement=endorsement)
    with written_whole(path) as out:
        out.write(msgspec.json.encode(file))
    return parsed


def read_request_file(path: Path, role: Role = Role.DEVICE) -> CertificateRequest:
    """Read a request with a valid signature, from a device (or HQ, by `role`) whose name is safe in file names.

    Raises Refusal: `file.missing`, `file.unreadable`, `enrolment.too_large`, `enrolment.not_a_request`,
    `enrolment.version`, `request.invalid`, `request.wrong_role`, `enrolment.bad_name`. Trouble as `opened_for_reading`.
    """
    return _parsed(_decode(_read(path), _RequestFile, "enrolment.not_a_request"), role)


def read_hq_request_file(path: Path) -> tuple[CertificateRequest, Certificate | None]:
    """Read an HQ's request, and the certificate whose key endorses it, or None. That certificate is not verified.

    Raises as `read_request_file`, and Refusal `request.endorsement` for one that is not by that key.
    """
    file = _decode(_read(path), _RequestFile, "enrolment.not_a_request")
    request = _parsed(file, Role.HQ)
    if not file.endorser:
        return request, None
    try:
        endorser = Certificate.from_der(file.endorser)
        endorser.verify_key.verify(ENDORSEMENT_PURPOSE, file.request, file.endorsement, low_s=True)
    except Refusal as error:
        raise Refusal("request.endorsement", hq=request.origin) from error
    return request, endorser


def _parsed(file: _RequestFile, role: Role) -> CertificateRequest:
    _check_version(file.version, VERSION)
    request = CertificateRequest.from_der(file.request)
    if request.role is not role:
        raise Refusal("request.wrong_role", role=request.role.value)
    if not is_store_name(request.origin):
        raise Refusal("enrolment.bad_name", device=request.origin[:40])
    return request


def certify(
    request: CertificateRequest, issuer: Identity, *, epoch: int, at: datetime, days: int | None = None
) -> tuple[Certificate, ...]:
    """Return three certificates: the device's new one, then HQ's and the authority's.

    `at` is now (aware). The term is `days`, or that of `issue_device`. Raises as `issue_device` does.
    """
    term = {} if days is None else {"days": days}
    return (issue_device(request, issuer, epoch=epoch, at=at, **term), *issuer.chain)


def write_answer(
    path: Path,
    request: CertificateRequest,
    issuer: Identity,
    chain: tuple[Certificate, ...],
    *,
    at: datetime,
    recovery: bytes = b"",
) -> EnrolmentAnswer:
    """Write HQ's signed answer, with the chain from `certify` and HQ's public recovery key, and return it.

    Call it only after a person has compared fingerprints. It does not check that `chain` certifies `request`. Raises
    Trouble as `written_whole` does.
    """
    device = chain[0]
    body = msgspec.json.encode(
        _Body(
            request=request.fingerprint,
            device_id=device.origin,
            epoch=device.epoch,
            issued_at=at,
            chain=[certificate.der for certificate in chain],
            recovery=recovery,
        )
    )
    signature = issuer.signing.sign(ANSWER_PURPOSE, body)
    with written_whole(path) as out:
        out.write(msgspec.json.encode(_AnswerFile(body=body, signature=signature)))
    return EnrolmentAnswer(request.fingerprint, device.origin, device.epoch, at, chain, recovery)


def read_answer_file(path: Path) -> EnrolmentAnswer:
    """Read an answer and verify its signature with the HQ certificate inside it.

    The chain is not verified: `accept_answer` does that. Raises Refusal: `file.missing`, `file.unreadable`,
    `enrolment.too_large`, `enrolment.not_an_answer`, `enrolment.version`, `certificate.invalid`, `enrolment.altered`
    (the signature, or the name or epoch beside the certificate, does not fit). Trouble as `opened_for_reading`.
    """
    file = _decode(_read(path), _AnswerFile, "enrolment.not_an_answer")
    _check_version(file.version, ANSWER_VERSION)
    body = _decode(file.body, _Body, "enrolment.not_an_answer")
    chain = tuple(Certificate.from_der(der) for der in body.chain)
    answer = EnrolmentAnswer(body.request, body.device_id, body.epoch, body.issued_at, chain, body.recovery)
    try:
        answer.hq.verify_key.verify(ANSWER_PURPOSE, file.body, file.signature, low_s=file.version > 1)
    except Refusal as error:
        raise Refusal("enrolment.altered") from error
    if (answer.device_id, answer.epoch) != (answer.device.origin, answer.device.epoch):
        raise Refusal("enrolment.altered", device_id=answer.device_id)
    return answer


def accept_answer(answer: EnrolmentAnswer, pending: PendingIdentity, *, confirmed_root: str, at: datetime) -> Identity:
    """Return the device's identity, made from HQ's answer.

    `confirmed_root` is the authority's fingerprint that the person confirmed: hex, or the short form in any case, with
    or without hyphens and blanks. `at` is now (aware).

    Raises Refusal: `enrolment.other_root`, `enrolment.other_request` (an answer to another request or device), those of
    `verify_chain`, `identity.mismatch` (another key than ours was certified).
    """
    require_root(answer.root, confirmed_root)
    if answer.request_fingerprint != pending.request.fingerprint or answer.device_id != pending.request.origin:
        raise Refusal("enrolment.other_request", device_id=answer.device_id, expected=pending.request.origin)
    if verify_chain(answer.chain, answer.root, at).role is not Role.DEVICE:
        raise Refusal("certificate.chain_shape", roles=answer.device.role.value)
    return pending.complete(answer.chain)


def require_root(root: Certificate, confirmed: str) -> None:
    """Require that a person confirmed this authority, by its fingerprint in hex or short form.

    Case, hyphens and blanks are ignored. Raises Refusal `enrolment.other_root`.
    """
    if _plain(confirmed) not in {_plain(root.fingerprint), _plain(root.short_fingerprint)}:
        raise Refusal("enrolment.other_root", found=root.short_fingerprint)


T = TypeVar("T")


def _plain(shown: str) -> str:
    return "".join(shown.split()).replace("-", "").upper()


def _read(path: Path) -> bytes:
    return read_small(path, MAX_FILE_SIZE, Refusal("enrolment.too_large", name=path.name, limit=MAX_FILE_SIZE))


def _decode(data: bytes, kind: type[T], code: str) -> T:
    try:
        return msgspec.json.decode(data, type=kind)
    except UNREADABLE as error:
        raise Refusal(code) from error


def _check_version(version: int, newest: int) -> None:
    if not 1 <= version <= newest:
        raise Refusal("enrolment.version", version=version, known=newest)
