"""The configuration as the client reads it.

`config` reads config.toml (`toml_lines` tells on which line each key stands), `config_rules` judges
its values, and `dotenv` reads the `.env` of the home by the client's grammar.
"""
