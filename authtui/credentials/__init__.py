"""Where credentials are kept: reading and writing each place.

Reading: `observe` fills an `Observation` by way of the configuration, the machine, `environment`,
`keyring_store` and `encrypted_store`. `document` reads a stored record as the client does (`dates`,
`explain_document`), `salvage` what the client cannot read, `repair` mends what is
nearly JSON, and `marks` tell which stored secret a
request carried.
Writing: `store_writer` auth.json, with `backups` and `write_lock`; `keyring_writer` the keyring.
"""
