"""The report as Markdown for a ticket: the verdict first, the evidence below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.answers.findings import CHECK_MARKS, LIGHT_MARKS
from authtui.report.markdown import bullets, code, fenced, prose, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authtui.report import schema
    from authtui.report.schema import Report

_LIGHTS = {light: " ".join(mark) for light, mark in LIGHT_MARKS.items()}
_STATUS = {status: " ".join(mark) for status, mark in CHECK_MARKS.items()}


def as_markdown(report: Report) -> str:
    """The document, with a line end at its end."""
    lines = [
        *_head(report),
        *_client(report.client, report.programs),
        *_selection(report),
        *_tokens(report),
        *_record(report),
        *_places(report),
        *_checks(report),
        *_excluded(report.excluded),
        *_experiments(report),
        *_timeline(report),
        *_requests(report),
    ]
    return "\n".join(lines).rstrip("\n") + "\n"


def _head(report: Report) -> Iterator[str]:
    verdict = report.verdict
    yield f"# {prose(verdict.headline)}"
    yield ""
    yield prose(verdict.sentence)
    yield ""
    if verdict.deletes_stored_login:
        yield "**Starting Codex now would delete the stored login.**"
        yield ""
    for fix in verdict.fix[:1]:
        yield f"To fix it: {prose(fix)}"
        yield ""
    if verdict.client_message:
        yield f"The client itself prints, and exits with {code(verdict.client_exit)}:"
        yield ""
        yield from fenced(verdict.client_message)
    yield from table(
        ("lamp", "", "why"),
        [(lamp.name, _LIGHTS[lamp.light], prose(lamp.reason)) for lamp in report.lamps],
    )
    yield from bullets(
        [
            f"Outcome {code(verdict.outcome)}, kind {code(verdict.kind)}, "
            f"mode {code(verdict.mode or 'none')}"
            + (f", culprit {code(verdict.culprit)}" if verdict.culprit else ""),
            *(f"Or: {prose(fix)}" for fix in verdict.fix[1:]),
            *(f"Assumes: {prose(text)}" for text in verdict.assumes),
            *([f"Plan: {prose(verdict.plan)}"] if verdict.plan else []),
            (
                f"Looked at {code(report.made_at)} with authtui {code(report.authtui)}, "
                f"home {code(report.home)}"
            ),
        ]
    )
    yield f"*{report.redacted}*"
    yield ""


def _client(client: schema.Client, programs: tuple[schema.ProgramPart, ...]) -> Iterator[str]:
    yield "## Which client, and where"
    yield ""
    version = f", version {code(client.version)}" if client.version else ""
    yield from bullets(
        [
            (
                f"Judged as {code(client.title)} ({code(client.generation)}{version}), chosen by "
                f"{code(client.chosen_by)}; surface {code(client.surface)}"
            ),
            *([prose(client.note)] if client.note else []),
            (
                f"System {code(client.platform)}, Python {code(client.python)}, terminal "
                f"{code(client.terminal)}"
            ),
            f"Kind of machine: {', '.join(map(code, client.marks)) or 'nothing special'}",
            *(
                f"Installed: {code(copy.version or 'version unknown')} at {code(copy.path)} "
                f"({prose(copy.found_by)})"
                for copy in client.installed
            ),
            *([] if client.installed else ["No installed copy was found or looked for."]),
        ]
    )
    yield from table(
        ("program", "exit", "says", "deletes the login"),
        [
            (
                code(row.program),
                code("" if row.exit is None else row.exit),
                code(row.says or ""),
                "yes" if row.deletes_stored_login else "no",
            )
            for row in programs
        ],
    )


def _selection(report: Report) -> Iterator[str]:
    winner = next((s.name for s in report.sources if s.status == "selected"), None)
    shadowed = [s.name for s in report.sources if s.status == "shadowed"]
    yield "## Sources, in the client's order"
    yield ""
    hidden = ", ".join(map(code, shadowed)) or "none"
    yield f"Selected: {code(winner or 'none')}. Shadowed: {hidden}."
    yield ""
    yield from table(
        ("", "source", "status", "kind", "why"),
        [
            (
                str(row.rank or "·"),
                code(row.name),
                row.status + (f" by {code(row.shadowed_by)}" if row.shadowed_by else ""),
                row.kind or "—",
                prose(row.reason),
            )
            for row in report.sources
        ],
    )
    if report.matrix:
        yield "## Who names which account"
        yield ""
        yield from table(
            ("who", "account", "user", "where", ""),
            [
                (
                    code(row.who),
                    code(row.account or ""),
                    code(row.user or ""),
                    code(row.where),
                    f"✗ {' and '.join(row.disagrees)} disagrees" if row.disagrees else "",
                )
                for row in report.matrix
            ],
        )


def _tokens(report: Report) -> Iterator[str]:
    for token in report.tokens:
        yield f"## Token {code(token.name)} of {code(token.origin)}"
        yield ""
        yield f"{prose(token.verified_note)} ({code(token.verified)})."
        yield ""
        yield from bullets(map(prose, token.problems)) if token.problems else ()
        yield from table(
            ("", "claim", "value", "note"),
            [
                (
                    _STATUS[row.status] if row.status else "",
                    code(row.name),
                    code(row.value),
                    prose(row.note) if row.note else "",
                )
                for row in token.claims
            ],
        )


def _record(report: Report) -> Iterator[str]:
    if not report.record:
        return
    yield "## The stored record, by its structure"
    yield ""
    yield from table(
        ("store", "field", "type", "length", "mark"),
        [
            (
                code(row.store),
                code(row.field),
                row.type,
                "" if row.length is None else str(row.length),
                code(row.mark) if row.mark else "",
            )
            for row in report.record
        ],
    )


def _places(report: Report) -> Iterator[str]:
    yield "## Configuration and environment"
    yield ""
    yield from table(
        ("key", "value", "where", ""),
        [
            (
                code(row.key),
                code(row.value),
                code(row.where),
                f"overridden by {code(row.overridden_by)}"
                if row.overridden_by
                else ("restricts" if row.restricts else ""),
            )
            for row in report.configuration
        ],
    ) or ["No configuration key that a login depends on is set.", ""]
    yield from table(
        ("variable", "value", "from", "over"),
        [
            (code(row.name), code(row.value), code(row.origin), code(row.replaces or ""))
            for row in report.environment
        ],
    ) or ["No variable that a login depends on is set.", ""]
    yield from table(
        ("file", "path", "kind", "mode", "owner", "bytes", "last written", ""),
        [
            (
                row.what,
                code(row.path),
                row.kind,
                code(row.mode or ""),
                row.owner or "—",
                "" if row.size is None else str(row.size),
                code(row.modified or ""),
                prose(
                    "; ".join(
                        filter(None, (row.error, row.link_target and "link to " + row.link_target))
                    )
                )
                if row.error or row.link_target
                else "",
            )
            for row in report.files
        ],
    )


def _checks(report: Report) -> Iterator[str]:
    yield "## Checks to look at"
    yield ""
    if not report.checks:
        yield "Every check that applies has passed."
        yield ""
    for check in report.checks:
        where = f" · {code(check.where)}" if check.where else ""
        yield f"- {_STATUS[check.status]} {code(check.id)}: {prose(check.summary)}{where}"
        for line in check.evidence:
            yield f"  - {prose(line)}"
        if check.why:
            yield f"  - Why: {prose(check.why)}"
        if check.fix:
            yield f"  - To fix: {prose(check.fix)}"
        if check.source:
            yield f"  - Source of the rule: {code(check.source)}"
    yield ""


def _excluded(excluded: schema.Excluded) -> Iterator[str]:
    yield "## What was excluded"
    yield ""
    yield from bullets(
        [
            "No sign of: " + ("; ".join(excluded.no_sign_of) or "nothing could be ruled out"),
            "Passed: " + (", ".join(code(name) for name, _ in excluded.passed) or "none"),
            "Could not be told: "
            + ("; ".join(f"{code(n)} {prose(w)}" for n, w in excluded.cannot_tell) or "nothing"),
            "Not visible in local state, so not excluded: " + "; ".join(excluded.not_visible_here),
        ]
    )


def _experiments(report: Report) -> Iterator[str]:
    yield "## One-variable experiments"
    yield ""
    yield "Each changes one thing on paper and asks what the client would do; nothing was touched."
    yield ""
    nothing = [part.change for part in report.experiments if not part.differences]
    for part in report.experiments:
        if not part.differences:
            continue
        yield f"- {prose(part.change)}: {prose(part.outcome)}"
        for row in part.differences:
            yield f"  - {prose(row.what)}: {code(row.before)} → {code(row.after)}"
    if nothing:
        yield "- No difference: " + "; ".join(map(prose, nothing))
    if not report.experiments:
        yield "There is nothing here to take away."
    yield ""


def _timeline(report: Report) -> Iterator[str]:
    yield "## Timeline"
    yield ""
    yield from table(
        ("UTC", "", "what", "where"),
        [(code(row.at), row.relative, prose(row.what), code(row.where)) for row in report.timeline],
    )
    clock = report.clock
    yield f"Clock: {code(clock.at)}, local zone {code(clock.offset)}; {prose(clock.server)}."
    yield ""


def _requests(report: Report) -> Iterator[str]:
    yield "## Requests and probes"
    yield ""
    yield report.probes
    yield ""
    yield from table(
        ("", "UTC", "request", "answer", "ms", "carries", "account", "request id", "meaning"),
        [
            (
                str(row.number),
                code(row.at),
                code(f"{row.method} {row.url}"),
                code(row.status if row.status is not None else row.error or "no answer yet"),
                "" if row.milliseconds is None else f"{row.milliseconds:g}",
                code(" ".join(filter(None, (row.authorization, row.credential)))),
                code(row.account or ""),
                code(row.request_id or ""),
                prose(row.meaning) if row.meaning else "",
            )
            for row in report.requests
        ],
    )
