"""The house keeps its own rules: import contracts (each shown able to fail), short files, no traces of one machine."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("eum_app", "db", "sync", "ui", "assets")
MAX_LINES = 400
MAX_METHODS = 20
LARGE_CLASSES = {
    "ui/kit/models/ids_model.py:IdsTableModel": "Qt model: Qt dictates its methods",
}
"""Classes over `MAX_METHODS`, each with a reason: only Qt models, whose methods Qt dictates."""
MAX_IN_CYCLES = 0
"""No module imports itself in a roundabout way."""

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = {row["id"]: row["name"] for row in PROJECT["tool"]["importlinter"]["contracts"]}

# contract, module that breaks it, the import that does
BREACHES = [
    ("floors", "eum_app.domain.marks", "import eum_app.crypto.signing"),
    ("floors", "eum_app.domain.marks", "import db.tables"),
    ("floors", "eum_app.crypto.signing", "import db.tables"),
    ("floors", "eum_app.domain.marks", "import eum_app.diagnostics"),
    ("floors", "eum_app.diagnostics", "import eum_app.crypto.signing"),
    ("floors", "assets", "import eum_app.domain.marks"),
    ("floors", "db.store", "import sync.trust"),
    ("floors", "sync.trust", "import db.store"),
    ("floors", "db.store", "import eum_app.usecases.session"),
    ("floors", "sync.trust", "import eum_app.scanning.decoder"),
    ("floors", "eum_app.scanning.decoder", "import eum_app.usecases.session"),
    ("floors", "eum_app.reports.sidecar", "import eum_app.usecases.session"),
    ("floors", "eum_app.usecases.session", "import ui.kit.words"),
    ("floors", "eum_app.list_files.list_file", "import eum_app.usecases.session"),
    ("floors", "eum_app.reports.worklist", "import eum_app.list_files.filled_worklist"),
    ("floors", "eum_app.wording.codes", "import eum_app.reports.sidecar"),
    ("floors", "eum_app.wording.messages", "import ui.kit.words"),
    ("floors", "db.store", "import eum_app.wording.messages"),
    ("ui-rooms", "ui.field.pages", "import ui.hq.pages"),
    ("ui-rooms", "ui.hq.pages", "import ui.field.visit.visit_page"),
    ("ui-rooms", "ui.shared.labels_page", "import ui.people.accounts_page"),
    ("ui-rooms", "ui.audit.reports_page", "import ui.hq.pages"),
    ("ui-rooms", "ui.kit.page", "import ui.shared.labels_page"),
    ("ui-rooms", "ui.field.pages", "import ui.window.work"),
    ("ui-rooms", "ui.people.accounts_page", "import ui.window.recovery"),
    ("ui-rooms", "ui.kit.shell", "import ui.window.app"),
    ("ui-rooms", "ui.kit.settings", "import ui.devices.scanners"),
    ("floors", "ui.kit.words", "import eum_app.demo"),
    ("floors", "ui.kit.words", "import eum_app.cli.common"),
    ("floors", "eum_app.demo.generate", "import eum_app.cli.common"),
    ("ui-reads-only", "ui.kit.words", "import sync.bundle_file"),
    ("ui-reads-only", "ui.kit.words", "from db.store import Store"),
    ("ui-reads-only", "ui.kit.words", "from db import tables"),
    ("ui-reads-only", "ui.kit.words", "import db.projection"),
    ("ui-reads-only", "ui.kit.words", "import db.keyslots"),
    ("only-ui-knows-qt", "eum_app.usecases.session", "from PySide6.QtCore import QObject"),
    ("only-ui-knows-qt", "eum_app.domain.marks", "import PySide6"),
    ("only-ui-knows-qt", "db.store", "import PySide6.QtCore"),
    ("only-ui-knows-qt", "eum_app.list_files.list_file", "import PySide6.QtCore"),
    ("only-ui-knows-qt", "eum_app.wording.messages", "import PySide6.QtCore"),
    ("only-ui-knows-qt", "eum_app.scanning.decoder", "import PySide6.QtGui"),
    ("only-db-knows-sql", "eum_app.usecases.session", "from sqlalchemy import select"),
    ("only-db-knows-sql", "ui.kit.words", "import sqlcipher3.dbapi2"),
    ("only-db-knows-sql", "sync.trust", "import alembic"),
    ("only-crypto-knows-ciphers", "db.keyslots", "from cryptography.hazmat.primitives.ciphers.aead import AESGCM"),
    ("only-crypto-knows-ciphers", "eum_app.usecases.session", "import cryptography"),
    ("only-crypto-knows-ciphers", "sync.bundle_file", "import cryptography.x509"),
]


@pytest.fixture(scope="module")
def skeleton(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages with their modules emptied, and the project's own settings."""
    root = tmp_path_factory.mktemp("skeleton")
    for package in PACKAGES:
        for module in (ROOT / package).rglob("*.py"):
            hollow = root / module.relative_to(ROOT)
            hollow.parent.mkdir(parents=True, exist_ok=True)
            hollow.touch()
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


