"""The commitment letter as a PDF: the contest's text with the entry's particulars, ready to be signed and stamped."""

import re
from pathlib import Path

from django.utils.translation import gettext as _

from competition.models import WantedFile
from competition.words import enumeration, topic_label
from portal.printing import print_pdf, qr_svg
from submissions.draft import Draft
from submissions.stamps import code_for, draft_mark

TEMPLATE = Path(__file__).with_suffix(".typ")


def letter_pdf(draft: Draft, wanted: WantedFile) -> bytes:
    """For what the draft holds now; the same content gives the same bytes."""
    entry, contest = draft.entry, draft.entry.contest
    mark = draft_mark(draft)
    return print_pdf(
        TEMPLATE,
        {
            "title": f"{wanted.label} {entry.title}",
            "author": contest.name,
            "footer": _("Commitment letter · content %(mark)s") % {"mark": mark},
            "contest": contest.name,
            "heading": _("Letter of commitment"),
            "facts": _facts(draft),
            "paragraphs": [part.strip() for part in re.split(r"\n\s*\n", wanted.letter.strip())],
            "signatures": [
                _("Lead organisation (stamp):"),
                _("Authorised person (signature):"),
                _("Date:"),
            ],
            "code_note": _(
                "The code says which content this letter was printed for. Keep it free of stamps and scan it sharply. "
                "Once something changes in the entry, print the letter anew."
            ),
            "mark": mark,
            "qr": str(qr_svg(code_for(entry, mark))),
        },
        at=entry.created_at,
    )


def _facts(draft: Draft) -> list[tuple[str, str]]:
    entry = draft.entry
    lead, topic = entry.team.lead_organisation, entry.topic
    place = _("%(track)s · %(topic)s") % {"track": topic.track.name, "topic": topic_label(topic.number)}
    rows = [
        (_("Project"), entry.title or _("(not named yet)")),
        (_("Track and topic"), f"{place}　{topic.title}"),
        (_("Lead organisation"), f"{lead.name}（{lead.uscc}）"),
    ]
    if draft.partners:
        rows.append((_("Partners"), enumeration([partner.name for partner in draft.partners])))
    return [*rows, (_("Team members"), enumeration([str(member.user) for member in draft.members]))]
