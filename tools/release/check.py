"""`make release-check`: two builds are the same, the folder works from any path, and the app runs without Python.

A root folder without Python comes from mmdebstrap. The package is installed into it by apt, so a library that it fails
to declare is found here. Without mmdebstrap, a bare root holds the frozen folder and the libraries that it names.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tools.release.build import differences, digests, run
from tools.release.packages import elf_files

AWKWARD = "Müller's 100% (検査)"
# Run inside the root. There is no locale, no HOME, no display: as bare as a machine gets.
IN_ROOT = """
set -eu
for name in python3 python3.11 python3.12 python3.13 python3.14; do
    if command -v "$name" > /dev/null; then echo "this root has $name"; exit 1; fi
done
mkdir -p /srv/out && cd /srv/out
{eum} --version
{eum} --self-check
{eum} demo --no-window --output /srv/out/demo
ls /srv/out/demo
"""


def run_steps(steps: Iterable[tuple[str, Callable[[], str]]]) -> int:
    """Run every step, even after a failure, and print one line each at the end. Return 0, or 1 if a step failed.

    A failure is SystemExit; any other exception ends the run.
    """
    lines, code = [], 0
    for name, step in steps:
        try:
            lines.append(f"ok      {name}: {step()}")
        except SystemExit as error:
            lines.append(f"FAILED  {name}: {error}")
            code = 1
    print("\n".join(lines))
    return code


def same_builds(first: Path, second: Path) -> str:
    """Compare two folders; return a sentence with the number of files.

    Raises SystemExit that names the first 20 files that differ.
    """
    differing = differences(first, second)
    if differing:
        raise SystemExit(f"{len(differing)} files differ: {', '.join(differing[:20])}")
    return f"{len(digests(first))} files are the same"


def self_check_from_awkward_path(frozen: Path) -> str:
    """Copy the frozen folder below a path with spaces, quotes, a percent sign and Chinese; check it there.

    Returns a sentence. Raises SystemExit if the check fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, AWKWARD, "eum")
        shutil.copytree(frozen, target, symlinks=True)
        environment = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PYTHONHOME"}}
        run([str(target / "eum"), "--self-check"], environment, cwd=Path(folder))
    return "every part works"


def demo_without_python(deb: Path | None, frozen: Path) -> str:
    """Run self-check and demo in a root without Python. Returns what was done, or why it was skipped.

    `deb` is None without a package: a bare root is used. Raises SystemExit if a step fails.
    """
    if sys.platform != "linux":
        return "skipped: only Linux can make a separate root"
    if deb is not None and shutil.which("mmdebstrap"):
        return _in_debian_root(deb)
    if os.geteuid() != 0 and not _may_unshare():
        return "skipped: neither mmdebstrap nor user namespaces are available (apt-get install mmdebstrap)"
    return _in_bare_root(frozen)


def _in_debian_root(deb: Path) -> str:
    """Install the package by apt into a minimal Debian of this machine's release, and run it there."""
    suite = _release()
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "run.sh")
        script.write_text(IN_ROOT.format(eum="eum"), encoding="utf-8")
        hooks = [
            f"copy-in {deb} {script} /",
            f'chroot "$1" apt-get install -y -q --no-install-recommends /{deb.name} >&2',
            'chroot "$1" env -i PATH=/usr/bin:/bin sh /run.sh >&2',
        ]
        command = ["mmdebstrap", "--variant=apt", *(f"--customize-hook={hook}" for hook in hooks), suite, os.devnull]
        command += ["--format=null"]
        run(command, dict(os.environ), cwd=Path(folder))
    return f"the package was installed and run in a minimal Debian {suite} without Python"


def _in_bare_root(frozen: Path) -> str:
    """Run the folder in a root that holds nothing but it, a shell and the libraries that its files name."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "root")
        shutil.copytree(frozen, root / "opt" / "eum", symlinks=True)
        tools = [Path(found) for name in ("sh", "ls", "mkdir", "env") if (found := shutil.which(name))]
        for path in {*_libraries([*elf_files(frozen), *tools], frozen), *tools}:
            (root / path.relative_to("/")).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path.resolve(), root / path.relative_to("/"))
        for name in ("tmp", "dev"):
            (root / name).mkdir()
        for device in ("null", "urandom"):
            (root / "dev" / device).write_bytes(b"" if device == "null" else os.urandom(4096))
        (root / "run.sh").write_text(IN_ROOT.format(eum="/opt/eum/eum"), encoding="utf-8")
        enter = [] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user"]
        command = [*enter, "chroot", str(root), *("env", "-i", "PATH=/usr/bin:/bin", "sh", "/run.sh")]
        run(command, dict(os.environ), cwd=Path(folder))
    return "the folder was run in a bare root without Python"


def _libraries(programs: list[Path], frozen: Path) -> Iterator[Path]:
    """Yield libraries outside the frozen folder that programs are linked to, and the loader."""
    for program in programs:
        said = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=False).stdout
        for found in re.findall(r"(/\S+) \(0x", said):
            if not Path(found).is_relative_to(frozen):
                yield Path(found)


def _may_unshare() -> bool:
    if shutil.which("unshare") is None:
        return False
    return (
        subprocess.run(["unshare", "--user", "--map-root-user", "true"], check=False, capture_output=True).returncode
        == 0
    )


def _release() -> str:
    words = dict(
        line.split("=", 1) for line in Path("/etc/os-release").read_text(encoding="utf-8").splitlines() if "=" in line
    )
    return words.get("VERSION_CODENAME", "stable").strip('"')
