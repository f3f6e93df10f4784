"""How each generation of the client is led through a recording proxy.

Found out by leading each client against a backend, with every login that it reads.
"""

from __future__ import annotations

from typing import Final

from authtui.contracts.shapes import LeadingRules

G1_LEADING: Final = LeadingRules()
G3_LEADING: Final = LeadingRules(
    variables=(*G1_LEADING.variables, "CODEX_AGENT_IDENTITY_AUTHAPI_BASE_URL"), seen="0.128.0"
)
G4_LEADING: Final = LeadingRules(
    variables=(*G3_LEADING.variables, "CODEX_AUTHAPI_BASE_URL"), identity=False, seen="0.142.0"
)
G5_LEADING: Final = LeadingRules(
    variables=(*G4_LEADING.variables, "CODEX_AGENT_IDENTITY_JWKS_BASE_URL"),
    identity=True,
    beside=("ab.chatgpt.com",),
    seen="0.169.0",
)
