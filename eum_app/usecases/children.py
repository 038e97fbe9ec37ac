"""Long work for a child process: each function opens the store again from a ticket, works, and closes it.

`progress(done, total)` may raise to cancel: the step that runs then is rolled back. Steps that are done stay: bundles
that were imported, and the sealed parts of a long journal. Each function also raises as `Store.open` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from eum_app.domain.claims import ClaimKind
from eum_app.list_files.claims_file import read_claims
from eum_app.list_files.inventory_file import PlateSays, Profile, read_inventory
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import Sealed, seal_for_device, seal_results
from eum_app.usecases.exchange.verify_bundle import Imported
from eum_app.usecases.lists.import_claims import ClaimsResult, import_claims
from eum_app.usecases.lists.import_inventory import InventoryResult, import_inventory
from eum_app.usecases.proofs.make_slip import SlipWritten, Subject, write_slip
from eum_app.usecases.reporting.export_report import Exported
from eum_app.usecases.reporting.make_report import make_report
from eum_app.usecases.reporting.report import Report, Wanted
from eum_app.usecases.session import Ticket, resumed


class Progress(Protocol):
    """Callback that reports progress: `done` of `total` units, with an optional text. May raise to cancel."""

    def __call__(self, done: int, total: int, text: str = "") -> None: ...


def seal_results_child(progress: Progress, ticket: Ticket, folder: Path) -> Sealed:
    """Seal this device's results as `seal_results` does. Raises as it and `Store.open` do."""
    with resumed(ticket) as session:
        return seal_results(session, folder, progress)


def seal_for_device_child(progress: Progress, ticket: Ticket, device: str, folder: Path) -> Sealed:
    """Seal a bundle for one device as `seal_for_device` does. Raises as it and `Store.open` do."""
    with resumed(ticket) as session:
        return seal_for_device(session, device, folder, progress)


def import_bundles_child(
    progress: Progress, ticket: Ticket, paths: Sequence[Path], receipts_folder: Path | None
) -> Imported:
    """Import bundles as `import_bundles` does. Raises as it and `Store.open` do."""
    with resumed(ticket) as session:
        return import_bundles(session, paths, receipts_folder, progress)


def import_inventory_child(
    progress: Progress,
    ticket: Ticket,
    path: Path,
    profile: Profile | None,
    sha384: str,
    plate: PlateSays | None = None,
    take_changes: bool = False,
) -> InventoryResult:
    """Import the inventory list that was previewed: read it again, and require the same bytes.

    `sha384` is the hex digest of the previewed file. `progress` is called once, before anything is written. Raises
    Refusal `inventory.changed` if the file has changed since, and as `read_inventory`, `import_inventory` and
    `Store.open` do.
    """
    with resumed(ticket) as session:
        preview = read_inventory(path, profile, plate=plate)
        preview.require_unchanged(sha384)
        progress(0, preview.rows)
        return import_inventory(session, preview, take_changes=take_changes)


def import_claims_child(
    progress: Progress, ticket: Ticket, path: Path, profile: Profile | None, sha384: str, kind: ClaimKind
) -> ClaimsResult:
    """Import a previewed list of claims by another party. Arguments as for `import_inventory_child`.

    Raises Refusal `inventory.changed`, and as `read_claims`, `import_claims` and `Store.open` do.
    """
    with resumed(ticket) as session:
        preview = read_claims(path, profile)
        preview.require_unchanged(sha384)
        progress(0, preview.rows)
        return import_claims(session, preview, kind)


def make_report_child(
    progress: Progress, ticket: Ticket, report: Report, path: Path, wanted: Wanted, *, replaces: bool = False
) -> Exported:
    """Write any report as `make_report` does. Raises as it and `Store.open` do."""
    with resumed(ticket) as session:
        return make_report(session, report, path, wanted, progress, replaces=replaces)


def write_slip_child(
    _progress: Progress, ticket: Ticket, subject: Subject, subject_id: str, folder: Path
) -> SlipWritten:
    """Write a proof slip as `write_slip` does. Raises as it and `Store.open` do.

    The first head of a large store takes a while.
    """
    with resumed(ticket) as session:
        return write_slip(session, subject, subject_id, folder)
