"""The CUI designation: set once, printed by every report; an export says what is not filled in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pypdfium2
import pytest

from db.queries.activity import ActivityFilter, activity_ids
from eum_app.crypto.passphrases import KdfParams
from eum_app.crypto.suites import Suite
from eum_app.domain.designation import MAX_FIELD_CHARS, Designation
from eum_app.domain.errors import Refusal
from eum_app.usecases.people.accounts import add_account
from eum_app.usecases.reporting.inventory_status import INVENTORY_STATUS
from eum_app.usecases.reporting.make_report import make_report
from eum_app.usecases.session import Session
from eum_app.usecases.store.designation import current_designation, set_designation
from eum_app.usecases.store.open_store import open_store
from tests.builders import PASSPHRASE, Clock, make_store, make_world

FILLED = Designation(
    controlled_by="DSCA EUM Division", category="EXPT", distribution="FED ONLY", poc="Desk 4, 555-0104"
)


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[tuple[Session, Session]]:
    """HQ's administrator, who sets the designation, and a reviewer, who exports."""
    admin = make_store(tmp_path / "hq", "hq", "HQ-01", Clock(), role="administrator")
    fast = KdfParams.fast_for_tests(Suite.P384)
    add_account(admin, account="REV-009", role="reviewer", passphrase=PASSPHRASE, kdf=fast)
    reviewer = open_store(admin.store.folder, "REV-009", PASSPHRASE, now=admin.now)
    yield admin, reviewer
    reviewer.close()
    admin.close()


def test_every_format_prints_what_was_set(accounts: tuple[Session, Session], tmp_path: Path) -> None:
    admin, hq = accounts
    set_designation(admin, FILLED)
    assert current_designation(hq) == FILLED
    assert len(hq.read(activity_ids, ActivityFilter(kind="DesignationSet"))) == 1
    made = {suffix: make_report(hq, INVENTORY_STATUS, tmp_path / f"r.{suffix}") for suffix in ("csv", "xlsx", "pdf")}
    assert all(one.not_designated == () for one in made.values())
    sidecar = json.loads(made["csv"].sidecar_path.read_text("utf-8"))
    assert sidecar["designation"] == FILLED.lines()
    cells = [cell.value for row in openpyxl.load_workbook(made["xlsx"].path)["Cover"] for cell in row]
    words = pypdfium2.PdfDocument(made["pdf"].path)[0].get_textpage().get_text_range()
    for value in FILLED.lines().values():
        assert value in cells
        assert value in " ".join(words.split())


def test_an_export_names_the_fields_that_are_not_filled_in(accounts: tuple[Session, Session], tmp_path: Path) -> None:
    admin, hq = accounts
    assert make_report(hq, INVENTORY_STATUS, tmp_path / "r.csv").not_designated == (
        "Controlled by",
        "Distribution",
        "POC",
    )
    set_designation(admin, Designation(controlled_by=" DSCA  EUM\nDivi\x00sion\u202e ", poc="Desk 4"))
    assert current_designation(hq).controlled_by == "DSCA EUM Division"
    made = make_report(hq, INVENTORY_STATUS, tmp_path / "s.csv")
    assert made.not_designated == ("Distribution",)
    assert json.loads(made.sidecar_path.read_text("utf-8"))["designation"]["Distribution"] == "not filled in"
    with pytest.raises(Refusal, match=r"designation\.too_long"):
        set_designation(admin, Designation(poc="x" * (MAX_FIELD_CHARS + 1)))
    assert current_designation(hq).poc == "Desk 4"


def test_only_an_administrator_sets_it(tmp_path: Path) -> None:
    world = make_world(tmp_path / "w", count=1)
    with pytest.raises(Refusal, match=r"permission\.denied"):
        set_designation(world.hq, FILLED)
    assert current_designation(world.hq) == Designation()
    world.close()
