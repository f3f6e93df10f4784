"""Credentials of every generation, minted for this backend: real signatures, made-up people."""

from __future__ import annotations

import json
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from authtui.base64url import base64url
from authtui.contracts import AGENT_AUDIENCE, AGENT_ISSUER
from authtui.demo.backend.state import Account, Agent
from authtui.exchanges.endpoints import CLIENT_ID
from authtui.identity.keys import PrivateKey, generate_key
from authtui.record import NamedTuple
from authtui.redaction import Secret
from authtui.tokens.claims import AUTH
from authtui.tokens.times import utc_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from authtui.demo.backend.keys import SigningKeys
    from authtui.demo.backend.logins import Login
    from authtui.demo.backend.state import BackendState, RefreshStatus

TOKEN_ISSUER: Final = "https://auth.openai.com"  # noqa: S105 - an issuer, no secret
API_AUDIENCE: Final = "https://api.openai.com/v1"
PROFILE_CLAIM: Final = "https://api.openai.com/profile"

HOUR: Final = timedelta(hours=1)


class ApiKey(NamedTuple):
    """An API key and the auth.json that holds it."""

    account: Account
    key: Secret
    auth_json: Secret


class ChatGptLogin(NamedTuple):
    """What a browser login leaves behind."""

    account: Account
    id_token: Secret
    access_token: Secret
    refresh_token: Secret
    auth_json: Secret


class PersonalToken(NamedTuple):
    """A personal access token (`at-…`) and the auth.json that holds it."""

    account: Account
    token: Secret
    auth_json: Secret


class AgentIdentity(NamedTuple):
    """An agent identity in one of its shapes.

    `token` is the JWT, None where the shape is a record; `task_id` is what the record holds.
    """

    account: Account
    runtime_id: str
    key: PrivateKey
    token: Secret | None
    auth_json: Secret
    task_id: str | None = None


