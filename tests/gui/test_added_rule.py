"""A rule that only this test defines is judged, reviewed, reported and documented, without a change elsewhere."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel

from db.queries.findings import finding_ids, findings_by_id
from eum_app.domain.compliance.rule import CheckRule
from eum_app.domain.compliance.rules import RULES
from eum_app.domain.findings import Severity
from eum_app.domain.visits import Outcome
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.reporting.make_report import make_report
from eum_app.usecases.reporting.visit_record import VISIT_RECORD
from tests.gui.hq_support import hq_window, hq_world, inspected
from tools.registry_tables import rules_table
from ui.hq.review import ReviewPage
from ui.kit.tasks import Tasks

ADDED = CheckRule(
    rule_id="verified-without-photo",
    version=3,
    severity=Severity.HIGH,
    citation="Sample source",
    title="Verified, but no photo",
    explanation="This program wants a photo of each item.",
    remedy="Take the photo on the next visit.",
    outcomes=frozenset({Outcome.VERIFIED}),
    is_broken=lambda check: check.outcome == Outcome.VERIFIED and not check.photos,
)


@pytest.mark.usefixtures("look")
def test_an_added_rule_is_found_everywhere(tmp_path: Path, tasks: Tasks, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ADDED.title not in rules_table()
    monkeypatch.setitem(RULES, ADDED.rule_id, ADDED)
    world = hq_world(tmp_path)
    planned, results = inspected(world)
    assert [outcome.new_findings for outcome in import_bundles(world.hq, [results]).outcomes] == [7]
    rows = world.hq.read(findings_by_id, world.hq.read(finding_ids))
    raised = [row for row in rows.values() if row.rule_id == ADDED.rule_id]
    assert [(row.rule_version, row.severity) for row in raised] == [(3, "high")] * 5
    with hq_window(world.hq, tasks, world.folder) as window:
        window.shell.show_page("review", raised[0].finding_id)
        window.settle()
        page = window.shell.page("review")
        assert isinstance(page, ReviewPage)
        assert page.header._title.text() == ADDED.title
        shown = "\n".join(one.text() for one in page.record.findChildren(QLabel))
        for text in (ADDED.explanation, ADDED.citation, ADDED.remedy):
            assert text in shown
    made = make_report(world.hq, VISIT_RECORD, tmp_path / "record.csv", {"visit_id": planned.visit_id})
    with made.path.with_name("record.findings.csv").open(newline="", encoding="utf-8-sig") as file:
        named = [row["Finding"] for row in csv.DictReader(file)]
    assert named.count(f"{ADDED.title} ({ADDED.citation})") == 5
    assert f"**{ADDED.title}** `{ADDED.rule_id}` | 3 | check | high | {ADDED.explanation}" in rules_table()
    world.close()
