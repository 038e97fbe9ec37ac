"""Write the tables of docs/rules.md from the registry of rules: `python -m tools.registry_tables`.

`tests/unit/test_docs.py` fails while a page differs from its registry.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from eum_app.domain.compliance.rules import RULES

DOCS: Final = Path(__file__).resolve().parent.parent / "docs"


def rules_table() -> str:
    """One row for each rule in the registry, in its order."""
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


TABLES: Final[dict[str, tuple[str, Callable[[], str]]]] = {"rules": ("rules.md", rules_table)}
"""Name of each table → the page under docs that holds it, and the function that makes it."""


def with_tables(page: str, text: str) -> str:
    """The text of a page with each of its tables replaced. Raises ValueError where a table has no place in the page."""
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
    """Write every page that holds a table."""
    for page in sorted({page for page, _ in TABLES.values()}):
        path = DOCS / page
        path.write_text(with_tables(page, path.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
