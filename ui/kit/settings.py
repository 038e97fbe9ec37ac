"""The settings of this machine: a registry of typed entries, and one object that holds their values.

They are stored in a small JSON file in the config folder and hold no secrets. The file is read once, on first use.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Generic, Literal, TypeVar, cast

import msgspec
from PySide6.QtCore import QObject, Signal

from db.files import own_folder
from eum_app.domain.errors import Trouble
from eum_app.domain.translatable import QT_TRANSLATE_NOOP
from eum_app.domain.unreadable import UNREADABLE
from eum_app.scanning.symbologies import USUAL
from eum_app.scanning.wedge import WedgeSettings
from ui.kit.theme import MODES
from ui.kit.theme.theme import SCALES, Density

RESOLUTIONS = ((640, 480), (1280, 720), (1920, 1080))
ZOOMS = (1.0, 1.5, 2.0, 3.0)
MINUTES = (1, 2, 5, 10, 15, 30)
"""Choices of idle minutes after which a device locks. The organization sets the number (NIST SP 800-53 AC-11); the last
one is the maximum.
"""
DAYS = (7, 14, 30, 60, 90)
"""Choices of days after which a check without its author's signature is a finding."""
# A damaged file may hold any number, and one that does not fit into a C int would raise in Qt before the first window.
_Length = Annotated[int, msgspec.Meta(ge=0, le=32_767)]
_Place = Annotated[int, msgspec.Meta(ge=-32_768, le=32_767)]
_Baud = Annotated[int, msgspec.Meta(ge=1, le=10_000_000)]
_Gap = Annotated[float, msgspec.Meta(ge=0, le=60_000)]


class CameraSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`index` is the system's number of the camera; `zoom` crops to the middle (2.0: half of width and height).

    `kinds` are the symbologies to look for (`symbologies.ALL`), in photos too.
    """

    index: _Length = 0
    width: _Length = 1280
    height: _Length = 720
    is_mirrored: bool = False
    zoom: float = 1.0
    kinds: tuple[str, ...] = USUAL


class ScannerTested(msgspec.Struct, frozen=True, kw_only=True):
    """The measurements of the hand scanner on its test page. `slowest_gap_ms` is the largest time between two keys.

    `shortest` is the number of characters of the shortest scan; `end` the key that ends a scan, or empty.
    """

    slowest_gap_ms: _Gap
    shortest: _Length
    end: str = ""
    layout: str = "US"
    has_caps_lock: bool = False


class ScannerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The configuration of the hand scanner. `keys` and `texts` as in `WedgeSettings`; empty `serial_port`: none is
    used.
    """

    prefix: str = ""
    suffix: str = ""
    max_gap_ms: _Gap = 50
    keys: dict[str, str] = {}
    texts: dict[str, str] = {}
    serial_port: str = ""
    serial_baud: _Baud = 9600
    serial_prefix: str = ""
    serial_suffix: str = "\r\n"
    tested: ScannerTested | None = None

    def for_wedge(self) -> WedgeSettings:
        """Return the part of the settings that `BurstCollector` needs."""
        return WedgeSettings(
            max_gap_ms=self.max_gap_ms,
            prefix=self.prefix,
            suffix=self.suffix,
            keys=self.keys,
            texts=self.texts,
            always_ends=self.tested is not None and bool(self.tested.end),
        )


class SatelliteSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The serial port of a satellite receiver (GNSS). Empty `port`: none is used."""

    port: str = ""
    baud: _Baud = 9600


class WindowSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Last place and size of the main window, in logical pixels."""

    width: _Length = 1440
    height: _Length = 900
    is_maximized: bool = False
    has_place: bool = False
    """Whether `left` and `top` are known: the corner inside the frame, among all screens."""
    left: _Place = 0
    top: _Place = 0


