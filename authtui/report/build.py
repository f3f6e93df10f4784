"""From what was seen and judged to a `Report`. Pure: the same facts and key make the same one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui import __version__
from authtui.record import NamedTuple
from authtui.report import model as m
from authtui.report.evidence import (
    claims_of,
    fields_of,
    files_of,
    plan_of_tokens,
    settings_of,
    variables_of,
)
from authtui.report.exclusions import excluded_by
from authtui.report.experiments import run_experiments
from authtui.report.learn import learn
from authtui.report.timeline import timeline_of
from authtui.report.veil import Veil
from authtui.tokens.times import utc_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from authtui.checks.assess import Options
    from authtui.checks.findings import Assessment, CheckResult, Fix
    from authtui.credentials.observation import Observation
    from authtui.model.events import Event
    from authtui.report.machine import Machine
    from authtui.wire.records import RequestRecord

REDACTED: Final = (
    "No secret is in this report. A secret shows as its class, its length and a mark; the same "
    "value has the same mark within this report and another one in the next. Accounts, users and "
    "addresses are stand-ins such as acct-A; tokens are decoded, not verified, unless it says so."
)
_NO_PROBES: Final = "None was run: authtui reads files and variables and contacts nobody."
_REQUESTS_KEPT: Final = 200


class Given(NamedTuple):
    """What a report is made of. `key` keys its marks: 16 random bytes, used once."""

    observation: Observation
    assessment: Assessment
    options: Options
    machine: Machine
    key: bytes
    requests: Sequence[RequestRecord] = ()
    events: Sequence[Event] = ()


def build(given: Given) -> m.Report:
    """The report."""
    seen, found = given.observation, given.assessment
    veil = Veil(given.machine, given.key)
    requests = given.requests[-_REQUESTS_KEPT:]
    learn(veil, seen, found, requests)
    return m.Report(
        schema=m.SCHEMA,
        authtui=__version__,
        made_at=utc_text(seen.at),
        redacted=REDACTED,
        home=veil.text(found.home),
        verdict=_verdict(veil, found),
        lamps=tuple(
            m.LampPart(name, lamp.light, veil.text(lamp.reason))
            for name, lamp in zip(found.lamps._fields, found.lamps, strict=True)
        ),
        client=_client(veil, given),
        sources=tuple(_sources(veil, found)),
        matrix=tuple(_matrix(veil, found)),
        tokens=tuple(
            m.TokenPart(
                veil.text(token.name),
                veil.text(token.origin),
                token.verified,
                veil.text(token.verified_note),
                tuple(map(veil.text, token.problems)),
                tuple(claims_of(veil, token)),
            )
            for token in found.tokens
        ),
        record=tuple(fields_of(veil, seen)),
        configuration=tuple(settings_of(veil, seen.config)),
        environment=tuple(variables_of(veil, seen.environment)),
        files=tuple(files_of(veil, seen)),
        checks=tuple(_check(veil, c) for c in found.checks if c.status != "pass"),
        excluded=excluded_by(veil, found),
        experiments=tuple(run_experiments(veil, seen, found, given.options)),
        timeline=tuple(timeline_of(veil, seen, found, requests, given.events)),
        requests=tuple(_request(veil, record) for record in requests),
        probes=_probes(requests, len(given.requests)),
        clock=_clock(given, requests),
        programs=tuple(_programs(veil, found)),
    )


def _verdict(veil: Veil, found: Assessment) -> m.VerdictPart:
    verdict = found.verdict
    return m.VerdictPart(
        verdict.outcome,
        verdict.kind,
        verdict.mode,
        veil.text(verdict.headline),
        veil.text(verdict.sentence),
        None if verdict.culprit is None else veil.text(verdict.culprit),
        veil.lines(verdict.client_message),
        verdict.client_exit,
        verdict.deletes_stored_login,
        tuple(map(veil.text, verdict.assumes)),
        tuple(_fix(veil, fix) for fix in verdict.fix),
        plan_of_tokens(veil, found),
    )


def _fix(veil: Veil, fix: Fix) -> str:
    # The backticks mark what is typed; Markdown makes code of it.
    return veil.text(f"{fix.text}: `{fix.command}`" if fix.command else fix.text)


def _client(veil: Veil, given: Given) -> m.Client:
    seen, choice = given.observation, given.assessment.contract
    return m.Client(
        choice.name,
        choice.title,
        choice.chosen_by,
        choice.client_version,
        None if choice.note is None else veil.text(choice.note),
        given.assessment.surface,
        tuple(
            m.Installed(
                veil.text(copy.path),
                None if copy.version is None else veil.text(copy.version),
                veil.text(copy.found_by),
            )
            for copy in seen.clients
        ),
        veil.text(given.machine.platform or seen.host.platform),
        tuple(map(veil.text, seen.host.marks)),
        veil.text(given.machine.terminal),
        veil.text(given.machine.python),
    )


def _sources(veil: Veil, found: Assessment) -> Iterator[m.SourcePart]:
    for source in found.sources:
        why = "; ".join(filter(None, (source.detail, source.reason)))
        yield m.SourcePart(
            source.rank,
            veil.text(source.name),
            veil.text(source.place),
            source.status,
            source.kind,
            None if source.shadowed_by is None else veil.text(source.shadowed_by),
            veil.text(why),
        )


def _matrix(veil: Veil, found: Assessment) -> Iterator[m.MatrixPart]:
    for row in found.matrix:
        yield m.MatrixPart(
            veil.text(row.who),
            veil.names.of("acct", row.account_id) if row.account_id else None,
            veil.names.of("user", row.user_id) if row.user_id else None,
            veil.text(row.where),
            row.wrong,
        )


def _check(veil: Veil, check: CheckResult) -> m.CheckPart:
    return m.CheckPart(
        check.id,
        check.status,
        veil.text(check.summary),
        tuple(map(veil.text, check.evidence)),
        veil.text(check.why),
        None if check.fix is None else _fix(veil, check.fix),
        veil.text(check.where),
        veil.text(check.source),
    )


def _request(veil: Veil, record: RequestRecord) -> m.RequestPart:
    account = record.account_header
    return m.RequestPart(
        record.number,
        utc_text(record.at),
        veil.text(record.method, 20),
        veil.text(f"{record.scheme}://{record.host}{record.path}", 400),
        record.status,
        None if record.milliseconds is None else round(record.milliseconds, 1),
        None if record.authorization is None else veil.text(record.authorization, 60),
        veil.rekeyed(record.credential_mark),
        None if account is None else veil.names.of("acct", account),
        None if record.request_id is None else veil.text(record.request_id, 120),
        veil.text(record.meaning, 400),
        None if record.error is None else veil.text(record.error, 400),
        record.skew_seconds,
    )


def _probes(requests: Sequence[RequestRecord], count: int) -> str:
    if not requests:
        return _NO_PROBES
    left = f"; the newest {len(requests)} stand here" if count > len(requests) else ""
    return f"{count} requests were observed{left}. Nothing else was asked."


def _clock(given: Given, requests: Sequence[RequestRecord]) -> m.ClockPart:
    at = utc_text(given.observation.at)
    for record in reversed(requests):
        if record.skew_seconds is not None:
            skew = record.skew_seconds
            words = "agree" if abs(skew) < 1 else f"differ by {abs(skew):g} s"
            if abs(skew) >= 1:
                words += ", this machine is behind" if skew > 0 else ", this machine is ahead"
            return m.ClockPart(at, given.machine.offset, f"the clocks {words}", skew)
    return m.ClockPart(at, given.machine.offset, "not known: no server was asked", None)


def _programs(veil: Veil, found: Assessment) -> Iterator[m.ProgramPart]:
    names = {"exec": "codex exec", "login-status": "codex login status", "tui": "codex"}
    for start in found.predictions:
        says = veil.lines(start.says)
        name = names[start.surface]
        yield m.ProgramPart(name, start.exit, says, start.deletes_stored_login)
    if found.doctor is not None:
        said = f"{found.doctor.status}: {found.doctor.summary}"
        yield m.ProgramPart("codex doctor", None, veil.lines(said), False)
    if found.app_server is not None:
        server = found.app_server
        said = server.stops or server.error or f"account: {server.account or 'nobody'}"
        yield m.ProgramPart("codex app-server", None, veil.lines(said), False)
