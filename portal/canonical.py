"""One byte string for one value: the form in which events, versions and results are hashed.

Keys sorted, no white space, UTF-8 without escapes; numbers are integers or strings, never floats, so that the same value
gives the same hash in every language and year.
"""

import hashlib
import json
from typing import Any


def canonical_json(value: Any) -> bytes:
    """Canonical UTF-8 bytes of a JSON value; raises ValueError on a float, whose text differs between writers."""
    _refuse_floats(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def digest(value: Any) -> str:
    """SHA-256 of the canonical bytes, 64 hexadecimal digits."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise ValueError("a float has no canonical form; use an integer or a string")
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise ValueError("keys must be strings")
            _refuse_floats(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_floats(item)
