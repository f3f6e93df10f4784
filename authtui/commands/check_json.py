"""The document of `authtui check --json`, schema 1. Nothing in it is a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from authtui.redaction import redacted_lines, safe_text
from authtui.version import __version__

if TYPE_CHECKING:
    from authtui.answers.findings import Assessment, Fix
    from authtui.answers.token_view import TokenView
    from authtui.simulation.forms import FormRow


def as_json(assessment: Assessment, forms: tuple[FormRow, ...]) -> dict[str, Any]:
    """The whole answer; `forms` are the accepted shapes of what is stored here."""
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
            "fixes": [_fix(fix) for fix in verdict.fix],
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
        return {safe_text(str(key)): safe_json(item) for key, item in value.items()}
    if isinstance(value, bool | int | float) or value is None:
        return value
    return str(value)


def _fix(fix: Fix) -> dict[str, Any]:
    """A fix with what it leads to; the new content of a record is never told."""
    edit = fix.edit
    told = None
    if edit is not None:
        told = {"file": edit.file, "key": _safe(edit.key), "value": _safe(edit.value)}
    return {
        "text": _safe(fix.text),
        "command": _safe(fix.command),
        "edit": told,
        "leads_to": fix.leads_to,
        "then": _safe(fix.then),
    }


def _safe(text: str | None) -> str | None:
    return None if text is None else safe_text(text)


def _client(text: str | None) -> str | None:
    # The client's own text keeps its line ends; everything else is made safe like the rest.
    return None if text is None else "\n".join(redacted_lines(text))
