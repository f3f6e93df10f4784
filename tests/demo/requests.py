"""Requests as a client of one generation or another would send them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from authtui.identity.assertion import assertion, task_registration_signature, timestamp_text

if TYPE_CHECKING:
    import httpx

    from authtui.demo.backend.minting import AgentIdentity
    from authtui.identity.keys import PrivateKey
    from authtui.redaction import Secret

ABOM = {
    "agent_version": "0.169.0",
    "agent_harness_id": "codex-cli",
    "running_location": "exec-linux",
}
CODEX = "/backend-api/codex/responses"


def now_text() -> str:
    return timestamp_text(datetime.now(UTC))


def bearer(token: Secret, account: str | None = None) -> dict[str, str]:
    headers = {"Authorization": f"Bearer {token.reveal()}"}
    return headers if account is None else {**headers, "ChatGPT-Account-ID": account}


def agent_body(key: PrivateKey, **changes: object) -> dict[str, Any]:
    body: dict[str, object] = {
        "abom": ABOM,
        "agent_public_key": key.ssh_text,
        "capabilities": [],
        "ttl": None,
        **changes,
    }
    return {name: value for name, value in body.items() if value is not ...}


def task_body(key: PrivateKey, runtime_id: str, timestamp: str | None = None) -> dict[str, str]:
    at = timestamp or now_text()
    return {"timestamp": at, "signature": task_registration_signature(key, runtime_id, at)}


def register_task(
    http: httpx.Client, identity: AgentIdentity, base: str = "/api/accounts", **headers: str
) -> httpx.Response:
    return http.post(
        f"{base}/v1/agent/{identity.runtime_id}/task/register",
        json=task_body(identity.key, identity.runtime_id),
        headers=headers,
    )


def asserted(
    identity: AgentIdentity,
    task_id: str,
    *,
    account: str | None = "",
    timestamp: str | None = None,
    key: PrivateKey | None = None,
) -> dict[str, str]:
    value = assertion(key or identity.key, identity.runtime_id, task_id, timestamp or now_text())
    headers = {"Authorization": value}
    if account is not None:
        headers["ChatGPT-Account-ID"] = account or identity.account.account_id
    return headers


def reason(answer: httpx.Response) -> str:
    text: str = answer.json()["error"]["message"]
    return text
