"""Pages of the competition app."""
