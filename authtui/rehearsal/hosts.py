"""The hosts a client talks to, pretended by one server: each answers as the recorded ones did.

What goes wrong is set by name, in the words of the recordings (`{"jwks": "500"}`). A request is
kept as the client sent it; credentials are looked at only as far as the recorded servers did.
"""

from __future__ import annotations

import base64
import json
import re
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import unquote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from authtui.demo.backend.agents import seal
from authtui.simulation.api_keys import key_doubt
from authtui.tokens.jwt import exp_of

PORT = 8080
ANSWER = "fake answer"
NEW_RUNTIME = "agent-runtime-registered"
ACCOUNT = "workspace-test-1"
_LATE = 4102444800
SLOW_SECONDS = 100
_HTML = b"<!doctype html><html><body>Sign in to the network</body></html>"
_MISSING = {
    "error": {
        "message": "Missing bearer or basic authentication in header",
        "type": "invalid_request_error",
        "param": None,
        "code": None,
    }
}
_WRONG_KEY = {
    "error": {
        "message": "Incorrect API key provided",
        "type": "invalid_request_error",
        "code": "invalid_api_key",
    }
}
_EXPIRED = {
    "error": {
        "message": "Provided authentication token is expired. Please try signing in again.",
        "type": None,
        "code": "token_expired",
    }
}


class Arrived(NamedTuple):
    """One request as it arrived."""

    method: str
    url: str
    authorization: str | None
    account: str | None
    fedramp: str | None


