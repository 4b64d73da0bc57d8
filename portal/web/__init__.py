"""What turns the domain into pages: frame, dates, lists, preferences, errors."""
