"""The registry of reports and papers. A report is added by its module and one line here."""

from __future__ import annotations

from typing import Final

from eum_app.usecases.reporting.activity_log import ACTIVITY_LOG
from eum_app.usecases.reporting.inventory_status import INVENTORY_STATUS
from eum_app.usecases.reporting.label_sheet import LABEL_SHEET
from eum_app.usecases.reporting.report import Paper, Report
from eum_app.usecases.reporting.visit_record import VISIT_RECORD
from eum_app.usecases.reporting.worklist import WORKLIST

REPORTS: Final[dict[str, Report]] = {report.name: report for report in (INVENTORY_STATUS, VISIT_RECORD, ACTIVITY_LOG)}
"""Every report by its name, in the order of the page."""

PAPERS: Final[dict[str, Paper]] = {paper.name: paper for paper in (WORKLIST, LABEL_SHEET)}
