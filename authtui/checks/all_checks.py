"""Every check: importing this imports the modules that register them, and sorts the register."""

from __future__ import annotations

from authtui.checks import (
    binding_checks,
    claims_checks,
    config_checks,
    copies_checks,
    files_checks,
    host_checks,
    identity_checks,
    lifetime_checks,
    mcp_checks,
    origin_checks,
    parsing_checks,
    past_checks,
    policy_checks,
    request_auth_checks,
    routing_checks,
    running_checks,
    sources_checks,
    storage_checks,
    surfaces_checks,
    variable_checks,
)
from authtui.checks.registry import REGISTER, run_checks

__all__ = ["REGISTER", "run_checks"]

# Within a status, results keep this order: what explains most comes first.
_MODULES = (
    policy_checks,
    sources_checks,
    parsing_checks,
    storage_checks,
    mcp_checks,
    files_checks,
    lifetime_checks,
    copies_checks,
    past_checks,
    routing_checks,
    config_checks,
    binding_checks,
    claims_checks,
    identity_checks,
    request_auth_checks,
    variable_checks,
    origin_checks,
    surfaces_checks,
    running_checks,
    host_checks,
)
_ORDER = {module.__name__: place for place, module in enumerate(_MODULES)}
REGISTER.sort(key=lambda entry: _ORDER[entry.function.__module__])