class Hosts:
    """What every host has seen and is told to do wrong; shared by the servers' threads."""

    def __init__(
        self,
        key_set: dict[str, Any],
        refreshed: dict[str, str],
        known_public: bytes = bytes(32),
        account: str = ACCOUNT,
    ) -> None:
        """`refreshed` are the tokens that a refresh gives.

        `known_public` is the Ed25519 key of agents that registered before, `account` the workspace
        of personal access tokens and of workloads.
        """
        self.key_set = key_set
        self.refreshed = refreshed
        self.faults: dict[str, Any] = {}
        self.seen: list[Arrived] = []
        self._agents: dict[str, str] = {}
        self._calls = 0
        self._id_token: str | None = None
        self._known_public = known_public
        self._account = account

    def begin(self, faults: dict[str, Any], id_token: str | None = None) -> None:
        """Forget what was seen; from here on these faults hold.

        `id_token` is that of the stored login: a refresh gives the same person again.
        """
        self.faults, self.seen, self._calls = faults, [], 0
        self._id_token = id_token
        self._agents.clear()

    def answer(self, call: HostCall) -> HostReply:
        """What the host of a request says."""
        for pattern, name in _PATHS:
            if re.fullmatch(pattern, call.path):
                found: HostReply = getattr(self, f"_{name}")(call)
                return found
        return HostReply(404, {"detail": "Not Found"})

    def _jwks(self, call: HostCall) -> HostReply:
        del call
        return _fault(self.faults.get("jwks")) or HostReply(200, self.key_set)

    def _biscuit(self, call: HostCall) -> HostReply:
        del call
        fault = self.faults.get("biscuit")
        if fault == "missing":
            return HostReply(200, {})
        return _fault(fault) or HostReply(200, {}, {"x-openai-authorization": "made-up-biscuit"})

    def _register(self, call: HostCall) -> HostReply:
        fault = _fault(self.faults.get("register"))
        if fault:
            return fault
        self._agents[NEW_RUNTIME] = json.loads(call.body)["agent_public_key"]
        return HostReply(200, {"agent_runtime_id": NEW_RUNTIME})

    def _task(self, call: HostCall) -> HostReply:
        fault = str(self.faults.get("task") or "")
        if fault.isdigit():
            return HostReply(int(fault), {"error": {"message": f"fake task refusal {fault}"}})
        if fault == "slow":
            time.sleep(SLOW_SECONDS)
        special: dict[str, HostReply] = {
            "omit": HostReply(200, {"status": "registered"}),
            "notb64": HostReply(200, {"encrypted_task_id": "%%% not base64 %%%"}),
            "garbage": HostReply(200, {"encrypted_task_id": base64.b64encode(b"x" * 80).decode()}),
            "notjson": HostReply(200, _HTML),
            "plain": HostReply(200, {"task_id": "task-1"}),
        }
        if fault in special:
            return special[fault]
        runtime = unquote(call.path.split("/v1/agent/")[-1].removesuffix("/task/register"))
        public = self._public_of(runtime)
        body = json.loads(call.body)
        message = f"{runtime}:{body['timestamp']}".encode()
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(
                base64.b64decode(body["signature"]), message
            )
        except InvalidSignature:
            return HostReply(401, {"error": {"message": "bad task registration signature"}})
        if fault == "otherkey":
            public = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
        return HostReply(200, {"encrypted_task_id": seal(f"task-{runtime}", public)})

    def _public_of(self, runtime: str) -> bytes:
        text = self._agents.get(runtime)
        if text is None:
            return self._known_public
        return base64.b64decode(text.split()[1])[-32:]

    def _token(self, call: HostCall) -> HostReply:
        if b"jwt-bearer" in call.body:
            fault = self.faults.get("exchange")
            good = HostReply(200, _exchanged(self._account) if fault == "ok" else {})
            return _fault(fault) or good
        tokens = {**self.refreshed, "token_type": "Bearer"}
        if self._id_token is not None:
            tokens["id_token"] = self._id_token
        return _fault(self.faults.get("refresh")) or HostReply(200, tokens)

    def _revoke(self, call: HostCall) -> HostReply:
        del call
        return _fault(self.faults.get("revoke")) or HostReply(200, {})

    def _whoami(self, call: HostCall) -> HostReply:
        del call
        fault = self.faults.get("whoami")
        person = {
            "email": "pat-user@example.test",
            "chatgpt_user_id": "user-pat",
            "chatgpt_account_id": self._account,
            "chatgpt_plan_type": "pro",
            "chatgpt_account_is_fedramp": fault == "fedramp",
        }
        if fault == "missing_field":
            del person["chatgpt_account_id"]
        return _fault(fault) or HostReply(200, person)

    def _accounts(self, call: HostCall) -> HostReply:
        refused = self._judged(call)
        fault = self.faults.get("accounts_check")
        if refused or _fault(fault):
            return refused or _fault(fault) or HostReply(500)
        account = call.account or self._account
        if fault == "other_only":
            account = "workspace-somewhere-else"
        row = {
            "id": account,
            "name": "Test workspace",
            "structure": "personal",
            "plan_type": "pro",
            "workspace_backend_origin": self.faults.get("origin") or "https://chatgpt.com",
            "account_routing_override": "NO_CONSTRAINT",
        }
        if fault == "missing_origin":
            del row["workspace_backend_origin"]
        return HostReply(
            200, {"accounts": [row], "default_account_id": account, "account_ordering": [account]}
        )

    def _policies(self, call: HostCall) -> HostReply:
        return self._judged(call) or _fault(self.faults.get("requirements")) or HostReply(200, {})

    def _models(self, call: HostCall) -> HostReply:
        return self._judged(call) or HostReply(200, {"models": [], "data": [], "object": "list"})

    def _settings(self, call: HostCall) -> HostReply:
        return self._judged(call) or HostReply(404, {"detail": "Not Found"})

    def _responses(self, call: HostCall) -> HostReply:
        if call.method == "HEAD":
            return HostReply(405)
        refused = self._judged(call)
        if call.method == "GET":
            return refused or HostReply(426, {"error": {"message": "no websocket here"}})
        sequence = self.faults.get("responses_sequence")
        fault = self.faults.get("responses")
        if sequence:
            fault = sequence[min(self._calls, len(sequence) - 1)]
            self._calls += 1
        if refused and not _fault(fault):
            return refused
        return _fault(fault) or HostReply(200, _stream(), {"content-type": "text/event-stream"})

    def _judged(self, call: HostCall) -> HostReply | None:
        scheme, space, value = (call.authorization or "").partition(" ")
        if scheme == "AgentAssertion":
            return None
        at_chatgpt = call.path.startswith("/backend-api")
        if scheme != "Bearer" or not space:
            return HostReply(401, {"detail": "Unauthorized"} if at_chatgpt else _MISSING)
        if not value.strip():
            return HostReply(401, _WRONG_KEY)
        expires = exp_of(value)
        if expires is not None and expires < time.time():
            if self.faults.get("accept_expired"):
                return None
            return HostReply(401, _EXPIRED)
        if value.count(".") >= 2 or (value.startswith("at-") and at_chatgpt):
            return None
        if at_chatgpt:
            return HostReply(401, _WRONG_KEY) if value.startswith("sk-") else None
        return HostReply(401, _WRONG_KEY) if key_doubt(value) else None


_PATHS = (
    (r".*/agent-identities/jwks", "jwks"),
    (r".*/authenticate_app_v2", "biscuit"),
    (r".*/v1/agent/register", "register"),
    (r".*/v1/agent/.*/task/register", "task"),
    (r".*/oauth/token", "token"),
    (r".*/oauth/revoke", "revoke"),
    (r".*/v1/user-auth-credential/whoami", "whoami"),
    (r".*/wham/accounts/check", "accounts"),
    (r".*/wham/config/(bundle|requirements)", "policies"),
    (r".*/wham/settings/user", "settings"),
    (r".*/models", "models"),
    (r".*/responses", "responses"),
)


