"""A line of config.toml as it may be shown: where the mistake is, without what stands there."""

from __future__ import annotations

import re
from typing import Final

from authtui.redaction import secretive

_BLOCK: Final = "▒"
_KEY_NAME: Final = r"""(?:[A-Za-z0-9_-]{1,64}|"[^"\n]{0,64}"|'[^'\n]{0,64}')"""
_KEY_AND_SIGN: Final = re.compile(
    rf"\s*{_KEY_NAME}(?:\s{{0,8}}\.\s{{0,8}}{_KEY_NAME}){{0,8}}\s*=\s*"
)
_HEADER: Final = re.compile(
    rf"\s*\[{{1,2}}\s*{_KEY_NAME}(?:\s*\.\s*{_KEY_NAME}){{0,8}}\s*\]{{0,2}}\s*"
)
_VALUE_WORD: Final = re.compile(r"""[^\s"'\[\]{}=,]+""")
_LONGEST_WORD: Final = 24
_HARMLESS_WORD: Final = re.compile(
    r"(?:[a-z]{1,12}|[0-9]{1,4})(?:[-_.](?:[a-z]{1,12}|[0-9]{1,4})){0,5}|-?[0-9]{1,5}|#"
)
_SECRET_NAME: Final = re.compile(r"token|key|secret|passw|header|env|auth|query|args|cred|command")
_OPEN_NAMES: Final = re.compile(
    r"cli_auth_credentials_store|preferred_auth_method|requires_openai_auth|"
    r"mcp_oauth_credentials_store"
)


def shown_line(line: str) -> str:
    """A line of a configuration as it may be shown: its keys, quotes and brackets, no value.

    Each letter of a value becomes a block, so that a mark below the line still points to its
    place; plain words and short numbers stay where no secret is expected, since a mistake in them
    has to be seen. A comment, and a line without a key, may be the rest of a value.
    """
    if _HEADER.fullmatch(line):
        return _VALUE_WORD.sub(_mixed_blocks, line)
    key = _KEY_AND_SIGN.match(line)
    start = key.end() if key is not None else 0
    hidden = key is not None and _SECRET_NAME.search(_OPEN_NAMES.sub("", key.group().lower()))
    name = _VALUE_WORD.sub(_mixed_blocks, line[:start])
    return name + _VALUE_WORD.sub(_all_blocks if hidden else _blocks, line[start:])


def _all_blocks(found: re.Match[str]) -> str:
    return _BLOCK * len(found.group())


def _mixed_blocks(found: re.Match[str]) -> str:
    return _all_blocks(found) if secretive(found.group()) else found.group()


def _blocks(found: re.Match[str]) -> str:
    word = found.group()
    harmless = len(word) <= _LONGEST_WORD and _HARMLESS_WORD.fullmatch(word)
    return word if harmless else _all_blocks(found)
