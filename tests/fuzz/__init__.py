"""Hostile and absurd values in every form, address and list: sentences come back, and nothing else happens."""
