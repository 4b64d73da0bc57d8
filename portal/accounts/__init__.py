"""People, the organisations they come from, what they consented to, and how they sign in."""
