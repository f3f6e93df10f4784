"""Where credentials are kept: reading and writing each place, and which one the client uses.

Reading: `observe` fills an `observation` by way of `home`, `environment` (`dotenv`), `config`
(`toml_lines`), `files`, `keyring_store`, `encrypted_store`, `installed` and `host`.
Judging, without a look at the machine: `config_rules` the configuration; `stored_record` what the
configured store leads to, and `document` its content (`dates`, `explain_document`; `salvage` for
what the client cannot read); `ladder` every source, with `online_credentials` for those that need
a server, which `assumptions` stand for; `selection` the source that wins; `marks` which stored
secret a request carried.
Writing: `store_writer` auth.json, with `backups` and `write_lock`; `keyring_writer` the keyring.
"""
