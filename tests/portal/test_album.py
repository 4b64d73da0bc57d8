"""The album's list: every page of the site is in it, under names that can be found."""

import re
from collections.abc import Iterator
from io import StringIO

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import URLResolver, get_resolver, resolve

from portal.album import walk
from portal.album.plan import CAST, PAGES, places, places_of, stops
from portal.demo import CAST as DEMO_CAST
from portal.demo import DOMAIN

#: Addresses that answer a button, a script or a machine, hand out a file, or only lead elsewhere.
NOT_PAGES = {
    "autosave", "transfers", "transfer", "drop_transfer", "page_picture", "settle_transfer",
    "healthz", "preferences", "find_organisation", "notice_open", "notices_read", "renew_link", "remove_partner",
    "remove_member", "remove_file", "revoke_invitation", "upload_file", "version_file", "desk_file", "download",
    "export_entries", "ranking_export", "withdraw_consent", "entry_application", "mfa_download_recovery_codes",
    "receipt_paper", "entry_paper", "letter_paper", "personal_copy",
    "appointment_letter", "draw_minutes", "draw_file",
    "end_offer", "lift_caution",
    "desk_page", "desk_film", "marks_table_file", "undo_seals", "sheets_paper", "seal_receipt", "report_answer",
    "proofs_export", "checkpoint_text", "papers_certificate", "live_state", "live_events",
}  # fmt: skip
#: Pages that nobody of the demonstration can stand on: they belong to a step in the middle, or to somebody else.
NOT_IN_THE_DEMONSTRATION = {
    "take_over", "consent", "account_inactive", "account_reauthenticate", "account_email_verification_sent",
    "account_set_password", "account_confirm_login_code", "account_confirm_password_reset_code",
    "account_complete_password_reset", "account_password_reset_completed", "mfa_authenticate", "mfa_reauthenticate",
    "mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
}  # fmt: skip
EXAMPLES = {
    "draft": "/entries/a/",
    "failed": "/entries/b/",
    "receipt": "/entries/b/versions/1/",
    "proof": "/verify/n/",
    "form_section": "/entries/a/form/d/",
    "captain_details": "/entries/a/members/e/",
    "invitation": "/join/token/",
    "open_notice": "/my/notices/f/open/",
    "announcement": "/contests/demo/announcements/g/",
    "to_check": "/contests/demo/screening/a/",
    "checked": "/contests/demo/screening/b/",
    "to_pass": "a",
    "looked_at": "/contests/demo/screening/d/",
    "returned": "/contests/demo/screening/c/",
    "duplicate": "/contests/demo/duplicates/n/",
    "copied": "/contests/demo/screening/o/",
    "extension": "/contests/demo/extensions/a/",
    "queue": "/judging/stages/h/",
    "desk": "/judging/assignments/i/",
    "begun": "/judging/assignments/j/",
    "plan": "/contests/demo/judging/plans/k/",
    "plan_entry": "/contests/demo/judging/plans/k/entries/a/",
    "compared": "/contests/demo/judging/compare/?first=k&second=l",
    "progress": "/contests/demo/judging/h/progress/",
    "ranking": "/contests/demo/ranking/h/",
    "statistics": "/contests/demo/ranking/h/statistics/",
    "sealed_sheets": "/contests/demo/judging/h/sheets/",
    "sealed_sheet": "/contests/demo/judging/h/sheets/m/",
    "done": "/judging/stages/h/",
    "sealed": "/judging/assignments/l/",
    "to_judge": "/judging/invitations/token/",
    "conflict": "/contests/demo/judging/conflicts/p/",
    "draw_done": "/contests/demo/judging/draws/q/",
    "draw_waiting": "/contests/demo/judging/draws/r/",
    "draw_public": "/contests/demo/draws/q/",
    "unsigned": "/judging/stages/h/",
    "appointment": "/judging/experts/s/",
    "roadshow": "?stage=m",
    "roadshows": "/contests/demo/judging/m/roadshows/",
    "disputed": "/contests/demo/judging/h/disputes/a/",
    "hall": "/contests/demo/roadshows/t/",
    "wall": "/live/t/",
    "hall_planned": "/contests/demo/roadshows/u/",
    "hall_off": "/contests/demo/roadshows/v/",
    "wall_off": "/live/v/",
    "hall_live": "/contests/demo/roadshows/w/",
    "wall_live": "/live/w/",
    "paper": "/contests/demo/roadshows/w/paper/i/",
    "paper_differs": "/contests/demo/roadshows/w/paper/j/",
    "hall_queue": "/judging/stages/m/",
    "tablet": "/judging/roadshows/w/",
    "vote": "/contests/demo/judging/h/votes/8/1/",
    "admin_contest": "/admin/competition/contest/1/change/",
    "admin_stage": "/admin/competition/stage/1/change/",
    "admin_role": "/admin/competition/role/1/change/",
    "admin_section": "/admin/competition/formsection/1/change/",
    "admin_wanted": "/admin/competition/wantedfile/1/change/",
    "admin_check_item": "/admin/competition/checkitem/1/change/",
    "admin_news": "/admin/competition/announcement/1/change/",
    "admin_download": "/admin/competition/download/1/change/",
    "admin_question": "/admin/competition/question/1/change/",
    "admin_rubric": "/admin/competition/rubric/1/change/",
    "admin_track": "/admin/competition/track/1/change/",
    "admin_topic": "/admin/competition/topic/1/change/",
    "admin_team": "/admin/submissions/team/1/change/",
    "admin_entry": "/admin/submissions/entry/1/change/",
    "admin_version": "/admin/submissions/entryversion/1/change/",
    "admin_check": "/admin/submissions/screening/1/change/",
    "admin_extension": "/admin/submissions/extension/1/change/",
    "admin_expert": "/admin/judging/expert/1/change/",
    "admin_organisation": "/admin/accounts/organisation/1/change/",
    "admin_event": "/admin/journal/event/1/change/",
    "admin_notice": "/admin/notices/notice/1/change/",
    "admin_person": "/admin/accounts/user/1/change/",
    "admin_contest_all": "/admin/competition/contest/2/change/",
    "admin_earlier": "/admin/judging/expert/1/history/2/",
}


