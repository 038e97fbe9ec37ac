"""Part of the review page: the book beside the result of the visit."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from db.queries.checks import CheckRow
from db.queries.dispositions import Statement
from db.queries.findings import FindingRow
from db.queries.visits import VisitRow
from eum_app.domain.clock import date_of, instant_of
from eum_app.domain.visits import Outcome
from ui.hq.review_data import FindingDetail
from ui.kit.messages import how_read, sentence
from ui.kit.theme import inset
from ui.kit.widgets import (
    Card,
    Chip,
    ValueText,
    flow,
    label,
    panel,
    rule,
    vbox,
)
from ui.kit.words import count, day, joined, moment, rule_title, rule_words, word
from ui.shared.disposition_words import evidence_words, reported_words
from ui.shared.items_view import disposition_chip
from ui.shared.page_parts import named
from ui.shared.testimony import reasons_said, unexpected_said

translate = QCoreApplication.translate


class RecordCard(Card):
    """Compare the book with the result of the visit."""

    def __init__(self) -> None:
        super().__init__(self.tr("Record against baseline"))
        self._holder = panel(vbox())
        self.add(self._holder)

    def show_detail(self, detail: FindingDetail) -> None:
        """Show the record beside the baseline: the check with its item, or the site."""
        seen = detail.check
        grid = QGridLayout()
        inset(grid, 0, 0, 0, 0)
        grid.setColumnStretch(1, 5)
        grid.setColumnStretch(2, 8)
        if detail.visit is None:
            self._show_device(grid, detail.finding)
        elif detail.stated is not None:
            self._show_statement(grid, detail, detail.stated)
        elif seen is None:
            self._show_site(grid, detail.visit)
        else:
            self._show_check(grid, detail, seen)
        further = [rule_title(one) for one in detail.finding.causes if one != detail.finding.rule_id]
        also = self.tr("Also: {causes}").format(causes="; ".join(further)) if further else ""
        words = "\n".join(text for text in (rule_words(detail.finding.rule_id), also) if text)
        self._row(grid, 4, [self._key(self.tr("Rule")), label(words or "–", wrap=True, selectable=True)], is_last=True)
        fresh = panel(grid)
        old = self._holder
        self.body.replaceWidget(old, fresh)
        old.hide()
        old.deleteLater()
        self._holder = fresh

    def _show_device(self, grid: QGridLayout, row: FindingRow) -> None:
        device = named(self._mono(f"{row.device} / {row.epoch}"), "review_device")
        self._row(grid, 0, [self._key(self.tr("Device / epoch")), device], is_last=True)
        grid.addWidget(rule(), 1, 0, 1, 3)
        entries = self.tr("{first} to {last}").format(first=count(row.first_seq), last=count(row.last_seq))
        self._row(grid, 1, [self._key(self.tr("Entries of its journal")), label(entries)], is_last=True)
        grid.addWidget(rule(), 3, 0, 1, 3)

    def _show_site(self, grid: QGridLayout, row: VisitRow) -> None:
        self._row(grid, 0, [self._key(self.tr("Site")), label(joined(row.site, row.country), wrap=True)], is_last=True)
        grid.addWidget(rule(), 1, 0, 1, 3)
        closed = moment(row.closed_at) if row.closed_at else self.tr("not closed out")
        words = joined(row.device, row.inspector, closed)
        self._row(grid, 1, [self._key(self.tr("Visit")), label(words, wrap=True)], is_last=True)
        grid.addWidget(rule(), 3, 0, 1, 3)

    def _show_statement(self, grid: QGridLayout, detail: FindingDetail, said: Statement) -> None:
        book, fact = detail.item, said.fact
        head = (label("", "small"), label(self.tr("In the list"), "small"), label(self.tr("Stated"), "small"))
        self._row(grid, 0, head)
        chip = disposition_chip(fact.disposition)
        stated = panel(flow(Chip(chip.text, chip.tone, chip.icon)))
        listed = word("disposition", book.listed_as) if book else self.tr("not on the book")
        self._row(grid, 1, [self._key(self.tr("Disposition")), label(listed, wrap=True), stated])
        serial = named(self._mono(book.serial if book else ""), "review_serials")
        words = label(reported_words(fact), wrap=True, selectable=True)
        self._row(grid, 2, [self._key(self.tr("Serial number")), serial, words])
        place = joined(book.site, book.location) if book else ""
        evidence = label(evidence_words(fact) or self.tr("no evidence named"), wrap=True, selectable=True)
        self._row(grid, 3, [self._key(self.tr("Place and evidence")), label(place or "–", wrap=True), evidence])

    def _show_check(self, grid: QGridLayout, detail: FindingDetail, seen: CheckRow) -> None:
        book = detail.item
        head = [
            label("", "small"),
            label(self.tr("Baseline"), "small"),
            label(self.tr("Visit {day}").format(day=day(seen.observed_at)), "small"),
        ]
        self._row(grid, 0, head)
        is_seen = seen.outcome not in {Outcome.NOT_FOUND, Outcome.NO_ACCESS}
        how = joined(how_read(seen.reading), "" if seen.is_sighted or not is_seen else word("grade", seen.grade))
        read = (
            panel(vbox(ValueText(seen.serial), label(how, "sub", wrap=True) if how else None, spacing=1))
            if is_seen
            else None
        )
        note = detail.note or (sentence(detail.note_error).what if detail.note_error else "")
        differing = unexpected_said(seen.testimony, detail.item_checklist)
        unexpected = self.tr("Not as expected: {answers}").format(answers=differing) if differing else ""
        outcome = panel(
            vbox(
                panel(flow(Chip.of(seen.outcome))),
                label(joined(reasons_said(seen), f"“{note}”" if note else ""), wrap=True, selectable=True),
                named(label(unexpected, "sub", tone="warn", wrap=True, selectable=True), "review_not_as_expected")
                if unexpected
                else None,
                spacing=3,
            )
        )
        listed = detail.act
        serials = ", ".join(sorted(one.serial for one in listed)) if listed else book.serial if book else ""
        name = self.tr("%Ln items", "", len(listed)) if listed else self.tr("Serial number")
        self._row(grid, 1, [self._key(name), named(self._mono(serials), "review_serials"), read])
        place = joined(book.site, book.location) if book else self.tr("not on the book")
        if listed:
            place = detail.visit.site if detail.visit else ""
        self._row(grid, 2, [self._key(self.tr("Location")), label(place, wrap=True), outcome])
        last = book.last_inventory if book else ""
        self._row(
            grid,
            3,
            [
                self._key(self.tr("Last inventory")),
                label(day(last) or "–", wrap=True),
                label(self._since(last, seen), wrap=True),
            ],
        )

    def _since(self, last: str, seen: CheckRow) -> str:
        seen_at, last_on = instant_of(seen.observed_at), date_of(last)
        if seen_at is None or last_on is None:
            return "–"
        days = (seen_at.date() - last_on).days
        return self.tr("%Ln days before this visit", "", days)

    def _key(self, words: str) -> QWidget:
        return label(words, "key", wrap=True)

    def _mono(self, text: str) -> QWidget:
        return ValueText(text or "–")

    def _row(self, grid: QGridLayout, at: int, cells: Sequence[QWidget | None], *, is_last: bool = False) -> None:
        for column, cell in enumerate(cells):
            shown = cell if cell is not None else label("–")
            holder = panel(vbox(shown, margins=(16 if column == 0 else 8, 7, 12, 7)))
            holder.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
            is_wide = is_last and column == len(cells) - 1
            grid.addWidget(holder, at * 2, column, 1, 2 if is_wide else 1)
        if not is_last:
            grid.addWidget(rule(), at * 2 + 1, 0, 1, 3)
