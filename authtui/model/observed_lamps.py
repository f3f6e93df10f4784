"""The lamps `sent` and `accepted`, lit by what was seen on the wire and by nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.checks.findings import Lamp
from authtui.checks.observed import judge_request, worst
from authtui.checks.phrases import NOT_ANSWERED_YET
from authtui.model import events as ev

if TYPE_CHECKING:
    from authtui.checks.findings import Assessment, Light
    from authtui.wire.records import RequestRecord

_WORDS = {
    "Bearer sk-": "API key",
    "Bearer at-": "access token",
    "Bearer JWT": "ChatGPT token",
}


def lit(
    judged: Assessment,
    call: RequestRecord | None,
    answer: ev.Asserted | None,
    named: frozenset[str] = frozenset(),
) -> Assessment:
    """An assessment whose lamps and verdict follow what was seen.

    `named` are the hosts that the configuration names: a credential belongs there, too.
    """
    found = judged
    if call is not None:
        found = found._replace(lamps=found.lamps._replace(sent=sent_lamp(call, named)))
    return found if answer is None else _with_answer(found, answer)


def predicted(judged: Assessment) -> Assessment:
    """The assessment, its lamp `sent` marked as a prediction: nothing was seen to leave yet."""
    lamp = judged.lamps.sent
    return judged._replace(
        lamps=judged.lamps._replace(sent=lamp._replace(reason=f"predicted: {lamp.reason}"))
    )


def sent_lamp(call: RequestRecord, named: frozenset[str] = frozenset()) -> Lamp:
    """The lamp that a model call lights: red where its credential is none or does not fit."""
    if call.authorization is None:
        return Lamp("red", f"seen: no credential, to {call.host}")
    text = f"seen: {_WORDS.get(call.authorization, call.authorization)} to {call.host}"
    fault = worst(judge_request(call, named))
    if fault is None:
        return Lamp("green", text)
    light: Light = "red" if fault.status == "fail" else "amber"
    return Lamp(light, f"{text}; {fault.label}: {fault.observed}")


def answer_of(record: RequestRecord, event: ev.Event) -> ev.Asserted:
    """The answer to a model call that was seen, as the lamp `accepted` reads one."""
    return ev.Asserted(
        event.sequence,
        event.at,
        event.cause,
        record.status,
        record.authorization,
        record.host,
        by_auth_server=_by_auth_server(record),
        meaning=record.meaning or record.error or "",
    )


def _by_auth_server(record: RequestRecord) -> bool:
    """Whether the service itself answered: no web page, no edge, no other host."""
    status = record.status
    if status is None or status == 407 or 300 <= status < 400:
        return False
    return record.content_type != "text/html" and "not by the login" not in record.meaning


def accepted_lamp(answer: ev.Asserted) -> Lamp:
    """The lamp an observed answer lights: green and red only on the service's own word."""
    host = answer.host or "the server"
    said = f": {answer.meaning}" if answer.meaning else ""
    if answer.status is None:
        return Lamp("grey", f"{host} gave no answer{said}")
    text = f"{host} answered {answer.status}{said}"
    if not answer.by_auth_server:
        return Lamp("amber", text)
    if answer.status == 101 or 200 <= answer.status < 300:
        return Lamp("green", text)
    return Lamp("red" if answer.status in (401, 403) else "amber", text)


def _with_answer(assessment: Assessment, answer: ev.Asserted) -> Assessment:
    lamp = accepted_lamp(answer)
    assessment = assessment._replace(lamps=assessment.lamps._replace(accepted=lamp))
    verdict = assessment.verdict
    if NOT_ANSWERED_YET not in verdict.sentence:
        return assessment
    said = {
        "green": "The server accepted it.",
        "red": f"The server refused it: {answer.status}.",
    }.get(lamp.light, f"It is still open: {lamp.reason}.")
    verdict = verdict._replace(sentence=verdict.sentence.replace(NOT_ANSWERED_YET, said))
    if lamp.light == "red":
        verdict = verdict._replace(
            outcome="degraded",
            kind="record-not-what-it-seems",
            headline="The server refuses this credential",
        )
    return assessment._replace(verdict=verdict)
