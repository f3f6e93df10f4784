"""What a request is for and what its answer means: two tables, read from the top.

Rows come from the failure reports on openai/codex; where a row rests on a pull request or a
recording of a released client, it says so.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from authtui.exchanges.hosts import host_name

if TYPE_CHECKING:
    from authtui.exchanges.records import Colour


class Purpose(NamedTuple):
    """What an endpoint is for. `credentials`: its bodies hold credentials and are never kept.

    `content`: its bodies hold prompts and answers, which are not kept either. `side`: a failure
    there says nothing about the login by itself (PR #19635).
    """

    name: str
    title: str
    credentials: bool = False
    content: bool = False
    side: bool = False


JWKS: Final = Purpose("jwks", "key set")
TASK: Final = Purpose("task-register", "task registration", credentials=True)
AGENT: Final = Purpose("agent-register", "agent registration", credentials=True)
BISCUIT: Final = Purpose("biscuit", "biscuit for registration", credentials=True)
EXCHANGE: Final = Purpose("code-exchange", "end of the browser login", credentials=True)
REFRESH: Final = Purpose("refresh", "token refresh", credentials=True)
REVOKE: Final = Purpose("revoke", "token revocation", credentials=True)
WHOAMI: Final = Purpose("whoami", "who the personal access token is")
ACCOUNTS: Final = Purpose("accounts-check", "workspace look-up")
MODEL: Final = Purpose("model-call", "model call", content=True)
MODELS: Final = Purpose("model-list", "model list", side=True)
CONFIG: Final = Purpose("config-bundle", "managed policies")
SETTINGS: Final = Purpose("user-settings", "user settings", side=True)
TELEMETRY: Final = Purpose("telemetry", "telemetry", content=True, side=True)
MCP: Final = Purpose("mcp", "MCP server", content=True, side=True)
MCP_LOGIN: Final = Purpose("mcp-login", "how to log in to an MCP server", side=True)
APPS: Final = Purpose("apps", "apps and connectors", content=True, side=True)
PLUGINS: Final = Purpose("plugins", "plugin catalogue", side=True)
USAGE: Final = Purpose("usage", "usage and limits", side=True)
CLOUD: Final = Purpose("cloud-tasks", "cloud tasks", content=True)
REMOTE: Final = Purpose("remote-control", "remote control", credentials=True, side=True)
FILES: Final = Purpose("files", "file upload", content=True, side=True)
MEDIA: Final = Purpose("media-call", "image or voice call", content=True)
RELEASES: Final = Purpose("releases", "check for a newer release", side=True)
DEVICE_CODE: Final = Purpose("device-code", "device code", credentials=True)
DEVICE_TOKEN: Final = Purpose("device-token", "device login", credentials=True)
AUTHORIZE: Final = Purpose("authorize", "browser login", credentials=True)
CALLBACK: Final = Purpose("callback", "browser login callback", credentials=True)
CANCEL: Final = Purpose("login-cancel", "stop of another login")
REACHABLE: Final = Purpose("reachability", "reachability check", side=True)
OTHER: Final = Purpose("other", "other request")

# Method, host and path patterns; each must match whole. The first that does decides.
_PURPOSES: Final = (
    (r"GET", r".*", r".*/agent-identities/jwks|.*/jwks\.json", JWKS),
    (r"POST", r".*", r".*/v1/agent/[^/]+/task/register", TASK),
    (r"POST", r".*", r".*/v1/agent/register", AGENT),
    (r"GET", r".*", r".*/authenticate_app_v2", BISCUIT),
    (r"POST", r".*", r".*/oauth/token", REFRESH),
    (r"POST", r".*", r".*/oauth/revoke", REVOKE),
    (r".*", r".*", r".*/oauth/authorize", AUTHORIZE),
    (r"POST", r".*", r".*/deviceauth/usercode", DEVICE_CODE),
    (r"POST", r".*", r".*/deviceauth/token", DEVICE_TOKEN),
    (r"GET", r".*", r".*/auth/callback", CALLBACK),
    (r"GET", r"localhost|127\.0\.0\.1|::1", r"/cancel", CANCEL),
    (r"GET", r".*", r".*/user-auth-credential/whoami", WHOAMI),
    (r"GET", r".*", r".*/accounts/check(?:/.*)?", ACCOUNTS),
    (r"GET", r".*", r".*/config/(?:bundle|requirements)", CONFIG),
    (r".*", r".*", r".*/(?:settings/user|profiles/me|workspace-messages|security-setup)", SETTINGS),
    (r".*", r".*",
     r".*/(?:wham|codex)/(?:usage|rate-limit-reset-credits)(?:/.*)?", USAGE),
    (r"POST", r".*", r".*/accounts/send_add_credits_nudge_email", USAGE),
    (r".*", r".*", r".*/remote/control/.*", REMOTE),
    (r".*", r".*", r".*/(?:wham|api/codex)/(?:tasks|environments)(?:/.*)?", CLOUD),
    (r"HEAD", r".*", r".*", REACHABLE),
    (r"GET|POST", r".*", r".*/(?:responses|chat/completions)(?:/compact)?", MODEL),
    (r"GET", r".*", r".*/models(?:/[^/]+)?", MODELS),
    (r"GET|POST", r".*", r".*/images/(?:generations|edits)|.*/realtime(?:/calls)?", MEDIA),
    (r"GET", r".*", r".*/\.well-known/oauth-.*|.*/\.well-known/openid-configuration", MCP_LOGIN),
    (r".*", r".*", r".*/(?:wham|api/codex|ps)/apps(?:/.*)?|.*/connectors(?:/.*)?", APPS),
    (r".*", r".*", r".*/plugins(?:/.*)?", PLUGINS),
    (r"GET", r"github\.com|api\.github\.com", r".*/plugins(?:\.git)?(?:/.*)?", PLUGINS),
    (r"GET", r"api\.github\.com", r".*/releases/.*", RELEASES),
    (r".*", r".*(?:statsig|sentry|otel|telemetry).*", r".*", TELEMETRY),
    (r".*", r".*", r".*/(?:analytics|analytics-events|telemetry|otlp|v1/traces|rgstr)(?:/.*)?",
     TELEMETRY),
    (r".*", r".*", r".*/mcp(?:/.*)?", MCP),
    (r".*", r".*", r".*/files(?:/.*)?", FILES),
)  # fmt: skip
BY_NAME: Final = {
    purpose.name: purpose
    for purpose in (
        JWKS, TASK, AGENT, BISCUIT, EXCHANGE, REFRESH, REVOKE, WHOAMI, ACCOUNTS, MODEL, MEDIA,
        MODELS, CONFIG, SETTINGS, USAGE, TELEMETRY, MCP, MCP_LOGIN, APPS, PLUGINS, CLOUD, REMOTE,
        FILES, RELEASES, DEVICE_CODE, DEVICE_TOKEN, AUTHORIZE, CALLBACK, CANCEL, REACHABLE, OTHER,
    )
}  # fmt: skip
_FORM: Final = "application/x-www-form-urlencoded"


class Seen(NamedTuple):
    """The facts of an exchange that its meaning depends on.

    `auth` is the class of the Authorization header (`Bearer JWT`, `none`).
    """

    purpose: Purpose
    status: int
    host: str = ""
    auth: str = "none"
    code: str | None = None
    message: str | None = None
    html: bool = False
    cf_mitigated: bool = False
    redirect_host: str | None = None
    empty_refresh_token: bool = False


class Meaning(NamedTuple):
    """What an answer means, as a sentence, and how alarming it is."""

    text: str
    colour: Colour


class _Row(NamedTuple):
    """One row of the table: every given condition must hold; `code` and `host` are patterns."""

    text: str
    colour: Colour
    purposes: tuple[Purpose, ...] = ()
    statuses: tuple[int, ...] = ()
    code: str = ""
    auth: str = ""
    host: str = ""
    html: bool | None = None
    edge: bool | None = None
    empty_refresh: bool | None = None
    redirected: bool | None = None
    side: bool | None = None


_ERRORS: Final = tuple(range(400, 600))
_REFUSALS: Final = tuple(range(400, 500))
_DONE: Final = tuple(range(200, 300))
_MOVED: Final = (301, 302, 303, 307, 308)
_PORTAL: Final = (*_DONE, *_MOVED)
_CHATGPT: Final = r"(?:.+\.)?(?:chatgpt\.com|chat\.openai\.com|chatgpt-staging\.com)"
_LOOPBACK_PAGES: Final = (CALLBACK, CANCEL, AUTHORIZE)

NOT_FROM_THE_SERVER: Final = (
    "not by the login", "in place of the server", "answered, not the server",
)  # fmt: skip
"""Each is part of the text of every row below that says who answered instead of the server."""
_ROWS: Final = (
    _Row("the page the browser ends on", "info", _LOOPBACK_PAGES, _DONE, html=True),
    _Row("on to the next page of the login", "info", _LOOPBACK_PAGES, _MOVED),
    _Row("blocked by the content delivery network, not by the login: one of its rules, or a "
         "challenge", "fail", statuses=_ERRORS, edge=True),
    _Row("blocked by the content delivery network, not by the login: a web page came instead of "
         "an answer", "fail", statuses=(403,), html=True),
    _Row("a captive portal or a sign-in proxy answered in place of the server", "fail",
         statuses=_PORTAL, html=True),
    _Row("the server points to another host; it was not followed and no credential went there",
         "fail", statuses=_MOVED, redirected=True),
    _Row("redirected on the same host", "info", statuses=_MOVED),
    _Row("negotiation only: the client falls back from WebSocket to HTTPS (#43353)", "noise",
         (MODEL,), (426,)),
    _Row("WebSocket accepted", "ok", (MODEL,), (101,)),
    _Row("another copy of the client already used this refresh token: compare with the stored "
         "file before logging in again", "fail", (REFRESH,), _REFUSALS, "refresh_token_reused"),
    _Row("the refresh token was revoked on the server", "fail", (REFRESH,), _REFUSALS,
         "refresh_token_invalidated"),
    _Row("the refresh token was idle for too long", "fail", (REFRESH,), _REFUSALS,
         "refresh_token_expired"),
    _Row("the stored record has no refresh token", "fail", (REFRESH,), (400,),
         empty_refresh=True),
    _Row("the refresh token is no longer valid: log in again", "fail", (REFRESH,), _REFUSALS,
         "invalid_grant"),
    _Row("not available from this country or region: check where your network traffic exits, not "
         "the login", "fail", (), _REFUSALS, "unsupported_country_region_territory"),
    _Row("tokens refreshed; if auth.json does not change now, it cannot be written, and the next "
         "refresh will be refused as reused", "ok", (REFRESH,), _DONE),
    _Row("logged in: the tokens came", "ok", (EXCHANGE,), _DONE),
    _Row("the browser login could not be finished", "fail", (EXCHANGE,), _REFUSALS),
    _Row("waiting for approval in the browser; normal for up to 15 minutes", "waiting",
         (DEVICE_TOKEN,), (403, 404)),
    _Row("the device code was approved", "ok", (DEVICE_TOKEN,), _DONE),
    _Row("device code login is not enabled for this account or workspace", "fail",
         (DEVICE_CODE,), (404,)),
    _Row("a second login stopped the first", "warn", (CANCEL,)),
    _Row("the answer belongs to another login attempt (its state is unknown here)", "fail",
         (CALLBACK,), (400,)),
    _Row("the workspace is deactivated: choose another one", "fail", (), _REFUSALS,
         "deactivated_workspace"),
    _Row("the chosen workspace is not one of this account's", "fail", (), _REFUSALS,
         "invalid_workspace_selected"),
    _Row("a rule of the organisation refuses this; the token itself is fine", "fail", (),
         _REFUSALS, "no_matching_rule"),
    _Row("the credential does not grant this scope", "fail", (), (401, 403),
         "missing_scopes?|insufficient_scope|insufficient_permissions"),
    _Row("refused, but a side request: judge the login by the model call (#19635)", "noise",
         (), (401, 403), side=True),
    _Row("no credential was sent: a provider setting or a missing source is the cause, never an "
         "expired token", "fail", (MODEL,), (401,), auth="none"),
    _Row("wrong route: a ChatGPT token was sent to the API host", "fail", (MODEL,), (401, 403),
         auth="Bearer JWT", host=r"api\.openai\.com"),
    _Row("wrong route: an API key was sent to the ChatGPT host", "fail", (MODEL,), (401, 403),
         auth=r"Bearer sk-", host=_CHATGPT),
    _Row("the API key was refused: revoked, mistyped, or of another project", "fail", (MODEL,),
         (401,), auth="Bearer sk-"),
    _Row("the personal access token was refused: revoked, or of another workspace", "fail",
         (MODEL,), (401,), auth="Bearer at-"),
    _Row("the ChatGPT token was refused: expired or revoked; the client refreshes it once", "fail",
         (MODEL,), (401,), auth="Bearer JWT"),
    _Row("the signed request was refused: check the age of the assertion, the key and the task",
         "fail", (MODEL,), (401,), auth="AgentAssertion"),
    _Row("key set received", "ok", (JWKS,), _DONE),
    _Row("no key set: an agent token cannot be verified, so the client counts as logged out",
         "fail", (JWKS,), _ERRORS),
    _Row("registration refused: the clock, the key or the runtime; check first the time that was "
         "sent", "fail", (TASK,), _REFUSALS),
    _Row("task registered", "ok", (TASK,), _DONE),
    _Row("agent identity registered", "ok", (AGENT,), _DONE),
    _Row("agent identity not registered", "fail", (AGENT,), _REFUSALS),
    _Row("biscuit received", "ok", (BISCUIT,), _DONE),
    _Row("no biscuit: the access token was refused, so nothing can be registered", "fail",
         (BISCUIT,), _REFUSALS),
    _Row("revoked", "ok", (REVOKE,), _DONE),
    _Row("not revoked; the client deletes the stored login all the same", "warn", (REVOKE,),
         _ERRORS),
    _Row("the personal access token is known", "ok", (WHOAMI,), _DONE),
    _Row("the personal access token was refused", "fail", (WHOAMI,), (401, 403)),
    _Row("the workspace is listed twice: the newest clients stop with “duplicate workspace in "
         "routing discovery”", "warn", (ACCOUNTS,), _DONE, "duplicate"),
    _Row("the workspace is not listed: the newest clients stop with “selected workspace missing "
         "from routing discovery”", "warn", (ACCOUNTS,), _DONE, "other-workspace"),
    _Row("workspaces received", "ok", (ACCOUNTS,), _DONE),
    _Row("the workspace look-up failed: the newest clients stop here", "fail", (ACCOUNTS,),
         _ERRORS),
    _Row("no managed policies for this account", "info", (CONFIG,), (404,)),
    _Row("managed policies received", "ok", (CONFIG,), _DONE),
    _Row("the managed policies could not be loaded: with a business plan the client stops", "warn",
         (CONFIG,), _ERRORS),
    _Row("the model answered: the credential was accepted", "ok", (MODEL,), _DONE),
    _Row("the server is there (it refuses the method, as it should)", "info", (REACHABLE,),
         (404, 405)),
    _Row("a side request failed; the login does not depend on it", "noise", (), _ERRORS,
         side=True),
    _Row("the credential was refused", "fail", (), (401,)),
    _Row("forbidden: the credential is known, but may not do this", "fail", (), (403,)),
    _Row("the proxy asks for a password: the proxy answered, not the server", "fail", (), (407,)),
    _Row("too many requests or the quota is used up; the login is fine", "warn", (), (429,)),
    _Row("nothing at this address: check the base URL", "warn", (), (404,)),
    _Row("the server, or something in front of it, failed; the login was not checked", "warn", (),
         tuple(range(500, 600))),
    _Row("the request was refused", "fail", (), _REFUSALS),
    _Row("answered", "ok", (), _DONE),
)  # fmt: skip


@lru_cache(maxsize=512)
def purpose_of(method: str, host: str, path: str, content_type: str = "") -> Purpose:
    """What a request is for, by its endpoint. `path` may carry a query; `host` a port.

    The end of a browser login and a refresh share one endpoint: the first sends a form, the
    second JSON.
    """
    bare = path.partition("?")[0][:2048]
    name = host_name(host)
    for methods, hosts, paths, purpose in _PURPOSES:
        if (
            re.fullmatch(paths, bare)
            and re.fullmatch(methods, method.upper())
            and re.fullmatch(hosts, name)
        ):
            form = content_type.partition(";")[0].strip().lower() == _FORM
            return EXCHANGE if purpose is REFRESH and form else purpose
    return OTHER


def purpose_of_url(method: str, url: str, content_type: str = "") -> Purpose:
    """The same by a whole URL; `OTHER` for what is not a URL."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return OTHER
    return purpose_of(method, parts.netloc, parts.path, content_type)


def judges_token(status: int, meaning: str) -> bool:
    """Whether the answer to a refresh says that the token itself is refused.

    A proxy, the edge of a network, a busy or a broken server judge no token.
    """
    if any(words in meaning for words in NOT_FROM_THE_SERVER):
        return False
    return status in (400, 401) or (status == 403 and refusal_of(meaning) is not None)


def refusal_of(meaning: str) -> str | None:
    """The error code that a refused refresh was answered with, by the meaning recorded of it."""
    rows = (row for row in _ROWS if row.purposes == (REFRESH,) and row.code)
    return next((row.code for row in rows if row.text == meaning), None)


def meaning_of(seen: Seen) -> Meaning:
    """The meaning of an answered request: the first row of the table that fits."""
    for row in _ROWS:
        if _fits(row, seen):
            return Meaning(row.text, row.colour)
    return Meaning(f"answered with {seen.status}", "info")


def _fits(row: _Row, seen: Seen) -> bool:
    flags = (
        (row.html, seen.html),
        (row.edge, seen.cf_mitigated),
        (row.empty_refresh, seen.empty_refresh_token),
        (row.redirected, seen.redirect_host is not None),
        (row.side, seen.purpose.side),
    )
    return (
        (not row.purposes or seen.purpose in row.purposes)
        and (not row.statuses or seen.status in row.statuses)
        and all(wanted is None or wanted == got for wanted, got in flags)
        and (not row.code or re.fullmatch(row.code, _code(seen)) is not None)
        and (not row.auth or seen.auth == row.auth)
        and (not row.host or re.fullmatch(row.host, host_name(seen.host)) is not None)
    )


def _code(seen: Seen) -> str:
    if seen.code is None and seen.message and "issing scopes" in seen.message:
        return "missing_scopes"
    return seen.code or ""
