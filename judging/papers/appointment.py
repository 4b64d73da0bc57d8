"""The letter of appointment of an expert who accepted: who is appointed by whom, for what, under which number."""

from pathlib import Path

from django.utils.translation import gettext as _

from competition.models import Organiser
from competition.words import enumeration
from judging.models import Expert, ExpertTrack
from portal.printing import print_signed
from portal.web.dates import day, local

TEMPLATE = Path(__file__).with_suffix(".typ")


def appointment_number(expert: Expert) -> str:
    """HB24 聘〔2024〕J007 号: the contest's prefix, the year of the appointment, the expert's code."""
    year = local(expert.answered_at).year if expert.answered_at else expert.contest.edition
    return _("%(prefix)s Appointment [%(year)s] No. %(code)s") % {
        "prefix": expert.contest.code,
        "year": year,
        "code": expert.code,
    }


def appointment_pdf(expert: Expert) -> bytes:
    """In the language in use; the same expert gives the same bytes. Two queries."""
    contest = expert.contest
    assert expert.answered_at is not None, "who accepted has answered"  # noqa: S101
    hosts = Organiser.objects.filter(contest=contest, part__in=(Organiser.Part.HOST, Organiser.Part.CARRIER))
    rows = list(hosts.order_by("position", "pk").values_list("part", "name"))
    issuers = [name for part, name in rows if part == Organiser.Part.HOST] or [name for _part, name in rows]
    tracks = ExpertTrack.objects.filter(expert=expert).order_by("-level", "track__number")
    names = list(tracks.values_list("track__name", flat=True))
    number = appointment_number(expert)
    words = {"name": expert.name, "contest": contest.name}
    return print_signed(
        TEMPLATE,
        {
            "title": f"{number} {expert.name}",
            "author": contest.name,
            "footer": number,
            "contest": contest.name,
            "heading": _("Letter of appointment"),
            "number": number,
            "greeting": _("%(name)s:") % words,
            "paragraphs": [
                _("You are hereby appointed a judge of %(contest)s.") % words,
                _(
                    "In accepting you have promised to keep entries, files, marks and talks confidential, to score every "
                    "entry by the rubric and by yourself, and to recuse yourself wherever you have an interest."
                ),
            ],
            "facts": [
                (_("Code as a judge"), expert.code),
                (_("Organisation"), expert.organisation.name),
                *([(_("Title (post)"), expert.title)] if expert.title else []),
                (_("Tracks"), enumeration(names) if names else _("as assigned")),
            ],
            "issuers": issuers or [_("Organising committee of %(contest)s") % words],
            "date": day(local(expert.answered_at).date()),
            "stamp": _("(stamp)"),
        },
        at=expert.answered_at,
    )
