"""The activity log, the same page on a field device and at headquarters."""

from ui.shared.activity.page import ActivityPage

__all__ = ["ActivityPage"]
