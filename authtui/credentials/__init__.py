"""Where credentials are kept: reading and writing each place, and which one the client uses.

Reading: `observe` fills an `observation` by way of `home`, `environment` (`dotenv`), `config`
(`toml_lines`), `files`, `keyring_store`, `encrypted_store`, `installed` and `host`.
Judging, without a look at the machine: `config_rules` the configuration, `document` a stored
record (`dates`, `explain_document`; `salvage` what the client cannot read), `places` every source,
and `selection` which of them wins.
Writing: `store_writer` auth.json, with `backups` and `write_lock`; `keyring_writer` the keyring.
"""
