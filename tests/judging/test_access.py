"""Every address of judging × every kind of person: who gets in, who is sent to sign in, for whom it does not exist."""

import hashlib
from copy import deepcopy
from datetime import timedelta

import pytest
import time_machine
from django.urls import get_resolver, reverse

from competition.models import Role, WantedFile
from judging.actions import commit_draw, prepare_draw, reveal_draw
from judging.draw import pool_hash
from judging.invitations import invitation_token
from judging.models import Assignment, AssignmentPlan, Draw, Expert, Recusal
from judging.reading.drawn import read_pool
from portal.accounts.models import User
from submissions.models import Membership, Upload, VersionFile, scope_key
from tests.competition.factories import make_role, make_wanted_file
from tests.judging.factories import NOW, Panel, make_expert, make_panel
from tests.portal.factories import make_user
from tests.scenes import once_per_module
from tests.submissions.files import pdf

pytestmark = pytest.mark.django_db

IN, AWAY, NOTHING = 200, 302, 404
PEOPLE = (
    "anonymous",
    "stranger",
    "captain",
    "member",
    "judge",
    "other judge",
    "screener",
    "organiser",
    "foreign organiser",
    "supervisor",
    "observer",
)
OWN_JUDGE = {"judge": IN}
BOTH_JUDGES = {"judge": IN, "other judge": IN}
ORGANISERS = {"organiser": IN}
OVERSEERS = {"organiser": IN, "supervisor": IN, "observer": IN}

