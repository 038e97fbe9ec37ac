"""Every text that a person sees is marked for translation, and lupdate finds it in a named context."""

from __future__ import annotations

import ast
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tools import translations
from tools.translations import ENGLISH, ROOT, collect, messages, pseudo, release, unfinished

CALLS = {"tr", "translate", "QT_TRANSLATE_NOOP"}
SHOWN = {
    "Button", "Card", "Chip", "ChipSpec", "Column", "ColumnPart", "EmptyState", "FormField", "LinkLabel", "NavButton",
    "NavEntry", "Page", "QAction", "QCheckBox", "QGroupBox", "QLabel", "QLineEdit", "QPushButton", "QRadioButton",
    "SearchField", "SecretField", "StatTile", "Tab", "Told", "add_action", "addAction", "addItem", "addMenu", "addRow",
    "addTab", "button", "choices", "confirm", "label", "note_keys", "set_text", "set_title", "setAccessibleDescription",
    "setAccessibleName", "setHeaderLabels", "setItemText", "setPlaceholderText", "setStatusTip", "setTabText",
    "setText", "setTitle", "setToolTip", "setWhatsThis", "setWindowTitle",
}  # fmt: skip
"""Constructors and setters whose texts are painted, or read aloud."""
KEYS = re.compile(
    r"[ (]*(Ctrl|Alt|Shift|Meta|F\d|Esc|Enter|Return|Home|End|PgUp|PgDown|Delete|Space|Left|Right|[A-Z])\b[+\w )]*$"
)
"""Names of keys: Qt shows them in its own words."""
WORD = re.compile(r"[A-Z][a-z]|[A-Za-z]{2} ")
"""Text for people begins with a capital or has words; names of styles, icons and objects have neither."""
SENTENCE = re.compile(r"^[A-Z][a-z]+(?: [a-z]+)+")
NOT_SHOWN = {
    "ui/devices/sleep.py": "the reason that logind lists for an inhibitor, in English as all of its list",
    "ui/window/display.py": "compared with Qt's own words, before there is a window",
}
COMPUTED = {
    "ui/shared/setting_choice.py": "texts of the settings, marked in their entries",
    "ui/audit/report_filters.py": "titles of reports, filters and columns, marked in the reports themselves",
    "ui/hq/facet_row.py": "a table of marked texts",
    "ui/shared/verdict.py": "tables of marked texts: reasons of a verdict",
    "ui/hq/inventory_words.py": "a table of marked texts",
    "ui/kit/theme/status.py": "a table of marked texts",
    "ui/kit/translation.py": "passes on what it gets",
    "ui/kit/widgets/answer.py": "a table of marked texts",
    "ui/window/unlock.py": "the marked notice, where the store has no notice",
    "ui/kit/words.py": "tables of marked texts: codes and rules",
    "eum_app/wording/at_hq.py": "a table of marked texts",
    "eum_app/wording/host_statement.py": "tables of marked texts: outcomes, kinds of visit, reasons",
    "eum_app/wording/deficiency_words.py": "the table of marked texts: severities, and answers of later visits",
    "eum_app/wording/list_words.py": "tables of marked texts",
    "eum_app/wording/messages.py": "tables of marked texts",
    "eum_app/wording/reading.py": "tables of marked texts",
    "eum_app/wording/testimony.py": "tables of marked texts",
    "ui/field/visit/camera_menu.py": "a table of marked texts",
}
"""Modules that translate texts from a table; lupdate finds each at the literal that is marked."""


@dataclass(frozen=True)
class Marked:
    """One call that marks a text: `text` is None where it is not a literal."""

    place: str
    context: str
    text: str | None
    has_number: bool


def sources() -> list[Path]:
    return sorted(path for floor in translations.FLOORS for path in (ROOT / floor).rglob("*.py"))


