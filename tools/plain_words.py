"""Count the words that docs/style.md avoids, and fail on new ones. Part of `make check`; standard library only.

Read are docstrings, comments, test names, string literals that a person could see, and the pages in Markdown and the
assets. Code spans and code blocks are left out. The words and their replacements are in plain_words.txt.

`plain_words_baseline.txt` holds one line a file: how many uses it still has. The check fails when a file has more uses
than its line allows. A file without a line (new, moved or split off) may use only what other files have lost, so that
moving text is free and the total never grows. Lower counts pass silently; `--shrink` writes them to the baseline, and
never writes a higher total.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORDS = Path(__file__).with_name("plain_words.txt")
BASELINE = Path(__file__).with_name("plain_words_baseline.txt")
SOURCES = ("eum_app", "db", "sync", "ui", "tests", "tools")
PAGES = (
    "*.md", "docs/**/*.md", "assets/**/*.json", "assets/**/*.typ", ".github/**/*.md", ".github/**/*.yml",
    "Makefile", "pyproject.toml",
)  # fmt: skip

EXEMPT = "tests/unit/test_plain_words.py"
"""Holds the words on purpose."""

_CODE = re.compile(r"``.+?``|`[^`]*`", re.DOTALL)
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)
_LINKS = re.compile(r"\]\([^)]*\)|<https?:[^>]*>")
_SEEN = re.compile(r"\s|^[A-Z]")
"""A literal with a blank in it, or a capital at its start, may be shown; other literals are names and wire text."""


_FIELD = re.compile(r"\{[^{}]*\}")
_QUOTES = re.compile(r"\A[a-zA-Z]{0,2}(\"\"\"|'''|\"|')")
_STARTS = {tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
_STRINGS = {tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}


@dataclass(frozen=True)
class Use:
    """One use of a word: line number from 1, the text found, and the replacement."""

    line: int
    found: str
    instead: str


@dataclass(frozen=True)
class Word:
    """One line of the list: the pattern in lower case, the replacement, and whether only a docstring's start counts."""

    pattern: re.Pattern[str]
    instead: str
    is_opening: bool

    def found_in(self, lowered: str) -> Iterator[re.Match[str]]:
        """Yield each whole-word match. A pattern that starts with a letter is searched faster without a look-behind."""
        if self.is_opening:
            yield from filter(None, [self.pattern.match(lowered)])
            return
        for match in self.pattern.finditer(lowered):
            before = lowered[match.start() - 1 : match.start()]
            if not (before.isalnum() or before in {"_", "-"}):
                yield match


def load_words(path: Path = WORDS) -> list[Word]:
    """Read the word list, one word or phrase a line; lines that start with # are comments. Raises OSError."""
    words = []
    for line in path.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            pattern, _, instead = line.rpartition(" | ")
            core = pattern.removeprefix("^")
            words.append(Word(re.compile(rf"(?:{core.lower()})(?![\w-])"), instead, pattern.startswith("^")))
    return words


def prose_of_python(source: str) -> Iterator[tuple[int, str, bool]]:
    """Yield (line, text, is a docstring) for each docstring, comment, visible literal and test name.

    A string by itself at the start of a statement counts as a docstring, also below an attribute. Python 3.12 splits
    f-strings into parts that 3.11 gives whole; fields in braces are left out, so that both count the same.
    """
    before = tokenize.NEWLINE
    for kind, text, (line, _), _, _ in tokenize.generate_tokens(io.StringIO(source).readline):
        if kind == tokenize.COMMENT:
            yield line, text, False
        elif kind == tokenize.STRING and before in _STARTS:
            yield line, _QUOTES.sub("", text), True
        elif kind in _STRINGS and _SEEN.search(plain := _QUOTES.sub("", _FIELD.sub("{}", text))):
            yield line, plain, False
        elif kind == tokenize.NAME and text.startswith("test_"):
            yield line, text.replace("_", " "), False
        if kind not in {tokenize.COMMENT, tokenize.NL}:
            before = kind


def prose_of_page(text: str) -> Iterator[tuple[int, str, bool]]:
    """Yield the page as one text, with code blocks blanked so that line numbers hold."""
    yield 1, _FENCE.sub(lambda block: "\n" * block[0].count("\n"), text), False


