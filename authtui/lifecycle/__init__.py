"""The lifecycle of a login, performed: load, register, assert, refresh, logout, restore."""
