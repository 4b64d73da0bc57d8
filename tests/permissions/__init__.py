"""Every address × every role × GET and POST, held against one table: `policy.toml`."""
