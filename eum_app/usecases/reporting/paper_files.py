"""Printed forms: write the PDF and record the print; both happen or neither."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from db.files import disk_trouble, written_whole
from eum_app.domain.areas import Area
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import LabelsPrinted, WorklistPrinted
from eum_app.usecases.session import Session

Sheet = tuple[LabelsPrinted | WorklistPrinted, Path, bytes]
"""(what is stated, the file, the PDF)"""


def require_pdf(path: Path) -> None:
    """Require a PDF target. Raises Refusal `report.name` (not .pdf), `report.is_folder`; Trouble for disk errors."""
    if path.suffix.lower() != ".pdf":
        raise Refusal("report.name", name=path.name)
    with disk_trouble(path):
        if path.is_dir():
            raise Refusal("report.is_folder", name=path.name)


def write_and_record(session: Session, sheets: Sequence[Sheet]) -> frozenset[Area]:
    """Write every file and record its fact; return the changed areas. Existing files are replaced.

    If a step fails, nothing is recorded and the new files are deleted; those that they replaced do not come back.
    Raises as `Session.writing`; Trouble for disk errors.
    """
    written: list[Path] = []
    try:
        with session.writing() as transaction:
            for fact, path, pdf in sheets:
                transaction.record(fact)
                with written_whole(path) as file:
                    file.write(pdf)
                written.append(path)
            return frozenset(transaction.areas)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise
