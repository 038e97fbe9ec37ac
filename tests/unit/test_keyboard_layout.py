"""Another keyboard layout and Caps Lock, by the head of a message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eum_app.domain.errors import Refusal
from eum_app.domain.keyboard_layout import OTHER, has_caps_lock, is_plain, layout_of, require_own_layout
from eum_app.wording.messages import sentence
from tests.scanner_keys import MARKS

MESSAGE = "[)>\x1e06\x1d17V1HLD9\x1d1PW\x1dS750148\x1e\x04"
HEADS = {
    "ü=:": "German or Swiss",
    "0/": "French or Belgian",
    "è=:": "Italian or Swiss French",
    "å=:": "Nordic",
    "х)Ю": "Ukrainian or Russian",
    "§§§": OTHER,
}


@pytest.mark.parametrize(("head", "name"), HEADS.items())
@pytest.mark.parametrize("aim", ["", "]d1"])
def test_the_first_three_characters_name_the_layout(head: str, name: str, aim: str) -> None:
    changed = aim + MESSAGE.replace("[)>", head)
    assert layout_of(changed) == name
    with pytest.raises(Refusal) as refused:
        require_own_layout(changed.encode())
    assert refused.value.code == "scanner.layout"
    assert name in str(sentence(refused.value))


def test_a_layout_is_named_without_separators_too() -> None:
    assert layout_of("ü=:0617V1HLD9") == "German or Swiss"
    assert layout_of("0617V1HLD9") == ""


def test_caps_lock_is_named() -> None:
    assert has_caps_lock(MESSAGE.swapcase())
    with pytest.raises(Refusal, match="caps_lock"):
        require_own_layout(MESSAGE.swapcase().encode())


@pytest.mark.parametrize("text", MARKS)
def test_no_mark_of_the_sample_is_blamed_on_the_keyboard(text: str) -> None:
    require_own_layout(text.encode())
    require_own_layout(f"]d1{text}".encode())


@given(st.binary(max_size=60))
def test_other_text_is_never_an_error_of_the_program(raw: bytes) -> None:
    text = raw.decode("utf-8", "replace")
    if layout_of(text) or has_caps_lock(text):
        with pytest.raises(Refusal, match="scanner"):
            require_own_layout(raw)
    else:
        require_own_layout(raw)


def test_plain_text_shows_no_layout() -> None:
    assert is_plain("ZY1234")
    assert not any(is_plain(text) for text in (MESSAGE, "[)>0617V", "a\x1db"))
