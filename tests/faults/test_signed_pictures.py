"""Files that an altered app of a device signs as photos: kept, named in a finding, and given to no decoder at HQ."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.queries import checks
from eum_app.demo.generate import photo
from eum_app.domain.facts import EvidenceAttached
from eum_app.domain.pictures import MAX_SIDE
from eum_app.usecases.session import new_id
from tests.faults.test_admission import chained, raised
from tests.faults.test_hostile_device import FIRST, SECOND, checked, only
from tests.faults.test_pictures import png_of_size
from tests.simulator import Simulator
from ui.hq.review_data import decoded_picture
from ui.kit.picture import decoder_pid, end_decoder

SVG = b"<svg xmlns='http://www.w3.org/2000/svg' width='40' height='30'><rect width='9' height='9'/></svg>"
BAD = {
    "svg": SVG,
    "nothing": b"x",
    "bmp": b"BM" + bytes(60),
    "a head alone": b"\xff\xd8\xff",
    "too large": png_of_size(MAX_SIDE + 1, 5),
    "a bomb": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 2**31 - 1, 2**31 - 1) + bytes(100),
}


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    made = Simulator.start(tmp_path / "w", devices=(FIRST, SECOND))
    yield made
    made.world.close()
    end_decoder()


def attach(simulator: Simulator, data: bytes, role: str = "photo", media_type: str = "image/jpeg") -> int:
    """Record content as an altered app does, without looking at it. Returns the number of its entry."""
    device = simulator.world.devices[FIRST]
    with device.writing() as transaction:
        transaction.record(
            EvidenceAttached(
                observed_at=device.observed_now(),
                evidence_id=new_id(),
                visit_id=simulator.visit_ids[FIRST],
                check_id="",
                role=role,
                content=transaction.seal_content(data, media_type),
            )
        )
        return transaction.head(FIRST, 1).seq


@pytest.mark.parametrize("data", BAD.values(), ids=BAD)
@pytest.mark.parametrize("media_type", ["image/jpeg", "text/plain"])
def test_a_file_that_is_not_a_picture_raises_a_finding(simulator: Simulator, data: bytes, media_type: str) -> None:
    simulator.check(FIRST, 0)
    seq = attach(simulator, data, media_type=media_type)
    (outcome,) = simulator.deliver(simulator.seal(FIRST))
    assert outcome.outcome == "accepted"
    (finding,) = raised(simulator, "unshowable-picture")
    assert (finding.device, finding.epoch, finding.first_seq, finding.last_seq) == (FIRST, 1, seq, seq)
    hq = simulator.world.hq
    (evidence,) = hq.read(checks.evidence_of, visit_id=simulator.visit_ids[FIRST])
    picture, image = decoded_picture(hq, evidence)
    assert hq.content(evidence.ref) == data, "it is evidence, and kept"
    assert image.isNull()
    assert picture.error is not None
    assert picture.error.code.startswith("picture.")
    assert decoder_pid() is None
    simulator.check(FIRST, 1)
    simulator.deliver(simulator.seal(FIRST))
    assert len(raised(simulator, "unshowable-picture")) == 1


def test_real_photos_and_notes_raise_none(simulator: Simulator) -> None:
    attach(simulator, photo("crack", 1))
    attach(simulator, b"no paperwork shown", role="note", media_type="text/plain")
    (outcome,) = simulator.deliver(simulator.seal(FIRST))
    assert outcome.outcome == "accepted"
    assert raised(simulator, "unshowable-picture") == []


def test_bad_pictures_of_one_bundle_make_one_finding_and_hide_no_unreadable_entry(simulator: Simulator) -> None:
    first = attach(simulator, SVG)
    attach(simulator, photo("crack", 1))
    last = attach(simulator, SVG + b" ")
    simulator.deliver(simulator.seal(FIRST))
    (finding,) = raised(simulator, "unshowable-picture")
    assert (finding.first_seq, finding.last_seq) == (first, last)
    fact = checked(simulator, FIRST)
    assert only(simulator, simulator.forge(FIRST, chained(simulator, [(fact, b"{}")]))) == ("accepted", "")
    assert len(raised(simulator, "unreadable-entry")) == 1
