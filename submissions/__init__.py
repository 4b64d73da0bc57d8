"""Teams and their entries: from registration to the receipt and the formal check."""
