"""Public pages cost four queries at most, with one row and with fifty."""

from datetime import timedelta

import pytest
from django.urls import reverse

from competition.models import Announcement, Contest, Download, Question, Role, Stage, Topic
from tests.budgets import check_list as assert_list_fits
from tests.budgets import check_page as assert_page_fits
from tests.competition import factories
from tests.portal.factories import make_user

pytestmark = pytest.mark.django_db
MANY = 49


@pytest.fixture
def contest(time_machine):
    """A contest under way below a published one, with one row of everything."""
    time_machine.move_to(factories.NOW, tick=False)
    above = factories.make_contest(level=Contest.Level.NATIONAL, short_name="全国大赛")
    contest = factories.make_contest(parent=above, promotion_quota=2)
    factories.make_stage(contest)
    track = factories.make_track(contest)
    factories.make_link(factories.make_topic(track), factories.make_topic(factories.make_track(above)))
    factories.make_announcement(contest)
    factories.make_download(contest)
    factories.make_question(contest)
    factories.make_wanted_file(contest)
    return contest


def grow(contest):
    """Fifty of everything that a page lists."""
    above = contest.parent.tracks.get()
    track = contest.tracks.get()
    for number in range(2, MANY + 2):
        factories.make_link(factories.make_topic(track, number=number), factories.make_topic(above, number=number))
    for _number in range(MANY):
        factories.make_announcement(contest)
        factories.make_download(contest)
        factories.make_question(contest)
    make_other_stages(contest)


def make_other_stages(contest):
    for kind in set(Stage.Kind.values) - set(contest.stages.values_list("kind", flat=True)):
        factories.make_stage(contest, kind)


def grow_contests():
    """Contests that run, that will, and that ended."""
    for number in range(MANY):
        other = factories.make_contest()
        factories.make_stage(other, now=factories.NOW + timedelta(days=(-30, 0, 30)[number % 3]))
        factories.make_topic(factories.make_track(other))


@pytest.mark.parametrize(
    "name", ["contest", "tracks", "nearest_topics", "schedule", "announcements", "downloads", "questions"]
)
def test_a_page_of_a_contest_costs_the_same_at_one_row_and_at_fifty(client, contest, name):
    assert_list_fits(client, reverse(name, args=[contest.slug]), name, lambda: grow(contest))


def test_a_track_costs_the_same_at_one_topic_and_at_fifty(client, contest):
    assert_list_fits(client, reverse("track", args=[contest.slug, 1]), "track", lambda: grow(contest))


def test_a_topic_costs_the_same_at_one_topic_and_at_fifty(client, contest):
    assert_list_fits(client, reverse("topic", args=[contest.slug, 1, 1]), "topic", lambda: grow(contest))


def test_a_topic_that_fifty_took_up_costs_the_same(client, contest):
    topic = Topic.objects.get(track__contest=contest.parent)

    def take_up():
        for _number in range(MANY):
            below = factories.make_contest(parent=contest.parent)
            factories.make_link(factories.make_topic(factories.make_track(below)), topic)

    assert_list_fits(client, topic.get_absolute_url(), "topic", take_up)


def test_searching_topics_stays_within_the_budget(client, contest):
    url = reverse("tracks", args=[contest.slug])
    assert_list_fits(client, f"{url}?q=赛题&origin=near&track=1", "tracks", lambda: grow(contest))


def test_the_front_page_costs_the_same_with_one_contest_and_with_fifty(client, contest):
    assert_list_fits(client, reverse("home"), "home", grow_contests)


def test_an_announcement_stays_within_the_budget(client, contest):
    assert_page_fits(client, Announcement.objects.get().get_absolute_url(), "announcement")


@pytest.mark.parametrize("name", ["workspace", "import_topics"])
def test_the_workspace_costs_the_same_at_one_row_and_at_fifty(client, contest, name):
    organiser = make_user()
    factories.make_role(organiser, contest)
    make_other_stages(contest)  # stages of judging bring numbers of their own
    client.force_login(organiser, backend="django.contrib.auth.backends.ModelBackend")
    assert_list_fits(client, reverse(name, args=[contest.slug]), name, lambda: grow(contest))


@pytest.mark.parametrize("model", [Topic, Announcement, Download, Question, Stage, Role])
def test_a_list_of_the_administration_costs_the_same_at_one_row_and_at_fifty(client, contest, model):
    organiser = make_user()
    factories.make_role(organiser, contest)
    client.force_login(organiser, backend="django.contrib.auth.backends.ModelBackend")

    def more():
        grow(contest)
        for _number in range(MANY):
            factories.make_role(make_user(), contest, Role.Name.SCREENER)

    assert_list_fits(client, reverse(f"admin:competition_{model._meta.model_name}_changelist"), "admin_list", more)
