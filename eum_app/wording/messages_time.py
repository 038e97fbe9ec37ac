"""Sentences about proof of time: code → (what happened, what to do next); see `messages`."""

from __future__ import annotations

from eum_app.domain.translatable import QT_TRANSLATE_NOOP

TIME_PROOF_SENTENCES: dict[str, tuple[str, str]] = {
    "time.authority_unknown": (
        QT_TRANSLATE_NOOP("messages", "No trusted time authority has the fingerprint {fingerprint}."),
        QT_TRANSLATE_NOOP("messages", "See the trusted ones with `eum time list`."),
    ),
    "time.claimed": (
        QT_TRANSLATE_NOOP(
            "messages", "The certificate of {signer} has ended, and nothing proves that the report was signed before."
        ),
        QT_TRANSLATE_NOOP("messages", "Give a time authority's answer about it, or verify it at the HQ that made it."),
    ),
    "time.compare": (
        QT_TRANSLATE_NOOP("messages", "{name} has the fingerprint {fingerprint}."),
        QT_TRANSLATE_NOOP(
            "messages", "Compare it with the one that the authority publishes; then give it with --fingerprint."
        ),
    ),
    "time.fingerprint": (
        QT_TRANSLATE_NOOP("messages", "The fingerprints differ: the file shows {shown}, you entered {given}."),
        QT_TRANSLATE_NOOP("messages", "Do not trust this certificate; get it again from the authority."),
    ),
    "time.not_an_authority": (
        QT_TRANSLATE_NOOP("messages", "The file is not the certificate of a time authority."),
        QT_TRANSLATE_NOOP("messages", "Choose its root certificate, one that signed itself (PEM or DER)."),
    ),
    "time.not_granted": (
        QT_TRANSLATE_NOOP("messages", "The time authority refused the request ({reason})."),
        QT_TRANSLATE_NOOP("messages", "Make a new request, or ask another authority."),
    ),
    "time.nothing_signed": (
        QT_TRANSLATE_NOOP("messages", "{name} is neither a bundle nor a report with its signature."),
        QT_TRANSLATE_NOOP("messages", "Choose a bundle, or a report with its sidecar and signature beside it."),
    ),
    "time.only_hq": (
        QT_TRANSLATE_NOOP("messages", "Only HQ keeps proofs of time."),
        QT_TRANSLATE_NOOP("messages", "Take the answer to HQ, with the file that it is about."),
    ),
    "time.other_signature": (
        QT_TRANSLATE_NOOP("messages", "The answer is about another signature."),
        QT_TRANSLATE_NOOP("messages", "Choose the file that the request was made from."),
    ),
    "time.unasked": (
        QT_TRANSLATE_NOOP("messages", "No request of this store has the answer {name}."),
        QT_TRANSLATE_NOOP("messages", "Name the bundle or report that it is about."),
    ),
    "time.unknown_authority": (
        QT_TRANSLATE_NOOP("messages", "No trusted time authority signed this answer, or it was altered."),
        QT_TRANSLATE_NOOP("messages", "Trust the authority first, or ask for the answer again."),
    ),
    "time.unreadable": (
        QT_TRANSLATE_NOOP(
            "messages", "The file is not a time authority's answer, or holds its certificates in a wrong order."
        ),
        QT_TRANSLATE_NOOP("messages", "Ask for the answer again, with the authority's own certificate only."),
    ),
    "time.weak": (
        QT_TRANSLATE_NOOP("messages", "The answer is signed with an outdated hash."),
        QT_TRANSLATE_NOOP("messages", "Ask an authority that signs with SHA-256 or better."),
    ),
}
