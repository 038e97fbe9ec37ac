"""When a symbol counts as read: error-corrected at once, others on two frames, each once while in sight."""

from __future__ import annotations

from eum_app.scanning.consensus import Consensus
from eum_app.scanning.decoder import Symbol


def symbol(raw: bytes, *, corrected: bool) -> Symbol:
    name = "Data Matrix" if corrected else "Code 39"
    return Symbol(raw, name, ((0, 0), (9, 0), (9, 9), (0, 9)), 1.0, error_corrected=corrected)


STRONG, WEAK, OTHER = symbol(b"A1", corrected=True), symbol(b"A1", corrected=False), symbol(b"A7", corrected=False)


def test_error_corrected_is_accepted_at_once() -> None:
    assert Consensus().offer([STRONG], 0) == [STRONG]


def test_weak_needs_two_different_frames() -> None:
    consensus = Consensus()
    assert consensus.offer([WEAK, WEAK], 0) == []
    assert consensus.offer([WEAK], 40) == [WEAK]


def test_a_misread_between_does_not_count() -> None:
    consensus = Consensus()
    assert consensus.offer([OTHER], 0) == []
    assert consensus.offer([WEAK], 40) == []
    assert consensus.offer([WEAK], 80) == [WEAK]


def test_equal_reads_too_far_apart_do_not_agree() -> None:
    consensus = Consensus(window_ms=500)
    assert consensus.offer([WEAK], 0) == []
    assert consensus.offer([WEAK], 501) == []
    assert consensus.offer([WEAK], 1000) == [WEAK]


def test_the_same_item_200_times_a_second_is_given_once() -> None:
    consensus = Consensus()
    given = [one for at in range(0, 10_000, 5) for one in consensus.offer([STRONG, WEAK], at)]
    assert given == [STRONG, WEAK]


def test_given_again_after_it_was_out_of_sight() -> None:
    consensus = Consensus(quiet_ms=1000)
    assert consensus.offer([STRONG], 0) == [STRONG]
    assert consensus.offer([], 900) == []
    assert consensus.offer([STRONG], 1000) == []
    assert consensus.offer([STRONG], 2001) == [STRONG]
