"""Steps of every export: choose the format by file name, recount rows, sign a sidecar, publish all files or none.

Files are written into a staging folder beside the target, then counted and hashed. They are renamed only after the
journal has recorded the export. A failure leaves no partial file behind.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

import msgspec

from db.files import disk_trouble, sync_folder
from eum_app.crypto.certificates import Identity
from eum_app.crypto.timestamps import imprint_of, time_statement
from eum_app.diagnostics import Event, timed
from eum_app.domain.areas import Area
from eum_app.domain.designation import NOT_FILLED_IN
from eum_app.domain.errors import Refusal, Trouble
from eum_app.domain.facts import ReportExported
from eum_app.domain.file_names import require_text_name
from eum_app.reports.formats import csv_file, json_file, pdf_file, xlsx_file
from eum_app.reports.model import Document, Part, Written
from eum_app.reports.sidecar import (
    PURPOSE,
    SIGNATURE_SUFFIX,
    SUFFIX,
    ReportFile,
    Sidecar,
    SidecarSignature,
    encode_sidecar,
    encode_signature,
)
from eum_app.usecases.changes import Changed
from eum_app.usecases.session import Session

SUMMARY_OVER_ROWS: Final = 20_000
"""Maximum rows of a PDF. A longer list becomes a summary that names a CSV file and its hash."""
PROGRESS_ROWS: Final = 500
EARLIER: Final = "earlier"
"""Folder within the staging folder for the files that a report replaces, until all have their names."""

OnProgress = Callable[[int, int], object]


class Format(Protocol):
    """A module of `reports.formats`."""

    def write(self, report: Document, folder: Path, name: str) -> list[Part]:
        """Write the report into `folder`, and return its files; the first is `name`. Existing files are replaced."""
        ...

    def count_rows(self, path: Path) -> int:
        """Count the rows of the main table in a file. Raises any exception for a file that is not of this format."""
        ...


FORMATS: Final[dict[str, Format]] = {
    ".csv": csv_file,
    ".xlsx": xlsx_file,
    ".pdf": pdf_file,
    ".json": json_file,
}


@dataclass(frozen=True)
class Exported(Changed):
    """`path` is the first of `files`; `sha384` is its hash, `rows` the count over all of them."""

    path: Path
    sidecar_path: Path
    rows: int
    sha384: str
    files: tuple[Written, ...] = ()
    not_designated: tuple[str, ...] = ()
    """Fields of the CUI designation that the report could not fill in."""


def require_target(path: Path, *, replaces: bool) -> None:
    """Require a valid target for report and sidecar, and a free one unless the caller `replaces` an earlier report.

    A symbolic link counts as a file, whether or not it leads anywhere. Raises Refusal `report.name` (format unknown),
    `file.name_not_text`, `report.is_folder`, `report.read_only`, `report.exists`; Trouble for disk errors.
    """
    require_text_name(path)
    if path.suffix.lower() not in FORMATS:
        raise Refusal("report.name", name=path.name)
    with disk_trouble(path):
        for target in (path, path.with_name(f"{path.name}{SUFFIX}")):
            _refuse_occupied(target)
            if not replaces and os.path.lexists(target):
                raise Refusal("report.exists", name=target.name)


def _refuse_occupied(path: Path) -> None:
    if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises for a name that is too long
        raise Refusal("report.is_folder", name=path.name)
    # A rename would silently ignore write protection.
    if os.access(path, os.F_OK) and not path.stat().st_mode & stat.S_IWUSR:
        raise Refusal("report.read_only", name=path.name)


@timed(Event.EXPORTED)
def export_report(
    session: Session, path: Path, report: Document, sidecar: Sidecar, identity: Identity, *, replaces: bool = False
) -> Exported:
    """Write `report` as `path` with its sidecar and signature, and record the export. Missing folders are made.

    The caller holds the view that the report's rows are read from. `sidecar` comes without files, rows and hashes. No
    file of these names is replaced unless the person agreed (`replaces`); a link is then replaced, not followed. If a
    step fails, earlier files are as before.
    Raises Refusal as `require_target` and the formats do; Trouble `report.rows_differ` (the file does not hold what the
    store does), `report.in_use`, `report.pdf_failed` and those of the disk.
    """
    require_target(path, replaces=replaces)
    with _staging(path) as folder:
        files = _write(report, folder, path.name)
        # Counted in the finished files, not while writing, so that a writer that drops rows is noticed.
        expected = report.tables[0].total
        rows = sum(file.rows for file in files if file.holds_rows)
        if rows != expected:
            raise Trouble("report.rows_differ", expected=expected, found=rows, name=path.name)
        sidecar = msgspec.structs.replace(
            sidecar,
            file_name=path.name,
            sha384=files[0].sha384,
            rows=rows,
            files=tuple(ReportFile(name=file.name, rows=file.rows, sha384=file.sha384) for file in files),
        )
        sidecar_name = f"{path.name}{SUFFIX}"
        encoded = encode_sidecar(sidecar)
        (folder / sidecar_name).write_bytes(encoded)
        signature = SidecarSignature(
            file_name=sidecar_name,
            suite=identity.suite.value,
            signer=identity.origin,
            chain=tuple(certificate.der for certificate in identity.chain),
            signature=identity.signing.sign(PURPOSE, encoded),
        )
        (folder / f"{sidecar_name}{SIGNATURE_SUFFIX}").write_bytes(encode_signature(signature))
        imprint = imprint_of(time_statement(PURPOSE, signature.chain[0], encoded, signature.signature))
        names = [*[file.name for file in files], sidecar_name, f"{sidecar_name}{SIGNATURE_SUFFIX}"]
        areas = _record_and_publish(session, sidecar, imprint, folder, path, names, replaces=replaces)
    empty = tuple(name for name, value in report.cover.designation.items() if value == NOT_FILLED_IN)
    return Exported(areas, path, path.with_name(sidecar_name), rows, sidecar.sha384, tuple(files), empty)


def _record_and_publish(
    session: Session,
    sidecar: Sidecar,
    imprint: str,
    folder: Path,
    path: Path,
    names: Sequence[str],
    *,
    replaces: bool,
) -> frozenset[Area]:
    """Record the export and rename every file to its final name; if either fails, undo both."""
    named: list[Path] = []
    earlier = folder / EARLIER
    earlier.mkdir()
    try:
        with session.writing() as transaction:
            transaction.record(
                ReportExported(
                    observed_at=sidecar.as_of,
                    report=sidecar.report,
                    file_name=path.name,
                    sha384=sidecar.sha384,
                    rows=sidecar.rows,
                    as_of=sidecar.as_of,
                    imprint=imprint,
                )
            )
            # Renamed inside the transaction: if a rename fails, the export is not recorded either.
            for name in names:
                _publish(folder / name, path.with_name(name), earlier if replaces else None)
                named.append(path.with_name(name))
            sync_folder(path.parent)
            return frozenset(transaction.areas)
    except BaseException:
        for target in named:
            target.unlink(missing_ok=True)
            if (earlier / target.name).exists():
                (earlier / target.name).replace(target)
        raise


def _write(report: Document, folder: Path, name: str) -> list[Written]:
    """Write the report's files and return them; the one with the requested name comes first."""
    kind = FORMATS[Path(name).suffix.lower()]
    if kind is pdf_file and report.tables[0].total > SUMMARY_OVER_ROWS:
        # The other tables are short, and the summary prints them.
        rows_alone = replace(report, tables=report.tables[:1])
        parts = csv_file.write(rows_alone, folder, f"{Path(name).stem}.rows.csv")
        files = [_written(folder, part) for part in parts]
        return [_written(folder, pdf_file.write_summary(report, folder, name, files[0])), *files]
    return [_written(folder, part) for part in kind.write(report, folder, name)]


