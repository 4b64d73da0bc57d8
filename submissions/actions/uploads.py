"""Files of the draft."""

from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from competition.models import WantedFile
from portal.accounts.models import User
from portal.journal.recording import record
from portal.refusals import Refusal, Stale
from submissions import events
from submissions.actions.clearing import claim_content, claiming
from submissions.actions.inspecting import ask_for_inspection
from submissions.actions.letters import expect_letter
from submissions.actions.locking import lock_entry, touch_draft
from submissions.draft import is_wanted
from submissions.files import check_file
from submissions.items import of_file
from submissions.models import Entry, Upload
from submissions.permissions import may_edit_draft
from submissions.storing import keep


def upload_file(
    *, actor: User, entry: Entry, wanted: WantedFile, file: UploadedFile, replaces: str, now: datetime
) -> Upload:
    """Take a file into the draft; `replaces` is the public id of the upload that the person saw there, or empty.

    Reading and hashing a large file takes seconds, so it happens before the transaction; permission is asked both
    before, so that nobody's bytes are kept in vain, and again under the lock. The bytes are safe before the row names
    them; bytes that no row names are cleared some time (`actions.clearing`).
    """
    may_edit_draft(actor, entry, now, of_file(wanted)).require()
    if not is_wanted(wanted, entry):
        raise Refusal(_("This contest does not ask for this file."), code="not_wanted")
    checked = check_file(file, wanted)
    upload = Upload(
        entry=entry,
        wanted=wanted,
        name=checked.name,
        kind=checked.kind,
        size=checked.size,
        sha256=checked.sha256,
        uploaded_by=actor,
        uploaded_at=now,
    )

    def keep_and_place() -> Upload:
        keep(upload.storage_path, checked.file, size=checked.size)
        with transaction.atomic():
            locked = lock_entry(entry)
            may_edit_draft(actor, locked, now, of_file(wanted)).require()
            return put_in_place(upload, entry=locked, actor=actor, replaces=replaces, now=now)

    return claiming(keep_and_place)


def put_in_place(upload: Upload, *, entry: Entry, actor: User, replaces: str, now: datetime) -> Upload:
    """The new upload takes the place of the one that the person saw; under the entry's lock, by whoever asked the door.

    Raises Cleared where its bytes are gone.
    """
    upload.inspection = claim_content(upload)
    ask_for_inspection(upload.inspection)
    before = Upload.objects.filter(entry=entry, wanted=upload.wanted, state=Upload.State.STORED).first()
    if before and before.sha256 == upload.sha256 and before.name == upload.name:
        return before  # a double click, or the same file again
    if (before.public_id if before else "") != replaces:
        raise Stale(
            _(
                "Somebody else changed this file meanwhile. Look at the one that is there now, then replace it if you wish."
            )
        )
    if before:
        Upload.objects.filter(pk=before.pk).update(state=Upload.State.REPLACED)
    upload.save()
    expect_letter(upload)
    touch_draft(entry)
    record(
        events.FILE_REPLACED if before else events.FILE_STORED,
        actor=actor,
        now=now,
        contest=entry.contest,
        subject=entry,
        label=upload.wanted.label,
        name=upload.name,
        size=upload.size,
        sha256=upload.sha256,
    )
    return upload


@transaction.atomic
def remove_upload(*, actor: User, upload: Upload, now: datetime) -> Upload:
    """Take a file out of the draft; versions that have it keep it. One that is out already changes nothing."""
    entry = lock_entry(upload.entry)
    may_edit_draft(actor, entry, now, of_file(upload.wanted)).require()
    if Upload.objects.filter(pk=upload.pk, state=Upload.State.STORED).update(state=Upload.State.REMOVED):
        touch_draft(entry)
        record(
            events.FILE_REMOVED,
            actor=actor,
            now=now,
            contest=entry.contest,
            subject=entry,
            name=upload.name,
            sha256=upload.sha256,
        )
    return upload.refreshed()
