"""What the first model call carried and where it went, beside what was expected; what is wrong."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from authtui.credentials.marks import marks_of, runtimes_of
from authtui.simulation.urls import host_of
from authtui.verdict.comparison_rows import NOT_YET, Row, row
from authtui.verdict.observed_request import LOOPBACK, judge_request, named_hosts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authtui.answers.findings import PlannedRequest
    from authtui.exchanges.evidence import ObservedProgram
    from authtui.exchanges.records import RequestRecord
    from authtui.machine.observation import Observation
    from authtui.verdict.comparison_rows import Status
    from authtui.verdict.observed_request import Judgement

GOES_WITH_IT: Final = "It follows from the credential that was used instead."
"""Said of what differs only because another credential was used."""


def request_rows(program: ObservedProgram, planned: PlannedRequest | None) -> Iterator[Row]:
    """What the first model call carried; `planned` None: none was expected."""
    call = program.evidence.first
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
        if program.running or program.stopped:
            yield Row("sent", "request", expected, NOT_YET, "open")
            return
        meaning = (
            "It ended without a model call: it stopped on the way, and its last message says why."
        )
        yield Row("sent", "request", expected, "none", "differs", meaning)
        return
    used = (_authorization(planned, call), _credential(program, planned, call))
    another = any(found.status == "differs" for found in used)
    yield from used
    for found in (_host(planned, call), _account(program, planned, call), _fedramp(planned, call)):
        explained = another and found.status == "differs"
        yield found._replace(meaning=GOES_WITH_IT) if explained else found


def _authorization(planned: PlannedRequest, call: RequestRecord) -> Row:
    expected, observed = planned.authorization, _scheme_of(call)
    same = expected == observed
    meaning = ""
    if not same and observed is None:
        meaning = (
            "Nothing was attached: the credential was dropped silently, or a provider "
            "setting attaches none."
        )
    elif not same and expected is None:
        meaning = "A credential was attached that was not known here: another source holds one."
    elif not same:
        meaning = "Another kind of credential won: look at the row `credential` for which."
    shown = call.authorization or "nothing"
    return row("authorization", "scheme", expected or "nothing", shown, same, meaning, call.number)


def _scheme_of(call: RequestRecord) -> str | None:
    """`Bearer` of `Bearer JWT`; None where nothing was attached."""
    carried = call.authorization
    return None if carried is None else carried.partition(" ")[0]


def _credential(program: ObservedProgram, planned: PlannedRequest, call: RequestRecord) -> Row:
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
        meaning = f"{observed} was used, where {expected} was expected: the client prefers it."
    return row("credential", "credential", expected, observed, same, meaning, call.number)


def _source_of(program: ObservedProgram, call: RequestRecord) -> tuple[str, bool]:
    """Which source the credential on the wire comes from, and whether that is certain."""
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
        return f"a refreshed token {mark}", False
    return f"{call.authorization} {mark}, not stored here", False


def _looks(program: ObservedProgram) -> tuple[Observation, ...]:
    return tuple(seen for seen in (program.before, program.after) if seen is not None)


def _host(planned: PlannedRequest, call: RequestRecord) -> Row:
    """The address; a loopback host with the path of the service counts as the service.

    The client would go there by itself only if it is configured to, and then that is predicted.
    """
    wanted = planned.base_url.split("://", 1)[-1].rstrip("/")
    path = re.sub(r"/responses(?:/compact)?(?:\?.*)?$", "", call.path)
    seen = f"{call.host}{path}"
    stands_in = LOOPBACK.fullmatch(host_of(call.host)) is not None and wanted.endswith(path)
    same = seen == wanted or (stands_in and path != "")
    meaning = ""
    if not same and call.host != _base_host(planned):
        meaning = (
            f"The request went to {call.host}: a base URL in the configuration, a profile or the "
            "environment leads there."
        )
    elif not same:
        meaning = "The host is right, the path is not: a base URL ends differently."
    return row("host", "address", wanted, seen, same, meaning, call.number)


def _base_host(planned: PlannedRequest) -> str:
    return planned.base_url.split("://", 1)[-1].split("/", 1)[0]


def _account(program: ObservedProgram, planned: PlannedRequest, call: RequestRecord) -> Row:
    expected, observed = planned.account_id_header, call.account_header
    mode = program.expected.verdict.mode if program.expected is not None else None
    if expected is None and mode == "personal_access_token" and observed is not None:
        # Which account such a token belongs to is known to the server alone, which is asked first.
        return row("account", "account", "as whoami says", observed, True, "", call.number)
    same = expected == observed
    meaning = ""
    if not same and observed is None:
        meaning = "Without the header the service takes the account's default workspace."
    elif not same and expected is None:
        meaning = "The account came from a look-up, or from another source than was read here."
    elif not same:
        meaning = "The request is for another account: two logins were mixed, or one was replaced."
    return row(
        "account", "account", expected or "none", observed or "none", same, meaning, call.number
    )


def _fedramp(planned: PlannedRequest, call: RequestRecord) -> Row:
    words = {True: "sent", False: "not sent"}
    same = planned.fedramp == call.fedramp_header
    meaning = "" if same else "A FedRAMP workspace is served elsewhere: the answer will be a 404."
    if not same and call.fedramp_header:
        meaning = "The request asks for the FedRAMP service, which this account was not known for."
    expected, observed = words[planned.fedramp], words[call.fedramp_header]
    return row("fedramp", "FedRAMP", expected, observed, same, meaning, call.number)


def judged_rows(program: ObservedProgram) -> Iterator[Row]:
    """A row for each kind of fault in what requests carried; for an assertion, also what is right.

    These faults are wrong whatever was expected.
    """
    named = named_hosts(program.before, program.expected)
    told: set[str] = set()
    for record in program.evidence.suspects:
        for found in judge_request(record, named):
            if found.status == "fail" and found.id not in told:
                told.add(found.id)
                yield _judged(found, record, "differs")
    first = program.evidence.first
    if first is None or first.assertion is None:
        return
    for found in judge_request(first, named):
        if found.id.startswith("assertion.") and found.id not in told and found.status != "fail":
            yield _judged(found, first, "same" if found.status == "pass" else "open")


def _judged(found: Judgement, record: RequestRecord, status: Status) -> Row:
    return Row(
        f"judged.{found.id}",
        found.label,
        found.expected,
        found.observed,
        status,
        found.meaning,
        record.number,
    )
