"""What a row of the set-up holds by itself, whoever writes it and on whichever way."""

import pytest
from django.core.exceptions import ValidationError

from competition.models import FormField
from tests.competition.factories import (
    NOW,
    make_contest,
    make_field,
    make_rubric,
    make_section,
    make_stage,
    make_track,
)

pytestmark = pytest.mark.django_db


def complaints(row, **changes):
    """The fields that are complained of once these are set."""
    for name, value in changes.items():
        setattr(row, name, value)
    try:
        row.clean()
    except ValidationError as error:
        return set(error.message_dict) if hasattr(error, "error_dict") else {"the row"}
    return set()


@pytest.mark.parametrize("kinds", [[], None, "enterprise", ["enterprise", "choir"]])
def test_a_contest_names_the_kinds_of_organisations_that_may_lead(kinds):
    assert complaints(make_contest(), eligible_kinds=kinds) == {"eligible_kinds"}


def test_a_choice_has_words_to_choose_from():
    field = make_field(make_section(make_contest()))
    assert complaints(field) == set()
    for choices in ([], None, "是", ["是", ""], [1]):
        assert complaints(field, kind=FormField.Kind.CHOICE, choices=choices) == {"choices"}
    assert complaints(field, kind=FormField.Kind.CHOICES, choices=["是", "否"]) == set()


def test_a_question_of_one_track_is_of_a_track_of_its_contest():
    field = make_field(make_section(make_contest()))
    assert complaints(field, track=make_track()) == {"track"}
    assert complaints(field, track=make_track(field.section.contest)) == set()


def test_what_breaks_ties_are_criteria_of_the_rubric():
    contest = make_contest()
    stage = make_stage(contest, "review", rubric=make_rubric(contest))
    assert complaints(stage, tie_criteria=["C2", "C1"]) == set()
    assert complaints(stage, tie_criteria=["C7"]) == {"tie_criteria"}
    for malformed in ("C1", [1], {"C1": 1}):
        assert complaints(stage, tie_criteria=malformed) == {"tie_criteria"}


def test_a_stage_is_judged_by_a_rubric_of_its_contest():
    stage = make_stage(make_contest(), "review")
    assert complaints(stage, rubric=make_rubric(make_contest())) == {"rubric"}


def test_the_rules_of_a_stage_stay_once_judging_has_begun():
    contest = make_contest()
    stage = make_stage(contest, "review", rubric=make_rubric(contest), rules_frozen_at=NOW)
    assert complaints(stage, name="网络初评") == set()
    assert complaints(stage, rubric=make_rubric(contest)) == {"the row"}
