"""List what the frozen folder contains, with the license texts of each part.

The list is made from the files that PyInstaller collected, so it holds what is shipped and nothing else. A file from a
Python package belongs to the distribution whose RECORD names it; a system library belongs to the Debian package that
installed it. A part without a license text stops the build.
"""

from __future__ import annotations

import json
import platform
import re
import shutil
import subprocess
import sysconfig
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from importlib.metadata import Distribution, distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXTS = Path(__file__).resolve().parent / "texts"
LICENSE_FILE = re.compile(r"(licen[cs]e|copying|notice|copyright|authors)", re.IGNORECASE)
COMMON = re.compile(r"/usr/share/common-licenses/([A-Za-z]+-[\d.]*\d|[A-Za-z]+)")
QT = ("LGPL-3.0.txt", "GPL-3.0.txt")
# Wheels without license texts, and wheels that embed a library whose license their own text leaves out.
EXTRA_TEXTS = {
    "pyside6": QT,
    "pyside6-essentials": QT,
    "pyside6-addons": QT,
    "shiboken6": QT,
    "sqlcipher3": ("SQLCipher.txt", "../../../LICENSE"),  # OpenSSL is Apache-2.0, like this project
}
# Not imported by the app: PyInstaller's start code is the executable itself.
ALWAYS = ("pyinstaller",)


@dataclass(frozen=True)
class Part:
    """One thing in the folder. `kind` is "python", "system" or "file"; `texts` are paths below `licenses`."""

    name: str
    version: str
    kind: str
    license: str
    texts: tuple[str, ...] = field(default=())


def write_licenses(folder: Path, sources: Iterable[Path]) -> list[Part]:
    """Write license texts, ADR 0004 and the lists (`bundled.json`, `README.md`) into `folder`.

    `sources` are the files that the frozen folder was made from. Returns the parts by kind and name. Raises SystemExit
    for a file or a part whose license is not known, FileExistsError if `folder` exists.
    """
    folder.mkdir(parents=True)
    packages, system, strangers = _owners(sources)
    parts = [*_our_own(folder), *(_python_part(folder, one) for one in packages), *_system_parts(folder, system)]
    bare = [part.name for part in parts if not part.texts]
    if strangers or bare:
        raise SystemExit(f"No license is known for: {', '.join([*bare, *map(str, strangers)])}")
    parts.sort(key=lambda part: (part.kind, part.name.lower()))
    shutil.copyfile(ROOT / "docs" / "adr" / "0004-dependencies.md", folder / "dependencies.md")
    listed = json.dumps([asdict(part) for part in parts], indent=1, ensure_ascii=False)
    (folder / "bundled.json").write_text(listed + "\n", encoding="utf-8", newline="\n")
    (folder / "README.md").write_text(readme(parts), encoding="utf-8", newline="\n")
    return parts


def readme(parts: Iterable[Part]) -> str:
    """Return the table for people as Markdown text: part, version, license, place of the text."""
    lines = [
        "# Licenses of the parts in this folder",
        "",
        "EUM is Apache-2.0. Qt, PySide6 and psycopg are LGPL-3.0: their libraries are separate files in `_internal`,",
        "and you may replace them. Why each dependency is used: [dependencies.md](dependencies.md).",
        "",
        "| part | version | license | text |",
        "|---|---|---|---|",
    ]
    for part in parts:
        texts = ", ".join(f"[{Path(text).name}]({text})" for text in part.texts)
        lines.append(f"| {part.name} | {part.version} | {part.license} | {texts} |")
    return "\n".join(lines) + "\n"


def read_parts(licenses: Path) -> list[Part]:
    """Return the parts that `write_licenses` listed in a frozen folder."""
    rows = json.loads((licenses / "bundled.json").read_text(encoding="utf-8"))
    return [Part(**{**row, "texts": tuple(row["texts"])}) for row in rows]


def license_of(distribution: Distribution) -> str:
    """Return the license that the package's metadata state: an SPDX expression, a short name, or its classifiers.

    `see text` if they state none.
    """
    about = distribution.metadata
    stated = next((about[key] for key in ("License-Expression", "License") if key in about), "")
    if stated and "\n" not in stated:
        return stated
    classifiers = [line.split(" :: ")[-1] for line in about.get_all("Classifier", []) if line.startswith("License ::")]
    return ", ".join(classifiers) or "see text"


def license_files(distribution: Distribution) -> list[Path]:
    """Return license texts and bills of material in a wheel's metadata folder, and license texts beside its code.

    Sorted; empty if there are none. Texts of packages that pip brings along (`_vendor`) are left out.
    """
    files = [file for file in distribution.files or () if file.suffix not in {".py", ".pyc", ".h"}]
    inside = [file for file in files if ".dist-info/" in file.as_posix() and "/_vendor/" not in file.as_posix()]
    texts = [file for file in inside if LICENSE_FILE.search(file.name) or "sboms" in file.parts]
    texts += [file for file in files if file not in inside and file.name.upper().startswith(("LICEN", "COPYING"))]
    return sorted({Path(str(distribution.locate_file(file))) for file in texts if "_vendor" not in file.parts})