def _literal(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def marked(tree: ast.Module, name: str) -> Iterator[Marked]:
    """Yield each call of `tr`, `translate` and `QT_TRANSLATE_NOOP` with the context that Python uses at run time."""

    def walk(node: ast.AST, scope: str) -> Iterator[Marked]:
        if isinstance(node, ast.ClassDef):
            scope = node.name
        found = _marked(node, scope, name) if isinstance(node, ast.Call) else None
        if found is not None:
            yield found
        for child in ast.iter_child_nodes(node):
            yield from walk(child, scope)

    yield from walk(tree, "")


def _marked(call: ast.Call, scope: str, name: str) -> Marked | None:
    called = ast.unparse(call.func)
    last = called.rpartition(".")[2]
    if last not in CALLS or (last == "translate" and called not in {"translate", "QCoreApplication.translate"}):
        return None
    place = f"{name}:{call.lineno}"
    if last == "tr":
        owner = called.rpartition(".")[0]
        context = scope if owner == "self" else owner
        return Marked(place, context, _literal(call.args[0]), len(call.args) == 3)
    if len(call.args) < 2:
        return None
    return Marked(place, _literal(call.args[0]) or "", _literal(call.args[1]), len(call.args) == 4)


def shown_unmarked(tree: ast.Module, name: str) -> Iterator[str]:
    """Yield each literal that is handed to something that shows it, and each sentence anywhere, without a mark."""
    hidden: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in CALLS:
            hidden |= {id(part) for part in ast.walk(node)}
        elif isinstance(node, ast.Expr) and _literal(node.value) is not None:
            hidden.add(id(node.value))
        elif isinstance(node, ast.Raise | ast.Assert):
            hidden |= {id(part) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in hidden and SENTENCE.match(str(node.value)):
            yield f"{name}:{node.lineno}: {node.value!r}"
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in SHOWN:
            for text in _texts([*node.args, *(keyword.value for keyword in node.keywords)]):
                if id(text) not in hidden and WORD.search(words := str(text.value)) and not KEYS.match(words):
                    yield f"{name}:{text.lineno}: {text.value!r}"


def _texts(nodes: list[ast.expr]) -> Iterator[ast.Constant]:
    """The literals that become part of an argument: alone, in an f-string, joined, or chosen by a condition."""
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node
        elif isinstance(node, ast.JoinedStr):
            yield from _texts(node.values)
        elif isinstance(node, ast.BinOp):
            yield from _texts([node.left, node.right])
        elif isinstance(node, ast.IfExp):
            yield from _texts([node.body, node.orelse])


def made_plurals(tree: ast.Module, name: str) -> Iterator[str]:
    """Yield each plural that is put together by hand: only a numerus form (`%Ln`) has all forms of a language."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.IfExp)
            and _literal(node.body) in {"s", "es", ""}
            and _literal(node.orelse) in {"s", "es"}
        ):
            yield f"{name}:{node.lineno}: an ending by condition"
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in CALLS - {"QT_TRANSLATE_NOOP"}:
            for text in filter(None, map(_literal, node.args[:2])):
                if re.search(r"\{(count|number|left|items|facts|days)\} (?!of\b)[a-z ]*[a-z]{2}s\b|\w\(s\)", text):
                    yield f"{name}:{node.lineno}: {text!r}"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return collect(tmp_path_factory.mktemp("i18n") / "eum.ts")


def test_lupdate_finds_every_text_in_its_context(template: Path) -> None:
    found = {(context, message.findtext("source", "")) for context, message in messages(template)}
    with_number = {
        (context, message.findtext("source", ""))
        for context, message in messages(template)
        if message.get("numerus") == "yes"
    }
    wrong = []
    for path in sources():
        name = str(path.relative_to(ROOT))
        for one in marked(ast.parse(path.read_text("utf-8")), name):
            if one.text is None:
                if name not in COMPUTED:
                    wrong.append(f"{one.place}: the text is no literal")
            elif not one.context:
                wrong.append(f"{one.place}: {one.text!r} has no context")
            elif (one.context, one.text) not in found:
                wrong.append(f"{one.place}: lupdate does not find {one.text!r} in {one.context}")
            elif one.has_number != ((one.context, one.text) in with_number):
                wrong.append(f"{one.place}: {one.text!r} has a number here and none in the template, or the reverse")
    assert wrong == [], "\n".join(wrong)
    assert "" not in {context for context, _text in found}


def test_every_text_that_is_shown_is_marked() -> None:
    wrong = []
    for path in sources():
        name = str(path.relative_to(ROOT))
        if name.startswith("ui/") and name not in NOT_SHOWN:
            wrong += list(shown_unmarked(ast.parse(path.read_text("utf-8")), name))
    assert wrong == [], "wrap these in self.tr or translate:\n" + "\n".join(wrong)


def test_no_text_is_the_name_of_its_context() -> None:
    """Catches `translate("hq", "hq", "Inbox")`, which shows "hq" and takes the text for a remark to translators."""
    wrong = [
        one.place
        for path in sources()
        for one in marked(ast.parse(path.read_text("utf-8")), str(path.relative_to(ROOT)))
        if one.text is not None and one.text == one.context
    ]
    assert wrong == []


def test_no_plural_is_made_by_hand() -> None:
    wrong = []
    for path in sources():
        name = str(path.relative_to(ROOT))
        if name.startswith("ui/"):
            wrong += list(made_plurals(ast.parse(path.read_text("utf-8")), name))
    assert wrong == [], 'use self.tr("%Ln items", "", number):\n' + "\n".join(wrong)


@pytest.mark.parametrize(
    "source",
    [
        'QLabel("Not wrapped")',
        'box.addItem(f"{count} items here", 1)',
        'button("Save" if is_new else "Change", save)',
        'x = {"key": "Some words in a table"}',
    ],
)
def test_the_search_sees_an_unmarked_text(source: str) -> None:
    assert list(shown_unmarked(ast.parse(source), "x"))


@pytest.mark.parametrize(
    "source", ['self.tr("{count} items")', 'self.tr("item(s)")', 'f"{n} item" + ("" if n == 1 else "s")']
)
def test_the_search_sees_a_plural_made_by_hand(source: str) -> None:
    assert list(made_plurals(ast.parse(source), "x"))


def test_the_english_catalog_has_both_forms_of_every_text_with_a_number(template: Path, tmp_path: Path) -> None:
    wanted = {
        (context, message.findtext("source", ""))
        for context, message in messages(template)
        if message.get("numerus") == "yes"
    }
    held = {(context, message.findtext("source", "")) for context, message in messages(ENGLISH)}
    remedy = "run `make translations` and fill in assets/i18n/eum_en.ts"
    assert held == wanted, remedy
    assert unfinished(ENGLISH) == [], remedy
    for _context, message in messages(ENGLISH):
        forms = [form.text or "" for form in message.iter("numerusform")]
        assert len(forms) == 2, message.findtext("source")
        assert all("%Ln" in form for form in forms[1:]), forms
    made = release(ENGLISH, tmp_path / "eum_en.qm")
    assert made.read_bytes() == ENGLISH.with_suffix(".qm").read_bytes(), "run `make translations`"


def test_a_placeholder_is_the_same_in_a_translation(template: Path) -> None:
    for _context, message in messages(template):
        text = message.findtext("source", "")
        assert re.findall(r"\{\w*\}|%Ln", pseudo(text)) == re.findall(r"\{\w*\}|%Ln", text)


def test_pseudo_texts_are_longer_and_hold_no_english_letter() -> None:
    made = pseudo("The store {name} is locked.")
    assert made.startswith("⟦")
    assert made.endswith("⟧")
    assert len(made) >= 1.4 * len("The store {name} is locked.") - len("{name}")
    assert not re.search(r"[A-Za-z]", made.replace("{name}", ""))


def test_a_pseudo_catalog_has_every_text(template: Path, tmp_path: Path) -> None:
    made = translations.write_pseudo(template, tmp_path / "eum_pseudo.ts")
    assert unfinished(made) == []
    assert ET.parse(made).getroot().get("language") == "ar"
