"""Predicted and observed, side by side: what a watched program was expected to do, and did.

Pure. The prediction is the one that stood when the program started; what was observed comes from
the wire, from the program's own output and end, and from the stored login before and after.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from authtui.capture.messages import final_message, same_message
from authtui.checks.observed import judge_request, named_hosts
from authtui.checks.requests import REFRESHED_FIRST
from authtui.credentials.marks import marks_of, runtimes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from authtui.checks.findings import PlannedRequest, Prediction, Surface
    from authtui.credentials.observation import Observation
    from authtui.model.programs import Program
    from authtui.wire.records import RequestRecord

Status = Literal["differs", "open", "same"]
_ORDER: Final[tuple[Status, ...]] = ("differs", "open", "same")
_CLIENT: Final = re.compile(r"codex(?:[-.@].*)?", re.IGNORECASE)
_WITH_VALUE: Final = frozenset(["-c", "--config", "-m", "--model", "-p", "--profile", "-C", "--cd"])
_NOT_YET: Final = "not seen yet"
_STORES: Final = ("auth.json", "keyring", "encrypted store")


class Row(NamedTuple):
    """One fact, both sides of it, and a sentence of what the difference means.

    `request` is the number of the record that shows it.
    """

    id: str
    label: str
    expected: str
    observed: str
    status: Status
    meaning: str = ""
    request: int | None = None


class Comparison(NamedTuple):
    """Every row, differences first. `surface` is None where the command is none we predict."""

    rows: tuple[Row, ...] = ()
    surface: Surface | None = None
    message: str | None = None

    @property
    def differences(self) -> tuple[Row, ...]:
        """The rows that differ."""
        return tuple(row for row in self.rows if row.status == "differs")


def surface_of(command: tuple[str, ...]) -> Surface | None:
    """Which program start a command line is, None where it is none of those we predict."""
    if not command or not _CLIENT.fullmatch(re.split(r"[/\\]", command[0])[-1]):
        return None
    words: list[str] = []
    skip = False
    for word in command[1:]:
        if skip:
            skip = False
        elif word in _WITH_VALUE:
            skip = True
        elif not word.startswith("-"):
            words.append(word)
    if words[:1] in (["exec"], ["e"]):
        return "exec"
    if words[:2] == ["login", "status"]:
        return "login-status"
    return "tui" if not words or words[0] == "resume" else None


def compare(program: Program, stand_in: str | None = None) -> Comparison:
    """The rows for a program at this moment.

    `stand_in` is the host of a backend that answers in place of the service: a request that went
    there went where it should.
    """
    surface = surface_of(program.command)
    expected = program.expected
    message = final_message(program)
    if expected is None or surface is None:
        return Comparison(_ordered(_judged(program)), surface, message)
    prediction = next((p for p in expected.predictions if p.surface == surface), None)
    if prediction is None:
        return Comparison(_ordered(_judged(program)), surface, message)
    planned = expected.request if expected.surface == surface else None
    rows = [
        *_request_rows(program, planned, stand_in, guess=expected.surface == surface),
        *_answer(program, prediction, planned),
        *_refresh(program, prediction),
        *_deletion(program, prediction),
        *_exit(program, prediction),
        *_message(program, prediction, message),
        *_judged(program),
    ]
    return Comparison(_ordered(rows), surface, message)


def _ordered(rows: Iterable[Row]) -> tuple[Row, ...]:
    given = list(rows)
    return tuple(row for status in _ORDER for row in given if row.status == status)


# ── what the request carried ──────────────────────────────────────────────────────────────────────


def _request_rows(
    program: Program, planned: PlannedRequest | None, stand_in: str | None, *, guess: bool
) -> Iterator[Row]:
    call = program.evidence.first
    if not guess:
        return
    if planned is None:
        if call is not None:
            sent = f"{_scheme_of(call) or 'nothing'} to {call.host}"
            meaning = "It was expected to stop before its first model call, and did not."
            yield Row("sent", "request", "none", sent, "differs", meaning, call.number)
        else:
            yield Row("sent", "request", "none", "none", "open" if program.running else "same")
        return
    if call is None:
        expected = f"{planned.authorization or 'nothing'} to {_base_host(planned)}"
        if program.running:
            yield Row("sent", "request", expected, _NOT_YET, "open")
            return
        meaning = (
            "It ended without a model call: it stopped on the way, and its last message says why."
        )
        yield Row("sent", "request", expected, "none", "differs", meaning)
        return
    yield _authorization(planned, call)
    yield _credential(program, planned, call)
    yield _host(planned, call, stand_in)
    yield _account(planned, call)
    yield _fedramp(planned, call)


def _authorization(planned: PlannedRequest, call: RequestRecord) -> Row:
    expected, observed = planned.authorization, _scheme_of(call)
    same = expected == observed
    meaning = ""
    if not same and observed is None:
        meaning = (
            "Nothing was attached: the credential was dropped without a word, or a provider "
            "setting attaches none."
        )
    elif not same and expected is None:
        meaning = "A credential was attached that was not known here: another source holds one."
    elif not same:
        meaning = "Another kind of credential won: look at the row `credential` for which."
    shown = call.authorization or "nothing"
    return _row("authorization", "scheme", expected or "nothing", shown, same, meaning, call.number)


def _scheme_of(call: RequestRecord) -> str | None:
    carried = call.authorization
    return None if carried is None else carried.partition(" ")[0]


def _credential(program: Program, planned: PlannedRequest, call: RequestRecord) -> Row:
    wanted = planned.credential if planned.authorization else None
    expected = wanted or "none"
    seen, sure = _source_of(program, call)
    if not sure:
        return Row("credential", "credential", expected, seen, "open", "", call.number)
    observed = seen or "none"
    same = (wanted or "") == seen or (wanted is not None and seen != "" and seen in wanted)
    meaning = ""
    if not same and not seen:
        meaning = f"{wanted} was not used."
    elif not same:
        meaning = f"{observed} was used, where {expected} was expected: it comes first for it."
    return _row("credential", "credential", expected, observed, same, meaning, call.number)


def _source_of(program: Program, call: RequestRecord) -> tuple[str, bool]:
    """Which place the credential on the wire comes from, and whether that is certain."""
    if call.authorization is None:
        return "", True
    if call.assertion is not None:
        runtime = call.assertion.agent_runtime_id
        for observation in _looks(program):
            if runtime in (places := runtimes_of(observation)):
                return places[runtime], True
        return f"agent {runtime}, not stored here", False
    mark = call.credential_mark or ""
    for observation in _looks(program):
        if places_of := marks_of(observation).get(mark):
            return places_of[0].source, True
    if any(r.status is not None and r.status < 300 for r in program.evidence.refreshes):
        return f"a renewed token {mark}", False
    return f"{call.authorization} {mark}, not stored here", False


def _looks(program: Program) -> tuple[Observation, ...]:
    return tuple(seen for seen in (program.before, program.after) if seen is not None)


def _host(planned: PlannedRequest, call: RequestRecord, stand_in: str | None) -> Row:
    wanted = planned.base_url.split("://", 1)[-1].rstrip("/")
    path = re.sub(r"/responses(?:/compact)?(?:\?.*)?$", "", call.path)
    seen = f"{call.host}{path}"
    same = seen == wanted or (call.host == stand_in and wanted.endswith(path))
    meaning = ""
    if not same and call.host != _base_host(planned):
        meaning = (
            f"The request went to {call.host}: a base URL in the configuration, a profile or the "
            "environment leads there."
        )
    elif not same:
        meaning = "The host is right, the path is not: a base URL ends differently."
    return _row("host", "address", wanted, seen, same, meaning, call.number)


def _base_host(planned: PlannedRequest) -> str:
    return planned.base_url.split("://", 1)[-1].split("/", 1)[0]


def _account(planned: PlannedRequest, call: RequestRecord) -> Row:
    expected, observed = planned.account_id_header, call.account_header
    same = expected == observed
    meaning = ""
    if not same and observed is None:
        meaning = "Without the header the service takes the account's default workspace."
    elif not same and expected is None:
        meaning = "The account came from a look-up, or from another source than was read here."
    elif not same:
        meaning = "The request is for another account: two logins were mixed, or one was replaced."
    return _row(
        "account", "account", expected or "none", observed or "none", same, meaning, call.number
    )


def _fedramp(planned: PlannedRequest, call: RequestRecord) -> Row:
    words = {True: "sent", False: "not sent"}
    same = planned.fedramp == call.fedramp_header
    meaning = "" if same else "A FedRAMP workspace is served elsewhere: the answer will be a 404."
    if not same and call.fedramp_header:
        meaning = "The request asks for the FedRAMP service, which this account was not known for."
    expected, observed = words[planned.fedramp], words[call.fedramp_header]
    return _row("fedramp", "FedRAMP", expected, observed, same, meaning, call.number)


# ── what came of it ───────────────────────────────────────────────────────────────────────────────


def _answer(
    program: Program, prediction: Prediction, planned: PlannedRequest | None
) -> Iterator[Row]:
    last = program.evidence.last
    if planned is None and last is None:
        return
    well = prediction.outcome == "ready" and prediction.exit == 0
    expected = "accepted" if well else "refused"
    if planned is None:
        expected = "none"
    if last is None:
        if program.running:
            yield Row("answer", "answer", expected, _NOT_YET, "open")
        return
    observed, accepted = _answered(last)
    same = accepted if well else (last.status is not None and last.status >= 400)
    meaning = ""
    if not same and well:
        meaning = _sentence(last.meaning or last.error or "The server did not accept it")
    elif not same:
        meaning = "The server took what it was expected to refuse."
    yield _row("answer", "answer", expected, observed, same, meaning, last.number)


def _answered(record: RequestRecord) -> tuple[str, bool]:
    if record.status is None:
        return "no answer", False
    # A web page with status 200 is an answer of something in between.
    accepted = (record.status == 101 or 200 <= record.status < 300) and record.colour != "fail"
    words = "accepted" if accepted else record.reason or "not accepted"
    return f"{words} ({record.status})", accepted


def _refresh(program: Program, prediction: Prediction) -> Iterator[Row]:
    wanted = REFRESHED_FIRST in prediction.assumes
    seen = program.evidence.refreshes
    expected = "once" if wanted else "none"
    if not seen:
        status: Status = "same"
        meaning = ""
        if wanted:
            status = "open" if program.running else "differs"
            meaning = (
                "The stored token had expired by the clock of this machine, and was not renewed: "
                "another process did it first, or the clock is wrong."
            )
        observed = _NOT_YET if status == "open" else "none"
        yield Row("refresh", "refresh", expected, observed, status, meaning)
        return
    last = seen[-1]
    good = [r for r in seen if r.status is not None and r.status < 300]
    observed = f"{_times(len(seen))}, {_refresh_words(last)}"
    if wanted and len(seen) == 1 and good:
        yield Row("refresh", "refresh", expected, observed, "same", "", last.number)
        return
    yield Row(
        "refresh",
        "refresh",
        expected,
        observed,
        "differs",
        _why_refreshed(program, last, good=bool(good), wanted=wanted),
        last.number,
    )


def _refresh_words(record: RequestRecord) -> str:
    if record.status is None:
        return "no answer"
    return "accepted" if record.status < 300 else f"refused ({record.status})"


def _why_refreshed(program: Program, last: RequestRecord, *, good: bool, wanted: bool) -> str:
    if not good:
        return _sentence(f"The refresh token did not help: {last.meaning or last.error or 'no'}")
    if program.evidence.login_refused:
        return (
            "The service refused the stored token with 401, and the client used the refresh token "
            "to get another: the stored login was renewed by this program."
        )
    if wanted:
        return "It renewed the tokens more than once: each new token was refused as well."
    return "It renewed a token that had not expired by this machine's clock: look at the clock."


def _deletion(program: Program, prediction: Prediction) -> Iterator[Row]:
    if program.before is None or not _stored(program.before):
        return
    expected = "deleted" if prediction.deletes_stored_login else "stays"
    after, end = program.after, program.ended_at
    if end is None or after is None or after.at < end:
        yield Row("login", "stored login", expected, _NOT_YET, "open")
        return
    observed = "stays" if _stored(after) else "deleted"
    meaning = ""
    if observed != expected:
        meaning = (
            "The stored login was deleted: a restriction was violated, or the program logged out."
            if observed == "deleted"
            else "The stored login is still there: the restriction did not strike."
        )
    yield _row("login", "stored login", expected, observed, observed == expected, meaning)


def _stored(observation: Observation) -> bool:
    return (
        observation.auth_file.exists
        or observation.keyring.status == "present"
        or observation.encrypted.status == "present"
    )


def _exit(program: Program, prediction: Prediction) -> Iterator[Row]:
    expected = str(prediction.exit) if prediction.ends else "runs on"
    if program.running:
        yield Row("exit", "exit code", expected, "still running", "open")
        return
    if program.exit_status is None:
        observed = program.signal or "unknown"
        yield Row("exit", "exit code", expected, observed, "open", program.reason)
        return
    observed = str(program.exit_status)
    same = observed == expected
    meaning = ""
    if not same:
        meaning = (
            "It failed where it was expected to succeed: its message is in the next row."
            if program.exit_status
            else "It succeeded where it was expected to fail."
        )
    yield _row("exit", "exit code", expected, observed, same, meaning)


def _message(program: Program, prediction: Prediction, message: str | None) -> Iterator[Row]:
    expected = prediction.says
    if program.running:
        yield Row("message", "message", expected or "no error", message or _NOT_YET, "open")
        return
    if expected is None and program.exit_status == 0:
        message = None  # a warning on the way is no message of the end
    same = same_message(expected, message, program)
    meaning = ""
    if not same and message is None:
        meaning = "It ended without the message that was expected."
    elif not same:
        meaning = "The program's own words; the rows above say what is true."
    yield _row("message", "message", expected or "no error", message or "no error", same, meaning)


# ── what was wrong with it, whatever was expected ─────────────────────────────────────────────────


def _judged(program: Program) -> Iterator[Row]:
    """A row for each kind of fault in what requests carried."""
    named = named_hosts(program.before) if program.before is not None else frozenset()
    told: set[str] = set()
    for record in program.evidence.suspects:
        for found in judge_request(record, named):
            if found.status == "fail" and found.id not in told:
                told.add(found.id)
                yield Row(
                    f"judged.{found.id}",
                    found.label,
                    found.expected,
                    found.observed,
                    "differs",
                    found.meaning,
                    record.number,
                )


def _row(
    id: str,  # noqa: A002 - the field's name
    label: str,
    expected: str,
    observed: str,
    same: bool,
    meaning: str,
    request: int | None = None,
) -> Row:
    return Row(id, label, expected, observed, "same" if same else "differs", meaning, request)


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
