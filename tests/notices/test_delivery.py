"""A mail goes out once, or it is said why not: against real mail servers."""

from datetime import timedelta

import pytest

from portal.notices import delivery
from portal.notices.delivery import MOST_ATTEMPTS, PATIENCE, deliver, pause, sweep
from portal.notices.models import Notice
from portal.notices.tasks import deliver as deliver_task
from tests.notices.factories import make_notice
from tests.notices.servers import free_port, mail_server, point_at
from tests.portal.factories import NOW, make_user

pytestmark = pytest.mark.django_db
State = Notice.State


def test_a_mail_reaches_the_recipient_in_their_language_with_a_link_and_a_stable_id(settings):
    settings.SITE_URL = "https://contest.example.cn"
    chinese = make_notice(make_user(name="周敏"))
    english = make_notice(make_user(name="Zhou Min", locale="en"))
    with mail_server(settings) as mailbox:
        assert deliver(chinese.pk, now=NOW).state == State.SENT
        assert deliver(english.pk, now=NOW).state == State.SENT
    first, second = mailbox.mails
    assert first["To"] == chinese.recipient.email
    assert first["Subject"].strip() == "湖北分赛：截至7月17日的每日简报"
    assert second["Subject"].strip() == "湖北分赛: the day to 17 July"
    assert first["Message-ID"] == f"<{chinese.message_id}@contest.example.cn>"
    assert (first["Auto-Submitted"], first["List-Id"]) == ("auto-generated", "<notices.contest.example.cn>")
    chinese_text, english_text = (mail.get_content().replace("\r\n", "\n") for mail in mailbox.mails)
    assert "周敏，您好" in chinese_text
    assert "https://contest.example.cn/my/\n" in chinese_text
    assert "https://contest.example.cn/en/my/\n" in english_text
    assert "A & B <c> “d”" in chinese_text  # plain text is not escaped
    assert "2024年7月17日 14:03" in chinese_text


def test_a_delivered_mail_is_not_delivered_again(settings):
    notice = make_notice()
    with mail_server(settings) as mailbox:
        deliver_task(notice.pk)
        deliver_task(notice.pk)
    notice.refresh_from_db()
    assert len(mailbox.mails) == 1
    assert (notice.state, notice.attempts) == (State.SENT, 1)
    assert notice.sent_at is not None


def test_an_address_that_is_refused_fails_with_the_reason(settings):
    notice = make_notice()
    with mail_server(settings, recipient="550 no such mailbox"):
        deliver(notice.pk, now=NOW)
    notice.refresh_from_db()
    assert notice.state == State.FAILED
    assert "550 no such mailbox" in notice.last_error


@pytest.mark.parametrize("behaviour", [{"recipient": "451 come back later"}, {"data": "452 the disk is full"}])
def test_later_means_later(settings, behaviour):
    notice = make_notice()
    with mail_server(settings, **behaviour):
        deliver(notice.pk, now=NOW)
    notice.refresh_from_db()
    assert (notice.state, notice.next_attempt_at) == (State.QUEUED, NOW + timedelta(minutes=1))


def test_a_text_that_is_refused_fails(settings):
    notice = make_notice()
    with mail_server(settings, data="554 we do not like it"):
        assert deliver(notice.pk, now=NOW).state == State.FAILED


def test_a_dead_server_is_tried_again_with_growing_pauses_until_it_is_given_up(settings):
    notice = make_notice()
    point_at(settings, free_port())
    now, pauses = NOW, []
    for _attempt in range(MOST_ATTEMPTS - 1):
        notice = deliver(notice.pk, now=now)
        assert notice.state == State.QUEUED
        pauses.append(notice.next_attempt_at - now)
        now = notice.next_attempt_at
    assert pauses[:4] == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]
    assert max(pauses) == timedelta(hours=1)
    assert timedelta(hours=20) < sum(pauses, timedelta()) < timedelta(hours=30)
    assert deliver(notice.pk, now=now).state == State.FAILED
    assert deliver(notice.pk, now=now) is None


