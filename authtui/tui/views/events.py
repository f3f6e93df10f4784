"""The lifecycle as a picture, and below it what happened, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.model import events as ev
from authtui.tui.lines import Doc, Item, LazySequence, Line, Span, clip, pad, safe
from authtui.tui.views.context import ViewContext, note

if TYPE_CHECKING:
    from authtui.exchanges.evidence import TokenRotation
    from authtui.model.events import Event

_STEPS: Final = (
    ("loaded", "load"),
    ("registered", "register"),
    ("asserted", "assert"),
    ("logged-out", "logout"),
)
_TONES: Final = {
    "Loaded": "text",
    "Failed": "bad",
    "Restricted": "bad",
    "LoggedOut": "warn",
    "SourceChanged": "accent",
    "IdentityDropped": "warn",
    "TaskDropped": "warn",
    "FellBack": "warn",
    "RecoveryStep": "accent",
    "Restored": "good",
    "IdentityRegistered": "good",
    "TaskRegistered": "good",
    "Asserted": "good",
    "Refreshed": "good",
    "Told": "accent",
    "ChildStarted": "accent",
    "ChildEnded": "accent",
    "RotationSeen": "accent",
}
EVENT_NAMES: Final = {
    "Loaded": "loaded",
    "Restricted": "refused",
    "IdentityRegistered": "identity",
    "TaskRegistered": "task",
    "Asserted": "asserted",
    "Refreshed": "refreshed",
    "LoggedOut": "logged out",
    "Failed": "failed",
    "IdentityDropped": "dropped",
    "TaskDropped": "task lost",
    "FellBack": "fell back",
    "RecoveryStep": "recovery",
    "Restored": "restored",
    "SourceChanged": "changed",
    "RequestStarted": "request",
    "RequestFinished": "answer",
    "Told": "story",
    "ChildStarted": "program",
    "ChildSaid": "said",
    "ChildEnded": "ended",
    "RotationSeen": "rotated",
}


def _is_elsewhere(event: Event) -> bool:
    """Whether another pane has it, or it says nothing about a login."""
    if isinstance(event, ev.RequestFinished):
        return event.request.colour == "noise"
    return isinstance(event, ev.ChildSaid | ev.RequestStarted)


def name_of(event: Event) -> str:
    """The event in the user's words."""
    if isinstance(event, ev.RotationSeen) and not event.accepted:
        return "refused"
    return EVENT_NAMES.get(event.kind, event.kind)


def words_of(event: Event) -> str:
    """What an event says, in one row; harmless text."""
    return safe(_words(event) or event.cause, 600)


def _words(event: Event) -> str:
    match event:
        case ev.Loaded():
            return "; ".join(event.changes)
        case ev.SourceChanged():
            return f"{event.place} {', '.join(event.what)}".strip()
        case ev.Failed():
            return f"{event.transition}: {event.reason}"
        case ev.Restricted():
            deletes = "the client would delete the login · " if event.deletes_stored_login else ""
            return deletes + event.message
        case ev.RequestStarted(request=record) | ev.RequestFinished(request=record):
            return f"{record.method} {record.path} {record.status or ''}"
        case ev.Asserted():
            status = event.status if event.status is not None else "no answer"
            return f"{event.host} {status}: {event.meaning}".strip(" :")
        case ev.IdentityRegistered():
            reused = " (the stored one)" if event.reused else ""
            return f"{event.agent_runtime_id}{reused} · {_kept(event.stored)}"
        case ev.TaskRegistered():
            sealed = ", came sealed" if event.sealed else ""
            return f"for {event.agent_runtime_id}{sealed} · {_kept(event.stored)}"
        case ev.IdentityDropped() | ev.TaskDropped():
            return event.reason
        case ev.FellBack():
            return f"{event.reason} · a plain Bearer until {event.until:%H:%M:%S}Z"
        case ev.RecoveryStep():
            return f"{event.step}, then {event.next_step}" + (
                f": {event.problem}" if event.problem else ""
            )
        case ev.Refreshed():
            return "new tokens are stored" if event.changed else "nothing had to be done"
        case ev.LoggedOut():
            gone = ", ".join(event.removed) or "nothing was stored"
            return f"{gone}{'; ' + '; '.join(event.warnings) if event.warnings else ''}"
        case ev.Restored():
            return f"{event.place} from {event.restored_from}"
        case ev.ChildStarted():
            return " ".join(event.command)
        case ev.ChildSaid():
            return " ⏎ ".join(event.lines)
        case ev.ChildEnded():
            return event.reason
        case ev.RotationSeen():
            return rotation_words(event)
        case ev.Told():
            return f"{event.step}/{event.steps} {event.text}"
        case _:
            return ""