def _written(folder: Path, part: Part) -> Written:
    """Flush a file, then count and hash it as it is on disk."""
    path = folder / part.name
    with path.open("rb+") as file:
        digest = hashlib.file_digest(file, "sha384").hexdigest()
        os.fsync(file.fileno())
    return Written(part.name, part.holds_rows, FORMATS[path.suffix.lower()].count_rows(path), digest)


@contextlib.contextmanager
def _staging(path: Path) -> Iterator[Path]:
    """Yield a temporary folder beside `path`, and remove it afterwards. Disk errors become Trouble."""
    with disk_trouble(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=path.parent, prefix=".writing-"))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _publish(written: Path, target: Path, earlier: Path | None) -> None:
    """Give a file its final name. What had the name is kept in the folder `earlier`; without one it is refused."""
    _refuse_occupied(target)
    if earlier is None:
        _publish_new(written, target)
        return
    if target.exists():
        shutil.copy2(target, earlier / target.name)
    try:
        written.replace(target)
    except PermissionError as error:
        if target.exists():  # Windows: another program has the file open
            raise Trouble("report.in_use", name=target.name) from error
        raise


def _publish_new(written: Path, target: Path) -> None:
    try:
        os.link(written, target)  # unlike a rename, this fails if another program took the name meanwhile
    except FileExistsError as error:
        raise Refusal("report.exists", name=target.name) from error
    except OSError:  # a disk without links
        if os.path.lexists(target):
            raise Refusal("report.exists", name=target.name) from None
        written.replace(target)


def with_progress(rows: Iterator[Sequence[str]], total: int, progress: OnProgress | None) -> Iterator[Sequence[str]]:
    """Yield `rows`, and report every 500 rows and at the end how many have passed; `progress` may raise to cancel."""
    return rows if progress is None else _watched(rows, total, progress)


def _watched(rows: Iterator[Sequence[str]], total: int, progress: OnProgress) -> Iterator[Sequence[str]]:
    for done, row in enumerate(rows):
        if done % PROGRESS_ROWS == 0:
            progress(done, total)
        yield row
    progress(total, total)
