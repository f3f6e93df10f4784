"""Requirements of a machine: what they let count, and what the client refuses of them.

`/etc/codex/requirements.toml` restricts in silence: a login that it does not allow counts as not
there, and nothing is deleted. Source: the clients 0.169 and 0.171 with such files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.configuration.config import join_key, split_key
from authtui.configuration.late_refusal import LateRefusal
from authtui.configuration.merging import as_tree
from authtui.machine.observation import ConfigFault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authtui.configuration.key_table import KeyTable
    from authtui.machine.observation import ConfigFacts

METHODS: Final = "allowed_login_methods"
WORKSPACES: Final = "allowed_chatgpt_workspaces"
_ROOT: Final = "RequirementsToml"
_BOTH: Final = ("chatgpt", "api")
_NO_METHOD: Final = "authentication requirements do not permit any usable login method"
_PROFILES: Final = "allowed_permission_profiles"
_PERMISSIONS: Final = (":workspace", ":read-only")
_NEVER: Final = "never"


def required_methods(config: ConfigFacts) -> tuple[str, ...]:
    """The kinds of login that requirements allow: `chatgpt`, `api`, both where they say nothing."""
    given = config.requirements.get(METHODS)
    if given is None or not isinstance(given.value, list):
        return _BOTH
    return tuple(method for method in _BOTH if method in given.value)


def required_workspaces(config: ConfigFacts) -> tuple[str, ...] | None:
    """The workspaces that requirements allow; None where they say nothing, trimmed otherwise."""
    given = config.requirements.get(WORKSPACES)
    if given is None or not isinstance(given.value, list):
        return None
    named = (item.strip() for item in given.value if isinstance(item, str))
    return tuple(name for name in named if name)


def requirements_fault(config: ConfigFacts, table: KeyTable) -> ConfigFault | None:
    """The first value of the requirements that the client refuses, or None."""
    for layer in config.layers:
        if layer.kind != "requirements" or layer.error is not None or not layer.values:
            continue
        from authtui.configuration.key_faults import key_faults

        tree = as_tree(layer.values)
        for root, start in (
            (_ROOT, f"failed to parse requirements layer {layer.name}"),
            (f"Merged{_ROOT}", "failed to parse merged requirements"),
        ):
            faults = key_faults(tree, table, root)
            if not faults:
                continue
            fault = faults[0]
            key = tuple(part for part in fault.named if isinstance(part, str))
            reason = fault.at_start or fault.reason
            found = layer.values.get(join_key(tuple(p for p in fault.key if isinstance(p, str))))
            place = (found.line, found.column) if found is not None else (None, None)
            shown = ".".join(key)
            whole = f"{start}: {reason}\nin `{shown}`"
            return ConfigFault(reason, layer.name, *place, shown, whole=whole)
    return None


def refused_requirements(config: ConfigFacts) -> Iterator[LateRefusal]:
    """What stops the client once it has read requirements and configuration."""
    if not config.requirements:
        return
    methods = set(required_methods(config))
    if required_workspaces(config) == ():
        methods.discard("chatgpt")
    forced = config.get("forced_login_method")
    if forced in _BOTH:
        methods &= {forced}
    if not methods:
        yield LateRefusal(_NO_METHOD, METHODS if METHODS in config.requirements else WORKSPACES)


def refused_limits(config: ConfigFacts) -> Iterator[LateRefusal]:
    """Limits on approvals, sandboxes and permissions that the client cannot keep."""
    limits = config.requirements
    approvals, modes = limits.get("allowed_approval_policies"), limits.get("allowed_sandbox_modes")
    if approvals is not None and approvals.value == []:
        key = "allowed_approval_policies"
        yield LateRefusal(f"field `{key}` cannot be empty", key)
    if modes is not None and isinstance(modes.value, list):
        yield from _of_modes(config, modes.value, modes.file)
    yield from _of_permissions(config)


def _of_modes(config: ConfigFacts, modes: list[str], file: str) -> Iterator[LateRefusal]:
    key = "allowed_sandbox_modes"
    if "read-only" not in modes:
        named = ", ".join(word.title().replace("-", "") for word in modes)
        yield LateRefusal(
            f"invalid value for `{key}`: `[{named}]` is not in the allowed set must include "
            f"'read-only' to allow any PermissionProfile (set by {file})",
            key,
        )
    wanted = config.get("sandbox_mode")
    if isinstance(wanted, str) and wanted not in modes:
        yield LateRefusal(
            f'`approval_policy = "{_NEVER}"` cannot be used because requirements do not allow '
            f'`sandbox_mode = "{wanted}"`; Codex would fall back to read-only permissions with '
            "approvals disabled. Choose an `approval_policy` based on what you need, such as "
            "`on-request`, or choose an allowed sandbox mode.",
            "sandbox_mode",
            on_exec=True,
        )


def _of_permissions(config: ConfigFacts) -> Iterator[LateRefusal]:
    start = f"{_PROFILES}."
    allowed = [split_key(key)[1] for key in config.requirements if key.startswith(start)]
    chosen = "default_permissions" in config.requirements
    if chosen and not allowed:
        text = f"requirements.toml default_permissions requires {_PROFILES}"
        yield LateRefusal(text, "default_permissions")
    for name in allowed:
        known = any(key.startswith(join_key(("permissions", name))) for key in config.values)
        if not name.startswith(":") and not known:
            text = f"requirements.toml {_PROFILES} refers to undefined profile `{name}`"
            yield LateRefusal(text, join_key((_PROFILES, name)))
    on = {n for n in allowed if config.requirements[join_key((_PROFILES, n))].value is True}
    if allowed and not chosen and not on.issuperset(_PERMISSIONS):
        yield LateRefusal(
            f"requirements.toml default_permissions must be set unless {_PROFILES} allows both "
            "`:workspace` and `:read-only`",
            join_key((_PROFILES, allowed[0])),
        )
