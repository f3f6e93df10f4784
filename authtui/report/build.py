"""Builds a `Report` of what was seen and judged. Pure: the same facts and key make the same one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.answers.differences import PROGRAMS
from authtui.checks.all_checks import REGISTER
from authtui.checks.failure_modes import failure_modes
from authtui.record import NamedTuple
from authtui.report import schema
from authtui.report.experiments import run_experiments
from authtui.report.observed_values import (
    claims_of,
    fields_of,
    files_of,
    plan_of_tokens,
    settings_of,
    variables_of,
)
from authtui.report.redactor import Redactor
from authtui.report.sensitive import learn
from authtui.report.timeline import timeline_of
from authtui.tokens.times import utc_text
from authtui.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from authtui.answers.findings import Assessment, CheckResult, Fix
    from authtui.assessment.options import Options
    from authtui.exchanges.records import RequestRecord
    from authtui.machine.observation import Observation
    from authtui.model.events import Event
    from authtui.report.machine import Machine

REDACTED: Final = (
    "No secret is in this report. A secret shows as its class, its length and a mark; the same "
    "value has the same mark within this report and another one in the next. Accounts, users and "
    "addresses are stand-ins such as acct-A; tokens are decoded, not verified, unless it says so."
)
_NO_PROBES: Final = "None was run: authtui reads files and variables and contacts nobody."
_REQUESTS_KEPT: Final = 200


class ReportInput(NamedTuple):
    """What a report is made of; `key` are 16 random bytes for its marks, used once."""

    observation: Observation
    assessment: Assessment
    options: Options
    machine: Machine
    key: bytes
    requests: Sequence[RequestRecord] = ()
    events: Sequence[Event] = ()


def build(given: ReportInput) -> schema.Report:
    """Make a redacted report of what was observed and judged."""
    seen, found = given.observation, given.assessment
    redactor = Redactor(given.machine, given.key)
    requests = given.requests[-_REQUESTS_KEPT:]
    learn(redactor, seen, found, requests)
    return schema.Report(
        schema=schema.VERSION,
        authtui=__version__,
        made_at=utc_text(seen.at),
        redacted=REDACTED,
        home=redactor.text(found.home),
        verdict=_verdict(redactor, found),
        lamps=tuple(
            schema.LampPart(name, lamp.light, redactor.text(lamp.reason))
            for name, lamp in zip(found.lamps._fields, found.lamps, strict=True)
        ),
        client=_client(redactor, given),
        sources=tuple(_sources(redactor, found)),
        matrix=tuple(_matrix(redactor, found)),
        tokens=tuple(
            schema.TokenPart(
                redactor.text(token.name),
                redactor.text(token.origin),
                token.verified,
                redactor.text(token.verified_note),
                tuple(map(redactor.text, token.problems)),
                tuple(claims_of(redactor, token)),
            )
            for token in found.tokens
        ),
        record=tuple(fields_of(redactor, seen)),
        configuration=tuple(settings_of(redactor, seen.config)),
        environment=tuple(variables_of(redactor, seen.environment)),
        files=tuple(files_of(redactor, seen)),
        checks=tuple(_check(redactor, c) for c in found.checks if c.status != "pass"),
        excluded=_excluded(redactor, found),
        experiments=tuple(run_experiments(redactor, seen, found, given.options)),
        timeline=tuple(timeline_of(redactor, seen, found, requests, given.events)),
        requests=tuple(_request(redactor, record) for record in requests),
        probes=_probes(requests, len(given.requests)),
        clock=_clock(given, requests),
        programs=tuple(_programs(redactor, found)),
    )


def _verdict(redactor: Redactor, found: Assessment) -> schema.VerdictPart:
    verdict = found.verdict
    return schema.VerdictPart(
        verdict.outcome,
        verdict.kind,
        verdict.mode,
        redactor.text(verdict.headline),
        redactor.text(verdict.sentence),
        None if verdict.culprit is None else redactor.text(verdict.culprit),
        redactor.lines(verdict.client_message),
        verdict.client_exit,
        verdict.deletes_stored_login,
        tuple(map(redactor.text, verdict.assumes)),
        tuple(_fix(redactor, fix) for fix in verdict.fix),
        plan_of_tokens(redactor, found),
    )


def _fix(redactor: Redactor, fix: Fix) -> str:
    # The backticks mark what is typed; Markdown makes code of it.
    return redactor.text(f"{fix.text}: `{fix.command}`" if fix.command else fix.text)


def _client(redactor: Redactor, given: ReportInput) -> schema.Client:
    seen, choice = given.observation, given.assessment.contract
    return schema.Client(
        choice.name,
        choice.title,
        choice.chosen_by,
        choice.client_version,
        None if choice.note is None else redactor.text(choice.note),
        given.assessment.surface,
        tuple(
            schema.Installed(
                redactor.text(copy.path),
                None if copy.version is None else redactor.text(copy.version),
                redactor.text(copy.found_by),
            )
            for copy in seen.clients
        ),
        redactor.text(given.machine.platform or seen.host.platform),
        tuple(map(redactor.text, seen.host.marks)),
        redactor.text(given.machine.terminal),
        redactor.text(given.machine.python),
    )


def _sources(redactor: Redactor, found: Assessment) -> Iterator[schema.SourcePart]:
    for source in found.sources:
        why = "; ".join(filter(None, (source.detail, source.reason)))
        yield schema.SourcePart(
            source.rank,
            redactor.text(source.name),
            redactor.text(source.place),
            source.status,
            source.kind,
            None if source.shadowed_by is None else redactor.text(source.shadowed_by),
            redactor.text(why),
        )


def _matrix(redactor: Redactor, found: Assessment) -> Iterator[schema.MatrixPart]:
    for row in found.matrix:
        yield schema.MatrixPart(
            redactor.text(row.who),
            redactor.names.of("acct", row.account_id) if row.account_id else None,
            redactor.names.of("user", row.user_id) if row.user_id else None,
            redactor.text(row.where),
            row.wrong,
        )


def _check(redactor: Redactor, check: CheckResult) -> schema.CheckPart:
    return schema.CheckPart(
        check.id,
        check.status,
        redactor.text(check.summary),
        tuple(map(redactor.text, check.evidence)),
        redactor.text(check.why),
        None if check.fix is None else _fix(redactor, check.fix),
        redactor.text(check.where),
        redactor.text(check.source),
    )


def _excluded(redactor: Redactor, found: Assessment) -> schema.Excluded:
    """The checks that passed or could not tell, and the failure modes that are excluded by them.

    A failure mode counts as excluded where at least one of the checks that recognise it applies,
    and all that apply have passed.
    """
    titles = {entry.id: entry.title for entry in REGISTER}
    status = {check.id: check.status for check in found.checks}
    told: dict[str, list[tuple[str, str]]] = {"pass": [], "unknown": []}
    for check in found.checks:
        if check.status in told:
            words = titles.get(check.id, check.id) if check.status == "pass" else check.summary
            told[check.status].append((check.id, redactor.text(words)))
    no_sign, unseen = [], []
    for _, title, ids, _ in failure_modes():
        applied = [status[name] for name in ids if name in status]
        if not ids:
            unseen.append(title)
        elif applied and all(answer == "pass" for answer in applied):
            no_sign.append(title)
    return schema.Excluded(
        tuple(told["pass"]), tuple(told["unknown"]), tuple(no_sign), tuple(unseen)
    )


def _request(redactor: Redactor, record: RequestRecord) -> schema.RequestPart:
    account = record.account_header
    return schema.RequestPart(
        record.number,
        utc_text(record.at),
        redactor.text(record.method, 20),
        redactor.text(f"{record.scheme}://{record.host}{record.path}", 400),
        record.status,
        None if record.milliseconds is None else round(record.milliseconds, 1),
        None if record.authorization is None else redactor.text(record.authorization, 60),
        redactor.rekeyed(record.credential_mark),
        None if account is None else redactor.names.of("acct", account),
        None if record.request_id is None else redactor.text(record.request_id, 120),
        redactor.text(record.meaning, 400),
        None if record.error is None else redactor.text(record.error, 400),
        record.skew_seconds,
    )


def _probes(requests: Sequence[RequestRecord], count: int) -> str:
    if not requests:
        return _NO_PROBES
    left = f"; the newest {len(requests)} stand here" if count > len(requests) else ""
    return f"{count} requests were observed{left}. authtui sent no others."


def _clock(given: ReportInput, requests: Sequence[RequestRecord]) -> schema.ClockPart:
    at = utc_text(given.observation.at)
    for record in reversed(requests):
        if record.skew_seconds is not None:
            skew = record.skew_seconds
            words = "agree" if abs(skew) < 1 else f"differ by {abs(skew):g} s"
            if abs(skew) >= 1:
                words += ", this machine is behind" if skew > 0 else ", this machine is ahead"
            return schema.ClockPart(at, given.machine.offset, f"the clocks {words}", skew)
    unknown = "not known: no answer with the server's time was seen"
    return schema.ClockPart(at, given.machine.offset, unknown, None)


def _programs(redactor: Redactor, found: Assessment) -> Iterator[schema.ProgramPart]:
    for start in found.predictions:
        says = redactor.lines(start.says)
        program = PROGRAMS[start.surface]
        yield schema.ProgramPart(program, start.exit, says, start.deletes_stored_login)
    if found.doctor is not None:
        said = f"{found.doctor.status}: {found.doctor.summary}"
        yield schema.ProgramPart("codex doctor", None, redactor.lines(said), False)
    if found.app_server is not None:
        server = found.app_server
        said = server.stops or server.error or f"account: {server.account or 'nobody'}"
        yield schema.ProgramPart("codex app-server", None, redactor.lines(said), False)
