"""Delegates, which draw the rows of lists and tables."""

from ui.kit.delegates.content import ChipSpec, RowContent
from ui.kit.delegates.row_delegate import ITEM_HEIGHT, VISIT_HEIGHT, RowDelegate

__all__ = ["ITEM_HEIGHT", "VISIT_HEIGHT", "ChipSpec", "RowContent", "RowDelegate"]
