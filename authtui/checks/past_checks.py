"""What the client has seen itself, by its own files: refusals, failed logins, limits (LIFE)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from authtui.answers.findings import Fix
from authtui.checks.registry import Finding, check
from authtui.checks.subject import LOGIN, ago
from authtui.record import NamedTuple
from authtui.simulation.past import past_events, past_limits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authtui.answers.findings import CheckStatus
    from authtui.checks.registry import Subject
    from authtui.machine.past_events import LimitWindow, PastEvent

_SOURCE: Final = "rollouts and log/codex-login.log of client 0.171.0, run on loopback"


class _Cause(NamedTuple):
    mode: int
    pattern: str
    words: str
    why: str
    fix: Fix


_ASK_ADMIN: Final = Fix("ask whoever administers the workspace")
_CAUSES: Final = (
    _Cause(1, r"refresh token was already used|refresh_token_reused",
           "another program has used up the refresh token",
           "A refresh token works once; two programs or homes hold the same one.", LOGIN),
    _Cause(10, r"refresh token was revoked|refresh_token_invalidated",
           "the refresh token was revoked",
           "A logout elsewhere, a new password or an administrator ends every session.", LOGIN),
    _Cause(5, r"Just a moment|Enable JavaScript and cookies|challenge-platform|Attention Required",
           "the edge of the network asked for a challenge that only a browser can answer",
           "The request never reached the service: the login was not looked at.",
           Fix("try from another network, without VPN or proxy")),
    _Cause(16, r"deactivated_workspace|workspace (?:is|has been) deactivated|codex_entitlement"
           r"|not enabled for your workspace",
           "the workspace is switched off, or has no Codex",
           "The login is good; the workspace that it belongs to may not use the service.",
           _ASK_ADMIN),
    _Cause(44, r"[Cc]ountry, region, or territory not supported|unsupported_country",
           "the service is not offered in this region",
           "The address from which the request came decides, also that of a VPN.",
           Fix("use a network of a supported region")),
    _Cause(38, r"must be verified|account has been deactivated|account_deactivated|is locked",
           "the account or organisation has to be verified, or is locked",
           "The credential is known; what it belongs to may not do this.",
           Fix("follow the e-mail of the provider, or its settings page")),
    _Cause(35, r"IP is not authorized|ip_not_authorized|conditional access|access polic",
           "a rule of the organisation refuses this network",
           "The credential is known; the place from which it is used is not allowed.", _ASK_ADMIN),
    _Cause(59, r"<!DOCTYPE html|<html",
           "a web page came instead of an answer: a portal or a proxy answered",
           "Something between here and the service answered: the login was not looked at.",
           Fix("open a browser and sign in to the network")),
    _Cause(47, r"error sending request for url \(\S*/oauth/token\)",
           "the network stopped the refresh; the client calls it a fault of the login",
           "No answer came from the host of the tokens: the login was not looked at.",
           Fix("look at the proxy and the firewall for that host")),
    _Cause(51, r"token_invalidated|token has been invalidated|\b401 Unauthorized",
           "the server refuses the access token in use",
           "It took the login, and refuses its use now: a session that ended elsewhere.", LOGIN),
)  # fmt: skip
_LOGINS: Final = (
    _Cause(31, r"login callback state mismatch",
           "a sign-in came back with another state: an old page or link was used",
           "Each sign-in has a state of its own; one begun twice or finished in an old tab fails.",
           Fix("begin anew, and finish in the newest tab", "codex login")),
    _Cause(11, r"token exchange (?:failed|transport failure|rejected)",
           "the sign-in was right, and the exchange of its code failed",
           "After the browser the client itself asks for the tokens; that request failed.",
           Fix("look at the proxy for auth.openai.com, then log in", "codex login")),
    _Cause(20, r"callback port is unavailable|is already in use",
           "the port that a sign-in answers to is taken",
           "Another program, often an older `codex login`, listens there.",
           Fix("see who listens", "ss -ltnp 'sport = :1455'")),
)  # fmt: skip


_SPENT: Final = (1, 10)
"""Those of the login itself: as long as it is not another one, it stays so."""


def _cause(text: str, causes: Sequence[_Cause]) -> _Cause | None:
    return next((cause for cause in causes if re.search(cause.pattern, text)), None)


def _told(event: PastEvent) -> str:
    asked = f", request id {event.request_id}" if event.request_id else ""
    words = " ".join(event.text.split()) or "the model answered"
    return f"{event.at:%Y-%m-%d %H:%M:%S}Z{asked}: {words[:300]} ({event.file})"


@check(
    "past.answer",
    "LIFE",
    "What the server answered to this login before",
    source=_SOURCE,
    modes=tuple(cause.mode for cause in _CAUSES),
)
def _answer(subject: Subject) -> Finding | None:
    events = list(past_events(subject.case, subject.start.credential))
    if not events:
        return None
    newest, evidence = events[0], [_told(event) for event in events[:5]]
    age = ago((subject.observation.at - newest.at).total_seconds())
    if newest.kind == "accepted":
        return Finding(
            "pass", f"the server accepted this login {age} ago", evidence, where=newest.file
        )
    cause = _cause(newest.text, _CAUSES)
    if cause is None:
        return Finding(
            "unknown", f"the last turn ended in an error {age} ago", evidence, where=newest.file
        )
    status: CheckStatus = "fail" if cause.mode in _SPENT else "warn"
    return Finding(status, f"{age} ago: {cause.words}", evidence, cause.why, cause.fix, newest.file)


@check(
    "past.login",
    "LIFE",
    "How the last sign-in went",
    source=_SOURCE,
    modes=tuple(cause.mode for cause in _LOGINS),
)
def _login(subject: Subject) -> Finding | None:
    seen = subject.observation
    changed = seen.auth_file.modified if seen.auth_file.exists else None
    events = [event for event in seen.past.events if event.kind == "login"]
    if not events:
        return None
    for event in events:
        if changed is not None and event.at < changed:
            break
        if event.text.startswith("starting "):
            continue
        cause = _cause(event.text, _LOGINS)
        if cause is not None:
            age = ago((seen.at - event.at).total_seconds())
            return Finding(
                "warn",
                f"{age} ago: {cause.words}",
                [_told(one) for one in events[:5]],
                cause.why,
                cause.fix,
                event.file,
            )
    return Finding("pass", "the log tells of no sign-in that failed since the last one")


_MINUTE: Final = 60


@check(
    "past.unanswered",
    "LIFE",
    "A sign-in that was begun came back",
    source=_SOURCE,
    modes=(3, 8),
    hints=(22, 46),
)
def _unanswered(subject: Subject) -> Finding | None:
    seen = subject.observation
    events = [event for event in seen.past.events if event.kind == "login"]
    begun = next((event for event in events if event.text.startswith("starting ")), None)
    if begun is None or (seen.at - begun.at).total_seconds() < _MINUTE:
        return None
    after = events[: events.index(begun)]
    came_back = any(event.text.startswith("received login callback") for event in after)
    changed = seen.auth_file.modified if seen.auth_file.exists else None
    stored = changed is not None and changed >= begun.at
    device = "device code" in begun.text
    if came_back or stored:
        return Finding("pass", "the last sign-in that was begun came back", where=begun.file)
    age = ago((seen.at - begun.at).total_seconds())
    if device:
        return Finding(
            "unknown",
            f"a sign-in by code was begun {age} ago, and no login came of it",
            [_told(begun)],
            "It was switched off for the workspace, or the code was not typed within its time.",
            Fix("log in with a code again", "codex login --device-auth"),
            begun.file,
        )
    place = next((m for m in seen.host.marks if m in _FAR), None)
    return Finding(
        "warn" if place else "unknown",
        f"a sign-in in a browser was begun {age} ago, and no browser called back"
        + (f": this is {_FAR[place]}" if place else ""),
        [_told(begun)],
        "`codex login` waits at localhost of this machine. A browser elsewhere calls its own "
        "localhost, where nobody waits.",
        Fix("log in with a code", "codex login --device-auth"),
        begun.file,
    )


_FAR: Final = {
    "WSL": "WSL, with the browser on Windows",
    "SSH": "a machine behind SSH",
    "container": "a container",
    "cloud IDE": "a cloud IDE",
}
_REACHED: Final = {
    "rate_limit_reached": "the limit of the plan is reached",
    "workspace_owner_credits_depleted": "the credits of your workspace are used up: buy some",
    "workspace_member_credits_depleted": "the credits of the workspace are used up: ask its owner",
    "workspace_owner_usage_limit_reached": "the limit that you set for the workspace is reached",
    "workspace_member_usage_limit_reached": "the limit that the owner set for you is reached",
}


@check("past.limits", "LIFE", "What is left of the plan", source=_SOURCE)
def _limits(subject: Subject) -> Finding | None:
    limits = past_limits(subject.case, subject.start.credential)
    if limits is None or not (limits.windows or limits.reached):
        return None
    now = subject.observation.at
    rows = [
        window for window in limits.windows if window.resets_at is None or window.resets_at > now
    ]
    evidence = [_window(window) for window in rows]
    evidence.append(f"told at {limits.at:%Y-%m-%d %H:%M}Z")
    full = [window for window in rows if window.used >= 100]
    if limits.reached and (rows or not limits.windows):
        words = _REACHED.get(limits.reached, f"a limit is reached ({limits.reached})")
    elif full:
        words = _window(full[-1])
    else:
        left = ", ".join(_window(window) for window in rows)
        return Finding("pass", left or "every window has begun anew since", evidence)
    return Finding(
        "warn",
        f"{words}; the login is fine",
        evidence,
        "The server counts what a plan uses in windows of time. It answers 429 once one is full, "
        "and a new login does not change that.",
        Fix("wait until it begins anew, or see the settings of the plan"),
    )


def _window(window: LimitWindow) -> str:
    names = {300: "5-hour", 1440: "daily", 10_080: "weekly"}
    name = names.get(window.minutes, f"{window.minutes}-minute")
    until = f" until {window.resets_at:%Y-%m-%d %H:%M}Z" if window.resets_at else ""
    if window.used >= 100:
        return f"the {name} window is used up{until}"
    return f"the {name} window is used to {window.used:.0f} %{until}"
