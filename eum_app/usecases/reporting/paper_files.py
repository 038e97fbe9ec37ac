"""Printed forms: write the PDF and record the print; both happen or neither."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path

from db.files import WRITING, disk_trouble, written_whole
from eum_app.domain.areas import Area
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import LabelsPrinted, WorklistPrinted
from eum_app.domain.file_names import require_text_name
from eum_app.usecases.session import Session

Sheet = tuple[LabelsPrinted | WorklistPrinted, Path, bytes]
"""(what is stated, the file, the PDF)"""


def require_pdf(path: Path) -> None:
    """Require a PDF target.

    Raises Refusal `report.name` (not .pdf), `report.is_folder`, `file.name_not_text`; Trouble for disk errors.
    """
    require_text_name(path)
    if path.suffix.lower() != ".pdf":
        raise Refusal("report.name", name=path.name)
    with disk_trouble(path):
        if path.is_dir():
            raise Refusal("report.is_folder", name=path.name)


def write_and_record(session: Session, sheets: Sequence[Sheet]) -> frozenset[Area]:
    """Write every file and record its fact; return the changed areas. Existing files are replaced.

    Missing folders are made. If a step fails, nothing is recorded, and every path holds what it held before. Raises as
    `Session.writing`; Refusal `file.is_folder`; Trouble for disk errors.
    """
    begun: list[tuple[Path, Path | None]] = []  # each path, and where its earlier file is kept meanwhile
    try:
        with session.writing() as transaction:
            for fact, path, pdf in sheets:
                transaction.record(fact)
                with disk_trouble(path):
                    begun.append((path, _kept(path)))
                with written_whole(path) as file:
                    file.write(pdf)
            areas = frozenset(transaction.areas)
    except BaseException:
        for path, earlier in reversed(begun):
            with contextlib.suppress(OSError):  # if it cannot be put back, it stays under its second name
                if earlier is None:
                    path.unlink(missing_ok=True)
                else:
                    earlier.replace(path)
                    earlier.unlink(missing_ok=True)  # still there if both names were of one file
        raise
    for _, earlier in begun:
        if earlier is not None:
            with contextlib.suppress(OSError):
                earlier.unlink()
    return areas


def _kept(path: Path) -> Path | None:
    """Keep the file at a path under a second name beside it, and return that; None if there is no file. Raises OSError.

    It is not moved, so that after a power cut the path holds the earlier file or the new one.
    """
    if not os.path.lexists(path):
        return None
    kept = path.with_name(f"{WRITING}{secrets.token_hex(4)}")
    try:
        os.link(path, kept, follow_symlinks=False)
    except (OSError, NotImplementedError):  # a disk without links
        shutil.copy2(path, kept, follow_symlinks=False)
    return kept
