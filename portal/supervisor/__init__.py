"""`manage.py up`: the parts of the portal on one machine, started, watched, restarted and stopped together.

Vocabulary: a *part* is one program we start (valkey, web, worker, beat); it is *well* when its probe is answered; a
*pulse* is a file that a part without a port touches while its loop turns.
Invariants: every part leads a process group of its own, so a signal to `up`'s group reaches `up` alone; whatever kills
`up`, no part outlives it; at most one `up` uses a data folder at a time.
"""
