"""What a report says: plain immutable values, every text in them already redacted.

The field names are those of the JSON format; `VERSION` changes when one of them changes meaning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.record import NamedTuple

if TYPE_CHECKING:
    from authtui.answers.findings import CheckStatus, Light

VERSION: Final = 1


class Installed(NamedTuple):
    """One copy of the client on the machine."""

    path: str
    version: str | None
    found_by: str


class Client(NamedTuple):
    """Which client is modelled, and where it would run; `marks` say what kind of machine it is."""

    generation: str
    title: str
    chosen_by: str
    version: str | None
    note: str | None
    surface: str
    installed: tuple[Installed, ...]
    platform: str
    marks: tuple[str, ...]
    terminal: str
    python: str


class VerdictPart(NamedTuple):
    """The answer; `client_message` is what the client prints, `plan` what the tokens claim."""

    outcome: str
    kind: str
    mode: str | None
    headline: str
    sentence: str
    culprit: str | None
    client_message: str | None
    client_exit: int
    deletes_stored_login: bool
    assumes: tuple[str, ...]
    fix: tuple[str, ...]
    plan: str | None


class LampPart(NamedTuple):
    """One of the four lamps."""

    name: str
    light: Light
    reason: str


class SourcePart(NamedTuple):
    """One rung of the ladder."""

    rank: int | None
    name: str
    place: str
    status: str
    kind: str | None
    shadowed_by: str | None
    reason: str


class MatrixPart(NamedTuple):
    """Who names which account and user, by stand-in."""

    who: str
    account: str | None
    user: str | None
    where: str
    disagrees: tuple[str, ...]


class ClaimPart(NamedTuple):
    """One claim; a claim that is not known to be harmless shows its type and length only."""

    section: str
    name: str
    value: str
    note: str
    status: CheckStatus | None


class TokenPart(NamedTuple):
    """One decoded token, without the token."""

    name: str
    origin: str
    verified: str
    verified_note: str
    problems: tuple[str, ...]
    claims: tuple[ClaimPart, ...]


class FieldPart(NamedTuple):
    """One field of a stored document: what it is, never what it says."""

    store: str
    field: str
    type: str
    length: int | None
    mark: str | None


class SettingPart(NamedTuple):
    """One configuration key. `overridden_by` names the place that put itself over it."""

    key: str
    value: str
    where: str
    overridden_by: str | None = None
    restricts: bool = False


class VariablePart(NamedTuple):
    """One variable of the environment, after `.env`."""

    name: str
    value: str
    origin: str
    replaces: str | None = None


class FilePart(NamedTuple):
    """One file. `mode` is octal; `owner` says whose it is without a name."""

    what: str
    path: str
    kind: str
    mode: str | None = None
    owner: str | None = None
    size: int | None = None
    modified: str | None = None
    link_target: str | None = None
    error: str | None = None


class CheckPart(NamedTuple):
    """One check that did not pass."""

    id: str
    status: CheckStatus
    summary: str
    evidence: tuple[str, ...]
    why: str
    fix: str | None
    where: str
    source: str


class Excluded(NamedTuple):
    """What is out of the question, what cannot be told, and what local state never shows."""

    passed: tuple[tuple[str, str], ...]
    cannot_tell: tuple[tuple[str, str], ...]
    no_sign_of: tuple[str, ...]
    not_visible_here: tuple[str, ...]


class DifferencePart(NamedTuple):
    """One fact before and after an experiment."""

    what: str
    before: str
    after: str


class ExperimentPart(NamedTuple):
    """One thing changed on paper, and what would be different; nothing where nothing would."""

    change: str
    outcome: str
    differences: tuple[DifferencePart, ...]


class TimelinePoint(NamedTuple):
    """One point of the timeline. `at` is RFC 3339 in UTC; `relative` is seen from the report."""

    at: str
    relative: str
    what: str
    where: str


class RequestPart(NamedTuple):
    """One observed exchange, without its headers and bodies."""

    number: int
    at: str
    method: str
    url: str
    status: int | None
    milliseconds: float | None
    authorization: str | None
    credential: str | None
    account: str | None
    request_id: str | None
    meaning: str
    error: str | None
    skew_seconds: float | None


class ClockPart(NamedTuple):
    """The machine's clock and time zone, and the servers' clock where one answered.

    `skew_seconds` is the server's minus the local one.
    """

    at: str
    offset: str
    server: str
    skew_seconds: float | None


class ProgramPart(NamedTuple):
    """What one program of the client does and says with the same state."""

    program: str
    exit: int | None
    says: str | None
    deletes_stored_login: bool


class Report(NamedTuple):
    """The whole of it."""

    schema: int
    authtui: str
    made_at: str
    redacted: str
    home: str
    verdict: VerdictPart
    lamps: tuple[LampPart, ...]
    client: Client
    sources: tuple[SourcePart, ...]
    matrix: tuple[MatrixPart, ...]
    tokens: tuple[TokenPart, ...]
    record: tuple[FieldPart, ...]
    configuration: tuple[SettingPart, ...]
    environment: tuple[VariablePart, ...]
    files: tuple[FilePart, ...]
    checks: tuple[CheckPart, ...]
    excluded: Excluded
    experiments: tuple[ExperimentPart, ...]
    timeline: tuple[TimelinePoint, ...]
    requests: tuple[RequestPart, ...]
    probes: str
    clock: ClockPart
    programs: tuple[ProgramPart, ...]
