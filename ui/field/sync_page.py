"""Sync: bundles for HQ, what HQ has received, bundles from HQ; and, before all that, enrollment."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from db.queries.exchange import Outstanding, all_bundles, outstanding
from eum_app.domain.areas import Area
from eum_app.domain.bundles import ImportResult
from eum_app.domain.errors import KnownError, Refusal
from eum_app.usecases.calls import call, child, query
from eum_app.usecases.children import import_bundles_child, seal_results_child
from eum_app.usecases.exchange.enrol_device import EnrolmentState, enrolment_state
from eum_app.usecases.exchange.seal_bundle import Sealed
from eum_app.usecases.exchange.verify_bundle import Imported
from eum_app.usecases.people.recovery import RecoveryCodes
from ui.field.bundle_cards import BundlesCard, ImportResults, ProgressLine
from ui.field.enrol_card import EnrolCard
from ui.field.parts import named
from ui.kit import words
from ui.kit.child_task import ChildTask
from ui.kit.desk import Desk
from ui.kit.page import Page
from ui.kit.widgets import (
    Button,
    Card,
    ColumnPart,
    Columns,
    KeyValueGrid,
    button,
    hbox,
    label,
    panel,
    scrolled,
    vbox,
)
from ui.kit.widgets.path_field import PathField


class SyncPage(Page):
    """Exchange bundles with HQ. Opened with `"seal"`, it seals everything that waits for HQ at once."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("sync_page")
        self._desk = desk
        self._state: EnrolmentState | None = None
        self._task: ChildTask | None = None
        self._seals_when_ready = False
        self.set_title(self.tr("Sync"))
        self.enrol = EnrolCard(desk)
        self.enrol.failed.connect(self.notice.show_error)
        self.enrol.enrolled.connect(self._enrolled)
        self._hq = Card(self.tr("HQ of this device"))
        self._hq_facts = KeyValueGrid(key_width=118)
        self._hq.add(self._hq_facts)
        self._bundles, self._results, self._progress = BundlesCard(), ImportResults(), ProgressLine()
        self._progress.stop_requested.connect(self._stop)
        left = vbox(spacing=16)
        left.addWidget(self._outgoing_card())
        left.addWidget(self._bundles, 1)
        right = vbox(self.enrol, self._incoming_card(), self._hq, 1, spacing=16)
        self._columns = Columns(
            [
                ColumnPart("out", self.tr("To HQ"), panel(left), 52),
                ColumnPart("in", self.tr("From HQ"), scrolled(panel(right)), 48),
            ]
        )
        self.body.addWidget(self._columns, 1)
        self.add_button_key(self.seal_button, "Ctrl+E")
        self.add_button_key(self.import_button, "Ctrl+I")
        for widget in (self.enrol, self._hq):
            widget.hide()

    # Its parts

    def _outgoing_card(self) -> Card:
        card = Card(self.tr("To HQ"))
        self._waiting = label("", "heading", wrap=True)
        self._receipt = label("", "sub", wrap=True)
        self.out_path = PathField(self.tr("Folder for bundles"), object_name="outbox_path", kind="folder")
        self.out_path.set_path(self._desk.outbox)
        self.out_path.submitted.connect(self.seal)
        self.seal_button: Button = named(
            button(self.tr("Seal for HQ"), self.seal, kind="primary", icon="lock"), "seal_button"
        )
        line = hbox(self.out_path, self.seal_button, spacing=8)
        line.setStretch(0, 1)
        card.add_padded(self._waiting, self._receipt, line, self._progress, spacing=8)
        return card

    def _incoming_card(self) -> Card:
        card = Card(self.tr("From HQ"))
        self._incoming = card
        self.in_path = PathField(
            self.tr("Tasking and receipts from HQ"),
            object_name="inbox_path",
            kind="files",
            filters=self.tr("Bundles (*.eumb)"),
        )
        self.in_path.set_path(self._desk.inbox)
        self.in_path.submitted.connect(self._import)
        self.import_button: Button = named(
            button(self.tr("Import"), self._import, kind="primary", icon="download"), "import_button"
        )
        line = hbox(self.in_path, self.import_button, spacing=8)
        line.setStretch(0, 1)
        card.add_padded(
            label(
                self.tr(
                    "Choose a bundle or a folder. Matching bundles are imported; the rest are listed with the reason."
                ),
                "body",
                wrap=True,
            ),
            line,
        )
        card.add(self._results)
        return card

    # The shell

    def opened(self, argument: object) -> None:
        """Read the state; with the argument "seal", seal the results as soon as it is known."""
        self._seals_when_ready = argument == "seal"
        self._ask()

    def refresh(self, areas: frozenset[Area]) -> None:
        self._ask()

    def first_focus(self) -> QWidget | None:
        if self._state is not None and not self._state.is_enrolled:
            return self.enrol.request_path.edit
        return self.seal_button

    def _ask(self) -> None:
        session = self._desk.session
        self._desk.ask(call(enrolment_state), then=self._show_state)
        self._desk.ask(query(outstanding, session.name, session.store.named.epoch), then=self._show_waiting)
        self._desk.ask(query(all_bundles, session.name), then=self._bundles.show_bundles)

    def _show_state(self, state: EnrolmentState) -> None:
        self._state = state
        self.enrol.setVisible(not state.is_enrolled)
        self._incoming.setVisible(state.is_enrolled)
        self._hq.setVisible(state.is_enrolled)
        self._columns.set_title("in", self.tr("From HQ") if state.is_enrolled else self.tr("Enroll"))
        if state.is_enrolled:
            self._hq_facts.clear()
            self._hq_facts.add(self.tr("HQ"), state.hq, mono=True)
            self._hq_facts.add(self.tr("Root fingerprint"), state.root_fingerprint, mono=True)
            self.header.set_state(self.tr("Enrolled with {hq}").format(hq=state.hq), "ok", "shield-check")
        else:
            self.enrol.show_state(state)
            self.header.set_state(self.tr("Not enrolled yet"), "warn", "triangle-alert")
            self._columns.bring_to_front("in")
        self._follow()
        if self._seals_when_ready:
            self._seals_when_ready = False  # once: a later refresh must not seal again
            self.seal()

    def _show_waiting(self, state: Outstanding) -> None:
        if state.facts:
            text = self.tr("%Ln facts not yet received by HQ", "", state.facts)
        elif state.receipt_at:
            text = self.tr("HQ has received everything")
        else:
            text = self.tr("Nothing to send yet")
        self._waiting.setText(text)
        if state.receipt_at:
            said = self.tr("Last HQ receipt {time}, up to fact {seq}").format(
                time=words.moment(state.receipt_at), seq=words.count(state.received_seq)
            )
        else:
            said = self.tr("No receipt from HQ yet.")
        self._receipt.setText(said)

    # Sealing

    def seal(self) -> None:
        """Seal everything that HQ has not acknowledged into the chosen folder, in a child process. The notice shows the
        result.

        Does nothing without a folder, or while another job runs. A device that is not enrolled and a folder that is not
        there are refused.
        """
        folder = self.out_path.path
        if folder is None or self._task is not None:
            return
        if self._state is not None and not self._state.is_enrolled:
            self.notice.show_error(Refusal("device.not_enrolled"))
            return
        try:
            self._desk.require_folder(folder)
        except Refusal as error:
            self.notice.show_error(error)
            self.out_path.edit.setFocus()
            return
        self._begin(self.tr("Sealing…"))
        self._task = self._desk.do_in_child(
            child(seal_results_child, folder),
            then=self._sealed,
            progress=self._progress.step,
            failed=self._failed,
            cancelled=self._cancelled,
        )

    def _sealed(self, result: Sealed) -> None:
        self._end()
        if result.further:
            said = self.tr("Sealed for {party} in %Ln bundles", "", len(result.paths)).format(party=result.recipient)
            detail = self.tr(
                "Not everything fits into one bundle. Take all of them to HQ: {names}. They count as received only "
                "when HQ's receipt is imported here."
            ).format(names=", ".join(path.name for path in result.paths))
        else:
            said = self.tr("Sealed for {party}: {name}").format(party=result.recipient, name=result.path.name)
            detail = self.tr("Take it to HQ. It counts as received only when HQ's receipt is imported here.")
        self.notice.show_message("ok", said, detail=detail, stays=True)

    # Importing

    def _import(self) -> None:
        paths = self.in_path.paths
        if not paths or self._task is not None:
            return
        self._begin(self.tr("Verifying…"))
        self._task = self._desk.do_in_child(
            child(import_bundles_child, paths, None),
            then=self._imported,
            progress=self._progress.step,
            failed=self._failed,
            cancelled=self._cancelled,
        )

    def _imported(self, result: Imported) -> None:
        self._end()
        self._results.show_outcomes(result.outcomes)
        taken = sum(one.outcome is ImportResult.ACCEPTED for one in result.outcomes)
        if not result.outcomes:
            self.notice.show_message("attention", self.tr("No bundles were found there."))
        elif taken:
            said = self.tr("%Ln bundles taken in", "", taken)
            detail = self.tr("Visits that arrived with them are listed under Visits.")
            self.notice.show_message(
                "ok",
                said,
                detail=detail if Area.VISITS in result.areas else "",
                action=self.tr("Show visits") if Area.VISITS in result.areas else "",
                on_action=lambda: self.navigate_requested.emit("visits", None),
            )

    # Progress

    def _begin(self, text: str) -> None:
        self._progress.begin(text)
        self._follow()
        for pressed in (self.seal_button, self.import_button):
            pressed.setEnabled(False)

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._progress.say(self.tr("Stopping…"))

    def _cancelled(self) -> None:
        self._end()
        self.notice.show_message("info", self.tr("Stopped. Nothing was left half done."))

    def _failed(self, error: KnownError) -> None:
        self._end()
        self.notice.show_error(error)

    def _end(self) -> None:
        self._task = None
        self._progress.hide()
        self._follow()

    def _enrolled(self, codes: RecoveryCodes | None) -> None:
        said = self.tr("This device is enrolled. Import the tasking that HQ sends.")
        self.notice.show_message("ok", said, stays=True)
        self.in_path.edit.setFocus()
        if codes is not None:  # they are shown this once
            self.navigate_requested.emit("codes", (codes, "sync"))

    def _follow(self) -> None:
        is_enrolled = self._state is not None and self._state.is_enrolled
        self.seal_button.setEnabled(is_enrolled and self._task is None)
        self.import_button.setEnabled(is_enrolled and self._task is None)
