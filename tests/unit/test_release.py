"""Release files: man pages, shell completion, desktop files, license lists, archives, checksums and signatures."""

from __future__ import annotations

import configparser
import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from datetime import date
from importlib.metadata import distribution, distributions
from pathlib import Path
from typing import Annotated

import pytest
import typer

from eum_app import APP_ID, __version__
from tests.unit.test_release_packages import frozen_folder
from tools import machine
from tools.release import __main__ as release
from tools.release import build
from tools.release.build import differences, digests
from tools.release.check import run_steps, same_builds
from tools.release.commands import Command, all_commands
from tools.release.completion import bash, fish, write_completions, zsh
from tools.release.contents import (
    debian_packages,
    license_files,
    license_of,
    python_license,
    read_parts,
    readme,
    write_licenses,
)
from tools.release.desktop import write_desktop_files
from tools.release.manpages import man_page, roff, write_man_pages

DAY = date(2026, 11, 30)


@pytest.fixture(scope="module")
def commands() -> list[Command]:
    return all_commands()


def small_app() -> typer.Typer:
    """Two commands, one of them in a group, with text that roff and shells would misread."""
    app, group = typer.Typer(name="eum"), typer.Typer(name="store")
    app.add_typer(group, name="store", help="The store's folder.")

    @app.callback()
    def nothing() -> None:
        """Open the app."""

    @group.command()
    def check(
        path: Path,
        depth: Annotated[int, typer.Option(help="How deep, e.g. -1.")] = 1,
        fast: Annotated[bool, typer.Option("--fast/--slow", help="Skip C:\\photos.")] = False,
    ) -> None:
        """Check it. Then say so.

        'quoted' first word, and a "second" one.
        """

    return app


# Commands


def test_every_command_of_the_app_is_found(commands: list[Command]) -> None:
    names = {command.name for command in commands}
    assert {"eum", "eum-store", "eum-store-check", "eum-verify", "eum-labels"} <= names
    assert len(names) == len(commands) > 40
    assert all(command.help and command.summary for command in commands)


def test_parameters_are_read_as_people_type_them() -> None:
    check = next(command for command in all_commands(small_app()) if command.path == ("store", "check"))
    assert [(one.value, one.is_required) for one in check.arguments] == [("PATH", True)]
    assert [(one.names, one.value) for one in check.options] == [
        (("--depth",), "NUMBER"),
        (("--fast", "--slow"), ""),
    ]
    assert check.summary == "Check it"


# Man pages


def test_a_page_escapes_what_roff_would_take_for_a_request() -> None:
    assert roff(".so x\n'b") == "\\&.so x\n\\&'b"
    assert roff("C:\\a -b") == "C:\\ea \\-b"
    check = all_commands(small_app())[-1]
    page = man_page(check, "1.0", DAY, ["eum-store"])
    assert "\n\\&'quoted' first word, and a \\(dqsecond\\(dq one.\n" in page
    assert "Skip C:\\ephotos." in page
    assert '.TH "EUM\\-STORE\\-CHECK" "1" "2026-11-30" "EUM 1.0" "EUM"' in page


def test_pages_of_all_commands_are_written_and_lead_to_each_other(tmp_path: Path, commands: list[Command]) -> None:
    pages = write_man_pages(tmp_path, "1.0", DAY)
    assert {page.name for page in pages} == {f"{command.name}.1" for command in commands}
    named = {name for page in pages for name in re.findall(r"\\fB([\w\\-]*)\\fR\(1\)", page.read_text("utf-8"))}
    assert {name.replace("\\-", "-") for name in named} == {command.name for command in commands}


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_roff_has_nothing_to_complain_about(tmp_path: Path) -> None:
    pages = write_man_pages(tmp_path, "1.0", DAY)
    done = subprocess.run(
        ["groff", "-man", "-Kutf8", "-Tutf8", "-ww", "-z", *map(str, pages)], capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


# Completion


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (["st"], {"store"}),
        (["store", "che"], {"check"}),
        (["store", "check", "--f"], {"--fast"}),
        (["store", "check", "--depth", ""], set()),  # a value of the person's own
        (["store", "--fast", "ch"], {"check"}),
    ],
)
def test_bash_offers_what_can_come_next(tmp_path: Path, typed: list[str], offered: set[str]) -> None:
    script = tmp_path / "eum"
    script.write_text(bash(all_commands(small_app())), encoding="utf-8")
    ask = f'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD={len(typed)}; _eum; echo "${{COMPREPLY[@]}}"'
    done = subprocess.run(
        ["bash", "-c", ask, "bash", str(script), "eum", *typed], capture_output=True, text=True, check=True
    )
    assert (set(done.stdout.split()), done.stderr) == (offered, "")


