"""Incidents and their clocks in words."""

from __future__ import annotations

from eum_app.domain.incidents import ReportClock, ReportState
from ui.kit.delegates import ChipSpec
from ui.kit.translation import Texts

IncidentWords = Texts("IncidentWords")


def clock_chip(clock: ReportClock) -> ChipSpec:
    """Return a chip for the clock of a written report: `28 days left`, `6 days over`, `Filed`."""
    if clock.state is ReportState.OVERDUE:
        return ChipSpec(IncidentWords.tr("%Ln days over", "", -clock.days_left), "bad", "octagon-alert")
    if clock.state in {ReportState.DUE_SOON, ReportState.RUNNING}:
        tone = "warn" if clock.state is ReportState.DUE_SOON else "accent"
        return ChipSpec(IncidentWords.tr("%Ln days left", "", clock.days_left), tone, "clock")
    if clock.state is ReportState.FILED:
        return ChipSpec(IncidentWords.tr("Filed"), "ok", "check")
    if clock.state is ReportState.FILED_LATE:
        return ChipSpec(IncidentWords.tr("Filed late"), "warn", "triangle-alert")
    return ChipSpec(IncidentWords.tr("No date"), "mute", "circle")
