"""What was seen on the machine: immutable facts, gathered in one place and judged elsewhere.

An `Observation` is everything a decision rests on. `credentials.observe` fills it by reading;
selection, predictions and checks are pure functions of it, so an experiment ("what if this
variable were unset") is the same function over a changed copy.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal

from authtui.machine.past_events import ClientPast
from authtui.record import NamedTuple
from authtui.redaction import Secret, redact_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from authtui.machine.clues import Clues
    from authtui.machine.variable_places import VariableHolder, VariableLine

FileKind = Literal[
    "absent",
    "file",
    "directory",
    "fifo",
    "socket",
    "device",
    "dangling-link",
    "unreadable",
    "too-large",
]
KeyringStatus = Literal[
    "not-probed", "absent", "present", "locked", "denied", "hanging", "no-backend", "failed"
]
EncryptedStatus = Literal[
    "not-probed", "absent", "present", "no-extra", "no-passphrase", "undecryptable", "unreadable"
]

ProgramKind = Literal["interactive", "exec", "app-server", "background-server", "mcp-server"]
AwsMethod = Literal["keys", "elsewhere", "incomplete"]

AUTH_FILE: Final = "auth.json"
"""The file of the credential document in CODEX_HOME, and the name of that source."""
_NONE: Final[Mapping[str, Any]] = MappingProxyType({})


class FileFacts(NamedTuple):
    """One file as found. `data` is None unless it was read whole; `error` is the system's text.

    `error` uses the wording of the client's runtime: `Permission denied (os error 13)`.
    `mode` holds the permission bits only; sizes are bytes.
    """

    path: str
    kind: FileKind = "absent"
    data: bytes | None = None
    error: str | None = None
    mode: int | None = None
    uid: int | None = None
    owner: str | None = None
    owned_by_me: bool | None = None
    size: int | None = None
    modified: datetime | None = None
    inode: int | None = None
    link_target: str | None = None
    writable: bool | None = None

    def __repr__(self) -> str:
        """The path and the kind: the content may be a secret, and is never printed by accident."""
        return f"<FileFacts {self.path}: {self.kind}>"

    @property
    def exists(self) -> bool:
        """Whether something stands at the path, whatever it is."""
        return self.kind != "absent"


class HeldLock(NamedTuple):
    """A lock file that a process holds; its number is None where the system does not tell."""

    path: str
    process: int | None = None


class StorageFacts(NamedTuple):
    """What a writer of auth.json would meet. `path` is the file itself, behind a link.

    `mounted`: it is a mount point of its own. `flags` are `immutable` and `append-only`, of the
    file and of its folder. `sticky_owner` is named where the folder lets nobody else replace it.
    `free` is in bytes. `held` are the locks of the client that somebody holds now, `rescues` the
    files with newer tokens that could not be stored, `entry_rescues` those of the keyring entry.
    What is not known hinders nothing.
    """

    path: str = ""
    folder: str = ""
    folder_writable: bool | None = None
    writable: bool | None = None
    mode: int | None = None
    mounted: bool = False
    links: int = 1
    flags: tuple[str, ...] = ()
    folder_flags: tuple[str, ...] = ()
    sticky_owner: str | None = None
    read_only_mount: bool = False
    free: int | None = None
    free_inodes: int | None = None
    held: tuple[HeldLock, ...] = ()
    rescues: tuple[str, ...] = ()
    entry_rescues: tuple[str, ...] = ()


class HomeFacts(NamedTuple):
    """Where CODEX_HOME is. `error` is the client's own text when it would refuse to start.

    `owner` is the user whose it is, where that is not the user of this process.
    """

    path: str
    chosen_by: Literal["option", "CODEX_HOME", "default"]
    canonical: str | None = None
    exists: bool = False
    error: str | None = None
    mode: int | None = None
    writable: bool | None = None
    shown: str = ""
    owner: str | None = None


class OtherHome(NamedTuple):
    """Another home that holds a login; `default`: a client without CODEX_HOME uses it.

    `account` is the account that its record names.
    """

    path: str
    shown: str
    default: bool = False
    account: str | None = None


class LoginCopy(NamedTuple):
    """Another place that keeps a login; `holder` is who put it there, None for a home.

    `marks` are digests of its refresh tokens.
    """

    path: str
    shown: str
    holder: str | None = None
    marks: tuple[bytes, ...] = ()


class ConfigValue(NamedTuple):
    """One value of a configuration file and where it stands (1-based line and column)."""

    value: Any
    file: str
    line: int | None = None
    column: int | None = None

    def __repr__(self) -> str:
        """Where it stands, and the value without what has the shape of a secret."""
        return f"<ConfigValue {self.where}: {redact_text(repr(self.value))}>"

    @property
    def where(self) -> str:
        """The place as messages show it, such as `config.toml:3`."""
        return f"{self.file}:{self.line}" if self.line else self.file


class ConfigFault(NamedTuple):
    """Why a configuration cannot be read. `reason` is the parser's text, without position.

    `at_start` is the text of `exec` and the interactive client where it is another one. `whole` is
    all that the client says, where it names the place in words of its own or not at all.
    """

    reason: str
    file: str
    line: int | None = None
    column: int | None = None
    key: str | None = None
    at_start: str | None = None
    whole: str | None = None


LayerKind = Literal[
    "system",
    "bundle",
    "user",
    "profile",
    "project",
    "options",
    "managed",
    "requirements",
    "bundle-requirements",
]
"""Where a layer of the configuration comes from; those of `requirements` restrict what is set."""


class ConfigLayer(NamedTuple):
    """One source of the configuration, flattened; `error` says why the client cannot read it.

    `name` is what messages call it: `config.toml`, or a path. `ignored` says why the client reads
    none of it.
    """

    kind: LayerKind
    name: str
    file: FileFacts
    values: Mapping[str, ConfigValue] = _NONE
    error: ConfigFault | None = None
    ignored: str | None = None


class BundleFacts(NamedTuple):
    """What a workspace delivers, as the client keeps it: for one login, and until it expires.

    The file is signed with a key of the client's; whether the signature is right is not known.
    """

    file: FileFacts
    account: str | None = None
    user: str | None = None
    cached_at: datetime | None = None
    expires_at: datetime | None = None


class ConfigFacts(NamedTuple):
    """The configuration: `values` maps dotted keys (`model_providers.x.env_key`) to values.

    Tables appear through their leaves only. Where several files give a key, the one with the
    higher precedence stands here and the rest is in `overridden`. `layers` are the sources, the
    lowest first. `named_files` are the files that the client reads because a key names them, by
    `layer:key`; `bundle` is what the workspace delivered last, `profile` the one asked for,
    `missing_programs` those that the client would start, and that are not on PATH. `profiles` are
    the files of profiles in the home that were not asked for.
    """

    file: FileFacts
    values: Mapping[str, ConfigValue] = _NONE
    error: ConfigFault | None = None
    overridden: tuple[tuple[str, ConfigValue], ...] = ()
    requirements: Mapping[str, ConfigValue] = _NONE
    layers: tuple[ConfigLayer, ...] = ()
    named_files: Mapping[str, FileFacts] = _NONE
    bundle: BundleFacts | None = None
    profile: str | None = None
    missing_programs: frozenset[str] = frozenset()
    profiles: tuple[ConfigLayer, ...] = ()

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ANN401
        """The plain value of a dotted key."""
        found = self.values.get(key)
        return default if found is None else found.value

    def where(self, key: str) -> str:
        """`config.toml:3` of a dotted key, or the file's name where the line is unknown."""
        found = self.values.get(key) or self.requirements.get(key)
        return found.where if found else "config.toml"

    def path_of(self, name: str) -> str:
        """The path of the file that messages call so."""
        found = (layer.file.path for layer in self.layers if layer.name == name)
        return next(found, self.file.path if name == "config.toml" else name)


