"""Packages of a release: the same bytes each time, and everything in them from the exported source."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import zstandard

from eum_app import __version__
from tools.release import __main__ as release
from tools.release import build
from tools.release.packages import archive_name, make_archive

EPOCH = 1_780_000_000
OTHER_VERSION = "9.8.7"


def frozen_folder(folder: Path) -> Path:
    """A stand-in for dist/eum: a program, a link, a text."""
    (folder / "_internal").mkdir(parents=True)
    (folder / "eum").write_text("#!/bin/sh\n", encoding="utf-8")
    (folder / "eum").chmod(0o755)
    (folder / "_internal" / "lib.so").write_bytes(b"library")
    (folder / "_internal" / "lib.so.1").symlink_to("lib.so")
    return folder


def test_an_archive_is_the_same_whenever_and_wherever_it_is_made(tmp_path: Path) -> None:
    archives = []
    for number, name in enumerate(("a", "b and more")):
        frozen = frozen_folder(tmp_path / name / "eum")
        os.utime(frozen / "eum", (number * 1000 + 10**9, number * 1000 + 10**9))
        (tmp_path / name / "out").mkdir()
        archives.append(make_archive(frozen, tmp_path / name / "out", EPOCH))
    assert archives[0].read_bytes() == archives[1].read_bytes()
    with zstandard.open(archives[0], "rb") as packed, tarfile.open(fileobj=io.BytesIO(packed.read())) as archive:
        entries = {entry.name: entry for entry in archive.getmembers()}
    program = entries[f"{archive_name()}/eum"]
    assert (program.mode, program.mtime, program.uid, program.uname) == (0o755, EPOCH, 0, "")
    assert entries[f"{archive_name()}/_internal/lib.so.1"].linkname == "lib.so"
    assert f"{archive_name()}/share/man/man1/eum.1" in entries


def exported_source(folder: Path) -> Path:
    """A copy of the source, as a tag exports it, with another version and change log than the working tree has."""
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("assets", "db", "eum_app", "sync", "tools", "ui"):
        shutil.copytree(build.ROOT / name, folder / name, ignore=ignored)
    about = folder / "eum_app" / "__init__.py"
    about.write_text(about.read_text("utf-8").replace(__version__, OTHER_VERSION), encoding="utf-8")
    (folder / "CHANGELOG.md").write_text("As exported.\n", encoding="utf-8")
    return folder


def test_everything_in_a_package_is_of_the_exported_source(tmp_path: Path) -> None:
    frozen = frozen_folder(tmp_path / "eum")
    shutil.copyfile(shutil.which("true") or "/bin/true", frozen / "eum")
    (frozen / "licenses").mkdir()
    (frozen / "licenses" / "README.md").touch()
    (frozen / "licenses" / "bundled.json").write_text("[]", encoding="utf-8")
    words = ("package", str(frozen), str(tmp_path / "out"), "T <t@example.net>")
    release.run_from(exported_source(tmp_path / "source"), EPOCH, *words)
    (packed,) = (tmp_path / "out").glob("*.tar.zst")
    with zstandard.open(packed, "rb") as file, tarfile.open(fileobj=io.BytesIO(file.read())) as archive:
        page = archive.extractfile(f"{packed.name.removesuffix('.tar.zst')}/share/man/man1/eum-store.1")
        assert page is not None
        assert f'"EUM {OTHER_VERSION}"'.encode() in page.read()
    assert packed.name.startswith(f"eum-{OTHER_VERSION}-")
    if shutil.which("dpkg-shlibdeps") is None:
        return
    (deb,) = (tmp_path / "out").glob("*.deb")
    subprocess.run(["dpkg-deb", "--extract", str(deb), str(tmp_path / "installed")], check=True)
    documents = tmp_path / "installed" / "usr" / "share" / "doc" / "eum"
    assert (documents / "CHANGELOG.md").read_text("utf-8") == "As exported.\n"
    stated = subprocess.run(["dpkg-deb", "--field", str(deb), "Version"], capture_output=True, text=True, check=True)
    assert stated.stdout.strip() == OTHER_VERSION
