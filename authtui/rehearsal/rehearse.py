"""Predicted beside observed: the client itself, run on a copy with stand-ins.

The network of a rehearsal is one of its own (Linux namespaces): every host name leads to hosts on
loopback that answer as the services do, so that nothing leaves the machine. What they are told to
get wrong is what is assumed (`Assumptions`), for the prediction and for them alike.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from authtui.contracts import find
from authtui.credentials.observe import SYSTEM_DIR, read_observation, wants_keyring
from authtui.errors import AuthtuiError
from authtui.machine.observation import KeyringFacts
from authtui.machine.throw_away import throw_away
from authtui.record import NamedTuple
from authtui.rehearsal.copy import LeakError, make_copy
from authtui.rehearsal.hosts import ACCOUNT
from authtui.rehearsal.network import isolated, obstacle_to_isolation
from authtui.rehearsal.stand_in import SecretStandIns
from authtui.simulation.app_server import predict_app_server
from authtui.simulation.doctor import predict_doctor
from authtui.simulation.predictions import predict
from authtui.simulation.program_start import make_case
from authtui.simulation.selection import forced_workspaces

if TYPE_CHECKING:
    from collections.abc import Generator

    from authtui.machine.observation import Observation
    from authtui.rehearsal.copy import Copy
    from authtui.simulation.assumptions import Assumptions
    from authtui.simulation.program_start import Case

SURFACES: Final = {
    "login-status": "status",
    "exec": "exec",
    "doctor": "doctor",
    "app-server": "account",
}
"""The programs that can be rehearsed, and the client's command for each."""
_FAULTS: Final = {
    "key_set": "jwks",
    "task": "task",
    "whoami": "whoami",
    "register": "register",
    "biscuit": "biscuit",
    "refresh": "refresh",
    "accounts_check": "accounts_check",
    "policies": "requirements",
    "responses": "responses",
    "exchange": "exchange",
    "origin": "origin",
}
_FAULT_WORDS: Final = {
    "not-json": "notjson",
    "omitted": "omit",
    "not-base64": "notb64",
    "sealed-to-another-key": "otherkey",
    "timeout": "slow",
    "no-origin": "missing_origin",
    "other-workspace": "other_only",
}
_CANNOT_BE_PLAYED: Final = ("unreachable", "duplicate")


class Behaviour(NamedTuple):
    """What a program does: exit code, words, deletion, and the first model request."""

    exit: int | str
    says: str | None
    deletes_stored_login: bool
    request: dict[str, Any] | None


