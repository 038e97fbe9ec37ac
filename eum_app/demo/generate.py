"""Synthetic inventories, labels, camera videos and photographs: the same seed and day give the same data.

Nothing here is real: country XX, made-up articles and serials, "Depot 7". The pictures are drawn, not taken.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from db.files import written_whole
from eum_app.domain.dispositions import Disposition
from eum_app.domain.errors import Trouble
from eum_app.domain.inventory_rows import InventoryRow
from eum_app.scanning.labels import data_matrix, iuid_message, png

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]

PhotoKind = Literal["intact", "dent", "crack", "corrosion", "seal_broken", "missing_part"]

HEADINGS = (
    *("Country", "Case", "RSN", "Nomenclature", "NSN", "Part Number", "CAGE", "Serial Number", "UII", "EUM Level"),
    *("Ship Date", "Delivery Date", "Site", "Location", "Last Inventory", "Status"),
)

FRAME_WIDTH, FRAME_HEIGHT = 1280, 720
_LABELS_DEEP = 2  # shelves one above the other
_LABEL_PITCH = 400  # px from label to label along a shelf
_MODULE_PX = 5


class Article(NamedTuple):
    """A made-up kind of article; `share` is how many of 214 items at a depot are of this kind."""

    nomenclature: str
    nsn: str
    part_number: str
    cage: str
    eum_level: str
    serial: str
    share: int


ARTICLES = (
    Article("NIGHT VISION GOGGLE, TYPE A", "5855-01-000-0101", "NVG-31A", "1HLD9", "EEUM", "{}", 101),
    Article("NIGHT VISION MONOCULAR, TYPE B", "5855-01-000-0102", "NVM-14", "0CVA5", "EEUM", "{}A", 58),
    Article("MISSILE, MAN-PORTABLE, TYPE C", "1410-01-000-0201", "MPM-92", "7Z016", "EEUM", "{}", 26),
    Article("RADIO SET, TYPE E", "5820-01-000-0301", "RS-152", "1HLD9", "REUM", "R0{}", 16),
    Article("COMMAND LAUNCH UNIT, TYPE D", "1430-01-000-0202", "CLU-7", "7Z016", "EEUM", "CLU{}", 13),
)


def depot_rows(seed: int, count: int = 24, *, today: date, site: str = "Depot 7") -> list[InventoryRow]:
    """Return `count` different items of one depot, as its list would have them on `today`.

    About 1 in 12 was delivered 20 to 140 days ago and never counted. About 1 in 10 of the rest was last counted more
    than a year ago. Raises ValueError for more than 900,000 items.
    """
    chance = random.Random(seed)
    numbers = chance.sample(range(100_000, 1_000_000), count)
    return [_row(chance, place, number, today, site) for place, number in enumerate(numbers)]


def write_inventory_csv(path: Path, rows: Sequence[InventoryRow]) -> None:
    """Write `rows` under the headings of an inventory list (UTF-8, commas, ISO dates), replacing a file at `path`.

    Raises Refusal `file.is_folder`; Trouble of the disk.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    writer.writerows(_cells(row) for row in rows)
    with written_whole(path) as file:
        file.write(out.getvalue().encode())


def label_picture(row: InventoryRow, module_px: int = _MODULE_PX) -> Picture:
    """Draw the label of an item in gray: its Data Matrix mark, and the same data as text beside it.

    Raises as `iuid_message` and `data_matrix`.
    """
    from eum_app.scanning.opencv import cv2

    symbol = data_matrix(iuid_message(row.cage, row.part_number, row.serial), module_px)
    side = symbol.shape[0]
    label = np.full((side, side + 34 * module_px), 255, np.uint8)
    label[:, :side] = symbol
    texts = (f"CAGE {row.cage}", f"PNR {row.part_number}", f"SER {row.serial}")
    for place, text in enumerate(texts, 1):
        at = (side + module_px, side * place // 4)
        cv2.putText(label, text, at, cv2.FONT_HERSHEY_SIMPLEX, module_px / 10, 0, max(1, module_px // 4), cv2.LINE_AA)
    cv2.rectangle(label, (0, 0), (label.shape[1] - 1, label.shape[0] - 1), 0, 1)
    return label


def mark_image(row: InventoryRow) -> bytes:
    """Return the label of an item, with a white margin, as the bytes of a PNG file. Raises as `label_picture`."""
    return png(np.pad(label_picture(row, module_px=8), 32, constant_values=255))


def shelf_video(rows: Sequence[InventoryRow], path: Path, *, frames: int = 40, fps: int = 10, seed: int = 1) -> None:
    """Write a video of a walk along labels on two shelves (Motion-JPEG .avi, 1280×720), used in place of a camera.

    With 24 rows, each label is visible in about 10 of 40 frames. A file at `path` is replaced. Raises Trouble
    `disk.failed` if it cannot be opened; a disk that fills up meanwhile is not noticed. Raises also as `label_picture`.
    """
    from eum_app.scanning.opencv import cv2

    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), fps, (FRAME_WIDTH, FRAME_HEIGHT))
    if not writer.isOpened():
        raise Trouble("disk.failed", path=str(path), reason="")
    try:
        for picture in _walk(_shelf(rows, seed), frames, seed):
            writer.write(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR))
    finally:
        writer.release()


