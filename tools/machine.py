"""Check what a machine needs before anything is installed: a Python, the venv module, and the libraries Qt links to.

The Makefile runs it with the system's Python. It tries to load each library, so it reports what is really missing. On
Debian and Ubuntu it installs missing packages when run as root; otherwise it prints the command and ends with 1. It
imports only the standard library, and must start on any Python 3 to say that the Python is too old.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

PYTHONS = ((3, 11), (3, 15))

# What libQt6Core, Gui, Widgets, Svg and DBus and the offscreen plugin of PySide6 6.11 name as needed (readelf -d).
LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libX11.so.6": "libx11-6",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libzstd.so.1": "libzstd1",
    "libz.so.1": "zlib1g",
    "libstdc++.so.6": "libstdc++6",
}
# What libqxcb and libQt6XcbQpa need beyond those: only where windows are shown.
X11_LIBRARIES = {
    "libxcb.so.1": "libxcb1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
WAYLAND_LIBRARIES = {"libwayland-client.so.0": "libwayland-client0", "libwayland-cursor.so.0": "libwayland-cursor0"}


# What a build needs beyond running the app: the frozen folder brings these libraries along, so they must be here even
# where no window is shown. A library that is missing at build time would be missing in the folder too.
BUILD_LIBRARIES = {
    **X11_LIBRARIES,
    **WAYLAND_LIBRARIES,
    "libwayland-egl.so.1": "libwayland-egl1",
    "libpulse.so.0": "libpulse0",  # Qt Multimedia does not load without it
}
BUILD_PROGRAMS = {"objdump": "binutils", "objcopy": "binutils", "ldd": "libc-bin"}
RELEASE_PROGRAMS = {"dpkg-deb": "dpkg", "dpkg-shlibdeps": "dpkg-dev", "gpg": "gnupg"}


def main() -> int:
    """Return 0 if everything is there, also after installing it as root on Debian; else 1 with instructions.

    These go to standard error. `--freeze` also checks what building the frozen folder needs, `--release` what making
    packages of it needs.
    """
    purposes = set(sys.argv[1:])
    if not PYTHONS[0] <= sys.version_info[:2] < PYTHONS[1]:
        return _stop(f"EUM needs Python 3.11 to 3.14; this is {platform.python_version()}. Try: make PYTHON=python3.12")
    if purposes and not _has_shared_library():
        return _stop("A frozen app needs a Python built with a shared library. Try another: make PYTHON=…")
    return _install(purposes)


def _install(purposes: set[str]) -> int:
    reasons = _missing_packages()
    if purposes:
        reasons = (
            dict.fromkeys(_missing_for_build("--release" in purposes), "needed to build the frozen folder") | reasons
        )
    packages = sorted(reasons)
    if not packages:
        return 0
    needed = "\n".join(f"  {package}: {reasons[package]}" for package in packages)
    if not _is_debian():
        return _stop(f"These are missing here (Debian's package names):\n{needed}")
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if os.geteuid() != 0:
        by_hand = f"sudo apt-get update && sudo {' '.join(install)}"
        return _stop(f"System packages are missing:\n{needed}\nInstall them and run make again:\n  {by_hand}")
    print(f"Installing system packages as root:\n{needed}", flush=True)  # noqa: T201
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    for command in (["apt-get", "update", "-q"], [*install, "-q"]):
        if subprocess.run(command, env=environment, check=False).returncode:
            return _stop("This failed: " + " ".join(command))
    return 0


def _missing_packages() -> dict[str, str]:
    """Return the reason why it is needed for each missing package."""
    missing = {}
    if not importlib.util.find_spec("ensurepip"):
        missing["python{}.{}-venv".format(*sys.version_info[:2])] = "makes the virtual environment"
    if sys.platform == "linux":
        wanted = [(LIBRARIES, "Qt")]
        if os.environ.get("DISPLAY"):
            wanted.append((X11_LIBRARIES, "Qt to show windows on X11 (DISPLAY is set)"))
        if os.environ.get("WAYLAND_DISPLAY"):
            wanted.append((WAYLAND_LIBRARIES, "Qt to show windows on Wayland (WAYLAND_DISPLAY is set)"))
        for libraries, needs_it in wanted:
            for library, package in libraries.items():
                if not _loads(library):
                    missing.setdefault(package, f"holds {library}, needed by {needs_it}")
    return missing


def _missing_for_build(is_release: bool) -> list[str]:
    if sys.platform != "linux":
        return []
    programs = {**BUILD_PROGRAMS, **(RELEASE_PROGRAMS if is_release else {})}
    missing = [package for library, package in BUILD_LIBRARIES.items() if not _loads(library)]
    missing += [package for program, package in programs.items() if shutil.which(program) is None]
    # PyInstaller copies the shared libpython. Debian's interpreter does not use it, so it may not be installed.
    library = str(sysconfig.get_config_var("INSTSONAME") or "")
    beside = Path(str(sysconfig.get_config_var("LIBDIR")), library)
    if not (_loads(library) or beside.is_file()):
        missing.append("libpython{}.{}".format(*sys.version_info[:2]))
    return missing


def _has_shared_library() -> bool:
    return sys.platform != "linux" or bool(sysconfig.get_config_var("Py_ENABLE_SHARED"))


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _is_debian() -> bool:
    release = Path("/etc/os-release")
    words = release.read_text(encoding="utf-8").lower() if release.is_file() else ""
    return "debian" in words or "ubuntu" in words


def _stop(why: str) -> int:
    print(why, file=sys.stderr)  # noqa: T201
    return 1


if __name__ == "__main__":
    sys.exit(main())
