"""Pages of judging: of the expert invited, of the judge, and of those who organise or oversee."""