class Rehearsed(NamedTuple):
    """One program: what was predicted, what was observed, and which facts differ."""

    surface: str
    predicted: Behaviour
    observed: Behaviour
    requests: tuple[str, ...]
    differs: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether everything that was compared is the same."""
        return not self.differs


class Rehearsal(NamedTuple):
    """A rehearsal as a whole. `note` says what is doubtful of the row that was predicted by."""

    client: str
    version: str | None
    contract: str
    note: str | None
    surfaces: tuple[Rehearsed, ...]
    left_out: tuple[str, ...]


class RehearsalError(AuthtuiError):
    """Why nothing could be rehearsed, and what to do."""


def rehearse(
    seen: Observation,
    client: str,
    path: str,
    assumptions: Assumptions,
    surfaces: tuple[str, ...],
    *,
    contract_name: str = "auto",
    system_dir: Path = SYSTEM_DIR,
) -> Generator[Rehearsed | Rehearsal, None, None]:
    """Each program as soon as it has been run, and the whole at the end.

    Stopping early leaves nothing behind: the client ends with the generator, the copy goes.

    Raises:
        RehearsalError: The system gives no network of its own, or the client does not start.
    """
    obstacle = obstacle_to_isolation()
    if obstacle is not None:
        text = f"{obstacle}; `authtui capture` watches the client without a network of its own"
        raise RehearsalError(text)
    for name, value in assumptions._asdict().items():
        if value in _CANNOT_BE_PLAYED or (name == "network" and value != "ok"):
            raise RehearsalError(f"{name}={value} can be assumed, and not rehearsed")
    with throw_away("rehearsal") as folder:
        stand_ins = SecretStandIns()
        root = Path(folder).resolve()
        try:
            copy = make_copy(seen, stand_ins, root, path, system_dir)
        except LeakError:
            text = "a secret could not be replaced in the copy, which was thrown away"
            raise RehearsalError(text) from None
        wanted = forced_workspaces(seen, find("current")[0])  # type: ignore[index]
        account = assumptions.whoami_account or (wanted[0] if wanted else ACCOUNT)
        given = assumptions._replace(
            whoami_account=account, workload_account=assumptions.workload_account or account
        )
        yield from _with_worker(seen, client, copy, stand_ins, given, surfaces, contract_name)


def _with_worker(
    seen: Observation,
    client: str,
    copy: Copy,
    stand_ins: SecretStandIns,
    given: Assumptions,
    surfaces: tuple[str, ...],
    contract_name: str,
) -> Generator[Rehearsed | Rehearsal, None, None]:
    bare = _observed_copy(seen, copy)
    program = (*isolated(), sys.executable, "-m", "authtui.rehearsal.worker")
    worker = subprocess.Popen(  # noqa: S603 - this program itself
        program,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parent.parent.parent,
        text=True,
    )
    try:
        started = _ask(worker, json.dumps(_setting(client, copy, stand_ins, given)))
        version = started["version"]
        if version is None:
            raise RehearsalError(f"{client} does not say which version it is: no client of Codex")
        found = find(version if contract_name == "auto" else contract_name)
        if found is None:
            raise RehearsalError(f"no client is known by the name {contract_name}")
        contract, note = found
        case = make_case(bare, contract, given)
        done: list[Rehearsed] = []
        for surface in surfaces:
            if surface == "doctor" and not contract.doctor:
                continue
            row = _compared(surface, case, _ask(worker, SURFACES[surface]), copy, seen)
            done.append(row)
            yield row
    finally:
        worker.kill()
        worker.communicate()
    yield Rehearsal(client, version, contract.title, note, tuple(done), copy.left_out)


def _ask(worker: subprocess.Popen[str], line: str) -> dict[str, Any]:
    if worker.stdin is None or worker.stdout is None:
        raise RehearsalError("the rehearsal could not be started")
    try:
        worker.stdin.write(line + "\n")
        worker.stdin.flush()
        answer = json.loads(worker.stdout.readline())
    except (OSError, ValueError):
        worker.kill()
        said = worker.communicate()[1].strip().splitlines()
        reason = said[-1] if said else "it ended"
        raise RehearsalError(f"the network of the rehearsal failed: {reason}") from None
    found: dict[str, Any] = answer
    return found


def _observed_copy(seen: Observation, copy: Copy) -> Observation:
    bare = read_observation(
        environ=copy.environ,
        home_option=None,
        now=seen.at,
        system_dir=copy.etc,
        probe_keyring=False,
        installed=False,
    )
    if wants_keyring(bare):
        bare = bare._replace(keyring=KeyringFacts("no-backend", account=bare.keyring.account))
    # In that network its own hosts listen, and nobody else.
    return bare._replace(listening=frozenset((*copy.plain_ports, *copy.secure_ports)))


def _setting(
    client: str, copy: Copy, stand_ins: SecretStandIns, given: Assumptions
) -> dict[str, Any]:
    facts = read_text(copy.home / "auth.json")
    id_token = None
    try:
        id_token = json.loads(facts or "")["tokens"]["id_token"]
    except (ValueError, KeyError, TypeError):
        id_token = None
    return {
        "root": str(copy.root),
        "etc": str(copy.etc),
        "environ": copy.environ,
        "client": client,
        "hosts": [host for host in copy.hosts if not host.replace(".", "").isdigit()],
        "plain_ports": copy.plain_ports,
        "secure_ports": copy.secure_ports,
        "key_set": stand_ins.key_set(),
        "agent_public": stand_ins.agent_public.hex(),
        "account": given.whoami_account,
        "id_token": id_token,
        "refreshed": {
            "id_token": id_token or "",
            "access_token": stand_ins.fresh_access_token(),
            "refresh_token": "stand-in-of-a-new-refresh-token",
        },
        "faults": _faults(given),
    }


def read_text(path: Path) -> str | None:
    """A file of the copy, or None where it is none."""
    return path.read_text("utf-8", "replace") if path.is_file() else None


def _faults(given: Assumptions) -> dict[str, Any]:
    faults: dict[str, Any] = {"exchange": "ok"}
    for name, ours in _FAULTS.items():
        value = getattr(given, name)
        if value not in ("ok", "as-stored", None):
            faults[ours] = _FAULT_WORDS.get(value, value)
    if given.accepts_expired == "yes":
        faults["accept_expired"] = True
    if given.whoami_fedramp == "yes":
        faults["whoami"] = "fedramp"
    return faults


def _compared(
    surface: str, case: Case, made: dict[str, Any], copy: Copy, seen: Observation
) -> Rehearsed:
    predicted, observed = _both(surface, case, made)
    differs = [
        name
        for name in Behaviour._fields
        if getattr(predicted, name) != getattr(observed, name)
        # What is said by a client that was stopped, and what it left undone, tells nothing.
        and not (isinstance(observed.exit, str) and name in ("exit", "says"))
    ]
    shown = (str(copy.home), seen.home.shown or seen.home.path)
    return Rehearsed(
        surface,
        _shown(predicted, shown),
        _shown(observed, shown),
        tuple(made["requests"]),
        tuple(differs),
    )


def _shown(made: Behaviour, paths: tuple[str, str]) -> Behaviour:
    return made._replace(says=made.says and made.says.replace(*paths))


def _both(surface: str, case: Case, made: dict[str, Any]) -> tuple[Behaviour, Behaviour]:
    deletes, request = made["deletes_stored_login"], made["request"]
    if surface == "doctor":
        report = predict_doctor(case)
        ours = None if report is None else f"{report.status}: {report.summary}"
        found = made["doctor"]
        theirs = None if found is None else f"{found.get('status')}: {found.get('summary')}"
        code = made["exit"]
        return Behaviour(code, ours, False, None), Behaviour(code, theirs, deletes, None)
    if surface == "app-server":
        return (
            Behaviour(0, _app_server(case), False, None),
            Behaviour(0, _answered(made), deletes, None),
        )
    start = predict(case)["exec" if surface == "exec" else "login-status"]
    planned = start.request
    expected = (
        None
        if planned is None
        else {
            "base_url": planned.base_url,
            "authorization": planned.authorization,
            "account_id_header": planned.account_id_header,
            "fedramp": planned.fedramp,
        }
    )
    prediction = start.prediction
    says = prediction.says.strip() if prediction.says else None
    return (
        Behaviour(prediction.exit, says, prediction.deletes_stored_login, expected),
        Behaviour(made["exit"], made["says"] or None, deletes, request),
    )


def _app_server(case: Case) -> str:
    ours = predict_app_server(case)
    if ours.stops:
        return ours.stops
    if ours.error:
        return f"error: {ours.error}"
    return f"account {ours.account}, method {ours.auth_method}"


def _answered(made: dict[str, Any]) -> str:
    answers = made["answers"]
    if not answers:
        said = made["says"] or ""
        return str(said[said.find("Error:") :].strip())
    read = answers["account/read"]
    if "error" in read:
        return f"error: {read['error']['message']}"
    account = (read.get("account") or {}).get("type")
    return f"account {account}, method {answers['getAuthStatus'].get('authMethod')}"
