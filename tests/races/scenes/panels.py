"""Races around assignments and score sheets."""

import io
import time
import zipfile
from decimal import Decimal
from typing import Any

from django.db import connection

from competition.models import Stage
from judging.actions import (
    SeenSheet,
    draft_plan,
    export_proofs,
    publish_plan,
    reopen_sheet,
    save_sheet,
    seal_sheets,
)
from judging.models import Assignment, AssignmentPlan, EntryScore, ScoreSheet
from portal.accounts.models import User
from portal.journal import verify
from portal.journal.models import Event
from portal.notices.models import Notice
from submissions.models import Entry
from tests.judging import factories
from tests.judging.factories import NOW


def drafted_plan() -> dict:
    """A plan ready to publish."""
    panel = factories.make_panel(experts=3, entries=4, publish=False)
    plan = draft_plan(actor=panel.organiser, stage=panel.stage, seed="race", now=NOW)
    return {"plan": plan.pk, "organiser": panel.organiser.pk, "stage": panel.stage.pk, "seats": len(plan.seats)}


def publish(plan: int, organiser: int) -> str:
    found = AssignmentPlan.objects.select_related("stage__contest", "contest").get(pk=plan)
    return publish_plan(actor=User.objects.get(pk=organiser), plan=found, now=NOW).status


def assignments(stage: int) -> int:
    return Assignment.objects.filter(stage=stage).count()


def ready_sheets(judges: int) -> dict:
    """One entry, and a complete sheet of each of its judges."""
    panel = factories.make_panel(experts=judges, entries=1)
    entry = panel.entries[0]
    sheets = [
        factories.score(panel.assignment(expert, entry), 80 + place, 70) for place, expert in enumerate(panel.experts)
    ]
    return {"sheets": [sheet.pk for sheet in sheets], "stage": panel.stage.pk, "entry": entry.pk}


def seal(sheet: int) -> str:
    found = ScoreSheet.objects.select_related("assignment__expert__user", "assignment__stage__contest").get(pk=sheet)
    seen = [SeenSheet(found.assignment.public_id, found.revision)]
    expert, stage = found.assignment.expert, found.assignment.stage
    sealed = seal_sheets(actor=expert.user, stage=stage, seen=seen, signature=expert.name, now=NOW)
    return sealed[0].total


def entry_score(stage: int, entry: int) -> dict:
    score = EntryScore.objects.get(stage=stage, entry=entry)
    return {"sheets": score.sheets, "score": score.score}


def open_sheet() -> dict:
    """A seat whose judge has the desk open in several tabs."""
    panel = factories.make_panel(experts=3, entries=1)
    assignment = panel.assignment(panel.experts[0], panel.entries[0])
    sheet = factories.score(assignment, 60, 60)
    return {"assignment": assignment.pk, "revision": sheet.revision}


def save(assignment: int, revision: int, mark: int) -> int:
    found = Assignment.objects.select_related("stage__rubric", "stage__contest", "expert__user", "entry").get(
        pk=assignment
    )
    marks = {"C1": Decimal(mark), "C2": Decimal(mark)}
    sheet = save_sheet(
        actor=found.expert.user, assignment=found, revision=revision, marks=marks, comment=f"第{mark}版", now=NOW
    )
    return sheet.revision


def sheet_of(assignment: int) -> dict:
    sheet = ScoreSheet.objects.get(assignment=assignment)
    return {"comment": sheet.comment, "marks": sorted(str(mark.value) for mark in sheet.marks.all())}


def publish_until(plan: int, organiser: int, table: str) -> str:
    """Publish, and stand still in the middle: as soon as rows of the table are written, before anything is committed."""

    def stand_still(execute, sql, params, many, context):
        done = execute(sql, params, many, context)
        if sql.startswith(("INSERT", "UPDATE")) and f'"{table}"' in sql.split("(", 1)[0]:
            print("there", flush=True)
            time.sleep(600)
        return done

    with connection.execute_wrapper(stand_still):
        return publish(plan, organiser)


def published_so_far(plan: int, stage: int) -> dict:
    """What of a publication is there."""
    return {
        "status": AssignmentPlan.objects.get(pk=plan).status,
        "assignments": assignments(stage),
        "scores": EntryScore.objects.filter(stage=stage).count(),
        "frozen": Entry.objects.exclude(frozen_at=None).count(),
        "events": Event.objects.filter(kind="judging.plan_published").count(),
        "notices": Notice.objects.filter(kind="judging.assignments_published").count(),
    }


def stage_being_sealed(judges: int, entries: int) -> dict:
    """Complete sheets of every judge, and somebody who may export their proofs."""
    panel = factories.make_panel(experts=judges, entries=entries)
    sheets = [
        [
            factories.score(panel.assignment(expert, entry), 60 + place + nth, 70).pk
            for nth, entry in enumerate(panel.entries)
        ]
        for place, expert in enumerate(panel.experts)
    ]
    return {"sheets": sheets, "stage": panel.stage.pk, "organiser": panel.organiser.pk}


def seal_and_open_again(sheets: list[int], organiser: int) -> int:
    """Seal one after the other, without a pause; every third is opened again."""
    for nth, sheet in enumerate(sheets):
        seal(sheet)
        if nth % 3 == 0:
            found = ScoreSheet.objects.select_related("assignment__stage__contest").get(pk=sheet)
            reopen_sheet(
                actor=User.objects.get(pk=organiser), sheet=found, revision=found.revision, reason="笔误", now=NOW
            )
    return len(sheets)


def export(stage: int, organiser: int, times: int) -> list[list[str]]:
    """What the check without us finds in each of several exports."""
    said = []
    for _ in range(times):
        found = Stage.objects.select_related("rubric", "contest").get(pk=stage)
        archive = export_proofs(actor=User.objects.get(pk=organiser), stage=found, now=NOW)
        with zipfile.ZipFile(io.BytesIO(archive)) as packed:
            files = {name: packed.read(name) for name in packed.namelist()}
        said.append(list(verify.check_export(files, key_text="", check=True, checkpoints={}, receipts={})))
    return said


def seal_or_export(**given: Any) -> int | list[list[str]]:
    return seal_and_open_again(**given) if "sheets" in given else export(**given)
