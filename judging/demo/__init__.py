"""The demonstration's experts, a published assignment, and sheets that some of them have sealed already.

Track 3 is judged by the demonstration's judges 1 to 3 alone, so that a new entry there meets exactly them. The invented
judges have sealed most of their sheets; the judges whose accounts a visitor can open have nearly all still to do, but for
one who has sealed all. One more expert has an invitation to answer. Judge 5 has not signed the pledge yet. One draw is done,
with a substitute who moved up, and one is committed to; some conflicts of interest wait for a decision. On one entry a judge
is so far from the others that it asks for a third opinion, and the entries of one track share their rank. There are roadshows
in every state; one is under way.
"""

from datetime import timedelta

from django.db import transaction

from competition.models import Stage
from judging.actions import draft_plan, look_for_conflicts, publish_plan
from judging.demo.pool import make_interests, make_pool
from judging.demo.roadshow import plan_roadshows
from judging.demo.scores import note_what_was_said, score, sign_pledges
from judging.models import Expert
from portal.demo import Demonstration
from submissions.models import Entry

SEED = "演示"


@transaction.atomic
def build(demonstration: Demonstration) -> None:
    """The step of this app; a pool that is there already is left alone."""
    contest = demonstration.contest
    if Expert.objects.filter(contest=contest).exists():
        return
    stage = contest.stages.get(kind=Stage.Kind.REVIEW)
    began = demonstration.now - timedelta(hours=40)
    organiser = demonstration.people["organiser"]
    make_pool(demonstration, contest, organiser, began - timedelta(days=3))
    make_interests(contest)
    look_for_conflicts(actor=organiser, contest=contest, now=began - timedelta(days=1))
    if Entry.objects.filter(contest=contest).passed_check().exists():
        # Two drafts to compare; the one that is published is the better by its weakest match.
        draft_plan(actor=organiser, stage=stage, seed=SEED, objective="total", now=began)
        plan = draft_plan(actor=organiser, stage=stage, seed=SEED, now=began)
        publish_plan(actor=organiser, plan=plan, now=began + timedelta(minutes=20))
        sign_pledges(stage, began + timedelta(hours=1))
        sealed = score(stage, began + timedelta(hours=3))
        note_what_was_said(organiser, stage, began + timedelta(hours=20))
        plan_roadshows(demonstration, contest, began + timedelta(hours=20))
        demonstration.say(f"demonstration: {len(plan.seats)} assignments, {sealed} sheets sealed")