def _owners(sources: Iterable[Path]) -> tuple[list[Distribution], list[Path], list[Path]]:
    """Return distributions, system files, and files of unknown origin."""
    everything = sorted(distributions(), key=lambda one: one.name.lower())
    owner = {Path(str(one.locate_file(file))).resolve(): one for one in everything for file in one.files or ()}
    python_home = Path(sysconfig.get_path("stdlib")).resolve()
    base = Path(sysconfig.get_config_var("installed_base") or python_home).resolve()
    used = {one.name: one for one in everything if one.name.lower() in ALWAYS}
    system, strangers = [], []
    for given in sorted(set(sources)):
        path = given.resolve()
        if found := owner.get(path):
            used[found.name] = found
        elif path.is_relative_to(ROOT) and "site-packages" not in path.parts:
            continue  # ours, or written by the build
        elif path.is_relative_to(python_home) and "site-packages" not in path.parts:
            continue  # Python itself
        elif base != Path("/usr") and path.is_relative_to(base):
            continue
        elif "site-packages" in path.parts:
            strangers.append(given)
        else:
            system.append(given)
    return list(used.values()), system, strangers


def _our_own(folder: Path) -> Iterator[Part]:
    """Yield EUM, its fonts and icons, and Python."""
    from eum_app import __version__  # noqa: PLC0415 - readable without the app

    rows = [("EUM", __version__, "Apache-2.0", [ROOT / "LICENSE"])]
    fonts = ROOT / "assets" / "fonts"
    rows += [
        (name, "", "OFL-1.1", [fonts / f"LICENSE-{name.replace(' ', '')}"]) for name in ("Inter", "JetBrains Mono")
    ]
    more = ROOT / "assets" / "report-fonts"
    rows += [
        (name, "", "OFL-1.1", [more / f"LICENSE-{name.replace(' ', '')}"])
        for name in ("Noto Sans CJK", "Noto Sans Thai")
    ]
    rows += [("Lucide icons", "", "ISC", [ROOT / "assets" / "icons" / "LICENSE"])]
    rows += [("Python", platform.python_version(), "PSF-2.0", python_license())]
    for name, version, license_name, files in rows:
        yield Part(name, version, "file", license_name, _copy(folder, name.replace(" ", "-"), files))


def python_license() -> list[Path]:
    """Return Python's license text, from beside the standard library or Debian's documentation; empty without one."""
    stdlib, number = Path(sysconfig.get_path("stdlib")), sysconfig.get_python_version()
    places = [
        stdlib / "LICENSE.txt",
        Path(sysconfig.get_config_var("installed_base") or stdlib) / "LICENSE.txt",
        Path(f"/usr/share/doc/python{number}/copyright"),
        Path(f"/usr/share/doc/libpython{number}-minimal/copyright"),
    ]
    return [place for place in places if place.is_file()][:1]


def _python_part(folder: Path, distribution: Distribution) -> Part:
    files = license_files(distribution)
    files += [TEXTS / name for name in EXTRA_TEXTS.get(distribution.name.lower().replace("_", "-"), ())]
    texts = _copy(folder, f"{distribution.name}-{distribution.version}", files)
    return Part(distribution.name, distribution.version, "python", license_of(distribution), texts)


def _system_parts(folder: Path, libraries: Iterable[Path]) -> Iterator[Part]:
    for (package, version), files in sorted(debian_packages(libraries).items()):
        notice = Path("/usr/share/doc") / package / "copyright"
        texts = [notice] if version and notice.is_file() else []
        if texts:
            named = COMMON.findall(notice.read_text(encoding="utf-8", errors="replace"))
            common = (Path("/usr/share/common-licenses") / name for name in sorted(set(named)))
            texts += [path for path in common if path.is_file()]
        yield Part(package or files[0].name, version, "system", "see text", _copy(folder, package, texts))


def debian_packages(libraries: Iterable[Path]) -> dict[tuple[str, str], list[Path]]:
    """Return the files by (name, version) of their package.

    A file unknown to dpkg gets its own name and an empty version; without dpkg, that is every file.
    """
    libraries = list(libraries)
    spelled = {library: _spellings(library) for library in libraries}
    patterns = sorted({name for names in spelled.values() for name in names})
    has_dpkg = bool(patterns) and shutil.which("dpkg-query") is not None
    searched = _output("dpkg-query", "--search", *patterns) if has_dpkg else ""
    owners = {}
    for line in searched.splitlines():
        package, _, path = line.partition(": ")
        owners[path] = package.partition(",")[0].partition(":")[0]
    names = sorted(set(owners.values()))
    listed = _output("dpkg-query", "--show", "--showformat=${Package} ${Version}\n", *names) if names else ""
    versions = dict(line.split() for line in listed.splitlines())
    found: dict[tuple[str, str], list[Path]] = defaultdict(list)
    for library, ways in spelled.items():
        package = next((owners[way] for way in ways if way in owners), library.name)
        found[package, versions.get(package, "")].append(library)
    return found


def _spellings(path: Path) -> list[str]:
    """Return the paths by which dpkg may know a file: as given, resolved, and with and without /usr before /lib."""
    whole = str(path.resolve())
    return list(dict.fromkeys([str(path), whole, whole.removeprefix("/usr"), f"/usr{whole}"]))


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def _copy(folder: Path, name: str, files: Iterable[Path]) -> tuple[str, ...]:
    """Copy texts below `folder/name`, numbering equal names, and return their paths below `folder`."""
    copied = []
    for file in files:
        (folder / name).mkdir(exist_ok=True)
        target = folder / name / file.name
        number = 2
        while target.exists():
            target = folder / name / f"{file.stem}-{number}{file.suffix}"
            number += 1
        shutil.copyfile(file, target)
        copied.append(target.relative_to(folder).as_posix())
    return tuple(copied)
