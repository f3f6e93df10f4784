"""What was seen changes the verdict, and is forgotten when it is over."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from authtui.assessment.assess import assess
from authtui.assessment.options import Options
from authtui.checks.phrases import CLIENT_IS_RIGHT
from authtui.credentials.observe import read_observation
from authtui.exchanges.records import ConnectionStep, RequestRecord
from authtui.model.events import (
    Asserted,
    Failed,
    Loaded,
    RequestFinished,
    RequestStarted,
    RotationSeen,
)
from authtui.model.state import AuthState, fold
from authtui.redaction import Secret
from authtui.simulation.refreshing import KNOWN

if TYPE_CHECKING:
    from pathlib import Path

    from authtui.model.events import Event

AT = datetime(2026, 11, 13, 12, 0, tzinfo=UTC)


def mark(token: str) -> str:
    return f"#{Secret(token).fingerprint}"


def loaded(tmp_path: Path, stored: str = "rt-new", **variables: str) -> AuthState:
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    tokens = {"refresh_token": stored}
    (home / "auth.json").write_text(json.dumps({"tokens": tokens}))
    seen = read_observation(
        environ={"CODEX_HOME": str(home), **variables},
        home_option=None,
        now=AT,
        system_dir=tmp_path,
        probe_keyring=False,
        installed=False,
        root=tmp_path,
    )
    return fold(AuthState(), Loaded(1, AT, "start", seen, assess(seen, Options("current"))))


def folded(state: AuthState, *events: Event) -> AuthState:
    for event in events:
        state = fold(state, event)
    return state


def rotation(
    second: int, by: str, old: str, new: str | None, code: str | None = None
) -> RotationSeen:
    at = AT + timedelta(seconds=second)
    got, used = (None if text is None else mark(text) for text in (new, old or None))
    return RotationSeen(second, at, "refresh", by, used, got, new is not None, code)


def headline(state: AuthState) -> str:
    assert state.assessment is not None
    return state.assessment.verdict.headline


def test_a_token_that_another_program_exchanged_is_not_lost(tmp_path: Path) -> None:
    state = folded(
        loaded(tmp_path),
        rotation(12, "A", "rt-old", "rt-new"),
        rotation(15, "B", "rt-old", None),
    )
    assert headline(state) == "auth.json is newer than B: nothing is lost"
    assert state.assessment is not None
    sentence = state.assessment.verdict.sentence
    assert "12:00:12" in sentence
    assert "12:00:15" in sentence
    assert "rt-" not in sentence


def test_a_token_that_was_exchanged_and_not_stored_is_lost(tmp_path: Path) -> None:
    state = folded(
        loaded(tmp_path, "rt-old"),
        rotation(12, "codex", "rt-old", "rt-new"),
        rotation(15, "codex", "rt-old", None),
    )
    assert headline(state) == "auth.json still holds the refresh token that is used up"


REFUSALS = {
    "refresh_token_reused": "The refresh token was already used",
    "refresh_token_invalidated": "The refresh token was revoked on the server",
    "refresh_token_expired": "The refresh token has expired on the server",
    "invalid_grant": "The server no longer accepts the refresh token",
    "something_new": "The server refused to refresh this login",
    None: "The server refused to refresh this login",
}


@pytest.mark.parametrize("code", REFUSALS)
def test_a_refused_refresh_is_told_by_the_code_and_only_a_reuse_is_called_one(
    tmp_path: Path, code: str | None
) -> None:
    state = folded(loaded(tmp_path, "rt-old"), rotation(15, "codex", "rt-old", None, code))
    assert state.assessment is not None
    verdict = state.assessment.verdict
    assert verdict.headline == REFUSALS[code]
    assert ("another copy" in verdict.sentence) == (code == "refresh_token_reused")
    assert "None" not in verdict.sentence
    assert verdict.client_message == KNOWN.get(code or "")
    assert verdict.sentence.startswith(CLIENT_IS_RIGHT) == (code in KNOWN)


def test_an_empty_token_is_told_as_empty(tmp_path: Path) -> None:
    state = folded(loaded(tmp_path), rotation(15, "codex", "", None, "invalid_grant"))
    assert headline(state) == "There is no refresh token to refresh this login with"
    assert state.assessment is not None
    assert "None" not in state.assessment.verdict.sentence


def test_a_trace_without_codes_has_them_from_the_meaning_of_the_request(tmp_path: Path) -> None:
    asked = record(purpose="refresh", status=401)
    revoked = asked._replace(meaning="the refresh token was revoked on the server")
    state = folded(
        loaded(tmp_path),
        RequestStarted(14, AT, "refresh", asked._replace(status=None)),
        RequestFinished(14, AT, "refresh", revoked),
        rotation(15, "codex", "rt-old", None),
    )
    assert headline(state) == REFUSALS["refresh_token_invalidated"]


def test_a_refused_refresh_is_over_with_the_next_accepted_request(tmp_path: Path) -> None:
    state = folded(loaded(tmp_path), rotation(15, "B", "rt-old", None))
    before = loaded(tmp_path).assessment
    assert before is not None
    state = fold(state, Asserted(16, AT, "assert", 200, host="chatgpt.com"))
    assert headline(state) == before.verdict.headline


def record(**more: object) -> RequestRecord:
    return RequestRecord(1, AT, "POST", "auth.openai.com", "/oauth/token")._replace(**more)  # type: ignore[arg-type]


REFUSED_TLS = (
    ConnectionStep("name", True, "203.0.113.9"),
    ConnectionStep("connection", True, "port 443"),
    ConnectionStep("tls", False, "unable to get local issuer certificate", "Acme Gateway CA"),
)


def test_a_request_that_never_arrived_says_who_signed_what_was_refused(tmp_path: Path) -> None:
    lost = record(error="the certificate was refused", connection=REFUSED_TLS)
    state = folded(
        loaded(tmp_path),
        RequestFinished(2, AT, "request", lost),
        Failed(3, AT, "login", "login", "the login failed", "Token exchange failed"),
    )
    assert state.assessment is not None
    verdict = state.assessment.verdict
    assert verdict.kind == "answer-not-from-auth-server"
    assert "Acme Gateway CA" in verdict.sentence
    assert verdict.client_message == "Token exchange failed"
    assert state.assessment.lamps.accepted.light == "grey"


def test_a_blank_variable_is_not_said_to_name_the_bundle(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text("")
    lost = record(error="the certificate was refused", connection=REFUSED_TLS)
    before = loaded(tmp_path, CODEX_CA_CERTIFICATE=" ", SSL_CERT_FILE=str(bundle))
    state = fold(before, RequestFinished(2, AT, "request", lost))
    assert state.assessment is not None
    assert state.assessment.verdict.culprit == "SSL_CERT_FILE"
    assert "SSL_CERT_FILE=" in str(state.assessment.verdict.fix[0].command)


def test_a_signer_that_is_not_known_is_not_named_in_the_fix(tmp_path: Path) -> None:
    refused = (*REFUSED_TLS[:2], REFUSED_TLS[2]._replace(issuer=""))
    lost = record(error="the certificate was refused", connection=refused)
    state = fold(loaded(tmp_path), RequestFinished(2, AT, "request", lost))
    assert state.assessment is not None
    assert "“”" not in state.assessment.verdict.fix[0].text


def test_the_way_is_open_again_with_the_next_answer_of_that_host(tmp_path: Path) -> None:
    lost = RequestFinished(2, AT, "request", record(error="refused", connection=REFUSED_TLS))
    other = RequestFinished(3, AT, "request", record(host="chatgpt.com", status=200))
    own = RequestFinished(4, AT, "request", record(status=200))
    state = folded(loaded(tmp_path), lost, other)
    assert headline(state).startswith("auth.openai.com was never reached")
    assert "never reached" not in headline(fold(state, own))


def test_a_refused_signature_beside_a_skewed_clock_is_put_down_to_the_clock(tmp_path: Path) -> None:
    refused = record(
        status=401,
        purpose="task-register",
        skew_seconds=-600.0,
        server_date=AT - timedelta(minutes=10),
    )
    state = folded(loaded(tmp_path), RequestFinished(2, AT, "request", refused))
    assert headline(state) == "The clock of this machine is 10 minutes ahead"
    slow = refused._replace(skew_seconds=120.0)
    state = folded(loaded(tmp_path), RequestFinished(2, AT, "request", slow))
    assert headline(state) == "The clock of this machine is 2 minutes behind"


def test_a_refusal_with_a_right_clock_blames_nobody(tmp_path: Path) -> None:
    before = headline(loaded(tmp_path))
    refused = record(status=401, purpose="task-register", skew_seconds=0.0)
    assert headline(folded(loaded(tmp_path), RequestFinished(2, AT, "r", refused))) == before
    bearer = record(status=401, purpose="model-call", skew_seconds=-600.0)
    assert headline(folded(loaded(tmp_path), RequestFinished(2, AT, "r", bearer))) == before
