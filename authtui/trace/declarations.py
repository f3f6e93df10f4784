"""What a trace holds, record by record: every field is named here, as written or as left out.

What the panes draw is whole; what they do not draw is left out. A type of event that is missing
here fails a test, not a recording.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from authtui.answers import findings as f
from authtui.answers import token_view as t
from authtui.exchanges import records as w
from authtui.machine import clues as c
from authtui.machine import observation as o
from authtui.machine.past_events import ClientPast
from authtui.model import events as ev
from authtui.redaction import Secret
from authtui.trace import redactions as r
from authtui.trace.clues import with_clues
from authtui.trace.fields import Record

_NAMES: Final = {
    **vars(o), **vars(c), **vars(w), **vars(t), **vars(f),
    "object": object, "Mapping": Mapping, "Secret": Secret, "datetime": datetime,
}  # fmt: skip
_record: Final = partial(Record, names=_NAMES)

# ── an assessment ──────────────────────────────────────────────────────────────────────────────

# The change of a file holds the new content of a record.
_record(
    f.Fix,
    typed="leads_to",
    labels="unsets",
    texts="text command then",
    without={"edit": None},
)
_record(
    f.Verdict,
    typed="outcome kind client_exit deletes_stored_login fix",
    labels="mode headline culprit assumes since",
    texts="sentence client_message",
    most={"assumes": 20, "fix": 20},
)
_record(f.Lamp, typed="light", texts="reason")
_record(f.Lamps, typed="stored selected sent accepted")
_record(f.Fact, labels="label", texts="value", without={"secret": None}, prepare=r.redact_fact)
_record(
    f.Source,
    typed="rank status facts",
    labels="name place kind shadowed_by",
    texts="detail reason",
    most={"facts": 40},
)
_record(
    t.ClaimRow,
    typed="status section",
    labels="name value note",
    texts="explanation",
    without={"secret": None},
    prepare=r.redact_claim,
)
_record(
    t.TokenView,
    typed="rows expires_at issued_at verified",
    labels="name origin verified_note problems",
    most={"rows": 80, "problems": 20},
    without={"header": {}, "claims": {}, "secret": None},
)
_record(
    f.Binding,
    typed="access_token",
    labels="binding_id",
    ids={"account_id": "acct", "user_id": "user"},
)
_record(
    f.MatrixRow,
    labels="who where wrong",
    ids={"account_id": "acct", "user_id": "user"},
    most={"wrong": 10},
)
_record(
    f.CheckResult,
    typed="status fix",
    labels="id source group where",
    texts="summary why",
    longest={"evidence": 600},
    most={"evidence": 20},
)
_record(
    f.PlannedRequest,
    typed="authorization fedramp",
    labels="base_url credential",
    ids={"account_id_header": "acct"},
)
_record(
    f.Prediction,
    typed="surface exit deletes_stored_login outcome ends",
    labels="mode assumes",
    texts="says",
    most={"assumes": 20},
)
_record(f.ContractChoice, labels="name title chosen_by client_version", texts="note")
ASSESSMENT: Final[Record[f.Assessment]] = _record(
    f.Assessment,
    typed="contract surface at verdict lamps sources tokens binding matrix checks request"
    " predictions",
    labels="home generations",
    most={"sources": 60, "tokens": 12, "matrix": 60, "checks": 300, "predictions": 10},
    without={
        "doctor": None,
        "app_server": None,
        "logout": None,
        "unsaved": (),
        "who": None,
        "layers": (),
        "running": (),
        "mcp": (),
    },
    prepare=r.learn_ids,
)

# ── an observation ─────────────────────────────────────────────────────────────────────────────

_NOT_OF_A_FILE: Final = (
    "data", "error", "uid", "owner", "owned_by_me", "modified", "inode", "link_target",
)  # fmt: skip
_record(
    o.FileFacts,
    typed="kind mode size writable",
    labels="path",
    without=dict.fromkeys(_NOT_OF_A_FILE),
)
_record(
    o.HomeFacts,
    typed="chosen_by exists mode writable",
    labels="path shown",
    texts="error",
    without={"canonical": None, "owner": None},
)
_record(
    o.KeyringFacts,
    typed="status",
    labels="service backend",
    texts="detail",
    without={"account": "", "document": None, "mark": None},
)
_record(
    o.EncryptedFacts,
    typed="file status",
    texts="detail",
    without={"document": None, "passphrase_account": ""},
)
_record(o.HostFacts, labels="marks platform", most={"marks": 40}, without={"user": ""})
_record(o.InstalledClient, labels="path version found_by")
_record(c.SecretClue, labels="mark source field")
_record(c.RuntimeClue, labels="source", ids={"runtime": "agent"})
_record(c.TrustClue, typed="modified", labels="variable path")
_record(
    c.Clues,
    typed="secrets runtimes trust",
    labels="hosts",
    most={"secrets": 100, "runtimes": 20, "hosts": 40},
)
_record(
    o.Observation,
    typed="at home auth_file keyring encrypted host clients clues",
    most={"clients": 20},
    prepare=with_clues,
    # Values of variables and of the configuration are credentials, or name people and hosts.
    without={
        "environment": o.EnvironmentFacts(),
        "config": o.ConfigFacts(o.FileFacts("config.toml")),
        "token_file": None,
        "spiffe_socket": None,
        "ca_file": None,
        "key_set": None,
        "storage": o.StorageFacts(),
        "listening": None,
        "certificates": None,
        "directory": None,
        "running": (),
        "mcp": o.McpStore(),
        "other_logins": (),
        "threads": (),
        "copies": (),
        "past": ClientPast(),
        "aws": None,
        "gcloud": None,
    },
)

# ── a request and its answer ───────────────────────────────────────────────────────────────────

_record(
    w.Detail,
    labels="request_note response_note",
    texts="response_body",
    special={"request_headers": r.redact_headers, "response_headers": r.redact_headers},
    without={"request_body": None},
    prepare=r.redact_bodies,
)
_record(
    w.AssertionFacts,
    typed="age_seconds verified",
    labels="timestamp problem",
    ids={"agent_runtime_id": "agent"},
    without={"task_id": None},
)
_record(w.BearerFacts, typed="expires_at", ids={"account_id": "acct"})
_record(w.ConnectionStep, typed="stage ok", labels="issuer", texts="detail")
_record(
    w.RequestRecord,
    typed="number at status milliseconds bytes_received colour server_date skew_seconds redirect_of"
    " retry_of assertion detail detail_dropped fedramp_header bearer connection",
    labels="method host scheme authorization request_id purpose reason credential_mark content_type"
    " sender",
    texts="meaning error",
    ids={"account_header": "acct"},
    longest={"path": 600},
    most={"connection": 10},
    prepare=r.learn_runtime,
)

# ── the events ─────────────────────────────────────────────────────────────────────────────────


def _event(
    made: type[ev.Event],
    typed: str = "",
    labels: str = "",
    **more: Any,  # noqa: ANN401 - those of a record
) -> Record[ev.Event]:
    # A line holds the fields that every event has as `n`, `at` and `cause`.
    labels = f"cause {labels}"
    event: Record[ev.Event] = _record(made, typed=f"sequence at {typed}", labels=labels, **more)
    return event


_AGENT: Final = {"agent_runtime_id": "agent"}
_LIST: Final = (
    # An assessment teaches the ids that stand in other texts.
    _event(
        ev.Loaded,
        "observation assessment",
        "changes",
        most={"changes": 100},
        last="observation changes",
    ),
    _event(ev.Restricted, "deletes_stored_login", texts="message"),
    _event(ev.IdentityRegistered, "reused", "stored", ids={**_AGENT, "account_id": "acct"}),
    _event(ev.IdentityDropped, "", "removed_from backup", texts="reason"),
    _event(ev.TaskRegistered, "reused sealed", "stored", ids=_AGENT),
    _event(ev.TaskDropped, texts="reason", ids=_AGENT),
    _event(ev.FellBack, "until", texts="reason"),
    _event(ev.Asserted, "status by_auth_server attempts", "authorization host", texts="meaning"),
    _event(ev.Refreshed, "changed adopted rotated", "backup"),
    _event(ev.RecoveryStep, "changed", "mode step next_step", texts="problem"),
    _event(ev.LoggedOut, "", "removed revoked backups", texts="left warnings"),
    _event(ev.Restored, "", "place restored_from backup"),
    _event(ev.Failed, "", "transition", texts="reason client_text"),
    _event(ev.SourceChanged, "", "place what"),
    _event(ev.RequestStarted, "request"),
    _event(ev.RequestFinished, "request"),
    _event(ev.ChildStarted, "number", "overrides", special={"command": r.redact_command}),
    _event(ev.ChildSaid, "number stream", special={"lines": r.redact_output}),
    _event(ev.ChildEnded, "number exit_status", "signal", texts="reason"),
    _event(ev.RotationSeen, "accepted", "by old new code"),
    _event(ev.Told, "step steps", texts="text"),
)
EVENTS: Final = {getattr(record.made, "__name__", ""): record for record in _LIST}
"""By the name of the type, which is the `kind` of a line."""
