"""`eum verify`: what was signed holds; whatever is changed afterwards is found, and told apart."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from eum_app.cli import run
from eum_app.crypto.suites import Suite
from eum_app.domain.errors import Refusal
from eum_app.usecases.exchange.seal_bundle import seal_for_device
from eum_app.usecases.reporting.export_report import Exported
from eum_app.usecases.reporting.inventory_status import INVENTORY_STATUS
from eum_app.usecases.reporting.make_report import make_report
from eum_app.usecases.reporting.verify_report import is_report, verify_report
from eum_app.usecases.session import Session
from tests.builders import PASSPHRASE, World, make_store, make_world


@pytest.fixture
def world(tmp_path: Path) -> World:
    return make_world(tmp_path / "world", count=3)


def made(world: World, path: Path) -> Exported:
    return make_report(world.hq, INVENTORY_STATUS, path)


def root_of(session: Session, exported: Exported) -> str:
    return verify_report(exported.path, session).root_fingerprint


@pytest.mark.parametrize("suite", list(Suite))
@pytest.mark.parametrize("suffix", ["csv", "xlsx", "json", "pdf"])
def test_a_report_holds_with_and_without_the_store(tmp_path: Path, suite: Suite, suffix: str) -> None:
    world = make_world(tmp_path / "world", count=3, suite=suite)
    exported = made(world, tmp_path / f"status.{suffix}")
    world.plan()  # the journals go on; what they were then is still in them
    proof = verify_report(exported.path, world.hq)
    assert proof.holds, proof
    assert (proof.signer, proof.signature_holds, proof.signer_is_known) == ("HQ-01", True, True)
    assert (proof.export_is_recorded, proof.heads_hold, proof.codes) == (True, True, ())
    case_lines = [(1, 1, True)] if suffix == "csv" else []  # the other formats hold them in the same file
    assert [(file.rows, file.rows_stated, file.is_unaltered) for file in proof.files] == [(3, 3, True), *case_lines]
    told = verify_report(exported.path, root=proof.root_fingerprint.lower())
    assert (told.holds, told.signer_is_known, told.heads, told.export_is_recorded) == (True, True, (), None)
    alone = verify_report(exported.sidecar_path)
    assert (alone.verdict, alone.holds, alone.signer_is_known, alone.heads_hold) == ("unaltered", False, None, None)
    world.close()


def flip_file(exported: Exported) -> None:
    text = exported.path.read_bytes()
    exported.path.write_bytes(text.replace(b"786951", b"786591"))


def drop_row(exported: Exported) -> None:
    lines = exported.path.read_bytes().splitlines(keepends=True)
    exported.path.write_bytes(b"".join(lines[:-1]))


def edit_sidecar(exported: Exported) -> None:
    text = exported.sidecar_path.read_text()
    exported.sidecar_path.write_text(text.replace('"not_received": 0', '"not_received": 1'))


def lose_file(exported: Exported) -> None:
    exported.path.unlink()


def lose_signature(exported: Exported) -> None:
    signature_path(exported).unlink()


def cut_chain(exported: Exported) -> None:
    signature = json.loads(signature_path(exported).read_text())
    signature["chain"] = signature["chain"][1:]
    signature_path(exported).write_text(json.dumps(signature, indent=2) + "\n", newline="\n")


def another_purpose(exported: Exported) -> None:
    signature = json.loads(signature_path(exported).read_text())
    signature["purpose"] = "eum/journal-head/1"
    signature_path(exported).write_text(json.dumps(signature, indent=2) + "\n", newline="\n")


def signature_path(exported: Exported) -> Path:
    return exported.sidecar_path.with_name(f"{exported.sidecar_path.name}.sig")


@pytest.mark.parametrize(
    ("harm", "code", "signature_holds", "files_hold"),
    [
        (flip_file, "report.altered", True, False),
        (drop_row, "report.altered", True, False),
        (edit_sidecar, "signature.invalid", False, True),
        (lose_file, "report.file_missing", True, False),
        (lose_signature, "report.no_signature", False, True),
        (cut_chain, "certificate.chain_shape", False, True),
        (another_purpose, "report.signature_fields", False, True),
    ],
)
def test_what_was_changed_is_found_and_named(
    world: World,
    tmp_path: Path,
    harm: Callable[[Exported], None],
    code: str,
    signature_holds: bool,
    files_hold: bool,
) -> None:
    exported = made(world, tmp_path / "status.csv")
    harm(exported)
    proof = verify_report(exported.sidecar_path, world.hq)
    assert not proof.holds
    assert code in proof.codes
    assert (proof.signature_holds, proof.files_hold) == (signature_holds, files_hold)
    world.close()


def test_another_authority_is_not_ours(world: World, tmp_path: Path) -> None:
    """A person with this app makes a report in our name: valid in itself, signed, and not ours."""
    other = make_world(tmp_path / "other", count=3)
    forged = made(other, tmp_path / "forged.csv")
    proof = verify_report(forged.path, world.hq)
    assert (proof.signature_holds, proof.signer_is_known, proof.files_hold, proof.holds) == (True, False, True, False)
    assert "certificate.unknown_root" in proof.codes
    assert not proof.export_is_recorded
    assert {head.verdict for head in proof.heads} >= {"differs"}
    told = verify_report(forged.path, root=root_of(world.hq, made(world, tmp_path / "ours.csv")))
    assert (told.signer_is_known, told.holds) == (False, False)
    assert told.codes == ("report.other_root",)
    world.close()
    other.close()


def test_a_journal_set_back_does_not_confirm_the_report(world: World, tmp_path: Path) -> None:
    """The store is put back to an older copy and goes on from there: the report names what it no longer holds."""
    copy = tmp_path / "copy"
    shutil.copytree(world.hq.store.folder, copy)
    world.plan()
    exported = made(world, tmp_path / "status.csv")
    from eum_app.usecases.store.open_store import open_store

    restored = open_store(copy, "REV-004", PASSPHRASE, now=world.clock)
    verdicts = {head.origin: head.verdict for head in verify_report(exported.path, restored).heads}
    assert verdicts["HQ-01"] in {"not_held", "differs"}
    assert not verify_report(exported.path, restored).holds
    restored.close()
    world.close()


def test_an_auditor_reads_exports_and_proves(tmp_path: Path) -> None:
    from tests.builders import Clock

    hq = make_store(tmp_path / "hq", "hq", "HQ-01", Clock(), role="auditor")
    exported = make_report(hq, INVENTORY_STATUS, tmp_path / "status.csv")
    assert verify_report(exported.path, hq).holds
    hq.close()


def test_every_file_of_a_report_leads_to_its_sidecar(tmp_path: Path) -> None:
    for name in ("status.pdf", "long.pdf", "visit.csv"):
        (tmp_path / f"{name}.sidecar.json").write_text("{}")
    for name in (
        "status.pdf",
        "status.volume-02.pdf",
        "long.rows.csv",
        "visit.site-checklist.csv",
        "visit.csv.sidecar.json",
        "visit.csv.sidecar.json.sig",
    ):
        assert is_report(tmp_path / name), name
    assert not is_report(tmp_path / "other.csv")


@pytest.mark.parametrize("name", ["../elsewhere.csv", "/etc/passwd", "..", "", "a\\b.csv", "C:x.csv"])
def test_a_sidecar_leads_nowhere_else(world: World, tmp_path: Path, name: str) -> None:
    exported = made(world, tmp_path / "status.csv")
    sidecar = json.loads(exported.sidecar_path.read_text())
    sidecar["files"][0]["name"] = name
    exported.sidecar_path.write_text(json.dumps(sidecar))
    with pytest.raises(Refusal, match=r"report\.sidecar_unreadable"):
        verify_report(exported.sidecar_path)
    world.close()


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b"\xff", b'{"files": 1}', b"{" * 100_000])
def test_what_is_no_sidecar_is_refused(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "status.csv.sidecar.json").write_bytes(text)
    with pytest.raises(Refusal, match=r"report\.sidecar_unreadable"):
        verify_report(tmp_path / "status.csv")
    with pytest.raises(Refusal, match=r"report\.no_sidecar"):
        verify_report(tmp_path / "other.csv")


def copy_under_another_name(exported: Exported, name: str, content: bytes) -> Path:
    """Put a file of any content beside the report, with the genuine sidecar and signature copied under its name."""
    forged = exported.path.with_name(name)
    forged.write_bytes(content)
    sidecar = forged.with_name(f"{name}.sidecar.json")
    shutil.copy(exported.sidecar_path, sidecar)
    shutil.copy(signature_path(exported), sidecar.with_name(f"{sidecar.name}.sig"))
    return forged


@pytest.mark.parametrize("is_forged", [True, False])
@pytest.mark.parametrize("suffix", ["csv", "xlsx", "json", "pdf"])
def test_a_sidecar_copied_under_another_name_vouches_for_nothing(
    world: World, tmp_path: Path, suffix: str, is_forged: bool
) -> None:
    exported = made(world, tmp_path / f"status.{suffix}")
    content = b"serial,outcome\n786950,verified\n" if is_forged else exported.path.read_bytes()
    forged = copy_under_another_name(exported, f"X.{suffix}", content)
    for given in (forged, Path(f"{forged}.sidecar.json"), Path(f"{forged}.sidecar.json.sig")):
        proof = verify_report(given, world.hq)
        assert (proof.names_given, proof.holds) == (False, False), given.name
        assert proof.signature_holds  # the genuine one, of another file
        assert "report.not_named" in proof.codes
    assert verify_report(exported.path, world.hq).holds  # and the genuine report still holds
    world.close()


@pytest.mark.parametrize(
    "name", ["i.xlsx", "i.whatever", "i", "i.rows.csv", "i.volume-02.pdf", "i.site-checklist.csv", "i.pdf.bak", "I.pdf"]
)
def test_a_file_that_shares_the_stem_of_a_sidecar_does_not_hold(world: World, tmp_path: Path, name: str) -> None:
    made(world, tmp_path / "i.pdf")
    (tmp_path / name).write_bytes(b"forged")
    if is_report(tmp_path / name):
        proof = verify_report(tmp_path / name, world.hq)
        assert (proof.names_given, proof.holds) == (False, False)
    else:
        with pytest.raises(Refusal, match=r"report\.no_sidecar"):
            verify_report(tmp_path / name, world.hq)
    world.close()


# On the command line


def command(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = run(list(arguments))
    shown = capsys.readouterr()
    return code, shown.out + shown.err


def test_the_command_line_proves_reports_bundles_and_stores(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EUM_PASSPHRASE", PASSPHRASE)
    folder = str(world.hq.store.folder)
    as_reviewer = ("--store", folder, "--account", "REV-004")
    report = tmp_path / "status.xlsx"
    code, shown = command(capsys, "report", "inventory", str(report), *as_reviewer, "--clock", "shipped", "--json")
    assert code == 0, shown
    report_made, said = shown.split("\n", 1)
    assert json.loads(report_made)["rows"] == 3
    assert "The CUI designation is not filled in" in said
    world.plan()
    bundle = seal_for_device(world.hq, "FLD-0042", world.drop).path
    world.close()

    code, shown = command(capsys, "verify", str(report), *as_reviewer, "--json")
    found = json.loads(shown)
    assert (code, found["kind"], found["holds"], found["signer_known"]) == (0, "report", True, True)
    code, shown = command(capsys, "verify", str(report))
    assert code == 1
    assert "Signer known: not asked" in shown
    assert "signed by someone you have not named" in shown
    assert found["root_fingerprint"] in shown
    assert command(capsys, "verify", str(report), "--root", found["root_fingerprint"])[0] == 0
    code, shown = command(capsys, "verify", str(report), "--root", "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA")
    assert code == 1
    assert "DOES NOT HOLD" in shown
    forged = tmp_path / "X.csv"
    forged.write_text("serial,outcome\n786950,verified\n")
    for suffix in (".sidecar.json", ".sidecar.json.sig"):
        shutil.copy(f"{report}{suffix}", f"{forged}{suffix}")
    code, shown = command(capsys, "verify", str(forged), *as_reviewer)
    assert (code, "X.csv: NOT NAMED" in shown, "DOES NOT HOLD" in shown) == (1, True, True)
    report.write_bytes(report.read_bytes() + b"\0")
    code, shown = command(capsys, "verify", str(report), *as_reviewer)
    assert code == 1
    assert "status.xlsx: ALTERED" in shown

    code, shown = command(capsys, "verify", str(bundle), *as_reviewer, "--json")
    assert (code, json.loads(shown)["kind"], json.loads(shown)["holds"]) == (0, "bundle", True)
    assert command(capsys, "verify", str(bundle))[0] == 2
    code, shown = command(capsys, "verify", folder, "--account", "REV-004", "--json")
    assert (code, json.loads(shown)["kind"], json.loads(shown)["holds"]) == (0, "store", True)
    assert command(capsys, "verify", folder)[0] == 2
    assert command(capsys, "verify", str(tmp_path / "nothing.csv"))[0] == 1
