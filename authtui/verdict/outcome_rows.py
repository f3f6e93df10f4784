"""How a program fared: answers, refreshes, the stored login, its end and its last message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.exchanges.evidence import ANOTHER_PROCESS
from authtui.simulation.refreshing import REFRESHED
from authtui.verdict.comparison_rows import NOT_YET, Row, Status, row
from authtui.verdict.program_messages import same_message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authtui.answers.findings import PlannedRequest, Prediction
    from authtui.exchanges.evidence import ObservedProgram
    from authtui.exchanges.records import RequestRecord
    from authtui.machine.observation import Observation


_LABELS: Final = {"accounts-check": "workspace look-up"}


def preparation_rows(program: ObservedProgram, prediction: Prediction) -> Iterator[Row]:
    """The requests before the first model call that failed; expected if no good end was."""
    for record in program.evidence.preparations:
        status: Status = "differs" if prediction.outcome == "ready" else "same"
        words = record.reason or ("no answer" if record.status is None else "refused")
        if record.status is not None and record.status < 300:
            words = "of no use"
        observed = words if record.status is None else f"{words} ({record.status})"
        yield Row(
            f"preparation.{record.purpose}",
            _LABELS.get(record.purpose, record.purpose),
            "answered" if status == "differs" else "refused",
            observed,
            status,
            f"{_sentence(record.meaning or record.error or 'It failed')} This comes before the "
            "first model call: without it the client drops the credential or stops.",
            record.number,
        )


def answer_rows(
    program: ObservedProgram, prediction: Prediction, planned: PlannedRequest | None
) -> Iterator[Row]:
    """The answer to the last model call, if it tells something about the server."""
    last = program.evidence.last
    if planned is None and last is None:
        return
    well = prediction.outcome == "ready" and prediction.exit == 0
    expected = "accepted" if well else "refused"
    if planned is None:
        expected = "none"
    if last is None or (program.stopped and last.status is None):
        # A connection that closed because the program was ended says nothing about a server.
        if program.running or last is not None:
            yield Row("answer", "answer", expected, NOT_YET, "open")
        return
    observed, accepted = _answered(last)
    same = accepted if well else (last.status is not None and last.status >= 400)
    meaning = ""
    if not same and well:
        meaning = _sentence(last.meaning or last.error or "The server did not accept it")
    elif not same:
        meaning = "The server took what it was expected to refuse."
    yield row("answer", "answer", expected, observed, same, meaning, last.number)


def _answered(record: RequestRecord) -> tuple[str, bool]:
    if record.status is None:
        return "no answer", False
    # A web page with status 200 is an answer of something in between.
    accepted = (record.status == 101 or 200 <= record.status < 300) and record.colour != "fail"
    words = "accepted" if accepted else record.reason or "not accepted"
    return f"{words} ({record.status})", accepted


def refresh_rows(program: ObservedProgram, prediction: Prediction) -> Iterator[Row]:
    """Whether the tokens were refreshed, how often, and why."""
    wanted = REFRESHED in prediction.assumes
    seen = program.evidence.refreshes
    expected = "once" if wanted else "none"
    if not seen:
        status: Status = "same"
        meaning = ""
        if wanted:
            status = "open" if program.running else "differs"
            meaning = (
                "The stored token had expired by the clock of this machine, and was not refreshed: "
                "another process did it first, or the clock is wrong."
            )
        observed = NOT_YET if status == "open" else "none"
        yield Row("refresh", "refresh", expected, observed, status, meaning)
        return
    last = seen[-1]
    good = [r for r in seen if r.status is not None and r.status < 300]
    observed = f"{_times(len(seen))}, {_refresh_words(last)}"
    own = [r for r in program.rotations if r.accepted and r.by != ANOTHER_PROCESS]
    if own and len(seen) == 1:
        observed = f"once, {own[-1].old or 'none'} → {own[-1].new or 'none'}"
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
        (last if good else seen[0]).number,
    )


def _refresh_words(record: RequestRecord) -> str:
    if record.status is None:
        return "no answer"
    return "accepted" if record.status < 300 else f"refused ({record.status})"


def _why_refreshed(
    program: ObservedProgram, last: RequestRecord, *, good: bool, wanted: bool
) -> str:
    if not good:
        return _sentence(f"The refresh token did not help: {last.meaning or last.error or 'no'}")
    call = program.evidence.last
    if call is not None and call.status == 401 and call.number > last.number:
        return (
            "Each refreshed token was refused as well: the tokens are not what is wrong. Look at "
            "what the service lets this account do, and at what answers in its place."
        )
    if program.evidence.login_refused:
        return (
            "The service refused the stored token with 401, and the client used the refresh token "
            "to get another: this program refreshed the stored login."
        )
    if wanted:
        return "It refreshed the tokens more than once: each new token was refused as well."
    return "It refreshed a token that had not expired by this machine's clock: look at the clock."


def rotated_rows(program: ObservedProgram) -> Iterator[Row]:
    """Whether another process used up the refresh token meanwhile; no row if none did."""
    others = [r for r in program.rotations if r.by == ANOTHER_PROCESS]
    if not others:
        return
    marks = f"{others[-1].old or 'none'} → {others[-1].new or 'none'}"
    meaning = (
        f"Another process refreshed the shared login ({marks}) while this one ran. A refresh token "
        "works once: who comes second with the old one is told `refresh_token_reused`."
    )
    yield Row("rotation", "rotation", "none by others", ANOTHER_PROCESS, "differs", meaning)


def deletion_rows(program: ObservedProgram, prediction: Prediction) -> Iterator[Row]:
    """Whether the stored login is still there; known once it is read after the end."""
    if program.before is None or not _stored(program.before):
        return
    expected = "deleted" if prediction.deletes_stored_login else "stays"
    after, end = program.after, program.ended_at
    if end is None or after is None or after.at < end:
        yield Row("login", "stored login", expected, NOT_YET, "open")
        return
    observed = "stays" if _stored(after) else "deleted"
    meaning = ""
    if observed != expected:
        meaning = (
            "The stored login was deleted: a restriction was violated, or the program logged out."
            if observed == "deleted"
            else "The stored login is still there: the restriction was not applied."
        )
    yield row("login", "stored login", expected, observed, observed == expected, meaning)


def _stored(observation: Observation) -> bool:
    return (
        observation.auth_file.exists
        or observation.keyring.status == "present"
        or observation.encrypted.status == "present"
    )


def exit_rows(program: ObservedProgram, prediction: Prediction) -> Iterator[Row]:
    """The exit code; a program that was ended from outside has none to compare."""
    expected = str(prediction.exit) if prediction.ends else "runs on"
    if program.running:
        yield Row("exit", "exit code", expected, "still running", "open")
        return
    if program.stopped or program.exit_status is None:
        observed = program.signal or "unknown"
        yield Row("exit", "exit code", expected, observed, "open", program.reason)
        return
    observed = str(program.exit_status)
    same = observed == expected
    meaning = ""
    if not same:
        meaning = (
            "It failed where it was expected to succeed."
            if program.exit_status
            else "It succeeded where it was expected to fail."
        )
    yield row("exit", "exit code", expected, observed, same, meaning)


def message_rows(
    program: ObservedProgram, prediction: Prediction, message: str | None
) -> Iterator[Row]:
    """The program's last message."""
    expected = prediction.says
    if program.running or program.stopped:
        seen = message or (NOT_YET if program.running else "no error")
        yield Row("message", "message", expected or "no error", seen, "open")
        return
    if expected is None and program.exit_status == 0:
        message = None  # a warning on the way is no message of the end
    same = same_message(expected, message, program)
    meaning = ""
    if not same and message is None:
        meaning = "It ended without the message that was expected."
    elif not same:
        meaning = "The program's own words; the rows above say what is true."
    yield row("message", "message", expected or "no error", message or "no error", same, meaning)


def _times(count: int) -> str:
    """`once`, `twice`, `3 times`."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _sentence(text: str) -> str:
    """A text with a capital at its start and a stop at its end."""
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