def test_each_shell_has_a_script_where_it_looks_for_it(tmp_path: Path, commands: list[Command]) -> None:
    written = [path.relative_to(tmp_path).as_posix() for path in write_completions(tmp_path)]
    assert written == [
        "bash-completion/completions/eum",
        "zsh/vendor-completions/_eum",
        "fish/vendor_completions.d/eum.fish",
    ]
    for text in (bash(commands), zsh(commands), fish(commands)):
        assert "add-account" in text
        assert "passphrase-fd" in text


@pytest.mark.parametrize(("shell", "script"), [("bash", bash), ("zsh", zsh), ("fish", fish)])
def test_scripts_parse(shell: str, script: object, tmp_path: Path, commands: list[Command]) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    assert callable(script)
    (tmp_path / "script").write_text(script(commands), encoding="utf-8")
    done = subprocess.run([shell, "-n", str(tmp_path / "script")], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


# Desktop


def test_desktop_files_name_the_same_app(tmp_path: Path) -> None:
    launcher, metainfo, mime, icon = write_desktop_files(tmp_path, DAY)
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(launcher, encoding="utf-8")
    entry = parser["Desktop Entry"]
    assert (launcher.name, entry["Exec"], entry["Icon"]) == (f"{APP_ID}.desktop", "eum", APP_ID)
    component = ET.parse(metainfo).getroot()
    assert component.findtext("id") == APP_ID
    assert component.findtext("launchable") == launcher.name
    released = component.find("releases/release")
    assert released is not None
    assert released.attrib == {"version": __version__, "date": "2026-11-30"}
    space = "{http://www.freedesktop.org/standards/shared-mime-info}"
    kind = ET.parse(mime).getroot().find(f"{space}mime-type")
    assert kind is not None
    pattern = kind.find(f"{space}glob")
    assert pattern is not None
    assert pattern.attrib["pattern"] == "*.eumb"
    match = kind.find(f"{space}magic/{space}match")
    assert match is not None
    assert match.attrib["value"] == "EUMB\\015\\012\\032\\012"
    assert icon.read_bytes().startswith(b"<?xml")


@pytest.mark.skipif(shutil.which("appstreamcli") is None, reason="appstreamcli is not installed")
def test_software_centers_take_the_component(tmp_path: Path) -> None:
    metainfo = write_desktop_files(tmp_path, DAY)[1]
    done = subprocess.run(
        ["appstreamcli", "validate", "--no-net", str(metainfo)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


# Licenses


def test_every_installed_package_has_its_license_texts() -> None:
    """A package without texts stops the build, so it is found here first."""
    from tools.release.contents import EXTRA_TEXTS, TEXTS

    for one in distributions():
        name = one.name.lower().replace("_", "-")
        extra = [TEXTS / text for text in EXTRA_TEXTS.get(name, ())]
        assert all(path.is_file() for path in extra), name
    for name in ("msgspec", "numpy", "typst", "cryptography", "openpyxl", "rich"):
        assert license_files(distribution(name)), name
        assert license_of(distribution(name)) != "see text", name
    assert any(path.suffix == ".json" for path in license_files(distribution("cryptography")))  # what Rust brings
    assert python_license()


def test_the_list_holds_what_was_shipped_and_nothing_else(tmp_path: Path) -> None:
    import msgspec
    import qrcode

    frozen = tmp_path / "licenses"
    parts = write_licenses(frozen, [Path(msgspec.__file__), Path(qrcode.__file__), Path(json.__file__)])
    names = {part.name for part in parts}
    assert {"EUM", "Python", "Inter", "JetBrains Mono", "Lucide icons", "msgspec", "qrcode"} <= names
    assert names.isdisjoint({"rich", "pytest"})
    assert read_parts(frozen) == parts
    for part in parts:
        assert part.texts, part.name
        assert all((frozen / text).is_file() for text in part.texts)
    assert (frozen / "dependencies.md").read_text("utf-8").startswith("# 0004")
    assert "| msgspec |" in readme(parts)


def test_a_file_whose_license_is_not_known_stops_the_build(tmp_path: Path) -> None:
    stranger = tmp_path / "site-packages" / "stranger.py"
    stranger.parent.mkdir()
    stranger.touch()
    with pytest.raises(SystemExit, match=r"No license is known for: .*stranger\.py"):
        write_licenses(tmp_path / "licenses", [stranger])


@pytest.mark.skipif(shutil.which("dpkg-query") is None, reason="not a Debian system")
def test_a_system_library_belongs_to_the_package_that_installed_it(tmp_path: Path) -> None:
    shell, stranger = Path(shutil.which("sh") or "/bin/sh").resolve(), tmp_path / "libstrange.so"
    stranger.touch()
    (package, version), known = next(iter(debian_packages([shell]).items()))
    assert known == [shell]
    assert version[0].isdigit()
    assert Path("/usr/share/doc", package).is_dir()
    assert list(debian_packages([stranger])) == [("libstrange.so", "")]
    with pytest.raises(SystemExit, match=r"No license is known for: libstrange\.so"):
        write_licenses(tmp_path / "licenses", [stranger])


# Builds


def test_a_difference_between_two_folders_is_named(tmp_path: Path) -> None:
    first, second = frozen_folder(tmp_path / "one"), frozen_folder(tmp_path / "two")
    assert differences(first, second) == []
    (second / "eum").chmod(0o644)
    (second / "_internal" / "more").touch()
    (second / "_internal" / "lib.so").write_bytes(b"another")
    assert differences(first, second) == ["_internal/lib.so", "_internal/more", "eum"]
    assert digests(first)["_internal/lib.so.1"] == "link to lib.so"
    with pytest.raises(SystemExit, match=r"3 files differ: _internal/lib\.so"):
        same_builds(first, second)


def test_a_check_that_fails_does_not_hide_those_after_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = frozen_folder(tmp_path / "one"), frozen_folder(tmp_path / "two")
    (first / "eum").unlink()
    assert run_steps([("a", lambda: same_builds(first, second)), ("b", lambda: same_builds(first, first))]) == 1
    assert capsys.readouterr().out.splitlines() == ["FAILED  a: 1 files differ: eum", "ok      b: 2 files are the same"]
    assert run_steps([("b", lambda: "fine")]) == 0


@pytest.mark.skipif(shutil.which("gpg") is None, reason="gpg is not installed")
def test_checksums_are_signed_with_the_key_that_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "k"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))
    key = "Releaser <releaser@example.net>"
    make = ["gpg", "--batch", "--passphrase", "", "--quick-generate-key", key, "ed25519", "sign", "1d"]
    subprocess.run(make, check=True, capture_output=True)
    try:
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "eum.deb").write_bytes(b"package")
        sums = release.write_sums(tmp_path / "out")
        signature = release.sign(sums, key)
        checked = subprocess.run(["sha256sum", "--check", "SHA256SUMS"], cwd=tmp_path / "out", check=False)
        verify = ["gpg", "--batch", "--verify", str(signature), str(sums)]
        assert checked.returncode == 0
        assert subprocess.run(verify, capture_output=True, check=False).returncode == 0
        sums.write_text("0  eum.deb\n", encoding="utf-8")
        assert subprocess.run(verify, capture_output=True, check=False).returncode != 0
    finally:
        subprocess.run(["gpgconf", "--kill", "all"], check=False)


