"""Stories as data: a machine to start with, steps, and what each step has to come to.

A story is one TOML file in the folder `stories` beside this module; its name is the file's. What
may stand in one, and what each word means, is `Story`, `Guess` and `Step`; a mistake is answered
with a sentence that names it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.record import NamedTuple

if TYPE_CHECKING:
    from authtui.demo.backend.faults import Fault
    from authtui.demo.backend.logins import Login

NONE: Final = "none"
"""The `login` of a machine on which nothing is stored; the `authorization` of a bare request."""

CHANGES: Final = (
    "set", "unset", "config", "aside", "read-only", "writable", "clock", "restart", "login",
)  # fmt: skip
"""`login` is a browser login, `restart` starts a program again, `clock` sets the local clock."""
WANT_NAME: Final = ("set", "unset")
WANT_VALUE: Final = ("config", "clock", "login")


class Cause(NamedTuple):
    """One cause to choose from. `answer` is what the viewer is told then; one cause is `right`."""

    text: str
    answer: str
    right: bool = False


class Guess(NamedTuple):
    """What the viewer is asked before any evidence is shown."""

    question: str
    causes: tuple[Cause, ...]


class Step(NamedTuple):
    """One step: what is done, what is said about it, and what it has to come to.

    `do` is a transition of the lifecycle, a change of the machine (`CHANGES`), or `look`,
    which does nothing. Steps without `says` happen on the way to the next one with it; each of
    those is a moment that the viewer stops at.

    The machine: `name` and `value` belong to the change; `program` is who does it, where several
    share the home; `after` seconds pass first; `begins` does not wait for the end: a fault `hold`
    keeps its request at the backend until a step `finish`.

    The viewer: `title` and `says` are told; `symptom` shows the client's own message and asks the
    guess; `pane` and `row` point at the evidence (`row` is part of a row's key or text); `label`
    names a moment and `as_of` looks back at one; `fix` waits for the viewer's consent and
    `command` is the same as text to copy; `preview` tells first what would be sent and changed.

    Expected where given: `done`, the `accepted` lamp, the `status` and `authorization` of the
    request of an assert, the endpoints that answered with success, the `verdict`'s kind, and
    words of the `client`'s message.
    """

    do: str
    says: str = ""
    title: str = ""
    name: str = ""
    value: str = ""
    program: str = ""
    after: int = 0
    begins: bool = False
    symptom: bool = False
    pane: str = ""
    row: str = ""
    label: str = ""
    as_of: str = ""
    fix: bool = False
    command: str = ""
    preview: bool = False
    done: bool = True
    accepted: str | None = None
    status: int | None = None
    authorization: str | None = None
    answered: tuple[str, ...] = ()
    verdict: str | None = None
    client: str | None = None


class Gateway(NamedTuple):
    """A company's web gateway that signs every certificate again.

    `issuer` is the authority it signs with, `stale` the one before it, which expired in 2023.
    Both are in the folder `{certs}`: `company.pem` and `company-2023.pem`.
    """

    issuer: str
    stale: str


class Story(NamedTuple):
    """What is on the machine at first, what goes wrong at the backend, and the steps.

    `order` is the place in the menu, 0 after all others. `teaches` is the kind of verdict it
    stands for, `typed` the command whose message is shown first. `config` is config.toml;
    `{home}`, `{certs}` and the workspaces `{first}` and `{second}` are filled in, there and in
    the values of `environment`.

    The stored login: its access token is valid for `expires_in` seconds; `staging` says whether
    the staging environment issued its agent identity; `record` changes fields of auth.json, the
    value `-` removes one; `mode` is its permission bits. `clock` is how many seconds the machine's
    clock is fast.
    """

    name: str
    title: str
    about: str
    login: Login | str
    steps: tuple[Step, ...]
    order: int = 0
    teaches: str = ""
    typed: str = ""
    guess: Guess | None = None
    contract: str = "current"
    surface: str = "exec"
    environment: tuple[tuple[str, str], ...] = ()
    faults: tuple[Fault, ...] = ()
    config: str = ""
    expires_in: int = 3600
    staging: bool = False
    record: tuple[tuple[str, str], ...] = ()
    mode: str = "0600"
    clock: int = 0
    gateway: Gateway | None = None

    @property
    def moments(self) -> tuple[tuple[Step, ...], ...]:
        """The steps by moments: each ends with a step that says something."""
        found: list[tuple[Step, ...]] = []
        open_steps: list[Step] = []
        for step in self.steps:
            open_steps.append(step)
            if step.says:
                found.append(tuple(open_steps))
                open_steps = []
        if open_steps:
            found.append(tuple(open_steps))
        return tuple(found)
