"""States nobody would write down: every field missing, mistyped or odd, in every combination.

`states(count, seed, …)` draws different states for each seed; the same ones for the same seed.
A state is in the form of a recording's `given`, so that what a client does in it can be recorded.
"""

from __future__ import annotations

import base64
import copy
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.oracle import made_up
from tests.oracle.cases import KNOWN_KEY

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

OURS, OTHER = "workspace-test-1", "workspace-test-2"
HEAD = "check_for_update_on_startup = false\n"
TAIL = (
    "\n[analytics]\nenabled = false\n\n"
    "[features]\napps = false\nplugins = false\nremote_plugin = false\n"
)
_DROP = object()
_ODD: tuple[Any, ...] = (
    _DROP,
    None,
    "",
    " ",
    "\n",
    "abc",
    "ключ",
    "a\tb",
    "null",
    0,
    -1,
    7,
    1.5,
    1e300,
    18446744073709551616,
    True,
    False,
    [],
    ["a"],
    [1, 2],
    {},
    {"a": 1},
    "0",
)
_MODES: tuple[Any, ...] = (
    "apikey",
    "chatgpt",
    "chatgptAuthTokens",
    "agentIdentity",
    "personalAccessToken",
    "bedrockApiKey",
    "bedrockAccessKeys",
    "headers",
    "apiKey",
    "ApiKey",
    "API",
    "ChatGPT",
    "chatgpt ",
    "chatGptAuthTokens",
    "agent_identity",
    "",
    None,
    1,
    True,
    {},
    {"chatgpt": None},
    ["chatgpt"],
)
_DATES = (
    "2099-01-01T00:00:00Z",
    "2020-01-01T00:00:00Z",
    "2026-11-20T00:00:00.123456789Z",
    "2026-11-20T00:00:00+02:00",
    "2026-11-20t00:00:00z",
    "2026-11-20 00:00:00Z",
    "2026-11-20T00:00:00",
    "2026-11-20",
    "2026-11-20T00:00Z",
    "2026-13-20T00:00:00Z",
    "2026-02-30T00:00:00Z",
    "2026-11-20T24:00:00Z",
    "2016-12-31T23:59:60Z",
    "2026-11-20T00:00:00 Z",
    " 2026-11-20T00:00:00Z",
    "2026-11-20T00:00:00Z ",
    "+2026-11-20T00:00:00Z",
    "12026-11-20T00:00:00Z",
    "2026-11-20T00:00:00,5Z",
    "2026-11-20T00:00:00+0200",
    "2026-11-20T00:00:00+02",
    "1763600000",
    1763600000,
    "",
    None,
)
_KEYS = (
    "sk-test-fake-api-key-000000000000000000000",
    "sk-proj-made-up-0123456789",
    "sk-12345678",
    "sk-1234567890",
    "sk-12345678901",
    '"sk-test-0123456789abcdef"',
    "'sk-test-0123456789abcdef'",
    "Bearer sk-test-0123456789abcdef",
    " sk-test-0123456789abcdef ",
    "sk-test-0123456789abcdef\n",
    "sk-test-0123 456789abcdef",
    "sk-test-ключ-0123456789abcdef",
    "",
    "  ",
)
AGENT_CLAIMS = {
    **made_up.AGENT_CLAIMS,
    "agent_private_key": KNOWN_KEY,
    "account_id": OURS,
    "agent_runtime_id": "agent-runtime-1",
}
_SECOND_VERSION = (
    "MFECAQEwBQYDK2VwBCIEIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHgSEA"
    "6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw="
)
_AGENT_KEYS = (
    KNOWN_KEY,
    "***",
    "",
    "AAAA",
    KNOWN_KEY + "\n",
    KNOWN_KEY.rstrip("="),
    "MC4CAQAwBQYDK2VwBCIEIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH",
    _SECOND_VERSION,
)
_POLICIES = (
    'forced_login_method = "api"',
    'forced_login_method = "chatgpt"',
    'forced_login_method = "API"',
    'forced_login_method = ""',
    "forced_login_method = 1",
    f'forced_chatgpt_workspace_id = "{OURS}"',
    f'forced_chatgpt_workspace_id = "{OTHER}"',
    f'forced_chatgpt_workspace_id = " {OURS} "',
    'forced_chatgpt_workspace_id = " "',
    f'forced_chatgpt_workspace_id = "{OURS},{OTHER}"',
    f'forced_chatgpt_workspace_id = "{OTHER.upper()}"',
    f'forced_chatgpt_workspace_id = ["{OURS}"]',
    f'forced_chatgpt_workspace_id = ["{OTHER}", "{OURS}"]',
    f'forced_chatgpt_workspace_id = ["{OTHER}"]',
    f'forced_chatgpt_workspace_id = ["", " {OTHER} ", "x,y"]',
    "forced_chatgpt_workspace_id = []",
    'forced_chatgpt_workspace_id = ["", " "]',
    'forced_chatgpt_workspace_id = ["a", 1]',
    "forced_chatgpt_workspace_id = true",
    f'forced_login_method = "chatgpt"\nforced_chatgpt_workspace_id = "{OURS}"',
    f'forced_login_method = "chatgpt"\nforced_chatgpt_workspace_id = "{OTHER}"',
    f'forced_login_method = "api"\nforced_chatgpt_workspace_id = "{OURS}"',
)
_STORES = (
    '"file"',
    '"keyring"',
    '"auto"',
    '"ephemeral"',
    '"File"',
    '""',
    "1",
    '["file"]',
)
_BASES = (
    "https://chatgpt.com/backend-api",
    "https://chatgpt.com/backend-api/",
    "https://chatgpt.com/backend-api//",
    "https://chatgpt.com",
    "https://chatgpt.com/codex",
    "https://chat.openai.com/backend-api",
    "https://chatgpt-staging.com/backend-api",
    "HTTPS://CHATGPT.COM/backend-api",
    "https://chatgpt.com:443/backend-api",
    "http://chatgpt.com/backend-api",
    "https://chatgpt.com/backend-api?x=1",
    "$BACKEND/backend-api",
    "$BACKEND/api/codex",
    "$BACKEND",
    "not a url",
    "ftp://chatgpt.com",
    "",
)
_OWN = 'name = "mine"\nbase_url = "$BACKEND/v1"\nwire_api = "responses"\n'
_PROVIDERS = (
    _OWN,
    _OWN + "requires_openai_auth = true\n",
    _OWN + 'env_key = "MY_PROVIDER_KEY"\n',
    _OWN + 'env_key = "MY_PROVIDER_KEY"\nrequires_openai_auth = true\n',
    _OWN + 'env_key = "UNSET_KEY"\n',
    _OWN + 'env_key = "UNSET_KEY"\nenv_key_instructions = "Ask the ops team."\n',
    _OWN + 'env_key = "UNSET_KEY"\nrequires_openai_auth = true\n',
    _OWN + 'experimental_bearer_token = "made-up-token"\n',
    _OWN + 'experimental_bearer_token = ""\n',
    _OWN + 'experimental_bearer_token = "x"\nrequires_openai_auth = true\n',
    _OWN + 'experimental_bearer_token = "x"\nenv_key = "MY_PROVIDER_KEY"\n',
    _OWN + 'env_key = ""\n',
    _OWN + 'env_key = "OPENAI_API_KEY"\n',
    'name = "mine"\nbase_url = "$BACKEND/v1/"\nwire_api = "responses"\n',
    'name = "mine"\nbase_url = "$BACKEND/v1"\nwire_api = "chat"\n',
    'name = "mine"\nbase_url = "$BACKEND/v1"\n',
    'name = "mine"\nwire_api = "responses"\n',
    'name = "mine"\nwire_api = "responses"\nrequires_openai_auth = true\n',
    'base_url = "$BACKEND/v1"\nwire_api = "responses"\n',
    'name = ""\nbase_url = "$BACKEND/v1"\nwire_api = "responses"\n',
    _OWN + "requires_openai_auth = 1\n",
)
_FAULTS: tuple[dict[str, Any], ...] = (
    {"jwks": "500"},
    {"jwks": "404"},
    {"jwks": "403"},
    {"jwks": "notjson"},
    {"jwks": "empty"},
    {"task": "400"},
    {"task": "401"},
    {"task": "403"},
    {"task": "429"},
    {"task": "500"},
    {"task": "503"},
    {"task": "omit"},
    {"task": "notb64"},
    {"task": "otherkey"},
    {"task": "notjson"},
    {"task": "plain"},
    {"whoami": "401"},
    {"whoami": "403"},
    {"whoami": "404"},
    {"whoami": "429"},
    {"whoami": "notjson"},
    {"whoami": "missing_field"},
    {"whoami": "fedramp"},
    {"register": "400"},
    {"register": "401"},
    {"register": "403"},
    {"register": "500"},
    {"register": "notjson"},
    {"biscuit": "missing"},
    {"biscuit": "500"},
    {"refresh": "400:invalid_grant"},
    {"refresh": "400:refresh_token_reused"},
    {"refresh": "401:refresh_token_expired"},
    {"refresh": "401:refresh_token_invalidated"},
    {"refresh": "401:something_else"},
    {"refresh": "401"},
    {"refresh": "403"},
    {"refresh": "403:refresh_token_reused"},
    {"refresh": "429"},
    {"refresh": "500"},
    {"refresh": "notjson"},
    {"accounts_check": "401"},
    {"accounts_check": "403"},
    {"accounts_check": "429"},
    {"accounts_check": "500"},
    {"accounts_check": "notjson"},
    {"accounts_check": "other_only"},
    {"accounts_check": "missing_origin"},
    {"accounts_check": "empty"},
    {"requirements": "401"},
    {"requirements": "404"},
    {"requirements": "500"},
    {"requirements": "notjson"},
    {"responses": "400:bad_request"},
    {"responses": "401"},
    {"responses": "403"},
    {"responses": "404"},
    {"responses": "429:rate_limit_exceeded"},
    {"responses": "500"},
    {"responses": "503"},
    {"responses_sequence": ["401", "ok"]},
    {"responses_sequence": ["500", "ok"]},
    {"accept_expired": True},
    {"tls": "untrusted"},
    {"tls": "expired"},
    {"dns": "nxdomain"},
)
_FILES: tuple[dict[str, Any], ...] = (
    {"auth_kind": "symlink"},
    {"auth_kind": "directory"},
    {"auth_kind": "dangling"},
    {"file_mode": "0644"},
    {"file_mode": "0400"},
    {"codex_home": "missing"},
    {"codex_home": "file"},
    {"codex_home": "dot_codex"},
)


