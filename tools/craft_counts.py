"""Count what docs/development.md states about the code: `python -m tools.craft_counts` prints a table in Markdown.

Everything is read from the syntax trees. Empty files are left out; a count of methods includes properties.
"""

from __future__ import annotations

import ast
import io
import statistics
import subprocess
import sys
import tokenize
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import grimp

ROOT: Final = Path(__file__).resolve().parent.parent
PACKAGES: Final = ("eum_app", "db", "sync", "ui", "assets")
MAX_METHODS: Final = 20
COMMITS: Final = 100
_NO_CODE: Final = frozenset(
    {
        *(tokenize.COMMENT, tokenize.STRING, tokenize.NL, tokenize.NEWLINE),
        *(tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING, tokenize.ENDMARKER),
    }
)

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Counts:
    """The counts of all Python files of some packages."""

    def __init__(self, packages: Sequence[str]) -> None:
        paths = [path for name in packages for path in sorted((ROOT / name).rglob("*.py"))]
        self.texts = [text for path in paths if (text := path.read_text("utf-8")).strip()]
        trees = [ast.parse(text) for text in self.texts]
        nodes = [node for tree in trees for node in ast.walk(tree)]
        classes = [node for node in nodes if isinstance(node, ast.ClassDef)]
        self.functions = [
            (node.end_lineno or node.lineno) - node.lineno + 1 for node in nodes if isinstance(node, Function)
        ]
        self.methods = [len({one.name for one in node.body if isinstance(one, Function)}) for node in classes]
        self.public = [ast.get_docstring(node) is not None for tree in trees for node in public_functions(tree.body)]
        self.enums = sum(any("Enum" in ast.unparse(base) for base in node.bases) for node in classes)
        self.ids = sum(isinstance(node, ast.Call) and ast.unparse(node.func) == "NewType" for node in nodes)

    def rows(self) -> Iterator[tuple[str, str]]:
        """Yield (what is counted, its value)."""
        lines = [text.count("\n") for text in self.texts]
        yield "files", f"{len(lines):,}"
        yield "lines per file, median / p90 / max", spread(lines, 0.9)
        yield "function length in lines, median / p95 / max", spread(self.functions, 0.95)
        large = sum(count > MAX_METHODS for count in self.methods)
        yield f"classes over {MAX_METHODS} methods (largest)", f"{large} ({max(self.methods)})"
        yield "public functions documented, %", f"{100 * sum(self.public) / len(self.public):.0f}"
        yield "comment lines per 100 of code", f"{self.comments():.1f}"
        yield "Enum / NewType", f"{self.enums} / {self.ids}"

    def comments(self) -> float:
        """Return the number of comments per 100 lines with code; docstrings are neither."""
        comments, code = 0, 0
        for text in self.texts:
            tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
            comments += sum(token.type == tokenize.COMMENT for token in tokens)
            code += len({token.start[0] for token in tokens if token.type not in _NO_CODE})
        return 100 * comments / code


def public_functions(body: Sequence[ast.stmt]) -> Iterator[Function]:
    """Yield the functions and methods without an underscore, also of classes without one."""
    for node in body:
        if isinstance(node, ast.ClassDef | Function) and not node.name.startswith("_"):
            if isinstance(node, ast.ClassDef):
                yield from public_functions(node.body)
            else:
                yield node


def spread(values: Sequence[int], share: float) -> str:
    """Return "median / percentile / maximum". Raises StatisticsError without values."""
    ordered = sorted(values)
    return f"{statistics.median(ordered):.0f} / {ordered[round(share * (len(ordered) - 1))]} / {ordered[-1]}"


def modules_in_cycles() -> int:
    """Return how many modules import themselves in a roundabout way, also for type checkers or inside functions."""
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    return sum(
        any(
            graph.chain_exists(importer=imported, imported=module)
            for imported in graph.find_modules_directly_imported_by(module)
        )
        for module in graph.modules
    )


def subject_lengths() -> list[int]:
    """Return the lengths of the subjects of the newest `COMMITS` commits, newest first. Raises CalledProcessError."""
    command = ["git", "log", "--format=%s", f"-{COMMITS}"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [len(line) for line in listed.stdout.splitlines()]


def main() -> int:
    """Print the table and return 0."""
    whole, ui = Counts(PACKAGES), Counts(("ui",))
    out = ["| | EUM | `ui` |", "|---|---|---|"]
    out += [f"| {name} | {value} | {part} |" for (name, value), (_, part) in zip(whole.rows(), ui.rows(), strict=True)]
    out += [f"| modules in import cycles | {modules_in_cycles()} | |"]
    out += [f"| commit subject in characters, median / p90 / max of {COMMITS} | {spread(subject_lengths(), 0.9)} | |"]
    sys.stdout.write("\n".join(out) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
