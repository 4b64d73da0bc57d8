"""Teams and entries when everybody comes at the same instant."""

from datetime import datetime, timedelta

from submissions.values import seen_mark
from tests.races.arena import RUNNERS, Arena


def test_a_team_never_grows_beyond_its_limit(ring: Arena):
    scene = ring.set_up("teams", "open_link", seats=3, runners=RUNNERS)
    outcome = ring.race(
        "teams", "join", [{"invitation": scene["invitation"], "person": person} for person in scene["people"]]
    )
    assert outcome.errors == []
    assert len(outcome.returned) == 3
    assert sum(outcome.refusals.values()) == RUNNERS - 3
    assert ring.set_up("teams", "members", entry=scene["entry"]) == 4


def test_a_person_joins_one_team_of_a_topic_however_many_links_they_open(ring: Arena):
    scene = ring.set_up("teams", "two_links", runners=RUNNERS)
    outcome = ring.race(
        "teams", "join", [{"invitation": link, "person": scene["person"]} for link in scene["invitations"]]
    )
    assert outcome.errors == []
    assert len(outcome.returned) == 1
    assert sum(outcome.refusals.values()) == RUNNERS - 1


def test_entries_submitted_around_the_deadline_are_taken_before_it_and_refused_from_it_on(ring: Arena):
    scene = ring.set_up("teams", "complete_drafts", runners=RUNNERS)
    closes_at = datetime.fromisoformat(scene["closes_at"])
    microsecond = timedelta(microseconds=1)
    arrivals = [closes_at - microsecond if place % 2 == 0 else closes_at for place in range(RUNNERS)]
    outcome = ring.race(
        "teams",
        "submit",
        [
            {"entry": entry, "now": arrived.isoformat()}
            for entry, arrived in zip(scene["entries"], arrivals, strict=True)
        ],
    )
    assert outcome.errors == []
    assert [("returned" in answer) for answer in outcome.answers] == [place % 2 == 0 for place in range(RUNNERS)]
    assert outcome.refusals == {"closed": RUNNERS // 2}
    numbers = sorted(number for _version, number in outcome.returned)
    assert [int(number.rpartition("-")[2]) for number in numbers] == list(range(1, RUNNERS // 2 + 1))


def test_a_submission_clicked_many_times_makes_one_version(ring: Arena):
    scene = ring.set_up("teams", "complete_drafts", runners=1)
    entry = scene["entries"][0]
    revision = ring.set_up("teams", "revision_of", entry=entry)
    before = (datetime.fromisoformat(scene["closes_at"]) - timedelta(hours=1)).isoformat()
    outcome = ring.race(
        "teams", "submit", [{"entry": entry, "now": before, "revision": revision} for _ in range(RUNNERS)]
    )
    assert outcome.errors == []
    assert [version for version, _number in outcome.returned] == [1]
    assert outcome.refusals == {"already_submitted": RUNNERS - 1}


def test_tabs_that_save_the_same_field_never_overwrite_each_other(ring: Arena):
    scene = ring.set_up("teams", "one_draft")
    titles = [f"项目名称{place}" for place in range(RUNNERS)]
    outcome = ring.race(
        "teams", "save_title", [{"entry": scene["entry"], "title": title, "seen": seen_mark(0, "")} for title in titles]
    )
    assert outcome.errors == []
    winners = [title for title, answer in zip(titles, outcome.returned, strict=True) if answer["saved"]]
    assert len(winners) == 1
    assert ring.set_up("teams", "title_of", entry=scene["entry"]) == winners[0]
    assert [answer["conflicts"] for answer in outcome.returned if not answer["saved"]] == [
        {":title": winners[0]} for _ in range(RUNNERS - 1)
    ]


def test_tabs_that_autosave_the_same_answer_never_overwrite_each_other(ring: Arena):
    scene = ring.set_up("teams", "one_question")
    texts = [f"第{place}份摘要" for place in range(RUNNERS)]
    outcome = ring.race("teams", "autosave", [{**scene, "text": text} for text in texts])
    assert outcome.errors == []
    assert sorted(status for status, _theirs in outcome.returned) == [200] + [409] * (RUNNERS - 1)
    winner = next(text for text, (status, _theirs) in zip(texts, outcome.returned, strict=True) if status == 200)
    assert {theirs for status, theirs in outcome.returned if status == 409} == {winner}
    assert ring.set_up("teams", "answer_of", **scene) == [winner, 1, scene["revision"] + 1]


def test_people_who_autosave_an_answer_that_stands_already_never_overwrite_each_other(ring: Arena):
    scene = ring.set_up("teams", "one_question", people=RUNNERS, text="先写的摘要")
    texts = [f"第{place}人的摘要" for place in range(RUNNERS)]
    outcome = ring.race(
        "teams",
        "autosave",
        [{**scene, "text": text, "person": place} for place, text in enumerate(texts)],
    )
    assert outcome.errors == []
    assert sorted(status for status, _theirs in outcome.returned) == [200] + [409] * (RUNNERS - 1)
    winner = next(text for text, (status, _theirs) in zip(texts, outcome.returned, strict=True) if status == 200)
    assert ring.set_up("teams", "answer_of", **scene) == [winner, 2, scene["revision"] + 1]


def test_autosaves_of_different_answers_all_come_through(ring: Arena):
    scene = ring.set_up("teams", "one_question", questions=RUNNERS)
    outcome = ring.race(
        "teams", "autosave", [{**scene, "text": f"答{place}", "question": place} for place in range(RUNNERS)]
    )
    assert outcome.errors == []
    assert [status for status, _theirs in outcome.returned] == [200] * RUNNERS
    assert ring.set_up("teams", "revision_of", entry=scene["entry"]) == scene["revision"] + RUNNERS


def test_an_autosave_and_a_whole_page_never_overwrite_each_other(ring: Arena):
    scene = ring.set_up("teams", "one_question")
    ways = ["autosave", "page"] * (RUNNERS // 2)
    outcome = ring.race(
        "teams", "save_either_way", [{**scene, "text": f"{way}{place}", "way": way} for place, way in enumerate(ways)]
    )
    assert outcome.errors == []
    assert sorted(status for status, _theirs in outcome.returned) == [200] + [409] * (RUNNERS - 1)
    assert ring.set_up("teams", "answer_of", **scene)[1:] == [1, scene["revision"] + 1]


def test_an_autosave_that_meets_the_freeze_comes_before_it_or_is_refused(ring: Arena):
    scene = ring.set_up("teams", "one_submitted")
    outcome = ring.race(
        "teams",
        "autosave_or_freeze",
        [{**scene, "text": f"第{place}份", "freezes": place == 0} for place in range(RUNNERS)],
    )
    assert outcome.errors == []
    assert {status for status, _theirs in outcome.returned} <= {200, 409}
    assert ring.set_up("teams", "is_as_frozen", entry=scene["entry"])


def test_a_captaincy_accepted_while_its_member_leaves_or_is_removed_never_hangs_in_the_air(ring: Arena):
    scene = ring.set_up("teams", "offered_captaincy")
    ways = ["accept", "leave", "remove", "accept", "leave", "remove", "accept", "leave"]
    place = {"entry": scene["entry"], "member": scene["member"]}
    outcome = ring.race("teams", "hand_over", [place | {"way": way} for way in ways])
    assert outcome.errors == []
    # A removal that comes second finds nobody and is content: the journal says what happened.
    team = ring.set_up("teams", "team_of", entry=scene["entry"])
    assert team["wrong"] == []
    assert len(team["changes"]) == 1
    if team["changes"] == ["team.captaincy_passed"]:
        assert (team["members"], team["captain"] != scene["captain"]) == (2, True)
    else:
        assert (team["members"], team["captain"]) == (1, scene["captain"])


def test_a_topic_changed_while_the_entry_is_submitted_leaves_topic_and_version_of_one_mind(ring: Arena):
    scene = ring.set_up("teams", "draft_and_another_topic")
    revision = ring.set_up("teams", "revision_of", entry=scene["entry"])
    ways = ["change", "submit"] * (RUNNERS // 2)
    outcome = ring.race("teams", "change_or_submit", [scene | {"revision": revision, "way": way} for way in ways])
    assert outcome.errors == []
    assert len(outcome.returned) == 1
    seen = ring.set_up("teams", "submitted_topic", entry=scene["entry"])
    assert (seen["agree"], seen["wrong"]) == (True, [])
    assert (seen["topic"] == scene["topic"]) == (outcome.returned == ["change"])


def test_a_member_who_joins_elsewhere_while_the_topic_changes_is_in_one_team_of_the_topic(ring: Arena):
    scene = ring.set_up("teams", "change_and_join")
    ways = ["change", "join"] * (RUNNERS // 2)
    outcome = ring.race("teams", "change_or_join", [scene | {"way": way} for way in ways])
    assert outcome.errors == []
    assert len(outcome.returned) == 1
    assert ring.set_up("teams", "team_of", entry=scene["entry"])["wrong"] == []
