"""Packages of a frozen folder: an archive for any Linux, and a Debian package that declares its libraries."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import tarfile
from datetime import UTC, date, datetime
from pathlib import Path

import zstandard

from eum_app import __version__
from tools.release.build import ROOT, build_environment
from tools.release.completion import write_completions
from tools.release.contents import read_parts
from tools.release.desktop import SUMMARY, write_desktop_files
from tools.release.manpages import write_man_pages

LEVEL = 10
"""Of zstd: higher levels take minutes longer for a few percent."""
THREADS = 2
"""Fixed, since one thread and several give different bytes."""
LIBRARY_PATH = Path("usr/lib/eum")
CONTROL = """\
Package: eum
Version: {version}
Section: misc
Priority: optional
Architecture: {architecture}
Installed-Size: {size}
Depends: {depends}, fontconfig-config, xkb-data
Maintainer: {maintainer}
Description: {summary}
 Inspectors scan and check items without a network and seal what they found
 into bundles. Headquarters imports and reviews them; auditors export reports.
 The package brings its own Python and Qt.
"""


def day_of(epoch: int) -> date:
    """Return the day of a release, UTC. `epoch` is in seconds since 1970."""
    return datetime.fromtimestamp(epoch, UTC).date()


def write_share(share: Path, epoch: int) -> None:
    """Write man pages, completion and desktop files below `share`, as they are in /usr/share."""
    write_man_pages(share / "man" / "man1", __version__, day_of(epoch))
    write_completions(share)
    write_desktop_files(share, day_of(epoch))


def archive_name() -> str:
    """Return `eum-0.1.0-linux-x86_64`, which is also the folder inside the archive."""
    return f"eum-{__version__}-{platform.system().lower()}-{platform.machine().lower()}"


def make_archive(frozen: Path, output: Path, epoch: int) -> Path:
    """Write the frozen folder with its pages as `.tar.zst`: sorted, with one time and no owner. Return the file.

    An earlier archive of that name in `output` is replaced.
    """
    staging = output / f".{archive_name()}"
    shutil.rmtree(staging, ignore_errors=True)
    shutil.copytree(frozen, staging, symlinks=True)
    write_share(staging / "share", epoch)
    path = output / f"{archive_name()}.tar.zst"

    def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.mtime, entry.uid, entry.gid, entry.uname, entry.gname = epoch, 0, 0, "", ""
        entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
        return entry

    compressor = zstandard.ZstdCompressor(level=LEVEL, threads=THREADS, write_checksum=True)
    with (
        path.open("wb") as file,
        compressor.stream_writer(file) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as archive,
    ):
        archive.add(staging, archive_name(), filter=plain)  # sorts the names of each folder
    shutil.rmtree(staging)
    return path


def make_deb(frozen: Path, output: Path, epoch: int, maintainer: str) -> Path:
    """Write `eum_VERSION_ARCH.deb`: the app in /usr/lib/eum, `eum` on the path, its libraries as Depends.

    Return the file; `output` may hold no other package of eum. Raises SystemExit as `shared_library_packages`,
    CalledProcessError if dpkg-deb fails.
    """
    staging = output / ".deb"
    shutil.rmtree(staging, ignore_errors=True)
    library = staging / LIBRARY_PATH
    shutil.copytree(frozen, library, symlinks=True)
    (staging / "usr" / "bin").mkdir(parents=True)
    (staging / "usr" / "bin" / "eum").symlink_to(Path("..", "lib", "eum", "eum"))
    write_share(staging / "usr" / "share", epoch)
    documents = staging / "usr" / "share" / "doc" / "eum"
    documents.mkdir(parents=True)
    shutil.copyfile(frozen / "licenses" / "README.md", documents / "copyright")
    shutil.copyfile(ROOT / "CHANGELOG.md", documents / "CHANGELOG.md")
    for path in [staging, *staging.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    (staging / "DEBIAN").mkdir(mode=0o755)  # by which dpkg-shlibdeps finds the root that $ORIGIN is below
    size = sum(path.lstat().st_size for path in staging.rglob("*") if path.is_file() and not path.is_symlink())
    control = CONTROL.format(
        version=__version__,
        architecture=_output(["dpkg", "--print-architecture"], staging),
        size=size // 1024,
        depends=shared_library_packages(library, output),
        maintainer=maintainer,
        summary=SUMMARY,
    )
    (staging / "DEBIAN" / "control").write_text(control, encoding="utf-8")
    os.chmod(staging / "DEBIAN" / "control", 0o644)  # noqa: PTH101
    command = ["dpkg-deb", "--build", "--root-owner-group", "-Zzstd", f"-z{LEVEL}", str(staging), str(output)]
    subprocess.run(command, env=build_environment(epoch), check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(staging)
    return next(output.glob("eum_*.deb"))


def shared_library_packages(folder: Path, scratch: Path) -> str:
    """Return the Depends line that dpkg-shlibdeps finds for libraries that are not in the frozen folder.

    Raises SystemExit if a library is neither in the folder nor in a package of this machine.
    """
    work = scratch / ".shlibdeps"
    (work / "debian").mkdir(parents=True, exist_ok=True)
    (work / "debian" / "control").write_text("Source: eum\n\nPackage: eum\nArchitecture: any\n", encoding="utf-8")
    programs = elf_files(folder)
    private = sorted({str(path.parent) for path in folder.rglob("lib*.so*")})
    brought = [f"-x{part.name}" for part in read_parts(folder / "licenses") if part.kind == "system"]
    command = [
        "dpkg-shlibdeps",
        "-O",
        *brought,
        "--ignore-missing-info",
        "--warnings=0",
        *(f"-l{path}" for path in private),
    ]
    found = _output([*command, *(f"-e{path}" for path in programs)], work)
    shutil.rmtree(work)
    return found.partition("shlibs:Depends=")[2]


def elf_files(folder: Path) -> list[Path]:
    """Return all programs and shared libraries (ELF files) below a folder, sorted; links are left out."""
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink() and path.open("rb").read(4) == b"\x7fELF"
    ]


def _output(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{command[0]}: {done.stderr.strip()[-2000:]}")
    return done.stdout.strip()
