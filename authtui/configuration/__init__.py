"""The configuration as the client reads it.

`config` reads config.toml through `toml_reader`, which knows where each value stands,
`config_rules` judges its values, and `dotenv` reads the `.env` of the home by the client's grammar.
`key_faults` holds every key to the types of `key_table` and the rules of `key_rules`.
`shown_line` is how a line with a mistake may be shown, and `toml_edit` changes one key of a file.
"""
