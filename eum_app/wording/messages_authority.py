"""Sentences about HQ's keys, the authority and ended identities: code → (what happened, what to do next)."""

from __future__ import annotations

from eum_app.domain.translatable import QT_TRANSLATE_NOOP

AUTHORITY_SENTENCES: dict[str, tuple[str, str]] = {
    "vault.not_admitted": (
        QT_TRANSLATE_NOOP("messages", "The account {account} has no access to HQ's keys."),
        QT_TRANSLATE_NOOP(
            "messages", "Ask a person who may seal bundles. If you may, have an administrator reset your passphrase."
        ),
    ),
    "vault.replaced": (
        QT_TRANSLATE_NOOP(
            "messages",
            "The vault of HQ's keys in this store is not the one that HQ's journal names: it was exchanged or removed,"
            " or an older one was put back. It was not used.",
        ),
        QT_TRANSLATE_NOOP(
            "messages",
            "Find out who could write to this store, and restore the newest backup. If others may know the keys, have"
            " the authority revoke HQ's certificate.",
        ),
    ),
    "act.unsigned": (
        QT_TRANSLATE_NOOP(
            "messages", "Entry {seq} of {origin} is an act of {account} that this account's key did not sign."
        ),
        QT_TRANSLATE_NOOP(
            "messages", "It counts for nothing. Ask {account} about it: another person may have written it."
        ),
    ),
    "withhold.unsigned": (
        QT_TRANSLATE_NOOP(
            "messages",
            "Nothing was withheld: no signature proves that {account} made this request.",
        ),
        QT_TRANSLATE_NOOP("messages", "Ask {account}, and have {account} make the request again."),
    ),
    "act.key_unknown": (
        QT_TRANSLATE_NOOP(
            "messages",
            "Your signature as {account} would not count: HQ's journal names another key for this account."
            " Nothing was recorded.",
        ),
        QT_TRANSLATE_NOOP(
            "messages",
            "Lock and unlock this store. If that does not help, have an administrator reset your passphrase.",
        ),
    ),
    "vault.no_reporter": (
        QT_TRANSLATE_NOOP("messages", "The account {account} cannot sign reports yet."),
        QT_TRANSLATE_NOOP(
            "messages", "Ask an administrator of HQ to open this store once, or to reset your passphrase."
        ),
    ),
    "report.other_account": (
        QT_TRANSLATE_NOOP("messages", "The report says that {stated} made it, but {signer} signed it."),
        QT_TRANSLATE_NOOP("messages", "Do not use it; tell HQ."),
    ),
    "authority.absent": (
        QT_TRANSLATE_NOOP("messages", "There is no authority in the folder {path}."),
        QT_TRANSLATE_NOOP("messages", "Check the folder, or whether the stick is plugged in."),
    ),
    "authority.beside_store": (
        QT_TRANSLATE_NOOP("messages", "The folder {path} is inside this store."),
        QT_TRANSLATE_NOOP("messages", "Choose a folder on a stick or another drive, so that the key is kept apart."),
    ),
    "authority.custody": (
        QT_TRANSLATE_NOOP("messages", "{needed} of {custodians} custodians is not possible."),
        QT_TRANSLATE_NOOP("messages", "Choose 2 to {limit} custodians, and at least 2 of them to open the key."),
    ),
    "authority.days": (
        QT_TRANSLATE_NOOP("messages", "{given} is not a possible number of days."),
        QT_TRANSLATE_NOOP("messages", "Give a number from 0 to {limit}."),
    ),
    "authority.devices_enrolled": (
        QT_TRANSLATE_NOOP(
            "messages",
            "Devices ({devices}) are enrolled here, and would not trust another authority.",
        ),
        QT_TRANSLATE_NOOP("messages", "Move the present authority out instead, or start a new HQ store."),
    ),
    "authority.exists": (
        QT_TRANSLATE_NOOP("messages", "The folder {path} holds an authority already."),
        QT_TRANSLATE_NOOP("messages", "Choose another folder. Nothing was changed."),
    ),
    "authority.hq_unknown": (
        QT_TRANSLATE_NOOP("messages", "The authority has not certified an HQ named {hq} (epoch: {epoch})."),
        QT_TRANSLATE_NOOP("messages", "Check the name with eum authority show."),
    ),
    "authority.name_taken": (
        QT_TRANSLATE_NOOP("messages", "{hq} looks like {taken}, an HQ that this authority certified."),
        QT_TRANSLATE_NOOP("messages", "Create the HQ's store again with another name."),
    ),
    "authority.not_endorsed": (
        QT_TRANSLATE_NOOP(
            "messages",
            "The key of the newest certificate of {hq} (epoch {epoch}) did not sign this request."
            " Nothing was certified.",
        ),
        QT_TRANSLATE_NOOP(
            "messages",
            "Ask HQ to write the request again. If that certificate never reached HQ, revoke its epoch first. If HQ"
            " lost its key, compare the fingerprint with a person of HQ whom you know, and add --without-former-key.",
        ),
    ),
    "authority.none_in_force": (
        QT_TRANSLATE_NOOP(
            "messages",
            "Every certificate of {hq} is revoked: no key of it can sign this request. Nothing was certified.",
        ),
        QT_TRANSLATE_NOOP(
            "messages",
            "Compare the fingerprint with a person of HQ whom you know, and add --without-former-key.",
        ),
    ),
    "request.endorsement": (
        QT_TRANSLATE_NOOP("messages", "The signature of {hq} over this request is not valid: the file was altered."),
        QT_TRANSLATE_NOOP("messages", "Ask HQ to write the request again, and carry it yourself."),
    ),
    "authority.no_request": (
        QT_TRANSLATE_NOOP("messages", "This store has no open request for a certificate."),
        QT_TRANSLATE_NOOP("messages", "Write a request first, and have the authority certify it."),
    ),
    "authority.not_an_answer": (
        QT_TRANSLATE_NOOP("messages", "{name} is not an authority's answer to HQ."),
        QT_TRANSLATE_NOOP("messages", "Choose the file that the authority wrote."),
    ),
    "authority.not_here": (
        QT_TRANSLATE_NOOP("messages", "The authority's key is not in this store."),
        QT_TRANSLATE_NOOP("messages", "It was moved out earlier. Use the folder that it was moved to."),
    ),
    "authority.not_readable": (
        QT_TRANSLATE_NOOP("messages", "The authority's key was written to {path} and could not be opened again."),
        QT_TRANSLATE_NOOP("messages", "The key is still where it was. Use another stick."),
    ),
    "authority.older": (
        QT_TRANSLATE_NOOP("messages", "The certificate (epoch {epoch}) is not newer than the one here ({current})."),
        QT_TRANSLATE_NOOP("messages", "Write a new request, and have the authority certify that one."),
    ),
    "authority.only_hq": (
        QT_TRANSLATE_NOOP("messages", "Only an HQ has a certificate of the authority."),
        QT_TRANSLATE_NOOP("messages", "Use the HQ's store. A device is enrolled by its HQ."),
    ),
    "authority.other_request": (
        QT_TRANSLATE_NOOP("messages", "The answer belongs to another request."),
        QT_TRANSLATE_NOOP("messages", "Choose the answer to the newest request, or have that one certified."),
    ),
    "authority.other_root": (
        QT_TRANSLATE_NOOP("messages", "The folder {path} holds another authority than this store."),
        QT_TRANSLATE_NOOP("messages", "Choose the folder that the key was copied to. The key is still in the store."),
    ),
    "authority.other_shares": (
        QT_TRANSLATE_NOOP("messages", "The shares belong to another authority."),
        QT_TRANSLATE_NOOP("messages", "Use the shares of this one."),
    ),
    "authority.request_revoked": (
        QT_TRANSLATE_NOOP("messages", "The certificate for this request of {hq} (epoch {epoch}) was revoked."),
        QT_TRANSLATE_NOOP("messages", "Have HQ write a request with new keys: eum authority request --anew."),
    ),
    "authority.revoked_already": (
        QT_TRANSLATE_NOOP("messages", "Every certificate of {hq} that you named is revoked already."),
        QT_TRANSLATE_NOOP("messages", "Nothing needs to be done. Carry the list to the HQs."),
    ),
    "authority.shares": (
        QT_TRANSLATE_NOOP("messages", "The shares do not fit together: a word is wrong, or the sets differ."),
        QT_TRANSLATE_NOOP("messages", "Compare each share word by word with the paper."),
    ),
    "authority.too_few_shares": (
        QT_TRANSLATE_NOOP("messages", "{needed} different shares are needed; {given} were given."),
        QT_TRANSLATE_NOOP("messages", "Ask another custodian."),
    ),
    "authority.unreadable": (
        QT_TRANSLATE_NOOP("messages", "The authority's files in {path} are damaged."),
        QT_TRANSLATE_NOOP("messages", "Use another copy of the folder."),
    ),
    "enrolment.request_superseded": (
        QT_TRANSLATE_NOOP(
            "messages",
            "This request was signed before (epoch {epoch} of {device}), and the device was enrolled again since"
            " (epoch {newest}). Nothing was changed.",
        ),
        QT_TRANSLATE_NOOP(
            "messages", "Look for the newest request. If the device needs one: eum device request --anew."
        ),
    ),
    "enrolment.request_revoked": (
        QT_TRANSLATE_NOOP(
            "messages", "This request was signed before (epoch {epoch} of {device}), and that certificate was revoked."
        ),
        QT_TRANSLATE_NOOP("messages", "Make a new request on the device: eum device request --anew."),
    ),
    "revocations.invalid": (
        QT_TRANSLATE_NOOP("messages", "The file is not a list of revoked HQs, or it was altered."),
        QT_TRANSLATE_NOOP("messages", "Ask the authority for it again."),
    ),
    "revocations.older": (
        QT_TRANSLATE_NOOP("messages", "This store already has list {held}; the file is list {number}."),
        QT_TRANSLATE_NOOP("messages", "Nothing needs to be done."),
    ),
    "revocations.other_root": (
        QT_TRANSLATE_NOOP("messages", "Another authority signed this list of revoked HQs, or it was altered."),
        QT_TRANSLATE_NOOP("messages", "Ask the authority for it again."),
    ),
    "revocations.shrunk": (
        QT_TRANSLATE_NOOP(
            "messages", "List {number} lacks certificates ({missing}) that list {held}, which is here, revokes."
        ),
        QT_TRANSLATE_NOOP(
            "messages",
            "It comes from another copy of the authority's folder. Revoke them in that copy too, or use the newest one."
            " Then take the new list.",
        ),
    ),
}
