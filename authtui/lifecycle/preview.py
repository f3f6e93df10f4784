"""What a transition would send and change: made before it, and all that happens without `live`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from authtui.lifecycle.addresses import host_of
from authtui.redaction import safe_text

if TYPE_CHECKING:
    from authtui.model.events import Event

Action = Literal["load", "register", "assert", "refresh", "logout", "restore"]
ACTIONS: tuple[Action, ...] = get_args(Action)


class PlannedCall(NamedTuple):
    """One request that would be made. `carries` is the class of its credential.

    `condition` says when it is made, empty where it always is.
    """

    method: str
    url: str
    carries: str
    purpose: str
    condition: str = ""

    @property
    def host(self) -> str:
        """The host of the call, with its port where it names one."""
        return host_of(self.url)


class PlannedChange(NamedTuple):
    """One place that would change, and how."""

    place: str
    what: str


class Plan(NamedTuple):
    """A transition before it happens. `warnings` are full sentences."""

    action: str
    calls: tuple[PlannedCall, ...] = ()
    changes: tuple[PlannedChange, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every host that would be contacted, each once."""
        return tuple(dict.fromkeys(call.host for call in self.calls if call.host))


class Outcome(NamedTuple):
    """What a transition came to. `reason` is a full sentence, whichever way it went.

    `done` False without `plan`: it was not allowed, or failed. With `plan` and not `live`: a
    preview. `client_text` is what the client prints in that case. `events` are those published.
    """

    action: str
    done: bool
    reason: str
    plan: Plan | None = None
    live: bool = False
    client_text: str | None = None
    events: tuple[Event, ...] = ()

    @property
    def is_preview(self) -> bool:
        """Whether this only tells what would happen."""
        return self.plan is not None and not self.live


def plan_lines(plan: Plan) -> list[str]:
    """The plan as plain lines, harmless to print."""
    lines = []
    for call in plan.calls:
        when = f" ({call.condition})" if call.condition else ""
        lines.append(_safe(f"would send  {call.method} {call.url} with {call.carries}{when}"))
    lines += [_safe(f"would change  {change.place}: {change.what}") for change in plan.changes]
    if not lines:
        lines.append("would send and change nothing")
    lines += [_safe(f"warning: {text}") for text in plan.warnings]
    return lines


def plan_json(plan: Plan) -> dict[str, object]:
    """The plan for a program to read; no secret in it."""
    return {
        "kind": "Planned",
        "action": plan.action,
        "requests": [
            {
                "method": _safe(call.method),
                "url": _safe(call.url),
                "host": _safe(call.host),
                "carries": _safe(call.carries),
                "purpose": _safe(call.purpose),
                "condition": _safe(call.condition) or None,
            }
            for call in plan.calls
        ],
        "hosts": [_safe(host) for host in plan.hosts],
        "changes": [
            {"place": _safe(change.place), "what": _safe(change.what)} for change in plan.changes
        ],
        "warnings": [_safe(text) for text in plan.warnings],
    }


def _safe(text: str) -> str:
    return safe_text(text, 2000)
