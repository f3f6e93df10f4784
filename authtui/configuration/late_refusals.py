"""What stops the client once its configuration has been read as such.

In the client's order: the profile, permissions, approvals, the provider, files that are named.
Source: recordings of released clients; codex-rs/core/src/config.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authtui.configuration.config import join_key
from authtui.configuration.config_rules import bedrock_refusal
from authtui.configuration.late_refusal import LateRefusal
from authtui.configuration.requirements import refused_limits, refused_requirements
from authtui.machine.files import system_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from authtui.configuration.config import ProviderFacts
    from authtui.contracts import Contract
    from authtui.machine.observation import ConfigFacts, FileFacts

_OLLAMA_CHAT: Final = "ollama-chat"
_NO_OLLAMA_CHAT: Final = (
    "`ollama-chat` is no longer supported.\n"
    "How to fix: replace `ollama-chat` with `ollama` in `model_provider`, `oss_provider`, or "
    "`--local-provider`.\n"
    "More info: https://github.com/openai/codex/discussions/7782"
)
_PERMISSIONS: Final = ":read-only", ":workspace", ":danger-full-access"
_EXTENDABLE: Final = _PERMISSIONS[:2]
_NO_NESTED: Final = (":root", ":minimal")
_FILES: Final = {
    "model_instructions_file": "model instructions file",
    "experimental_compact_prompt_file": "experimental compact prompt file",
}
_NO_FILE: Final = 2  # the number of the system's error


def late_refusal(
    config: ConfigFacts, contract: Contract, provider: ProviderFacts, *, on_exec: bool = False
) -> LateRefusal | None:
    """What stops the client once the configuration has been read, or None.

    `on_exec` is for `exec`, which never asks for approval.
    """
    found = (row for row in _refusals(config, contract, provider) if on_exec or not row.on_exec)
    return next(found, None)


def _refusals(
    config: ConfigFacts, contract: Contract, provider: ProviderFacts
) -> Iterator[LateRefusal]:
    yield from _of_the_profile(config, contract)
    if contract.requirements_decide:
        yield from refused_requirements(config)
    yield from _of_permissions(config)
    if contract.requirements_decide:
        yield from refused_limits(config)
    approval = config.get("approval_policy")
    if approval in contract.refused_approvals:
        text = f'approval_policy = "{approval}" is no longer supported; remove this setting'
        yield LateRefusal(text, "approval_policy")
    bedrock = None if contract.bedrock_refused_early else bedrock_refusal(config.values, contract)
    if bedrock is not None:
        yield LateRefusal(bedrock, "model_providers")
    if not provider.known:
        yield LateRefusal(f"Model provider `{provider.id}` not found", "model_provider")
    if provider.id == _OLLAMA_CHAT:
        yield LateRefusal(_NO_OLLAMA_CHAT, "model_provider")
    for key in (*_FILES, "model_catalog_json"):
        given = config.values.get(key)
        file = config.named_files.get(f"{given.file}:{key}") if given is not None else None
        if file is None:
            continue
        said = _catalog(file) if key == "model_catalog_json" else _text_file(key, file)
        if said is not None:
            yield LateRefusal(said, key, None if file.kind == "file" else file.path)


def _of_the_profile(config: ConfigFacts, contract: Contract) -> Iterator[LateRefusal]:
    profile = config.get("profile")
    if not isinstance(profile, str):
        return
    if not contract.profiles_in_config:
        text = (
            f'legacy `profile = "{profile}"` config is no longer supported; use `--profile '
            f"{profile}` with `{profile}.config.toml` instead"
        )
        yield LateRefusal(text, "profile")
        return
    start = join_key(("profiles", profile))
    if not any(key == start or key.startswith(f"{start}.") for key in config.values):
        yield LateRefusal(f"config profile `{profile}` not found", "profile")


def _text_file(key: str, file: FileFacts) -> str | None:
    name = _FILES[key]
    if file.kind == "directory":
        return f"failed to read {name} {file.path}: path `{file.path}` is not a file"
    if file.data is None:
        return f"failed to read {name} {file.path}: {file.error or system_text(_NO_FILE)}"
    try:
        text = file.data.decode("utf-8")
    except UnicodeDecodeError:
        return f"failed to read {name} {file.path}: stream did not contain valid UTF-8"
    return None if text.strip() else f"{name} is empty: {file.path}"


def _catalog(file: FileFacts) -> str | None:
    if file.data is None:
        return file.error or system_text(_NO_FILE)
    from authtui.configuration.model_catalog import catalog_fault

    return catalog_fault(file.path, file.data)


def _of_permissions(config: ConfigFacts) -> Iterator[LateRefusal]:
    if not any(key.startswith(("permissions", "default_permissions")) for key in config.values):
        return
    from authtui.configuration.merging import as_tree

    tree = as_tree(config.values)
    profiles = tree.get("permissions")
    profiles = profiles if isinstance(profiles, dict) else None
    chosen = tree.get("default_permissions")
    key = "permissions" if chosen is None else "default_permissions"
    reason = _wrong_permissions(profiles, chosen, sandboxed="sandbox_mode" in tree)
    if reason is not None:
        yield LateRefusal(reason, key)


def _wrong_permissions(
    profiles: Mapping[str, Any] | None, chosen: str | None, *, sandboxed: bool
) -> str | None:
    if chosen is None:
        if profiles and not sandboxed:
            return "config defines `[permissions]` profiles but does not set `default_permissions`"
        return None
    reserved = next((name for name in profiles or () if name.startswith(":")), None)
    if reserved is not None:
        return f"permissions profile `{reserved}` uses a reserved built-in profile prefix"
    if chosen.startswith(":"):
        if chosen in _PERMISSIONS:
            return None
        return f"default_permissions refers to unknown built-in profile `{chosen}`"
    if profiles is None:
        return "default_permissions requires a `[permissions]` table"
    if chosen not in profiles:
        return f"default_permissions refers to undefined profile `{chosen}`"
    return _inherited(profiles, chosen) or next(_wrong_paths(profiles[chosen]), None)


def _inherited(profiles: Mapping[str, Any], chosen: str) -> str | None:
    seen = [chosen]
    while True:
        above = profiles[seen[-1]].get("extends")
        if not isinstance(above, str):
            return None
        start = f"permissions profile `{seen[-1]}`"
        if above.startswith(":"):
            if above in _EXTENDABLE:
                return None
            return f"{start} cannot extend unsupported built-in profile `{above}`"
        if above not in profiles:
            return f"{start} extends undefined profile `{above}`"
        if above in seen:
            return f"permissions profile inheritance cycle detected: {' -> '.join([*seen, above])}"
        seen.append(above)


def _wrong_paths(profile: Mapping[str, Any]) -> Iterator[str]:
    paths = profile.get("filesystem")
    if not isinstance(paths, dict):
        return
    if paths.get("glob_scan_max_depth") == 0:
        yield "glob_scan_max_depth must be at least 1"
    for path, given in paths.items():
        if path == "glob_scan_max_depth":
            continue
        if not (path.startswith(("/", "~/", ":")) or path == "~"):
            yield f"filesystem path `{path}` must be absolute, use `~/...`, or start with `:`"
        if isinstance(given, dict):
            yield from _wrong_nested(path, given)
        elif _is_glob(path) and given in ("read", "write"):
            yield (
                f"filesystem glob path `{path}` only supports `deny` access; use an exact path or "
                f"trailing `/**` for `{given}` subtree access"
            )


def _wrong_nested(path: str, given: Mapping[str, Any]) -> Iterator[str]:
    if path in _NO_NESTED:
        yield f"filesystem path `{path}` does not support nested entries"
    for below in given:
        parts = below.split("/")
        if below != "." and (below.startswith("/") or "." in parts or ".." in parts):
            yield (
                f"filesystem subpath `{below}` must be a descendant path without `.` or `..` "
                "components"
            )


def _is_glob(path: str) -> bool:
    return any(char in path.removesuffix("/**") for char in "*?[")
