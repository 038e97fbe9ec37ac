"""Certificates, sidecars and signatures that are too large to be read for a proof of time."""

from __future__ import annotations

from pathlib import Path

import pytest

from eum_app.domain.errors import Refusal
from eum_app.reports.sidecar import MAX_SIDECAR_BYTES, SIGNATURE_SUFFIX, SUFFIX
from eum_app.usecases.exchange.prove_time import read_time_authority_file, signature_in


def test_a_file_that_is_too_large_is_refused_as_what_it_should_have_been(tmp_path: Path) -> None:
    large = tmp_path / "large.pem"
    large.write_bytes(bytes(64 * 1024 + 1))
    with pytest.raises(Refusal, match=r"time\.not_an_authority"):
        read_time_authority_file(large)
    (tmp_path / f"r.csv{SUFFIX}").write_bytes(b"{}")
    (tmp_path / f"r.csv{SUFFIX}{SIGNATURE_SUFFIX}").write_bytes(bytes(MAX_SIDECAR_BYTES + 1))
    with pytest.raises(Refusal, match=r"report\.sidecar_unreadable"):
        signature_in(tmp_path / "r.csv")
