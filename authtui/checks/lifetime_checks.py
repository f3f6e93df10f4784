"""Expiry, refresh and clocks (LIFE)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.answers.findings import Fix
from authtui.checks.registry import Finding, check
from authtui.checks.subject import (
    LOGIN,
    agent_token,
    ago,
    chatgpt_login,
    claims_of,
    hurt,
    line_of,
    number_of,
    set_value,
    stored,
    unset_where,
    where_set,
)
from authtui.contracts import REFRESH_OVERRIDE, REVOKE_OVERRIDE
from authtui.simulation.refreshing import is_stale
from authtui.simulation.urls import is_url, shown_url

if TYPE_CHECKING:
    from authtui.checks.registry import Subject

_MANAGER = "codex-rs/login/src/auth/manager.rs"
_SKEW_SECONDS = 60
_IDLE_SECONDS = 60 * 86_400


def _refreshes_itself(subject: Subject) -> bool:
    """Whether the stored login is one that the client refreshes, not a host program."""
    credential = stored(subject)
    return credential is not None and credential.mode == "chatgpt"


@check(
    "access.expiry",
    "LIFE",
    "The access token has not expired",
    source=f"{_MANAGER}, #23546",
    modes=(40,),
)
def _expiry(subject: Subject) -> Finding | None:
    login = chatgpt_login(subject)
    if login is None:
        return None
    _, tokens = login
    from authtui.tokens.times import moment

    now = subject.observation.at
    expires = number_of(claims_of(tokens.access_token).get("exp"))
    where = line_of(subject, "tokens.access_token")
    if expires is None:
        return None
    left = expires - now.timestamp()
    when = moment(expires, now)
    if left > 0:
        return Finding("pass", f"the access token expires {when}")
    if tokens.refresh_token and _refreshes_itself(subject):
        return Finding(
            "pass",
            f"the access token expired {ago(left)} ago and is refreshed first; only the server "
            "knows whether the refresh token is still good",
            (f"{where}: exp {when.text}",),
            "Codex exchanges the refresh token for new tokens before the first request.",
        )
    why_not = "a host program keeps it" if tokens.refresh_token else "the refresh token is empty"
    return Finding(
        hurt(subject),
        f"the access token expired {ago(left)} ago, and {why_not}: it cannot be refreshed",
        (f"{where}: exp {when.text}", f"{line_of(subject, 'tokens.refresh_token')}: {why_not}"),
        "An access token lasts some days. Records made by converters often carry no refresh token "
        "and stop working when it ends; `codex login status` still calls that a login.",
        LOGIN,
        where,
    )


@check("refresh.token", "LIFE", "A refresh token is there", source=_MANAGER, modes=(40,))
def _token(subject: Subject) -> Finding | None:
    login = chatgpt_login(subject)
    if login is None or not _refreshes_itself(subject):
        return None
    _, tokens = login
    where = line_of(subject, "tokens.refresh_token")
    if tokens.refresh_token.reveal().strip():
        return Finding("pass", f"a refresh token is stored ({tokens.refresh_token})")
    return Finding(
        "warn",
        f"{where}: the refresh token is empty; the login ends with the access token",
        why="A refresh then fails with `Invalid 'refresh_token': empty string`. Files made by hand "
        "or by a converter look like this.",
        fix=LOGIN,
        where=where,
    )


@check(
    "refresh.last", "LIFE", "When the tokens were last refreshed", source=_MANAGER, modes=(24, 34)
)
def _last(subject: Subject) -> Finding | None:
    login = chatgpt_login(subject)
    if login is None:
        return None
    document, _ = login
    where = line_of(subject, "last_refresh")
    if document.last_refresh is None:
        return Finding(
            hurt(subject),
            f"last_refresh is missing in {where}: the client holds the tokens back",
            ("`codex login status` still says: Logged in using ChatGPT",),
            "Without last_refresh the client treats the tokens as not available, although they are "
            "there. 0.124 and older stop; later ones send a first request without a token and "
            "refresh after its 401, which uses up the refresh token.",
            LOGIN,
            where,
        )
    age = subject.observation.at.timestamp() - document.last_refresh.timestamp()
    if age < -_SKEW_SECONDS:
        return Finding(
            "warn",
            f"{where}: last_refresh lies {ago(age)} in the future of this machine's clock",
            why="The clock of this machine is behind, or the file came from one whose clock is "
            "ahead. A token without expiry would not be refreshed in time.",
            fix=Fix("set the clock", "timedatectl status"),
            where=where,
        )
    if age > _IDLE_SECONDS:
        return Finding(
            "unknown",
            f"the tokens were last refreshed {ago(age)} ago; the refresh token may have expired",
            (where,),
            "A refresh token that nobody uses for a long time is refused "
            "(`refresh_token_expired`). Only the server knows.",
            LOGIN,
            where,
        )
    return Finding("pass", f"the tokens were last refreshed {ago(age)} ago")


@check(
    "clock.issued", "LIFE", "No token comes from the future", source="RFC 7519 4.1.6", modes=(34,)
)
def _issued(subject: Subject) -> Finding | None:
    tokens = []
    login = chatgpt_login(subject)
    if login is not None:
        tokens += [("id token", login[1].id_token), ("access token", login[1].access_token)]
    agent = agent_token(subject)
    if agent is not None:
        tokens.append((f"agent identity in {agent.source}", agent.token))
    now = subject.observation.at.timestamp()
    ages: list[float] = []
    for name, token in tokens:
        claims = claims_of(token)
        for claim in ("iat", "nbf"):
            value = number_of(claims.get(claim))
            if value is None:
                continue
            ages.append(now - value)
            if value - now > _SKEW_SECONDS:
                return Finding(
                    "warn",
                    f"the {name} has {claim} {ago(value - now)} in the future: this machine's "
                    "clock is probably behind",
                    (f"this machine: {subject.observation.at:%Y-%m-%dT%H:%M:%SZ}",),
                    "Signed requests carry the local time, and the client judges expiry by it. A "
                    "wrong clock makes good tokens look expired or unsigned. WSL and virtual "
                    "machines lose time while they sleep.",
                    Fix("compare the clock with a time server", "timedatectl status"),
                )
    if not ages:
        return None
    return Finding("pass", "no token is from the future, so the clock is not far behind")


@check(
    "refresh.url",
    "LIFE",
    "Tokens are refreshed and revoked at the default address",
    source="codex-rs/login/src/auth/revoke.rs",
    modes=(30, 47),
)
def _url(subject: Subject) -> Finding | None:
    name = next(
        (n for n in (REFRESH_OVERRIDE, REVOKE_OVERRIDE) if set_value(subject, n) is not None), None
    )
    if name is None:
        return None
    value = set_value(subject, name) or ""
    credential = subject.starts["exec"].credential or stored(subject)
    stale = credential is not None and is_stale(
        credential, subject.contract, subject.observation.at
    )
    wrong = not is_url(value)
    what = "refreshes" if name == REFRESH_OVERRIDE else "revocations"
    if not value.strip():
        said = f"{name} is blank, which is not a URL"
    elif wrong:
        said = f"{name} is {shown_url(value)}, which is not a URL"
    else:
        said = f"{name} sends {what} to {shown_url(value)}, not to https://auth.openai.com"
    return Finding(
        "fail" if wrong and stale and subject.start.prediction.outcome != "ready" else "warn",
        said,
        ("the access token has expired: the next start refreshes",) if stale else (),
        "This variable is meant for tests. It is used exactly as it stands, so a value left over "
        "from another task sends your refresh token elsewhere, or nowhere, and the failure looks "
        "like a bad login.",
        unset_where(subject, name),
        where_set(subject, name),
    )


@check(
    "refresh.throwaway",
    "LIFE",
    "Refreshed tokens are kept",
    source=_MANAGER,
    hints=(32, 33, 41),
)
def _throwaway(subject: Subject) -> Finding | None:
    marks = subject.observation.host.marks
    if not _refreshes_itself(subject) or not ("CI" in marks or "container" in marks):
        return None
    place = "a CI job" if "CI" in marks else "a container"
    return Finding(
        "unknown",
        f"a ChatGPT login in {place}: its refresh token works once, and the new one is lost if "
        "this file is thrown away",
        tuple(f"mark: {mark}" for mark in marks),
        "Each refresh token works once. Of several copies of a record, the first to refresh ends "
        "all others with `refresh token was already used`. Whether this place keeps its files "
        "cannot be seen from inside.",
        Fix("use an API key or an access token for jobs, or keep the home on a volume"),
    )
