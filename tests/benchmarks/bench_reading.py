"""How many marks are read, how fast, and that none is read wrongly. `python -m tests.benchmarks.bench_reading`"""

from __future__ import annotations

import json
import re
import statistics
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from eum_app.scanning.decoder import Symbol, decode, read_still
from eum_app.scanning.images import grey_of, load_grey
from eum_app.scanning.live import LiveReader
from eum_app.scanning.opencv import cv2
from tests.benchmarks.ratios import Figure
from ui.field.visit.scan_worker import view_of

if TYPE_CHECKING:
    from collections.abc import Callable

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
BUDGET_MS = 1000
SWEEP_MS = 5000


def measure() -> dict[str, Any]:
    """Everything; needs the shared sample data beside the project (about 20 s)."""
    return {"photos": photos(), "degraded": degraded(), "scenes": scenes(), "noise": noise()}


EASY = ("single.jpg", "pair.jpg", "shelf-12.jpg", "shelf-24.jpg", "shelf-40.jpg", "shelf-with-3-unlisted.jpg")
HARD = {"shelf-12-hard.jpg": 12, "shelf-24-hard.jpg": 23, "single-hard.jpg": 1, "pallet-60.jpg": 57}
WALK_FPS = 15.0  # of the camera


def figures(_folder: Path) -> list[Figure]:
    """Required figures on the sample pictures beside the project; nothing if there are none."""
    if not DATA.is_dir():
        return []
    photo, damaged, scene, walked = photos(), degraded(), scenes(), walk()
    counts = scene["counts"]
    wrong = len(photo["wrong"]) + len(damaged["wrong"]) + len(scene["wrong"]) + len(noise()["wrong"])
    return [
        Figure("photographed marks read, of 164", photo["read"], 162, is_floor=True),
        Figure("time where plain reading reads at once", photo["ratio_where_plain_reads"], 1.2, "×"),
        Figure(f"damaged marks read, of 96 (plainly {damaged['read_plainly']})", damaged["read"], 72, is_floor=True),
        Figure("those that plain reading misses, median", damaged["median_ms_where_plain_misses"], 150, "ms"),
        Figure("easy scenes, marks read, of 91", sum(counts[name][0] for name in EASY), 91, is_floor=True),
        *(Figure(f"{name}, marks read", counts[name][0], least, is_floor=True) for name, least in HARD.items()),
        Figure("walk, marks read, of 16", len(walked.late_s), 16, is_floor=True),
        Figure("walk, latest mark after it entered the view", max(walked.late_s), 1.0, "s"),
        Figure("walk, live pipeline on one core", walked.fps, 15, "frames/s", is_floor=True),
        Figure("wrong reads", wrong, 0),
    ]


class Walk(NamedTuple):
    """How long after its label was in view each mark counted as read (s), and frames a second of processor time."""

    late_s: list[float]
    fps: float


def walk() -> Walk:
    """The camera's walk as the worker does it: decoded, tracked, made ready for the window."""
    marks = {one["mark"].encode(): one["centre"][0] for one in _truth("scenes")["walk.avi"]}
    left, right = min(marks.values()), max(marks.values())
    video, reader = cv2.VideoCapture(str(DATA / "scenes" / "walk.avi")), LiveReader()
    first: dict[bytes, float] = {}
    frames, threads = 0, cv2.getNumThreads()
    cv2.setNumThreads(1)
    started = time.process_time()
    while True:
        there, picture = video.read()
        if not there:
            break
        grey = grey_of(np.asarray(picture, np.uint8))
        tracks = reader.offer(grey, frames / WALK_FPS * 1000)
        view_of(picture, tracks, {})
        for track in tracks:
            if track.is_sure:
                first.setdefault(track.symbol.raw, frames / WALK_FPS)
        frames += 1
    fps = frames / (time.process_time() - started)
    cv2.setNumThreads(threads)
    # It goes evenly from the left end to the right one: a label's middle is in view from here on.
    seconds, path = frames / WALK_FPS, right - left - 1280 + 1
    entered = {raw: max(0.0, (x - left - 1280) / path * seconds) for raw, x in marks.items()}
    return Walk([first[raw] - entered[raw] for raw in marks if raw in first], fps)


def photos() -> dict[str, Any]:
    """Photographed marks: read, of, wrong (data that is not the expected one), and what a plain read costs more."""
    truth = _truth("photos")
    read, wrong, plain_s, still_s = 0, [], 0.0, 0.0
    for name, expected in truth.items():
        grey = load_grey(DATA / "photos" / name)
        plain, plain_best_s = _timed(partial(decode, grey))
        found, still_best_s = _timed(partial(read_still, grey, BUDGET_MS))
        if plain:
            plain_s, still_s = plain_s + plain_best_s, still_s + still_best_s
        right = [symbol for symbol in found if _is(symbol, expected)]
        read += bool(right)
        # One photo shows two symbols, of which the list names one: beside a right read another is no error.
        wrong += [name for symbol in found if not right and not _is(symbol, expected)]
    return {"read": read, "of": len(truth), "wrong": wrong, "ratio_where_plain_reads": round(still_s / plain_s, 2)}


