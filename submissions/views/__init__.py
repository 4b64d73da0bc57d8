"""Pages of teams and entries, of the formal check, and of the organisers' lists."""
