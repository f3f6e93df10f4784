from __future__ import annotations

import asyncio
import sys
from functools import partial
from typing import TYPE_CHECKING

import pytest

from authtui.contracts import BY_NAME
from authtui.credentials.document import AgentRecord, Document
from authtui.exchanges.answers import Answer, WireFailure
from authtui.identity.keys import PrivateKey, read_private_key
from authtui.redaction import Secret
from authtui.request_auth import (
    NO_BEARER,
    NO_TASK,
    AgentAssertionAuth,
    AgentTask,
    AuthProblem,
    BearerAuth,
    GivenHeaders,
    Headers,
    NoAuth,
    assertion_facts,
    httpx_auth,
    provider_for,
)
from authtui.simulation.selection import Credential, legal_header_value
from tests.wire.servers import NOW, answering, serving, wire

if TYPE_CHECKING:
    from authtui.request_auth import AuthProvider, CallSite

V1 = "MC4CAQAwBQYDK2VwBCIEIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH"
V2 = (
    "MFECAQEwBQYDK2VwBCIEIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHgSEA6kpsY+KcUgq+9VB7Ey7F+ZVH"
    "dq6+vnuSQh7qaRRG0iw="
)
ASSERTION = (
    "AgentAssertion eyJhZ2VudF9ydW50aW1lX2lkIjoiYWdlbnQtMTIzIiwic2lnbmF0dXJlIjoiSnMrK0Uzb1h0eTNqTV"
    "owbHpHMXpzdGRNNmpURklWcHJYQVNqM1B6aGl1dGdsMkI4Y3FRazd2dXJ4aGsvaWVHVHQ4ay94Qm5HLzcxVzVkSHRWemhv"
    "RGc9PSIsInRhc2tfaWQiOiJ0YXNrLTEyMyIsInRpbWVzdGFtcCI6IjIwMjYtMDQtMjFUMDA6MDA6MDBaIn0"
)
TASK = AgentTask("agent-123", Secret("task-123"))
JWT = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1c2VyLTEifQ.c2ln"
RECORD = AgentRecord("ws-1", "agent-123", Secret(V2))
FIRST, ONLY, CURRENT = BY_NAME["first"], BY_NAME["identity-only"], BY_NAME["current"]


def key() -> PrivateKey:
    found = read_private_key(V2)
    assert isinstance(found, PrivateKey)
    return found


def headers(provider: AuthProvider, call_site: CallSite = "provider") -> dict[str, str]:
    found = provider.add_headers(NOW, call_site)
    assert isinstance(found, Headers), found
    return dict(found.reveal())


def problem(provider: AuthProvider) -> AuthProblem:
    found = provider.add_headers(NOW)
    assert isinstance(found, AuthProblem), found
    return found


def agent(**more: object) -> Credential:
    made = Credential(
        "agent_identity", "CODEX_ACCESS_TOKEN", "CODEX_ACCESS_TOKEN", Secret(JWT),
        record=RECORD, account_id="ws-1",
    )  # fmt: skip
    return made._replace(**more)  # type: ignore[arg-type]


def chatgpt(**more: object) -> Credential:
    made = Credential("chatgpt", "auth.json", "auth.json", Secret(JWT), account_id="acct-1")
    return made._replace(**more)  # type: ignore[arg-type]


ROWS = [
    ("nothing", None, None, {}),
    (
        "API key",
        Credential("api_key", "CODEX_API_KEY", "CODEX_API_KEY", Secret("sk-1"), account_id="x",
                   fedramp=True),
        None,
        {"Authorization": "Bearer sk-1"},
    ),
    (
        "key of a provider",
        Credential("provider", "MY_KEY", "MY_KEY", Secret("abc")),
        None,
        {"Authorization": "Bearer abc"},
    ),
    (
        "chatgpt",
        chatgpt(),
        None,
        {"Authorization": f"Bearer {JWT}", "ChatGPT-Account-ID": "acct-1"},
    ),
    (
        "chatgpt without an account",
        chatgpt(account_id=None),
        None,
        {"Authorization": f"Bearer {JWT}"},
    ),
    (
        "chatgpt of a FedRAMP workspace",
        chatgpt(fedramp=True),
        None,
        {
            "Authorization": f"Bearer {JWT}",
            "ChatGPT-Account-ID": "acct-1",
            "X-OpenAI-Fedramp": "true",
        },
    ),
    (
        "tokens of a host program",
        chatgpt(mode="chatgpt_auth_tokens"),
        None,
        {"Authorization": f"Bearer {JWT}", "ChatGPT-Account-ID": "acct-1"},
    ),
    (
        "personal access token",
        Credential("personal_access_token", "x", "x", Secret("at-1"), account_id="acct-2",
                   fedramp=True),
        None,
        {
            "Authorization": "Bearer at-1",
            "ChatGPT-Account-ID": "acct-2",
            "X-OpenAI-Fedramp": "true",
        },
    ),
    (
        "agent identity",
        agent(fedramp=True),
        TASK,
        {
            "Authorization": ASSERTION,
            "ChatGPT-Account-ID": "ws-1",
            "X-OpenAI-Fedramp": "true",
        },
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "credential", "task", "wanted"), ROWS, ids=[r[0] for r in ROWS])
def test_the_headers_of_each_mode(
    name: str, credential: Credential | None, task: AgentTask | None, wanted: dict[str, str]
) -> None:
    del name
    assert headers(provider_for(credential, CURRENT, task)) == wanted


