"""The picture of the scan column: the newest view, with marks outlined by their verdicts."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from ui.field.visit.scan_worker import Seen
from ui.kit.widgets.viewfinder import Viewfinder, ViewMark


def key_of(symbology: str, raw: bytes) -> str:
    """Return a key that identifies a symbol in the viewfinder."""
    return f"{symbology}|{raw.hex()}"


class SeenView(QObject):
    """Draw each view into the viewfinder, and remember the verdict on each mark while it stays in view."""

    view_changed = Signal(object)
    """Seen, or None when there is no longer a picture."""
    mark_chosen = Signal(object)
    """(symbology, raw) of a mark that the person pressed in the picture."""

    def __init__(self, viewfinder: Viewfinder) -> None:
        super().__init__(viewfinder)
        self._viewfinder = viewfinder
        self._known: dict[str, tuple[str, str]] = {}
        self.last_seen: Seen | None = None
        viewfinder.chosen.connect(self._chosen)

    def show_view(self, seen: Seen) -> None:
        """Draw another view. Verdicts on marks that are no longer in view are forgotten."""
        self.last_seen = seen
        keys = {key_of(*track.key) for track in seen.tracks}
        self._known = {key: said for key, said in self._known.items() if key in keys}
        self._draw(seen)
        self.view_changed.emit(seen)

    def show_prompt(self, text: str) -> None:
        """Show a text in place of a picture, and forget the verdicts on its marks."""
        self.last_seen = None
        self._known.clear()
        self._viewfinder.show_prompt(text)
        self.view_changed.emit(None)

    def set_known(self, key: tuple[str, bytes], state: str, text: str) -> None:
        """Set the state and text on a mark's outline from now on."""
        self._known[key_of(*key)] = (state, text)
        if self.last_seen is not None and self._viewfinder.marks:
            self._draw(self.last_seen)

    def _draw(self, seen: Seen) -> None:
        marks = []
        for track in seen.tracks:
            key = key_of(*track.key)
            state, text = self._known.get(key, ("", ""))
            first, second, third, fourth = (
                ((seen.width - x if seen.is_mirrored else x) / seen.width, y / seen.height) for x, y in track.corners
            )
            marks.append(ViewMark(key, (first, second, third, fourth), state, text, track.track_id))
        self._viewfinder.show_view(seen.image, marks)

    def _chosen(self, key: str) -> None:
        seen = self.last_seen
        track = next((one for one in seen.tracks if key_of(*one.key) == key), None) if seen is not None else None
        if track is not None:
            self.mark_chosen.emit(track.key)
