"""Make and check releases: `make freeze`, `make release`, `make release-check`. Run by the freeze environment."""

from __future__ import annotations

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated

import typer

from eum_app import __version__
from tools.release import build, check
from tools.release.packages import make_archive, make_deb, write_share

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, help=__doc__)
DIST = build.ROOT / "dist"
WORK = build.ROOT / "build" / "release"
SUMS = "SHA256SUMS"
NO_MAINTAINER = "Unnamed <unnamed@example.net>"


@app.command()
def freeze() -> None:
    """Build dist/eum from the working tree and let it check itself."""
    epoch = build.source_epoch()
    frozen = build.freeze(build.ROOT, DIST, epoch)
    build.run([str(frozen / "eum"), "--self-check"], build.build_environment(epoch))


@app.command()
def release(
    sign_key: Annotated[str, typer.Option(help="Your key, as gpg --local-user takes it.")],
    maintainer: Annotated[str, typer.Option(help="Name <address> for the Debian package.")],
) -> None:
    """Build, package and sign the version whose tag is checked out, into dist/release."""
    require_tag()
    if subprocess.run(["gpg", "--list-secret-keys", sign_key], capture_output=True, check=False).returncode:
        raise SystemExit(f"gpg has no secret key {sign_key}. Give the key of the person who releases: SIGN_KEY=…")
    epoch, output = build.source_epoch(), DIST / "release"
    shutil.rmtree(WORK, ignore_errors=True)
    shutil.rmtree(output, ignore_errors=True)
    frozen = build.freeze(build.export_source("HEAD", WORK / "source"), WORK / "frozen", epoch)
    build.run([str(frozen / "eum"), "--self-check"], build.build_environment(epoch))
    package(frozen, output, epoch, maintainer)
    sign(output / SUMS, sign_key)
    print("\n".join(str(path) for path in sorted(output.iterdir())))


@app.command("check")
def release_check() -> None:
    """Build the checked-out commit twice, compare, package, and run it from odd places and without Python."""
    if build.git("status", "--porcelain"):
        print("Files that are not committed are left out of what is checked.")
    commit, epoch = build.git("rev-parse", "HEAD"), build.source_epoch()
    shutil.rmtree(WORK, ignore_errors=True)
    one, two = WORK / "one", WORK / "two, elsewhere"  # another path, so that a path inside a file would show

    def build_into(target: Path) -> Path:
        folder = build.freeze(build.export_source(commit, target / "source"), target / "frozen", epoch)
        package(folder, target / "release", epoch, NO_MAINTAINER)
        return folder

    with ThreadPoolExecutor(max_workers=2) as pool:
        frozen, frozen_again = pool.map(build_into, (one, two))
    deb = next((one / "release").glob("*.deb"), None)
    steps = [
        ("two builds of the folder", lambda: check.same_builds(frozen, frozen_again)),
        ("two builds of the packages", lambda: check.same_builds(one / "release", two / "release")),
        (f"a folder named {check.AWKWARD}", lambda: check.self_check_from_awkward_path(frozen)),
        ("a root without Python", lambda: check.demo_without_python(deb, frozen)),
    ]
    raise typer.Exit(check.run_steps(steps))


@app.command()
def share(folder: Path) -> None:
    """Write man pages, completion and desktop files below a folder."""
    write_share(folder, build.source_epoch())


def require_tag() -> None:
    """Raise SystemExit unless a clean checkout of the tag `v` + version is being released."""
    wanted = f"v{__version__}"
    if build.git("status", "--porcelain"):
        raise SystemExit("Commit or remove the changed files first: a release is made from a tag alone.")
    if wanted not in build.git("tag", "--points-at", "HEAD").splitlines():
        raise SystemExit(f"The commit that is checked out has no tag {wanted} (the version in eum_app/__init__.py).")


def package(frozen: Path, output: Path, epoch: int, maintainer: str) -> None:
    """Write all packages, the bill of materials and their checksums into `output`."""
    from tools.release.sbom import write_sbom  # noqa: PLC0415 - its libraries are in the freeze environment only

    output.mkdir(parents=True)
    make_archive(frozen, output, epoch)
    if sys.platform == "linux" and shutil.which("dpkg-deb"):
        make_deb(frozen, output, epoch, maintainer)
    write_sbom(frozen, output / f"eum-{__version__}.cdx.json", epoch)
    write_sums(output)


def write_sums(output: Path) -> Path:
    """Write SHA256SUMS over all files of a release, as `sha256sum --check` reads it."""
    lines = [f"{build.sha256(path)}  {path.name}\n" for path in sorted(output.iterdir()) if path.name != SUMS]
    (output / SUMS).write_text("".join(lines), encoding="utf-8", newline="\n")
    return output / SUMS


def sign(path: Path, key: str) -> Path:
    """Write the detached, armored signature `NAME.asc` with a key in the releasing person's own keyring."""
    signature = path.with_name(f"{path.name}.asc")
    command = ["gpg", "--batch", "--yes", "--armor", "--local-user", key, "--output", str(signature)]
    build.run([*command, "--detach-sign", str(path)], build.build_environment(0))
    return signature


if __name__ == "__main__":
    app()
