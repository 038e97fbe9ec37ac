"""Long work for a child process: each function opens the store again from a ticket, works, and closes it.

`progress(done, total)` may raise to stop: what was begun then leaves nothing behind.
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
from eum_app.usecases.reporting.export_report import Exported
from eum_app.usecases.reporting.make_report import make_report
from eum_app.usecases.reporting.report import Report, Wanted
from eum_app.usecases.session import Ticket, resumed


class Progress(Protocol):
    def __call__(self, done: int, total: int, text: str = "") -> None: ...


def seal_results_child(progress: Progress, ticket: Ticket, folder: Path) -> Sealed:
    with resumed(ticket) as session:
        return seal_results(session, folder, progress)


def seal_for_device_child(progress: Progress, ticket: Ticket, device: str, folder: Path) -> Sealed:
    with resumed(ticket) as session:
        return seal_for_device(session, device, folder, progress)


def import_bundles_child(
    progress: Progress, ticket: Ticket, paths: Sequence[Path], receipts_folder: Path | None
) -> Imported:
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
    """`sha384` (hex) is of the file that was previewed. Raises Refusal `inventory.changed` where it is another now."""
    with resumed(ticket) as session:
        preview = read_inventory(path, profile, plate=plate)
        preview.require_unchanged(sha384)
        progress(0, preview.rows)
        return import_inventory(session, preview, take_changes=take_changes)


def import_claims_child(
    progress: Progress, ticket: Ticket, path: Path, profile: Profile | None, sha384: str, kind: ClaimKind
) -> ClaimsResult:
    """As `import_inventory_child`, for what others say."""
    with resumed(ticket) as session:
        preview = read_claims(path, profile)
        preview.require_unchanged(sha384)
        progress(0, preview.rows)
        return import_claims(session, preview, kind)


def make_report_child(progress: Progress, ticket: Ticket, report: Report, path: Path, wanted: Wanted) -> Exported:
    """Write any report; see `make_report`."""
    with resumed(ticket) as session:
        return make_report(session, report, path, wanted, progress)
