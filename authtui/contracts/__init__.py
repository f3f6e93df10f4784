"""What differs between the generations of the client: everything version-dependent lives here.

Other rooms ask a `Contract` and never compare versions. `table` holds one for each version,
`shapes` what a row consists of, `addresses` the hosts; `facts` tells in words what differs.
"""

from __future__ import annotations

from authtui.contracts.addresses import (
    API_MODEL_BASE,
    AUTHAPI_BASE,
    CA_VARIABLES,
    CHATGPT_BASE,
    CHATGPT_MODEL_BASE,
    FEDRAMP_API_BASE,
    FEDRAMP_KEYS,
    KNOWN_CHATGPT_HOSTS,
    PRODUCTION_HOSTS,
    REFRESH_OVERRIDE,
    REFRESH_URL,
    REVOKE_OVERRIDE,
    REVOKE_URL,
    STAGING_AUTHAPI_BASE,
    STAGING_HOSTS,
    UNKNOWN_ENVIRONMENT,
    chatgpt_environment,
    environment_allowed,
)
from authtui.contracts.shapes import (
    PROJECT_LEAVES_OUT,
    AgentContract,
    Contract,
    DocumentRules,
    StoreRules,
)
from authtui.contracts.table import (
    AGENT_AUDIENCE,
    AGENT_ISSUER,
    BY_NAME,
    GENERATIONS,
    SIGNED_OUT_SINCE,
    STORE_NOW,
    TABLE,
    find,
    parse_version,
)

__all__ = [
    "AGENT_AUDIENCE",
    "AGENT_ISSUER",
    "API_MODEL_BASE",
    "AUTHAPI_BASE",
    "BY_NAME",
    "CA_VARIABLES",
    "CHATGPT_BASE",
    "CHATGPT_MODEL_BASE",
    "FEDRAMP_API_BASE",
    "FEDRAMP_KEYS",
    "GENERATIONS",
    "KNOWN_CHATGPT_HOSTS",
    "PRODUCTION_HOSTS",
    "PROJECT_LEAVES_OUT",
    "REFRESH_OVERRIDE",
    "REFRESH_URL",
    "REVOKE_OVERRIDE",
    "REVOKE_URL",
    "SIGNED_OUT_SINCE",
    "STAGING_AUTHAPI_BASE",
    "STAGING_HOSTS",
    "STORE_NOW",
    "TABLE",
    "UNKNOWN_ENVIRONMENT",
    "AgentContract",
    "Contract",
    "DocumentRules",
    "StoreRules",
    "chatgpt_environment",
    "environment_allowed",
    "find",
    "parse_version",
]