class HostReply(NamedTuple):
    """An answer; a body that is no text of bytes goes out as JSON."""

    status: int
    body: Any = None
    headers: dict[str, str] = {}  # noqa: RUF012 - never changed


class HostCall(NamedTuple):
    """A request, as far as the hosts look at it."""

    method: str
    host: str
    origin: str
    path: str
    authorization: str | None
    account: str | None
    body: bytes


def _fault(fault: object) -> HostReply | None:
    """The answer that a fault's name stands for; None for `ok` and for what is not an answer."""
    if not fault or fault in ("ok", "fedramp", "missing_field", "other_only", "missing_origin"):
        return None
    word, _, code = str(fault).partition(":")
    if word == "slow":
        time.sleep(SLOW_SECONDS)
    if word.isdigit():
        inner: dict[str, Any] = {"message": f"fake {code or f'status {word}'}"}
        if code:
            inner["type"] = "invalid_request_error"
        return HostReply(int(word), {"error": {**inner, "code": code or None}})
    if word == "empty":
        return HostReply(200, {})
    return HostReply(200, _HTML)


def _exchanged(account: str) -> dict[str, Any]:
    """What the auth server gives for the token of a workload."""
    auth = {"chatgpt_account_id": account, "chatgpt_user_id": "user-1", "chatgpt_plan_type": "pro"}
    claims = {"exp": _LATE, "https://api.openai.com/auth": auth}
    parts = (json.dumps(part).encode() for part in ({"alg": "RS256", "typ": "JWT"}, claims))
    token = ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
    return {
        "access_token": f"{token}.c2lnbmF0dXJl",
        "chatgpt_account_id": account,
        "chatgpt_account_user_id": f"user-1__{account}",
        "chatgpt_plan_type": "pro",
        "expires_in": 3600,
        "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
        "scope": "openid",
        "token_type": "Bearer",
        "user_id": "user-1",
    }


def _stream() -> bytes:
    item = {"id": "msg_1", "type": "message", "role": "assistant"}
    text = {"type": "output_text", "text": ANSWER}
    done = {**item, "status": "completed", "content": [text]}
    usage = {
        "input_tokens": 1,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 1,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 2,
    }
    head = {"id": "resp_1", "object": "response", "model": "made-up"}
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": {**head, "status": "in_progress", "output": []}},
        {"type": "response.output_item.done", "output_index": 0, "item": done},
        {
            "type": "response.completed",
            "response": {**head, "status": "completed", "output": [done], "usage": usage},
        },
    ]
    lines = (f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
    return "".join(lines).encode()


def serve(
    hosts: Hosts,
    contexts: dict[str, ssl.SSLContext],
    plain: tuple[int, ...] = (PORT,),
    secure: tuple[int, ...] = (443,),
) -> None:
    """Answer at `secure` ports with the certificate set to be shown, at `plain` in clear."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            body = self.rfile.read(length)
            host = self.headers.get("host") or ""
            secure = isinstance(self.connection, ssl.SSLSocket)
            origin = f"{'https' if secure else 'http'}://{host}"
            given = self.headers.get("authorization")
            if given is not None:
                given = given.encode("latin-1").decode("utf-8", "replace")
            account = self.headers.get("chatgpt-account-id")
            if account is not None:
                account = account.encode("latin-1").decode("utf-8", "replace")
            fedramp = self.headers.get("x-openai-fedramp")
            hosts.seen.append(Arrived(self.command, origin + self.path, given, account, fedramp))
            path = self.path.split("?", 1)[0]
            reply = hosts.answer(HostCall(self.command, host, origin, path, given, account, body))
            sent = reply.body
            kind = "text/html"
            if not isinstance(sent, bytes):
                sent, kind = json.dumps(sent or {}).encode(), "application/json"
            self.send_response(reply.status)
            for name, value in {"content-type": kind, **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(sent)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(sent)

        do_GET = do_POST = do_HEAD = do_PUT = do_DELETE = _serve  # noqa: N815 - the library's names

        def log_message(self, *words: object) -> None:
            """Nothing: what was seen is kept."""

    class PlainServer(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def handle_error(self, *words: object) -> None:
            """A client that goes away is nobody's fault."""

    class SecureServer(PlainServer):
        def finish_request(self, request: Any, address: Any) -> None:  # noqa: ANN401 - as inherited
            context = contexts[str(hosts.faults.get("tls") or "trusted")]
            with context.wrap_socket(request, server_side=True) as wrapped:
                super().finish_request(wrapped, address)

    for kind, port in [(SecureServer, port) for port in secure] + [
        (PlainServer, port) for port in plain
    ]:
        server = kind(("127.0.0.1", port), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
