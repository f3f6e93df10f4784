"""API keys by their looks: damaged on their way, a placeholder, or those of another vendor."""

from __future__ import annotations

import re
from typing import Final

_OPENAI_SHAPES: Final = ("sk-", "sess-")
_VENDORS: Final = (
    ("OpenRouter", re.compile(r"sk-or-")),
    ("Anthropic", re.compile(r"sk-ant-")),
    ("Google", re.compile(r"AIza")),
    ("Groq", re.compile(r"gsk_")),
    ("xAI", re.compile(r"xai-")),
    ("GitHub", re.compile(r"gh[pousr]_|github_pat_")),
    ("Hugging Face", re.compile(r"hf_")),
    ("Perplexity", re.compile(r"pplx-")),
    ("NVIDIA", re.compile(r"nvapi-")),
    ("Replicate", re.compile(r"r8_")),
    ("Amazon", re.compile(r"A[KS]IA[0-9A-Z]{16}|ABSK")),
    ("Zhipu", re.compile(r"[0-9a-f]{32}\.[A-Za-z0-9]{16}$")),
)
"""Vendors whose keys are known by how they begin; their own documentation shows the shapes."""
_EXAMPLES: Final = ("your", "xxxx", "changeme", "change-me", "placeholder", "<", "...", "…", "****")
_PLACEHOLDER: Final = re.compile(
    r"(?i)(?:^|[-_])(?:insert|replace|redacted|managed)(?:[-_]|$)"
    r"|^(?:\$\{?\w+\}?|%\w+%|none|null|dummy|unused|test|todo|ollama)$"
)


def key_doubt(key: str) -> str | None:
    """Why the server will refuse this API key by its looks, or None."""
    return damage_of(key) or owner_of(key)


def owner_of(key: str) -> str | None:
    """Whose key it is, where it is none of OpenAI's: a placeholder, another vendor's."""
    if is_placeholder(key):
        return "the key is a placeholder, not a key"
    for vendor, shape in _VENDORS:
        if shape.match(key):
            return f"this is a key of {vendor}, not of OpenAI"
    if not key.startswith(_OPENAI_SHAPES):
        return "no key of OpenAI looks like this: theirs begin with sk-"
    return None


def is_placeholder(key: str) -> bool:
    """Whether it stands in the place of a key: `your-api-key`, `PROXY_MANAGED`, `<key>`."""
    # A long text may hold such a word by chance.
    low = key.lower()
    return len(key) < 200 and (
        any(mark in low for mark in _EXAMPLES) or _PLACEHOLDER.search(key) is not None
    )


def damage_of(key: str) -> str | None:
    """What was done to a key on its way here: quotes, blanks, a word before it, or None."""
    if not key.strip():
        return "the key is blank"
    if key[0] in "\"'" or key[-1] in "\"'":
        return "quote characters are part of the key"
    if key.lower().startswith("bearer "):
        return "the word Bearer is part of the key"
    # A blank at the end of a header is dropped on its way.
    if any(char.isspace() for char in key.rstrip(" \t")):
        return "white space is part of the key"
    if "://" in key:
        return "the key is an address"
    if not key.isascii():
        return "a letter beyond ASCII is part of the key"
    if key.startswith("at-"):
        return "this is a personal access token, not an API key"
    if key.count(".") >= 2 and key.startswith("ey"):
        return "this is a JWT, not an API key"
    return None
