"""The process from which runners are forked: Django, the addresses, the templates' engine and the words are loaded once,
every runner is a process with its own connection.

It reads one JSON line per race from standard input ({"database", "scene", "function", "arguments": [...]}) and prints one
line: a list with what each runner returned, which refusal it met (its code), or which error it died of.
"""

import gc
import importlib
import json
import os
import sys
from collections.abc import Callable
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"


def main() -> None:
    import django

    django.setup()
    _warm_up()
    for line in sys.stdin:
        order = json.loads(line)
        scene = importlib.import_module(f"tests.races.scenes.{order['scene']}")
        answers = race(order["database"], getattr(scene, order["function"]), order["arguments"])
        print(json.dumps(answers), flush=True)


def _warm_up() -> None:
    """What the first request of a process would load, so that not every runner of every race does so anew."""
    from django.conf import settings
    from django.template import engines
    from django.test import Client
    from django.urls import get_resolver
    from django.utils import translation

    get_resolver().reverse_dict  # noqa: B018 - imports every view
    engines.all()
    for language, _name in reversed(settings.LANGUAGES):  # the default one stays
        translation.activate(language)
        translation.gettext("")
    Client().handler.load_middleware()
    gc.collect()
    gc.freeze()  # so that the runners' collectors leave the pages alone that they share


def race(database: str, function: Callable[..., Any], arguments: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One process per element of `arguments`; none begins before all are connected."""
    ready_in, ready_out = os.pipe()
    barrier_in, barrier_out = os.pipe()
    runners = []
    for given in arguments:
        answer_in, answer_out = os.pipe()
        child = os.fork()
        if child == 0:
            for descriptor in (ready_in, barrier_out, answer_in):
                os.close(descriptor)
            _run(database, function, given, ready_out, barrier_in, answer_out)
        os.close(answer_out)
        runners.append((child, answer_in))
    os.close(ready_out)
    os.close(barrier_in)
    waiting = len(runners)
    while waiting and (said := os.read(ready_in, waiting)):
        waiting -= len(said)
    os.close(barrier_out)  # everybody reads the end of the file at once
    answers = []
    for child, answer_in in runners:
        with os.fdopen(answer_in) as answer:
            text = answer.read()
        _pid, status = os.waitpid(child, 0)
        answers.append(json.loads(text) if text else {"error": f"the process ended with {status}"})
    os.close(ready_in)
    return answers


def _run(
    database: str, function: Callable[..., Any], given: dict[str, Any], ready: int, barrier: int, answer: int
) -> None:
    """The life of a runner; never returns."""
    from django.db import connection, connections

    from portal.refusals import Refusal

    said: dict[str, Any]
    try:
        connections["default"].settings_dict["NAME"] = database
        connection.ensure_connection()
        os.write(ready, b"r")
        os.close(ready)
        os.read(barrier, 1)
        said = {"returned": function(**given)}
    except Refusal as refusal:
        said = {"refused": refusal.code}
    except Exception as error:  # noqa: BLE001 - the race counts errors; this is where they are told
        said = {"error": f"{type(error).__name__}: {error}"}
    try:
        connection.close()
        os.write(answer, json.dumps(said).encode())
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
