"""Half of a character (a lone surrogate), as a cut-off paste leaves it, or bytes of a file name that are no UTF-8.

No fact can hold it. Everywhere it is refused in words, and nothing is recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QObject

from db.chains import chain_head
from db.queries.matching import item_ids_of_serial
from eum_app.cli import run
from eum_app.domain.errors import KnownError, Refusal
from eum_app.domain.facts import MarkRead
from eum_app.domain.stores import TimeSource
from eum_app.usecases.exchange.enrol_device import revoke_device
from eum_app.usecases.proofs.make_slip import Subject, make_slip
from eum_app.usecases.proofs.witness import create_witness
from eum_app.usecases.reporting.inventory_status import INVENTORY_STATUS
from eum_app.usecases.reporting.make_report import make_report
from eum_app.usecases.review.findings import review_finding
from eum_app.usecases.session import Session
from eum_app.usecases.store.correct_time import correct_time
from eum_app.usecases.visits.close_out import reopen_visit
from eum_app.usecases.visits.record_check import record_check
from tests.builders import PASSPHRASE
from tests.proofs import Proved, proved_world
from ui.kit.delivery import Delivery

HALF = "Depot \ud83d 7"


@pytest.fixture(scope="module")
def proved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proved]:
    made = proved_world(tmp_path_factory.mktemp("half") / "world")
    yield made
    made.world.close()


@pytest.fixture(scope="module")
def unclosed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proved]:
    made = proved_world(tmp_path_factory.mktemp("open") / "world", close=False)
    yield made
    made.world.close()


def written(session: Session) -> int:
    with session.store.reading() as connection:
        return chain_head(connection, session.name, session.store.named.epoch).seq


def acts(proved: Proved, unclosed: Proved, folder: Path) -> list[tuple[str, Session, Callable[[], object]]]:
    hq, device = proved.world.hq, proved.world.device
    at_work, unseen = unclosed.world.device, MarkRead(read_by="list")
    check = partial(record_check, at_work, visit_id=unclosed.visit_id, item_id=unclosed.items[0], mark=unseen)
    correction = partial(correct_time, hq, origin="HQ-01", epoch=1, first_seq=1, last_seq=2, offset=timedelta(hours=1))
    return [
        ("note", at_work, partial(check, outcome="not_found", reason="said_lost", note=HALF)),
        (
            "read as",
            at_work,
            partial(check, outcome="not_found", reason="said_lost", mark=replace(unseen, serial=HALF)),
        ),
        ("reopening", device, partial(reopen_visit, device, proved.visit_id, HALF)),
        ("comment", hq, partial(review_finding, hq, proved.finding_id, decision="escalate", comment=HALF)),
        ("revocation", hq, partial(revoke_device, hq, "FLD-0042", 1, HALF)),
        ("correction", hq, partial(correction, source=next(iter(TimeSource)), reason=HALF)),
        ("search", hq, partial(hq.read, item_ids_of_serial, HALF)),
        ("subject", hq, partial(make_slip, hq, Subject.ITEM, HALF)),
        ("file", hq, partial(make_report, hq, INVENTORY_STATUS, folder / f"{HALF}.csv")),
        ("witness", hq, partial(create_witness, folder / "w", HALF, PASSPHRASE)),
    ]


@pytest.mark.parametrize("number", range(10))
def test_half_a_character_is_refused_and_nothing_is_recorded(
    proved: Proved, unclosed: Proved, tmp_path: Path, number: int
) -> None:
    name, session, act = acts(proved, unclosed, tmp_path)[number]
    before = written(session)
    with pytest.raises(Refusal) as refused:
        act()
    other = {"witness": "witness.bad_name", "file": "file.name_not_text"}
    assert refused.value.code == other.get(name, "text.not_whole")
    assert written(session) == before
    assert list(tmp_path.iterdir()) == []


def test_a_window_says_it_instead_of_failing() -> None:
    said: list[KnownError] = []
    crashed: list[object] = []
    parent = QObject()
    delivery = Delivery(parent)
    delivery.crashed.connect(crashed.append)
    delivery.begin()

    def act() -> bytes:
        return HALF.encode()

    delivery.outcome(act, None, said.append, tell=True)()
    assert [one.code for one in said] == ["text.not_whole"]
    assert crashed == []


@pytest.mark.filterwarnings("ignore:.*EUM_PASSPHRASE.*")
def test_a_command_says_it(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    proved = proved_world(tmp_path / "world")
    folder = proved.world.hq.store.folder
    proved.world.close()
    monkeypatch.setenv("EUM_PASSPHRASE", PASSPHRASE)
    who = ["--store", str(folder), "--account", "REV-004"]
    for words, said in (
        (["device", "revoke", "FLD-0042", "--reason", "stolen \udcff", *who], "half of a character"),
        (["proof", "make", str(tmp_path / "a.eumslip"), "--serial", "78\udcff", *who], "half of a character"),
        (["report", "inventory", str(tmp_path / "b\udcff.csv"), *who], "Rename the file"),
    ):
        code = run(words)
        out, err = capfd.readouterr()
        assert (code, out) == (1, ""), (words, out, err)
        assert said in err
