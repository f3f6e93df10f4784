"""`python -m authtui` is the same program as `authtui`."""

from authtui.cli import run

run()
