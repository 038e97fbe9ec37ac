"""All that the README and the pages under docs name exists: commands and their options, places in the app, files."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import typer

from eum_app.cli.commands import app
from tools.registry_tables import TABLES, with_tables

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("**/*.md"))]
_COMMAND = typer.main.get_command(app)


def text_of(page: Path) -> str:
    """Without comments of HTML; a line that is broken within a span of code is put together."""
    return re.sub(r"(?<=\S)\n(?=\S)", " ", page.read_text("utf-8")) if page.name != "CHANGELOG.md" else ""


def commands_in(page: Path) -> Iterator[list[str]]:
    """Each `eum …` in code, inline or by itself on an indented line, as its words."""
    for span in re.findall(r"`((?:\.venv/bin/)?eum(?: [^`]*)?)`", text_of(page)):
        yield span.split()[1:]
    for line in re.findall(r"^ {4}eum (.*)$", page.read_text("utf-8"), re.MULTILINE):
        yield line.split()


def wrong_in(words: list[str]) -> str:
    """Parts of a command that do not exist; empty if all do."""
    command, options = _COMMAND, {name for one in _COMMAND.params for name in one.opts + one.secondary_opts}
    for word in words:
        if word.startswith("--"):
            if word.partition("=")[0] not in options | {"--help"}:
                return f"no option {word}"
        elif isinstance(command, typer.core.TyperGroup):
            found = command.commands.get(word.rstrip(",.;"))
            if found is None:
                return f"no command {word}"
            command = found
            options = {name for one in command.params for name in one.opts + one.secondary_opts}
    return ""


def test_every_command_named_is_there() -> None:
    named = [(page, words) for page in PAGES for words in commands_in(page)]
    assert len(named) > 20
    wrong = [f"{page.name}: eum {' '.join(words)}: {said}" for page, words in named if (said := wrong_in(words))]
    assert wrong == [], "\n".join(wrong)


def test_a_command_that_is_not_there_is_found() -> None:
    assert wrong_in(["store", "checks"]) == "no command checks"
    assert wrong_in(["store", "check", "--thoroughly"]) == "no option --thoroughly"
    assert wrong_in(["--self-check"]) == ""


def test_every_target_of_make_named_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {name for page in PAGES for name in re.findall(r"`make ([a-z-]+)`", text_of(page))}
    listed = re.search(r"`make help` lists the others: ([^.]*)\.", text_of(ROOT / "README.md"))
    assert listed is not None
    assert "demo" in named
    assert named - targets == set()
    assert set(re.findall(r"`([a-z-]+)`", listed[1])) == targets - {"help", "demo", "test"}


def test_every_place_that_the_quick_start_names_is_in_the_app() -> None:
    start = text_of(ROOT / "README.md").partition("## Quick start")[2].partition("\n## ")[0]
    named = set(re.findall(r"(?<!\*)\*([^*]+)\*(?!\*)", start))
    assert len(named) >= 10
    shown = {
        node.value.rstrip("…")
        for folder in ("ui", "eum_app/wording")
        for source in (ROOT / folder).glob("**/*.py")
        for node in ast.walk(ast.parse(source.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert named - shown == set()


def test_every_file_that_a_page_leads_to_is_there() -> None:
    wrong = [
        f"{page.name}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8"))
        if not (page.parent / target).exists()
    ]
    assert wrong == [], "\n".join(wrong)


def test_every_test_that_a_page_names_is_there() -> None:
    """Above all those that the threat model gives as its evidence."""
    known = {
        name
        for path in (ROOT / "tests").glob("**/*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)
    }
    named = {name for page in PAGES for name in re.findall(r"`(test_\w+|tests/[\w/]+\.py)`", text_of(page))}
    assert len(named) > 25
    assert [name for name in sorted(named) if name not in known and not (ROOT / name).is_file()] == []


def test_tables_made_from_registries_are_up_to_date() -> None:
    """`python -m tools.registry_tables` writes them."""
    for page, _ in TABLES.values():
        text = (ROOT / "docs" / page).read_text("utf-8")
        assert with_tables(page, text) == text, page


def test_pictures_are_small_and_all_shown() -> None:
    pictures = sorted((ROOT / "docs" / "screens").glob("*"))
    words = "".join(page.read_text("utf-8") for page in PAGES)
    assert pictures
    assert [path.name for path in pictures if path.name not in words] == []
    assert [path.name for path in pictures if path.stat().st_size > 200_000] == []
