"""The result of recovering a damaged store by `eum store rebuild`, in words and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eum_app.cli.common import counted

if TYPE_CHECKING:
    from db.recovery import Lost, Recovered

_PARTS = {
    "secrets": "some or all of the store's keys (a device needs a new identity: eum device request --anew; "
    "an HQ needs its backup)",
    "meta": "the store's own notes (made again from its key file and its journal)",
    "drafts": "drafts that were not recorded",
}


def recovered_words(made: Recovered) -> tuple[dict[str, Any], list[str]]:
    """Return the result of a recovery as data for JSON and as lines; each lost part gets a line."""
    data: dict[str, Any] = {
        "recovered": True,
        "entries": made.entries,
        "from_backups": made.from_backups,
        "objects": made.objects,
        "objects_lost": made.objects_lost,
        "lost": [
            {
                "origin": one.hole.origin,
                "epoch": one.hole.epoch,
                "first": one.hole.first,
                "last": one.hole.last,
                "held_by_hq_through": min(one.at_hq, one.hole.last) if one.at_hq >= one.hole.first else None,
            }
            for one in made.lost
        ],
        "parts_lost": made.parts_lost,
        "damaged_file": str(made.kept_as),
    }
    words = [
        f"The database was damaged. Recovered: {made.entries} journal entries"
        + (f", {made.from_backups} of them from backups" if made.from_backups else "")
        + f", {counted(made.objects, 'object')}.",
        *(f"LOST: {_numbers(one)}; {_held(one)}" for one in made.lost),
        *[_objects(made.objects_lost)] * bool(made.objects_lost),
        *(f"LOST: {_PARTS[part]}." for part in made.parts_lost),
        *["After the newest entry that is known of a device, more may be lost: have each seal its results again."]
        * bool(made.lost),
        f"The damaged file was kept: {made.kept_as}",
    ]
    if not made.lost:
        words.insert(1, "No entry is lost.")
    return data, words


def _objects(lost: int) -> str:
    return (
        f"LOST: the keys of {counted(lost, 'object')} (photos, notes, signatures) that entries name; "
        "a backup (--backup) may hold them. Their files were kept."
    )


def _numbers(lost: Lost) -> str:
    hole = lost.hole
    numbers = f"entry {hole.first}" if hole.first == hole.last else f"entries {hole.first} to {hole.last}"
    return f"{numbers} of {hole.origin} (epoch {hole.epoch})"


def _held(lost: Lost) -> str:
    if lost.at_hq >= lost.hole.last:
        return "HQ signed for them and holds them."
    if lost.at_hq >= lost.hole.first:
        return f"HQ signed for those up to {lost.at_hq}; a backup (--backup) may hold the others."
    return "no receipt of an HQ covers them; a backup (--backup), or a bundle that was sent, may hold them."
