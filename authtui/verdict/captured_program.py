"""The verdict on a watched program: what came of the prediction, in one sentence. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.answers.findings import Fix
from authtui.exchanges.meaning import NOT_FROM_THE_SERVER
from authtui.verdict.comparison import comparison_of
from authtui.verdict.look_up import look_up_words, seen_fault
from authtui.verdict.refused_refresh import refusal_of_refresh, standing_refusal
from authtui.verdict.request_rows import GOES_WITH_IT

if TYPE_CHECKING:
    from authtui.answers.findings import Assessment, Kind, Verdict
    from authtui.exchanges.evidence import ObservedProgram
    from authtui.exchanges.records import RequestRecord
    from authtui.machine.observation import Observation
    from authtui.verdict.comparison import Comparison
    from authtui.verdict.comparison_rows import Row

_ELSEWHERE: Final = ("host", "judged.route.host", "judged.route.plain")
_ANOTHER: Final = ("authorization", "credential", "sent")
_CONSEQUENCES: Final = ("exit", "message")
_LOGIN: Final = Fix("log in again", "codex login")
_FIXES: Final = {
    "login": _LOGIN,
    "judged.account.token": _LOGIN,
    "judged.token.expiry": _LOGIN,
    "preparation.whoami": Fix("make a new personal access token, and put it in its place"),
    "preparation.task-register": Fix("look at the clock, then register the agent again"),
    "judged.assertion.time": Fix("set the clock of this machine"),
    "judged.assertion.signature": Fix("register the agent again, or restore its key"),
}
_REFUSED: Final = {
    "Bearer sk-": Fix(
        "make a new key, and log in with it",
        "printenv OPENAI_API_KEY | codex login --with-api-key",
    ),
    "Bearer at-": Fix("make a new personal access token, and put it in place of this one"),
    "Bearer JWT": _LOGIN,
}


_Asked = tuple["Assessment", "ObservedProgram", "Observation | None"]


class _LastJudgement:
    """The last judgement: made once for each state, whoever asks."""

    made: tuple[_Asked, Assessment] | None = None


def with_program(
    found: Assessment, program: ObservedProgram, observation: Observation | None
) -> Assessment:
    """The assessment whose verdict tells what came of the newest watched program."""
    last = _LastJudgement.made
    asked = (found, program, observation)
    if last is not None and all(a is b for a, b in zip(asked, last[0], strict=True)):
        return last[1]
    verdict = judge_program(program, comparison_of(program), found, observation)
    judged = found._replace(verdict=verdict)
    _LastJudgement.made = (asked, judged)
    return judged


def judge_program(
    program: ObservedProgram,
    compared: Comparison,
    found: Assessment,
    observation: Observation | None = None,
) -> Verdict:
    """The verdict on a program, of which `compared` is the comparison at this moment."""
    predicted = program.expected.verdict if program.expected is not None else found.verdict
    refused = standing_refusal(program.rotations)
    if refused is not None and not _well(program):
        told = refusal_of_refresh(refused, program.rotations, observation)
        verdict = told.on(predicted._replace(deletes_stored_login=False), compared.message)
        if program.running:
            return verdict
        return verdict._replace(outcome="refused")
    if compared.differences:
        return _differing(program, compared, predicted)
    return _as_predicted(program, compared, predicted)


def judge_start(verdict: Verdict, failure: str | None) -> Verdict:
    """The verdict before a program runs; `failure` says why it could not be started."""
    if failure:
        return verdict._replace(
            outcome="refused",
            kind="ready",
            headline="The program did not start",
            sentence=failure,
            client_message=None,
            deletes_stored_login=False,
            fix=(),
        )
    return verdict._replace(
        outcome="not-logged-in",
        kind="ready",
        headline="Starting the program",
        sentence=f"Predicted: {verdict.sentence}",
        fix=(),
    )


def _differing(program: ObservedProgram, compared: Comparison, predicted: Verdict) -> Verdict:
    rows = compared.differences
    looked_up = _failed_look_up(program, rows)
    if looked_up is not None:
        return _stopped_at_look_up(program, compared, predicted, looked_up)
    labels = ", ".join(row.label for row in rows[:3])
    more = f" and {len(rows) - 3} more" if len(rows) > 3 else ""
    well = _well(program)
    return predicted._replace(
        outcome="degraded" if well else "refused",
        kind=_kind(rows[0]),
        headline=f"Not as predicted: {labels}{more}",
        sentence=_sentence(rows),
        client_message=compared.message,
        deletes_stored_login=False,
        fix=_fix(program, rows, predicted, well=well),
    )


def _failed_look_up(program: ObservedProgram, rows: tuple[Row, ...]) -> RequestRecord | None:
    """The workspace look-up, where its answer is the first thing that was not predicted."""
    found = (r for r in program.evidence.preparations if r.purpose == "accounts-check")
    record = next(found, None)
    return record if record is not None and rows[0].request == record.number else None


def _stopped_at_look_up(
    program: ObservedProgram, compared: Comparison, predicted: Verdict, record: RequestRecord
) -> Verdict:
    """What the answer means for a start without capture; there the client may well go on."""
    source = program.expected.lamps.selected.reason if program.expected is not None else ""
    told = look_up_words(seen_fault(record), source or "the login")
    well = _well(program)
    went_on = (
        " Here Codex goes on all the same, because it is given the address of model requests; "
        "without capture it stops."
    )
    return predicted._replace(
        outcome="degraded" if well else "refused",
        kind=told.kind,
        headline=told.headline,
        sentence=told.sentence + (went_on if well else ""),
        culprit=told.culprit,
        client_message=compared.message,
        deletes_stored_login=False,
        fix=told.fixes,
    )


def _well(program: ObservedProgram) -> bool:
    """Whether it goes well so far, or went well to its end."""
    if program.running:
        return program.evidence.last is None or _accepted(program)
    return program.exit_status == 0 and not program.stopped


def _fix(
    program: ObservedProgram, rows: tuple[Row, ...], predicted: Verdict, *, well: bool
) -> tuple[Fix, ...]:
    """What to do: where it ended well nothing has to be done."""
    if well:
        return ()
    known = next((_FIXES[row.id] for row in rows if row.id in _FIXES), None)
    last = program.evidence.last
    elsewhere = any(row.id in (*_ANOTHER, *_ELSEWHERE) for row in rows)
    if known is None and not elsewhere and last is not None and last.status == 401:
        known = _REFUSED.get(last.authorization or "")
    if known is not None:
        return (known,)
    return predicted.fix if predicted.outcome != "ready" else ()


def _sentence(rows: tuple[Row, ...]) -> str:
    """What the differences mean that explain something, the first two of them."""
    telling = [
        row for row in rows if row.id not in _CONSEQUENCES and row.meaning != GOES_WITH_IT
    ] or list(rows[:1])
    return " ".join(row.meaning for row in telling[:2])


def _kind(row: Row) -> Kind:
    if row.id in _ELSEWHERE:
        return "request-went-elsewhere"
    if row.id in _ANOTHER:
        return "another-source-won"
    if any(words in row.meaning for words in NOT_FROM_THE_SERVER):
        return "answer-not-from-auth-server"
    return "record-not-what-it-seems"


def _as_predicted(program: ObservedProgram, compared: Comparison, predicted: Verdict) -> Verdict:
    if program.running:
        headline = "Running, as predicted so far"
        if program.evidence.first is None:
            headline = "Running: no model call was seen yet"
        calm = predicted.outcome == "ready"
        return predicted._replace(
            outcome="ready" if calm and _accepted(program) else "not-logged-in",
            kind="ready",
            headline=headline,
            client_message=compared.message,
            sentence=f"Predicted: {predicted.sentence}",
        )
    if compared.surface is None:
        return predicted._replace(
            outcome="ready" if program.exit_status == 0 else "degraded",
            kind="ready",
            headline="It ended; nothing was predicted for this command",
            sentence=program.reason or "Its requests are judged by themselves.",
            client_message=compared.message,
            deletes_stored_login=False,
            fix=(),
        )
    if program.stopped:
        return predicted._replace(
            outcome="not-logged-in",
            kind="ready",
            headline="Ended from outside; as predicted until then",
            sentence=program.reason,
            client_message=compared.message,
            deletes_stored_login=False,
            fix=(),
        )
    if predicted.outcome == "ready" and predicted.kind == "ready":
        sentence = "Every row is as predicted: what was sent, to whom, the answer, and its end."
        headline = "As predicted: accepted, and it ended well"
        return predicted._replace(headline=headline, sentence=sentence, fix=())
    return predicted._replace(
        headline=f"As predicted: {predicted.headline}",
        client_message=compared.message or predicted.client_message,
        deletes_stored_login=False,
    )


def _accepted(program: ObservedProgram) -> bool:
    last = program.evidence.last
    return last is not None and last.status is not None and last.status < 300
