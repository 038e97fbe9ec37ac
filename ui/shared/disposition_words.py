"""Statements about what became of an item, in words."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from db.queries.dispositions import Statement
from eum_app.domain.facts import DispositionStated
from ui.kit.widgets.history import Told
from ui.kit.words import day, joined, moment, word

translate = QCoreApplication.translate


def reported_words(fact: DispositionStated) -> str:
    """Return when it happened and who reported it: `20 Nov 2026 · Partner, Depot 7 custodian`."""
    who = ", ".join(filter(None, (word("reported_by", fact.reported_by), fact.reporter)))
    return joined(day(fact.happened_on), who)


def evidence_words(fact: DispositionStated) -> str:
    """Return the evidence of a statement and its remarks, a line each; empty if it has none."""
    document = joined(fact.document_name, translate("items", "file kept") if fact.document else "")
    parts = (
        (translate("items", "Document: {value}"), document),
        (translate("items", "No document: {value}"), fact.no_document_reason),
        (translate("items", "Witness: {value}"), fact.witness),
        (translate("items", "Authorization: {value}"), fact.authorization),
        (translate("items", "Why the record changed: {value}"), fact.correction),
        (translate("items", "Remark: {value}"), fact.remark),
    )
    return "\n".join(template.format(value=value) for template, value in parts if value)


def told_statement(said: Statement) -> Told:
    """Return one statement as an event of its item's history; one that was ended says when, by whom and why."""
    fact = said.fact
    what = translate("items", "Stated: {disposition}").format(disposition=word("disposition", fact.disposition))
    if said.ended_at:
        what = translate("items", "{what} (no longer counts)").format(what=what)
    ended = translate("items", "Ended {when} by {who}: {reason}").format(
        when=moment(said.ended_at), who=said.ended_by, reason=said.ended_reason
    )
    by_claim = translate("items", "Accepted from a claim") if fact.claim_id else ""
    listed = translate("items", "list of dispositions {version}").format(version=fact.list_version)
    lines = (reported_words(fact), by_claim, evidence_words(fact), ended if said.ended_at else "")
    note = "\n".join(filter(None, lines))
    return Told(what, said.actor, joined(moment(said.stated_at), said.origin, listed), note)
