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
from tools.release.packages import make_archive, make_deb

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
    commit = require_tag()
    if subprocess.run(["gpg", "--list-secret-keys", sign_key], capture_output=True, check=False).returncode:
        raise SystemExit(f"gpg has no secret key {sign_key}. Give the key of the person who releases: SIGN_KEY=…")
    epoch = build.source_epoch(commit)
    shutil.rmtree(WORK, ignore_errors=True)
    source = build.export_source(commit, WORK / "source")
    frozen = build.freeze(source, WORK / "frozen", epoch)
    build.run([str(frozen / "eum"), "--self-check"], build.build_environment(epoch))
    package_from(source, frozen, WORK / "release", epoch, maintainer)
    sign(WORK / "release" / SUMS, sign_key)
    output = DIST / "release"
    shutil.rmtree(output, ignore_errors=True)
    output.parent.mkdir(exist_ok=True)
    (WORK / "release").rename(output)  # last, so that an unsigned release is never there
    print("\n".join(str(path) for path in sorted(output.iterdir())))


@app.command("check")
def release_check() -> None:
    """Build the checked-out commit twice, compare, package, and run it from odd places and without Python."""
    if build.git("status", "--porcelain"):
        print("Files that are not committed are left out of what is checked.")
    commit = build.git("rev-parse", "HEAD")
    epoch = build.source_epoch(commit)
    shutil.rmtree(WORK, ignore_errors=True)
    one, two = WORK / "one", WORK / "two, elsewhere"  # another path, so that a path inside a file would show

    def build_into(target: Path) -> Path:
        source = build.export_source(commit, target / "source")
        folder = build.freeze(source, target / "frozen", epoch)
        package_from(source, folder, target / "release", epoch, NO_MAINTAINER)
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
def package(frozen: Path, output: Path, maintainer: str) -> None:
    """Write the archive and the Debian package of a frozen folder into a folder; it is made where it is missing."""
    output.mkdir(parents=True, exist_ok=True)
    make_archive(frozen, output, build.source_epoch())
    if sys.platform == "linux" and shutil.which("dpkg-shlibdeps"):
        make_deb(frozen, output, build.source_epoch(), maintainer)


@app.command()
def bill(frozen: Path, output: Path) -> None:
    """Write the bill of materials of a frozen folder into a folder."""
    from tools.release.sbom import write_sbom  # noqa: PLC0415 - its libraries are in the freeze environment only

    write_sbom(frozen, output / f"eum-{__version__}.cdx.json", build.source_epoch())


def require_tag() -> str:
    """Return the commit that is released. Raises SystemExit unless it is a clean checkout of the tag `v` + version."""
    wanted = f"v{__version__}"
    if build.git("status", "--porcelain"):
        raise SystemExit("Commit or remove the changed files first: a release is made from a tag alone.")
    if wanted not in build.git("tag", "--points-at", "HEAD").splitlines():
        raise SystemExit(f"The commit that is checked out has no tag {wanted} (the version in eum_app/__init__.py).")
    return build.git("rev-parse", "HEAD")


def package_from(source: Path, frozen: Path, output: Path, epoch: int, maintainer: str) -> None:
    """Write all packages, the bill of materials and their checksums into `output`, by the exported source.

    Raises SystemExit if a step fails.
    """
    run_from(source, epoch, "package", str(frozen), str(output), maintainer)
    run_from(source, epoch, "bill", str(frozen), str(output))
    write_sums(output)


def run_from(source: Path, epoch: int, *words: str) -> None:
    """Run a command of this program as the exported source has it.

    Its version, commands and change log go into the packages. Files that change here during a build do not. Raises
    SystemExit if it fails.
    """
    build.run([sys.executable, "-m", "tools.release", *words], build.build_environment(epoch), cwd=source)


def write_sums(output: Path) -> Path:
    """Write SHA256SUMS over all files of a release, as `sha256sum --check` reads it, and return it.

    `output` holds files only.
    """
    lines = [f"{build.sha256(path)}  {path.name}\n" for path in sorted(output.iterdir()) if path.name != SUMS]
    (output / SUMS).write_text("".join(lines), encoding="utf-8", newline="\n")
    return output / SUMS


def sign(path: Path, key: str) -> Path:
    """Write the detached, armored signature `NAME.asc` with a key in the releasing person's own keyring; return it.

    An earlier signature is replaced. Raises SystemExit if gpg fails.
    """
    signature = path.with_name(f"{path.name}.asc")
    command = ["gpg", "--batch", "--yes", "--armor", "--local-user", key, "--output", str(signature)]
    build.run([*command, "--detach-sign", str(path)], build.build_environment(0))
    return signature


if __name__ == "__main__":
    app()
