"""The document of `authtui check --json`, schema 1: declared field by field, no secret in it.

Every text is redacted by shape and made printable, whatever the field: what is not declared here is
not written, and what is declared cannot be written otherwise.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from authtui.answers import findings as f
from authtui.answers.token_view import TokenView
from authtui.redaction import redacted_lines, safe_text
from authtui.simulation.forms import FormRow
from authtui.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

# The keys of each record in their order; `key=field` where the field has another name.
_KEYS: Final[Mapping[type, str]] = {
    f.Assessment: "home contract surface verdict who lamps sources tokens binding matrix checks"
    " request predictions generations running mcp unsaved layers",
    f.ConfigRow: "key value layer place line overrides decided note",
    f.ContractChoice: "name title chosen_by client_version note",
    f.Verdict: "outcome kind mode headline sentence culprit client_message client_exit"
    " deletes_stored_login assumes fix fixes=fix since",
    f.Fix: "text command edit leads_to then",
    f.Edit: "file key value",
    f.Lamps: "stored selected sent accepted",
    f.Source: "rank name place status kind shadowed_by detail reason",
    TokenView: "name origin header claims expires_at verified note=verified_note problems",
    f.Binding: "binding_id account_id user_id access_token",
    f.MatrixRow: "who account_id user_id where disagrees=wrong",
    f.CheckResult: "id group status summary evidence why fix where source",
    f.PlannedRequest: "base_url authorization account_id_header fedramp",
    f.Prediction: "surface exit says deletes_stored_login outcome mode assumes ends",
    FormRow: "form where accepted_since=since accepted_until=until accepted_by",
    f.DoctorReport: "status summary remediation issues variables",
    f.AppServerAnswer: "account plan auth_method requires_openai_auth error stops",
    f.Logout: "exit says deletes_stored_login",
    f.UnsavedTokens: "place rescue",
    f.McpServer: "name status detail url expires_at where",
    f.Running: "pid kind version host started_at older_than",
    f.Person: "email workspace account_id user_id plan expires_at place",
}
# A record's new content is no key of an edit: it is never told.
_OTHER_PROGRAMS: Final = ("doctor", "app_server", "logout")
"""What the client's other programs say of the same state; null where there is none."""
_CLIENT_TEXTS: Final = frozenset(
    [
        (f.Verdict, "client_message"), (f.Prediction, "says"), (f.Logout, "says"),
        (f.DoctorReport, "summary"), (f.DoctorReport, "remediation"),
        (f.AppServerAnswer, "error"), (f.AppServerAnswer, "stops"),
    ]
)  # fmt: skip
"""The client's own texts, which keep their line ends."""


def as_json(assessment: f.Assessment, forms: tuple[FormRow, ...]) -> dict[str, object]:
    """The whole answer; `forms` are the accepted shapes of what is stored here."""
    return {
        "schema": 1,
        "authtui": __version__,
        **_object(assessment),
        "forms": safe_json(forms),
        **{name: safe_json(getattr(assessment, name)) for name in _OTHER_PROGRAMS},
    }


def _object(record: object) -> dict[str, Any]:
    made = {}
    for words in _KEYS[type(record)].split():
        key, _, field = words.partition("=")
        value = getattr(record, field or key)
        if key == "fix":
            value = _brief(value)
        if value is not None and (type(record), key) in _CLIENT_TEXTS:
            made[key] = "\n".join(redacted_lines(value))
        else:
            made[key] = safe_json(value)
    return made


def _brief(fix: f.Fix | tuple[f.Fix, ...] | None) -> object:
    # What to type, or else what to do, in one line.
    if fix is None or isinstance(fix, f.Fix):
        return fix and (fix.command or fix.text)
    return [one.command or one.text for one in fix]


def safe_json(value: Any) -> Any:  # noqa: ANN401 - any value of an answer, or of JSON
    """A value as JSON, with every text in it redacted by shape and made printable."""
    if isinstance(value, bool | int | float) or value is None:
        return value
    if isinstance(value, str):
        return safe_text(value)
    if type(value) in _KEYS:
        return _object(value)
    if isinstance(value, f.Lamp):
        return value.light
    if isinstance(value, list | tuple):
        return [safe_json(item) for item in value]
    if hasattr(value, "items"):
        return {safe_text(str(key)): safe_json(item) for key, item in value.items()}
    return value.isoformat() if isinstance(value, datetime) else str(value)
