"""Drawing experts through the actions and pages: committed first, drawn once, never changed, repeatable by anybody."""

import json
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.urls import reverse

from judging.actions import commit_draw, prepare_draw, replace_drawn, reveal_draw, withdraw_draw
from judging.actions.draws import REASON_MAX, REVEALED_MAX
from judging.draw import hash_of_words, pool_hash, replay
from judging.invariants import draws as draws_invariant
from judging.models import Draw, DrawChange, Expert
from judging.reading.drawn import export_of, read_pool
from portal.journal.models import Event
from portal.refusals import NotAllowed, Refusal, Stale
from tests.competition.factories import make_track
from tests.judging.factories import NOW, make_expert, make_panel
from tests.portal.factories import make_organisation, make_user

pytestmark = pytest.mark.django_db
PUBLIC = {"kind": "public", "announced": "2026年8月3日上证指数收盘点位"}
LATER = NOW + timedelta(days=1)


@pytest.fixture
def panel():
    made = make_panel(experts=0, entries=0, publish=False)
    for _ in range(6):
        make_expert(made.contest, made.track, status=Expert.Status.LISTED)
    return made


def prepare(panel, **changed):
    given = {
        "actor": panel.organiser,
        "contest": panel.contest,
        "title": "网络评审专家",
        "seats": {"*": 3},
        "per_organisation": 1,
        "per_region": None,
        "source": PUBLIC,
        "now": NOW,
    }
    return prepare_draw(**given | changed)


def commit(panel, draw=None, now=NOW):
    draw = draw or prepare(panel)
    return commit_draw(actor=panel.organiser, draw=draw, seen=pool_hash(read_pool(panel.contest)), now=now)


def reveal(panel, draw=None, revealed=("3102.77",), now=LATER):
    return reveal_draw(actor=panel.organiser, draw=draw or commit(panel), revealed=list(revealed), now=now)


class TestDrawing:
    def test_goes_from_a_rule_over_a_commitment_to_a_result_that_can_be_repeated(self, panel, tmp_path):
        draw = reveal(panel)
        assert (draw.status, len(draw.result[0]["drawn"]), len(draw.result[0]["substitutes"])) == ("drawn", 3, 3)
        path = tmp_path / "draw.json"
        path.write_text(json.dumps(export_of(draw)))
        out = StringIO()
        call_command("draw", "--replay", str(path), stdout=out)
        assert json.loads(out.getvalue())["equal"] is True
        assert list(draws_invariant()) == []

    def test_the_commitment_is_in_the_journal_before_the_seed(self, panel):
        draw = reveal(panel)
        events = Event.objects.filter(kind__startswith="judging.draw_").order_by("sequence")
        assert [event.kind for event in events] == [
            "judging.draw_prepared",
            "judging.draw_committed",
            "judging.draw_drawn",
        ]
        committed, drawn = events[1].body.payload, events[2].body.payload
        assert committed["commitment"] == drawn["commitment"] == draw.commitment
        assert "seed" not in committed
        assert drawn["seed"] == draw.seed

    def test_nobody_who_declined_is_in_the_pool(self, panel):
        declined = make_expert(panel.contest, panel.track, status=Expert.Status.DECLINED)
        assert declined.code not in {one.code for one in read_pool(panel.contest)}

    def test_a_group_counts_as_one_organisation(self, panel):
        top = make_organisation()
        Expert.objects.all().update(organisation=make_organisation(parent=top))
        first = Expert.objects.first()
        first.organisation = top
        first.save()
        assert len(reveal(panel).result[0]["drawn"]) == 1

    def test_a_track_brings_its_directions(self, panel):
        direction = make_track(panel.contest, parent=panel.track)
        draw = reveal(panel, commit(panel, prepare(panel, seats={str(direction.number): 2})))
        assert len(draw.result[0]["drawn"]) == 2

    def test_who_comes_after_the_commitment_is_not_drawn(self, panel):
        draw = commit(panel)
        late = make_expert(panel.contest, panel.track, status=Expert.Status.LISTED)
        drawn = reveal(panel, draw)
        assert late.code not in {*drawn.result[0]["drawn"], *drawn.result[0]["substitutes"]}

    def test_a_pool_that_changed_since_the_page_is_not_committed_to(self, panel):
        draw = prepare(panel)
        with pytest.raises(Stale):
            commit_draw(actor=panel.organiser, draw=draw, seen="0" * 64, now=NOW)
        assert draw.refreshed().status == Draw.Status.DRAFT

    def test_witnesses_must_reveal_what_they_committed_to(self, panel):
        words = {"监督组": "春江花月夜", "公证处": "3141592"}
        source = {"kind": "witnesses", "commitments": [[name, hash_of_words(text)] for name, text in words.items()]}
        draw = commit(panel, prepare(panel, source=source))
        with pytest.raises(Refusal, match="公证处"):
            reveal(panel, draw, ["春江花月夜", "2718281"])
        assert draw.refreshed().status == Draw.Status.COMMITTED
        assert reveal(panel, draw, words.values()).status == Draw.Status.DRAWN

    def test_is_done_once(self, panel):
        draw = reveal(panel)
        with pytest.raises(Refusal) as refusal:
            reveal(panel, draw, ["3102.78"])
        assert refusal.value.code == "wrong_state"

    def test_does_not_draw_at_the_instant_of_the_commitment(self, panel):
        with pytest.raises(Refusal) as refusal:
            reveal(panel, commit(panel), now=NOW)
        assert refusal.value.code == "too_early"

    def test_keeps_no_more_of_what_was_revealed_than_can_be_read(self, panel):
        draw = commit(panel)
        with pytest.raises(Refusal) as refusal:
            reveal(panel, draw, ["3" * (REVEALED_MAX + 1)])
        assert refusal.value.code == "too_long"
        assert draw.refreshed().status == Draw.Status.COMMITTED

    @pytest.mark.parametrize("reason", ["  ", "x" * (REASON_MAX + 1)])
    def test_is_withdrawn_with_a_reason_alone(self, panel, reason):
        draw = commit(panel)
        with pytest.raises(Refusal) as refusal:
            withdraw_draw(actor=panel.organiser, draw=draw, reason=reason, now=LATER)
        assert (refusal.value.code, refusal.value.field) == ("no_reason", "reason")
        assert draw.refreshed().status == Draw.Status.COMMITTED

    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            ({"title": "  "}, "title"),
            ({"seats": {"*": 0}}, "no_strata"),
            ({"source": {"kind": "public", "announced": ""}}, "not_announced"),
            ({"source": {"kind": "witnesses", "commitments": [["甲", ""]]}}, "bad_commitment"),
        ],
    )
    def test_a_rule_that_makes_no_draw_is_refused_in_a_sentence(self, panel, changed, code):
        with pytest.raises(Refusal) as refusal:
            prepare(panel, **changed)
        assert refusal.value.code == code
        assert not Draw.objects.exists()

    def test_is_for_organisers(self, panel):
        with pytest.raises(NotAllowed):
            prepare(panel, actor=make_user())


