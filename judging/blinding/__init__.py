"""Copies of files that tell nothing of who made them: what a judge is handed instead of the team's own bytes."""
