"""States nobody would write down: every field missing, mistyped or odd, in every combination.

`states(count, seed, …)` draws different states for each seed; the same ones for the same seed.
A state is in the form of a recording's `given`, so that what a client does in it can be recorded.
"""

from __future__ import annotations

import base64
import copy
import json
from typing import TYPE_CHECKING, Any

from tests.oracle import made_up
from tests.oracle.wide_tokens import Signer, Tokens, new_signer
from tests.oracle.wide_values import (
    AGENT_CLAIMS,
    AGENT_KEYS,
    BASES,
    DATES,
    FAULTS,
    FILES,
    HEAD,
    KEYS,
    MODES,
    ODD,
    OTHER,
    OURS,
    POLICIES,
    PROVIDERS,
    STORES,
    TAIL,
)

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

__all__ = ["OURS", "Maker", "Signer", "new_signer", "states"]


class Maker(Tokens):
    """Draws states: environment, stored record, configuration, and what is special."""

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
            other["backend"] = dict(self.one(FAULTS))
        if self.chance(0.06):
            other |= self.one(FILES)
        if self.chance(0.05):
            other["dotenv"] = self._dotenv()
        if "MY_PROVIDER_KEY" in given["config_toml"]:
            given["env"]["MY_PROVIDER_KEY"] = self.one(("made-up-provider-key", "", "  ", " x "))
        given["other"] = other
        return given

    def _environment(self) -> dict[str, str]:
        kinds: tuple[Callable[[], dict[str, str]], ...] = (
            lambda: {"CODEX_API_KEY": self.one(KEYS)},
            lambda: {self.agent: self.agent_token()},
            lambda: {self.agent: self.agent_token()},
            lambda: {self.agent: self.personal_token()},
            lambda: {self.agent: self.one(("abc", "", " ", "a.b.c", "..", "sk-test-012345678901"))},
            lambda: {"OPENAI_API_KEY": self.one(KEYS)},
            lambda: {"CODEX_API_KEY": self.one(KEYS), self.agent: self.agent_token()},
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

    def _login(self) -> dict[str, Any]:
        record: dict[str, Any] = {
            "auth_mode": "chatgpt",
            "OPENAI_API_KEY": None,
            "tokens": {
                "id_token": self.id_token(),
                "access_token": self.access_token(),
                "refresh_token": "test-refresh-token-1",
                "account_id": self.one((OURS, OURS, OURS, OTHER, None)),
            },
            "last_refresh": self.one(DATES) if self.chance(0.2) else "2099-01-01T00:00:00Z",
        }
        return record

    def _agent_record(self) -> dict[str, Any]:
        names = ("iss", "aud", "iat", "exp")
        record = {k: v for k, v in AGENT_CLAIMS.items() if k not in names}
        if self.chance(0.4):
            record["task_id"] = self.one(("task-1", "", " ", None))
        if self.chance(0.2):
            record["agent_private_key"] = self.one(AGENT_KEYS)
        if self.chance(0.3):
            self.spoil(record, self.one(list(record)))
        return record

    def _record(self) -> dict[str, Any] | list[Any] | None:
        kinds: tuple[Callable[[], Any], ...] = (
            lambda: {"auth_mode": "apikey", "OPENAI_API_KEY": self.one(KEYS)},
            lambda: {"OPENAI_API_KEY": self.one(KEYS)},
            self._login,
            self._login,
            self._login,
            self._login,
            lambda: {**self._login(), "OPENAI_API_KEY": self.one(KEYS)},
            lambda: {**self._login(), "agent_identity": self._agent_record()},
            lambda: {**self._login(), "agent_identity": self.agent_token()},
            lambda: {**self._login(), "agent_identity": {**made_up.OLD_RECORD}},
            lambda: {"auth_mode": "agentIdentity", "agent_identity": self.agent_token()},
            lambda: {"auth_mode": "agentIdentity", "agent_identity": self.agent_token()},
            lambda: {"auth_mode": "agentIdentity", "agent_identity": self._agent_record()},
            lambda: {"auth_mode": "chatgpt", "agent_identity": self._agent_record()},
            lambda: {"agent_identity": self.agent_token()},
            lambda: {"personal_access_token": self.personal_token()},
            lambda: {"auth_mode": "personalAccessToken", "personal_access_token": "at-made-up"},
            lambda: {**self._login(), "personal_access_token": self.personal_token()},
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
            record["auth_mode"] = self.one(MODES)
        if self.chance(0.2) and record:
            self.spoil(record, self.one(list(record)))
        inner = [name for name, value in record.items() if isinstance(value, dict) and value]
        if self.chance(0.25) and inner:
            below = record[self.one(inner)]
            self.spoil(below, self.one(list(below)))
        if self.chance(0.05):
            record["extra"] = self.one(ODD[1:])
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
            top += self.one(POLICIES) + "\n"
        if self.chance(0.1):
            top += f"cli_auth_credentials_store = {self.one(STORES)}\n"
        if self.chance(0.1):
            top += f'chatgpt_base_url = "{self.one(BASES)}"\n'
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
            tail += f"\n[model_providers.mine]\n{self.one(PROVIDERS)}"
        elif self.chance(0.04):
            name = self.one(("openai", "mine", "ollama"))
            tail += f"\n[model_providers.{name}]\n{self.one(PROVIDERS)}"
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
        policy = self.one(POLICIES)
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
