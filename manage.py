#!/usr/bin/env python3
"""Django's command line for the portal; `python3 start.py` makes everything ready for it."""

import os
import sys


def main() -> None:
    """Run the management command named on the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django is not installed here. Run `python3 start.py`, which makes .venv and installs what is needed.")
    from portal.environment import MisconfiguredError

    try:
        execute_from_command_line(sys.argv)
    except MisconfiguredError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