class Variable(NamedTuple):
    """One environment variable: its value, and where it came from.

    `replaces` is the variable of the process that a line of `.env` put itself over.
    """

    name: str
    value: Secret
    origin: Literal["environment", "dotenv", "experiment"] = "environment"
    line: int | None = None
    valid_unicode: bool = True
    replaces: Variable | None = None

    @property
    def trimmed(self) -> str | None:
        """The value as the credential loader reads it: trimmed; blank or not Unicode is None."""
        if not self.valid_unicode:
            return None
        return self.value.reveal().strip() or None


class IgnoredVariable(NamedTuple):
    """A line of `$CODEX_HOME/.env` that the client reads but does not apply, and why."""

    name: str
    line: int
    reason: str


class EnvironmentFacts(NamedTuple):
    """The variables that matter to a login, after the client has applied its `.env` file.

    `dotenv_others` is what that file sets besides: it may be secret, and decides nothing. `lines`
    are those of other files that set one of them, `holders` the programs that had one first.
    `left_out` are variables of this process that were not looked at: the home is another user's.
    """

    variables: Mapping[str, Variable] = _NONE
    dotenv: FileFacts = FileFacts(".env")
    dotenv_ignored: tuple[IgnoredVariable, ...] = ()
    dotenv_overrides: tuple[str, ...] = ()
    dotenv_others: tuple[tuple[str, Secret], ...] = ()
    lines: tuple[VariableLine, ...] = ()
    holders: tuple[VariableHolder, ...] = ()
    left_out: tuple[str, ...] = ()

    def get(self, name: str) -> Variable | None:
        """The variable as it stands in the process, or None."""
        return self.variables.get(name)

    def trimmed(self, name: str) -> str | None:
        """The trimmed value; None when unset, blank or not Unicode."""
        found = self.variables.get(name)
        return found.trimmed if found else None

    def without(self, name: str) -> EnvironmentFacts:
        """A copy in which the variable is unset."""
        rest = {key: value for key, value in self.variables.items() if key != name}
        return self._replace(variables=rest)

    def with_value(self, name: str, value: str) -> EnvironmentFacts:
        """A copy in which the variable is set by an experiment."""
        given = Variable(name, Secret(value), "experiment")
        return self._replace(variables={**self.variables, name: given})


