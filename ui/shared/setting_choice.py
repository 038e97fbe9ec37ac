"""The control of a setting that has choices, and the cards made of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QCoreApplication

from eum_app.domain.errors import KnownError
from ui.kit.settings import ENTRIES, Choices, Entry, current
from ui.kit.widgets import Button, Card, Tab, TabRow, label

translate = QCoreApplication.translate


T = TypeVar("T")


class SettingChoice(TabRow):
    """One tab for each choice. A choice applies at once and is saved; if saving fails, `failed` is called."""

    def __init__(self, entry: Entry[T], failed: Callable[[KnownError], None]) -> None:
        assert entry.choices is not None
        self.entry: Entry[Any] = entry
        self._choices: Choices[Any] = entry.choices
        title = translated(entry.choices.title)
        captions = [(key, translated(caption)) for key, _value, caption in entry.choices.values]
        super().__init__([Tab(key, caption, name=f"{title}: {caption}") for key, caption in captions])
        self.setObjectName(entry.choices.name)
        self.setAccessibleName(title)
        for (key, _caption), tab in zip(captions, self.findChildren(Button), strict=True):
            tab.setObjectName(f"{entry.choices.name}_{key}")
        self._failed = failed
        self.show_value(current().value(entry))
        self.chosen.connect(self._keep)
        current().changed.connect(self._follow)

    def show_value(self, value: object) -> None:
        """Mark the choice of a value; for a whole number without a choice, mark the nearest.

        Raises KeyError for any other value without a choice.
        """
        values = {key: one for key, one, _caption in self._choices.values}
        key = next((key for key, one in values.items() if one == value), "")
        if not key and isinstance(value, int):
            key = min(values, key=lambda key: abs(values[key] - value))
        self.set_current(key)

    def _follow(self, entry: object) -> None:
        if entry is self.entry:
            self.show_value(current().value(self.entry))

    def _keep(self, key: str) -> None:
        value = next(one for known, one, _caption in self._choices.values if known == key)
        try:
            current().keep(self.entry, value)
        except KnownError as error:
            self._failed(error)


def add_choices(card: Card, name: str, failed: Callable[[KnownError], None]) -> dict[str, SettingChoice]:
    """Add every setting of the card `name` with its title and hint, then a stretch.

    Return the controls by the key of their entry.
    """
    made: dict[str, SettingChoice] = {}
    for entry in ENTRIES:
        if entry.choices is not None and entry.choices.card == name:
            choice = made[entry.key] = SettingChoice(entry, failed)
            title, hint = (
                label(translated(entry.choices.title), "strong"),
                label(translated(entry.choices.hint), "sub", wrap=True),
            )
            card.add_padded(title, hint, choice, spacing=6)
    card.add_stretch()
    return made


def translated(text: str) -> str:
    """Return a text of an entry in the language of the window."""
    return translate("settings", text)