T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Choices(Generic[T]):
    """The control that a page offers for a setting. Texts are English, marked for translation (context `settings`)."""

    card: Literal["look", "scanning", "review", "lock"]
    """Lock is on the accounts page, the others are on the settings page: scanning only on a field device, review only
    at HQ.
    """
    name: str
    """Object name of the control. Each choice adds `_` and its key."""
    title: str
    hint: str
    values: tuple[tuple[str, T, str], ...]
    """(key, value, caption) of each choice."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Entry(Generic[T]):
    """One setting. Without `choices` it is edited on a separate page."""

    key: str
    """Path in the file; a dot leads into an object."""
    type: Any
    """Type that msgspec decodes it as. Any other content of the file counts as the default."""
    default: T
    allowed: Callable[[T], T] = lambda value: value
    """Return the nearest allowed value."""
    choices: Choices[T] | None = None


_OFF_ON: Final = (
    ("off", False, QT_TRANSLATE_NOOP("settings", "Off")),
    ("on", True, QT_TRANSLATE_NOOP("settings", "On")),
)
_MODES: Final = {
    "system": QT_TRANSLATE_NOOP("settings", "Same as the system"),
    "light": QT_TRANSLATE_NOOP("settings", "Light"),
    "dark": QT_TRANSLATE_NOOP("settings", "Dark"),
    "sunlight": QT_TRANSLATE_NOOP("settings", "Sunlight"),
}

THEME: Final = Entry[str](
    key="look.mode",
    type=str,
    default="system",
    allowed=lambda mode: mode if mode in MODES else "system",
    choices=Choices(
        card="look",
        name="settings_theme",
        title=QT_TRANSLATE_NOOP("settings", "Theme"),
        hint=QT_TRANSLATE_NOOP("settings", "Sunlight is black on white with heavy lines (Ctrl+Shift+L)"),
        values=tuple((mode, mode, _MODES[mode]) for mode in MODES),
    ),
)
DENSITY: Final = Entry[Density](
    key="look.density",
    type=Literal["normal", "glove"],
    default="normal",
    choices=Choices(
        card="look",
        name="settings_density",
        title=QT_TRANSLATE_NOOP("settings", "Size of buttons"),
        hint=QT_TRANSLATE_NOOP("settings", "For gloves, everything that you press is larger"),
        values=(
            ("normal", "normal", QT_TRANSLATE_NOOP("settings", "Normal")),
            ("glove", "glove", QT_TRANSLATE_NOOP("settings", "Gloves")),
        ),
    ),
)
SCALE: Final = Entry[int](
    key="look.scale",
    type=int,
    default=100,
    allowed=lambda percent: min(max(percent, SCALES[0]), SCALES[-1]),
    choices=Choices(
        card="look",
        name="settings_scale",
        title=QT_TRANSLATE_NOOP("settings", "Text size"),
        hint=QT_TRANSLATE_NOOP("settings", "Ctrl+Plus and Ctrl+Minus change it anywhere"),
        values=tuple((str(scale), scale, f"{scale} %") for scale in SCALES),
    ),
)
PICTURES: Final = Entry[bool](
    key="keeps_mark_pictures",
    type=bool,
    default=False,
    choices=Choices(
        card="scanning",
        name="settings_pictures",
        title=QT_TRANSLATE_NOOP("settings", "Picture of the mark"),
        hint=QT_TRANSLATE_NOOP("settings", "Kept with each check as evidence. Only where photos are allowed."),
        values=_OFF_ON,
    ),
)
SOUNDS: Final = Entry[bool](
    key="makes_sounds",
    type=bool,
    default=False,
    choices=Choices(
        card="scanning",
        name="settings_sounds",
        title=QT_TRANSLATE_NOOP("settings", "Sounds"),
        hint=QT_TRANSLATE_NOOP(
            "settings", "A tone for each scan: accepted, look at it, stop. The result is always shown too."
        ),
        values=_OFF_ON,
    ),
)
LOCK_AFTER: Final = Entry[int](
    key="lock_after_minutes",
    type=int,
    default=15,
    allowed=lambda minutes: min(max(minutes, MINUTES[0]), MINUTES[-1]),
    choices=Choices(
        card="lock",
        name="lock_after_minutes",
        title=QT_TRANSLATE_NOOP("settings", "Minutes until it locks"),
        hint=QT_TRANSLATE_NOOP(
            "settings",
            "Minutes without a key, a touch or a scan. The app also locks before the computer sleeps, and with "
            "Ctrl+L. Unfinished input is kept.",
        ),
        values=tuple((str(minutes), minutes, str(minutes)) for minutes in MINUTES),
    ),
)
SIGNATURE_DAYS: Final = Entry[int](
    key="signature_days",
    type=int,
    default=14,
    allowed=lambda days: min(max(days, DAYS[0]), DAYS[-1]),
    choices=Choices(
        card="review",
        name="settings_signature_days",
        title=QT_TRANSLATE_NOOP("settings", "Days until a missing signature is a finding"),
        hint=QT_TRANSLATE_NOOP(
            "settings",
            "Days after a check arrived in which its author should have signed the device's journal. Once the visit is "
            "closed out, it is a finding at once.",
        ),
        values=tuple((str(days), days, str(days)) for days in DAYS),
    ),
)
CAMERA: Final = Entry[CameraSettings](key="camera", type=CameraSettings, default=CameraSettings())
SCANNER: Final = Entry[ScannerSettings](key="scanner", type=ScannerSettings, default=ScannerSettings())
SATELLITE: Final = Entry[SatelliteSettings](key="satellite", type=SatelliteSettings, default=SatelliteSettings())
WINDOW: Final = Entry[WindowSettings](key="window", type=WindowSettings, default=WindowSettings())

ENTRIES: Final[list[Entry[Any]]] = [
    THEME, DENSITY, SCALE, PICTURES, SOUNDS, SIGNATURE_DAYS, LOCK_AFTER, CAMERA, SCANNER, SATELLITE, WINDOW,
]  # fmt: skip
"""Every setting, in the order in which pages show them."""


class Settings(QObject):
    """The values of all entries. `path` is the file; None is this account's file on the machine."""

    changed = Signal(object)
    """The `Entry` whose value was changed."""

    def __init__(self, path: Path | None = None, parent: QObject | None = None) -> None:
        """Read the file. If it is absent, unreadable or damaged, use the defaults: a device must always start.

        A single value that cannot be read counts as its default, and one out of range as the nearest allowed.
        """
        super().__init__(parent)
        self._path = path
        file = self._file()
        self._values = {entry.key: _read(entry, file) for entry in ENTRIES}

    def value(self, entry: Entry[T]) -> T:
        """Return the current value of an entry."""
        return cast("T", self._values[entry.key])

    def keep(self, entry: Entry[T], value: T) -> None:
        """Use the nearest allowed value from now on, emit `changed`, and save it.

        The other entries keep what the file has for them, but a file that cannot be read is replaced. A symbolic link
        becomes a file. Raises Trouble `disk.failed`, `home.absent`: the value then applies only until the app ends.
        """
        self._values[entry.key] = entry.allowed(value)
        self.changed.emit(entry)
        file = self._file()
        for one in ENTRIES:
            # What another window kept meanwhile stays as the file has it; so does what a newer version put there.
            _put(file, one.key, self._values[one.key], is_new=one is entry)
        _write(self._path or settings_file(), file)

    def _file(self) -> dict[str, Any]:
        try:
            found = msgspec.json.decode((self._path or settings_file()).read_bytes())
        except (OSError, Trouble, *UNREADABLE):
            return {}
        return found if isinstance(found, dict) else {}


