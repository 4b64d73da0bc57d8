"""What the journal says of a contest's set-up.

`what` is the kind of thing in words, `model` its label for machines, `name` the row as people know it, `fields` what
was changed in it. Changes made in the administration carry all four.
"""

from django.utils.translation import gettext_lazy as _

from portal.journal.kinds import event_kind

ADDED = event_kind("setup.added", _("added {what} “{name}”"))
CHANGED = event_kind("setup.changed", _("changed {what} “{name}”: {fields}"))
DELETED = event_kind("setup.deleted", _("deleted {what} “{name}”"))
IMPORTED = event_kind("setup.imported", _("imported {what}: {added} added, {changed} changed"))

ROLE_GRANTED = event_kind("role.granted", _("gave {name} the role {role}"))
ROLE_REVOKED = event_kind("role.revoked", _("took the role {role} from {name}"))
RUBRIC_COPIED = event_kind("rubric.copied", _("made version {version} of the rubric “{name}”"))
GUIDE_IMPORTED = event_kind("guide.imported", _("imported the topic guide “{title}”"))
CONTEST_SEEDED = event_kind("contest.seeded", _("put the seeded contest in place"))
