"""The version of authtui, for whoever names it: the one place where it stands."""

__version__ = "0.1.0"
