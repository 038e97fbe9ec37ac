"""Rules about a device's journal. A new one is an object here and a place in `DEVICE_RULES`."""

from __future__ import annotations

from typing import Final

from eum_app.domain.compliance.rule import DeviceRule
from eum_app.domain.findings import Severity
from eum_app.domain.translatable import QT_TRANSLATE_NOOP

DEVICE_FORKED: Final = DeviceRule(
    rule_id="device-forked",
    version=1,
    severity=Severity.HIGH,
    citation="NIST SP 800-53 AU-10",
    title=QT_TRANSLATE_NOOP("rules", "Device has two histories"),
    explanation=QT_TRANSLATE_NOOP(
        "rules", "Two different records were signed with the same number, so the device was copied or tampered with."
    ),
    remedy=QT_TRANSLATE_NOOP(
        "rules",
        "Call in the device, revoke it under Devices, and enroll it again. Have the checks since the fork made again.",
    ),
)
UNREADABLE_ENTRY: Final = DeviceRule(
    rule_id="unreadable-entry",
    version=1,
    severity=Severity.MEDIUM,
    citation="NIST SP 800-53 SI-10",
    title=QT_TRANSLATE_NOOP("rules", "Unreadable entry"),
    explanation=QT_TRANSLATE_NOOP(
        "rules",
        "A record that the device signed has not the form of its kind. It is kept, but counts for nothing.",
    ),
    remedy=QT_TRANSLATE_NOOP(
        "rules", "Ask the inspector what was recorded, and look at the device: its app is damaged or altered."
    ),
)
UNSHOWABLE_PICTURE: Final = DeviceRule(
    rule_id="unshowable-picture",
    version=1,
    severity=Severity.MEDIUM,
    citation="NIST SP 800-53 SI-10",
    title=QT_TRANSLATE_NOOP("rules", "Unshowable picture"),
    explanation=QT_TRANSLATE_NOOP(
        "rules",
        "A file that the device signed as a photo is neither JPEG nor PNG, is damaged, or claims too many pixels. It "
        "is kept as evidence, but not opened.",
    ),
    remedy=QT_TRANSLATE_NOOP(
        "rules",
        "Ask the inspector for the photo, and how this file was made. Look at the device: its app is damaged or "
        "altered.",
    ),
)

DEVICE_RULES: Final = (DEVICE_FORKED, UNREADABLE_ENTRY, UNSHOWABLE_PICTURE)
