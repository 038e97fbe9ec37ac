"""Close a visit out by commands: the statement is printed before it is signed, and can be read again later."""

from __future__ import annotations

from pathlib import Path

import pytest

from db.queries import visits
from eum_app.cli import run
from eum_app.demo.generate import photo
from eum_app.domain.checklists import Answer
from eum_app.domain.facts import MarkRead
from eum_app.scanning.labels import data_matrix, png
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.store.open_store import open_store
from eum_app.usecases.visits.drafts import Begun, Place, keep_work
from eum_app.usecases.visits.record_check import record_no_access
from tests.builders import PASSPHRASE, make_world, signed_lines
from tests.flows.test_cli import Eum
from tests.flows.test_main_job import answer_site_checklist


@pytest.fixture(autouse=True)
def _passphrase_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EUM_PASSPHRASE", PASSPHRASE)


@pytest.fixture
def visit_id(tmp_path: Path) -> str:
    """Return a visit of two items on the device, ready to sign except for a draft."""
    world = make_world(tmp_path / "world", count=2)
    found = world.plan().visit_id
    world.hand_over()
    ids = world.device.read(visits.work_ids, found)
    record_no_access(world.device, found, ids, reason="unsafe")
    answer_site_checklist(world.device, found)
    begun = Begun(MarkRead(read_by="list"), ids[1], answers=(Answer("serial_plate", "no", "worn"),))
    keep_work(world.device, found, Place(), {ids[1]: [begun]})
    world.close()
    return found


@pytest.fixture
def drawn(tmp_path: Path) -> Path:
    made = tmp_path / "drawn.png"
    made.write_bytes(png(data_matrix(b"drawn")))
    return made


def test_a_visit_is_closed_by_command(
    tmp_path: Path, visit_id: str, drawn: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "world" / "fld-0042"
    field = Eum(capfd, folder, "INS-017")
    shown = field("visit", "statement", visit_id)
    assert shown["is_signed"] is False
    assert "No access: 2" in shown["text"].splitlines()
    close = ["visit", "close", visit_id, "--signature", str(drawn)]
    declined = ["--host-declined", "Not authorized to sign"]
    assert run([*close, *field.who]) == 2, "neither the host's signature nor a reason"
    assert run([*close, *declined, *field.who]) == 2, "not confirmed"
    out, err = capfd.readouterr()
    assert shown["text"] in out, "printed before it is signed"
    assert "Started, but not recorded: 1 (786951)." in err
    assert "deleted" in field(*close, *declined, "--yes", code=1)
    assert field("visit", "statement", visit_id)["is_signed"] is False
    made = field(*close, *declined, "--yes", "--without-drafts")
    assert made["statement"] == shown["text"]
    signed = field("visit", "statement", visit_id)
    assert (signed["is_signed"], signed["text"]) == (True, shown["text"])
    assert "closed out" in field(*close, *declined, "--yes", code=1)
    session = open_store(folder, "INS-017", PASSPHRASE)
    assert signed_lines(session, visit_id) == shown["text"].splitlines()
    sealed = seal_results(session, tmp_path)
    session.store.close()
    hq = Eum(capfd, tmp_path / "world" / "hq", "REV-004")
    assert hq("inbox", "import", sealed.path)[0]["outcome"] == "accepted"
    assert hq("visit", "statement", visit_id)["text"] == shown["text"], "HQ reads it word for word"


def test_a_drawn_signature_has_to_be_a_picture(
    tmp_path: Path, visit_id: str, capfd: pytest.CaptureFixture[str]
) -> None:
    field = Eum(capfd, tmp_path / "world" / "fld-0042", "INS-017")
    wrong = tmp_path / "wrong.png"
    close = ("visit", "close", visit_id, "--signature", wrong, "--host-declined", "Left", "--yes")
    wrong.write_bytes(b"not a picture")
    assert "format" in field(*close, code=1)
    wrong.write_bytes(photo("intact", 1))
    assert "is not a PNG picture" in field(*close, code=1)
    assert field("visit", "statement", visit_id)["is_signed"] is False
