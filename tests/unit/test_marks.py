"""Marks: the published and designed vectors, every way to form an identifier, and whatever else a scanner may send."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from eum_app.domain import character_sets, container_labels, mark_syntax, marks, uiis
from eum_app.domain.errors import Refusal
from eum_app.domain.marks import Mark, Uii, parse_mark
from eum_app.scanning import decoder
from eum_app.usecases.visits import match_mark
from eum_app.wording.messages_marks import MARK_SENTENCES, describe

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).resolve().parents[1] / "data" / "marks.json").read_text(encoding="utf-8")
)
RS, GS, EOT = "\x1e", "\x1d", "\x04"


def message(*elements: str, code: str = "06") -> bytes:
    return f"[)>{RS}{code}{GS}{GS.join(elements)}{RS}{EOT}".encode()


def refusal(raw: bytes, symbology: str | None = None) -> Refusal:
    with pytest.raises(Refusal) as caught:
        parse_mark(raw, symbology)
    return caught.value


def sentences(mark: Mark) -> list[str]:
    return [describe(warning.code, warning.values) for warning in mark.warnings]


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_vector(vector: dict[str, Any]) -> None:
    raw = vector["data"].encode()
    if "error" in vector:
        error = refusal(raw)
        assert describe(error.code, error.values) == vector["error"]
        return
    mark = parse_mark(raw)
    assert mark.raw == raw
    assert (mark.uii.value if mark.uii else None) == vector.get("uii")
    if "construct" in vector:
        assert mark.uii is not None
        assert mark.uii.construct == str(vector["construct"])
    if "elements" in vector:
        assert dict(mark.elements) == vector["elements"]
    if "serial" in vector:
        assert mark.serial == vector["serial"]
    if "symbology" in vector:
        assert mark.symbology == vector["symbology"]
    assert list(mark.claims) == vector.get("claims", [])
    assert sentences(mark) == vector.get("warnings", [])


@pytest.mark.parametrize(
    ("raw", "uii", "construct"),
    [
        (message("3V0614141", "1PX1", "S7"), "0614141X17", "2"),
        (message("18VLHB123", "1PX1", "S7"), "LHB123X17", "2"),
        (message("18VD1HLD9", "1TB2", "S7"), "D1HLD9B27", "2"),
        (message("I1FTSW21P34ED12345"), "1FTSW21P34ED12345", "equivalent"),
        (message("22SA0000012345678"), "A0000012345678", "equivalent"),
        (message("8002A0000012345678", code="05"), "A0000012345678", "equivalent"),
        (message("800300614141123452AB12", code="05"), "00614141123452AB12", "equivalent"),
        (message("SPL0CVA5", "UCN42", code="12"), "D0CVA542", "1"),
        (message("DUN194532636", "SER42", code="12"), "UN19453263642", "1"),
        (message("EUC0614141", "SER42", code="12"), "061414142", "1"),
        (message("MFR0CVA5", "PNO1234-567", "SEQ42", code="12"), "D0CVA51234-56742", "2"),
        (message("CAG0CVA5", "LOTB7", "SEQ42", code="12"), "D0CVA5B742", "2"),
        (message("CAG0CVA5", "PNO1234", "SER42", code="12"), "D0CVA542", "1"),
        (message("UIDD0CVA542", code="12"), "D0CVA542", "concatenated"),
        (message("17V0CVA5", "1P12 34", "S42"), "D0CVA5123442", "2"),
        (message("25SD0CVA542", "25SD0CVA542"), "D0CVA542", "concatenated"),
        (message("18S0CVA542", "25SD0CVA542"), "D0CVA542", "1"),
    ],
)
def test_every_way_to_form_a_uii(raw: bytes, uii: str, construct: str) -> None:
    assert parse_mark(raw).uii == Uii(uii, construct)  # type: ignore[arg-type]


def test_elements_are_all_kept_and_the_parts_are_named() -> None:
    mark = parse_mark(message("17V0CVA5", "1P1234-567", "S786950", "30P99-1", "30T5", "Q1", "Q2", "N5855-01-432-0524"))
    assert mark.elements.pairs[-2].value == "2"
    assert mark.elements["Q"] == "1"
    assert mark.elements.values_of("Q") == ("1", "2")
    assert (mark.serial, mark.part_number, mark.current_part_number) == ("786950", "1234-567", "99-1")
    assert (mark.enterprise, mark.cage, mark.nsn) == ("0CVA5", "0CVA5", "5855014320524")


def test_the_serial_inside_one_element_is_named() -> None:
    mark = parse_mark(message("18S0CVA5786950"))
    assert (mark.cage, mark.serial) == ("0CVA5", "786950")
    assert parse_mark(message("800300614141123452AB12", code="05")).serial == "AB12"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (message("17V0CVA5", "S42"), "mark.construct_2_no_part"),
        (message("CAG0CVA5", code="12"), "mark.construct_2_no_serial"),
        (message("18S0CVA5"), "mark.construct_1_no_serial"),
        (message("17V0CVA5", "1PX", "S1", "S2"), "mark.ambiguous"),
        (message("17V0CVA5", "12V194532636", "1PX", "S1"), "mark.ambiguous"),
        (message("18S0CVA542", "25SD0CVA543"), "mark.ambiguous"),
        (message("18S0CVA5" + "9" * 80), "mark.uii_too_long"),
        (message("18S0CVA5\x0042"), "mark.control_characters"),
        (message("18S0CVA542") + b"[)>", "mark.text_after_trailer"),
        (message("17V0CVA5", "1PNV")[:-2] + message("17V0CVA5", "1PNVG", "S7"), "mark.run_together"),
        (b"", "mark.empty"),
        (b" \r\n", "mark.empty"),
        (b"]d1", "mark.empty"),
        (b"AB\x1d12", "mark.control_characters"),
        (b"9" * 7090, "mark.too_long"),
        ("[)♥0618S1HLD9000001".encode(), "mark.separators_lost"),
        (b"[)>\x1e0618S1HLD9000001", "mark.separators_lost"),
        (b"[)>", "mark.separators_lost"),
    ],
)
def test_refused_with_a_reason(raw: bytes, code: str) -> None:
    assert refusal(raw).code == code


@pytest.mark.parametrize(
    ("raw", "candidates"),
    [
        ("[)>0617V1HLD91PWIDGET-99S000001", ("D1HLD9WIDGET-99000001",)),
        ("[)>0617V1HLD91PAS2S3", ("D1HLD9A2S3", "D1HLD9AS23")),
        ("[)>0617V1HLD9S0000011PWIDGET", ("D1HLD9WIDGET000001",)),
        ("[)>0618S1HLD9000001", ("D1HLD9000001",)),
        ("[)♥0618S1HLD9000001", ("D1HLD9000001",)),
        ("[)>12CAG1HLD9SER000001", ("D1HLD9000001",)),
        ("[)>hello", ()),
        ("\\0000[)>RS06«GS»18S1HLD9000001", ("D1HLD9000001",)),
        ("0617V1HLD91PWIDGET-99S000001", ("D1HLD9WIDGET-99000001",)),
        ("0618S1HLD9000001", ("D1HLD9000001",)),
        ("12CAG1HLD9SER000001", ("D1HLD9000001",)),
    ],
)
def test_lost_separators_offer_candidates_and_commit_to_none(raw: str, candidates: tuple[str, ...]) -> None:
    values = refusal(raw.encode()).values["candidates"]
    assert isinstance(values, tuple)
    assert values == candidates


@pytest.mark.parametrize(
    "text",
    [
        "[)><RS>06<GS>17V1HLD9<GS>1PW<GS>S1<RS><EOT>",
        "[)>{RS}06{GS}17V1HLD9{GS}1PW{GS}S1{RS}{EOT}",
        "[)>½RSW06½GSW17V1HLD9½GSW1PW½GSWS1½RSW½EOTW",
        "\\0000[)>\x1e06«GS»17V1HLD9«GS»1PW«GS»S1\x1e\x04",
        "[)>\\x1e06\\x1d17V1HLD9\\x1d1PW\\x1dS1\\x1e\\x04",
        "[)>06\x1d17V1HLD9\x1d1PW\x1dS1\r\n",
    ],
)
def test_separators_as_text_are_understood(text: str) -> None:
    mark = parse_mark(text.encode())
    assert mark.uii == Uii("D1HLD9W1", "2")
    assert mark.warnings


def test_a_caret_inside_an_ordinary_mark_stays() -> None:
    assert parse_mark(message("17V1HLD9", "1PW", "S1^]2<GS>")).serial == "1^]2<GS>"


def test_gs1_without_envelope_is_marked_as_such() -> None:
    mark = parse_mark(b"]d20109501101530003172509308004061414199\x1d21MH80312", None)
    assert list(mark.elements) == ["01", "17", "8004", "21"]
    assert mark.elements["17"] == "250930"
    assert mark.uii == Uii("061414199", "equivalent")
    assert [warning.code for warning in mark.warnings] == ["mark.gs1_without_envelope"]
    assert parse_mark(b"8004061414199", "]d2").uii == mark.uii
    assert parse_mark(b"8004061414199", "Data Matrix").uii is None


def test_several_records_of_a_container_are_claims() -> None:
    raw = f"[)>{RS}06{GS}17V1HLD9{GS}1PX{GS}S1{RS}06{GS}17V1HLD9{GS}1PX{GS}S2{RS}{EOT}".encode()
    mark = parse_mark(raw)
    assert (mark.uii, mark.serial, mark.claims) == (None, None, ("D1HLD9X1", "D1HLD9X2"))


def test_an_unknown_format_is_kept_as_text() -> None:
    mark = parse_mark(f"[)>{RS}07free text{RS}{EOT}".encode())
    assert mark.uii is None
    assert [warning.code for warning in mark.warnings] == ["mark.unknown_format", "mark.no_uii"]


def test_the_largest_symbols_are_data() -> None:
    assert parse_mark(b"9" * 7089).serial is None
    claims = parse_mark(message(*(f"25SD1HLD9{number:06}" for number in range(200)))).claims
    assert len(claims) == 200


def test_many_elements_do_not_multiply() -> None:
    many = [f"1P{number}" for number in range(500)] + [f"S{number}" for number in range(500)]
    assert refusal(message("17V1HLD9", *many)).code == "mark.ambiguous"


def test_a_uii_cannot_be_built_invalid() -> None:
    for value, construct in (("", "1"), ("A B", "1"), ("A\x1d", "1"), ("A" * 79, "1"), ("A", "3")):
        with pytest.raises(Refusal):
            Uii(value, construct)  # type: ignore[arg-type]


def test_every_code_has_a_sentence_and_every_sentence_a_code() -> None:
    source = "".join(
        Path(str(module.__file__)).read_text(encoding="utf-8")
        for module in (marks, uiis, character_sets, mark_syntax, container_labels, decoder, match_mark)
    )
    assert set(re.findall(r'"(mark\.[a-z0-9_]+)"', source)) == set(MARK_SENTENCES)


PIECES = [
    "[)>",
    RS,
    GS,
    EOT,
    "05",
    "06",
    "12",
    "DD",
    "17V1HLD9",
    "1PX",
    "S1",
    "18S",
    "25S",
    "]d2",
    "^^",
    "^]",
    "<GS>",
    "␝",
]


@given(st.binary(max_size=400))
@example(b"[)>" + b"\x1e" * 50)
@example(b"[)>\x1e06\x1d\xff\xfe\x1e\x04")
def test_any_bytes_give_a_mark_or_a_refusal(raw: bytes) -> None:
    _mark_or_described_refusal(raw)


@given(st.lists(st.sampled_from(PIECES)))
def test_any_shuffle_of_the_pieces_gives_a_mark_or_a_refusal(pieces: list[str]) -> None:
    _mark_or_described_refusal("".join(pieces).encode())


def _mark_or_described_refusal(raw: bytes) -> None:
    try:
        mark = parse_mark(raw)
    except Refusal as refused:
        sentence = describe(refused.code, refused.values)
    else:
        sentence = "; ".join(sentences(mark)) if mark.warnings else "read"
        assert mark.raw == raw
        assert not (mark.uii and mark.claims)
    assert sentence


FIELD = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-/", min_size=1, max_size=20)


@given(cage=st.from_regex(r"[0-9][A-HJ-NP-Z0-9]{3}[0-9]", fullmatch=True), part=FIELD, serial=FIELD)
def test_round_trip_of_generated_marks(cage: str, part: str, serial: str) -> None:
    mark = parse_mark(message(f"17V{cage}", f"1P{part}", f"S{serial}"))
    assert mark.uii == Uii(f"D{cage}{part}{serial}", "2")
    assert (mark.cage, mark.part_number, mark.serial) == (cage, part, serial)
    same = parse_mark(message(f"CAG {cage}", f"PNO {part}", f"SEQ {serial}", code="DD"))
    assert (same.uii, same.serial) == (mark.uii, serial)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("10O5", "1OO5", True),
        ("I23", "l23", True),
        ("B5", "8S", True),
        ("463416", "463417", True),
        ("463416", "46341", True),
        ("463416", "4634166", True),
        ("463416", "463461", False),
        ("463416", "463416", False),
        ("463416", "463499", False),
    ],
)
def test_near(a: str, b: str, expected: bool) -> None:
    assert marks.near(a, b) is expected
    assert marks.near(b, a) is expected


@given(FIELD)
def test_confusions_are_near_and_share_a_key(serial: str) -> None:
    for other in marks.serial_confusions(serial):
        assert marks.near(serial, other)
        assert marks.look_alike_key(other) == marks.look_alike_key(serial)
