"""One-variable experiments, as the command line asks for them; see `checks.experiment`."""

from __future__ import annotations

from authtui.checks.experiment import add, apply, remove

__all__ = ["add", "apply", "remove"]
