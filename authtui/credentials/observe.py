"""Looking at everything once: the only place that fills an `Observation`."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from authtui.configuration.config import (
    BEDROCK,
    GOOGLE,
    feature,
    join_key,
    providers,
    selected_provider,
)
from authtui.configuration.layers import read_config
from authtui.configuration.merging import every_view
from authtui.contracts import CA_VARIABLES
from authtui.credentials import encrypted_store, keyring_store
from authtui.credentials.environment import (
    NAMES,
    SPIFFE_SOCKET,
    TOKEN_FILE,
    TOKEN_SOURCE,
    read_environment,
)
from authtui.credentials.known import tell_known
from authtui.credentials.places import with_places
from authtui.credentials.rescues import newer_than, with_rescues
from authtui.credentials.write_lock import lock_paths
from authtui.directories import rescue_dir
from authtui.machine.certificates import has_certificates
from authtui.machine.client_past import read_past
from authtui.machine.files import read_file, stat_file
from authtui.machine.home import resolve_home
from authtui.machine.host import read_host
from authtui.machine.mcp_logins import read_mcp_store
from authtui.machine.observation import (
    AUTH_FILE,
    ConfigFacts,
    EncryptedFacts,
    EnvironmentFacts,
    FileFacts,
    KeyringFacts,
    McpStore,
    Observation,
    StorageFacts,
)
from authtui.machine.past_events import ClientPast
from authtui.machine.ports import read_listening_ports
from authtui.machine.programs import find_programs
from authtui.machine.storage import read_storage
from authtui.machine.threads import read_saved_threads

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from authtui.machine.observation import AwsProfile, InstalledClient, RunningProgram

SYSTEM_DIR: Final = Path("/etc/codex")
DOTENV_FILE: Final = ".env"
KEYRING_MODES: Final = ("keyring", "auto")


def read_observation(
    *,
    environ: Mapping[str, str],
    home_option: str | None,
    now: datetime,
    system_dir: Path = SYSTEM_DIR,
    key_set_file: Path | None = None,
    probe_keyring: bool = True,
    installed: bool = True,
    root: Path = Path("/"),
    directory: str | None = None,
    profile: str | None = None,
    own_variables: bool = False,
    pid: int | None = None,
    like: Observation | None = None,
) -> Observation:
    """Everything a decision rests on, read at one moment. Writes nothing, runs nothing.

    The keyring is asked only where the configuration makes the client ask it; with
    `probe_keyring` False it stays `not-probed`, and `read_keyring` can be called later, from a
    worker. `installed` looks for copies of the client. `root` is where the marks of the host
    are sought. `directory` is where the client would be started: a project there may have its own
    configuration. `profile` is the one that `--profile` would name. A home that is named and is
    another user's is judged without the variables of this process, unless `own_variables`. `pid` is
    the program whose variables they are, None for this one. `like` is an observation of this
    machine a moment ago: what does not depend on the home is taken from it, and no copies of the
    login are looked for.
    """
    home = resolve_home(environ, home_option)
    left_out: tuple[str, ...] = ()
    if home_option and home.owner is not None and not own_variables:
        left_out = tuple(name for name in NAMES if name in environ)
        environ = {name: value for name, value in environ.items() if name not in left_out}
    folder = Path(home.path) if "\0" not in home.path else Path()
    hashed = home.canonical or home.path
    if home.error is None:
        config = read_config(folder, system_dir, environ, directory=directory, profile=profile)
        found = [row for values in every_view(config) for row in providers(values)]
        keys = [name for row in found for name in (row.env_key, *row.header_variables)]
        environment = read_environment(environ, folder / DOTENV_FILE, [k for k in keys if k])
        auth_file = read_file(folder / AUTH_FILE)
        encrypted = encrypted_store.read_encrypted_facts(
            folder, keyring_store.secrets_account(hashed)
        )
    else:
        # The client stops before it reads anything; what stands in the environment is still seen.
        config = ConfigFacts(FileFacts(str(folder / "config.toml")))
        environment = read_environment(environ, None)
        environment = environment._replace(dotenv=FileFacts(str(folder / DOTENV_FILE)))
        auth_file = FileFacts(str(folder / AUTH_FILE))
        encrypted = EncryptedFacts(FileFacts(str(folder / encrypted_store.STORE)))
    if like is None:
        environment = with_places(environment, environ, directory, home.path, root, pid)
    environment = environment._replace(left_out=left_out)
    provider = selected_provider(config).id
    clients: tuple[InstalledClient, ...] = ()
    if installed:
        from authtui.machine.installed import find_clients

        clients = find_clients(environ, root)
    seen = Observation(
        at=now,
        home=home,
        environment=environment,
        auth_file=auth_file,
        config=config,
        directory=directory,
        keyring=KeyringFacts(account=keyring_store.auth_account(hashed)),
        encrypted=encrypted,
        host=like.host if like is not None else read_host(environ, root),
        clients=clients,
        token_file=_named_file(environment, (TOKEN_FILE,)),
        spiffe_socket=_socket(environment),
        ca_file=_named_file(environment, CA_VARIABLES),
        key_set=_text(key_set_file),
        listening=like.listening if like is not None else read_listening_ports(root),
        running=_running_here(hashed, root) if like is None else (),
        threads=read_saved_threads(folder) if home.error is None else (),
        past=read_past(folder) if home.error is None and like is None else ClientPast(),
        mcp=_mcp_store(folder, config, environ) if home.error is None else McpStore(),
        certificates=like.certificates if like is not None else has_certificates(root),
        aws=_aws_profile(environ, environment, config) if provider in BEDROCK else None,
        gcloud=_is_on_path("gcloud", environ) if provider == GOOGLE else None,
    )
    if not auth_file.exists:
        from authtui.machine.homes import find_other_logins

        seen = seen._replace(other_logins=find_other_logins(environ, hashed, root))
    elif home.error is None and like is None:
        from authtui.machine.homes import homes_of_the_user
        from authtui.machine.login_copies import copies_of

        homes = homes_of_the_user(environ, root)
        seen = seen._replace(copies=copies_of(auth_file.data, hashed, environ, homes))
    if home.error is None:
        seen = seen._replace(storage=_storage(str(folder / AUTH_FILE), seen, environ))
    tell_known(seen, environ)
    return read_keyring(seen) if probe_keyring and wants_keyring(seen) else seen


def wants_keyring(observation: Observation) -> bool:
    """Whether the client would ask the OS keyring: by the configured store."""
    mode = observation.config.get("cli_auth_credentials_store")
    return observation.home.error is None and mode in KEYRING_MODES


def wants_passphrase(observation: Observation) -> bool:
    """Whether the client would open the encrypted store: by store, feature flag and the file."""
    return (
        wants_keyring(observation)
        and feature(observation.config, encrypted_store.SECRETS_FEATURE)
        and observation.encrypted.file.data is not None
    )


def read_keyring(
    observation: Observation,
    *,
    timeout: float = keyring_store.TIMEOUT,
    backend: keyring_store.ProbedKeyring | None = None,
) -> Observation:
    """A copy with the keyring asked, and the encrypted store opened where that is in use.

    Takes `timeout` seconds at most for each of two entries, and a second for decrypting.
    """
    facts = keyring_store.probe_keyring(
        observation.keyring.account, timeout=timeout, backend=backend
    )
    stored = None if facts.document is None else facts.document.reveal().encode()
    unsaved = newer_than(stored, observation.storage.entry_rescues)
    storage = observation.storage._replace(entry_rescues=unsaved)
    observation = observation._replace(keyring=facts, storage=storage)
    tell_known(observation, {})
    if not wants_passphrase(observation):
        return observation
    passphrase = facts._replace(
        service=keyring_store.SECRETS_SERVICE,
        account=observation.encrypted.passphrase_account,
        document=None,
    )
    if facts.status in ("present", "absent"):
        passphrase = keyring_store.probe_keyring(
            passphrase.account, service=passphrase.service, timeout=timeout, backend=backend
        )
    encrypted = encrypted_store.with_passphrase(observation.encrypted, passphrase)
    observation = observation._replace(encrypted=encrypted)
    tell_known(observation, {})
    return observation


def _mcp_store(folder: Path, config: ConfigFacts, environ: Mapping[str, str]) -> McpStore:
    names = [
        held.value
        for key, held in config.values.items()
        if key.startswith("mcp_servers.") and key.endswith(".bearer_token_env_var")
    ]
    set_here = frozenset(n for n in names if isinstance(n, str) and n in environ)
    return read_mcp_store(folder)._replace(variables=set_here)


def _running_here(home: str, root: Path) -> tuple[RunningProgram, ...]:
    if "\0" in home:
        return ()
    real = os.path.realpath(home)
    return tuple(program for program in find_programs(root) if program.home == real)


def _aws_profile(
    environ: Mapping[str, str], environment: EnvironmentFacts, config: ConfigFacts
) -> AwsProfile:
    from authtui.machine.aws_profile import read_aws_profile

    provider = selected_provider(config).id
    named = config.get(join_key(("model_providers", provider, "aws", "profile")))
    given = {name: held.value.reveal() for name, held in environment.variables.items()}
    return read_aws_profile({**environ, **given}, named if isinstance(named, str) else None)


def _is_on_path(program: str, environ: Mapping[str, str]) -> bool:
    return shutil.which(program, path=environ.get("PATH", "")) is not None


def _named_file(environment: EnvironmentFacts, names: tuple[str, ...]) -> FileFacts | None:
    for name in names:
        path = environment.trimmed(name)
        if path:
            return read_file(path)
    return None


def _socket(environment: EnvironmentFacts) -> FileFacts | None:
    uri = environment.trimmed(SPIFFE_SOCKET)
    if uri is None or environment.trimmed(TOKEN_SOURCE) is None:
        return None
    path = uri.partition(":")[2]
    return stat_file(path.removeprefix("//"))


def _storage(path: str, seen: Observation, environ: Mapping[str, str]) -> StorageFacts:
    found = read_storage(path, lock_paths(path))
    home = os.path.dirname(path)  # noqa: PTH120 - plain text throughout
    elsewhere = str(rescue_dir(environ))
    return with_rescues(found, home, elsewhere, seen.keyring.account, seen.auth_file.data)


def _text(path: Path | None) -> str | None:
    data = read_file(path).data if path is not None else None
    return data.decode("utf-8", "replace") if data is not None else None
