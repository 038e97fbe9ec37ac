"""Small parts that pages are made of. Import them from here; `python -m eum_app.demo.gallery DIR` draws them all."""

from ui.kit.widgets.answer import ANSWERS, SegmentedAnswer, answer_text
from ui.kit.widgets.bars import BarChart, LineChart, ProgressSummary, StackedBar, StatTile, Tiles
from ui.kit.widgets.base import (
    ActionButton,
    Button,
    FlowLayout,
    IconLabel,
    button,
    empty_layout,
    flow,
    hbox,
    label,
    panel,
    row,
    rule,
    set_look,
    tip_with_key,
    vbox,
)
from ui.kit.widgets.card import Card, CuiBanner, EmptyState, card_between_markings, scrolled
from ui.kit.widgets.chip import Chip
from ui.kit.widgets.columns import ColumnPart, Columns
from ui.kit.widgets.drop_down import DropDown
from ui.kit.widgets.fields import (
    FormField,
    KeyValueGrid,
    ScanField,
    SearchField,
    Tab,
    TabRow,
    ValueText,
    search_placeholder,
)
from ui.kit.widgets.fit_area import FitArea
from ui.kit.widgets.header import PageHeader
from ui.kit.widgets.notice import NoticeBar
from ui.kit.widgets.reason import Asked, PhotoStrip, ReasonPanel
from ui.kit.widgets.signature import SignaturePad

__all__ = [
    "ANSWERS",
    "ActionButton",
    "Asked",
    "BarChart",
    "Button",
    "Card",
    "Chip",
    "ColumnPart",
    "Columns",
    "CuiBanner",
    "DropDown",
    "EmptyState",
    "FitArea",
    "FlowLayout",
    "FormField",
    "IconLabel",
    "KeyValueGrid",
    "LineChart",
    "NoticeBar",
    "PageHeader",
    "PhotoStrip",
    "ProgressSummary",
    "ReasonPanel",
    "ScanField",
    "SearchField",
    "SegmentedAnswer",
    "SignaturePad",
    "StackedBar",
    "StatTile",
    "Tab",
    "TabRow",
    "Tiles",
    "ValueText",
    "answer_text",
    "button",
    "card_between_markings",
    "empty_layout",
    "flow",
    "hbox",
    "label",
    "panel",
    "row",
    "rule",
    "scrolled",
    "search_placeholder",
    "set_look",
    "tip_with_key",
    "vbox",
]
