"""The profile that the AWS SDK takes credentials and a region from, as its two files have it.

Source: the client (0.169) led with such files; the SDK's documentation of the files.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from authtui.machine.files import read_file
from authtui.machine.observation import AwsProfile

if TYPE_CHECKING:
    from collections.abc import Mapping
    from configparser import ConfigParser

    from authtui.machine.observation import AwsMethod

_LIMIT: Final = 256 * 1024
_KEYS: Final = ("aws_access_key_id", "aws_secret_access_key")
_ELSEWHERE: Final = (
    "credential_process",
    "role_arn",
    "sso_account_id",
    "sso_session",
    "sso_start_url",
    "web_identity_token_file",
)


def read_aws_profile(environ: Mapping[str, str], named: str | None) -> AwsProfile:
    """Read the profile that the configuration names, else AWS_PROFILE, else `default`.

    Args:
        environ: The variables of the process, for HOME and the places of the files.
        named: `aws.profile` of the provider, if it is set.
    """
    name = named or environ.get("AWS_PROFILE") or "default"
    home = environ.get("HOME", "")
    files = (
        (environ.get("AWS_SHARED_CREDENTIALS_FILE"), "credentials", name),
        (
            environ.get("AWS_CONFIG_FILE"),
            "config",
            name if name == "default" else f"profile {name}",
        ),
    )
    found: dict[str, str] = {}
    there = broken = False
    for given, file, section in files:
        if not given and not home:
            continue
        facts = read_file(Path(given) if given else Path(home) / ".aws" / file, _LIMIT)
        if facts.data is None:
            continue
        there = True
        parsed = _parsed(facts.data)
        broken = broken or parsed is None
        if parsed is not None and parsed.has_section(section):
            found = {**dict(parsed.items(section)), **found}
    chosen = name != "default" and there
    return AwsProfile(name, found.get("region"), _method(found, broken, chosen), there)


def _method(found: Mapping[str, str], broken: bool, named: bool) -> AwsMethod | None:
    keys = [key for key in _KEYS if found.get(key)]
    if len(keys) == len(_KEYS):
        return "keys"
    if any(found.get(key) for key in _ELSEWHERE):
        return "elsewhere"
    return "incomplete" if broken or keys or named else None


def _parsed(data: bytes) -> ConfigParser | None:
    from configparser import ConfigParser, Error

    parser = ConfigParser(interpolation=None, strict=False, default_section="\0")
    try:
        parser.read_string(data.decode("utf-8"))
    except (Error, UnicodeDecodeError):
        return None
    return parser
