"""The lamps `sent` and `accepted`, lit by what was seen on the wire and by nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.answers.findings import Lamp
from authtui.checks.phrases import NOT_ANSWERED_YET
from authtui.exchanges.evidence import AnswerEvidence
from authtui.exchanges.meaning import NOT_FROM_THE_SERVER
from authtui.verdict.observed_request import judge_request, worst

if TYPE_CHECKING:
    from datetime import datetime

    from authtui.answers.findings import Assessment, Light
    from authtui.exchanges.records import RequestRecord

_OLD_SECONDS: Final = 60.0
_WORDS = {
    "Bearer sk-": "API key",
    "Bearer at-": "access token",
    "Bearer JWT": "ChatGPT token",
}


def with_lamps(
    found: Assessment,
    call: RequestRecord | None,
    answer: AnswerEvidence | None,
    named: frozenset[str],
    now: datetime | None = None,
) -> Assessment:
    """An assessment whose lamps and verdict follow the model call and the answer that were seen.

    `named` are the hosts that the configuration names: a credential may be sent there, too. From a
    minute before `now` on an answer is told with its time.
    """
    if call is not None:
        found = found._replace(lamps=found.lamps._replace(sent=_sent_lamp(call, named)))
    return found if answer is None else _with_answer(found, answer, now)


def predicted(judged: Assessment) -> Assessment:
    """The assessment with its lamp `sent` marked as a prediction: no request was seen yet."""
    lamp = judged.lamps.sent
    return judged._replace(
        lamps=judged.lamps._replace(sent=lamp._replace(reason=f"predicted: {lamp.reason}"))
    )


def _sent_lamp(call: RequestRecord, named: frozenset[str]) -> Lamp:
    """The lamp that a model call lights: red where its credential is missing or unfit."""
    if call.authorization is None:
        return Lamp("red", f"seen: no credential, to {call.host}")
    text = f"seen: {_WORDS.get(call.authorization, call.authorization)} to {call.host}"
    fault = worst(judge_request(call, named))
    if fault is None:
        return Lamp("green", text)
    light: Light = "red" if fault.status == "fail" else "amber"
    return Lamp(light, f"{text}; {fault.label}: {fault.observed}")


def answer_of(record: RequestRecord) -> AnswerEvidence:
    """The answer to a model call that was seen, as if authtui had sent the request itself."""
    return AnswerEvidence(
        record.status,
        record.authorization,
        record.host,
        by_auth_server=_by_auth_server(record),
        meaning=record.meaning or record.error or "",
        at=record.at,
        mark=record.credential_mark,
    )


def _by_auth_server(record: RequestRecord) -> bool:
    """Whether the service itself answered, not a proxy, a web page or the edge of its network.

    Whether something in between answered is known by the words of `wire.meaning`.
    """
    status = record.status
    if status is None or status == 407 or 300 <= status < 400:
        return False
    if record.content_type == "text/html":
        return False
    return not any(words in record.meaning for words in NOT_FROM_THE_SERVER)


def _accepted_lamp(answer: AnswerEvidence, mode: str | None, now: datetime | None) -> Lamp:
    """The lamp that an answer lights: green and red only where the service itself answered.

    An answer to another credential, or to none, says nothing of the one that is shown.
    """
    lamp = _by_answer(answer, mode)
    if now is None or answer.at is None or (now - answer.at).total_seconds() < _OLD_SECONDS:
        return lamp
    return lamp._replace(reason=f"{lamp.reason} (at {answer.at:%H:%M:%S} UTC)")


def _by_answer(answer: AnswerEvidence, mode: str | None) -> Lamp:
    host = answer.host or "the server"
    if answer.other is not None:
        return Lamp("grey", f"{host} answered {answer.status} to {answer.other}, not to this one")
    well = answer.status is not None and (answer.status == 101 or 200 <= answer.status < 300)
    # A provider's own key may stand in another header than Authorization.
    if well and answer.authorization is None and mode != "provider":
        return Lamp("grey", f"{host} answered {answer.status} to a request without a credential")
    if well and answer.overtaken:
        return Lamp("amber", f"{host} accepted it once; its refresh was refused since")
    said = f": {answer.meaning}" if answer.meaning else ""
    if answer.status is None:
        return Lamp("grey", f"{host} gave no answer{said}")
    text = f"{host} answered {answer.status}{said}"
    if not answer.by_auth_server:
        return Lamp("amber", text)
    if well:
        return Lamp("green", text)
    return Lamp("red" if answer.status in (401, 403) else "amber", text)


def _with_answer(
    assessment: Assessment, answer: AnswerEvidence, now: datetime | None
) -> Assessment:
    lamp = _accepted_lamp(answer, assessment.verdict.mode, now)
    assessment = assessment._replace(lamps=assessment.lamps._replace(accepted=lamp))
    verdict = assessment.verdict
    if NOT_ANSWERED_YET not in verdict.sentence:
        return assessment
    said = {
        "green": "The server accepted it.",
        "red": f"The server refused it: {answer.status}.",
    }.get(lamp.light, f"Not decided yet: {lamp.reason}.")
    verdict = verdict._replace(sentence=verdict.sentence.replace(NOT_ANSWERED_YET, said))
    if lamp.light == "red":
        verdict = verdict._replace(
            outcome="degraded",
            kind="record-not-what-it-seems",
            headline="The server refuses this credential",
        )
    return assessment._replace(verdict=verdict)