class KeyringFacts(NamedTuple):
    """The OS keyring entry. `detail` is the backend's own text; `document` the stored JSON.

    `mark` changes with the entry, where the keyring can tell that without its secret.
    """

    status: KeyringStatus = "not-probed"
    service: str = "Codex Auth"
    account: str = ""
    backend: str | None = None
    detail: str | None = None
    document: Secret | None = None
    mark: str | None = None


class EncryptedFacts(NamedTuple):
    """The age-encrypted store `secrets/codex_auth.age`. `document` is the stored auth JSON."""

    file: FileFacts
    status: EncryptedStatus = "not-probed"
    detail: str | None = None
    document: Secret | None = None
    passphrase_account: str = ""


class InstalledClient(NamedTuple):
    """A copy of the client found on this machine, without running it."""

    path: str
    version: str | None
    found_by: str


class RunningProgram(NamedTuple):
    """A program of the client that runs now. `home` is its real path, `started` aware UTC.

    `version` is told by its path where that names one, `host` is the program that brought it.
    """

    pid: int
    kind: ProgramKind
    path: str
    home: str
    started: datetime | None = None
    version: str | None = None
    host: str | None = None


class McpLogin(NamedTuple):
    """A stored login of an MCP server, without its tokens; `expires_at` is aware UTC.

    `renewable`: it has a refresh token. `issuer`: it names the server that gave it.
    """

    server: str
    url: str
    expires_at: datetime | None = None
    renewable: bool = False
    issuer: bool = False


class McpStore(NamedTuple):
    """The file store of MCP logins. `fault` says why it cannot be read.

    `variables` are those that the configuration names for a token and that are set.
    """

    file: FileFacts = FileFacts(".credentials.json")
    logins: tuple[McpLogin, ...] = ()
    fault: str | None = None
    variables: frozenset[str] = frozenset()


class SavedThread(NamedTuple):
    """The newest saved thread of a model provider; `file` is its path below the home."""

    provider: str
    file: str


class HostFacts(NamedTuple):
    """What kind of machine this is, by `marks`: WSL, SSH, container, CI, sandbox, sudo."""

    marks: tuple[str, ...] = ()
    platform: str = "linux"
    user: str = ""


class AwsProfile(NamedTuple):
    """A profile of the AWS SDK, and the `method` by which it gives credentials, if any.

    `keys`: access keys stand in the file. `elsewhere`: a program, a role or a sign-in gives them.
    `incomplete`: the profile is named and not there, half of its keys is missing, or a file cannot
    be read. `there`: one of the two files exists.
    """

    name: str
    region: str | None = None
    method: AwsMethod | None = None
    there: bool = False


class Observation(NamedTuple):
    """Everything seen, at one moment (`at`, UTC).

    `listening` are the local TCP ports that somebody listens on; None where that was not looked at.
    `certificates`: this machine has some to trust servers by; None where that is not told by files.
    `aws` is the profile of the AWS SDK, `gcloud` whether that program is on PATH: each is looked at
    only where the model provider asks for it. `directory` is where the client would be started,
    `running` are the programs of the client that use this home now, `mcp` the logins of its
    MCP servers, `other_logins` the homes that hold a login where this one has no file with one,
    `threads` the newest saved thread of each model provider, `copies` the other places that hold
    the refresh token of this home, `past` what the client wrote down of its last turns and logins.
    `clues` stand for the secrets where a trace was read.
    """

    at: datetime
    home: HomeFacts
    environment: EnvironmentFacts
    auth_file: FileFacts
    config: ConfigFacts
    keyring: KeyringFacts
    encrypted: EncryptedFacts
    host: HostFacts = HostFacts()
    clients: tuple[InstalledClient, ...] = ()
    token_file: FileFacts | None = None
    spiffe_socket: FileFacts | None = None
    ca_file: FileFacts | None = None
    key_set: str | None = None
    listening: frozenset[int] | None = None
    certificates: bool | None = None
    aws: AwsProfile | None = None
    gcloud: bool | None = None
    storage: StorageFacts = StorageFacts()
    directory: str | None = None
    running: tuple[RunningProgram, ...] = ()
    mcp: McpStore = McpStore()
    other_logins: tuple[OtherHome, ...] = ()
    threads: tuple[SavedThread, ...] = ()
    copies: tuple[LoginCopy, ...] = ()
    past: ClientPast = ClientPast()
    clues: Clues | None = None

    def __repr__(self) -> str:
        """When it was made: what was seen may be secret, and is never printed by accident."""
        return f"<Observation of {self.at:%Y-%m-%d %H:%M:%S}Z>"
