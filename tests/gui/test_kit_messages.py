"""Every code that the source raises has its sentence, and every sentence its three parts."""

from __future__ import annotations

import ast
import re
import string
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from eum_app.domain.errors import Refusal, Trouble
from eum_app.wording import messages
from eum_app.wording.messages import NOTHING_CHANGED, RECORDED_IS_SAFE, SENTENCES, sentence
from eum_app.wording.messages_marks import MARK_SENTENCES

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("eum_app", "db", "sync", "ui")


def raises() -> Iterator[tuple[str, str, ast.Call]]:
    """Return code, file and call of each Refusal or Trouble with a literal code, read from the syntax tree."""
    for floor in FLOORS:
        for path in sorted((ROOT / floor).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if not isinstance(node, ast.Call) or not node.args:
                    continue
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                code = node.args[0]
                if name in {"Refusal", "Trouble"} and isinstance(code, ast.Constant) and isinstance(code.value, str):
                    yield code.value, str(path.relative_to(ROOT)), node


def raised_codes() -> dict[str, set[str]]:
    """Code → files that raise it."""
    found: dict[str, set[str]] = {}
    for code, file, _ in raises():
        found.setdefault(code, set()).add(file)
    return found


def placeholders(code: str) -> set[str]:
    """Return the names of the values that a code's sentence shows."""
    text = " ".join(SENTENCES.get(code, ())) or MARK_SENTENCES.get(code, "")
    return {name for _, name, _, _ in string.Formatter().parse(text) if name} - {"code"}


def test_the_search_finds_codes() -> None:
    assert "passphrase.wrong" in raised_codes()


def test_every_code_has_a_sentence() -> None:
    missing = [
        f"{code}  ({', '.join(sorted(files))})"
        for code, files in raised_codes().items()
        if code not in SENTENCES and code not in MARK_SENTENCES
    ]
    assert not missing, "add these to a messages_*.py in eum_app/wording:\n" + "\n".join(sorted(missing))


LATER = {"certificate.revoked"}
"""Written ahead of its use: revoking a device has no page yet."""


def test_every_sentence_has_a_use() -> None:
    sources = [path for floor in FLOORS for path in (ROOT / floor).rglob("*.py") if "messages" not in path.name]
    text = "".join(path.read_text("utf-8") for path in sources)
    assert sorted(code for code in {*SENTENCES, *MARK_SENTENCES} - LATER if f'"{code}"' not in text) == []


def test_a_code_has_one_sentence() -> None:
    """Of two sentences for one code, the later one would be shown for both meanings."""
    parts = [part for name, part in vars(messages).items() if name.endswith("_SENTENCES")]
    assert sum(map(len, parts)) == len({code for part in parts for code in part}) == len(SENTENCES | MARK_SENTENCES)


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_sentences_are_sentences(code: str) -> None:
    what, todo = SENTENCES[code]
    for text in (what, todo):
        assert text.endswith((".", "?"))
        assert text[0].isupper() or text[0] == "{"
        list(string.Formatter().parse(text))


COMPLETED_LATER = {"passphrase.wrong", "label.module_too_small"}
"""Raised where one value is not known yet; the caller raises them again with it."""


def test_every_refusal_carries_the_values_of_its_sentence() -> None:
    without = []
    for code, file, call in raises():
        given = {keyword.arg for keyword in call.keywords}
        missing = placeholders(code) - given
        if missing and None not in given and code not in COMPLETED_LATER:
            without.append(f"{file}:{call.lineno} {code}: {sorted(missing)}")
    assert without == []


def test_no_sentence_needs_a_plural_of_one() -> None:
    """Sentences have no plural forms, so a number that may be 1 is kept apart from its noun."""
    nouns = "items|rows|pages|lines|entries|checks|visits|photos|findings|bundles|files|labels|facts|cells|sheets"
    counted = re.compile(rf"\{{(?!limit)[a-z]+\}} ({nouns})\b")
    texts = [text for pair in SENTENCES.values() for text in pair]
    assert [text for text in texts if counted.search(text)] == []


def test_an_instant_is_shown_without_seconds() -> None:
    at = "2026-11-22T05:09:25.123456Z"
    said = sentence(Refusal("claims.already_imported", name="a.csv", at=at)).what
    assert said == "a.csv was already imported, on 2026-11-22 05:09 UTC."
    until = datetime(2026, 11, 22, 5, 9, 25, 123456, tzinfo=UTC)
    assert "2026-11-22 05:09 UTC" in sentence(Refusal("certificate.expired", origin="HQ-01", until=until)).what


def test_a_message_has_its_three_parts() -> None:
    refused = sentence(Refusal("passphrase.too_short", least=15))
    assert refused.what == "The passphrase is shorter than 15 characters."
    assert refused.safe == NOTHING_CHANGED
    assert refused.next
    assert not refused.is_trouble
    broken = sentence(Trouble("disk.full", path="store.db"))
    assert broken.is_trouble
    assert broken.safe == RECORDED_IS_SAFE
    assert "store.db" in str(broken)


def test_an_unknown_code_is_named_and_a_missing_value_does_no_harm() -> None:
    assert "no.such_code" in sentence(Refusal("no.such_code")).what
    assert "no.such_code" in sentence(Trouble("no.such_code")).what
    assert "?" in sentence(Refusal("visit.unknown")).what
    assert sentence(Refusal("role.unknown", role="x", known=("a", "b"))).next == "Choose one of: a, b."


def test_values_are_not_templates() -> None:
    assert "{least}" in sentence(Refusal("visit.unknown", visit_id="{least}")).what


def test_messages_need_no_qt() -> None:
    code = "import sys, eum_app.wording.messages; print(any(name.startswith('PySide6') for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300)
    assert done.stdout.strip() == "False"


def test_a_window_says_it_in_its_own_language() -> None:
    def marked(context: str, text: str) -> str:
        return f"<{context}: {text}>"

    refused = sentence(Refusal("passphrase.too_short", least=15), marked)
    assert refused.what == "<messages: The passphrase is shorter than 15 characters.>"
    assert refused.safe == f"<messages: {NOTHING_CHANGED}>"
    assert sentence(Refusal("mark.uii_invalid", uii="X"), marked).what == "<messages: not a UII: X>."
    assert sentence(Refusal("no.such_code"), marked).next.startswith("<messages: ")
