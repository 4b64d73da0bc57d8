"""Who hears of judging."""

from django.utils.translation import gettext_lazy as _

from portal.notices.kinds import notice_kind

JUDGE_INVITED = notice_kind(
    "judging.judge_invited",
    event=_("An expert is invited to judge"),
    audience=_("The expert"),
    template="judging/notices/judge_invited",
)
ASSIGNMENTS_PUBLISHED = notice_kind(
    "judging.assignments_published",
    event=_("Assignments are published"),
    audience=_("Each judge concerned, once"),
    template="judging/notices/assignments_published",
)
ASSIGNMENTS_REVERTED = notice_kind(
    "judging.assignments_reverted",
    event=_("A published assignment is taken back"),
    audience=_("Each judge concerned, once"),
    template="judging/notices/assignments_reverted",
)
SEAT_WITHDRAWN = notice_kind(
    "judging.seat_withdrawn",
    event=_("Another judge takes over an entry"),
    audience=_("The judge who had it"),
    template="judging/notices/seat_withdrawn",
)
ENTRY_STANDING = notice_kind(
    "judging.entry_standing",
    event=_("An entry in a judge's queue is disqualified, or let in again"),
    audience=_("Each judge who has it, while the stage is open"),
    template="judging/notices/entry_standing",
)
SHEET_SEALED = notice_kind(
    "judging.sheet_sealed",
    event=_("A judge seals score sheets"),
    audience=_("The judge"),
    template="judging/notices/sheet_sealed",
)
SEATS_QUARANTINED = notice_kind(
    "judging.seats_quarantined",
    event=_("A conflict of interest is found after entries were assigned"),
    audience=_("The organisers of the contest"),
    template="judging/notices/seats_quarantined",
)
SEATS_REFILLED = notice_kind(
    "judging.seats_refilled",
    event=_("Seats that a certain conflict of interest emptied are given to others"),
    audience=_("The organisers of the contest"),
    template="judging/notices/seats_refilled",
)
SEAT_TAKEN = notice_kind(
    "judging.seat_taken",
    event=_("An assigned entry is taken from a judge, or given back"),
    audience=_("The judge"),
    template="judging/notices/seat_taken",
)
SHEET_REOPENED = notice_kind(
    "judging.sheet_reopened",
    event=_("An organiser opens a sealed score sheet"),
    audience=_("The judge"),
    template="judging/notices/sheet_reopened",
)
ENTRY_REPORTED = notice_kind(
    "judging.entry_reported",
    event=_("A judge reports that material cannot be opened, or challenges an entry's eligibility"),
    audience=_("Organisers of the contest"),
    template="judging/notices/entry_reported",
)
REPORT_ANSWERED = notice_kind(
    "judging.report_answered",
    event=_("The organisers answer a judge's report"),
    audience=_("The judge"),
    template="judging/notices/report_answered",
)
SCORING_CLOSED = notice_kind(
    "judging.scoring_closed",
    event=_("Scoring of a stage is over, and the journal was signed"),
    audience=_("Supervisors of the contest and the judges of the stage"),
    template="judging/notices/scoring_closed",
)
JUDGE_CHASED = notice_kind(
    "judging.judge_chased",
    event=_("An organiser reminds judges of sheets that are not sealed"),
    audience=_("The judge, at most once a day"),
    template="judging/notices/judge_chased",
)
ARBITRATION_ASKED = notice_kind(
    "judging.arbitration_asked",
    event=_("An organiser asks for a third opinion on an entry"),
    audience=_("The judge who is asked"),
    template="judging/notices/arbitration_asked",
)
ROADSHOW_ORDER = notice_kind(
    "judging.roadshow_order",
    event=_("The running order of a roadshow is drawn"),
    audience=_("Every member of its teams"),
    template="judging/notices/roadshow_order",
)
ROADSHOW_MOVED_NOTICE = notice_kind(
    "judging.roadshow_moved",
    event=_("Place, time or lengths of a roadshow change"),
    audience=_("Its panel; every member of its teams once the running order is drawn"),
    template="judging/notices/roadshow_moved",
)
ROADSHOW_CALLED_OFF_NOTICE = notice_kind(
    "judging.roadshow_called_off",
    event=_("A roadshow is called off"),
    audience=_("Its panel and every member of its teams"),
    template="judging/notices/roadshow_called_off",
)
