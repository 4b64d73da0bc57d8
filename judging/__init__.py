"""Judging: experts, who judges what, score sheets, and the ranking that follows from them."""