class Mint:
    """Makes credentials that the backend of `state` accepts (or knows as spent)."""

    def __init__(
        self, state: BackendState, keys: SigningKeys, clock: Callable[[], datetime]
    ) -> None:
        """`clock` gives aware UTC moments."""
        self._state = state
        self._keys = keys
        self._clock = clock

    def auth_json(
        self, login: Login, expires_in: timedelta = HOUR, *, staging: bool = False
    ) -> Secret:
        """The auth.json of a new login of that kind.

        `expires_in` is the lifetime of a ChatGPT login's access token; `staging`: an agent
        identity is signed by the staging environment.
        """
        if login == "chatgpt":
            return self.chatgpt_login(expires_in=expires_in).auth_json
        if login == "api-key":
            return self.api_key().auth_json
        if login == "agent-identity":
            return self.agent_identity(staging=staging).auth_json
        if login == "personal-access-token":
            return self.personal_token().auth_json
        if login == "managed-record":
            return self.managed_record().auth_json
        if login == "first-record":
            return self.first_record(with_login=True).auth_json
        return self.april_identity().auth_json

    def api_key(self, account: Account | None = None) -> ApiKey:
        """An API key, as `codex login --with-api-key` stores it."""
        owner = self._account(account)
        key = f"sk-demo-{secrets.token_hex(20)}"
        self._state.add_api_key(key, owner)
        document = {"auth_mode": "apikey", "OPENAI_API_KEY": key}
        return ApiKey(owner, Secret(key), _text(document))

    def chatgpt_login(
        self,
        account: Account | None = None,
        *,
        expires_in: timedelta = HOUR,
        last_refresh: datetime | None = None,
        refresh: RefreshStatus = "live",
        stored_account_id: str | None = None,
        agent_identity: Mapping[str, object] | None = None,
    ) -> ChatGptLogin:
        """A ChatGPT login; a negative `expires_in` gives an expired access token.

        `refresh` is the status of its refresh token, `stored_account_id` an account id in
        auth.json that differs from the id token's claim, `agent_identity` a record beside it.
        """
        owner = self._account(account)
        id_token, access_token = self.login_tokens(owner, expires_in)
        refresh_token = self.refresh_token(owner, refresh)
        tokens = {
            "id_token": id_token,
            "access_token": access_token,
            "refresh_token": refresh_token,
        }
        at = utc_text(last_refresh or self._clock())
        document = login_document(tokens, stored_account_id or owner.account_id, at)
        if agent_identity is not None:
            document["agent_identity"] = dict(agent_identity)
        return ChatGptLogin(
            owner, Secret(id_token), Secret(access_token), Secret(refresh_token), _text(document)
        )

    def login_tokens(self, account: Account, expires_in: timedelta = HOUR) -> tuple[str, str]:
        """An id token and an access token (RS256) with the claims OpenAI puts in."""
        now = int(self._clock().timestamp())
        expiry = now + int(expires_in.total_seconds())
        issued = min(now, expiry) - 1
        auth = {
            "chatgpt_account_id": account.account_id,
            "chatgpt_plan_type": account.plan,
            "chatgpt_user_id": account.user_id,
            "chatgpt_account_is_fedramp": account.fedramp,
            "user_id": account.user_id,
        }
        base = {"iss": TOKEN_ISSUER, "sub": account.user_id, "iat": issued, "exp": expiry}
        id_claims = {
            **base,
            "aud": [CLIENT_ID],
            "email": account.email,
            "email_verified": True,
            AUTH: auth,
        }
        access_claims = {
            **base,
            "aud": [API_AUDIENCE],
            "client_id": CLIENT_ID,
            "scp": ["openid", "profile", "email", "offline_access"],
            "jti": secrets.token_hex(8),
            AUTH: auth,
            PROFILE_CLAIM: {"email": account.email, "email_verified": True},
        }
        return self._keys.sign(id_claims), self._keys.sign(access_claims)

    def refresh_token(self, account: Account, status: RefreshStatus = "live") -> str:
        """A refresh token of that status."""
        token = f"rt-demo-{secrets.token_hex(20)}"
        self._state.add_refresh_token(token, account, status)
        return token

    def personal_token(self, account: Account | None = None) -> PersonalToken:
        """A personal access token, stored without a mode as the client does (#19049 and later)."""
        owner = self._account(account)
        token = f"at-demo-{secrets.token_hex(20)}"
        self._state.add_personal_token(token, owner)
        document = {"OPENAI_API_KEY": None, "personal_access_token": token}
        return PersonalToken(owner, Secret(token), _text(document))

    def agent_identity(
        self,
        account: Account | None = None,
        *,
        expires_in: timedelta = timedelta(days=30),
        registered: bool = True,
        staging: bool = False,
        **changes: object,
    ) -> AgentIdentity:
        """The released contract (#19763): RS256, `kid`, the agent registered by the launcher.

        `staging`: signed with the key of the staging environment. `changes` replace claims; the
        value `...` removes one.
        """
        owner, runtime_id, key = self._agent(account, registered=registered)
        now = int(self._clock().timestamp())
        claims: dict[str, object] = {
            "iss": AGENT_ISSUER,
            "aud": AGENT_AUDIENCE,
            "iat": now,
            "exp": now + int(expires_in.total_seconds()),
            **_identity_fields(owner, runtime_id, key),
            **changes,
        }
        claims = {name: value for name, value in claims.items() if value is not ...}
        token = self._keys.sign(claims, staging=staging)
        document = {"auth_mode": "agentIdentity", "OPENAI_API_KEY": None, "agent_identity": token}
        return AgentIdentity(owner, runtime_id, key, Secret(token), _text(document))

    def april_identity(self, account: Account | None = None) -> AgentIdentity:
        """The contract of #18176 and #18180: `workspace_id`, unsigned, identity-only."""
        owner, runtime_id, key = self._agent(account)
        claims = self._first_fields(owner, runtime_id, key)
        token = ".".join([_part({"alg": "none", "typ": "JWT"}), _part(claims), "c2ln"])
        document = {"auth_mode": "chatgpt", "OPENAI_API_KEY": None, "agent_identity": token}
        return AgentIdentity(owner, runtime_id, key, Secret(token), _text(document))

    def first_record(
        self, account: Account | None = None, *, with_login: bool = False
    ) -> AgentIdentity:
        """The first generation's object (#17385), identity-only or beside a ChatGPT login."""
        owner, runtime_id, key = self._agent(account)
        record = self._first_fields(owner, runtime_id, key)
        if with_login:
            text = self.chatgpt_login(owner, agent_identity=record).auth_json
        else:
            document = {"auth_mode": "chatgpt", "OPENAI_API_KEY": None, "agent_identity": record}
            text = _text(document)
        return AgentIdentity(owner, runtime_id, key, None, text)

    def managed_record(
        self, account: Account | None = None, *, with_task: bool = True
    ) -> AgentIdentity:
        """The managed record (#19049) beside a ChatGPT login of the same account."""
        owner, runtime_id, key = self._agent(account)
        record = _identity_fields(owner, runtime_id, key)
        task_id = self.task_id() if with_task else None
        if task_id is not None:
            record["task_id"] = task_id
            self._state.add_task(runtime_id, task_id)
        login = self.chatgpt_login(owner, agent_identity=record)
        return AgentIdentity(owner, runtime_id, key, None, login.auth_json, task_id)

    def runtime_id(self) -> str:
        """A new agent runtime id."""
        return f"agent-demo-{secrets.token_hex(6)}"

    def task_id(self) -> str:
        """A new task id."""
        return f"task-demo-{secrets.token_hex(6)}"

    def new_public_key(self) -> bytes:
        """A public key whose private half nobody has."""
        return new_key().public_bytes

    def _agent(
        self, account: Account | None, *, registered: bool = True
    ) -> tuple[Account, str, PrivateKey]:
        owner = self._account(account)
        key = new_key()
        runtime_id = self.runtime_id()
        if registered:
            self._state.add_agent(Agent(runtime_id, owner, key.public_bytes, "launcher"))
        return owner, runtime_id, key

    def _first_fields(self, owner: Account, runtime_id: str, key: PrivateKey) -> dict[str, object]:
        """What an identity of the first generation says, as an object or in a JWT."""
        return {
            "workspace_id": owner.account_id,
            "chatgpt_user_id": owner.user_id,
            "agent_runtime_id": runtime_id,
            "agent_private_key": key.reveal_pkcs8(),
            "registered_at": utc_text(self._clock()),
        }

    def _account(self, account: Account | None) -> Account:
        return account or self._state.accounts[0]


