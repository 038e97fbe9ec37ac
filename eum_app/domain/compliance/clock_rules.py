"""Rules over clocks: what is overdue. A new one is an object here and a place in `CLOCK_RULES`."""

from __future__ import annotations

from typing import Final

from eum_app.domain.compliance.clocks import ClockState
from eum_app.domain.compliance.rule import ClockRule
from eum_app.domain.findings import Severity
from eum_app.domain.translatable import QT_TRANSLATE_NOOP

INITIAL_INVENTORY_OVERDUE: Final = ClockRule(
    rule_id="initial-inventory-overdue",
    version=1,
    severity=Severity.HIGH,
    citation="SAMM C8.4 (within 90 days)",
    title=QT_TRANSLATE_NOOP("rules", "Initial inventory overdue"),
    explanation=QT_TRANSLATE_NOOP("rules", "The first inventory by serial number is due within 90 days."),
    remedy=QT_TRANSLATE_NOOP("rules", "Inventory the item by serial number now."),
    is_broken=lambda state: state in {ClockState.INITIAL_OVERDUE, ClockState.NEVER},
)
ANNUAL_INVENTORY_NEVER: Final = ClockRule(
    rule_id="annual-inventory-never",
    version=1,
    severity=Severity.HIGH,
    citation="SIGAR-press: never and late are separate cases",
    title=QT_TRANSLATE_NOOP("rules", "Never inventoried"),
    explanation=QT_TRANSLATE_NOOP(
        "rules", "An item that was never inventoried is a graver case than one that was inventoried late."
    ),
    remedy=QT_TRANSLATE_NOOP("rules", "Inventory the item by serial number now: there is no inventory of it at all."),
    is_broken=lambda state: state == ClockState.NEVER,
)
ANNUAL_INVENTORY_LATE: Final = ClockRule(
    rule_id="annual-inventory-late",
    version=1,
    severity=Severity.MEDIUM,
    citation="DODIG-24-140 (within 12 months of the last one)",
    title=QT_TRANSLATE_NOOP("rules", "Annual inventory late"),
    explanation=QT_TRANSLATE_NOOP("rules", "An inventory by serial number is due within 12 months of the last one."),
    remedy=QT_TRANSLATE_NOOP("rules", "Plan a visit that expects the item."),
    is_broken=lambda state: state == ClockState.LATE,
)

CLOCK_RULES: Final = (INITIAL_INVENTORY_OVERDUE, ANNUAL_INVENTORY_NEVER, ANNUAL_INVENTORY_LATE)