def _lint(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_imports_keep_to_the_contracts() -> None:
    linted = _lint(ROOT)
    assert linted.returncode == 0, linted.stdout


def test_a_clean_skeleton_is_kept(skeleton: Path) -> None:
    linted = _lint(skeleton)
    assert linted.returncode == 0, linted.stdout
    assert linted.stdout.count(" KEPT") == len(CONTRACTS)


@pytest.mark.parametrize("contract", CONTRACTS)
def test_each_contract_can_fail(skeleton: Path, contract: str) -> None:
    """All breaches of a contract are made at once, and each is reported."""
    breaches = [(module, statement) for other, module, statement in BREACHES if other == contract]
    paths = [_path_of(skeleton, module) for module, _ in breaches]
    assert all(path.is_file() for path in paths), "an example names a module that is gone: name another"
    try:
        for path, (_, statement) in zip(paths, breaches, strict=True):
            with path.open("a", encoding="utf-8") as file:
                file.write(statement + "\n")
        linted = _lint(skeleton, "--contract", contract)
    finally:
        for path in paths:
            path.write_text("", encoding="utf-8")
    assert linted.returncode == 1, linted.stdout
    assert f"{CONTRACTS[contract]} BROKEN" in linted.stdout
    reported = linted.stdout.split("Broken contracts")[-1]
    for module, statement in breaches:
        found = re.findall(rf" {re.escape(module)} -> ([\w.]+) \(l\.", reported)
        assert any(f"{_imported(statement)}.".startswith(f"{one}.") for one in found), (module, statement, reported)


def _path_of(folder: Path, module: str) -> Path:
    path = folder.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _imported(statement: str) -> str:
    """Return the full name that a statement imports; the linter may name only the package that contains it."""
    words = statement.split()
    return words[1] if words[0] == "import" else f"{words[1]}.{words[3]}"


def test_every_contract_has_a_breach() -> None:
    assert {contract for contract, _, _ in BREACHES} == set(CONTRACTS)


def test_few_modules_import_each_other() -> None:
    """Counts imports for type checkers and imports inside functions too."""
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    in_cycles = sorted(
        module
        for module in graph.modules
        if any(
            graph.chain_exists(importer=imported, imported=module)
            for imported in graph.find_modules_directly_imported_by(module)
        )
    )
    assert len(in_cycles) <= MAX_IN_CYCLES, in_cycles


def test_all_packages_are_listed() -> None:
    """`db`, `sync` and `ui` are generic names, so the packages are named one by one, and none may be forgotten."""
    on_disk = {
        ".".join(init.parent.relative_to(ROOT).parts)
        for package in PACKAGES
        for init in (ROOT / package).rglob("__init__.py")
    }
    assert set(PROJECT["tool"]["setuptools"]["packages"]) == on_disk
    assert set(PROJECT["tool"]["importlinter"]["root_packages"]) == set(PACKAGES)


def test_files_stay_short() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in _project_files()
        if path.suffix == ".py" and (lines := path.read_text(encoding="utf-8").count("\n")) > MAX_LINES
    }
    assert not long, "split by noun"


def test_classes_stay_small() -> None:
    large = {
        f"{path.relative_to(ROOT)}:{node.name}": methods
        for path in _project_files()
        if path.suffix == ".py"
        if (text := path.read_text(encoding="utf-8")).count("def ") > MAX_METHODS  # the others need no parser
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ClassDef) and (methods := _methods(node)) > MAX_METHODS
    }
    assert set(large) == set(LARGE_CLASSES), f"split by noun, or shorten the list: {large}"


def _methods(node: ast.ClassDef) -> int:
    """Count the methods and properties that a class defines itself; overloads and setters count once."""
    return len({one.name for one in node.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)})


@pytest.mark.parametrize(("methods", "is_large"), [(20, False), (21, True)])
def test_a_large_class_would_be_seen(methods: int, is_large: bool) -> None:
    body = "".join(f"\n    def m{number}(self): ..." for number in range(methods))
    (node,) = ast.parse(f"class Large:{body}").body
    assert isinstance(node, ast.ClassDef)
    assert (_methods(node) > MAX_METHODS) is is_large


# Assembled from parts, so that this file does not hold what it looks for.
_MACHINE_PATH = re.compile(r"(?<![\w.~>-])/(?:" + "|".join(("tmp", "work", "root", "farm", "home")) + r")/[\w.-]+")
_REGISTRY = re.compile(
    r"(?:files\.pythonhosted|pypi|test\.pypi|registry\.npmjs)" + r"\.org|--(?:extra-)?index-" + "url"
)


def test_no_traces_of_one_machine_or_registry() -> None:
    found = []
    for path in _project_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:  # fonts, pictures
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if _MACHINE_PATH.search(line) or _REGISTRY.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert not found


@pytest.mark.parametrize(
    "line", ["open('/" + "tmp/x')", "cd /" + "home/somebody", "--index-" + "url=x", "https://py" + "pi.org/simple"]
)
def test_traces_would_be_seen(line: str) -> None:
    assert _MACHINE_PATH.search(line) or _REGISTRY.search(line)


def _project_files() -> list[Path]:
    """Files of the project: what git keeps, or in an unpacked archive all but what tools leave behind."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0 and listed.stdout:
        paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        paths = [path for folder in (*PACKAGES, "tests", "docs", "tools") for path in (ROOT / folder).rglob("*")]
        paths += list(ROOT.glob("*"))
    return [path for path in paths if path.is_file() and "__pycache__" not in path.parts]