#: name → (method, who gets in); everybody else 404, visitors to sign-in
ADDRESSES = {
    "judge_queue": ("get", BOTH_JUDGES),
    "seal_sheets": ("get", BOTH_JUDGES),
    "desk": ("get", OWN_JUDGE),
    "recuse": ("get", OWN_JUDGE),
    "desk_file": ("get", OWN_JUDGE),
    "pledge": ("get", {"judge": AWAY, "other judge": AWAY}),  # signed: on to the queue
    "availability": ("get", OWN_JUDGE),
    "appointment_letter": ("get", OWN_JUDGE | ORGANISERS),
    "experts": ("get", ORGANISERS),
    "conflicts": ("get", ORGANISERS),
    "conflict": ("get", ORGANISERS),
    "draws": ("get", ORGANISERS),
    "start_draw": ("get", ORGANISERS),
    "draw": ("get", ORGANISERS),
    "draw_minutes": ("get", ORGANISERS),
    "plans": ("get", ORGANISERS),
    "plan": ("get", ORGANISERS),
    "progress": ("get", OVERSEERS),
    "ranking": ("get", OVERSEERS),
    "ranking_export": ("post", OVERSEERS),
}
#: open to everybody: it says itself whom it is for
OPEN = {"expert_invitation", "draw_notice", "draw_file"}
#: walked for every role by tests/permissions/policy.toml
ELSEWHERE = {
    "chase_judges", "compare_plans", "desk_film", "desk_page", "dispute", "disputes", "judge_reports", "live_desk",
    "live_events", "live_state", "marks_table", "marks_table_file", "panel_vote", "paper_sheet", "plan_entry",
    "proofs_export", "report", "report_answer", "roadshow_console", "roadshows", "seal_receipt", "seal_receipts",
    "sealed_sheet", "sealed_sheets", "sheets_paper", "statistics", "undo_seals", "wall",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _in_the_middle_of_the_review():
    with time_machine.travel(NOW, tick=False):
        yield


def review():
    panel = make_panel(experts=2, entries=1)
    make_expert(panel.contest, panel.track, status="invited", invited_at=NOW)
    Expert.objects.filter(status=Expert.Status.ACCEPTED).update(answered_at=NOW)
    Recusal.objects.create(
        contest=panel.contest,
        expert=panel.contest.experts.get(status="invited"),
        entry=panel.entries[0],
        kind=Recusal.Kind.NAME,
        state=Recusal.State.DETECTED,
        evidence=[["欧阳海", "欧阳海", ""]],
        found_at=NOW,
    )
    return panel, everybody(panel)


def everybody(panel):
    entry = panel.entries[0]
    found: dict[str, User | None] = {"anonymous": None, "captain": entry.team.captain, "organiser": panel.organiser}
    for name in ("stranger", "member", "screener", "supervisor", "observer"):
        found[name] = make_user()
    Membership.objects.create(
        team=entry.team, user=found["member"], scope_key=scope_key(panel.contest, entry.topic), joined_at=NOW
    )
    for role in (Role.Name.SCREENER, Role.Name.SUPERVISOR, Role.Name.OBSERVER):
        make_role(found[str(role)], panel.contest, role)
    found["judge"], found["other judge"] = (expert.user for expert in panel.experts)
    found["foreign organiser"] = make_panel(experts=1, entries=0, publish=False, seats=1).organiser
    return found


made = once_per_module(review, at=NOW)


@pytest.fixture
def scene(made):
    return deepcopy(made)


@pytest.fixture
def panel(scene):
    return scene[0]


@pytest.fixture
def people(scene):
    return scene[1]


@pytest.fixture
def file(panel):
    from django.core.files.base import ContentFile
    from django.core.files.storage import default_storage

    entry = panel.entries[0]
    content = pdf()
    upload = Upload.objects.create(
        entry=entry,
        wanted=make_wanted_file(panel.contest, label="佐证材料"),
        name="湖北示例航运数据有限公司-佐证.pdf",
        kind="pdf",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        uploaded_at=NOW,
    )
    default_storage.save(upload.storage_path, ContentFile(content))
    return VersionFile.objects.create(
        version=entry.current_version,
        upload=upload,
        label="佐证材料",
        name=upload.name,
        size=upload.size,
        sha256=upload.sha256,
    )


def drawn_in(panel: Panel) -> Draw:
    """A draw of the contest that is done, made when it is asked for first."""
    if (found := Draw.objects.filter(contest=panel.contest).first()) is not None:
        return found
    given = {"actor": panel.organiser, "now": NOW}
    made = prepare_draw(
        **given,
        contest=panel.contest,
        title="网络评审专家",
        seats={"*": 1},
        per_organisation=1,
        per_region=None,
        source={"kind": "public", "announced": "收盘点位"},
    )
    made = commit_draw(**given, draw=made, seen=pool_hash(read_pool(panel.contest)))
    return reveal_draw(actor=panel.organiser, draw=made, revealed=["3102.77"], now=NOW + timedelta(hours=1))


def url_of(name: str, panel: Panel, file: VersionFile) -> str:
    assignment = panel.assignment(panel.experts[0], panel.entries[0])
    slug, stage = panel.contest.slug, panel.stage.public_id
    judge, drawn = panel.experts[0].public_id, drawn_in(panel).public_id
    arguments = {
        "pledge": [stage],
        "availability": [judge],
        "appointment_letter": [judge],
        "conflicts": [slug],
        "conflict": [slug, Recusal.objects.get(contest=panel.contest).public_id],
        "draws": [slug],
        "start_draw": [slug],
        "draw": [slug, drawn],
        "draw_minutes": [slug, drawn],
        "expert_invitation": [invitation_token(panel.contest.experts.get(status="invited"))],
        "judge_queue": [stage],
        "seal_sheets": [stage],
        "desk": [assignment.public_id],
        "recuse": [assignment.public_id],
        "desk_file": [assignment.public_id, file.pk],
        "experts": [slug],
        "plans": [slug],
        "plan": [slug, AssignmentPlan.objects.get(contest=panel.contest).public_id],
        "progress": [slug, stage],
        "ranking": [slug, stage],
        "ranking_export": [slug, stage],
    }
    return reverse(name, args=arguments[name])


@pytest.mark.parametrize("name", ADDRESSES)
def test_each_address_answers_each_person_as_the_table_says(client, panel, people, file, name):
    method, insiders = ADDRESSES[name]
    url = url_of(name, panel, file)
    got = {}
    for person in PEOPLE:
        client.logout()
        if people[person] is not None:
            client.force_login(User.objects.get(pk=people[person].pk))
        got[person] = getattr(client, method)(url).status_code
    expected = {person: insiders.get(person, AWAY if person == "anonymous" else NOTHING) for person in PEOPLE}
    assert got == expected


@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_visitors_come_back_after_signing_in(client, panel, file, name):
    url = url_of(name, panel, file)
    response = client.get(url)
    if ADDRESSES[name][0] == "get":
        assert response.url == f"/accounts/login/?next={url}"
    else:
        assert response.status_code == 302


def test_every_address_has_a_row_here():
    from judging import urls

    assert {pattern.name for pattern in urls.urlpatterns} == set(ADDRESSES) | OPEN | ELSEWHERE
    assert get_resolver().reverse_dict.getlist("desk")


@pytest.mark.parametrize("name", ["judge_queue", "seal_sheets", "desk", "desk_file", "plan", "progress", "ranking"])
def test_an_unknown_id_is_404(client, panel, file, name):
    client.force_login(panel.experts[0].user if name.startswith(("judge", "seal", "desk")) else panel.organiser)
    arguments = {"desk_file": ["0" * 12, file.pk]}.get(name) or (
        [panel.contest.slug, "0" * 12] if name in {"plan", "progress", "ranking"} else ["0" * 12]
    )
    assert client.get(reverse(name, args=arguments)).status_code == 404


def test_a_plan_or_stage_is_not_found_under_another_contest(client, panel, people):
    other = people["foreign organiser"].roles.get().contest
    client.force_login(people["foreign organiser"])
    plan = AssignmentPlan.objects.get(contest=panel.contest)
    for url in (
        reverse("plan", args=[other.slug, plan.public_id]),
        reverse("ranking", args=[other.slug, panel.stage.public_id]),
        reverse("progress", args=[other.slug, panel.stage.public_id]),
    ):
        assert client.get(url).status_code == 404
    assert client.get(reverse("plans", args=[other.slug]) + f"?stage={panel.stage.public_id}").status_code == 404


class TestChanging:
    """POST by people who may read at most."""

    @pytest.mark.parametrize(
        "person", ["stranger", "captain", "other judge", "organiser", "supervisor", "observer", "screener"]
    )
    def test_nobody_scores_seals_or_recuses_for_another(self, client, panel, people, file, person):
        assignment = panel.assignment(panel.experts[0], panel.entries[0])
        client.force_login(people[person])
        for name, data in (
            ("desk", {"revision": 0, "mark_C1": 99, "mark_C2": 99}),
            ("recuse", {"reason": "x"}),
        ):
            assert client.post(url_of(name, panel, file), data).status_code == 404
        response = client.post(url_of("seal_sheets", panel, file), {"sheet": [f"{assignment.public_id}:1"]})
        assert response.status_code == 404
        assert panel.assignment(panel.experts[0], panel.entries[0]).status == Assignment.Status.ACTIVE
        assert not hasattr(panel.assignment(panel.experts[0], panel.entries[0]), "sheet")

    @pytest.mark.parametrize("person", ["stranger", "judge", "screener", "supervisor", "observer", "foreign organiser"])
    def test_only_organisers_invite_draft_and_publish(self, client, panel, people, file, person):
        client.force_login(people[person])
        before = panel.contest.experts.filter(status="invited").count()
        for name, data in (
            ("experts", {"invite_all": "1"}),
            ("plans", {"seed": "x", "stage": panel.stage.public_id}),
            ("plan", {"publish": "1"}),
            ("plan", {"discard": "1"}),
        ):
            assert client.post(url_of(name, panel, file), data).status_code == 404
        assert panel.contest.experts.filter(status="invited").count() == before
        assert AssignmentPlan.objects.filter(contest=panel.contest).count() == 1

    def test_the_file_is_an_attachment_that_names_nobody(self, client, panel, people, file):
        client.force_login(people["judge"])
        response = client.get(url_of("desk_file", panel, file))
        disposition = response.headers["Content-Disposition"]
        assert disposition.startswith("attachment")
        assert "%E6%B9%96%E5%8C%97" not in disposition  # 湖北, of the team's own file name
        assert response.headers["X-Content-Type-Options"] == "nosniff"

    def test_a_file_that_names_the_team_is_neither_listed_nor_handed_out(self, client, panel, people, file):
        client.force_login(people["judge"])
        assert url_of("desk_file", panel, file) in client.get(url_of("desk", panel, file)).content.decode()
        WantedFile.objects.filter(pk=file.upload.wanted_id).update(names_team=True)
        assert client.get(url_of("desk_file", panel, file)).status_code == 404
        assert client.get(url_of("desk", panel, file)).context["entry"].files == []

    def test_a_file_of_another_entry_is_not_reached_through_ones_own(self, client, panel, people, file):
        other = make_panel(experts=1, entries=1)
        client.force_login(other.experts[0].user)
        assignment = other.assignment(other.experts[0], other.entries[0])
        assert client.get(reverse("desk_file", args=[assignment.public_id, file.pk])).status_code == 404
