"""`authtui check`: the verdict for scripts, CI and screen readers. No network, no writes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from authtui import __version__
from authtui.checks.assess import assess
from authtui.commands.options import add_common, observe, options_of
from authtui.redaction import printable, redact_text, redacted_lines

if TYPE_CHECKING:
    import argparse
    from typing import TextIO

    from authtui.checks.findings import Assessment, TokenView
    from authtui.checks.forms import FormRow
    from authtui.commands import Given
    from authtui.credentials.observation import Observation

EXIT_USABLE, EXIT_REFUSED, EXIT_USAGE, EXIT_CANNOT_TELL, EXIT_NOT_LOGGED_IN = 0, 1, 2, 3, 4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `authtui check`."""
    add_common(parser, nested=True)
    parser.add_argument("--json", action="store_true", help="the whole answer as JSON")
    parser.add_argument("--strict", action="store_true", help="a warning counts as a failure")
    parser.add_argument(
        "--jwks",
        metavar="FILE",
        help="the key set the client would fetch, so that signatures count",
    )
    parser.add_argument(
        "--without",
        metavar="SOURCE",
        action="append",
        default=[],
        help="what if this variable were unset, or this place (auth.json, keyring, …) empty",
    )
    parser.add_argument(
        "--with",
        dest="with_",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="what if this variable, or this key of config.toml (config:KEY=VALUE), were set",
    )
    parser.add_argument(
        "--explain", metavar="ID", help="the rule behind a check or a rung, in words"
    )


def more_help() -> str:
    """What `--help` says below the options: the failure modes that a check recognises."""
    from authtui.checks.catalogue import modes_table

    rows = [f"  {title:<58} {', '.join(ids)}" for _, title, ids in modes_table() if ids]
    return "failure modes recognised from local state alone:\n" + "\n".join(rows) + "\n"


def run(args: argparse.Namespace, given: Given) -> int:
    """Judge the state, print the answer, and return the exit code of the contract."""
    environ, _, out, err = given
    observation = observe(args, environ)
    if getattr(args, "jwks", None) and observation.key_set is None:
        print(f"authtui check: the key set {_safe(args.jwks)} cannot be read", file=err)
        return EXIT_CANNOT_TELL
    before: Assessment | None = None
    assessment = assess(observation, options_of(args))
    if args.without or args.with_:
        from authtui.checks.experiment import apply, assess_other

        changed = apply(observation, args.without, args.with_)
        if isinstance(changed, str):
            print(f"authtui check: {_safe(changed)}", file=err)
            return EXIT_USAGE
        before, observation = assessment, changed
        assessment = assess_other(changed, options_of(args), before)
    if args.explain:
        from authtui.commands.explain import explain

        return explain(args.explain, assessment, out, err)
    try:
        if args.json:
            from authtui.checks.forms import forms_here

            document = as_json(assessment, forms_here(observation))
            if before is not None:
                from authtui.commands.experiment import experiment_json

                document["experiment"] = experiment_json(args, before, assessment)
            json.dump(document, out, indent=2, ensure_ascii=False)
            out.write("\n")
        else:
            write_text(assessment, observation, out)
            if before is not None:
                from authtui.commands.experiment import write_experiment

                write_experiment(args, before, assessment, out)
    except BrokenPipeError:
        pass  # Whoever reads may stop early; the verdict is the same.
    return exit_code(assessment, strict=args.strict)


def exit_code(assessment: Assessment, *, strict: bool = False) -> int:
    """The exit code that belongs to an assessment."""
    outcome = assessment.verdict.outcome
    if outcome == "not-logged-in":
        return EXIT_NOT_LOGGED_IN
    if outcome == "unreadable":
        return EXIT_CANNOT_TELL
    if outcome != "ready":
        return EXIT_REFUSED
    counts = ("fail", "warn") if strict else ("fail",)
    return EXIT_REFUSED if any(c.status in counts for c in assessment.checks) else EXIT_USABLE


