"""manage.py import_guide FILE --contest SLUG [--dry-run] [--format text|json]: take over a published topic guide.

Exit codes: 0 once the file was parsed, even with problems; 1 when the import was refused; 2 when the file cannot be read
or the contest does not exist. With --format json, standard output carries one JSON object and nothing else.
"""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils.translation import gettext as _

from competition import guide as guides
from competition.actions import import_guide
from competition.import_plan import ImportPlan, plan_import
from competition.models import Contest
from portal import clock
from portal.refusals import Refusal

UNUSABLE = 2


class Command(BaseCommand):
    help = "Read a topic guide and make a contest's tracks and topics those of the guide."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="the guide: a text file, UTF-8 or GB18030")
        parser.add_argument("--contest", metavar="SLUG", help="the contest to change, for example hubei-2024")
        parser.add_argument("--dry-run", action="store_true", help="only say what the guide holds; change nothing")
        parser.add_argument("--format", choices=["text", "json"], default="text", help="how to answer (default: text)")

    def handle(self, *, file: Path, contest: str | None, dry_run: bool, format: str, **options: Any) -> None:  # noqa: A002
        now = clock.now()
        try:
            guide = guides.parse(guides.read(file))
        except guides.Unreadable as error:
            raise CommandError(f"{file}: {_(error.message)}", returncode=UNUSABLE) from error
        plan = self.preview(contest, guide) if dry_run else self.carry_out(self.find(contest), guide, now)
        if format == "json":
            self.answer_json(guide, None if dry_run else plan)
        else:
            self.answer_text(guide, plan, dry_run=dry_run)

    def find(self, slug: str | None) -> Contest:
        if not slug:
            raise CommandError(_("Name the contest with --contest, or try with --dry-run."), returncode=UNUSABLE)
        found = Contest.objects.filter(slug=slug).first()
        if found is None:
            known = ", ".join(Contest.objects.order_by("slug").values_list("slug", flat=True)) or _("none")
            message = _("There is no contest “{slug}”. There are: {known}.").format(slug=slug, known=known)
            raise CommandError(message, returncode=UNUSABLE)
        return found

    def preview(self, slug: str | None, guide: guides.Guide) -> ImportPlan | None:
        """What the import would change; None where there is no such contest, or no database yet."""
        try:
            contest = Contest.objects.filter(slug=slug).first() if slug else None
        except DatabaseError:
            return None
        return plan_import(contest, guide) if contest else None

    def carry_out(self, contest: Contest, guide: guides.Guide, now: datetime) -> ImportPlan:
        try:
            return import_guide(actor=None, contest=contest, guide=guide, now=now)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal

    def answer_json(self, guide: guides.Guide, plan: ImportPlan | None) -> None:
        answer: dict[str, Any] = {
            "title": guide.title,
            "tracks": [asdict(track) for track in guide.tracks],
            "problems": [
                {"line": problem.line, "text": problem.text, "message": _(problem.message)}
                for problem in guide.problems
            ],
        }
        if plan is not None:
            answer["changes"] = [
                {"kind": change.kind, "ref": change.ref, "name": change.name} for change in plan.changes
            ]
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))

    def answer_text(self, guide: guides.Guide, plan: ImportPlan | None, *, dry_run: bool) -> None:
        say = self.stdout.write
        say(guide.title or _("(no title)"))
        for track in guide.tracks:
            say(f"{track.number}  {track.name}")
            for topic in track.topics:
                say(f"   {track.number}.{topic.number}  {topic.title}")
        counts = {"tracks": len(guide.tracks), "topics": guide.topic_count, "problems": len(guide.problems)}
        say(_("Tracks: {tracks} · topics: {topics} · problems: {problems}").format(**counts))
        for problem in guide.problems:
            say(_("Line {line}: {message}").format(line=problem.line, message=_(problem.message)))
            say(f"    {problem.text}")
        if plan is None:
            return
        say(_("The import would change:") if dry_run else _("Changed:"))
        for change in (*plan.changes, *plan.kept):
            say(f"  {change}")
        if not plan:
            say("  " + _("nothing"))