class Signer(NamedTuple):
    """A key that the pretended key set lists."""

    key: RSAPrivateKey
    kid: str

    def sign(self, claims: object, header: dict[str, Any] | None = None) -> str:
        """A JWT with a good signature, whatever its header says."""
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        head = {"alg": "RS256", "typ": "JWT", "kid": self.kid} if header is None else header
        text = ".".join(_part(part) for part in (head, claims))
        return f"{text}.{_base64url(self.key.sign(text.encode(), PKCS1v15(), SHA256()))}"

    def public(self) -> dict[str, Any]:
        """The entry of the key set."""
        numbers = self.key.public_key().public_numbers()
        spelled = {
            name: _base64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))
            for name, value in (("n", numbers.n), ("e", numbers.e))
        }
        return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid, **spelled}


def new_signer(draw: random.Random) -> Signer:
    """A fresh key; its name comes from the draw."""
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

    return Signer(generate_private_key(65537, 2048), f"drive-{draw.randrange(16**8):08x}")


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _part(value: object) -> str:
    return _base64url(value.encode() if isinstance(value, str) else json.dumps(value).encode())


class Maker:
    """Draws states; `agent` is the variable of the generation that holds an agent identity."""

    def __init__(self, draw: random.Random, signer: Signer, agent: str) -> None:
        """Everything random comes from `draw`, but for the signing key."""
        self.draw, self.signer, self.agent = draw, signer, agent

    def chance(self, share: float) -> bool:
        """True in this share of the draws."""
        return self.draw.random() < share

    def one(self, things: Any) -> Any:  # noqa: ANN401 - of whatever the choice is made
        """One of them."""
        return self.draw.choice(things)

    def state(self) -> dict[str, Any]:
        """A `given`: environment, auth.json, config.toml, and what is special."""
        other: dict[str, Any] = {"urls": "default URLs, answered by pretended hosts"}
        record = self._record()
        given: dict[str, Any] = {"env": self._environment(), "auth_json": None}
        if record is not None:
            text = self._text(record)
            if isinstance(text, bytes):
                given["auth_json_base64"] = base64.b64encode(text).decode()
            else:
                given["auth_json"] = text
        given["config_toml"] = self._config()
        if self.chance(0.3):
            other["backend"] = dict(self.one(_FAULTS))
        if self.chance(0.06):
            other |= self.one(_FILES)
        if self.chance(0.05):
            other["dotenv"] = self._dotenv()
        if "MY_PROVIDER_KEY" in given["config_toml"]:
            given["env"]["MY_PROVIDER_KEY"] = self.one(("made-up-provider-key", "", "  ", " x "))
        given["other"] = other
        return given

    def _environment(self) -> dict[str, str]:
        kinds: tuple[Callable[[], dict[str, str]], ...] = (
            lambda: {"CODEX_API_KEY": self.one(_KEYS)},
            lambda: {self.agent: self.agent_token()},
            lambda: {self.agent: self.agent_token()},
            lambda: {self.agent: self._personal_token()},
            lambda: {self.agent: self.one(("abc", "", " ", "a.b.c", "..", "sk-test-012345678901"))},
            lambda: {"OPENAI_API_KEY": self.one(_KEYS)},
            lambda: {"CODEX_API_KEY": self.one(_KEYS), self.agent: self.agent_token()},
            lambda: {"CODEX_ACCESS_TOKEN": self.agent_token()},
            lambda: {"CODEX_AGENT_IDENTITY": self.agent_token()},
            self._workload,
        )
        if self.chance(0.55):
            return {}
        found = dict(self.one(kinds)())
        if self.chance(0.1):
            found |= self.one(
                (
                    {"CODEX_AUTHAPI_BASE_URL": "$BACKEND/api/accounts"},
                    {"CODEX_AUTHAPI_BASE_URL": "  "},
                    {"CODEX_AGENT_IDENTITY_AUTHAPI_BASE_URL": "$BACKEND/api/accounts/"},
                    {"CODEX_AGENT_IDENTITY_JWKS_BASE_URL": "$BACKEND/backend-api"},
                    {"CODEX_REFRESH_TOKEN_URL_OVERRIDE": "$BACKEND/oauth/token"},
                    {"CODEX_REFRESH_TOKEN_URL_OVERRIDE": "nonsense"},
                    {"OPENAI_BASE_URL": "$BACKEND/v1"},
                    {"CODEX_CA_CERTIFICATE": "$RUN/nowhere.pem"},
                )
            )
        return found

    def _workload(self) -> dict[str, str]:
        return dict(
            self.one(
                (
                    {"OPENAI_FEDERATION_RULE_ID": "rule-1"},
                    {"OPENAI_FEDERATION_RULE_ID": ""},
                    {"OPENAI_FEDERATION_RULE_ID": " "},
                    {"OPENAI_IDENTITY_TOKEN_FILE": "$RUN/token"},
                    {"OPENAI_IDENTITY_TOKEN_FILE": ""},
                    {"OPENAI_FEDERATION_RULE_ID": "r", "OPENAI_IDENTITY_TOKEN_FILE": "token"},
                    {"OPENAI_FEDERATION_RULE_ID": "r", "OPENAI_IDENTITY_TOKEN_FILE": ""},
                    {"OPENAI_FEDERATION_RULE_ID": "", "OPENAI_IDENTITY_TOKEN_FILE": "$RUN/token"},
                    {"OPENAI_FEDERATION_RULE_ID": " ", "OPENAI_IDENTITY_TOKEN_FILE": "$RUN/token"},
                    {"OPENAI_FEDERATION_RULE_ID": "r", "OPENAI_IDENTITY_TOKEN_FILE": "$RUN/token"},
                    {"OPENAI_FEDERATION_RULE_ID": "r", "OPENAI_IDENTITY_TOKEN_FILE": "$RUN"},
                )
            )
        )

    def _personal_token(self) -> str:
        return str(
            self.one(("at-made-up-token-0123456789", "at-", " at-made-up \n", "AT-made-up", "at-ж"))
        )

    def agent_token(self) -> str:
        """An agent identity JWT: right in a third of the draws, wrong in one way in the others."""
        claims: dict[str, Any] = dict(AGENT_CLAIMS)
        header: dict[str, Any] = {"alg": "RS256", "typ": "JWT", "kid": self.signer.kid}
        way = self.draw.randrange(12)
        if way in (0, 1, 2):
            claims["account_id"] = self.one((OURS, OTHER))
        elif way in (3, 4, 5):
            self._spoil(claims, self.one(list(claims)))
        elif way == 6:
            name, value = self.one(
                (
                    ("exp", 1600000000),
                    ("exp", 4102444800.5),
                    ("exp", "4102444800"),
                    ("iat", 4102444800),
                    ("nbf", 4102444800),
                    ("aud", ["codex-app-server"]),
                    ("aud", "other"),
                    ("iss", "https://elsewhere.example.test"),
                    ("iss", ["https://chatgpt.com/codex-backend/agent-identity"]),
                    ("plan_type", "enterprise"),
                    ("plan_type", "some_new_plan"),
                    ("email", ""),
                    ("chatgpt_account_is_fedramp", True),
                    ("chatgpt_account_is_fedramp", "true"),
                    ("agent_private_key", self.one(_AGENT_KEYS)),
                    ("agent_runtime_id", ""),
                    ("agent_runtime_id", "a b/c"),
                    ("account_id", ""),
                )
            )
            claims[name] = value
        elif way == 7:
            name, value = self.one(
                (
                    ("alg", "none"),
                    ("alg", "HS256"),
                    ("alg", "RS512"),
                    ("alg", "rs256"),
                    ("alg", _DROP),
                    ("kid", _DROP),
                    ("kid", "nobody"),
                    ("kid", ""),
                    ("kid", 1),
                    ("kid", None),
                    ("typ", _DROP),
                    ("typ", "at+jwt"),
                    ("crit", ["exp"]),
                )
            )
            header[name] = value
            header = {key: item for key, item in header.items() if item is not _DROP}
        elif way == 8:
            claims = {**made_up.OLD_RECORD, "workspace_id": OURS}
        elif way == 9:
            token = self.signer.sign(claims, header)
            first, second, third = token.split(".")
            return str(
                self.one(
                    (
                        f"{first}.{second}",
                        f"{first}.{second}.",
                        f"{first}.{second}.{third}.x",
                        f".{second}.{third}",
                        f"{first}..{third}",
                        f"{first}.{second}.c2lnbmF0dXJl",
                        f"{first}.{second}=.{third}",
                        f"Bearer {token}",
                        f'"{token}"',
                        f"  {token}\n",
                        f"{first[:-2]}.{second}.{third}",
                        f"{first}.{second[:-3]}.{third}",
                        f"{first}.{second}.{third[:-4]}",
                        f"{first}.{second}.%%%",
                    )
                )
            )
        elif way == 10:
            return str(
                self.signer.sign(
                    self.one(("", "{", "[]", "1", "null", '"x"', "{}", "{} x", '{"exp": 1e999}')),
                    header,
                )
            )
        return self.signer.sign(claims, header)

    def _spoil(self, fields: dict[str, Any], name: str) -> None:
        value = self.one(_ODD)
        if value is _DROP:
            fields.pop(name, None)
        else:
            fields[name] = copy.deepcopy(value)

    def _id_token(self) -> str:
        auth: dict[str, Any] = {
            "chatgpt_plan_type": self.one(("pro", "pro", "pro", "free", "enterprise", "business")),
            "chatgpt_user_id": "user-test",
            "chatgpt_account_id": self.one((OURS, OURS, OURS, OTHER)),
            "chatgpt_account_is_fedramp": self.chance(0.1),
        }
        claims: dict[str, Any] = {
            "email": "user@example.test",
            "https://api.openai.com/auth": auth,
        }
        if self.chance(0.25):
            self._spoil(auth, self.one(list(auth)))
        if self.chance(0.1):
            self._spoil(claims, self.one(list(claims)))
        if self.chance(0.05):
            claims["https://api.openai.com/profile"] = {"email": "other@example.test"}
        token = made_up.jwt(claims)
        if self.chance(0.08):
            first, second, third = token.split(".")
            return str(
                self.one(
                    (
                        f"{first}.{second}",
                        f"{first}.{second}.",
                        f".{second}.{third}",
                        f"{first}.{second}.{third}.x",
                        f"{first}.%%%.{third}",
                        f"{first}.{_part('{')}.{third}",
                        f"{first}.{_part('[]')}.{third}",
                        f"{first}.{_part('{}')}.{third}",
                        f"x.{second}.y",
                        f" {token} ",
                        token + "=",
                    )
                )
            )
        return token

    def _access_token(self) -> str:
        if self.chance(0.3):
            return made_up.jwt({"exp": 1600000000})
        if self.chance(0.2):
            return str(
                self.one(
                    (
                        "opaque-access-token",
                        made_up.jwt({}),
                        made_up.jwt({"exp": "4102444800"}),
                        made_up.jwt({"exp": 4102444800.5}),
                        made_up.jwt({"exp": -5}),
                        made_up.jwt({"exp": 1e30}),
                        made_up.jwt([]),
                        "a.b.c",
                        made_up.jwt({"exp": made_up.FAR}) + ".x",
                    )
                )
            )
        return made_up.jwt({"exp": made_up.FAR})

    def _login(self) -> dict[str, Any]:
        record: dict[str, Any] = {
            "auth_mode": "chatgpt",
            "OPENAI_API_KEY": None,
            "tokens": {
                "id_token": self._id_token(),
                "access_token": self._access_token(),
                "refresh_token": "test-refresh-token-1",
                "account_id": self.one((OURS, OURS, OURS, OTHER, None)),
            },
            "last_refresh": self.one(_DATES) if self.chance(0.2) else "2099-01-01T00:00:00Z",
        }
        return record

    def _agent_record(self) -> dict[str, Any]:
        names = ("iss", "aud", "iat", "exp")
        record = {k: v for k, v in AGENT_CLAIMS.items() if k not in names}
        if self.chance(0.4):
            record["task_id"] = self.one(("task-1", "", " ", None))
        if self.chance(0.2):
            record["agent_private_key"] = self.one(_AGENT_KEYS)
        if self.chance(0.3):
            self._spoil(record, self.one(list(record)))
        return record

    def _record(self) -> dict[str, Any] | list[Any] | None:
        kinds: tuple[Callable[[], Any], ...] = (
            lambda: {"auth_mode": "apikey", "OPENAI_API_KEY": self.one(_KEYS)},
            lambda: {"OPENAI_API_KEY": self.one(_KEYS)},
            self._login,
            self._login,
            self._login,
            self._login,
            lambda: {**self._login(), "OPENAI_API_KEY": self.one(_KEYS)},
            lambda: {**self._login(), "agent_identity": self._agent_record()},
            lambda: {**self._login(), "agent_identity": self.agent_token()},
            lambda: {**self._login(), "agent_identity": {**made_up.OLD_RECORD}},
            lambda: {"auth_mode": "agentIdentity", "agent_identity": self.agent_token()},
            lambda: {"auth_mode": "agentIdentity", "agent_identity": self.agent_token()},
            lambda: {"auth_mode": "agentIdentity", "agent_identity": self._agent_record()},
            lambda: {"auth_mode": "chatgpt", "agent_identity": self._agent_record()},
            lambda: {"agent_identity": self.agent_token()},
            lambda: {"personal_access_token": self._personal_token()},
            lambda: {"auth_mode": "personalAccessToken", "personal_access_token": "at-made-up"},
            lambda: {**self._login(), "personal_access_token": self._personal_token()},
            lambda: {
                "auth_mode": "bedrockApiKey",
                "bedrock_api_key": {"api_key": "made-up", "region": "us-east-1"},
            },
            lambda: {
                "bedrock_access_keys": {
                    "access_key_id": "AKIA",
                    "secret_access_key": "made-up",
                    "region": "us-east-1",
                }
            },
            dict,
            list,
        )
        if self.chance(0.15):
            return None
        record = copy.deepcopy(self.one(kinds)())
        if not isinstance(record, dict):
            return list(record)
        if self.chance(0.25):
            record.pop("auth_mode", None)
        elif self.chance(0.15):
            record["auth_mode"] = self.one(_MODES)
        if self.chance(0.2) and record:
            self._spoil(record, self.one(list(record)))
        inner = [name for name, value in record.items() if isinstance(value, dict) and value]
        if self.chance(0.25) and inner:
            below = record[self.one(inner)]
            self._spoil(below, self.one(list(below)))
        if self.chance(0.05):
            record["extra"] = self.one(_ODD[1:])
        return dict(record)

    def _text(self, record: object) -> str | bytes:
        text = json.dumps(record, indent=2, ensure_ascii=self.chance(0.5))
        if not self.chance(0.12):
            return text
        ways: tuple[Callable[[], str | bytes], ...] = (
            lambda: "\ufeff" + text,
            lambda: text.replace("\n", "\r\n"),
            lambda: text.replace("\n", "\r"),
            lambda: text + "\n\n",
            lambda: text + "\n{}",
            lambda: text + "\0",
            lambda: text[: self.draw.randrange(len(text))],
            lambda: text.replace("}", ",}", 1),
            lambda: "// login\n" + text,
            lambda: text.replace('"', "'"),
            lambda: text.replace(":", " :\t"),
            lambda: json.dumps(record),
            lambda: text.encode("utf-16"),
            lambda: text.encode() + b"\xff\xfe",
            lambda: b"\xc3" + text.encode(),
            lambda: text.replace("{", '{"OPENAI_API_KEY": null, ', 1),
            lambda: text.replace("{", '{"tokens": null, ', 1),
            lambda: text.replace("{", '{"auth_mode": "apikey", ', 1),
            lambda: text.replace("null", "NaN"),
            lambda: text.replace("chatgpt", "chat\\u0067pt"),
            lambda: text.replace("chatgpt", "\\ud800"),
            lambda: "[" * 200 + "]" * 200,
            lambda: '"just text"',
            lambda: "null",
            lambda: " \t\r\n",
            lambda: "",
        )
        return ways[self.draw.randrange(len(ways))]()

    def _config(self) -> str:
        top = ""
        if self.chance(0.35):
            top += self.one(_POLICIES) + "\n"
        if self.chance(0.1):
            top += f"cli_auth_credentials_store = {self.one(_STORES)}\n"
        if self.chance(0.1):
            top += f'chatgpt_base_url = "{self.one(_BASES)}"\n'
        if self.chance(0.05):
            bases = (
                "$BACKEND/v1",
                "$BACKEND/v1/",
                "",
                " ",
                "$BACKEND/backend-api/codex",
                "nonsense",
            )
            top += f'openai_base_url = "{self.one(bases)}"\n'
        tail = TAIL
        if self.chance(0.12):
            tail += f"use_agent_identity = {self.one(('true', 'true', 'true', 'false', '1'))}\n"
        if self.chance(0.1):
            name = self.one(("mine", "mine", "mine", "nowhere", "openai", ""))
            top += f'model_provider = "{name}"\n'
            tail += f"\n[model_providers.mine]\n{self.one(_PROVIDERS)}"
        elif self.chance(0.04):
            name = self.one(("openai", "mine", "ollama"))
            tail += f"\n[model_providers.{name}]\n{self.one(_PROVIDERS)}"
        if self.chance(0.05):
            top, more = self._layered(top)
            tail += more
        if self.chance(0.03):
            return str(
                self.one(
                    (
                        HEAD + top + "=\n" + tail,
                        HEAD + top + top + tail,
                        (HEAD + top + tail).replace("\n", "\r\n"),
                        "\ufeff" + HEAD + top + tail,
                        HEAD + top + 'x = "unterminated\n' + tail,
                    )
                )
            )
        return HEAD + top + tail

    def _layered(self, top: str) -> tuple[str, str]:
        policy = self.one(_POLICIES)
        name = self.one(("work", "work", "nowhere"))
        return f'profile = "{name}"\n{top}', f"\n[profiles.work]\n{policy}\n"

    def _dotenv(self) -> str:
        return str(
            self.one(
                (
                    "OPENAI_API_KEY=sk-test-0123456789abcdef\n",
                    "CODEX_API_KEY=sk-test-0123456789abcdef\n",
                    f"{self.agent}=abc\n",
                    "export OPENAI_API_KEY='sk-test'\n",
                    "OPENAI_FEDERATION_RULE_ID=rule-1\n",
                    "HTTPS_PROXY=http://127.0.0.1:9\n",
                    "MY_PROVIDER_KEY=from-dotenv\n",
                    "UNSET_KEY = from-dotenv\n",
                    "bad line\nUNSET_KEY=x\n",
                )
            )
        )


def states(
    count: int, draw: random.Random, signer: Signer, agent: str, title: str = "drawn"
) -> list[dict[str, Any]]:
    """`count` states with a name each, ready to be recorded."""
    maker = Maker(draw, signer, agent)
    return [
        {"case": f"{title}-{n:04}", "group": "drawn", "title": title, "given": maker.state()}
        for n in range(count)
    ]