def as_json(assessment: Assessment, forms: tuple[FormRow, ...]) -> dict[str, Any]:
    """The document of `check --json`, schema 1. Nothing in it is a secret."""
    verdict, request, binding = assessment.verdict, assessment.request, assessment.binding
    return {
        "schema": 1,
        "authtui": __version__,
        "home": _safe(assessment.home),
        "contract": {
            "name": assessment.contract.name,
            "title": assessment.contract.title,
            "chosen_by": assessment.contract.chosen_by,
            "client_version": _safe(assessment.contract.client_version),
            "note": _safe(assessment.contract.note),
        },
        "surface": assessment.surface,
        "verdict": {
            "outcome": verdict.outcome,
            "kind": verdict.kind,
            "mode": verdict.mode,
            "headline": _safe(verdict.headline),
            "sentence": _safe(verdict.sentence),
            "culprit": _safe(verdict.culprit),
            "client_message": _client(verdict.client_message),
            "client_exit": verdict.client_exit,
            "deletes_stored_login": verdict.deletes_stored_login,
            "assumes": [_safe(text) for text in verdict.assumes],
            "fix": [_safe(fix.command or fix.text) for fix in verdict.fix],
        },
        "lamps": {
            "stored": assessment.lamps.stored.light,
            "selected": assessment.lamps.selected.light,
            "sent": assessment.lamps.sent.light,
            "accepted": assessment.lamps.accepted.light,
        },
        "sources": [
            {
                "rank": source.rank,
                "name": _safe(source.name),
                "place": _safe(source.place),
                "status": source.status,
                "kind": source.kind,
                "shadowed_by": _safe(source.shadowed_by),
                "detail": _safe(source.detail),
                "reason": _safe(source.reason),
            }
            for source in assessment.sources
        ],
        "tokens": [_token(token) for token in assessment.tokens],
        "binding": None
        if binding is None
        else {
            "binding_id": _safe(binding.binding_id),
            "account_id": _safe(binding.account_id),
            "user_id": _safe(binding.user_id),
            "access_token": binding.access_token,
        },
        "matrix": [
            {
                "who": _safe(row.who),
                "account_id": _safe(row.account_id),
                "user_id": _safe(row.user_id),
                "where": _safe(row.where),
                "disagrees": list(row.wrong),
            }
            for row in assessment.matrix
        ],
        "checks": [
            {
                "id": result.id,
                "group": result.group,
                "status": result.status,
                "summary": _safe(result.summary),
                "evidence": [_safe(line) for line in result.evidence],
                "why": _safe(result.why),
                "fix": _safe(result.fix.command or result.fix.text) if result.fix else None,
                "where": _safe(result.where),
                "source": result.source,
            }
            for result in assessment.checks
        ],
        "request": None
        if request is None
        else {
            "base_url": _safe(request.base_url),
            "authorization": request.authorization,
            "account_id_header": _safe(request.account_id_header),
            "fedramp": request.fedramp,
        },
        "predictions": [
            {
                "surface": found.surface,
                "exit": found.exit,
                "says": _client(found.says),
                "deletes_stored_login": found.deletes_stored_login,
                "outcome": found.outcome,
                "mode": found.mode,
                "assumes": [_safe(text) for text in found.assumes],
                "ends": found.ends,
            }
            for found in assessment.predictions
        ],
        "generations": dict(assessment.generations),
        "forms": [
            {
                "form": _safe(row.form),
                "where": _safe(row.where),
                "accepted_since": row.since,
                "accepted_until": row.until,
                "accepted_by": list(row.accepted_by),
            }
            for row in forms
        ],
        **_other_programs(assessment),
    }


def _other_programs(assessment: Assessment) -> dict[str, Any]:
    """What the client's other programs say of the same state; null where there is none."""
    doctor, server, logout = assessment.doctor, assessment.app_server, assessment.logout
    return {
        "doctor": doctor
        and {
            "status": doctor.status,
            "summary": _client(doctor.summary),
            "remediation": _client(doctor.remediation),
            "issues": [_safe(text) for text in doctor.issues],
            "variables": list(doctor.variables),
        },
        "app_server": server
        and {
            "account": server.account,
            "plan": _safe(server.plan),
            "auth_method": server.auth_method,
            "requires_openai_auth": server.requires_openai_auth,
            "error": _client(server.error),
            "stops": _client(server.stops),
        },
        "logout": logout
        and {
            "exit": logout.exit,
            "says": _client(logout.says),
            "deletes_stored_login": logout.deletes_stored_login,
        },
    }


def _token(token: TokenView) -> dict[str, Any]:
    return {
        "name": _safe(token.name),
        "origin": _safe(token.origin),
        "header": safe_json(token.header),
        "claims": safe_json(token.claims),
        "expires_at": token.expires_at.isoformat() if token.expires_at else None,
        "verified": token.verified,
        "note": _safe(token.verified_note),
        "problems": [_safe(text) for text in token.problems],
    }


