"""The kinds of login that the backend hands out."""

from __future__ import annotations

from typing import Final, Literal

Login = Literal[
    "chatgpt",
    "api-key",
    "agent-identity",
    "personal-access-token",
    "managed-record",
    "first-record",
    "april-identity",
]

LOGINS: Final[dict[Login, str]] = {
    "chatgpt": "a ChatGPT login (every client)",
    "api-key": "an API key (every client)",
    "agent-identity": "an agent identity JWT (clients 0.128 and 0.169; 0.142 refuses the address)",
    "personal-access-token": "a personal access token (clients 0.142 and later)",
    "managed-record": "a ChatGPT login with a managed agent record (0.169; 0.142 sends Bearer)",
    "first-record": "a ChatGPT login with an agent record of the first form (client 0.123)",
    "april-identity": "an unsigned identity of #18176 and #18180 (accepted by no release)",
}
"""The logins that can be handed out, and the clients that read them (recorded)."""
