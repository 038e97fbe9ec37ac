"""The check of a whole store in words and as JSON, for `eum store check` and `eum verify FOLDER`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from eum_app.cli.common import notice_accepted, passphrase, store_folder, unlocked_by
from eum_app.domain.errors import Refusal, Trouble

if TYPE_CHECKING:
    from eum_app.usecases.store.check_store import Examined, Wrong


def examined(store: Path | None, account: str, descriptor: int | None) -> Examined:
    """Examine a store; of one that is too damaged to open, examine the pages alone.

    Raises as `unlocked` does, except Trouble `store.damaged`: damage is in the result. For the pages alone, raises also
    as `unlocked_by_passphrase`.
    """
    from eum_app.usecases.store.check_store import examine_store, examine_unopened
    from eum_app.usecases.store.unlocking import unlocked_by_passphrase

    folder = store_folder(store)
    accepted_at = notice_accepted(folder)
    typed = passphrase(descriptor)
    found: Examined | None = None
    try:
        with unlocked_by(folder, account, typed, accepted_at) as session:
            found = examine_store(session)
    except Trouble as trouble:
        if trouble.code != "store.damaged":
            raise
        if found is None:
            found = examine_unopened(folder, unlocked_by_passphrase(folder, account, typed)[1].data_key)
    return found


def examined_words(found: Examined) -> tuple[dict[str, Any], list[str]]:
    """Return what was found as data for JSON and as lines. Codes and names of others are in both as they are."""
    altered, missing, damaged = (
        [_said(wrong) for wrong in part] for part in (found.altered, found.missing, found.damaged)
    )
    data: dict[str, Any] = {
        "nothing_altered": not altered,
        "nothing_missing": not missing,
        "nothing_damaged": not damaged,
        "altered": altered,
        "missing": missing,
        "damaged": damaged,
        "content_pending": found.pending,
        "content_withheld": found.withheld,
        "heads": [
            {"origin": head.origin, "epoch": head.epoch, "seq": head.seq, "hash": head.hash.hex()}
            for head in found.heads
        ],
    }
    words = [
        f"{head.origin} (epoch {head.epoch}): {head.seq} facts, head {head.hash.hex()[:16]}…" for head in found.heads
    ]
    # A damaged store cannot show that all entries were read.
    for nothing, name, wrongs in (
        ("Nothing altered." if not damaged else "", "ALTERED", altered),
        ("Nothing missing." if not damaged else "", "MISSING", missing),
        ("Nothing damaged.", "DAMAGED BY THE DISK", damaged),
    ):
        words += [f"{name}: {_where(wrong)}{wrong['what']}" for wrong in wrongs] or [nothing] * bool(nothing)
    words += dict.fromkeys(f"{wrong['remedy']}" for wrong in damaged)
    if found.pending:
        words.append(f"Not received yet: {found.pending} objects that facts name.")
    if found.withheld:
        words.append(f"Withheld by order: {found.withheld} objects.")
    return data, words


def _said(wrong: Wrong) -> dict[str, object]:
    from eum_app.wording.messages import sentence

    words = sentence(Refusal(wrong.code, **wrong.values))
    return {"code": wrong.code, **wrong.values, "what": words.what, "remedy": words.next}


def _where(wrong: dict[str, object]) -> str:
    if "object_id" in wrong:
        return f"object {wrong['object_id']}: "
    if "origin" not in wrong:
        return ""
    return f"{wrong['origin']}/{wrong['epoch']}/{wrong.get('seq', wrong.get('expected', '?'))}: "
