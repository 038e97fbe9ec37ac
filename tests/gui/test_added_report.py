"""A report that only this test defines is on the page, in the command, in every format, proved and documented."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import openpyxl
import pytest
from pypdf import PdfReader
from PySide6.QtWidgets import QComboBox, QLabel
from typer.testing import CliRunner

from db.queries.items import all_sites
from eum_app.cli.process import secrets_taken
from eum_app.cli.report import report_commands
from eum_app.domain.errors import Refusal
from eum_app.domain.people import Permission
from eum_app.reports.model import Column, Cover, Document, Section, Table, heads_section
from eum_app.usecases.reporting.make_report import make_report
from eum_app.usecases.reporting.registry import REPORTS
from eum_app.usecases.reporting.report import Filter, FilterKind, Report, Source
from eum_app.usecases.reporting.verify_report import verify_report
from tests.builders import PASSPHRASE, World
from tests.gui.hq_support import Window
from tools.registry_tables import reports_table
from ui.audit.reports_page import ReportsPage

COLUMNS = (Column("Site", "site"), Column("Country", "country"), Column("Sites There", "number", "count"))


def _read(source: Source) -> Document:
    """The sites, and a second table with the filter."""
    sites = [row for row in all_sites(source.connection) if row.country == source.wanted.get("country", row.country)]
    cover = Cover(
        report="site-list",
        title="Site list",
        subject="Sites",
        as_of=source.made.as_of,
        made_by=source.made.by,
        made_at_store=source.made.at_store,
        reconciliation="Each site is listed once.",
        is_reconciled=True,
        sections=(Section("Sites", (("Sites that are listed", str(len(sites))),)), heads_section(source.heads)),
    )
    rows = ((row.name, row.country, "1") for row in sites)
    asked = list(source.wanted.items())
    second = Table("asked", "Asked for", (Column("Filter", "filter"), Column("Value", "value")), asked, len(asked))
    return Document(cover, (Table("sites", "Sites", COLUMNS, rows, len(sites)), second))


ADDED = Report(
    name="site-list",
    title="Site list",
    about="Every site, for a test.",
    columns=COLUMNS,
    read=_read,
    filters=(
        Filter("country", "Country", "Only this country.", FilterKind.COUNTRY),
        Filter("grade", "Grade", "One of two.", FilterKind.CHOICE, choices=("A", "B"), default="A"),
    ),
    command="sites",
)


@pytest.fixture
def _added(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ADDED.title not in reports_table()
    monkeypatch.setitem(REPORTS, ADDED.name, ADDED)


@pytest.mark.usefixtures("_added")
def test_an_added_report_is_made_by_the_page(world: World, window: Window) -> None:
    page = window.page("reports")
    assert isinstance(page, ReportsPage)
    chosen = window.find(QComboBox, "report_name")
    chosen.setCurrentIndex(chosen.findText(ADDED.title))
    window.settle()
    assert page.wanted() == {"country": "", "grade": "A"}
    row = page._model.rowCount()
    (site,) = world.hq.read(all_sites)
    assert row == 1
    assert [page._model.data(page._model.index(0, at)) for at in range(3)] == [site.name, site.country, "1"]
    assert "Sites that are listed" in {one.text() for one in page._counts.counts.findChildren(QLabel)}
    path = world.folder / "outbox" / "site-list.csv"
    assert page.exporting.path_field.path == path
    window.press("report_export_button")  # in a child process, which knows nothing of this test's registry
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [["Site", "Country", "Sites There"], [site.name, site.country, "1"]]
    assert verify_report(path, world.hq).holds


@pytest.mark.usefixtures("_added")
def test_an_added_report_is_a_command_in_every_format(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EUM_PASSPHRASE", PASSPHRASE)
    who = ["--store", str(world.folder / "hq"), "--account", "REV-004", "--json"]
    for suffix in ADDED.formats:
        target = tmp_path / f"sites{suffix}"
        with secrets_taken():
            ran = CliRunner().invoke(report_commands(), ["sites", str(target), "--country", "XX", *who])
        assert ran.exit_code == 0, ran.output
        assert json.loads(ran.stdout)["rows"] == 1
        assert verify_report(target, world.hq).holds
        sidecar = json.loads(target.with_name(f"{target.name}.sidecar.json").read_text("utf-8"))
        assert (sidecar["report"], sidecar["filters"]) == ("site-list", {"country": "XX", "grade": "A"})
    before = target.read_bytes()
    with secrets_taken():
        again = CliRunner().invoke(report_commands(), ["sites", str(target), *who])
        assert isinstance(again.exception, Refusal)
        assert again.exception.code == "report.exists"
        assert target.read_bytes() == before
        ran = CliRunner().invoke(report_commands(), ["sites", str(target), "--replace", *who])
    assert ran.exit_code == 0, ran.output
    assert target.read_bytes() != before
    assert verify_report(target, world.hq).holds
    (site,) = world.hq.read(all_sites)
    assert openpyxl.load_workbook(tmp_path / "sites.xlsx").sheetnames == ["Cover", "Sites", "Asked for"]
    tables = json.loads((tmp_path / "sites.json").read_text("utf-8"))["tables"]
    assert tables["sites"]["rows"] == [{"site": site.name, "country": "XX", "number": 1}]
    words = " ".join(page.extract_text() for page in PdfReader(tmp_path / "sites.pdf").pages)
    for expected in ("Site list", site.name, "Sites There", "Asked for"):
        assert expected in words


@pytest.mark.usefixtures("_added")
def test_an_added_report_is_documented_and_refuses_what_it_does_not_know(world: World, tmp_path: Path) -> None:
    assert f"**{ADDED.title}** `site-list` | {ADDED.about} | `eum report sites FILE`" in reports_table()
    for wanted, name, code in (
        ({"county": "XX"}, "a.csv", "report.filter"),
        ({}, "a.doc", "report.name"),
    ):
        with pytest.raises(Refusal) as refused:
            make_report(world.hq, ADDED, tmp_path / name, wanted)
        assert refused.value.code == code
    with pytest.raises(Refusal) as refused:
        make_report(world.device, ADDED, tmp_path / "a.csv")
    assert refused.value.code == "permission.denied"
    assert [one for one in tmp_path.iterdir() if one.name.startswith("a.")] == []
    assert ADDED.permission is Permission.REPORT_EXPORT
