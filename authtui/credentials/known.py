"""Every secret that was read on this machine, told to those that are searched for in all texts."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, unquote

from authtui.configuration.config import holds_a_key, is_hidden, split_key
from authtui.credentials.environment import OPEN_VARIABLES
from authtui.credentials.salvage import PUBLIC, salvage
from authtui.harmless import QUERY_IDS, is_open_header, may_be_open
from authtui.known_secrets import KNOWN
from authtui.redaction import Secret, secretive

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from authtui.machine.observation import Observation, Variable

_DEEPEST: Final = 12
# A path, an option, the name of a package, an address: what a variable holds that is no secret.
_ORDINARY: Final = re.compile(
    r"(?:~|\.{1,2})?(?:/[A-Za-z0-9._@ -]{1,40})+/?|--?[a-z][a-z-]*|@?[a-z][a-z0-9.-]*/[a-z0-9.@-]+"
    r"|[a-z]+://[^\s?@]*|[a-z]:[\\/].*",
    re.IGNORECASE,
)
_SECRET_NAME: Final = re.compile(r"key|token|secret|passw|auth|cred|pin$", re.IGNORECASE)


def tell_known(seen: Observation, environ: Mapping[str, str]) -> None:
    """Tell `KNOWN` what is secret in an observation; `environ` has the variables of a provider."""
    KNOWN.learn(*_of_variables(seen), *_of_configuration(seen, environ), *_of_documents(seen))


_NUMBERS: Final = frozenset((bool, int, float))


def secrets_of_address(url: str) -> Iterator[str]:
    """User name and password of an address, and the values of its query, each as it is written."""
    authority, _, rest = url.partition("://")[2].partition("/")
    userinfo, at, _ = (authority or url.partition("/")[0]).rpartition("@")
    if at:
        for part in (*userinfo.split(":", 1), userinfo):
            yield from {part, unquote(part)}
    if "?" in url:
        for name, value in parse_qsl((rest or url).partition("?")[2][:8_192]):
            if name not in QUERY_IDS and not may_be_open(name, value):
                yield value


def _of_variables(seen: Observation) -> Iterator[str]:
    for name, given in seen.environment.variables.items():
        found: Variable | None = given
        while found is not None:
            value = found.value.reveal()
            if name not in OPEN_VARIABLES and "proxy" not in name.lower():
                yield from _ordinary_left_out(name, value)
            yield from secrets_of_address(value.strip())
            found = found.replaces
    for name, other in seen.environment.dotenv_others:
        if name not in OPEN_VARIABLES:
            yield from _ordinary_left_out(name, other.reveal())
        if secretive(name):
            yield name
    if seen.token_file is not None and seen.token_file.data is not None:
        yield seen.token_file.data[:65_536].decode("utf-8", "replace")


def _ordinary_left_out(name: str, value: str) -> Iterator[str]:
    if _SECRET_NAME.search(name) or not _ORDINARY.fullmatch(value[:2_000]):
        yield value


def _of_configuration(seen: Observation, environ: Mapping[str, str]) -> Iterator[str]:
    config = seen.config
    for key, given in (*config.values.items(), *config.overridden, *config.requirements.items()):
        parts = split_key(key)
        name = parts[-1]
        yield from (part for part in parts if secretive(part))
        for value in given.value if isinstance(given.value, list) else (given.value,):
            if isinstance(value, Secret):
                header = len(parts) > 1 and "headers" in parts[-2]
                if not (header and is_open_header(name.lower())):
                    yield from _ordinary_left_out(name, value.reveal())
                yield from secrets_of_address(value.reveal())
            elif is_hidden(parts):
                yield str(value)
            elif isinstance(value, str):
                yield from secrets_of_address(value) if "://" in value else ()
                if secretive(value) or (name == "env_key" and holds_a_key(value)):
                    yield value
                if len(parts) > 1 and parts[-2] in ("env_http_headers", "env_vars"):
                    yield environ.get(value, "")
                if name == "bearer_token_env_var":
                    yield environ.get(value, "")


def _of_documents(seen: Observation) -> Iterator[str]:
    stored = (seen.auth_file.data, seen.keyring.document, seen.encrypted.document)
    for data in stored:
        if data is not None:
            yield from _of_document(data.reveal() if isinstance(data, Secret) else data)


def _of_document(data: bytes | str) -> Iterator[str]:
    found: object
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = salvage(data)
    yield from _texts(found, "")


def _texts(value: object, name: str, depth: int = 0) -> Iterable[str]:
    if isinstance(value, str | Secret):
        text = value.reveal() if isinstance(value, Secret) else value
        if name not in PUBLIC or (name == "auth_mode" and secretive(text)):
            yield text
    elif depth > _DEEPEST:
        return
    elif hasattr(value, "items"):
        for key, inner in value.items():
            if secretive(key):
                yield key
            if inner is not None and type(inner) not in _NUMBERS:
                yield from _texts(inner, key, depth + 1)
    elif isinstance(value, list | tuple):
        for inner in value:
            if inner is not None and type(inner) not in _NUMBERS:
                yield from _texts(inner, name, depth + 1)