class TestTheDatabase:
    def test_keeps_rule_and_pool_of_a_committed_draw(self, panel):
        draw = commit(panel)
        for column in ("rule", "pool", "source"):
            with pytest.raises(DatabaseError), transaction.atomic():
                Draw.objects.filter(pk=draw.pk).update(**{column: {}})
        with pytest.raises(DatabaseError), transaction.atomic():
            Draw.objects.filter(pk=draw.pk).update(status="draft", committed_at=None)

    def test_keeps_everything_of_a_drawn_one(self, panel):
        draw = reveal(panel)
        for changed in ({"title": "别的"}, {"seed": "0" * 64}, {"status": "withdrawn", "reason": "x"}):
            with pytest.raises(DatabaseError), transaction.atomic():
                Draw.objects.filter(pk=draw.pk).update(**changed)
        with pytest.raises(DatabaseError), transaction.atomic():
            draw.delete()

    def test_takes_no_seed_without_a_commitment(self, panel):
        draw = prepare(panel)
        with pytest.raises(DatabaseError), transaction.atomic():
            Draw.objects.filter(pk=draw.pk).update(seed="0" * 64, status="drawn", drawn_at=LATER)
        with pytest.raises(DatabaseError), transaction.atomic():
            Draw.objects.filter(pk=draw.pk).update(seed="0" * 64)

    def test_takes_no_draw_that_begins_drawn(self, panel):
        with pytest.raises(DatabaseError), transaction.atomic():
            Draw.objects.create(
                contest=panel.contest,
                title="x",
                status="drawn",
                commitment="0" * 64,
                pool_hash="0" * 64,
                seed="0" * 64,
                created_at=NOW,
                committed_at=NOW,
                drawn_at=LATER,
            )


