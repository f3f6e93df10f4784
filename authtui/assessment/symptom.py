"""From a message of the client back to its causes: which fit this machine, which do not, and why.

Pure but for `read_known`, which reads a file of the package: every message that recorded clients
ended with, each with the causes it was seen with (made by `tests.oracle.known_messages`).
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from authtui.answers.findings import SURFACES
from authtui.assessment.assess import assess
from authtui.assessment.generations import choose_contract
from authtui.record import NamedTuple
from authtui.simulation.predictions import predict
from authtui.simulation.program_start import make_case

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from authtui.answers.findings import Assessment, CheckResult, Surface
    from authtui.assessment.options import Options
    from authtui.machine.observation import Observation
    from authtui.simulation.assumptions import Assumptions

Fit = Literal["now", "if", "hint", "no"]
"""The client says it now; it would if a server answered so; something like it is wrong; no."""
TABLE: Final = Path(__file__).parent / "messages.json"

_NEAR: Final = 0.45
"""The share of words in common from which on a message counts as near."""
_SHORTEST: Final = 12
_MOST_NEAR: Final = 3
_ESCAPES: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_STAMP: Final = re.compile(r"^\s*\d{4}-\d\d-\d\dT[\d:.]+Z?\s+(?:ERROR|WARN|INFO)\s+\S+\s+")
_VARIABLE_PARTS: Final = (
    (re.compile(r"https?://[^\s,)\"'`]+"), "…"),
    (
        re.compile(
            r"(?:\$[A-Z_]+|~|[A-Za-z]:)?(?:[/\\][\w.$@+-]+){2,}|\$[A-Z_]+(?:[/\\][\w.$@+-]+)?"
        ),
        "…",
    ),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}\b"), "…"),
    (re.compile(r"(?:request|cf-ray|request id)[ :]+[\w-]+", re.IGNORECASE), "…"),
    (re.compile(r"\b(line|column) \d+"), r"\1 …"),
    (re.compile(r"(?<=: )\{.*\}|(?<=: )fake \w[\w ]*"), "…"),
    (re.compile(r"(?<=…):\d+(?::\d+)?"), ""),
    (re.compile(r"\b(?:workspace|acct|org|user)-[\w-]+|<[^<>]*>|eyJ[\w.-]+"), "…"),
    (re.compile(r"(?:^|\s)(?:error|fatal error)\s*:\s*", re.IGNORECASE), " "),
    (
        re.compile(
            r"error (?:checking login status|loading config(?:uration|\.toml)):", re.IGNORECASE
        ),
        "",
    ),
    (re.compile(r"\s+"), " "),
)
_STATUS: Final = re.compile(r"(?<!\d)(40\d|41\d|42\d|50\d)(?!\d)")
_WORD: Final = re.compile(r"[a-z0-9_]+")
_ANSWERS: Final = {
    "responses": ("the model endpoint", "401 402 403 404 429 500 503 unreachable"),
    "refresh": (
        "the token endpoint",
        "refresh_token_reused refresh_token_expired refresh_token_invalidated invalid_grant 401",
    ),
    "accounts_check": (
        "the workspace look-up",
        "401 403 404 500 not-json no-origin other-workspace unreachable",
    ),
    "policies": ("the look-up of policies", "401 500"),
    "whoami": ("whoami", "401 403 500 not-json unreachable"),
    "key_set": ("the key set", "404 not-json unreachable"),
    "task": ("the task registration", "401 403 404 500 omitted not-json timeout"),
    "register": ("the agent registration", "401 403 500"),
    "biscuit": ("the sign-in of the agent", "401 403 missing"),
    "auth_command": ("the provider's command", "1 empty missing"),
    "network": ("nothing outside this machine", "down"),
}
"""What a server may answer, and by what name it is told: tried one at a time."""


class Known(NamedTuple):
    """A message of the client by its shape (`…` stands for what differs), and its causes."""

    said: str
    causes: tuple[KnownCause, ...]


class KnownCause(NamedTuple):
    """What the verdict said of states that ended so.

    `checks` failed in each of them, `servers` are those whose answer brought it about.
    """

    headline: str
    surfaces: tuple[str, ...]
    first: str
    last: str
    checks: tuple[str, ...]
    servers: tuple[str, ...]


class PossibleCause(NamedTuple):
    """A cause, judged on this machine: whether it fits, and what says so.

    `id` is the check that tells it, the answer of a server, or the surface that says it; `first` is
    the oldest client that the message was seen of with this cause.
    """

    id: str
    headline: str
    fit: Fit
    because: str
    surfaces: tuple[str, ...]
    clients: str
    says: str | None = None
    assume: str | None = None
    fix: str | None = None
    first: str | None = None


class Symptom(NamedTuple):
    """The answer: the messages that the text is taken for, and their causes, the likeliest first.

    `exact` is false where the messages are only the nearest ones.
    """

    said: tuple[str, ...]
    exact: bool
    causes: tuple[PossibleCause, ...]


def read_known() -> tuple[Known, ...]:
    """The messages that recorded clients ended with."""
    rows = json.loads(TABLE.read_text("utf-8"))
    return tuple(
        Known(
            said,
            tuple(
                KnownCause(headline, tuple(row[0]), row[1], row[2], tuple(row[3]), tuple(row[4]))
                for headline, row in causes.items()
            ),
        )
        for said, causes in rows.items()
    )


def shape_of(text: str) -> str:
    """A message without what differs from one machine to the next."""
    found = _ESCAPES.sub("", text)
    found = " ".join(_STAMP.sub("", line) for line in found.splitlines())
    for pattern, word in _VARIABLE_PARTS:
        found = pattern.sub(word, found)
    return found.strip(" ;,.:…\"'").removesuffix("url").strip(" ,")


def explain_symptom(
    text: str, observation: Observation, options: Options, known: Sequence[Known]
) -> Symptom:
    """Every cause of a text, each simulated or compared on this machine."""
    messages, exact = _recognised(text, known)
    wanted = {message.said for message in messages} | {shape_of(text)}
    here = {surface: assess(observation, options._replace(surface=surface)) for surface in SURFACES}
    causes = list(_now(here, wanted))
    told = {cause.headline for cause in causes}
    for cause in _if_answered(observation, options, wanted):
        if cause.headline not in told:
            told.add(cause.headline)
            causes.append(cause)
    for cause in _others(messages, here[options.surface]):
        if cause.headline not in told:
            told.add(cause.headline)
            causes.append(cause)
    order = ("now", "if", "hint", "no")
    causes.sort(key=lambda cause: order.index(cause.fit))
    return Symptom(tuple(m.said for m in messages), exact, tuple(causes))


def _recognised(text: str, known: Sequence[Known]) -> tuple[tuple[Known, ...], bool]:
    """The messages that a text is, or holds; else the nearest, which is then said."""
    wanted = shape_of(text).lower()
    if len(wanted) >= _SHORTEST:
        same = [row for row in known if _is_same(row.said.lower(), wanted)]
        if same:
            longest = max(len(row.said) for row in same)
            return tuple(row for row in same if len(row.said) * 2 > longest), True
    words = set(_WORD.findall(wanted))
    status = _STATUS.search(wanted)
    if status is not None:
        rest = words - {status[1], "unexpected", "status", "http", "code", "error"}
        found = [row for row in known if status[1] in _words_of(row)]
        told = [row for row in found if rest & _words_of(row)]
        if found:
            return tuple(told or found), bool(told) or not rest
    scored = sorted(((_nearness(words, row.said), row) for row in known), key=lambda pair: -pair[0])
    return tuple(row for score, row in scored[:_MOST_NEAR] if score >= _NEAR), False


def _is_same(said: str, wanted: str) -> bool:
    if said == wanted:
        return True
    if len(said) >= _SHORTEST and said in wanted:
        return True
    return len(wanted) >= 2 * _SHORTEST and wanted in said


def _words_of(row: Known) -> set[str]:
    told = " ".join((row.said, *(cause.headline for cause in row.causes)))
    return set(_WORD.findall(told.lower()))


def _nearness(words: set[str], said: str) -> float:
    theirs = set(_WORD.findall(said.lower()))
    return len(words & theirs) / (len(words | theirs) or 1)


def _says(said: str | None, wanted: set[str]) -> bool:
    shape = shape_of(said) if said else ""
    return bool(shape) and any(
        shape == message or (len(message) >= _SHORTEST and (message in shape or shape in message))
        for message in wanted
        if len(shape) >= _SHORTEST
    )


def _now(here: dict[Surface, Assessment], wanted: set[str]) -> Iterator[PossibleCause]:
    told: dict[str, list[Surface]] = {}
    for surface, made in here.items():
        said = next((p.says for p in made.predictions if p.surface == surface), None)
        if _says(said, wanted):
            told.setdefault(made.verdict.headline, []).append(surface)
    for surfaces in told.values():
        surface, made = surfaces[0], here[surfaces[0]]
        said = next((p.says for p in made.predictions if p.surface == surface), None)
        fix = next(iter(made.verdict.fix), None)
        yield PossibleCause(
            surface,
            made.verdict.headline,
            "now",
            made.verdict.sentence,
            tuple(surfaces),
            made.contract.title,
            said,
            fix=(fix.command or fix.text) if fix else None,
        )


def _if_answered(
    observation: Observation, options: Options, wanted: set[str]
) -> Iterator[PossibleCause]:
    """What would be said if one server answered otherwise, today or once the token has expired."""
    contract = choose_contract(observation, options.contract)[0]
    for seen, later in ((observation, ""), (_expired(observation), " once the token has expired")):
        for name, value in _answers():
            server = _ANSWERS[name][0]
            given = options._replace(assumptions=_assumed(options.assumptions, name, value))
            start = predict(make_case(seen, contract, given.assumptions))[options.surface]
            said = start.prediction.says
            if not _says(said, wanted):
                continue
            made = assess(seen, given)
            words = f"{server} answers {value}" if name != "network" else f"{server} answers"
            fix = next(iter(made.verdict.fix), None)
            yield PossibleCause(
                f"{name}={value}",
                made.verdict.headline,
                "if",
                f"if {words}{later}",
                (options.surface,),
                made.contract.title,
                said,
                f"{name}={value}",
                (fix.command or fix.text) if fix else None,
            )


def _answers() -> Iterator[tuple[str, str]]:
    for name, (_, words) in _ANSWERS.items():
        for value in words.split():
            yield name, value


def _assumed(given: Assumptions, name: str, value: str) -> Assumptions:
    return given._replace(**{name: value})


def _expired(observation: Observation) -> Observation:
    """The same machine at a time when every token has run out."""
    return observation._replace(at=observation.at.replace(year=2200, day=1))


def _others(messages: Sequence[Known], here: Assessment) -> Iterator[PossibleCause]:
    """The causes that the message was seen with elsewhere, beside the checks of this machine."""
    results = {result.id: result for result in here.checks}
    for message in messages:
        for cause in message.causes:
            clients = cause.first if cause.first == cause.last else f"{cause.first} to {cause.last}"
            found = [results.get(name) for name in cause.checks]
            wrong = [row for row in found if row is not None and row.status in ("fail", "warn")]
            fits = bool(cause.checks) and len(wrong) == len(found)
            yield PossibleCause(
                cause.checks[0] if cause.checks else ", ".join(cause.servers) or "state",
                cause.headline,
                "hint" if fits else "no",
                _because(cause, found, wrong, here),
                cause.surfaces,
                f"client {clients}",
                message.said,
                first=cause.first,
            )


def _because(
    cause: KnownCause,
    found: Sequence[CheckResult | None],
    wrong: Sequence[CheckResult],
    here: Assessment,
) -> str:
    if cause.checks and len(wrong) == len(found):
        return wrong[0].summary
    for name, row in zip(cause.checks, found, strict=True):
        if row is None:
            return f"this is not so here ({name})"
        if row.status not in ("fail", "warn"):
            return f"here: {row.summary}"
    return f"here: {here.verdict.headline}"
