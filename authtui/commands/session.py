"""The session that a command works on: the state that the options name, read and judged."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from authtui.commands.options import clock_of, observe, options_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from authtui.machine.observation import Observation
    from authtui.model.session import AuthSession


def make_session(args: argparse.Namespace, environ: Mapping[str, str]) -> AuthSession[Any]:
    """A session over the state that the options name, loaded once without the keyring."""
    from authtui.assessment.assess import assess
    from authtui.model.session import AuthSession

    first = True

    def read() -> Observation:
        nonlocal first
        keyring, first = not first, False
        return observe(args, environ, probe_keyring=keyring)

    session = AuthSession(read, assess, options_of(args), partial(clock_of, args))
    session.load("start")
    return session


def look_at_keyring(session: AuthSession[Any]) -> None:
    """The look that the first load leaves out: the keyring may take its time, or not answer."""
    from authtui.credentials.keyring_store import has_changed
    from authtui.credentials.observe import read_keyring, wants_keyring

    observation = session.state.observation
    if observation is None or not wants_keyring(observation):
        return
    if has_changed(observation.keyring) is False:
        return
    seen = read_keyring(observation)
    if (seen.keyring, seen.encrypted) != (observation.keyring, observation.encrypted):
        session.adopt(seen, "keyring")
