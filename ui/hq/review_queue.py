"""The queue of findings that the reviewer works through."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Signal

from db.queries.findings import FindingRow, finding_ids, findings_by_id, open_count
from eum_app.domain.clock import instant_of
from eum_app.domain.ids import FindingId
from eum_app.usecases.calls import query
from ui.hq.narrowed import FindingFilter, Narrowed
from ui.kit.delegates import ChipSpec, RowContent, RowDelegate
from ui.kit.desk import Desk
from ui.kit.models import Column, IdsTableModel, current_id, list_view, on_current, select_id
from ui.kit.theme import theme
from ui.kit.widgets import Card, Tab, TabRow, panel, vbox
from ui.kit.words import count, joined, rule_title, word
from ui.shared.activity.shown import DECISION_FACES
from ui.shared.narrowed_bar import NarrowedBar


class FindingQueue(Card):
    """Open findings, or all, in the order of review. `model.ids_loaded` carries their number."""

    current_changed = Signal(object)
    """The id of the finding that became current, or None."""
    emptied = Signal()
    """Emitted when no finding matches the tab and the filter."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Findings"))
        self._desk = desk
        self._only_open = True
        self._rows = FindingFilter()
        self._wanted = ""
        self._narrowed = NarrowedBar("review_narrowed", self._show_all)
        self.model = IdsTableModel(
            [Column(self.tr("Finding"), lambda row: self._present(row).spoken())], desk.tasks, self
        )
        self.model.ids_loaded.connect(self._counted)
        self.list = list_view(self.model, RowDelegate(self._present), name=self.tr("Findings"))
        self.list.setObjectName("findings_list")
        self.list.setMinimumWidth(theme().dp(300))
        on_current(self.list, self.current_changed.emit)
        self.tabs = TabRow([Tab("open", self.tr("Open")), Tab("all", self.tr("All"))])
        self.tabs.setObjectName("findings_tabs")
        self.tabs.chosen.connect(self._filter)
        self.add(panel(vbox(self.tabs, margins=(16, 8, 16, 8)), "cardhead"))
        self.add_padded(self._narrowed, margins=(16, 0, 16, 0))
        self.add(self.list, 1)

    @property
    def shows_all_open(self) -> bool:
        """Return whether all open findings are listed, hidden by neither the filter nor the tab."""
        return self._only_open and self._rows == FindingFilter()

    def narrow(self, wanted: Narrowed) -> None:
        """Show only the open findings that match `wanted.rows`, from the next `reload` on."""
        self._rows = wanted.rows
        self._narrowed.say(wanted.words)
        self._only_open = True
        self.tabs.set_current("open")

    def want(self, finding_id: str) -> None:
        """Make this finding current after the next `reload`, if it is in the list then."""
        self._wanted = finding_id

    def reload(self) -> None:
        """Read the queue again in the background. `current_changed` follows, or `emptied`."""
        desk, only_open, rows = self._desk, self._only_open, self._rows

        def ids() -> Sequence[str]:
            return desk.read(
                query(
                    finding_ids, only_open=only_open, program=rows.program, severity=rows.severity, rule_id=rows.rule_id
                )
            )

        if rows == FindingFilter():
            desk.ask(query(open_count), then=self._count_open)
        self.model.set_source(ids, lambda wanted: desk.read(query(findings_by_id, [FindingId(one) for one in wanted])))

    def step(self, by: int) -> None:
        """Move down by so many findings, or up if negative; stop at the ends."""
        number = self.model.rowCount(QModelIndex())
        if number:
            row = min(number - 1, max(0, self.list.currentIndex().row() + by))
            self.list.setCurrentIndex(self.model.index(row, 0))

    def _filter(self, key: str) -> None:
        self._only_open = key == "open"
        self.reload()

    def _show_all(self) -> None:
        self._rows = FindingFilter()
        self._narrowed.say("")
        self.reload()
        self.list.setFocus()

    def _count_open(self, number: int) -> None:
        """Show the badge's number on the tab, whichever tab is chosen."""
        if self._rows == FindingFilter():
            self.tabs.set_text("open", self.tr("Open {count}").format(count=count(number)))

    def _counted(self, number: int) -> None:
        words = self.tr("Open {count}") if self._only_open else self.tr("All {count}")
        self.tabs.set_text("open" if self._only_open else "all", words.format(count=count(number)))
        if not number:
            self.emptied.emit()
            return
        if not (self._wanted and select_id(self.list, self._wanted)) and current_id(self.list) is None:
            self.list.setCurrentIndex(self.model.index(0, 0))
        self._wanted = ""
        self.current_changed.emit(current_id(self.list))

    def _present(self, row: FindingRow) -> RowContent:
        chip = None
        if row.decision:
            chip = ChipSpec(word("decision", row.decision), *DECISION_FACES.get(row.decision, ("mute", "")))
        elif row.lapsed_at:
            chip = ChipSpec(self.tr("Lapsed"), "mute", "minus")
        return RowContent(
            rule_title(row.rule_id),
            joined(self._about(row), row.part_number, row.site),
            lead=ChipSpec.of(row.severity),
            chip=chip,
            trailing="" if chip else self._age(row.raised_at),
        )

    def _about(self, row: FindingRow) -> str:
        if row.device:
            return joined(row.device, self.tr("epoch {epoch}").format(epoch=row.epoch))
        return self.tr("%Ln items", "", len(row.check_ids)) if row.check_ids else row.serial

    def _age(self, raised_at: str) -> str:
        raised = instant_of(raised_at)
        if raised is None:
            return raised_at
        days = (self._desk.session.now() - raised).days
        return self.tr("{days} d").format(days=count(days)) if days > 0 else self.tr("today")
