"""A process that publishes an assignment is killed in the middle: nothing of it is there, and it can be done again."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.races.arena import ROOT, Arena, Grounds

NOTHING = {"status": "draft", "assignments": 0, "scores": 0, "frozen": 0, "events": 0, "notices": 0}


@pytest.fixture(scope="module")
def grounds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grounds]:
    grounds = Grounds(tmp_path_factory.mktemp("grounds"))
    yield grounds
    grounds.clear()


def killed_at(arena: Arena, table: str, **arguments: int) -> None:
    """Publish in a process of its own, wait until rows of the table are written, and kill it."""
    grounds = arena.grounds
    base = grounds.url.rpartition("/")[0]
    url = f"{base}/{arena.database}" if grounds.on_postgresql else f"sqlite:///{arena.database}"
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.races.racer",
            "panels",
            "publish_until",
            json.dumps({**arguments, "table": table}),
        ],
        cwd=ROOT,
        env={**os.environ, **grounds.environ, "DATABASE_URL": url},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin and process.stdout
    assert process.stdout.readline() == "ready\n"
    process.stdin.write("\n")
    process.stdin.flush()
    assert process.stdout.readline() == "there\n"
    process.kill()
    process.communicate()


@pytest.mark.parametrize(
    "table",
    [
        "competition_rubric",
        "submissions_entry",
        "judging_assignment",
        "judging_entryscore",
        "judging_assignmentplan",
        "notices_notice",
    ],
)
def test_a_publication_that_is_killed_leaves_nothing_and_can_be_done_again(grounds: Grounds, table: str):
    arena = grounds.arena()
    scene = arena.set_up("panels", "drafted_plan")
    plan = {"plan": scene["plan"], "organiser": scene["organiser"]}
    seen = {"plan": scene["plan"], "stage": scene["stage"]}
    killed_at(arena, table, **plan)
    assert arena.set_up("panels", "published_so_far", **seen) == NOTHING
    assert arena.set_up("panels", "publish", **plan) == "published"
    done = arena.set_up("panels", "published_so_far", **seen)
    assert (done["status"], done["assignments"], done["events"]) == ("published", scene["seats"], 1)
    assert done["notices"] > 0
