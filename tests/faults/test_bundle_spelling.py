"""Header and manifest have one spelling: the parser refuses any other, before a signature is checked."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from eum_app.crypto.suites import Suite
from eum_app.domain.errors import Refusal
from sync.bundle_file import inspect_bundle, open_bundle
from sync.bundle_format import canonical, decode_manifest, parse_header
from tests.bundles import NOW, World, write_results

LATER = NOW + timedelta(days=2)
WORLD = World.make(Suite.P384)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("small") / "results.eumb"
    write_results(path, WORLD.device, [WORLD.hq.certificate], entries=[b"one"])
    return path


@pytest.mark.parametrize(
    ("field", "other"),
    [
        ("version", float),
        ("version", lambda _value: True),
        ("chunk_size", float),
        ("bundle_id", lambda value: value + "\n"),
        ("created_at", lambda value: value.replace("Z", "+00:00")),
        ("created_at", lambda value: value.replace("T", " ")),
        ("created_at", lambda value: value + "\n"),
        ("created_at", lambda value: value.replace("Z", "+01:00")),
    ],
)
def test_another_spelling_of_a_header_is_refused_by_itself(
    small: Path, field: str, other: Callable[[Any], Any]
) -> None:
    """One value has one spelling, so that every reader sees the same header; no signature is needed to refuse it."""
    header = json.loads(inspect_bundle(small).raw)
    assert parse_header(canonical(header)).bundle_id == header["bundle_id"]
    with pytest.raises(Refusal, match=r"bundle\.(altered|version)"):
        parse_header(canonical(header | {field: other(header[field])}))


@pytest.mark.parametrize(
    ("field", "value"),
    [("version", True), ("version", 1.0), ("created_at", "2026-11-21T08:00:00+00:00"), ("bundle_id", "0" * 32 + "\n")],
)
def test_another_spelling_of_a_manifest_is_refused(small: Path, field: str, value: object) -> None:
    with open_bundle(small, WORLD.hq, WORLD.trust, LATER) as bundle:
        raw = bundle.manifest_raw
    decode_manifest(raw)
    with pytest.raises(Refusal, match=r"bundle\.(altered|version)"):
        decode_manifest(canonical(json.loads(raw) | {field: value}))