def rotation_words(seen: ev.RotationSeen | TokenRotation) -> str:
    """A refresh that was seen, in words: who exchanged which token for which."""
    if seen.accepted:
        return f"{seen.by}: refresh token {seen.old or 'unknown'} → {seen.new or 'none'}"
    if seen.old is None:
        return f"{seen.by}: refresh refused: there is no refresh token"
    why = f": {seen.code}" if seen.code else ""
    return f"{seen.by}: refresh token {seen.old} refused{why}"


def _kept(stored: str | None) -> str:
    return f"kept in {stored}" if stored else "kept by this run only"


def lifecycle(view: ViewContext, width: int) -> Line:
    """`● load ── ○ register ── ○ assert ── ○ logout`, the present step lit."""
    phase = view.state.phase
    reached = {"refused": 0, "failed": 0}.get(phase, -1)
    for index, (name, _) in enumerate(_STEPS):
        if phase == name:
            reached = index
    spans: list[Span] = [Span(" ")]
    stopped = phase in ("refused", "failed")
    wide = 36 if stopped else 33
    bar = next((b for b in (" ── ", " ─ ") if wide + 3 * len(b) <= width), "─")
    for index, (name, word) in enumerate(_STEPS):
        if index:
            spans.append(Span(bar, "border"))
        if index == reached and stopped:
            spans += [Span("✗ ", "bad"), Span(phase, "bad-strong")]
        elif index == reached:
            spans += [Span("● ", "good"), Span(word, "strong")]
        elif index < reached and phase != "logged-out" and name in view.state.reached:
            spans += [Span("● ", "faint"), Span(word, "muted")]
        else:
            spans += [Span("○ ", "faint"), Span(word, "faint")]
    return Line(tuple(spans))


def events_doc(view: ViewContext, width: int) -> Doc:
    """The pane of events; the one looked back at is marked."""
    lines = [lifecycle(view, width)]
    if not view.events:
        return Doc("Events", [*lines, *note("Nothing has happened yet.", width)])
    seen, at = view.events, view.at
    if view.state.programs:
        # What a watched program says, and that a request left, have panes of their own.
        seen = tuple(event for event in seen if not _is_elsewhere(event))
    return Doc(
        "Events",
        LazySequence(len(seen), lambda n: _row(seen[n], n, at), lines),
        LazySequence(len(seen), lambda n: _item(seen[n])),
        info=(Span(", steps back", "faint", "earlier"),),
        rows_from=len(lines),
        texts=view.words
        or (lambda n: f"{seen[n].at:%H:%M:%S} {name_of(seen[n])} {words_of(seen[n])}"),
    )


def _item(event: Event) -> Item:
    return Item(f"event.{event.sequence}", event, words_of(event), "the event")


def _refused(event: Event) -> bool:
    match event:
        case ev.Asserted():
            return event.status is None or event.status >= 400
        case ev.RotationSeen():
            return not event.accepted
        case _:
            return False


def _row(event: Event, number: int, at: int | None) -> Line:
    here = event.sequence == at
    later = at is not None and event.sequence > at
    tone = "faint" if later else "bad" if _refused(event) else _TONES.get(event.kind, "muted")
    name = clip(name_of(event), 19)
    return Line(
        (
            Span(f" {'▸' if here else ' '}{event.at:%H:%M:%S} ", "accent" if here else "faint"),
            Span(pad(name, 10) + " ", tone),
            Span(words_of(event), "faint" if later else "muted"),
        ),
        item=number,
    )
