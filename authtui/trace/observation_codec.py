"""Field by field, what a trace holds of an observation."""

from __future__ import annotations

from typing import Final, get_args

from authtui.machine import observation as o
from authtui.trace.field_codecs import (
    FLAG,
    LABEL,
    MOMENT,
    TEXT,
    WHOLE,
    Many,
    Maybe,
    Record,
    Word,
)

_NOT_OF_A_FILE: Final = (
    "data", "error", "uid", "owner", "owned_by_me", "modified", "inode", "link_target",
    "writable",
)  # fmt: skip
_FILE: Final = Record(
    o.FileFacts,
    {"path": LABEL, "kind": Word(get_args(o.FileKind)), "mode": Maybe(WHOLE), "size": Maybe(WHOLE)},
    left_out=dict.fromkeys(_NOT_OF_A_FILE),
)
OBSERVATION: Final = Record(
    o.Observation,
    {
        "at": MOMENT,
        "home": Record(
            o.HomeFacts,
            {
                "path": LABEL,
                "chosen_by": Word(("option", "CODEX_HOME", "default")),
                "exists": FLAG,
                "error": Maybe(TEXT),
                "mode": Maybe(WHOLE),
                "writable": Maybe(FLAG),
                "shown": LABEL,
            },
            left_out={"canonical": None},
        ),
        "auth_file": _FILE,
        "keyring": Record(
            o.KeyringFacts,
            {
                "status": Word(get_args(o.KeyringStatus)),
                "service": LABEL,
                "backend": Maybe(LABEL),
                "detail": Maybe(TEXT),
            },
            left_out={"account": "", "document": None},
        ),
        "encrypted": Record(
            o.EncryptedFacts,
            {
                "file": _FILE,
                "status": Word(get_args(o.EncryptedStatus)),
                "detail": Maybe(TEXT),
            },
            left_out={"document": None, "passphrase_account": ""},
        ),
        "host": Record(
            o.HostFacts, {"marks": Many(LABEL, 40), "platform": LABEL}, left_out={"user": ""}
        ),
        "clients": Many(
            Record(o.InstalledClient, {"path": LABEL, "version": Maybe(LABEL), "found_by": LABEL}),
            20,
        ),
    },
    # Values of variables and of the configuration are credentials, or name people and hosts.
    left_out={
        "environment": o.EnvironmentFacts(),
        "config": o.ConfigFacts(o.FileFacts("config.toml")),
        "token_file": None,
        "ca_file": None,
        "key_set": None,
    },
)
