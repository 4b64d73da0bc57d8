"""`manage.py draw --replay FILE`: do an exported draw of experts again, and say whether it comes out equal.

Reads no database: the file and this programme are enough, so that anybody can check a draw elsewhere.
"""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from judging.draw import DrawError, outcome_data, replay


class Command(BaseCommand):
    help = (
        "Repeat an exported draw of experts; exit code 0 when it is equal, 1 when it is not, 2 when it cannot be read."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--replay", required=True, metavar="FILE", help="the JSON file of a draw")

    def handle(self, *_args: Any, replay: str, **_options: Any) -> None:
        again = _replayed(Path(replay))
        self.stdout.write(
            json.dumps(
                {
                    "equal": not again.differences,
                    "differences": list(again.differences),
                    "commitment": again.commitment,
                    "seed": again.seed,
                    "result": [outcome_data(one) for one in again.outcome],
                },
                ensure_ascii=False,
            )
        )
        if again.differences:
            raise CommandError(f"not equal: {', '.join(again.differences)}", returncode=1)


def _replayed(path: Path) -> Any:
    try:
        return replay(json.loads(path.read_bytes().decode("utf-8-sig")))
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.", returncode=2) from error
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, DrawError) else "it is not JSON in UTF-8"
        raise CommandError(f"{path} is not the file of a draw: {reason}.", returncode=2) from error
