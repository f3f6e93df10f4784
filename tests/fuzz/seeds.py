"""Where the fuzzer starts: one of each thing that a reader knows, and the words it knows."""

from __future__ import annotations

import base64
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from authtui.lifecycle.registration import box_secret
from tests.fuzz.targets import KEY, SPLIT
from tests.tokens.token_samples import PRIVATE_KEY, agent_claims, key_set, signed
from tests.traces.made import busy, write
from tests.tui.homes import HOMES, agent, login, session

if TYPE_CHECKING:
    from authtui.model.session import AuthSession


def _sealed(clear: bytes) -> str:
    from nacl.public import PrivateKey, SealedBox

    box = SealedBox(PrivateKey(box_secret(KEY.reveal_seed())).public_key)
    return base64.b64encode(box.encrypt(clear)).decode()


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


_RECORD: Final = {
    "workspace_id": "org_1",
    "agent_runtime_id": "agent_1",
    "agent_private_key": PRIVATE_KEY,
    "registered_at": "2026-04-13T12:00:00Z",
}
_DOCUMENTS: Final = (
    *(
        home.auth if isinstance(home.auth, bytes) else _json(home.auth)
        for home in HOMES.values()
        if home.auth is not None
    ),
    _json({"auth_mode": "apikey", "OPENAI_API_KEY": "sk-x"}),
    _json({"agent_identity": _RECORD}),
    _json({"auth_mode": "agentIdentity", "agent_identity": {**_RECORD, "account_id": "a"}}),
    _json({"auth_mode": "personalAccessToken", "personal_access_token": "at-x"}),
    _json({"bedrock_api_key": {"api_key": "x", "region": "eu"}}),
    _json({"bedrock_access_keys": {"access_key_id": "AKIA", "secret_access_key": "x"}}),
    b'\xef\xbb\xbf{"tokens": {}}',
    b'{"tokens": {"id_token": "a.b.c", "access_token": 5, "refresh_token": [null, true]}, // x\n}',
    b'{"a": 1e400, "b": -0.0, "c": "\\ud83d\\ude00\\u0000", "auth_mode": "\\u0061pikey"}',
)
_CONFIGS: Final = (
    *(home.config.encode() for home in HOMES.values() if home.config),
    (
        b'model_provider = "c"\n[model_providers.c]\nname = "c"\nbase_url = "https://u:p@h/v1?k=x"\n'
        b'env_key = "CORP_KEY"\nhttp_headers = { "X" = "y", a.b = [1, {c=2}] }\nwire_api = "chat"\n'
    ),
    (
        b"forced_chatgpt_workspace_id = ['a', \"b\", '''c''', \"\"\"d\"\"\"]\n[features]\n"
        b'use_agent_identity = true\n[[x."y z"]]\nt = 2026-01-01T00:00:00Z\n[x."y z".q]\n'
    ),
    b'cli_auth_credentials_store = "keyring"\nchatgpt_base_url = "https://x"\r\na.b."c.d" = 1 # x',
)
_DOTENVS: Final = (
    b"export A=1\nB='x y' # c\nC=\"$A ${B} \\n\"\nCODEX_API_KEY=sk\n D = e\\\nf\n#\n9=\n",
    b"\xef\xbb\xbfOPENAI_API_KEY=sk-x\nA='unclosed\n",
)
_VARIABLES: Final = (
    b"CODEX_API_KEY=sk-x\nCODEX_ACCESS_TOKEN=at-x\nOPENAI_BASE_URL=https://h/v1\nHTTPS_PROXY=socks5://u:p@h",
    f"CODEX_AGENT_IDENTITY={agent()}\nOPENAI_IDENTITY_TOKEN_FILE=/nowhere".encode(),
)
_TOKENS: Final = (
    signed(agent_claims()).encode(),
    agent().encode(),
    f"Bearer {login()['tokens']['id_token']}".encode(),
    b'"eyJhbGciOiJub25lIn0.e30."',
)
_PARTS: Final = (
    _json({"alg": "none"}) + SPLIT + _json(_RECORD),
    _json({"alg": "RS256", "kid": "k", "typ": "JWT"}) + SPLIT + _json(agent_claims()),
    b'{"alg":"HS256","alg":"x"}' + SPLIT + b'{"exp": 1e99, "iat": -1, "nbf": "2026-01-01", "aud":'
    b' ["a", null], "email": "ada@example.org", "https://api.openai.com/auth": {"groups": [{}]}}',
)
_EXCHANGE: Final = SPLIT.join(
    (
        b"https://u:p@chatgpt.com/v1/agent/a-1/task/register?code=x&client_version=1#f",
        _json({"refresh_token": "x", "input": [{"account_id": "a"}], "code": 5}),
        _json({"error": {"code": "invalid", "message": "sk-1234 <b>"}, "account_id": "acct"}),
        (
            b"content-type: application/json\nx-request-id: r\nlocation: https://h/?code=1\n"
            b"chatgpt-account-id: a\ncf-ray: 1\ndate: Fri, 13 Nov 2026 12:02:42 GMT\nx-a: b: c"
        ),
    )
)
_PKCS8: Final = (base64.b64decode(PRIVATE_KEY), base64.b64decode(KEY.reveal_pkcs8()))


