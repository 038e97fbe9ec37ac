"""Models and views for long lists."""

from ui.kit.delegates.content import CHIP_ROLE, ID_ROLE, ROW_ROLE
from ui.kit.models.ids_model import PAGE_ROWS, Column, IdsTableModel
from ui.kit.models.views import current_id, list_view, on_current, select_id, table_view

__all__ = [
    "CHIP_ROLE",
    "ID_ROLE",
    "PAGE_ROWS",
    "ROW_ROLE",
    "Column",
    "IdsTableModel",
    "current_id",
    "list_view",
    "on_current",
    "select_id",
    "table_view",
]