class TestSubstitutes:
    def test_move_up_in_order_with_the_reason(self, panel):
        draw = reveal(panel)
        leaving, next_one = draw.result[0]["drawn"][0], draw.result[0]["substitutes"][0]
        change = replace_drawn(actor=panel.organiser, draw=draw, leaving=leaving, reason="出国", now=LATER)
        assert (change.left, change.came, change.reason) == (leaving, next_one, "出国")
        assert replay(export_of(draw.refreshed())).differences == ()
        with pytest.raises(DatabaseError), transaction.atomic():
            DrawChange.objects.update(came="J9")

    def test_a_reason_is_asked_for(self, panel):
        draw = reveal(panel)
        with pytest.raises(Refusal) as refusal:
            replace_drawn(actor=panel.organiser, draw=draw, leaving=draw.result[0]["drawn"][0], reason=" ", now=LATER)
        assert refusal.value.code == "no_reason"

    def test_who_was_not_drawn_cannot_leave(self, panel):
        draw = reveal(panel)
        with pytest.raises(Refusal) as refusal:
            replace_drawn(actor=panel.organiser, draw=draw, leaving="J9999", reason="出国", now=LATER)
        assert refusal.value.code == "not_drawn"

    def test_a_draw_can_be_withdrawn_until_it_is_drawn(self, panel):
        draw = withdraw_draw(actor=panel.organiser, draw=commit(panel), reason="专家库有误", now=NOW)
        assert (draw.status, draw.reason) == (Draw.Status.WITHDRAWN, "专家库有误")
        with pytest.raises(Refusal):
            withdraw_draw(actor=panel.organiser, draw=reveal(panel), reason="不满意", now=LATER)


class TestThePages:
    @pytest.fixture(autouse=True)
    def _signed_in(self, client, panel):
        client.force_login(panel.organiser)
        with time_machine.travel(NOW, tick=False) as self.clock:
            yield

    def test_lead_from_the_rule_to_the_minutes(self, client, panel):
        slug = panel.contest.slug
        started = client.post(
            reverse("start_draw", args=[slug]),
            {
                "title": "网络评审专家",
                "seats_all": "2",
                "per_organisation": "1",
                "source": "public",
                "announced": "收盘点位",
            },
        )
        page = client.get(started.url)
        client.post(started.url, {"commit": "1", "pool": page.context["pool_seen"]})
        draw = Draw.objects.get()
        assert draw.status == Draw.Status.COMMITTED
        self.clock.move_to(LATER)
        assert client.post(started.url, {"reveal": "1", "revealed_0": " "}).status_code == 200
        client.post(started.url, {"reveal": "1", "revealed_0": "3102.77"})
        draw = Draw.objects.get()
        leaving = draw.result[0]["drawn"][0]
        client.post(started.url, {"replace": leaving, "reason": "出国"})
        assert draw.changes.get().left == leaving
        client.post(started.url, {"invite": "1"})
        assert Expert.objects.filter(status=Expert.Status.INVITED).count() == 2
        minutes = client.get(reverse("draw_minutes", args=[slug, draw.public_id]))
        assert minutes.content.startswith(b"%PDF")

    def test_the_public_page_shows_codes_and_no_names(self, client, panel):
        draw = reveal(panel)
        client.logout()
        page = client.get(reverse("draw_notice", args=[panel.contest.slug, draw.public_id])).content.decode()
        assert draw.commitment in page
        assert draw.result[0]["drawn"][0] in page
        file = client.get(reverse("draw_file", args=[panel.contest.slug, draw.public_id]))
        assert replay(file.json()).differences == ()
        names = [*Expert.objects.values_list("name", "organisation__name")]
        for name, organisation in names:
            assert name not in page + file.content.decode()
            assert organisation not in page + file.content.decode()

    def test_a_draft_is_not_public(self, client, panel):
        draw = prepare(panel)
        client.logout()
        assert client.get(reverse("draw_notice", args=[panel.contest.slug, draw.public_id])).status_code == 404
        assert client.get(reverse("draw_file", args=[panel.contest.slug, draw.public_id])).status_code == 404

    def test_witnesses_are_named_line_by_line(self, client, panel):
        given = {"title": "网络评审专家", "seats_all": "3", "source": "witnesses"}
        address, mark = reverse("start_draw", args=[panel.contest.slug]), hash_of_words("春江花月夜")
        page = client.post(address, given | {"witnesses": f"监督组 {mark.upper()}\n\n公证处"})
        assert "公证处" in str(page.context["form"].errors["witnesses"])
        assert not Draw.objects.exists()
        client.post(address, given | {"witnesses": f"监督组 {mark.upper()}\n\n"})
        assert Draw.objects.get().source == {"kind": "witnesses", "commitments": [["监督组", mark]]}

    def test_a_wrong_rule_comes_back_with_what_was_typed(self, client, panel):
        page = client.post(
            reverse("start_draw", args=[panel.contest.slug]),
            {"title": "网络评审专家", "seats_all": "x", "source": "witnesses", "witnesses": "甲 abc"},
        )
        assert page.status_code == 200
        assert "甲 abc" in page.content.decode()
        assert not Draw.objects.exists()
