"""Import of bundles, at HQ or in the field."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eum_app.usecases.exchange.receive_at_hq import receive_at_hq
from eum_app.usecases.exchange.receive_in_field import receive_in_field
from eum_app.usecases.exchange.seal_bundle import OnProgress
from eum_app.usecases.exchange.verify_bundle import Imported
from eum_app.usecases.session import Session


def import_bundles(
    session: Session, paths: Sequence[Path], receipts_folder: Path | None = None, progress: OnProgress | None = None
) -> Imported:
    """Import bundles; raises as `receive_at_hq` and `receive_in_field` do.

    `receipts_folder` is for HQ only; a device writes no receipts and ignores it.
    """
    if session.is_hq:
        return receive_at_hq(session, paths, receipts_folder, progress)
    return receive_in_field(session, paths, progress)
