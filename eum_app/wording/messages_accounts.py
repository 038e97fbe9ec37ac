"""Sentences about unlocking and accounts: code → (what happened, what to do next); see `messages`."""

from __future__ import annotations

from eum_app.domain.translatable import QT_TRANSLATE_NOOP

ACCOUNT_SENTENCES: dict[str, tuple[str, str]] = {
    # Unlocking and accounts
    "passphrase.differs": (
        QT_TRANSLATE_NOOP("messages", "The two passphrases differ."),
        QT_TRANSLATE_NOOP("messages", "Type the same passphrase twice."),
    ),
    "passphrase.wrong": (
        QT_TRANSLATE_NOOP("messages", "This passphrase is wrong for this account. Tries left: {left}."),
        QT_TRANSLATE_NOOP("messages", "Check the account code and Caps Lock, then try again."),
    ),
    "passphrase.empty": (
        QT_TRANSLATE_NOOP("messages", "The passphrase is empty."),
        QT_TRANSLATE_NOOP("messages", "Type your passphrase."),
    ),
    "passphrase.too_short": (
        QT_TRANSLATE_NOOP("messages", "The passphrase is shorter than {least} characters."),
        QT_TRANSLATE_NOOP("messages", "Choose a longer one; several words are good."),
    ),
    "passphrase.as_mark": (
        QT_TRANSLATE_NOOP("messages", "The passphrase starts like a scanned mark ({start}), and no scan unlocks."),
        QT_TRANSLATE_NOOP("messages", "Choose one that starts otherwise."),
    ),
    "passphrase.too_long": (
        QT_TRANSLATE_NOOP("messages", "The passphrase is too long."),
        QT_TRANSLATE_NOOP("messages", "Use at most {limit} bytes."),
    ),
    "passphrase.not_text": (
        QT_TRANSLATE_NOOP("messages", "The passphrase contains characters that cannot be used."),
        QT_TRANSLATE_NOOP("messages", "Type it again."),
    ),
    "account.exists": (
        QT_TRANSLATE_NOOP("messages", "The account {account} already exists."),
        QT_TRANSLATE_NOOP("messages", "Choose another account code."),
    ),
    "account.only_hq": (
        QT_TRANSLATE_NOOP("messages", "Only HQ links accounts of devices with its own."),
        QT_TRANSLATE_NOOP("messages", "Do this in HQ's store."),
    ),
    "account.unknown": (
        QT_TRANSLATE_NOOP("messages", "There is no account {account} on this device."),
        QT_TRANSLATE_NOOP("messages", "Check the account code, or ask HQ to add it."),
    ),
    "account.locked": (
        QT_TRANSLATE_NOOP("messages", "This account is locked after three failed tries."),
        QT_TRANSLATE_NOOP("messages", "Use a recovery code, or have an administrator unlock it."),
    ),
    "account.program": (
        QT_TRANSLATE_NOOP("messages", "{program} is not a monitoring program."),
        QT_TRANSLATE_NOOP("messages", "Choose from: {known}; or leave it empty for all."),
    ),
    "account.removed": (
        QT_TRANSLATE_NOOP("messages", "The account {account} was removed. Nothing more can be read or saved under it."),
        QT_TRANSLATE_NOOP(
            "messages", "What was recorded before stays. If the account is still needed, ask an administrator."
        ),
    ),
    "account.changed": (
        QT_TRANSLATE_NOOP("messages", "The account {account} was changed in another window or on another computer."),
        QT_TRANSLATE_NOOP("messages", "Unlock again. What was recorded before, and your drafts, stay."),
    ),
    "account.own": (
        QT_TRANSLATE_NOOP("messages", "This cannot be done to your own account {account}."),
        QT_TRANSLATE_NOOP("messages", "Ask another administrator."),
    ),
    "account.key_not_changed": (
        QT_TRANSLATE_NOOP("messages", "{account} was removed, but the store still has its old data key ({why})."),
        QT_TRANSLATE_NOOP(
            "messages",
            "An older copy of the key file still opens the store. Close it in all other windows and commands, then "
            "change the data key.",
        ),
    ),
    "account.last_administrator": (
        QT_TRANSLATE_NOOP("messages", "{account} is the last account that can manage accounts here."),
        QT_TRANSLATE_NOOP("messages", "Give another person the role of administrator first."),
    ),
    "attempts.damaged": (
        QT_TRANSLATE_NOOP("messages", "The count of failed tries beside the store ({path}) cannot be read."),
        QT_TRANSLATE_NOOP(
            "messages", "Use a recovery code, or ask the person who maintains this computer to remove that file."
        ),
    ),
    "recovery.mistyped": (
        QT_TRANSLATE_NOOP(
            "messages", "This is not a recovery code: {found} of {expected} characters, or one is wrong."
        ),
        QT_TRANSLATE_NOOP("messages", "Compare it group by group and type it again."),
    ),
    "recovery.wrong": (
        QT_TRANSLATE_NOOP("messages", "This code does not open this account; each works once."),
        QT_TRANSLATE_NOOP("messages", "Check the account, or use the next code."),
    ),
    "recovery.none_held": (
        QT_TRANSLATE_NOOP("messages", "HQ has no recovery codes for {account} on {device}."),
        QT_TRANSLATE_NOOP("messages", "Make them on the device, then send its results here."),
    ),
    "recovery.unreadable": (
        QT_TRANSLATE_NOOP("messages", "What {device} sealed for {account} is not a set of recovery codes."),
        QT_TRANSLATE_NOOP("messages", "Make new codes on the device, then send its results here."),
    ),
    "recovery.all_spent": (
        QT_TRANSLATE_NOOP("messages", "All recovery codes for {account} on {device} were used or read out."),
        QT_TRANSLATE_NOOP("messages", "Make new ones on the device after it is unlocked."),
    ),
    "escrow.witness": (
        QT_TRANSLATE_NOOP("messages", "A second person is needed, not {account} again."),
        QT_TRANSLATE_NOOP("messages", "Ask another person to type their passphrase."),
    ),
    "store.in_use": (
        QT_TRANSLATE_NOOP("messages", "Another person or another window has this store open."),
        QT_TRANSLATE_NOOP("messages", "Close it everywhere else, then try again."),
    ),
    "store.locked": (
        QT_TRANSLATE_NOOP("messages", "The store is locked."),
        QT_TRANSLATE_NOOP("messages", "Unlock it again."),
    ),
    "store.work_running": (
        QT_TRANSLATE_NOOP("messages", "Work in the background still has this store open."),
        QT_TRANSLATE_NOOP("messages", "Let it finish, or stop it, then try again."),
    ),
    "store.not_confirmed": (
        QT_TRANSLATE_NOOP("messages", "The name typed is not {name}."),
        QT_TRANSLATE_NOOP("messages", "Type the store's name to confirm."),
    ),
    "store.erased": (
        QT_TRANSLATE_NOOP(
            "messages", "The keys of this store were destroyed after {failures} failed tries, as configured."
        ),
        QT_TRANSLATE_NOOP("messages", "Ask HQ for a backup or a new device."),
    ),
    "erase.broke_off": (
        QT_TRANSLATE_NOOP("messages", "Erasing stopped: something went wrong in the app."),
        QT_TRANSLATE_NOOP("messages", "The store may no longer open: seal its results first, then try again."),
    ),
    "erase.too_few": (
        QT_TRANSLATE_NOOP("messages", "A store is not erased after fewer than {least} failed tries."),
        QT_TRANSLATE_NOOP("messages", "Choose a higher number."),
    ),
    "erase.too_many": (
        QT_TRANSLATE_NOOP("messages", "The policy takes at most {most} failed tries."),
        QT_TRANSLATE_NOOP("messages", "Choose a lower number, or 0 to turn it off."),
    ),
    "escrow.absent": (
        QT_TRANSLATE_NOOP("messages", "HQ has no recovery copy of the key of {store}."),
        QT_TRANSLATE_NOOP("messages", "Use a passphrase or a recovery code."),
    ),
    "escrow.other_key": (
        QT_TRANSLATE_NOOP(
            "messages", "The recovery copy of the key of {store} is for {hq}, under another recovery key."
        ),
        QT_TRANSLATE_NOOP("messages", "Open it at that HQ."),
    ),
    "store.older": (
        QT_TRANSLATE_NOOP("messages", "This store was made by a version before the first release (format {found})."),
        QT_TRANSLATE_NOOP("messages", "Open it with that version, or create a new store."),
    ),
    "keyslots.altered": (
        QT_TRANSLATE_NOOP("messages", "The key file was changed without the key ({path})."),
        QT_TRANSLATE_NOOP("messages", "Stop; restore the file from a backup and tell HQ."),
    ),
    "role.unknown": (
        QT_TRANSLATE_NOOP("messages", "{role} is not a role."),
        QT_TRANSLATE_NOOP("messages", "Choose one of: {known}."),
    ),
    "permission.out_of_scope": (
        QT_TRANSLATE_NOOP("messages", "The account {account} has no access to this ({program} {country})."),
        QT_TRANSLATE_NOOP("messages", "Ask a person who works on that program and country."),
    ),
    "permission.denied": (
        QT_TRANSLATE_NOOP("messages", "The role {role} may not do this ({permission})."),
        QT_TRANSLATE_NOOP("messages", "Ask a person whose role allows it."),
    ),
}