def address(path: str) -> str:
    """The path as a browser asks for it."""
    whole = path.format_map(EXAMPLES).partition("?")[0]
    return re.sub(r"[^/]+/\.\./", "", whole)


def names(resolver: URLResolver) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            if pattern.app_name != "admin":
                yield from names(pattern)
        elif pattern.name:
            yield pattern.name


def test_every_page_is_in_the_album():
    covered = {resolve(address(stop.path)).url_name for stop in stops() if stop.name != "not-found"}
    assert set(names(get_resolver())) - NOT_PAGES - NOT_IN_THE_DEMONSTRATION - covered == set()


def test_every_table_of_the_administration_is_in_the_album():
    covered = {resolve(address(stop.path)).url_name for stop in stops() if stop.path.startswith(("/admin/", "{admin_"))}
    for model in admin.site._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        assert {f"{name}_changelist", f"{name}_change"} <= covered


def test_nothing_is_excused_that_is_there():
    assert (NOT_PAGES | NOT_IN_THE_DEMONSTRATION) - set(names(get_resolver())) == set()


def test_every_place_is_used_and_known():
    assert set(EXAMPLES) == {place.name for place in places()}
    text = PAGES.read_text(encoding="utf-8")
    assert [place.name for place in places() if f"{{{place.name}}}" not in text] == []


def test_a_page_needs_the_places_in_its_address_and_those_on_their_way():
    assert [place.name for place in places_of(stops(["topic", "home"]))] == []
    assert [place.name for place in places_of(stops(["verify"]))] == ["failed", "receipt", "proof"]


def test_everybody_who_walks_is_in_the_demonstration():
    assert set(CAST.values()) <= {name for name, _person, _part in DEMO_CAST}
    assert walk.DOMAIN == DOMAIN


def test_names_are_those_of_files():
    assert all(re.fullmatch(r"[a-z][a-z0-9-]*", stop.name) for stop in stops())
    assert [stop.name for stop in stops(["topic", "home"])] == ["topic", "home"]


def test_a_page_that_is_not_listed_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("CHROMIUM", "/bin/true")
    with pytest.raises(CommandError, match="no page 'attic'"):
        call_command("screenshots", out=tmp_path, pages=["attic"], stdout=StringIO())


def test_a_missing_browser_is_said_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandError, match="no Chromium found"):
        call_command("screenshots", out=tmp_path, stdout=StringIO())
