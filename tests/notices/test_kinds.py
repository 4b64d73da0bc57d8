"""Every declared kind stands in the manual and has texts in both languages."""

from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

from portal.notices.kinds import Channel, all_kinds, notice_kind
from portal.notices.models import Notice
from portal.notices.permissions import may_send_again
from portal.notices.table import document
from tests.notices.factories import make_inbox_notice, make_notice
from tests.portal.factories import make_superuser, make_user


def test_the_manual_has_the_table_of_all_kinds():
    written = (Path(settings.BASE_DIR) / "docs" / "notices.md").read_text(encoding="utf-8")
    assert written == document(), "run `manage.py notices_table --write`; docs/notices.md should say:\n" + document()


@pytest.mark.parametrize("kind", all_kinds(), ids=lambda kind: kind.key)
def test_every_kind_has_its_texts(kind):
    assert set(kind.channels) <= set(Channel)
    assert get_template(f"{kind.template}.subject.txt").template.source.count("\n") <= 1
    assert get_template(f"{kind.template}.txt").template.source.strip()


def test_a_kind_is_declared_once():
    known = all_kinds()[0]
    with pytest.raises(ValueError, match=known.key):
        notice_kind(known.key, event="", audience="", template="")
    assert all_kinds()[0] is known


@pytest.mark.django_db
def test_mails_that_failed_or_are_uncertain_are_sent_again_by_administrators_alone():
    administrator, mail = make_superuser(), make_notice()
    for state in Notice.State:
        mail.state = state
        again = state in {Notice.State.FAILED, Notice.State.UNCERTAIN}
        assert bool(may_send_again(administrator, mail)) == again
        assert not may_send_again(make_user(), mail)
    assert not may_send_again(administrator, make_inbox_notice(administrator))
