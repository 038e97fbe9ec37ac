"""A whole visit, in the field and at HQ, and then every byte on the disk: nothing of it can be read."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.queries import checklists, findings, visits
from eum_app.domain.checklists import Answer
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.review.findings import review_finding
from eum_app.usecases.visits.close_out import Signed
from eum_app.usecases.visits.record_check import assess_site, attach_photo, record_check
from tests.builders import close_as_shown, make_world, typed, yes_to_all
from tests.flows.test_main_job import answer_site_checklist
from tests.integration.test_rules_judged import PHOTO

SIGNER, NOTE, COMMENT = "Rosalind Marigold", "Cracked left ocular", "Seen beside the safe"
NOMENCLATURE, UII, REASON = "NIGHT VISION GOGGLE", "D1HLD9NVG-31A786950", "Hinge broken in transit"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Folder for this process's temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setenv("SQLITE_TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield folder
    tempfile.tempdir = None


def spellings(text: str) -> list[bytes]:
    return [text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be"), text.encode().hex().encode()]


def test_nothing_of_a_visit_can_be_read_on_the_disk(tmp_path: Path, temporary: Path) -> None:
    world = make_world(tmp_path / "w", count=3)
    (world.folder / "inventory.csv").unlink()  # the list as it came, which is not ours to hide
    photo = PHOTO + b"Marigold behind the picture"  # what an unsealed picture would show
    visit_id = world.visit()
    device, hq = world.device, world.hq
    first, second, third = device.read(visits.work_ids, visit_id)
    record_check(
        device, visit_id=visit_id, item_id=first, outcome="verified", mark=typed("786950"), answers=yes_to_all()
    )
    record_check(
        device,
        visit_id=visit_id,
        item_id=second,
        outcome="discrepancy",
        reason="damaged",
        mark=typed("786951"),
        note=NOTE,
        photos=(photo, photo * 40),
    )
    made = record_check(
        device, visit_id=visit_id, item_id=third, outcome="not_found", reason="other", mark=typed(""), note=REASON
    )
    attach_photo(device, visit_id, made.check_id, photo)
    question = device.read(checklists.visit_checklists, visit_id)[1].questions[0]
    assess_site(device, visit_id, [Answer(question.question_id, "yes", COMMENT)])
    answer_site_checklist(device, visit_id)
    close_as_shown(device, visit_id, [Signed("inspector", PHOTO, "INS-017"), Signed("host", PHOTO, SIGNER)])
    import_bundles(hq, [seal_results(device, world.drop).path], world.drop)
    for finding_id in hq.read(findings.finding_ids):
        review_finding(hq, finding_id, decision="recheck", comment=COMMENT)
    known = [SIGNER, NOTE, COMMENT, NOMENCLATURE, UII, REASON, "Marigold behind the picture", "786950", "CheckRecorded"]
    known += [device.ticket.data_key.hex(), hq.ticket.data_key.hex()]
    needles = [(text, spelling) for text in known for spelling in spellings(text)]
    needles += [("a picture", PHOTO[:64]), ("a data key", device.ticket.data_key), ("a data key", hq.ticket.data_key)]

    def readable() -> list[tuple[str, str]]:
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert {"store.db", "keyslots.json"} <= {path.name for path in files}
        assert any(path.suffix == ".eumb" for path in files)
        return [
            (path.name, text)
            for path in files
            for data in [path.read_bytes()]
            for text, needle in needles
            if needle in data
        ]

    assert readable() == []  # while both are open, with their WAL
    device.close()
    hq.close()
    assert readable() == []
    (temporary / "probe").write_bytes(b"x" + NOTE.encode("utf-16-le"))
    assert [name for name, _ in readable()] == ["probe"]  # it would be found
