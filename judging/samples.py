"""What judging shows on the style page: the score card's lines in every state, one's own totals, the strip of a ranking."""

from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from competition.models import Criterion
from judging.marks import NOT_APPLICABLE, GivenMarks, field_name
from judging.models.arbitration import ARBITRATION_STATES
from judging.models.assignment import PLAN_STATES
from judging.models.assignment import STATES as ASSIGNMENT_STATES
from judging.models.draw import STATES as DRAW_STATES
from judging.models.expert import STATES as EXPERT_STATES
from judging.models.recusal import RECUSAL_STATES
from judging.models.report import REPORT_STATES
from judging.models.roadshow import ROADSHOW_STATES, SLOT_STATES
from judging.models.score import SHEET_STATES
from judging.reading import progress
from judging.reading.desk import criterion_rows, distribution
from judging.reading.results import RankedRow, Spot
from judging.work import INVITED, OVER, SEALED, TO_SCORE, TO_SEAL
from portal.slots import Sample, SampleGroup

ANCHORS = [
    ["优", 90, 100, "已常态应用；前后对比有数据、有佐证"],
    ["良", 75, 89, "已上线应用；成效有数据，佐证不全"],
    ["中", 60, 74, "小范围试用；成效以描述为主"],
    ["差", 0, 59, "未应用，或成效无法核实"],
]
NAMES = ("数据要素价值", "先进性与创新", "应用实效", "示范推广", "材料质量")


def judging_samples(now: datetime) -> SampleGroup:
    """Made in memory: nothing here is saved."""
    criteria = [
        Criterion(
            code=f"S{place}", name=name, weight=Decimal(20), max_mark=Decimal(100), anchors=ANCHORS, allow_na=place == 5
        )
        for place, name in enumerate(NAMES, 1)
    ]
    marks: GivenMarks = {"S1": Decimal(88), "S2": Decimal("91.5"), "S5": NOT_APPLICABLE}
    wrong = {field_name("S3"): [_("Enter a number from 0 to 100.")]}
    rows = criterion_rows(
        criteria,
        marks,
        typed={field_name("S1"): "88", field_name("S2"): "91.5", field_name("S3"): "101"},
        errors={name: [str(text) for text in texts] for name, texts in wrong.items()},
        elsewhere={**marks, "S1": Decimal(85)},
    )
    totals = [Fraction(number, 2) for number in (145, 152, 152, 160, 171, 178)]
    return SampleGroup(
        key="judging",
        title=_("Judging"),
        sheets=("judging/judging.css", "judging/desk.css"),
        states=[
            (_("An expert"), list(EXPERT_STATES.values())),
            (_("An assignment"), list(ASSIGNMENT_STATES.values())),
            (_("A draw"), list(DRAW_STATES.values())),
            (_("A conflict of interest"), list(RECUSAL_STATES.values())),
            (_("A plan"), list(PLAN_STATES.values())),
            (_("A score sheet"), list(SHEET_STATES.values())),
            (_("A judge's report of a problem"), list(REPORT_STATES.values())),
            (_("A third opinion"), list(ARBITRATION_STATES.values())),
            (_("A roadshow"), list(ROADSHOW_STATES.values())),
            (_("A team's turn"), list(SLOT_STATES.values())),
            (_("A judge's work"), [INVITED, TO_SCORE, TO_SEAL, SEALED, OVER]),
            (_("A judge's progress"), [progress.NOT_BEGUN, progress.UNDER_WAY, progress.DONE, progress.LATE, progress.SILENT]),
        ],
        samples=[
            Sample(_("Criteria: marked, changed elsewhere, wrong, open, not applicable"), "judging/style/criteria.html", {"rows": rows, "current": "S2", "scoring": True}),
            Sample(_("Criteria of a sealed sheet"), "judging/style/criteria.html", {"rows": criterion_rows(criteria[3:], {"S4": Decimal(80)})[:1]}),
            Sample(_("My own totals"), "judging/parts/own_totals.html", {"own": distribution(totals, this=Fraction(1721, 20))}),
            Sample(_("Totals of an entry"), "judging/parts/strip.html", {"row": _ranked()}),
        ],
    )  # fmt: skip


def _ranked() -> RankedRow:
    """Five totals, of which the highest and the lowest are dropped."""
    totals = [("J001", "78.25", False), ("J002", "84.60", True), ("J003", "86.05", True), ("J004", "88.40", True), ("J005", "95.15", False)]  # fmt: skip
    spots = [
        Spot(x, counts) for x, (_judge, _total, counts) in zip(("14", "46", "54", "66", "104"), totals, strict=True)
    ]
    return RankedRow(
        number="HB24-03-0127", title="", organisation="", url="", rank=1, shared=False, score="86.35", exact="", decided_by="",
        tie_figures=[], totals=totals, low="78.25", high="95.15", spread="16.90", sheets=5, seats=5, spots=spots, score_x="55",
    )  # fmt: skip
