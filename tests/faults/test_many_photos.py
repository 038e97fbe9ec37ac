"""An enrolled device sends as many photos as a bundle holds, or a very large one: HQ's import takes little memory."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from eum_app.domain.facts import EvidenceAttached
from eum_app.scanning.opencv import cv2
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import PART_OBJECTS, seal_results
from eum_app.usecases.session import new_id
from sync.bundle_format import MAX_OBJECTS
from tests.simulator import Simulator

DEVICE = "FLD-0042"
linux = pytest.mark.skipif(sys.platform != "linux", reason="counts kibibytes on Linux")


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    made = Simulator.start(tmp_path / "w", count=2)
    yield made
    made.world.close()


def attach(simulator: Simulator, pictures: list[bytes], media_type: str) -> None:
    device, visit_id = simulator.world.device, simulator.visit_ids[DEVICE]
    with device.writing() as transaction:
        refs = [transaction.seal_content(picture, media_type) for picture in pictures]
        transaction.record_all(
            [
                EvidenceAttached(
                    observed_at=device.observed_now(),
                    evidence_id=new_id(),
                    visit_id=visit_id,
                    check_id="",
                    role="photo",
                    content=ref,
                )
                for ref in refs
            ]
        )


def grown(simulator: Simulator) -> int:
    """Import at HQ, and return by how many bytes the peak memory of this process grew."""
    paths = seal_results(simulator.world.device, simulator.world.drop).paths
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    outcomes = import_bundles(simulator.world.hq, paths).outcomes
    assert {one.outcome for one in outcomes} == {"accepted"}
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024


@linux
def test_thousands_of_tiny_photos(simulator: Simulator) -> None:
    """No bundle holds more than `MAX_OBJECTS`. 100,000 photos are 13 of our bundles: three minutes, 20 MB for each."""
    assert PART_OBJECTS < MAX_OBJECTS < 20_000
    tiny = bytes(cv2.imencode(".png", np.zeros((4, 4), np.uint8))[1])
    attach(simulator, [tiny] * 2_000, "image/png")
    assert grown(simulator) < 100_000_000


@linux
def test_a_progressive_jpeg_of_25_megapixels(simulator: Simulator) -> None:
    """The import reads its header and its hash; only the child that shows it decodes it."""
    noise = np.random.default_rng(1).integers(0, 255, (5_000, 5_000), np.uint8)
    large = bytes(cv2.imencode(".jpg", noise, [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])[1])
    attach(simulator, [large], "image/jpeg")
    assert len(large) > 10_000_000
    assert grown(simulator) < 100_000_000
