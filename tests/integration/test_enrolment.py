"""Enrollment by file: what a device accepts, and what neither side does."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eum_app.crypto.certificates import CertificateRequest, Identity, Role, make_request
from eum_app.crypto.suites import Suite
from eum_app.domain.errors import Refusal
from sync.enrolment import (
    EnrolmentAnswer,
    accept_answer,
    certify,
    read_answer_file,
    read_request_file,
    write_answer,
    write_request,
)
from tests.bundles import NOW, World

WORLD = World.make(Suite.P384)


def answer_at(
    path: Path, request: CertificateRequest, issuer: Identity, epoch: int = 1, days: int | None = None
) -> EnrolmentAnswer:
    return write_answer(path, request, issuer, certify(request, issuer, epoch=epoch, at=NOW, days=days), at=NOW)


def refused(path: Path) -> str:
    with pytest.raises(Refusal) as refusal:
        read_answer_file(path)
    return refusal.value.code


@pytest.mark.parametrize("suite", list(Suite))
def test_a_device_is_enrolled_by_two_files(suite: Suite, tmp_path: Path) -> None:
    world = WORLD if suite is Suite.P384 else World.make(suite)
    pending, request = make_request("FLD-0050", suite, name="Tablet 50")
    asked = write_request(tmp_path / "FLD-0050.eumreq", request)
    read = read_request_file(tmp_path / "FLD-0050.eumreq")
    assert read.short_fingerprint == asked.short_fingerprint == pending.request.short_fingerprint
    written = answer_at(tmp_path / "FLD-0050.eumans", read, world.hq, epoch=7)
    answer = read_answer_file(tmp_path / "FLD-0050.eumans")
    assert answer == written
    assert (answer.hq, answer.root) == (world.hq.certificate, world.authority.certificate)
    root = world.authority.certificate
    for confirmed in (root.fingerprint, root.short_fingerprint, root.short_fingerprint.lower().replace("-", " ")):
        identity = accept_answer(answer, pending, confirmed_root=confirmed, at=NOW)
        assert isinstance(identity, Identity)
        assert (identity.origin, identity.epoch, identity.role) == ("FLD-0050", 7, Role.DEVICE)


def test_what_a_device_does_not_accept(tmp_path: Path) -> None:
    pending, request = make_request("FLD-0050", Suite.P384)
    path = tmp_path / "a.eumans"
    asked = write_request(tmp_path / "a.eumreq", request)
    root = WORLD.authority.certificate.short_fingerprint

    def code(confirmed: str = root, holder: object = pending, days: int = 0) -> str:
        with pytest.raises(Refusal) as refusal:
            accept_answer(
                read_answer_file(path),
                holder,  # type: ignore[arg-type]
                confirmed_root=confirmed,
                at=NOW + timedelta(days=days),
            )
        return refusal.value.code

    answer_at(path, asked, WORLD.hq, days=10)
    assert code(days=11) == "certificate.expired"
    assert code(confirmed="") == "enrolment.other_root"
    assert code(confirmed=root[:-1]) == "enrolment.other_root"
    again, _ = make_request("FLD-0050", Suite.P384)
    assert code(holder=again) == "enrolment.other_request"
    # Another authority answers the very same request: only the comparison by people tells.
    stranger = World.make(Suite.P384)
    answer_at(path, asked, stranger.hq)
    assert code() == "enrolment.other_root"


def test_only_an_hq_answers(tmp_path: Path) -> None:
    _, request = make_request("FLD-0050", Suite.P384)
    asked = write_request(tmp_path / "a.eumreq", request)
    for issuer in (WORLD.device, WORLD.authority):
        with pytest.raises(Refusal, match=r"certificate\.may_not_issue"):
            answer_at(tmp_path / "a.eumans", asked, issuer)
    assert not (tmp_path / "a.eumans").exists()


def test_an_altered_answer_is_refused(tmp_path: Path) -> None:
    _, request = make_request("FLD-0050", Suite.P384)
    path = tmp_path / "a.eumans"
    answer_at(path, write_request(tmp_path / "a.eumreq", request), WORLD.hq)
    file = json.loads(path.read_bytes())
    body = json.loads(base64.b64decode(file["body"]))
    for change in (
        {"epoch": 2},
        {"device_id": "FLD-0051"},
        {"request": "0" * 96},
        {"issued_at": "2027-01-01T00:00:00Z"},
    ):
        altered = base64.b64encode(json.dumps(body | change).encode()).decode()
        path.write_text(json.dumps(file | {"body": altered}))
        assert refused(path) == "enrolment.altered"
    for version in (0, 3):
        path.write_text(json.dumps(file | {"version": version}))
        assert refused(path) == "enrolment.version"
    path.write_text(json.dumps(file | {"body": base64.b64encode(b"[" * 9000).decode()}))
    assert refused(path) == "enrolment.not_an_answer"


def test_what_is_neither(tmp_path: Path) -> None:
    path = tmp_path / "x"
    for data in (b"", b"null", b"[" * 100_000, b"\xff", b'{"format":"eum-enrolment-request"}'):
        path.write_bytes(data)
        assert refused(path) == "enrolment.not_an_answer"
        with pytest.raises(Refusal, match=r"enrolment\.not_a_request"):
            read_request_file(path)
    path.write_bytes(b" " * 200_000)
    assert refused(path) == "enrolment.too_large"
    assert refused(tmp_path / "missing") == "file.missing"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_a_request_of_random_bytes_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.eumreq"
    wrapped = json.dumps({"format": "eum-enrolment-request", "version": 1, "request": base64.b64encode(data).decode()})
    for content in (data, wrapped.encode()):
        path.write_bytes(content)
        with pytest.raises(Refusal):
            read_request_file(path)