def uses_in(path: Path, words: list[Word]) -> list[Use]:
    """List the uses in one file, in order of lines. Raises as `tokenize` for a .py file that is not Python.

    Raises also OSError, and UnicodeDecodeError for a file that is not UTF-8.
    """
    text = path.read_text("utf-8")
    uses = []
    for line, prose, is_docstring in (prose_of_python if path.suffix == ".py" else prose_of_page)(text):
        lowered = _LINKS.sub("]", _CODE.sub(lambda span: "\n" * span[0].count("\n") + "`", prose)).lower()
        for word in words:
            if is_docstring or not word.is_opening:
                for match in word.found_in(lowered):
                    uses.append(Use(line + lowered.count("\n", 0, match.start()), match[0], word.instead))
    return sorted(uses, key=lambda use: (use.line, use.found))


def files() -> dict[str, Path]:
    """Map each file to check, by its path below `ROOT` with forward slashes."""
    found = [path for folder in SOURCES for path in ROOT.glob(f"{folder}/**/*.py")]
    found += [path for pattern in PAGES for path in ROOT.glob(pattern)]
    named = {path.relative_to(ROOT).as_posix(): path for path in sorted(found)}
    return {name: path for name, path in named.items() if name != EXEMPT}


def read_baseline() -> dict[str, int]:
    """Read the allowed uses by file. Of two lines for one file (merged branches), the lower counts.

    Raises OSError, ValueError.
    """
    baseline: dict[str, int] = {}
    for line in BASELINE.read_text("utf-8").splitlines():
        name, _, count = line.rpartition(" ")
        baseline[name] = min(int(count), baseline.get(name, int(count)))
    return baseline


def judge(counts: Mapping[str, int], baseline: Mapping[str, int]) -> list[str]:
    """Return the files that have more uses than allowed, sorted; empty when all is well.

    An empty answer implies that the total is not above the baseline's, so `--shrink` may write the counts as they are.
    """
    over = [name for name, allowed in baseline.items() if counts.get(name, 0) > allowed]
    lost = sum(max(0, allowed - counts.get(name, 0)) for name, allowed in baseline.items())
    unlisted = [name for name, count in counts.items() if count and name not in baseline]
    if sum(counts[name] for name in unlisted) > lost:
        over += unlisted
    return sorted(over)


def main(arguments: list[str] | None = None) -> int:
    """Check, or with `--shrink` lower the baseline, or with `--list` show every use; return the exit code.

    It is 1 if a file has too many uses, and `--shrink` then writes nothing; `--list` always returns 0. Raises
    SystemExit for wrong usage.
    """
    parser = argparse.ArgumentParser(description="Count the words that docs/style.md avoids.")
    parser.add_argument("--shrink", action="store_true", help="write the lower counts to the baseline")
    parser.add_argument("--list", nargs="*", metavar="PATH", help="show every use below these paths")
    given = parser.parse_args(arguments)
    words = load_words()
    found = {name: uses_in(path, words) for name, path in files().items()}
    if given.list is not None:
        show(found, [name for name in found if not given.list or name.startswith(tuple(given.list))])
        return 0
    counts, baseline = {name: len(uses) for name, uses in found.items()}, read_baseline()
    if over := judge(counts, baseline):
        show(found, over)
        print_line(
            "plain_words: these files use words that docs/style.md avoids, more often than their baseline allows:"
        )
        for name in over:
            print_line(f"  {name}: {counts[name]}, allowed {baseline.get(name, 0)}")
        return 1
    if given.shrink:
        lower = {name: count for name, count in sorted(counts.items()) if count}
        BASELINE.write_text("".join(f"{name} {count}\n" for name, count in lower.items()), "utf-8", newline="\n")
        print_line(f"plain_words: {sum(baseline.values())} -> {sum(lower.values())} uses allowed")
    return 0


def show(found: Mapping[str, list[Use]], names: list[str]) -> None:
    """Print each use in the named files, one a line."""
    for name in names:
        for use in found[name]:
            print_line(f"{name}:{use.line}: {' '.join(use.found.split())!r}: {use.instead}")


def print_line(text: str) -> None:
    """Print one line to standard output."""
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
