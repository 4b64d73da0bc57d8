"""Contests: what can be entered, by whom, until when, and how it will be judged."""
