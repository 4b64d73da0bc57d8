"""What still stands between a draft and its submission: one line per thing, each with the place to mend it."""

from collections.abc import Collection
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from competition.models import Contest, FormSection
from competition.words import enumeration
from portal.accounts.models import Organisation
from portal.decisions import ALLOWED, Decision, refused
from submissions.draft import Draft, FilePlace, Page
from submissions.items import MEMBERS, ORGANISATIONS, TITLE, holds, of_file, of_question
from submissions.models import Entry, Membership
from submissions.progress import APPLICATION, COMMITMENT, OVERVIEW
from submissions.stamps import is_of_another


@dataclass(frozen=True)
class Missing:
    """A sentence that says what to do, and where; `item` as in `submissions.items`, `section` where it is a question."""

    task: str
    text: str
    url: str
    item: str = ""
    section: FormSection | None = None


def missing_in(draft: Draft) -> list[Missing]:
    """Everything that must be mended before the entry can be submitted, in the order of the tasks."""
    entry = draft.entry
    found = [*_of_organisations(draft), *_of_members(draft)]
    if not entry.title:
        found.append(
            Missing(OVERVIEW, _("Enter the project name"), reverse("entry_overview", args=[entry.public_id]), TITLE)
        )
    for task in (OVERVIEW, APPLICATION):
        for page in draft.pages_of(task):
            found += _of_page(entry, page)
    for place in draft.files:
        found += [line for line in [_of_file(entry, place)] if line]
    return found


def still_missing(draft: Draft, returned: Collection[str] | None) -> list[Missing]:
    """What is missing for the next version: in a correction, of what was returned alone; the rest stays as it was."""
    found = missing_in(draft)
    return found if returned is None else [line for line in found if holds(returned, line.item, section=line.section)]


def _of_organisations(draft: Draft) -> list[Missing]:
    decision = is_eligible(draft.entry.team.lead_organisation, draft.entry.contest)
    if decision:
        return []
    return [
        Missing(
            "organisations",
            str(decision.reason),
            reverse("entry_organisations", args=[draft.entry.public_id]),
            ORGANISATIONS,
        )
    ]


def is_eligible(organisation: Organisation, contest: Contest) -> Decision:
    """May this organisation lead a team in this contest?"""
    if organisation.kind not in contest.eligible_kinds:
        kinds = enumeration([str(Organisation.Kind(kind).label) for kind in contest.eligible_kinds])
        return refused(
            _("In this contest a team is led by: %(kinds)s. “%(name)s” is registered as %(kind)s.")
            % {"kinds": kinds, "name": organisation.name, "kind": organisation.get_kind_display()},
            code="kind_not_eligible",
            field="kind",
        )
    if contest.lead_in_region and organisation.region != contest.region:
        return refused(
            _(
                "The lead organisation must be registered in %(region)s. Organisations from elsewhere may join as partners."
            )
            % {"region": contest.get_region_display()},
            code="region_not_eligible",
            field="region",
        )
    return ALLOWED


def _of_members(draft: Draft) -> list[Missing]:
    entry, contest = draft.entry, draft.entry.contest
    url = reverse("entry_members", args=[entry.public_id])
    count = len(draft.members)
    found = []
    if count < contest.team_min:
        found.append(
            _("The team has %(count)d members; at least %(least)d are needed. Invite the others.")
            % {"count": count, "least": contest.team_min}
        )
    if count > contest.team_max:
        found.append(
            _("The team has %(count)d members; at most %(most)d are allowed.")
            % {"count": count, "most": contest.team_max}
        )
    found += [
        _("Enter the name, employer and post of %(member)s") % {"member": member.user}
        for member in draft.members
        if not is_complete(member)
    ]
    return [Missing("members", text, url, MEMBERS) for text in found]


def is_complete(member: Membership) -> bool:
    """Has the person said who they are?"""
    return bool(member.user.name and member.employer and member.post)


def _of_page(entry: Entry, page: Page) -> list[Missing]:
    found = []
    for question in page.questions:
        url = reverse("entry_section", args=[entry.public_id, page.section.public_id])
        anchor, item = f"{url}#id_a-{question.field.key}", of_question(question.field)
        if question.problem:
            found.append(Missing(page.section.task, question.problem, anchor, item, page.section))
        elif question.field.required and not question.value:
            text = _("Enter “%(label)s” (%(section)s)") % {
                "label": question.field.label,
                "section": page.section.title,
            }
            found.append(Missing(page.section.task, text, anchor, item, page.section))
    return found


def _of_file(entry: Entry, place: FilePlace) -> Missing | None:
    upload = place.upload
    url = reverse("entry_commitment" if place.wanted.task == COMMITMENT else "entry_files", args=[entry.public_id])
    if upload is not None and upload.inspection is not None and upload.inspection.is_infected:
        text = _("The virus scan found something in “%(name)s”: replace the file") % {"name": upload.name}
        return Missing(place.wanted.task, text, f"{url}#{place.wanted.public_id}", of_file(place.wanted))
    if upload is not None and is_of_another(upload, entry):
        text = _("“%(label)s” was printed for another entry: upload this entry's letter") % {
            "label": place.wanted.label
        }
        return Missing(place.wanted.task, text, f"{url}#{place.wanted.public_id}", of_file(place.wanted))
    if upload is not None or not place.wanted.required:
        return None
    return Missing(
        place.wanted.task,
        _("Upload the file “%(label)s”") % {"label": place.wanted.label},
        f"{url}#{place.wanted.public_id}",
        of_file(place.wanted),
    )