def degraded() -> dict[str, Any]:
    """Damaged Data Matrix marks: read, by kind, wrong, and the time of those that are not read plainly."""
    truth = _truth("degraded")
    by_kind: Counter[str] = Counter()
    wrong, hard_ms, plain = [], [], 0
    for name, expected in truth.items():
        grey = load_grey(DATA / "degraded" / name)
        plain_hit = bool(decode(grey))
        started = time.perf_counter()
        found = read_still(grey, BUDGET_MS)
        if not plain_hit:
            hard_ms.append((time.perf_counter() - started) * 1000)
        plain += plain_hit
        by_kind[expected["kind"]] += any(_is(symbol, expected) for symbol in found)
        wrong += [name for symbol in found if not _is(symbol, expected)]
    return {
        "read": by_kind.total(),
        "of": len(truth),
        "read_plainly": plain,
        "wrong": wrong,
        "median_ms_where_plain_misses": round(statistics.median(hard_ms)),
        "by_kind": dict(by_kind),
    }


def scenes() -> dict[str, Any]:
    """Shelves and a pallet, swept: (read, of) by picture, what was read that is not there, seconds for all."""
    counts: dict[str, tuple[int, int]] = {}
    wrong: list[str] = []
    started = time.perf_counter()
    for name, marks in _truth("scenes").items():
        if not name.endswith(".jpg"):
            continue
        expected = Counter(mark["mark"].encode() for mark in marks)
        found = Counter(symbol.raw for symbol in read_still(load_grey(DATA / "scenes" / name), SWEEP_MS, sweep=True))
        counts[name] = ((expected & found).total(), expected.total())
        wrong += [f"{name}: {data!r}" for data in found - expected]
    return {"counts": counts, "wrong": wrong, "seconds": round(time.perf_counter() - started, 1)}


def noise() -> dict[str, Any]:
    """Pictures of nothing: noise, soft noise, blocks, stripes. What is read from them is read wrongly."""
    found: list[str] = []
    pictures = list(nothing(seed=11, count=16))
    for picture in pictures:
        found += [repr(symbol.raw) for symbol in read_still(picture, BUDGET_MS, sweep=True)]
    return {"pictures": len(pictures), "wrong": found}


def nothing(seed: int, count: int) -> list[np.ndarray[Any, np.dtype[np.uint8]]]:
    """Gray pictures without a symbol: noise, blocks like modules, stripes like bars, both with noise on them."""
    random = np.random.default_rng(seed)
    pictures = []
    for number in range(count):
        module = 3 + number % 5
        fine = random.integers(0, 60, (480, 640))
        blocks = np.kron(random.integers(0, 2, (480 // module + 1, 640 // module + 1)), np.ones((module, module)))
        stripes = np.repeat(random.integers(0, 2, 640 // module + 1), module)[None, :640]
        kinds = (
            random.integers(0, 256, (480, 640)),
            fine + 190 * blocks[:480, :640],
            fine + np.repeat(190 * stripes, 480, axis=0),
            fine * 4,
        )
        pictures.append(np.clip(kinds[number % 4], 0, 255).astype(np.uint8))
    return pictures


def _timed(read: Callable[[], list[Symbol]]) -> tuple[list[Symbol], float]:
    """Symbols read and seconds taken: the best of three, since other work on the machine only adds time."""
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        found = read()
        seconds.append(time.perf_counter() - started)
    return found, min(seconds)


def _is(symbol: Symbol, expected: dict[str, Any]) -> bool:
    if expected["bytes_hex"]:
        return bool(symbol.raw.hex() == expected["bytes_hex"])
    return bool(symbol.text == _as_code_39_says(expected["text"]))


_CODE_32 = "0123456789BCDFGHJKLMNPQRSTUVWXYZ"


def _as_code_39_says(text: str) -> str:
    """The six characters in which Code 39 holds an Italian pharmacy code (Code 32: A and nine digits, to base 32).

    We read what is in the bars: the same six characters may be a serial number, and then the pharmacy code that
    they could also mean would be a wrong read.
    """
    if not re.fullmatch(r"A[0-9]{9}", text):
        return text
    number, characters = int(text[1:]), ""
    for _ in range(6):
        number, digit = divmod(number, 32)
        characters = _CODE_32[digit] + characters
    return characters


def _truth(folder: str) -> dict[str, Any]:
    return dict(json.loads((DATA / folder / "truth.json").read_text(encoding="utf-8")))


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))  # noqa: T201