def test_a_server_that_comes_back_gets_the_mail(settings):
    notice = make_notice()
    point_at(settings, free_port())
    deliver(notice.pk, now=NOW)
    with mail_server(settings) as mailbox:
        assert deliver(notice.pk, now=NOW + pause(1)).state == State.SENT
    assert len(mailbox.mails) == 1


def test_a_connection_that_breaks_after_the_text_was_handed_over_leaves_uncertainty(settings):
    notice = make_notice()
    with mail_server(settings, hang_up=True) as mailbox:
        assert deliver(notice.pk, now=NOW).state == State.UNCERTAIN
        assert deliver(notice.pk, now=NOW + timedelta(days=1)) is None
    assert len(mailbox.mails) == 1


def test_a_closed_account_gets_no_mail(settings):
    notice = make_notice(make_user(is_active=False))
    with mail_server(settings) as mailbox:
        assert deliver(notice.pk, now=NOW).state == State.FAILED
    assert not mailbox.mails


def test_a_kind_that_no_longer_exists_fails_and_says_so(settings):
    notice = make_notice()
    Notice.objects.filter(pk=notice.pk).update(kind="gone.kind")
    with mail_server(settings):
        assert "gone.kind" in deliver(notice.pk, now=NOW).last_error


def test_a_bare_address_gets_its_mail_without_a_name(settings):
    notice = make_notice("guest@example.cn", language="en")
    with mail_server(settings) as mailbox:
        deliver(notice.pk, now=NOW)
    assert mailbox.mails[0]["To"] == "guest@example.cn"
    assert "Dear" not in mailbox.mails[0].get_content()


def test_the_mail_goes_to_the_address_that_the_person_has_now(settings):
    notice = make_notice()
    notice.recipient.email = "moved@example.cn"
    notice.recipient.save()
    with mail_server(settings) as mailbox:
        deliver(notice.pk, now=NOW)
    assert mailbox.mails[0]["To"] == "moved@example.cn"


def test_without_a_mail_server_mails_are_files(settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    notice = make_notice()
    assert deliver(notice.pk, now=NOW).state == State.SENT
    (written,) = (tmp_path / "mail").iterdir()
    assert str(notice.message_id) in written.read_text()


# ── The sweep ───────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def handed(monkeypatch):
    """The ids that the broker was given."""
    given = []
    monkeypatch.setattr(deliver_task, "apply_async", lambda arguments, **_: given.append(arguments[0]))
    return given


def test_the_sweep_finds_what_the_broker_never_got(handed):
    notice = make_notice()
    assert sweep(now=NOW + timedelta(seconds=5)) == 0  # it was enqueued only just now
    assert sweep(now=NOW + timedelta(seconds=30)) == 1
    assert handed[-1] == notice.pk
    assert sweep(now=NOW + timedelta(seconds=60)) == 0  # it is on its way; no second task for it
    assert sweep(now=NOW + timedelta(minutes=6)) == 1


def test_the_sweep_takes_a_bounded_number_the_oldest_first(handed, monkeypatch):
    monkeypatch.setattr(delivery, "BATCH", 2)
    notices = [make_notice(dedupe=str(n), now=NOW + timedelta(seconds=n)) for n in range(3)]
    assert sweep(now=NOW + timedelta(minutes=1)) == 2
    assert handed[-2:] == [notices[0].pk, notices[1].pk]


def test_what_a_dead_worker_left_becomes_uncertain_and_is_never_resent(handed):
    notice = make_notice()
    delivery.claim(notice.pk, now=NOW)
    sweep(now=NOW + PATIENCE)
    notice.refresh_from_db()
    assert notice.state == State.SENDING
    sweep(now=NOW + PATIENCE + timedelta(seconds=1))
    notice.refresh_from_db()
    assert notice.state == State.UNCERTAIN
    assert sweep(now=NOW + timedelta(days=2)) == 0
    assert deliver(notice.pk, now=NOW + timedelta(days=2)) is None


def test_a_slow_sending_that_was_given_up_and_then_succeeded_is_known_to_be_sent(settings):
    notice = make_notice()
    claimed = delivery.claim(notice.pk, now=NOW)
    sweep(now=NOW + PATIENCE + timedelta(seconds=1))
    assert delivery._settle(claimed, state=State.SENT, sent_at=NOW).state == State.SENT
