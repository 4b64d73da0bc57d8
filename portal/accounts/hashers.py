"""Passwords: Argon2id tuned to about 20 ms of one core, because a contest signs in by the thousand on its last evening."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class TunedArgon2PasswordHasher(Argon2PasswordHasher):
    """19 MiB, two passes, one lane: OWASP's first recommendation for Argon2id."""

    time_cost = 2
    memory_cost = 19456
    parallelism = 1
