"""One runner of a race, in a process of its own: `python -m tests.races.racer SCENE FUNCTION [ARGUMENTS as JSON]`.

It loads everything, says `ready`, waits for the starter's line, runs the function and prints one line of JSON: what it
returned, which refusal it met (its code), or which error it died of.
"""

import importlib
import json
import os
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"


def main() -> None:
    import django

    django.setup()
    from django.db import connection

    from portal.refusals import Refusal

    scene = importlib.import_module(f"tests.races.scenes.{sys.argv[1]}")
    function = getattr(scene, sys.argv[2])
    arguments = json.loads(sys.argv[3]) if len(sys.argv) > 3 else {}
    connection.ensure_connection()
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        answer = {"returned": function(**arguments)}
    except Refusal as refusal:
        answer = {"refused": refusal.code}
    except Exception as error:  # noqa: BLE001 - the race counts errors; this is where they are told
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