_current: list[Settings] = []


def current() -> Settings:
    """Return the settings of this process, read on first use."""
    if not _current:
        _current.append(Settings())
    return _current[0]


def is_scanner_tested() -> bool:
    """Return whether the hand scanner of this device passed its test page."""
    return current().value(SCANNER).tested is not None


def forget() -> None:
    """Read the file again at the next `current()`. For tests, each of which has a separate config folder."""
    _current.clear()


def settings_file() -> Path:
    """Return the path of this account's settings file, which may not exist. Raises Trouble `home.absent`."""
    import platformdirs

    return own_folder(platformdirs.user_config_path) / "settings.json"


def _read(entry: Entry[T], file: dict[str, Any]) -> T:
    found: Any = file
    for name in entry.key.split("."):
        found = found.get(name, msgspec.UNSET) if isinstance(found, dict) else msgspec.UNSET
    try:
        return entry.default if found is msgspec.UNSET else entry.allowed(msgspec.convert(found, entry.type))
    except msgspec.ValidationError:
        return entry.default


def _put(file: dict[str, Any], key: str, value: object, *, is_new: bool) -> None:
    *into, last = key.split(".")
    for name in into:
        inner = file.get(name)
        if not isinstance(inner, dict):
            inner = file[name] = {}
        file = inner
    if is_new or last not in file:
        file[last] = msgspec.to_builtins(value)


def _write(target: Path, file: dict[str, Any]) -> None:
    """Replace the file atomically."""
    temporary = ""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".settings-")
        with os.fdopen(handle, "wb") as out:
            out.write(msgspec.json.format(msgspec.json.encode(file)))
            out.flush()
            os.fsync(out.fileno())
        Path(temporary).replace(target)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise Trouble("disk.failed", path=str(target), reason=error.strerror or "") from None