def photo(kind: PhotoKind, seed: int, *, serial: str = "") -> bytes:
    """Draw a stand-in for a photograph of an article on a bench, with the damage that `kind` names (JPEG, 1280×960).

    The same seed shows the same article. Its plate shows `serial`, or a made-up one if "".
    """
    from eum_app.scanning.opencv import cv2

    chance = np.random.default_rng(seed)
    picture = _bench(chance)
    _article(picture, serial or str(chance.integers(100_000, 1_000_000)), has_cap=kind != "missing_part")
    grain = chance.normal(0, 4, picture.shape)
    _damage(picture, kind, chance)
    taken = np.clip(cv2.GaussianBlur(picture, (3, 3), 0) + grain, 0, 255).astype(np.uint8)
    _, data = cv2.imencode(".jpg", taken, [cv2.IMWRITE_JPEG_QUALITY, 85])
    return data.tobytes()


def _row(chance: random.Random, place: int, number: int, today: date, site: str) -> InventoryRow:
    (article,) = chance.choices(ARTICLES, [article.share for article in ARTICLES])
    serial = article.serial.format(number)
    never_counted = chance.random() < 1 / 12
    late = chance.random() < 1 / 10
    delivered = today - timedelta(days=chance.randint(20, 140) if never_counted else chance.randint(500, 900))
    counted_days_ago = chance.randint(366, 450) if late else chance.randint(10, 350)
    return InventoryRow(
        line=place + 2,
        country="XX",
        case_id="XX-B-ABC" if place % 3 else "XX-P-QRS",
        rsn=f"{place % 9 + 1:03}",
        nomenclature=article.nomenclature,
        nsn=article.nsn,
        part_number=article.part_number,
        cage=article.cage,
        serial=serial,
        serial_raw=serial,
        uii=f"D{article.cage}{article.part_number}{serial}",
        eum_level=article.eum_level,
        ship_date=delivered - timedelta(days=chance.randint(4, 40)),
        delivery_date=delivered,
        site=site,
        location=f"Vault {place % 3 + 1} / Shelf {'ABCD'[place % 4]}-{place % 12 + 1:02}",
        last_inventory=None if never_counted else today - timedelta(days=counted_days_ago),
        disposition=Disposition.ON_HAND,
        remarks="",
    )


