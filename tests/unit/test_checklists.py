"""Checklists: what is asked, what is open, what is refused, and where a bad file is bad."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets import asset
from eum_app.domain.checklist_file import load_checklist
from eum_app.domain.checklists import (
    Answer,
    Checklist,
    Condition,
    Question,
    QuestionKind,
    deviations,
    discrepancies_of,
    expected_answers,
    open_questions,
    validate_answer,
    visible_questions,
)
from eum_app.domain.errors import Refusal

SHIPPED = sorted(asset("checklists").glob("*.json"))


def shipped(name: str) -> Checklist:
    return load_checklist(asset("checklists", f"{name}.json").read_bytes(), name)


def form(*questions: dict[str, Any], **fields: Any) -> bytes:
    whole = {
        "checklist_id": "c",
        "version": "1",
        "applies_to": "item",
        "title": "T",
        "source_note": "made for a test",
        "questions": [{"text": "?", **question} for question in questions],
        **fields,
    }
    return json.dumps(whole, indent=1).encode()


def refused(data: bytes) -> Refusal:
    with pytest.raises(Refusal) as caught:
        load_checklist(data, "form.json")
    assert caught.value.code == "checklist.bad_file"
    assert caught.value.values["name"] == "form.json"
    return caught.value


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_checklists_load_survive_a_fact_and_say_they_are_not_official(path: Any) -> None:
    checklist = load_checklist(path.read_bytes(), path.name)
    assert checklist.checklist_id == path.stem
    assert "not" in checklist.source_note.lower()
    assert "official" in checklist.source_note
    assert msgspec.json.decode(msgspec.json.encode(checklist), type=Checklist) == checklist


def test_the_item_checklist_asks_four_questions_and_the_site_checklist_twenty_four() -> None:
    item = shipped("item-nvd-neutral")
    assert item.version == "2.2"
    assert [question.text for question in item.questions] == [
        "Serial plate matches",
        "Tube serial matches",
        "Complete, undamaged",
        "Approved location",
    ]
    assert len(shipped("site-physical-security-neutral").questions) == 24


def test_all_as_expected_answers_exactly_what_has_an_expectation() -> None:
    item = shipped("item-nvd-neutral")
    answers = expected_answers(item, ())
    assert [answer.value for answer in answers] == ["yes"] * 4
    assert open_questions(item, answers) == ()

    missile = shipped("item-missile-neutral")
    ids = [answer.question_id for answer in expected_answers(missile, ())]
    assert "seal_intact" in ids, "the expected yes to 'container_sealed' opens it"
    assert "damage_photo" not in ids


def test_a_condition_opens_and_closes_its_question_and_those_behind_it() -> None:
    yes = Condition("a", "yes")
    checklist = Checklist(
        "c", "1", "site", "T", "n",
        (Question("a", "A"), Question("b", "B", condition=yes), Question("c", "C", condition=Condition("b", "yes"))),
    )  # fmt: skip
    both = (Answer("a", "yes"), Answer("b", "yes"))
    assert [question.question_id for question in visible_questions(checklist, both)] == ["a", "b", "c"]
    changed = (*both, Answer("a", "no", "broken"))
    assert [question.question_id for question in visible_questions(checklist, changed)] == ["a"]
    assert open_questions(checklist, changed) == ()


def test_what_is_open_is_named_with_its_reason() -> None:
    item = shipped("item-nvd-neutral")
    answers = (
        Answer("serial_plate", "no"),
        Answer("tube_serial", "perhaps"),
        Answer("complete", "not_observed", "dark"),
    )
    assert [(missing.question_id, missing.code) for missing in open_questions(item, answers)] == [
        ("serial_plate", "answer.comment_missing"),
        ("tube_serial", "answer.value"),
        ("location", "answer.missing"),
    ]


def test_an_optional_question_may_stay_empty_but_not_wrong() -> None:
    checklist = Checklist("c", "1", "item", "T", "n", (Question("n", "N", "number", required=False),))
    assert open_questions(checklist, ()) == ()
    assert open_questions(checklist, [Answer("n", "many")])[0].code == "answer.value"


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("yes_no", ["yes", "no", "not_applicable", "not_observed"], ["YES", "maybe"]),
        ("number", ["3", "-2.5", "1e3", "not_observed"], ["three", "nan", "inf", "1_000", "٣"]),
        ("date", ["2024-02-29", "not_applicable"], ["2023-02-29", "20240229", "29/02/2024"]),
        ("choice", ["red", "not_observed"], ["blue", "Red"]),
        ("text", ["anything"], []),
        ("photo", ["a1b2"], []),
    ],
)
def test_each_kind_takes_its_own_values(kind: Any, good: list[str], bad: list[str]) -> None:
    question = Question("q", "?", kind, choices=("red",) if kind == "choice" else ())
    for value in good:
        validate_answer(question, Answer("q", value, "seen"))
    for value in bad:
        with pytest.raises(Refusal, match=r"answer\.value"):
            validate_answer(question, Answer("q", value, "seen"))
    with pytest.raises(Refusal, match=r"answer\.missing"):
        validate_answer(question, Answer("q", "  "))
    with pytest.raises(Refusal, match=r"answer\.question"):
        validate_answer(question, Answer("other", good[0]))
    with pytest.raises(Refusal, match=r"answer\.too_long"):
        validate_answer(question, Answer("q", good[0], "x" * 4_001))


def test_bad_json_names_the_line() -> None:
    broken = form({"question_id": "a"}, {"question_id": "b"}).replace(b'"version": "1",', b'"version": "1"')
    refusal = refused(broken)
    assert (refusal.values["reason"], refusal.values["line"]) == ("json", 4)


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        ({"question_id": "a"}, "question_duplicate"),
        ({"question_id": ""}, "empty"),
        ({"question_id": "b", "kind": "maybe"}, "shape"),
        ({"question_id": "b", "requierd": True}, "unknown_field"),
        ({"question_id": "b", "kind": "choice"}, "choices"),
        ({"question_id": "b", "choices": ["x"]}, "choices"),
        ({"question_id": "b", "expected": "fine"}, "expected"),
        ({"question_id": "b", "kind": "photo", "expected": "IMG_1.jpg"}, "expected"),
        ({"question_id": "b", "condition": {"question_id": "z", "equals": "yes"}}, "condition_unknown"),
        ({"question_id": "b", "condition": {"question_id": "b", "equals": "yes"}}, "condition_cycle"),
        ({"question_id": "b", "condition": {"question_id": "a", "equals": "blue"}}, "condition_value"),
    ],
)
def test_a_bad_question_is_refused_with_its_own_line(second: dict[str, Any], reason: str) -> None:
    data = form({"question_id": "a"}, second)
    lines = data.decode().split("\n")
    opening = [number for number, line in enumerate(lines, 1) if line == "  {"]
    refusal = refused(data)
    assert (refusal.values["reason"], refusal.values["line"]) == (reason, opening[1])


def test_a_ring_of_conditions_is_refused() -> None:
    ring = [{"question_id": "abc"[i], "condition": {"question_id": "bca"[i], "equals": "yes"}} for i in range(3)]
    assert refused(form(*ring)).values["reason"] == "condition_cycle"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "json"),
        (b"[]", "shape"),
        (b"{}", "shape"),
        (b"\xff\n", "encoding"),
        (b'{"title": "a", "title": "b"}', "duplicate_key"),
        (b"[" * 100_000, "json"),
        (form(), "empty"),
        (form({"question_id": "a"}, colour="red"), "unknown_field"),
        (form(questions=7), "shape"),
        (b'{"x": ' + b"1" * 5000 + b"}", "json"),
        (form({"question_id": "a", "text": "\ud800"}), "encoding"),
        (form({"question_id": "\udfff"}), "encoding"),
        (b'{"title": {"questions": []}, "questions": [{}, {"x": 1}]}', "unknown_field"),
    ],
)
def test_a_bad_file_is_refused(data: bytes, reason: str) -> None:
    assert refused(data).values["reason"] == reason


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)


@given(
    st.binary(max_size=200)
    | json_values.map(lambda value: json.dumps(value).encode())
    | json_values.map(lambda value: form(questions=value))
    | st.lists(
        st.fixed_dictionaries(
            {"question_id": st.sampled_from("abc"), "text": st.just("?")},
            optional={
                "condition": st.fixed_dictionaries({"question_id": st.sampled_from("abcz"), "equals": st.just("yes")})
            },
        ),
        max_size=5,
    ).map(lambda questions: form(*questions))
)
def test_any_bytes_load_or_are_refused(data: bytes) -> None:
    try:
        checklist = load_checklist(data, "any")
    except Refusal:
        return
    settled = {answer.question_id for answer in expected_answers(checklist, ())}
    assert settled.isdisjoint(still.question_id for still in open_questions(checklist, expected_answers(checklist, ())))


@pytest.mark.parametrize(
    ("kind", "expected", "value", "comment", "deviates"),
    [
        ("yes_no", "yes", "yes", "", False),
        ("yes_no", "yes", "no", "differs", True),
        ("yes_no", "no", "yes", "", True),
        ("yes_no", "no", "no", "none seen", False),
        ("yes_no", "yes", "not_observed", "dark", True),
        ("yes_no", "yes", "not_applicable", "", True),
        ("yes_no", "yes", "not_applicable", "no plate", False),
        ("yes_no", "not_applicable", "not_applicable", "", False),
        ("choice", "red", "blue", "", True),
        ("choice", "red", "red", "", False),
        ("number", "3", "4", "", True),
        ("yes_no", None, "no", "", False),
        ("yes_no", None, "not_applicable", "", False),
        ("yes_no", None, "not_observed", "dark", True),
        ("yes_no", "yes", "", "", False),
        ("yes_no", "yes", " \n", "", False),
        ("text", "intact", "", "later", False),
    ],
)
def test_only_the_expected_answer_meets_a_question(
    kind: QuestionKind, expected: str | None, value: str, comment: str, deviates: bool
) -> None:
    choices = ("red", "blue") if kind == "choice" else ()
    question = Question("a", "A?", kind, expected=expected, choices=choices)
    checklist = Checklist("c", "1", "item", "C", "", (question,))
    assert deviations(checklist, [Answer("a", value, comment)]) == ((question,) if deviates else ())
    assert deviations(checklist, []) == ()


def test_a_blank_answer_is_open_and_neither_deviates_nor_opens_other_questions() -> None:
    sealed = Question("a", "Sealed?", expected="yes", discrepancy="seal_broken")
    after = Question("b", "Why?", "text", condition=Condition("a", " "))
    checklist = Checklist("c", "1", "site", "C", "", (sealed, after))
    for answers in ([Answer("a", " ")], [Answer("a", "no", "cut"), Answer("a", " ")]):
        assert [(one.question_id, one.code) for one in open_questions(checklist, answers)] == [("a", "answer.missing")]
        assert deviations(checklist, answers) == ()
        assert discrepancies_of(checklist, answers) == ()
        assert visible_questions(checklist, answers) == (sealed,)
        assert [one.value for one in expected_answers(checklist, answers)] == ["yes"], "the last answer counts"


def test_an_optional_question_without_an_expected_answer_never_deviates_and_one_not_asked_neither() -> None:
    optional = Question("a", "A?", required=False)
    hidden = Question("b", "B?", condition=Condition("a", "yes"), expected="yes")
    checklist = Checklist("c", "1", "item", "C", "", (optional, hidden))
    answers = [Answer("a", "not_observed", "dark"), Answer("b", "no", "old")]
    assert deviations(checklist, answers) == ()