@pytest.mark.parametrize("stored", [V1, V2])
def test_the_assertion_is_the_clients_byte_for_byte(stored: str) -> None:
    found = read_private_key(stored)
    assert isinstance(found, PrivateKey)
    assert headers(AgentAssertionAuth(found, "agent-123", TASK, None)) == {
        "Authorization": ASSERTION
    }


def test_an_identity_only_login_signs_and_asks_for_no_token_data() -> None:
    """Review finding R1 on #18177."""
    document = Document("chatgpt", "chatgpt", agent_identity=RECORD)
    credential = agent(document=document, secret=RECORD.agent_private_key, fedramp=True)
    assert headers(provider_for(credential, ONLY, TASK)) == {
        "Authorization": ASSERTION,
        "ChatGPT-Account-ID": "ws-1",
    }


def test_the_feature_flag_has_no_say_in_an_identity_only_login() -> None:
    """Review finding R1b on #18177: the contract without managed identities gives the same."""
    flag_off = ONLY._replace(managed_identity="none")
    assert headers(provider_for(agent(), flag_off, TASK)) == headers(
        provider_for(agent(), ONLY, TASK)
    )


def test_an_identity_only_login_without_a_task_sends_its_account_alone() -> None:
    assert headers(provider_for(agent(), ONLY)) == {"ChatGPT-Account-ID": "ws-1"}


def test_a_task_beside_tokens_replaces_bearer_and_keeps_the_account_of_the_tokens() -> None:
    credential = chatgpt(record=RECORD)
    assert headers(provider_for(credential, FIRST, TASK)) == {
        "Authorization": ASSERTION,
        "ChatGPT-Account-ID": "acct-1",
    }
    assert headers(provider_for(credential, FIRST))["Authorization"] == f"Bearer {JWT}"
    between = BY_NAME["explicit"]
    assert headers(provider_for(credential, between, TASK))["Authorization"] == f"Bearer {JWT}"


def test_no_task_is_the_clients_own_error() -> None:
    assert problem(provider_for(agent(), CURRENT)).client_error == NO_TASK
    assert NO_TASK == "agent identity process task is not initialized"


def test_a_task_of_another_runtime_is_refused_with_both_names() -> None:
    task = AgentTask("agent-9", Secret("task-123"))
    text = "agent task runtime agent-9 does not match stored agent identity agent-123"
    assert problem(provider_for(agent(), FIRST, task)).client_error == text


def test_0_124_asks_a_stored_identity_for_a_bearer_and_fails() -> None:
    document = Document("agentIdentity", "agentIdentity", agent_identity=RECORD)
    found = provider_for(agent(document=document), BY_NAME["0.124"], TASK)
    assert problem(found).client_error == NO_BEARER


def test_an_unusable_key_is_a_problem_without_the_key() -> None:
    bad = RECORD._replace(agent_private_key=Secret("planted-key"))
    found = problem(provider_for(agent(record=bad), CURRENT, TASK))
    assert found.client_error == "stored agent identity private key is not valid base64"
    assert "planted" not in repr(found)


def test_bedrock_is_left_to_its_own_provider() -> None:
    found = provider_for(Credential("bedrock", "auth.json", "auth.json"), CURRENT)
    assert problem(found).client_error == CURRENT.bedrock_account


def test_a_signature_that_does_not_verify_is_not_handed_out() -> None:
    class Broken(PrivateKey):
        def sign(self, message: bytes) -> bytes:
            return super().sign(message + b"!")

    good = key()
    broken = Broken(good.reveal_seed(), good.public_bytes, 2)
    found = problem(AgentAssertionAuth(broken, "agent-123", TASK, None))
    assert "does not verify" in found.statement