def _cells(row: InventoryRow) -> tuple[str, ...]:
    return (
        *(row.country, row.case_id, row.rsn, row.nomenclature, row.nsn, row.part_number, row.cage, row.serial, row.uii),
        *(row.eum_level, _iso(row.ship_date), _iso(row.delivery_date), row.site, row.location),
        *(_iso(row.last_inventory), row.disposition.value.replace("_", " ")),
    )


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _shelf(rows: Sequence[InventoryRow], seed: int) -> Picture:
    """Draw two boards with labels on boxes, as wide as the labels need and as high as a frame."""
    columns = -(-len(rows) // _LABELS_DEEP)
    chance = np.random.default_rng(seed)
    width = max(FRAME_WIDTH, columns * _LABEL_PITCH + _LABEL_PITCH)
    shelf = np.full((FRAME_HEIGHT, width), 96, np.int16) + chance.integers(-12, 13, (1, width))
    for board in range(_LABELS_DEEP):
        foot = FRAME_HEIGHT * (board + 1) // _LABELS_DEEP
        shelf[foot - 24 : foot] = 60
    for place, row in enumerate(rows):
        column, board = divmod(place, _LABELS_DEEP)
        label = label_picture(row)
        top = FRAME_HEIGHT * board // _LABELS_DEEP + 90 + int(chance.integers(0, 30))
        left = column * _LABEL_PITCH + _LABEL_PITCH // 2 + int(chance.integers(0, 20))
        height, wide = label.shape
        shelf[top - 40 : top + height + 40, left - 20 : left + wide + 20] = 150 + int(chance.integers(-20, 20))
        shelf[top : top + height, left : left + wide] = 20 + label.astype(np.int16) * 9 // 11
    picture: Picture = np.clip(shelf, 0, 255).astype(np.uint8)
    return picture


def _walk(shelf: Picture, frames: int, seed: int) -> Iterator[Picture]:
    from eum_app.scanning.opencv import cv2

    chance = np.random.default_rng(seed)
    way = shelf.shape[1] - FRAME_WIDTH
    for frame in range(frames):
        left = way * frame / max(1, frames - 1)
        shake_x, shake_y = chance.uniform(-2, 2, 2)
        shift = np.array([[1, 0, -left + shake_x], [0, 1, shake_y]], np.float32)
        view = cv2.warpAffine(shelf, shift, (FRAME_WIDTH, FRAME_HEIGHT), borderMode=cv2.BORDER_REPLICATE)
        light = np.linspace(0.85, 1.05, FRAME_WIDTH)[np.newaxis]
        grain = chance.normal(0, 3, view.shape)
        yield np.clip(cv2.GaussianBlur(view, (3, 3), 0) * light + grain, 0, 255).astype(np.uint8)


def _bench(chance: np.random.Generator) -> Picture:
    """Draw a wooden bench under a lamp: grain along the wood, darker toward the edges."""
    from eum_app.scanning.opencv import cv2

    height, width = 960, 1280
    wood = cv2.resize(chance.normal(0, 18, (height // 4, 8)), (width, height), interpolation=cv2.INTER_CUBIC)
    x, y = np.linspace(-1, 1, width), np.linspace(-1, 1, height)[:, np.newaxis]
    lamp = 1.05 - 0.35 * (x**2 + y**2)
    color = np.array([96.0, 132.0, 164.0])
    return np.clip((color + wood[..., np.newaxis]) * lamp[..., np.newaxis], 0, 255).astype(np.uint8)


def _article(picture: Picture, serial: str, *, has_cap: bool) -> None:
    """Draw a housing with two tubes, a plate, a seal and, if `has_cap`, a cap."""
    from eum_app.scanning.opencv import cv2

    shadow = picture.copy()
    cv2.ellipse(shadow, (660, 640), (430, 150), 0, 0, 360, (30, 36, 44), -1, cv2.LINE_AA)
    cv2.addWeighted(cv2.GaussianBlur(shadow, (61, 61), 0), 0.6, picture, 0.4, 0, picture)
    cv2.rectangle(picture, (300, 330), (980, 600), (62, 70, 60), -1)
    for left in (420, 860):
        cv2.circle(picture, (left, 600), 130, (48, 54, 46), -1, cv2.LINE_AA)
        cv2.circle(picture, (left, 600), 92, (20, 22, 20), -1, cv2.LINE_AA)
        cv2.ellipse(picture, (left - 20, 575), (40, 22), 30, 0, 360, (90, 110, 70), -1, cv2.LINE_AA)
    if has_cap:
        cv2.circle(picture, (420, 600), 100, (36, 40, 36), -1, cv2.LINE_AA)
        cv2.circle(picture, (420, 600), 60, (42, 48, 42), 3, cv2.LINE_AA)
    cv2.rectangle(picture, (540, 370), (760, 450), (170, 176, 178), -1)
    cv2.putText(picture, f"SER {serial}", (556, 420), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (30, 30, 30), 2, cv2.LINE_AA)
    cv2.rectangle(picture, (600, 520), (700, 556), (40, 60, 170), -1)


def _damage(picture: Picture, kind: PhotoKind, chance: np.random.Generator) -> None:
    from eum_app.scanning.opencv import cv2

    x, y = int(chance.integers(380, 480)), int(chance.integers(360, 460))
    match kind:
        case "intact" | "missing_part":
            pass
        case "dent":
            cv2.ellipse(picture, (x, y), (46, 30), 20, 0, 360, (38, 44, 36), -1, cv2.LINE_AA)
            cv2.ellipse(picture, (x + 4, y + 5), (46, 30), 20, 20, 160, (120, 130, 116), 3, cv2.LINE_AA)
        case "crack":
            steps = np.column_stack([np.linspace(0, 300, 14), chance.normal(0, 16, 14).cumsum()])
            line = (steps + np.array([x, y])).astype(np.int32)
            cv2.polylines(picture, [line], isClosed=False, color=(8, 8, 8), thickness=4, lineType=cv2.LINE_AA)
        case "corrosion":
            for _ in range(60):
                spot = (x + int(chance.normal(0, 26)), y + int(chance.normal(0, 20)))
                tone = (int(chance.integers(20, 50)), int(chance.integers(60, 100)), int(chance.integers(120, 170)))
                cv2.circle(picture, spot, int(chance.integers(2, 12)), tone, -1, cv2.LINE_AA)
        case "seal_broken":
            cv2.line(picture, (640, 512), (664, 564), (62, 70, 60), 12, cv2.LINE_AA)
            cv2.line(picture, (652, 512), (676, 564), (20, 30, 90), 2, cv2.LINE_AA)