def new_key() -> PrivateKey:
    """A fresh Ed25519 key."""
    key = generate_key(secrets.token_bytes(64))
    if not isinstance(key, PrivateKey):  # 64 bytes are what the generator wants
        raise TypeError(key.statement)
    return key


def login_document(
    tokens: Mapping[str, object], account_id: str | None, last_refresh: str
) -> dict[str, object]:
    """auth.json after a browser login; of `tokens` the three of a token answer are kept."""
    names = ("id_token", "access_token", "refresh_token")
    return {
        "auth_mode": "chatgpt",
        "OPENAI_API_KEY": None,
        "tokens": {**{name: tokens.get(name) for name in names}, "account_id": account_id},
        "last_refresh": last_refresh,
    }


def _identity_fields(owner: Account, runtime_id: str, key: PrivateKey) -> dict[str, object]:
    """What an agent identity says since #19049, as claims or in a record."""
    return {
        "agent_runtime_id": runtime_id,
        "agent_private_key": key.reveal_pkcs8(),
        "account_id": owner.account_id,
        "chatgpt_user_id": owner.user_id,
        "email": owner.email,
        "plan_type": owner.plan,
        "chatgpt_account_is_fedramp": owner.fedramp,
    }


def _text(document: dict[str, Any]) -> Secret:
    return Secret(json.dumps(document, indent=2) + "\n")


def _part(value: object) -> str:
    return base64url(json.dumps(value, separators=(",", ":")).encode())
