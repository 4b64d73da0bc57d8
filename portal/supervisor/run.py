"""One part alone, in the foreground and as this very process, for containers and other supervisors.

`python -m portal.supervisor.run web` becomes the part with the same command that `manage.py up` uses;
`python -m portal.supervisor.run --well web` asks the part of this host how it is: exit code 0 when it is well.
"""

import os
import sys
from pathlib import Path
from typing import NoReturn

from portal.environment import Environment, MisconfiguredError
from portal.supervisor import parts
from portal.supervisor.probes import NotWellError
from portal.supervisor.rooms import CannotStartError, make_rooms

PARTS = {"web": parts.web, "worker": parts.worker, "beat": parts.beat}


def become(part: parts.Part, environment: Environment) -> NoReturn:
    """Replace this process by the part's, so that signals reach it."""
    os.chdir(environment.root)
    os.execve(part.command[0], part.command, parts.child_environment(environment))  # noqa: S606


def main(arguments: list[str]) -> int:
    """Become the part, or ask for its health; the exit code is 2 when the arguments make no sense."""
    ask = arguments[:1] == ["--well"]
    names = arguments[1:] if ask else arguments
    if len(names) != 1 or names[0] not in PARTS:
        sys.stderr.write(f"usage: python -m portal.supervisor.run [--well] {{{','.join(PARTS)}}}\n")
        return 2
    try:
        environment = Environment.read(os.environ, Path(__file__).resolve().parents[2])
        part = PARTS[names[0]](environment)
        if ask:
            part.probe()
            return 0
        make_rooms(environment)
    except (MisconfiguredError, NotWellError, CannotStartError) as reason:
        sys.stderr.write(f"{names[0]}: {reason}\n")
        return 1
    become(part, environment)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
