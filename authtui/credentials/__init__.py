"""Where credentials are kept: reading and writing each place.

Reading: `observe` fills an `Observation` by way of the configuration, the machine, `environment`,
`keyring_store` and `encrypted_store`. `document` reads a stored record as the client does (`dates`,
`explain_document`), `salvage` what the client cannot read, `repair` mends what is
nearly JSON, and `marks` tell which stored secret a
request carried.
Writing: `store_writer` holds a change of auth.json ready and brings it into force, with `backups`,
`write_lock` and `obstacles`, which tell what would hinder it; `keyring_change` and `keyring_writer`
do the same for the keyring, on Linux by way of `secret_service`.
"""
