"""authtui: open it and read why a Codex login fails."""

__version__ = "0.1.0"
