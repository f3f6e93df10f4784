"""authtui: open it and read why a Codex login fails.

What the program knows is open to Python, too. To look and to judge, without network or writes:
`observe` reads this machine once, `assess` says what the client would do with an `Observation`
under some `Options`, and the `Assessment` holds the verdict and its evidence.
To act: `open_session` gives an `AuthSession`, which keeps an `AuthState`, and tells its subscribers
each `Event` in order; `open_lifecycle` gives the `Lifecycle` that registers, asserts, refreshes and
logs out on it. `provider_for` makes the `AuthProvider` of a credential: the headers of a request.

Each is imported when it is first asked for: `import authtui` costs nothing else.
"""

from typing import TYPE_CHECKING

from authtui.version import __version__

if TYPE_CHECKING:
    from authtui.answers.findings import Assessment
    from authtui.assessment.assess import assess
    from authtui.assessment.options import Options
    from authtui.front_door import observe, open_lifecycle, open_session
    from authtui.lifecycle.transitions import Lifecycle
    from authtui.machine.observation import Observation
    from authtui.model.events import Event
    from authtui.model.session import AuthSession
    from authtui.model.state import AuthState
    from authtui.request_auth import AuthProvider, provider_for
else:
    _HOMES = {
        "Assessment": "authtui.answers.findings",
        "AuthProvider": "authtui.request_auth",
        "AuthSession": "authtui.model.session",
        "AuthState": "authtui.model.state",
        "Event": "authtui.model.events",
        "Lifecycle": "authtui.lifecycle.transitions",
        "Observation": "authtui.machine.observation",
        "Options": "authtui.assessment.options",
        "assess": "authtui.assessment.assess",
        "observe": "authtui.front_door",
        "open_lifecycle": "authtui.front_door",
        "open_session": "authtui.front_door",
        "provider_for": "authtui.request_auth",
    }

    def __getattr__(name: str) -> object:
        """Import what is offered under this name, and keep it."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        found = globals()[name] = getattr(import_module(_HOMES[name]), name)
        return found

    def __dir__() -> list[str]:
        """List what is offered beside what is there already."""
        return sorted({*globals(), *_HOMES})


__all__ = [
    "Assessment",
    "AuthProvider",
    "AuthSession",
    "AuthState",
    "Event",
    "Lifecycle",
    "Observation",
    "Options",
    "__version__",
    "assess",
    "observe",
    "open_lifecycle",
    "open_session",
    "provider_for",
]