@pytest.mark.parametrize("bad", ["a\nb", "ü", "a\x00", "a\x7f", "a\r"])
def test_what_is_not_legal_in_a_header_is_left_out_silently(bad: str) -> None:
    assert headers(BearerAuth(Secret(bad), "acct-1")) == {"ChatGPT-Account-ID": "acct-1"}
    assert headers(BearerAuth(Secret("sk-1"), bad)) == {"Authorization": "Bearer sk-1"}
    assert headers(GivenHeaders([("X-A", Secret(bad)), ("X B", Secret("1"))])) == {}
    assert legal_header_value(bad) == (bad == "ü")  # which the client sends as it is


def test_given_headers_go_out_as_given_and_nothing_is_added() -> None:
    given = [("x-thing", Secret("1")), ("Authorization", Secret("Custom abc"))]
    assert headers(GivenHeaders(given)) == {"x-thing": "1", "Authorization": "Custom abc"}


@pytest.mark.parametrize(
    ("call_site", "spelling"),
    [
        ("provider", "ChatGPT-Account-ID"),
        ("backend-client", "ChatGPT-Account-Id"),
        ("chatgpt-client", "chatgpt-account-id"),
    ],
)
def test_each_call_site_spells_the_account_header_its_own_way(
    call_site: CallSite, spelling: str
) -> None:
    found = headers(BearerAuth(Secret("x"), "acct-1"), call_site)
    assert found == {"Authorization": "Bearer x", spelling: "acct-1"}


def test_headers_do_not_print_what_they_hold() -> None:
    found = BearerAuth(Secret("sk-planted"), "acct-1").add_headers(NOW)
    assert "planted" not in f"{found!r}{found}"


def test_facts_of_an_assertion() -> None:
    facts = assertion_facts(ASSERTION, NOW, lambda _: key().public_bytes)
    assert facts.agent_runtime_id == "agent-123"
    assert facts.age_seconds == 0
    assert facts.verified is True
    assert "task-123" not in repr(facts)
    assert assertion_facts(ASSERTION, NOW).verified is None
    assert assertion_facts(ASSERTION, NOW, lambda _: None).verified is None
    assert assertion_facts(ASSERTION, NOW, lambda _: bytes(32)).verified is False
    assert assertion_facts("AgentAssertion ????", NOW).problem is not None


async def ask(provider: AuthProvider) -> tuple[Answer | WireFailure, list[str], list[object]]:
    reader = partial(assertion_facts, key_of=lambda _: key().public_bytes)
    async with serving(answering()) as server, wire(read_assertion=reader) as (client, book):
        auth = httpx_auth(provider, lambda: NOW)
        url = f"{server.base}/backend-api/codex/responses"
        answer = await client.request("POST", url, json={}, timeout=5, auth=auth)
        return answer, server.heads, [*book.finished]


def test_the_adapter_signs_and_the_record_says_so() -> None:
    answer, heads, (record,) = asyncio.run(ask(provider_for(agent(), CURRENT, TASK)))
    assert isinstance(answer, Answer)
    assert f"authorization: {ASSERTION}".lower() in heads[0].lower()
    assert record.authorization == "AgentAssertion"  # type: ignore[attr-defined]
    assert record.account_header == "ws-1"  # type: ignore[attr-defined]
    assert record.assertion.verified is True  # type: ignore[attr-defined]
    assert ASSERTION[20:] not in repr(record)


def test_the_adapter_sends_nothing_when_there_is_a_problem() -> None:
    answer, heads, (record,) = asyncio.run(ask(provider_for(agent(), CURRENT)))
    assert isinstance(answer, WireFailure)
    assert answer.kind == "auth"
    assert answer.statement == NO_TASK
    assert heads == []
    assert record.error == NO_TASK  # type: ignore[attr-defined]


def test_no_auth_attaches_nothing() -> None:
    _, heads, _ = asyncio.run(ask(NoAuth()))
    assert "authorization" not in heads[0].lower()


def test_importing_it_does_not_import_the_http_library() -> None:
    import subprocess

    code = (
        "import sys, authtui.request_auth, authtui.exchanges.request_log, "
        "authtui.exchanges.endpoints, authtui.exchanges.meaning, authtui.exchanges.records\n"
        "print([m for m in ('httpx', 'cryptography', 'asyncio', 'textual') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
