"""The tones as they are computed: the notes they are made of, loud enough, never cut off, and without a click."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from ui.devices.tones import RATE, Tone, samples

NOTES = {
    "accepted": [(0.0, 0.06, 1047), (0.06, 0.15, 1568)],
    "attention": [(0.0, 0.11, 587), (0.16, 0.27, 587)],
    "stop": [(0.0, 0.32, 220)],
}


@pytest.mark.parametrize("tone", get_args(Tone))
def test_a_tone_is_its_notes(tone: Tone) -> None:
    wave = np.frombuffer(samples(tone), np.int16).astype(np.float64)
    assert len(wave) / RATE == pytest.approx(NOTES[tone][-1][1], abs=0.005)
    assert 8_000 < np.abs(wave).max() < 16_000, "heard, and far from being cut off"
    for begins, ends, hertz in NOTES[tone]:
        note = wave[round(begins * RATE) : round(ends * RATE)]
        strength = np.abs(np.fft.rfft(note * np.hanning(len(note)), 8 * len(note)))
        assert np.argmax(strength) * RATE / (8 * len(note)) == pytest.approx(hertz, rel=0.02)
        assert max(abs(note[0]), abs(note[-1])) < 300, "it swells and fades"
    assert np.abs(np.diff(wave)).max() < 7_000, "no step that clicks"


def test_the_pause_of_attention_is_silent() -> None:
    wave = np.frombuffer(samples("attention"), np.int16)
    assert not wave[round(0.112 * RATE) : round(0.158 * RATE)].any()
