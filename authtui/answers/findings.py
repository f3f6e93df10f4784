"""The vocabulary of an answer: what the app, `check --json` and a report are made of.

Plain immutable values. Texts in them may hold outside data: whoever shows them passes them
through `redaction.printable`. Field names follow the JSON of `authtui check --json`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal

from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from authtui.answers.token_view import TokenView
    from authtui.redaction import Secret

Light = Literal["grey", "green", "amber", "red"]
Outcome = Literal["ready", "degraded", "refused", "not-logged-in", "unreadable"]
McpStatus = Literal[
    "logged-in", "expired", "missing", "other-url", "unknown", "no-login", "disabled"
]
Kind = Literal[
    "ready",
    "another-source-won",
    "record-not-what-it-seems",
    "request-went-elsewhere",
    "answer-not-from-auth-server",
    "nothing-stored",
]
SourceStatus = Literal[
    "absent",
    "selected",
    "shadowed",
    "invalid",
    "ignored",
    "unreadable",
    "not-consulted",
    "not-visible",
]
CheckStatus = Literal["pass", "warn", "fail", "unknown"]
Surface = Literal["exec", "login-status", "tui"]
SURFACES: tuple[Surface, ...] = ("exec", "login-status", "tui")


class Mark(NamedTuple):
    """How a result is shown without colours: one glyph, and a word beside it."""

    glyph: str
    word: str


LIGHT_MARKS: Final[Mapping[Light, Mark]] = {
    "green": Mark("●", "yes"),
    "amber": Mark("◐", "in part"),
    "red": Mark("✗", "no"),
    "grey": Mark("○", "not known"),
}
CHECK_MARKS: Final[Mapping[CheckStatus, Mark]] = {
    "fail": Mark("✗", "fails"),
    "warn": Mark("!", "warns"),
    "unknown": Mark("?", "cannot tell"),
    "pass": Mark("✓", "passes"),
}
OUTCOME_GLYPHS: Final[Mapping[str, str]] = {
    "ready": "✓",
    "degraded": "!",
    "refused": "✗",
    "unreadable": "✗",
    "not-logged-in": "○",
}
_NONE: Final[Mapping[str, Any]] = MappingProxyType({})


def marked_as(outcome: str, kind: str) -> str:
    """The outcome whose mark a verdict bears: ready, but not as its owner believes, is degraded."""
    return "degraded" if outcome == "ready" and kind != "ready" else outcome


class Lamp(NamedTuple):
    """One of the four lamps and the sentence that says why it shows its colour."""

    light: Light
    reason: str


NOTHING_STORED: Final = "nothing is stored"
NOTHING_SELECTED: Final = "nothing to select"


def lamp_word(lamp: Lamp) -> str:
    """The word beside a lamp; that nothing is there is known, though the lamp is grey."""
    known = lamp.reason in (NOTHING_STORED, NOTHING_SELECTED)
    return "nothing" if known else LIGHT_MARKS[lamp.light].word


class Lamps(NamedTuple):
    """stored, selected, sent, accepted: never lit on the evidence of another."""

    stored: Lamp
    selected: Lamp
    sent: Lamp
    accepted: Lamp


class Edit(NamedTuple):
    """A change of one file of the user's. Exactly one of `key` and `content` is set.

    `file` is `config.toml`, `.env` or `auth.json`. For a key of config.toml (dotted), or a variable
    of `.env`, `value` is the text of its new value, None where the key is to go. `content` is a
    file's whole new text.
    """

    file: str
    key: str | None = None
    value: str | None = None
    content: Secret | None = None


class Fix(NamedTuple):
    """One thing to do. `command` is text to copy, or None where there is nothing to type.

    `edit` is the change of a file that does it, `unsets` are variables that have to go. `leads_to`
    is the outcome that was simulated, None where only doing it shows; `then` what remains after it.
    """

    text: str
    command: str | None = None
    edit: Edit | None = None
    unsets: tuple[str, ...] = ()
    leads_to: Outcome | None = None
    then: str | None = None


class Verdict(NamedTuple):
    """One plain sentence, what the client would print instead, and what to change.

    `headline` is a few words for the loud line; `sentence` tells the whole; `culprit` names the
    variable, or the file with its line, that has to change. `since` says with which generation of
    the client the state stopped working, where an older one would take it.
    """

    outcome: Outcome
    kind: Kind
    mode: str | None
    headline: str
    sentence: str
    culprit: str | None
    client_message: str | None
    client_exit: int
    deletes_stored_login: bool
    assumes: tuple[str, ...]
    fix: tuple[Fix, ...]
    since: str | None = None


class Fact(NamedTuple):
    """One labelled line of evidence. `secret` marks a value that may be revealed on request."""

    label: str
    value: str
    secret: Secret | None = None


class Source(NamedTuple):
    """One rung of the ladder. `rank` is None for places that are shown but never consulted."""

    rank: int | None
    name: str
    place: str
    status: SourceStatus
    kind: str | None = None
    shadowed_by: str | None = None
    detail: str | None = None
    reason: str = ""
    facts: tuple[Fact, ...] = ()


class Binding(NamedTuple):
    """The account and user the client ties an agent identity to (spec: AgentIdentityBinding)."""

    binding_id: str | None
    account_id: str
    user_id: str | None
    access_token: bool


class MatrixRow(NamedTuple):
    """One place that names an account or a user. `wrong` names the columns that disagree."""

    who: str
    account_id: str | None
    user_id: str | None
    where: str = ""
    wrong: tuple[str, ...] = ()


class CheckResult(NamedTuple):
    """The answer of one check."""

    id: str
    status: CheckStatus
    summary: str
    evidence: tuple[str, ...] = ()
    why: str = ""
    fix: Fix | None = None
    source: str = ""
    group: str = ""
    where: str = ""


class PlannedRequest(NamedTuple):
    """The first model request as the client would build it; `credential` is its source."""

    base_url: str
    authorization: Literal["Bearer", "AgentAssertion", "AWS", "other"] | None
    account_id_header: str | None = None
    fedramp: bool = False
    credential: str | None = None


class Prediction(NamedTuple):
    """What one program start does. `says` is the client's text; None when it says nothing.

    `ends` is False where the client would wait for the network without an end; `exit` is then
    what stopping it comes to.
    """

    surface: Surface
    exit: int
    says: str | None
    deletes_stored_login: bool
    outcome: Outcome
    mode: str | None
    assumes: tuple[str, ...] = ()
    ends: bool = True


class DoctorReport(NamedTuple):
    """The doctor's line on the login: `ok`, `warning` or `fail`, in its own words.

    `issues` are its findings on the stored record, `variables` the ones it counts as a login.
    """

    status: Literal["ok", "warning", "fail"]
    summary: str
    remediation: str | None = None
    issues: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()


class AppServerAnswer(NamedTuple):
    """The answer in brief. `account` is its type (`chatgpt`, `apiKey`) or None for nobody.

    `error` is the text of an `account/read` that fails; `stops` the text with which the program
    ends before it answers at all.
    """

    account: str | None = None
    plan: str | None = None
    auth_method: str | None = None
    requires_openai_auth: bool = True
    error: str | None = None
    stops: str | None = None


class Logout(NamedTuple):
    """What `codex logout` comes to: exit code, text, whether a stored login is gone afterwards."""

    exit: int
    says: str
    deletes_stored_login: bool


class Person(NamedTuple):
    """Whose login it is, by what stands in it; `expires_at` is that of its access token (UTC).

    `workspace` is the title of the person's organisation, `account_id` the account (workspace) that
    requests name, `plan` the name that the client shows, `place` the source that holds the login.
    """

    email: str | None = None
    workspace: str | None = None
    account_id: str | None = None
    user_id: str | None = None
    plan: str | None = None
    expires_at: datetime | None = None
    place: str = ""


class Running(NamedTuple):
    """A program of the client that uses this home now; `started_at` is aware UTC.

    `older_than` are the files that were changed after its start: it does not know of that.
    """

    pid: int
    kind: str
    version: str | None = None
    host: str | None = None
    started_at: datetime | None = None
    older_than: tuple[str, ...] = ()


class McpServer(NamedTuple):
    """An MCP server of the configuration and its login; `where` is its place there.

    `expires_at` is that of a stored login, aware UTC. `unknown`: none is stored, it may need none.
    """

    name: str
    status: McpStatus
    where: str
    detail: str = ""
    url: str | None = None
    expires_at: datetime | None = None


class UnsavedTokens(NamedTuple):
    """Tokens that a server gave and the store at `place` did not take; `rescue` is their file."""

    place: str
    rescue: str


class ContractChoice(NamedTuple):
    """Which generation of the client is modelled, and why that one."""

    name: str
    title: str
    chosen_by: str
    client_version: str | None = None
    note: str | None = None


class ConfigRow(NamedTuple):
    """A key as one layer sets it.

    `layer` is its kind (`system`, `bundle`, `user`, `profile`, `project`, `options`, `managed`,
    `requirements`, `bundle-requirements`), `place` what messages call it, `line` counts from 1.
    `overrides` are the places of lower layers that it puts itself over. `decided`: this is the
    value that counts. `note` says why it does not, where no other layer is the reason.
    """

    key: str
    value: object
    layer: str
    place: str
    line: int | None
    overrides: tuple[str, ...] = ()
    decided: bool = False
    note: str | None = None

    @property
    def where(self) -> str:
        """The place as messages show it, such as `config.toml:3`."""
        return f"{self.place}:{self.line}" if self.line else self.place


class Assessment(NamedTuple):
    """The whole answer for one observation, one generation and one surface."""

    home: str
    contract: ContractChoice
    surface: Surface
    at: datetime
    verdict: Verdict
    lamps: Lamps
    sources: tuple[Source, ...]
    tokens: tuple[TokenView, ...]
    binding: Binding | None
    matrix: tuple[MatrixRow, ...]
    checks: tuple[CheckResult, ...]
    request: PlannedRequest | None
    predictions: tuple[Prediction, ...]
    generations: Mapping[str, str] = _NONE
    doctor: DoctorReport | None = None
    app_server: AppServerAnswer | None = None
    logout: Logout | None = None
    unsaved: tuple[UnsavedTokens, ...] = ()
    who: Person | None = None
    running: tuple[Running, ...] = ()
    mcp: tuple[McpServer, ...] = ()
    layers: tuple[ConfigRow, ...] = ()

    def __repr__(self) -> str:
        """The outcome: texts of it may hold outside data, and are never printed by accident."""
        return f"<Assessment {self.verdict.outcome}, {self.verdict.mode}>"
