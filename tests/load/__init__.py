"""What the portal bears: measurements that stay, run by hand (`python -m tests.load.autosave`) on a machine that does
nothing else. Not part of the suite; no test asserts a time.
"""
