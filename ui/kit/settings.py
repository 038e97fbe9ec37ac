"""What this device is set to: look, camera, scanner, what is kept. No secrets; a small file in the config folder."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Literal

import msgspec

from db.files import own_folder
from eum_app.domain.errors import Trouble
from eum_app.domain.unreadable import UNREADABLE
from eum_app.scanning.symbologies import USUAL
from eum_app.scanning.wedge import WedgeSettings

RESOLUTIONS = ((640, 480), (1280, 720), (1920, 1080))
ZOOMS = (1.0, 1.5, 2.0, 3.0)
LOCK_MINUTES = (1, 2, 5, 10, 15, 30)
"""After how many idle minutes a device may lock; the organisation sets the number (NIST SP 800-53 AC-11), and nobody
more than the last."""


class CameraSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`index` is the camera's number with the system; `zoom` cuts out the middle (2.0: half of width and height);
    `kinds` are the symbols looked for (`symbologies.ALL`), in photos too."""

    index: int = 0
    width: int = 1280
    height: int = 720
    is_mirrored: bool = False
    zoom: float = 1.0
    kinds: tuple[str, ...] = USUAL


class ScannerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What the hand scanner is set to; `keys` and `texts` as in `WedgeSettings`. No `serial_port`: none is used."""

    prefix: str = ""
    suffix: str = ""
    max_gap_ms: float = 50
    keys: dict[str, str] = {}
    texts: dict[str, str] = {}
    serial_port: str = ""
    serial_baud: int = 9600
    serial_prefix: str = ""
    serial_suffix: str = "\r\n"

    def for_wedge(self) -> WedgeSettings:
        return WedgeSettings(
            max_gap_ms=self.max_gap_ms, prefix=self.prefix, suffix=self.suffix, keys=self.keys, texts=self.texts
        )


class SatelliteSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The serial port of a satellite receiver (GNSS). No `port`: none is used."""

    port: str = ""
    baud: int = 9600


class LookSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`mode` and `density` as the theme has them; `scale` in per cent, 100 to 200."""

    mode: str = "system"
    density: Literal["normal", "glove"] = "normal"
    scale: int = 100


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """`keeps_mark_pictures`: whether the picture of a mark is kept with the check (where photos are allowed);
    `makes_sounds`: whether a scan is answered by a tone as well;
    `lock_after_minutes`: idle minutes, whatever the file says within `LOCK_MINUTES`."""

    look: LookSettings = LookSettings()
    camera: CameraSettings = CameraSettings()
    scanner: ScannerSettings = ScannerSettings()
    satellite: SatelliteSettings = SatelliteSettings()
    keeps_mark_pictures: bool = False
    makes_sounds: bool = False
    lock_after_minutes: int = 15

    def __post_init__(self) -> None:
        within = min(max(self.lock_after_minutes, LOCK_MINUTES[0]), LOCK_MINUTES[-1])
        msgspec.structs.force_setattr(self, "lock_after_minutes", within)


def settings_file() -> Path:
    """Where the settings are when no other file is named. Raises Trouble `home.absent`."""
    import platformdirs

    return own_folder(platformdirs.user_config_path) / "settings.json"


def load(path: Path | None = None) -> Settings:
    """The settings; the defaults where there is no file, or one that cannot be read: a device must always start."""
    try:
        return msgspec.json.decode((path or settings_file()).read_bytes(), type=Settings)
    except (OSError, Trouble, *UNREADABLE):
        return Settings()


def save(settings: Settings, path: Path | None = None) -> None:
    """Replace the file in one step. Raises Trouble `disk.failed`, `home.absent`."""
    target = path or settings_file()
    temporary = ""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".settings-")
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(settings)))
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(target)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise Trouble("disk.failed", path=str(target), reason=error.strerror or "") from None
