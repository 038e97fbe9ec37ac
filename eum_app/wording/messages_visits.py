"""Sentences about visits, checks and scanning: code → (what happened, what to do next); see `messages`."""

from __future__ import annotations

from eum_app.domain.translatable import QT_TRANSLATE_NOOP

VISIT_SENTENCES: dict[str, tuple[str, str]] = {
    # Checks, answers, signatures
    "check.foreign": (
        QT_TRANSLATE_NOOP("messages", "The check was recorded on {origin}, not here."),
        QT_TRANSLATE_NOOP("messages", "Only the device that recorded it can withdraw it."),
    ),
    "check.no_item": (
        QT_TRANSLATE_NOOP("messages", "This outcome needs an item."),
        QT_TRANSLATE_NOOP("messages", "Scan it, or choose it from the list."),
    ),
    "check.not_expected": (
        QT_TRANSLATE_NOOP("messages", "The item {item_id} is not on this visit's list."),
        QT_TRANSLATE_NOOP("messages", "Record it as not on the list."),
    ),
    "check.not_as_expected": (
        QT_TRANSLATE_NOOP("messages", "Answers that are not as expected: {count}, first “{first}”."),
        QT_TRANSLATE_NOOP("messages", "Record a discrepancy, or correct the answer."),
    ),
    "check.questions_open": (
        QT_TRANSLATE_NOOP("messages", "Questions are still open: {count}."),
        QT_TRANSLATE_NOOP("messages", "Answer them, then record the check."),
    ),
    "check.not_withdrawn": (
        QT_TRANSLATE_NOOP("messages", "The check {check_id} was not withdrawn."),
        QT_TRANSLATE_NOOP("messages", "Nothing was recorded again. Look at the list of recent checks."),
    ),
    "check.withdrawn": (
        QT_TRANSLATE_NOOP("messages", "The check {check_id} was already withdrawn."),
        QT_TRANSLATE_NOOP("messages", "Nothing more is needed."),
    ),
    "note.too_long": (
        QT_TRANSLATE_NOOP("messages", "The note has more than {limit} characters."),
        QT_TRANSLATE_NOOP("messages", "Shorten it."),
    ),
    "photo.kind": (
        QT_TRANSLATE_NOOP("messages", "This file is not a photo in a supported format."),
        QT_TRANSLATE_NOOP("messages", "Use a JPEG or PNG picture."),
    ),
    "photo.too_large": (
        QT_TRANSLATE_NOOP("messages", "The photo is larger than {megabytes} MB."),
        QT_TRANSLATE_NOOP("messages", "Take it at a lower resolution."),
    ),
    "photo.too_many": (
        QT_TRANSLATE_NOOP("messages", "A check can have at most {limit} photos."),
        QT_TRANSLATE_NOOP("messages", "Keep the ones that show most."),
    ),
    "picture.kind": (
        QT_TRANSLATE_NOOP("messages", "The file is neither JPEG nor PNG, so it is not shown. It is kept as evidence."),
        QT_TRANSLATE_NOOP("messages", "Ask the inspector for the photo, and how this file was made."),
    ),
    "picture.damaged": (
        QT_TRANSLATE_NOOP("messages", "The picture is damaged and cannot be shown. It is kept as evidence."),
        QT_TRANSLATE_NOOP("messages", "Ask the inspector for the photo again."),
    ),
    "picture.too_large": (
        QT_TRANSLATE_NOOP(
            "messages",
            "The picture claims {width} × {height} pixels: too large to show. It is kept as evidence.",
        ),
        QT_TRANSLATE_NOOP("messages", "Ask the inspector for the photo at a lower resolution."),
    ),
    "picture.file_too_large": (
        QT_TRANSLATE_NOOP("messages", "The picture file is larger than {megabytes} MB. It is kept, but not shown."),
        QT_TRANSLATE_NOOP("messages", "Ask the inspector for the photo at a lower resolution."),
    ),
    "picture.slow": (
        QT_TRANSLATE_NOOP("messages", "The picture took over {seconds} s and was stopped. It is kept as evidence."),
        QT_TRANSLATE_NOOP("messages", "Try again. If it happens again, the file may be made to do this: report it."),
    ),
    "picture.crashed": (
        QT_TRANSLATE_NOOP(
            "messages", "The picture ended the process that shows pictures. The app goes on, and the file is kept."
        ),
        QT_TRANSLATE_NOOP("messages", "The file may be made to do this: open it in no other program, and report it."),
    ),
    "signature.kind": (
        QT_TRANSLATE_NOOP("messages", "{name} is not a PNG picture."),
        QT_TRANSLATE_NOOP("messages", "Save the drawn signature as PNG."),
    ),
    "signature.name_too_long": (
        QT_TRANSLATE_NOOP("messages", "The name and title have more than {limit} characters."),
        QT_TRANSLATE_NOOP("messages", "Shorten them; nothing has to be signed again."),
    ),
    "signature.too_large": (
        QT_TRANSLATE_NOOP("messages", "The signature of {party} is too large."),
        QT_TRANSLATE_NOOP("messages", "Clear the pad and sign again."),
    ),
    "statement.changed": (
        QT_TRANSLATE_NOOP("messages", "Something was recorded after the statement about {site} was shown."),
        QT_TRANSLATE_NOOP("messages", "Read the new statement together, then sign it."),
    ),
    "statement.none": (
        QT_TRANSLATE_NOOP("messages", "No statement was signed about the visit to {site}."),
        QT_TRANSLATE_NOOP("messages", "It is not closed out yet, or was signed in an earlier version."),
    ),
    "visit.closed": (
        QT_TRANSLATE_NOOP("messages", "The visit {visit_id} is closed out; nothing was recorded."),
        QT_TRANSLATE_NOOP("messages", "Reopen it under Close out, with a reason."),
    ),
    "visit.drafts": (
        QT_TRANSLATE_NOOP("messages", "Started, but not recorded: {count}."),
        QT_TRANSLATE_NOOP("messages", "Record them first, or close out without them: then these answers are deleted."),
    ),
    "visit.open": (
        QT_TRANSLATE_NOOP("messages", "Points still open on this visit: {count}."),
        QT_TRANSLATE_NOOP("messages", "Settle what is listed, then close out."),
    ),
    "visit.device_unknown": (
        QT_TRANSLATE_NOOP("messages", "The device {device} is not enrolled."),
        QT_TRANSLATE_NOOP("messages", "Enroll it, or choose another device."),
    ),
    "visit.inspector_missing": (
        QT_TRANSLATE_NOOP("messages", "The visit has no inspector."),
        QT_TRANSLATE_NOOP("messages", "Choose who will do it."),
    ),
    "visit.no_items": (
        QT_TRANSLATE_NOOP("messages", "The site {site_id} has no items to inspect."),
        QT_TRANSLATE_NOOP("messages", "Import its inventory list first."),
    ),
    "visit.start_at_hq": (
        QT_TRANSLATE_NOOP("messages", "A visit without tasking is started on a field device."),
        QT_TRANSLATE_NOOP("messages", "Plan the visit here instead."),
    ),
    "visit.site_name": (
        QT_TRANSLATE_NOOP("messages", "The site needs a name and a country of printable characters."),
        QT_TRANSLATE_NOOP("messages", "Enter a name of at most {limit} characters, and the country's code."),
    ),
    "visit.not_started": (
        QT_TRANSLATE_NOOP("messages", "The visit to {site} needs no adoption: HQ planned or adopted it."),
        QT_TRANSLATE_NOOP("messages", "Open the visit to see its state."),
    ),
    "visit.own_adoption": (
        QT_TRANSLATE_NOOP("messages", "{account} made this visit, and cannot adopt it."),
        QT_TRANSLATE_NOOP("messages", "Ask another reviewer."),
    ),
    "visit.repeated": (
        QT_TRANSLATE_NOOP("messages", "{sender} starts the visit {visit_id}, which exists already."),
        QT_TRANSLATE_NOOP("messages", "Ask who works with {sender}, and examine the device. Nothing was imported."),
    ),
    "visit.many_pending": (
        QT_TRANSLATE_NOOP("messages", "More than {limit} visits that {sender} started would wait to be adopted."),
        QT_TRANSLATE_NOOP(
            "messages",
            "Adopt those that took place, then import the file again. "
            "If no one made so many visits, examine the device. Nothing was imported.",
        ),
    ),
    "visit.sample": (
        QT_TRANSLATE_NOOP("messages", "A visit of this kind takes no sample: {kind}."),
        QT_TRANSLATE_NOOP("messages", "Plan it for all items, or choose a kind that samples."),
    ),
    "kinds.bad_file": (
        QT_TRANSLATE_NOOP("messages", "The list of kinds of visit {name} is wrong: {detail}."),
        QT_TRANSLATE_NOOP("messages", "Correct the file, or install the app again."),
    ),
    "visit.program": (
        QT_TRANSLATE_NOOP("messages", "{program} is not a program of this kind of visit."),
        QT_TRANSLATE_NOOP("messages", "Use one of: {known}."),
    ),
    "visit.purpose": (
        QT_TRANSLATE_NOOP("messages", "{purpose} is not a kind of visit."),
        QT_TRANSLATE_NOOP("messages", "Use one of: {known}."),
    ),
    "visit.checklist": (
        QT_TRANSLATE_NOOP("messages", "The checklist {checklist_id} is not for this kind of visit: {kind}."),
        QT_TRANSLATE_NOOP("messages", "Choose one of the checklists offered."),
    ),
    "check.not_of_kind": (
        QT_TRANSLATE_NOOP("messages", "This kind of visit ({kind}) does not take {outcome} with evidence {grade}."),
        QT_TRANSLATE_NOOP("messages", "Choose another outcome or grade of evidence. Nothing was recorded."),
    ),
    "sighting.mark_unread": (
        QT_TRANSLATE_NOOP(
            "messages", "{serial} is under enhanced monitoring: the list alone does not show that it was sighted."
        ),
        QT_TRANSLATE_NOOP(
            "messages",
            "Read its mark, or enter its serial twice with the reason why the mark cannot be read, or record who saw "
            "it and how.",
        ),
    ),
    "sighting.other_serial": (
        QT_TRANSLATE_NOOP("messages", "The serial that was entered by hand is not {serial}. Nothing was recorded."),
        QT_TRANSLATE_NOOP("messages", "Enter it again from the plate, or record a discrepancy."),
    ),
    "sighting.no_reason": (
        QT_TRANSLATE_NOOP("messages", "The serial of {serial} was entered by hand without a reason."),
        QT_TRANSLATE_NOOP("messages", "State why its mark was not read."),
    ),
    "sighting.enter_again": (
        QT_TRANSLATE_NOOP("messages", "{serial} is under enhanced monitoring, and its serial was entered only once."),
        QT_TRANSLATE_NOOP("messages", "Enter it a second time, or read its mark."),
    ),
    "sighting.no_witness": (
        QT_TRANSLATE_NOOP("messages", "The check of {serial} rests on what other people saw. Nothing was recorded."),
        QT_TRANSLATE_NOOP("messages", "State who saw the item, for whom, and how."),
    ),
    "sighting.witness_words": (
        QT_TRANSLATE_NOOP(
            "messages", "Who saw the item, for whom and how: at most {limit} visible characters each, on one line."
        ),
        QT_TRANSLATE_NOOP("messages", "Type it again, shorter. Nothing was recorded."),
    ),
    "site.scanner_relied_on": (
        QT_TRANSLATE_NOOP(
            "messages",
            "Checks with one entry of the serial rest on the answer that scanners are not allowed: {count}. "
            "The answer was not changed.",
        ),
        QT_TRANSLATE_NOOP("messages", "Withdraw these checks first, then change the answer."),
    ),
    "entry.again": (
        QT_TRANSLATE_NOOP("messages", "One entry of this serial is not enough."),
        QT_TRANSLATE_NOOP("messages", "Enter it a second time, from the plate."),
    ),
    "site.unknown": (
        QT_TRANSLATE_NOOP("messages", "The site {site_id} is not in this store."),
        QT_TRANSLATE_NOOP("messages", "Check the code, or import the list that names it."),
    ),
    "finding.unknown": (
        QT_TRANSLATE_NOOP("messages", "The finding {finding_id} is not in this store."),
        QT_TRANSLATE_NOOP("messages", "Refresh the list and choose again."),
    ),
    "finding.decided": (
        QT_TRANSLATE_NOOP("messages", "The finding is already decided: {decision}."),
        QT_TRANSLATE_NOOP("messages", "Open its history to see by whom."),
    ),
    "finding.lapsed": (
        QT_TRANSLATE_NOOP("messages", "The finding has lapsed: a later bundle explains it."),
        QT_TRANSLATE_NOOP("messages", "Nothing more is needed."),
    ),
    "check.outcome": (
        QT_TRANSLATE_NOOP("messages", "{outcome} is not an outcome of a check."),
        QT_TRANSLATE_NOOP("messages", "Choose an outcome again."),
    ),
    "check.reason": (
        QT_TRANSLATE_NOOP("messages", "The outcome {outcome} needs one of its reasons."),
        QT_TRANSLATE_NOOP("messages", "Choose a reason."),
    ),
    "check.unknown": (
        QT_TRANSLATE_NOOP("messages", "The check {check_id} is not in this store."),
        QT_TRANSLATE_NOOP("messages", "Refresh the list and choose again."),
    ),
    "visit.not_closed": (
        QT_TRANSLATE_NOOP("messages", "The visit to {site} is not closed out, so it cannot be reopened."),
        QT_TRANSLATE_NOOP("messages", "Go on with the visit."),
    ),
    "visit.reopen_reason": (
        QT_TRANSLATE_NOOP("messages", "Reopening a visit needs its reason. Nothing was changed."),
        QT_TRANSLATE_NOOP("messages", "State why the signed visit has to change."),
    ),
    "check.of_serial": (
        QT_TRANSLATE_NOOP("messages", "Checks of this visit of an item with the serial {serial}: {count}."),
        QT_TRANSLATE_NOOP("messages", "Name the check by its id (--check); the activity log lists it."),
    ),
    "answer.missing": (
        QT_TRANSLATE_NOOP("messages", "A question is still open."),
        QT_TRANSLATE_NOOP("messages", "Answer it, then record the check."),
    ),
    "answer.question": (
        QT_TRANSLATE_NOOP("messages", "An answer belongs to another question."),
        QT_TRANSLATE_NOOP("messages", "Answer the checklist again."),
    ),
    "answer.photo_missing": (
        QT_TRANSLATE_NOOP(
            "messages",
            "A question asks for a photo, and the answer came without a picture ({question_id}). Nothing was recorded.",
        ),
        QT_TRANSLATE_NOOP("messages", "Take the photo, or choose a picture file."),
    ),
    "answer.value": (
        QT_TRANSLATE_NOOP("messages", "{value} is not an answer to this question."),
        QT_TRANSLATE_NOOP("messages", "Choose one of the answers offered."),
    ),
    "answer.comment_missing": (
        QT_TRANSLATE_NOOP("messages", "The answer {value} needs a comment here."),
        QT_TRANSLATE_NOOP("messages", "Write what you saw."),
    ),
    "answer.too_long": (
        QT_TRANSLATE_NOOP("messages", "An answer has {chars} characters; at most {limit} are allowed."),
        QT_TRANSLATE_NOOP("messages", "Shorten it."),
    ),
    "signature.missing": (
        QT_TRANSLATE_NOOP("messages", "A signature is missing ({party})."),
        QT_TRANSLATE_NOOP("messages", "Sign, or state why it was declined."),
    ),
    "signature.name_missing": (
        QT_TRANSLATE_NOOP("messages", "The name of the signer is missing ({party})."),
        QT_TRANSLATE_NOOP("messages", "Write name and title beside the signature."),
    ),
    "signature.invalid": (
        QT_TRANSLATE_NOOP(
            "messages", "A signature does not match its content: one was altered, or the key is another."
        ),
        QT_TRANSLATE_NOOP("messages", "Do not use it; ask the sender for a new one."),
    ),
    "visit.unknown": (
        QT_TRANSLATE_NOOP("messages", "The visit {visit_id} is not on this device."),
        QT_TRANSLATE_NOOP("messages", "Import the tasking from HQ that contains it."),
    ),
    "check.room_changed": (
        QT_TRANSLATE_NOOP("messages", "{serial} was checked meanwhile; nothing was recorded."),
        QT_TRANSLATE_NOOP("messages", "Open the room again: it then lists only the items that are left to check."),
    ),
    "item.repeated": (
        QT_TRANSLATE_NOOP("messages", "The same item was named twice."),
        QT_TRANSLATE_NOOP("messages", "Name each item once."),
    ),
    "item.unknown": (
        QT_TRANSLATE_NOOP("messages", "The item {item_id} is not in this store."),
        QT_TRANSLATE_NOOP("messages", "Search for it by serial number or UII."),
    ),
    "review.comment": (
        QT_TRANSLATE_NOOP("messages", "This decision needs a comment."),
        QT_TRANSLATE_NOOP("messages", "Write why."),
    ),
    "review.decision": (
        QT_TRANSLATE_NOOP("messages", "{decision} is not a decision."),
        QT_TRANSLATE_NOOP("messages", "Choose one of the decisions offered."),
    ),
    "review.own_check": (
        QT_TRANSLATE_NOOP("messages", "{account} made this check, or was sent to this visit, and cannot decide on it."),
        QT_TRANSLATE_NOOP("messages", "Another reviewer has to decide."),
    ),
    "date.invalid": (
        QT_TRANSLATE_NOOP("messages", "{text} is not a date."),
        QT_TRANSLATE_NOOP("messages", "Write it as 2026-11-21."),
    ),
    "time.invalid": (
        QT_TRANSLATE_NOOP("messages", "{text} is not a point in time."),
        QT_TRANSLATE_NOOP("messages", "Write it as 2026-11-21T14:20:00Z."),
    ),
    "case.missing": (
        QT_TRANSLATE_NOOP("messages", "The FMS case is missing."),
        QT_TRANSLATE_NOOP("messages", "Give the case, e.g. XX-B-ABC."),
    ),
    "case.pattern": (
        QT_TRANSLATE_NOOP("messages", "{text} is not the pattern of an FMS case."),
        QT_TRANSLATE_NOOP("messages", "Write it as XX-B-ABC."),
    ),
    "licence.missing": (
        QT_TRANSLATE_NOOP("messages", "The export license is missing."),
        QT_TRANSLATE_NOOP("messages", "Give form and number."),
    ),
    "licence.form": (
        QT_TRANSLATE_NOOP("messages", "{form} is not a license form."),
        QT_TRANSLATE_NOOP("messages", "Use one of: {known}."),
    ),
    # Scanning
    "image.file_too_large": (
        QT_TRANSLATE_NOOP("messages", "The picture file is larger than {megabytes} MB."),
        QT_TRANSLATE_NOOP("messages", "Choose a smaller one."),
    ),
    "camera.no_such_file": (
        QT_TRANSLATE_NOOP("messages", "The file {path} does not exist."),
        QT_TRANSLATE_NOOP("messages", "Choose another file."),
    ),
    "image.missing": (
        QT_TRANSLATE_NOOP("messages", "The picture {path} does not exist."),
        QT_TRANSLATE_NOOP("messages", "Choose another file."),
    ),
    "image.too_large": (
        QT_TRANSLATE_NOOP("messages", "The picture is larger than {megapixels} megapixels."),
        QT_TRANSLATE_NOOP("messages", "Take it at a lower resolution."),
    ),
    "image.too_deep": (
        QT_TRANSLATE_NOOP("messages", "The picture has {bits} bits for each color; at most 8 are read."),
        QT_TRANSLATE_NOOP("messages", "Save it as an ordinary JPEG or PNG, or take a photo of the symbol."),
    ),
    "image.unreadable": (
        QT_TRANSLATE_NOOP("messages", "This file is not a picture that can be read."),
        QT_TRANSLATE_NOOP("messages", "Choose a JPEG or PNG file."),
    ),
    "label.too_long": (
        QT_TRANSLATE_NOOP("messages", "The text has {length} characters: too long for a label."),
        QT_TRANSLATE_NOOP("messages", "Shorten it."),
    ),
    # Checklists
    "checklist.bad_file": (
        QT_TRANSLATE_NOOP("messages", "The checklist file {name} is wrong in line {line}: {reason}, {detail}."),
        QT_TRANSLATE_NOOP("messages", "Correct the file."),
    ),
    "checklist.unknown": (
        QT_TRANSLATE_NOOP("messages", "The checklist {checklist_id} version {version} is missing."),
        QT_TRANSLATE_NOOP("messages", "Import the tasking that contains it."),
    ),
}
