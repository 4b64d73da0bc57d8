"""What another topic would change for an entry, said before anybody decides."""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass

from django.utils.translation import gettext as _

from competition.models import Contest, FormField, Topic, WantedFile
from competition.words import enumeration
from portal.refusals import Refusal
from submissions.draft import fields_of, is_of_track, wanted_of
from submissions.models import Answer, Entry, Membership, scope_key
from submissions.permissions import one_team_rule


class OtherTeams(Refusal):
    """Members of this team are in another team of the new topic's scope."""

    def __init__(self, members: Iterable[Membership], contest: Contest) -> None:
        super().__init__(
            _("%(names)s: already in another team there. %(rule)s They leave one of the two teams first.")
            % {"names": enumeration([str(member.user) for member in members]), "rule": one_team_rule(contest)},
            code="members_elsewhere",
        )


@dataclass(frozen=True)
class TopicChange:
    """`added` and `dropped` are questions and files by their labels; `answered` are those of the dropped that have an answer."""

    topic: Topic
    added: list[str]
    dropped: list[str]
    answered: list[str]
    other_track: bool
    new_number: bool
    new_scope: bool
    elsewhere: list[Membership]


def foresee(entry: Entry, topic: Topic) -> TopicChange:
    """Four queries at most, however many questions and members."""
    moved = copy(entry)
    moved.topic = topic
    fields, files = list(fields_of(entry) | fields_of(moved)), list(wanted_of(entry) | wanted_of(moved))
    now, then = _labels(fields, entry), _labels(fields, moved)
    dropped = now.keys() - then.keys()
    answers = Answer.objects.filter(entry=entry, field__in=dropped).exclude(state=Answer.State.EMPTY)
    answered = set(answers.values_list("field", flat=True))
    other_track = topic.track_id != entry.topic.track_id
    new_scope = scope_key(entry.contest, topic) != scope_key(entry.contest, entry.topic)
    files_now, files_then = _labels(files, entry), _labels(files, moved)
    return TopicChange(
        topic=topic,
        added=_only(then, now) + _only(files_then, files_now),
        dropped=_only(now, then) + _only(files_now, files_then),
        answered=[label for pk, label in now.items() if pk in answered],
        other_track=other_track,
        new_number=bool(entry.number) and other_track,
        new_scope=new_scope,
        elsewhere=members_elsewhere(entry, topic) if new_scope else [],
    )


def members_elsewhere(entry: Entry, topic: Topic) -> list[Membership]:
    """Members of the team who are in another team of the topic's scope."""
    key = scope_key(entry.contest, topic)
    taken = Membership.objects.filter(scope_key=key).exclude(team=entry.team_id).values("user")
    return list(Membership.objects.filter(team=entry.team_id, user__in=taken).select_related("user"))


def _only(one: dict[int, str], other: dict[int, str]) -> list[str]:
    return [label for pk, label in one.items() if pk not in other]


def _labels(asked: Iterable[FormField] | Iterable[WantedFile], entry: Entry) -> dict[int, str]:
    """Of what is asked in either place, that of this one."""
    return {row.pk: row.label for row in asked if is_of_track(row, entry)}
