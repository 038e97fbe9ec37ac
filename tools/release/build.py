"""Build the frozen folder so that the same source gives the same bytes at any path."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAME = "eum"


def git(*arguments: str) -> str:
    """Run git in the project's repository and return its output without blanks around it.

    Raises SystemExit if git fails.
    """
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"git {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout.strip()


def source_epoch(commit: str = "HEAD") -> int:
    """Return SOURCE_DATE_EPOCH, or else the time of `commit`, in seconds since 1970.

    Raises ValueError if the variable is not a number, SystemExit if git fails.
    """
    return int(os.environ.get("SOURCE_DATE_EPOCH") or git("log", "-1", "--format=%ct", commit))


def build_environment(epoch: int) -> dict[str, str]:
    """Return the environment of every build step: fixed time, hash seed and a UTF-8 locale."""
    fixed = {"SOURCE_DATE_EPOCH": str(epoch), "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    unset = {"PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "QT_PLUGIN_PATH"}
    return {**{name: value for name, value in os.environ.items() if name not in unset}, **fixed}


def export_source(commit: str, target: Path) -> Path:
    """Write the files of a commit, and nothing else, into the folder `target` and return it.

    Raises FileExistsError if it exists, CalledProcessError if git fails.
    """
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=True).stdout
    target.mkdir(parents=True)
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(target, filter="data")
    return target


def freeze(source: Path, output: Path, epoch: int) -> Path:
    """Run PyInstaller over a source folder; returns the frozen folder, `output/eum`, which replaces an earlier one.

    Needs the freeze environment. Raises SystemExit if it fails.
    """
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--clean", "--log-level", "ERROR"]
    command += ["--distpath", str(output), "--workpath", str(output.with_name(f"{output.name}-work"))]
    run([*command, str(source / "pyinstaller.spec")], build_environment(epoch), cwd=source)
    return output / NAME


def run(command: list[str], environment: dict[str, str], cwd: Path | None = None) -> None:
    """Run one step with its output shown. Raises SystemExit if it fails."""
    done = subprocess.run(command, env=environment, cwd=cwd, check=False)
    if done.returncode:
        raise SystemExit(f"failed with {done.returncode}: {' '.join(command)}")


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 and executable bit of each file below a folder, or the target of a link, by path.

    Paths are relative, with forward slashes. Folders are left out.
    """
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = f"link to {path.readlink()}"
        elif path.is_file():
            mode = "x" if path.stat().st_mode & 0o100 else "-"
            found[name] = f"{mode} {sha256(path)}"
    return found


def sha256(path: Path) -> str:
    """Return the hex SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def differences(first: Path, second: Path) -> list[str]:
    """Return the paths, sorted, that differ between two folders, or that only one of them holds.

    Content, links and the executable bit are compared; times and empty folders are not.
    """
    ours, theirs = digests(first), digests(second)
    return sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name))
