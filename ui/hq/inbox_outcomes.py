"""Words and rows for what became of each file of an import."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QSizePolicy, QWidget

from eum_app.domain.bundles import ImportResult
from eum_app.domain.errors import Refusal
from eum_app.usecases.exchange.outcomes import ImportOutcome
from eum_app.wording.at_hq import next_at_hq
from ui.kit.delegates import ChipSpec
from ui.kit.messages import sentence
from ui.kit.translation import Texts
from ui.kit.widgets import Chip, flow, label, panel, vbox
from ui.kit.words import joined, word

translate = QCoreApplication.translate


InboxWords = Texts("InboxWords")


def outcome_chip(outcome: ImportResult) -> ChipSpec:
    """Return icon, text and tone of an import's outcome."""
    return {
        ImportResult.ACCEPTED: ChipSpec(translate("hq", "Accepted"), "ok", "check"),
        ImportResult.ALREADY_HELD: ChipSpec(translate("hq", "Already imported"), "mute", "check"),
        ImportResult.WAITING: ChipSpec(translate("hq", "Waiting"), "warn", "clock"),
        ImportResult.FORKED: ChipSpec(translate("hq", "Two histories"), "bad", "octagon-alert"),
        ImportResult.REFUSED: ChipSpec(translate("hq", "Refused"), "bad", "x"),
        ImportResult.QUARANTINED: ChipSpec.of("quarantined"),
    }[outcome]


def why(code: str, values: dict[str, str]) -> tuple[str, str]:
    """Return (what happened, what to do next) for the code of an outcome."""
    message = sentence(Refusal(code, **values))
    return message.what, next_at_hq(code, message.next, translate)


def outcome_words(outcome: ImportOutcome) -> tuple[str, str]:
    """Return (what became of the file, what to do next)."""
    if outcome.outcome is ImportResult.ACCEPTED:
        facts = InboxWords.tr("%Ln new facts", "", outcome.new_entries)
        findings = InboxWords.tr("%Ln new findings", "", outcome.new_findings)
        return f"{facts}, {findings}", _receipt_words(outcome)
    if outcome.outcome is ImportResult.ALREADY_HELD:
        return translate("hq", "Imported before; nothing was added."), _receipt_words(outcome)
    what, todo = why(outcome.code, outcome.values)
    if outcome.new_entries:  # a late bundle that a head on paper covers in part
        facts = InboxWords.tr("%Ln new facts", "", outcome.new_entries)
        return what, translate("hq", "Proved by paper and recorded: {facts}. {todo}").format(facts=facts, todo=todo)
    left = translate("hq", "Nothing was saved; the file stays where it is. {todo}").format(todo=todo)
    in_quarantine = translate("hq", "Kept in quarantine; nothing in it was recorded. {todo}").format(todo=todo)
    kept = {
        ImportResult.WAITING: translate(
            "hq", "Not recorded yet. Import the bundle before it; you can import both together."
        ),
        ImportResult.REFUSED: left,
    }.get(outcome.outcome, in_quarantine if outcome.is_kept else left)
    return what, kept


def _receipt_words(outcome: ImportOutcome) -> str:
    files = outcome.receipts
    if outcome.receipt_code:
        reason = why(outcome.receipt_code, outcome.receipt_values)
        return " ".join((translate("hq", "No receipt was written."), *reason))
    if not files:
        return translate("hq", "No receipt was needed.")
    return InboxWords.tr("Take the receipt to {sender}, all %Ln files of it: {path}", "", len(files)).format(
        sender=outcome.sender, path=", ".join(map(str, files))
    )


def outcome_row(outcome: ImportOutcome) -> QWidget:
    """Return the row of one file: outcome, name, sender, what happened and what to do next."""
    spec = outcome_chip(outcome.outcome)
    what, todo = outcome_words(outcome)
    sender = joined(outcome.sender, word("bundle", outcome.kind) if outcome.kind else "")
    head = flow(Chip(spec.text, spec.tone, spec.icon), label(outcome.file_name, "strong", selectable=True))
    made = panel(
        vbox(
            panel(head),
            label(sender, "sub") if sender else None,
            label(what, wrap=True),
            label(todo, "sub", wrap=True, selectable=True),
            margins=(16, 10, 16, 10),
            spacing=3,
        ),
        "row",
    )
    made.setAccessibleName(f"{outcome.file_name}: {spec.text}. {what} {todo}")
    made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
    return made
