"""Codes of refusals that are passed on as an argument have words too; no search for `Refusal("…")` finds them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from eum_app.domain.errors import Refusal
from eum_app.wording.messages import sentence

ROOT = Path(__file__).parents[2]
CODE = re.compile(r"(bundle|chain|enrolment|file|folder|entry)\.[a-z_]+")
NOT_CODES = {"bundle.seal", "bundle.import", "bundle.sealed"}


def codes() -> set[str]:
    """Every text of `sync` and the exchange that looks like a code."""
    return {
        node.value
        for folder in ("sync", "eum_app/usecases/exchange")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value)
    } - NOT_CODES


def test_every_code_of_the_exchange_has_words() -> None:
    found = codes()
    assert {"enrolment.not_a_request", "enrolment.not_an_answer"} <= found
    assert [code for code in sorted(found) if code in str(sentence(Refusal(code)))] == []
