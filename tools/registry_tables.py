"""Write the tables in the pages under docs from the registries: `python -m tools.registry_tables`.

`tests/unit/test_docs.py` fails if a page differs from its registry.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from eum_app.domain import facts
from eum_app.domain.compliance.rules import RULES
from eum_app.domain.fact_kind import FactKind
from eum_app.domain.sighting import SightingPolicy
from eum_app.domain.visit_kinds import VISIT_KINDS
from eum_app.usecases.reporting.registry import PAPERS, REPORTS
from eum_app.usecases.reporting.report import Filter
from eum_app.wording.report_words import word as report_word
from ui.kit.settings import ENTRIES, Entry

DOCS: Final = Path(__file__).resolve().parent.parent / "docs"


def rules_table() -> str:
    """Return a Markdown table with one row for each rule in the registry, in its order."""
    return _table(
        ("Rule", "Version", "About", "Severity", "Why", "What settles it", "Source"),
        (
            (
                f"**{rule.title}** `{rule.rule_id}`",
                str(rule.version),
                rule.subject,
                rule.severity,
                rule.explanation,
                rule.remedy,
                rule.citation,
            )
            for rule in RULES.values()
        ),
    )


def facts_table() -> str:
    """Return a Markdown table with one row for each kind of fact, by name."""
    return _table(
        ("Kind", "In the activity log", "Recorded by", "Evidence", "Changes"),
        (
            (f"`{kind.name}`", kind.word, _recorded_by(kind), "yes" if kind.is_evidence else "", kind.area or "")
            for kind in sorted(facts.KINDS, key=lambda kind: kind.name)
        ),
    )


def visit_kinds_table() -> str:
    """Return a Markdown table with one row for each kind of visit, in the order in which the plan form offers them."""
    return _table(
        (
            *("Kind", "Program", "Version", "Due after", "Items", "Checklists", "Outcomes", "Evidence"),
            *("Read or entered by hand", "Before it can be closed", "Source"),
        ),
        (
            (
                f"**{kind.title}** `{kind.purpose}`",
                ", ".join(map(report_word, kind.programs)),
                kind.version,
                f"{kind.days_to_due} days",
                kind.items,
                ", ".join(f"`{one}`" for one in (*kind.item_checklists, *kind.site_checklists)) or "any",
                ", ".join(map(report_word, kind.outcomes)) or "none",
                ", ".join(map(report_word, kind.grades)),
                _sighting(kind.sighting),
                " ".join((rule.__doc__ or "").splitlines()[0] for rule in kind.closing_rules),
                kind.source,
            )
            for kind in VISIT_KINDS.values()
        ),
    )


def _sighting(policy: SightingPolicy) -> str:
    if not policy.levels:
        return "no item"
    levels = " and ".join(policy.levels)
    return f"{levels} items; where `{policy.scanner_question}` is no, 1 in {policy.again_one_in} is entered twice"


def reports_table() -> str:
    """Return a Markdown table with one row for each report in the registry, in its order."""
    return _table(
        ("Report", "Holds", "Command", "Formats", "Filters", "Permission"),
        (
            (
                f"**{report.title}** `{report.name}`",
                report.about,
                " ".join(
                    (
                        f"`eum report {report.command_name}",
                        *(one.option_name.upper() for one in report.filters if one.is_required),
                        "FILE`",
                    )
                ),
                " ".join(report.formats),
                "; ".join(map(_filter, report.filters)),
                f"`{report.permission}`",
            )
            for report in REPORTS.values()
        ),
    )


def settings_table() -> str:
    """Return a Markdown table with one row for each setting, in the order of the pages."""
    return _table(
        ("Setting", "In the file", "Choices", "Default", "What it does"),
        (
            (
                f"**{entry.choices.title}**" if entry.choices else "on a separate page",
                f"`{entry.key}`",
                ", ".join(caption for _key, _value, caption in entry.choices.values) if entry.choices else "",
                _default(entry),
                entry.choices.hint if entry.choices else "",
            )
            for entry in ENTRIES
        ),
    )


def _default(entry: Entry[Any]) -> str:
    values = entry.choices.values if entry.choices else ()
    return next((caption for _key, value, caption in values if value == entry.default), "")


def _recorded_by(kind: FactKind) -> str:
    others = ((kind.device_may_state, "devices"), (kind.auditor_may_state, "auditors"))
    return ", ".join(["HQ", *(who for may, who in others if may)])


def papers_table() -> str:
    """Return a Markdown table with one row for each printed form in the registry, in its order."""
    return _table(
        ("Paper", "Holds", "Permission"),
        ((f"**{paper.title}** `{paper.name}`", paper.about, f"`{paper.permission}`") for paper in PAPERS.values()),
    )


def _filter(one: Filter) -> str:
    name = one.option_name.upper() if one.is_required else f"--{one.option_name}"
    return f"`{name}` {one.title}"


TABLES: Final[dict[str, tuple[str, Callable[[], str]]]] = {
    "rules": ("rules.md", rules_table),
    "settings": ("settings.md", settings_table),
    "facts": ("facts.md", facts_table),
    "visit-kinds": ("visit-kinds.md", visit_kinds_table),
    "reports": ("reports.md", reports_table),
    "papers": ("reports.md", papers_table),
}
"""Name of each table, with the page under docs that holds it and the function that makes it."""


def with_tables(page: str, text: str) -> str:
    """Return the text of a page with each of its tables replaced; unchanged for a page that holds none.

    Raises ValueError if the page has no place for a table.
    """
    for name, (of_page, make) in TABLES.items():
        if of_page == page:
            place = re.compile(rf"(<!-- table: {name} -->\n).*?(?=<!-- end -->)", re.DOTALL)
            found = place.search(text)
            if found is None:
                raise ValueError(f"{page} has no place for the table {name}")
            text = text[: found.start()] + found[1] + make() + text[found.end() :]
    return text


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heading, ["---"] * len(heading), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |\n" for line in lines)


def main() -> None:
    """Write every page that holds a table. Raises as `with_tables`; pages before that one are then written already."""
    for page in sorted({page for page, _ in TABLES.values()}):
        path = DOCS / page
        path.write_text(with_tables(page, path.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
