"""FMS cases are held to their public pattern; licenses are kept as given."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eum_app.domain.authorizations import ExportLicence, parse_export_licence, parse_fms_case
from eum_app.domain.errors import Refusal


@pytest.mark.parametrize("text", ["BN-B-SAA", " bn-b-saa ", "BN\u2013B\u2013SAA", "BN-B-SAA-BASIC", "BN-B-SAA-A01"])
def test_a_case_is_read_with_or_without_its_version(text: str) -> None:
    case = parse_fms_case(text)
    assert case.case_id == "BN-B-SAA"
    assert (case.country, case.agency, case.designator) == ("BN", "B", "SAA")
    assert case.version == text.strip()[9:]


@pytest.mark.parametrize("text", ["XX-ABC", "XX-1-ABC", "XXX-B-ABC", "XX-B-AB", "XX-B-ABCD", "XX-B-ABC-Z01", "XXBABC"])
def test_another_pattern_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse_fms_case(text)
    assert (caught.value.code, caught.value.values) == ("case.pattern", {"text": text})


def test_no_case_at_all_is_missing() -> None:
    with pytest.raises(Refusal, match=r"case\.missing"):
        parse_fms_case(" \u00a0")


def test_licenses_are_kept_and_doubt_is_named() -> None:
    assert parse_export_licence("050123456") == (ExportLicence("050123456", "DSP-5"), ())
    assert parse_export_licence("999123456") == (ExportLicence("999123456", ""), ())
    assert parse_export_licence("case 12/b") == (ExportLicence("CASE12/B", ""), ("licence.pattern",))
    assert parse_export_licence("073000001", "dsp-5") == (
        ExportLicence("073000001", "DSP-5"),
        ("licence.form_differs",),
    )
    with pytest.raises(Refusal, match=r"licence\.missing"):
        parse_export_licence("  ")
    with pytest.raises(Refusal, match=r"licence\.form"):
        parse_export_licence("050123456", "DSP-99")


@given(st.text())
def test_any_text_is_a_case_or_refused(text: str) -> None:
    try:
        case = parse_fms_case(text)
    except Refusal:
        return
    assert parse_fms_case(case.case_id).case_id == case.case_id