def _trace_of(shown: AuthSession[Any]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return write(Path(folder, "x.trace"), shown).read_bytes()


_TRACES: Final = (
    _trace_of(busy(requests=3)),
    _trace_of(session("shadowed")),
    _trace_of(busy(requests=1)).removesuffix(b"}\n"),
    b"{}\n",
)
_WORDS_FILE: Final = Path(__file__).parents[1] / "credentials" / "toml_words.jsonl"
_TOML_TEXTS: Final = tuple(
    str(json.loads(line)[0]) for line in _WORDS_FILE.read_text().splitlines()
)
_MCP_LOGIN: Final = {
    "server_name": "made",
    "server_url": "https://mcp.made-up.test",
    "access_token": "at",
    "refresh_token": "rt",
    "expires_at": 1_796_069_892_000,
    "issuer": "https://as.made-up.test",
}

SEEDS: Final[dict[str, tuple[bytes, ...]]] = {
    "mcp_logins": (_json({"made|0123": _MCP_LOGIN}), b"{}", b"[]", b"{nope"),
    "saved_thread": (
        _json({"type": "session_meta", "payload": {"model_provider": "openai"}}) + b"\n{}\n",
        b"\n",
    ),
    "client_past": (
        (Path(__file__).parents[1] / "credentials" / "rollouts-0.171.0.jsonl").read_bytes()[:2_000],
        b"2026-12-01T12:57:36Z  WARN codex_login::server: login callback state mismatch\n",
        (
            b'{"timestamp": "2026-12-01T12:00:00Z", "payload": {"type": "token_count", "info": {}, '
            b'"rate_limits": {"primary": {"used_percent": 1e999, "window_minutes": 5}}}}\n'
        ),
    ),
    "variable_lines": (
        b"export CODEX_API_KEY=sk-1\nalias codex='CODEX_API_KEY=a codex'\n",
        b"set -gx CODEX_API_KEY x\n- CODEX_API_KEY=y\nCODEX_API_KEY: z\n",
    ),
    "login_copies": (_json({"accounts": [{"refreshToken": "rt"}]}), b"[]", b"{nope"),
    "auth_json": _DOCUMENTS,
    "config_toml": _CONFIGS,
    "dotenv": _DOTENVS,
    "environment": tuple(v + SPLIT + d for v in _VARIABLES for d in _DOTENVS),
    "jwt": (*_TOKENS, _TOKENS[0] + b"\n%%\n" + key_set().encode()),
    "jwt_claims": _PARTS,
    "key_set": (key_set().encode(), key_set().encode() + SPLIT + _TOKENS[0], b'{"keys": [{}]}'),
    "private_key": (*_PKCS8, *(base64.b64encode(data) for data in _PKCS8), b"ab" * 32),
    "sealed_box": (_sealed(b"task-1").encode(), base64.b64decode(_sealed("tä".encode()))),
    "task_answer": (
        _json({"task_id": "t"}),
        _json({"encrypted_task_id": _sealed(b"t")}),
        _json({"encryptedTaskId": 5, "taskId": ""}),
        b'{"error": "x", "error_description": "y"}',
        b"event: a\r\ndata: {}\ndata:\n\nid: 5\n\n",
    ),
    "request_filter": (
        b'not method:post -host:openai !"two words" status:4xx status:400-499 is:failed auth:none',
        b"purpose:task path:x is:retry is:pending is:redirect is:warn status:401",
    ),
    "exchange": (_EXCHANGE, _EXCHANGE.replace(b"application/json", b"text/html"), b"http://[::1"),
    "settings_file": (
        b'theme = "dark"\nclipboard = "osc52"\npresenter = 1\n[keymap]\nquit = "x"\nload = 5\n',
    ),
    "client_json": _DOCUMENTS,
    "assertion": (
        _json(dict.fromkeys(("agent_runtime_id", "signature", "task_id", "timestamp"), "x")),
        b"AgentAssertion e30",
    ),
    "shown_text": (
        "\x1b[31m\x9b\u202e\u200b\ufeffe\u0301\u0301\u0301日本\U000e0041\ue000 [red] sk-a1b2 "
        "ada@example.org Bearer a1b2c3d4 https://u:p@h/?code=1".encode(),
    ),
    "trace": _TRACES,
    "toml_reader": (*_CONFIGS, *(row.encode() for row in _TOML_TEXTS)),
    "toml_edit": tuple(
        key + SPLIT + text
        for key in (b"model_provider", b"features.use_agent_identity", b"a.b.c d")
        for text in _CONFIGS
    ),
    "config_line": tuple(
        dict.fromkeys(line for text in _CONFIGS for line in text.split(b"\n") if line)
    ),
    "known_secrets": (
        b"s3cr3t-0f-a-k1nd-that-has-no-shape" + SPLIT + b"it is s3cr3t-0f-a-k1nd%2dthat and more",
        b"h\xc3\xa4user 12" + SPLIT + b"&#104;\\u00e4user&lt;12 aHVudGVyMg==",
    ),
    "trace_event": tuple(
        dict.fromkeys(line for text in _TRACES for line in text.split(b"\n") if b'"kind"' in line)
    ),
    "pipeline": tuple(
        SPLIT.join((document, _CONFIGS[n % 5], _DOTENVS[n % 2], _VARIABLES[n % 2]))
        for n, document in enumerate(_DOCUMENTS)
    ),
}
WORDS: Final = tuple(
    dict.fromkeys(
        word
        for seeds in SEEDS.values()
        for seed in seeds
        for word in seed.replace(b'"', b" ").replace(b"=", b" ").split()
        if 2 < len(word) < 40
    )
)
