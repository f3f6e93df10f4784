"""Secrets without a shape: known by where they stand, wherever they come out again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from authtui.exchanges import record_builder
from authtui.exchanges.answers import Answer
from authtui.exchanges.export import as_curl, as_har
from authtui.exchanges.meaning import purpose_of
from authtui.trace.stand_ins import StandIns
from tests.canaries.canary import Canary, leaks
from tests.canaries.kinds import CANARIES
from tests.canaries.outputs import commands_of, lay_out, observed, reports_of, said_of
from tests.canaries.places import World
from tests.program import chatgpt_login
from tests.tui.homes import NOW

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECRET: Canary = CANARIES["provider bearer token"]
VALUE = SECRET.value
PROVIDER = 'model_provider = "corp"\n[model_providers.corp]\nname = "corp"\n'
NUMBER = "884213377331288"
LOGIN = json.dumps(chatgpt_login())

BROKEN = {
    "an open quote": f'{PROVIDER}experimental_bearer_token = "{VALUE}\n',
    "no quotes": f"{PROVIDER}experimental_bearer_token = {VALUE}\n",
    "the same key twice": f'{PROVIDER}experimental_bearer_token = "a"\n'
    f'experimental_bearer_token = "{VALUE}"\n',
    "an open table": f'[mcp_servers.x]\nenv = {{KEY="{VALUE}"\n',
    "headers": f'{PROVIDER}http_headers = {{ "X-Key" = "{VALUE}", "b" }}\n',
    "a comment behind": f"{PROVIDER}base_url = nothing # {VALUE}\n",
    "no key": f"{PROVIDER}{VALUE}\n",
    "two keys on a line": f'a = 1 b = "{VALUE}"\n',
    "a line of a long text": f'a = """\nfirst\n{VALUE} \\q\n"""\n',
    "an innocent key": f"model = {VALUE}\n",
    "a name that is a key": f'"{VALUE}" = \n',
}

PLACED = {
    "env_key": World(LOGIN, f"{PROVIDER}env_key = {json.dumps(VALUE)}\n"),
    "env_key in hexadecimal": World(
        LOGIN, f'{PROVIDER}env_key = "{CANARIES["seed of a key in hexadecimal"].value}"\n'
    ),
    "a number for a token": World(
        LOGIN, f"{PROVIDER}experimental_bearer_token = 884213377331288\n"
    ),
    "a query of the base URL": World(
        LOGIN, f'{PROVIDER}base_url = "https://corp.example/v1?apikey={VALUE}"\n'
    ),
    "a query of OPENAI_BASE_URL": World(
        LOGIN,
        env={"OPENAI_BASE_URL": f"https://corp.example/v1?subscription-key={VALUE}&sig={VALUE}"},
    ),
    "a user name in an address": World(
        LOGIN, f'{PROVIDER}base_url = "https://{VALUE}@corp.example/v1"\n'
    ),
    "auth_mode": World(json.dumps({**chatgpt_login(), "auth_mode": VALUE})),
    "a key of auth.json": World(json.dumps({**chatgpt_login(), VALUE: 1})),
    "a provider's id": World(LOGIN, f'model_provider = "{VALUE}"\n'),
    "a name in .env": World(LOGIN, dotenv=f"{VALUE}=x\n"),
    "a header in a command": World(
        LOGIN,
        f"{PROVIDER}[model_providers.corp.auth]\ncommand = \"curl -H 'X-Api-Key: {VALUE}'\"\n",
    ),
}


def _all_said(world: World, folder: Path) -> dict[str, str]:
    seen = observed(world, folder)
    said = {**said_of(seen, "current"), **said_of(seen, "first"), **reports_of(seen)}
    return said | commands_of(folder / world.folder, folder, world.env)


@pytest.mark.parametrize("mistake", BROKEN)
def test_a_mistake_in_the_configuration_is_shown_without_what_stands_there(
    mistake: str, tmp_path: Path
) -> None:
    for output, text in _all_said(World(LOGIN, BROKEN[mistake]), tmp_path).items():
        assert leaks(text) == set(), output


@pytest.mark.parametrize("place", PLACED)
def test_a_secret_in_a_wrong_place_is_never_repeated(place: str, tmp_path: Path) -> None:
    for output, text in _all_said(PLACED[place], tmp_path).items():
        assert leaks(text) == set(), output
        assert NUMBER not in text, output


def test_a_key_in_env_key_is_named_as_that_mistake_and_not_recommended(tmp_path: Path) -> None:
    said = said_of(observed(PLACED["env_key in hexadecimal"], tmp_path), "current")
    assert "A key stands where the name of its variable belongs" in said["check, current"]
    assert "export" not in said["check, current"]


@pytest.mark.parametrize("name", ["X=1; touch PWNED; :", "$(id)", "a b", "1ST"])
def test_a_name_that_no_shell_can_set_is_not_put_into_a_command(name: str, tmp_path: Path) -> None:
    world = World(LOGIN, f"{PROVIDER}env_key = {json.dumps(name)}\n")
    said = said_of(observed(world, tmp_path), "current")
    assert f"export {name}" not in said["check --json, current"]


ECHOES: dict[str, Callable[[str], tuple[int, str, str]]] = {
    "a message": lambda s: (400, "application/json", json.dumps({"error": {"message": f"no {s}"}})),
    "a detail": lambda s: (403, "application/json", json.dumps({"detail": s})),
    "a key": lambda s: (400, "application/json", json.dumps({s: 1})),
    "a page": lambda s: (502, "text/html", f"<html><title>no {s}</title>"),
    "plain text": lambda s: (400, "text/plain", f"bad: {s[:20]}\n{s[20:]}"),
    "percent codes": lambda s: (400, "text/plain", "".join(f"%{ord(c):02X}" for c in s)),
    "hexadecimal": lambda s: (400, "text/plain", s.encode().hex()),
    "escapes": lambda s: (400, "text/plain", "".join(f"\\u{ord(c):04x}" for c in s)),
}
CARRIERS = {
    "a bearer": ("Authorization", f"Bearer {VALUE}"),
    "a header of a provider": ("X-Corp", VALUE),
    "a Google header": ("X-Goog-Api-Key", VALUE),
    "an Azure header": ("Ocp-Apim-Subscription-Key", VALUE),
    "a cookie": ("Cookie", f"session={VALUE}"),
}


@pytest.mark.parametrize("echo", ECHOES)
@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_server_that_repeats_what_it_was_sent_gets_it_into_no_record(
    carrier: str, echo: str
) -> None:
    url = "https://corp.example/v1/models"
    purpose = purpose_of("GET", "corp.example", "/v1/models", "")
    name, value = CARRIERS[carrier]
    status, kind, body = ECHOES[echo](VALUE)
    record = record_builder.started(1, NOW, "GET", url, purpose)
    record = record_builder.with_request(record, ((name, value),), b"", purpose, NOW)
    lines = (
        ("content-type", kind),
        ("x-request-id", f"req-{VALUE}"),
        ("www-authenticate", f'Bearer error="{VALUE}"'),
        ("location", f"https://corp.example/{VALUE}?x={VALUE}"),
        ("x-echo", VALUE),
    )
    answer = Answer(1, status, lines, body.encode(), 3.0)
    record = record_builder.finished(record, answer, purpose, b"", len(body))
    names = StandIns()
    texts = [json.dumps(as_har([record], "0")), as_curl(record), repr(record)]
    texts += [names.text(text) for text in (record.meaning or "", record.request_id or "")]
    assert leaks(*texts) == set()


def test_the_new_refresh_token_of_an_answer_is_known_from_then_on() -> None:
    url = "https://auth.openai.com/oauth/token"
    purpose = purpose_of("POST", "auth.openai.com", "/oauth/token", "application/json")
    assert purpose.credentials
    record = record_builder.started(1, NOW, "POST", url, purpose)
    body = json.dumps({"refresh_token": CANARIES["opaque refresh token"].value}).encode()
    answer = Answer(1, 200, (("content-type", "application/json"),), body, 3.0)
    record_builder.finished(record, answer, purpose, b"", len(body))
    again = Answer(2, 400, (), json.dumps({"error": {"message": body.decode()}}).encode(), 3.0)
    assert leaks(again.error_message or "", StandIns().text(body.decode())) == set()


def test_what_was_read_is_taken_out_of_what_a_program_says(tmp_path: Path) -> None:
    from authtui.capture.child import KeyHider

    world = World(LOGIN, f"{PROVIDER}experimental_bearer_token = {json.dumps(VALUE)}\n")
    lay_out(world, tmp_path / "other")
    observed(world, tmp_path)
    hide = KeyHider()
    for line in (VALUE, VALUE.upper(), f"auth {VALUE[:20]}", VALUE.encode().hex()):
        assert leaks(hide(line.encode())) == set()
