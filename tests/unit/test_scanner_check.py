"""The calibration symbol as hand scanners send it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eum_app.domain.mark_syntax import EOT, GS, RS
from eum_app.scanning.scanner_check import CALIBRATION, check_scan

TEXT = CALIBRATION.decode()
BARE = TEXT.replace(GS, "").replace(RS, "").replace(EOT, "")


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        (TEXT, "whole"),
        (f"]d1{TEXT}", "whole"),
        (TEXT.replace(GS, "␝").replace(RS, "␞").replace(EOT, "␄"), "as_pictures"),
        (TEXT.replace(GS, "^]").replace(RS, "^^").replace(EOT, "^D"), "as_text"),
        (BARE, "lost"),
        (TEXT.replace(GS, ""), "lost"),
        (TEXT.replace("-", "ß").replace("/", "-"), "layout"),
        (BARE.replace("Y", "z").replace("Z", "Y"), "layout"),
        (TEXT[:20], "cut"),
        ("786950", "other"),
        ("", "other"),
    ],
)
def test_each_way_to_send_it_is_distinguished(sent: str, kind: str) -> None:
    assert check_scan(sent.encode()).kind == kind


@given(st.binary(max_size=200))
def test_only_the_symbol_itself_is_whole(raw: bytes) -> None:
    assert (check_scan(raw).kind == "whole") == (raw[-len(CALIBRATION) :] == CALIBRATION and raw[:1] in {b"[", b"]"})