def test_a_release_is_refused_without_its_tag(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def run_git(*words: str) -> None:
        settings = ["-c", "user.name=T", "-c", "user.email=t@example.net", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *settings, *words], cwd=tmp_path, check=True, capture_output=True)

    run_git("init")
    (tmp_path / "first").touch()
    run_git("add", "first")
    run_git("commit", "--message", "one")
    monkeypatch.setattr("tools.release.build.ROOT", tmp_path)
    with pytest.raises(SystemExit, match=f"no tag v{re.escape(__version__)}"):
        release.require_tag()
    run_git("tag", f"v{__version__}")
    commit = release.require_tag()
    assert build.git("rev-parse", f"v{__version__}") == commit
    (tmp_path / "later").touch()
    run_git("add", "later")
    run_git("commit", "--message", "two")
    exported = build.export_source(commit, tmp_path / "exported")
    assert [path.name for path in exported.iterdir()] == ["first"]  # the tag, whatever came since
    shutil.rmtree(exported)
    (tmp_path / "changed").touch()
    with pytest.raises(SystemExit, match="Commit or remove"):
        release.require_tag()


def test_what_a_build_needs_is_asked_for_only_where_something_is_built() -> None:
    assert "libpulse0" in machine.BUILD_LIBRARIES.values()
    assert "libpulse0" not in machine.LIBRARIES.values()
    assert set(machine.X11_LIBRARIES) <= set(machine.BUILD_LIBRARIES)
    assert machine.BUILD_PROGRAMS["objdump"] == "binutils"