def safe_json(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """A JSON value with every text in it redacted by shape and made printable."""
    if isinstance(value, str):
        return _safe(value)
    if isinstance(value, list | tuple):
        return [safe_json(item) for item in value]
    if hasattr(value, "items"):
        return {_safe(str(key)): safe_json(item) for key, item in value.items()}
    if isinstance(value, bool | int | float) or value is None:
        return value
    return str(value)


def _safe(text: str | None) -> Any:  # noqa: ANN401 - the type of what goes in
    return None if text is None else printable(redact_text(text))


def _client(text: str | None) -> str | None:
    # The client's own text keeps its line ends; everything else is made safe like the rest.
    if text is None:
        return None
    return "\n".join(redacted_lines(text))


_GLYPHS = {"pass": "✓", "warn": "!", "fail": "✗", "unknown": "?"}
_LAMPS = {"green": "●", "amber": "◐", "red": "✗", "grey": "○"}
_WORDS = {"green": "yes", "amber": "look", "red": "no", "grey": "unknown"}


def write_text(assessment: Assessment, observation: Observation, out: TextIO) -> None:
    """The same answer as plain text: no colour, one fact a line, made for reading aloud."""
    import textwrap

    verdict = assessment.verdict
    contract = assessment.contract

    def line(text: str = "") -> None:
        # The border: whatever a line is made of, it leaves redacted.
        out.write(_safe(text) + "\n")

    def folded(label: str, text: str) -> None:
        wrapped = textwrap.wrap(_safe(text), 88) or [""]
        for number, part in enumerate(wrapped):
            line(f"  {label if number == 0 else '':<12}{part}")

    line(f"{_verdict_glyph(assessment)} {_safe(verdict.headline)}")
    folded("", verdict.sentence)
    for fix in verdict.fix:
        folded("to fix", f"{fix.text}: {fix.command}" if fix.command else fix.text)
    says = verdict.client_message
    folded("client says", redacted_lines(says)[-1] if says else "(nothing)")
    if verdict.deletes_stored_login:
        folded("beware", "starting Codex now would delete the stored login")
    for text in verdict.assumes:
        folded("assumes", text)
    line()
    chosen = f"chosen by {contract.chosen_by}"
    line(f"  {_safe(assessment.home)} · {contract.title} ({chosen}) · surface {assessment.surface}")
    if contract.note:
        line(f"  {_safe(contract.note)}")
    line(
        "  "
        + "   ".join(
            f"{_LAMPS[lamp.light]} {name}: {_WORDS[lamp.light]}"
            for name, lamp in zip(assessment.lamps._fields, assessment.lamps, strict=True)
        )
    )
    line()
    line("Sources, in the client's order")
    for source in assessment.sources:
        rank = str(source.rank) if source.rank else "-"
        note = source.detail or source.reason
        shadow = f" by {source.shadowed_by}" if source.shadowed_by else ""
        line(f"  {rank:>2} {source.name:<24} {source.status}{shadow:<20} {_safe(note)}".rstrip())
    if assessment.matrix:
        line()
        line("Who names which account")
        for row in assessment.matrix:
            wrong = f"  ✗ {' and '.join(row.wrong)} disagrees" if row.wrong else ""
            account, user = _safe(row.account_id) or "-", _safe(row.user_id) or "-"
            line(f"     {row.who:<28} {account:<24} {user:<16} {row.where}{wrong}".rstrip())
    line()
    failing = [c for c in assessment.checks if c.status != "pass"]
    passed = len(assessment.checks) - len(failing)
    line(f"Checks: {passed} passed, {len(failing)} to look at")
    for result in failing:
        line(f"  {_GLYPHS[result.status]} {result.id:<28} {_safe(result.summary)}")
        if result.fix:
            fix = result.fix
            line(f"      {_safe(f'{fix.text}: {fix.command}' if fix.command else fix.text)}")
    line()
    line("What each program start does")
    for found in assessment.predictions:
        says = redacted_lines(found.says or "(nothing)")[-1]
        line(f"     {found.surface:<14} exit {found.exit}  {_safe(says)}")
    doctor, server = assessment.doctor, assessment.app_server
    if doctor is not None:
        line(f"     {'doctor':<14} {doctor.status:<6}  {_safe(doctor.summary)}")
    if server is not None:
        logged_in = f"logged in: {server.auth_method or server.account}"
        says = server.stops or server.error or (logged_in if server.account else "nobody")
        line(f"     {'app-server':<14} {'':<6}  {redacted_lines(says)[0]}")
    if observation.environment.dotenv_overrides:
        line()
        names = ", ".join(observation.environment.dotenv_overrides)
        line(f"  $CODEX_HOME/.env sets {_safe(names)} over the environment")


def _verdict_glyph(assessment: Assessment) -> str:
    if assessment.verdict.outcome == "ready":
        return "✓" if assessment.verdict.kind == "ready" else "!"
    return "✗"
