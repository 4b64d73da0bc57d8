"""What is typed in judging, one module per room: the desk, the pool and its draws, plans, disputes, roadshows."""
