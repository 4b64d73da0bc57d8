"""Every address of the site outside the administration: its arguments in the world, and what a person would post there.

A key is the name of the address, with a word in brackets where it is visited in a second state. `post` makes a body that
succeeds for whoever may do the thing, so that the door alone decides.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.urls import reverse

from competition import guide as guides
from competition.import_plan import plan_import
from competition.models import FormSection
from judging.conflicts import fingerprint as evidence_mark
from judging.interests import Evidence
from judging.invitations import invitation_token
from judging.views.tables import SALT
from portal.accounts.consents import PERSONAL_DATA
from portal.notices.models import Notice
from submissions.checklist import checklist_of, field_of, fingerprint
from submissions.draft import load_draft
from submissions.invitations import token_of
from submissions.values import seen_mark
from tests.portal.factories import PASSWORD
from tests.submissions.factories import fresh
from tests.submissions.files import pdf, upload
from tests.world import World

GUIDE = "赛道九：数据要素×{name}\n赛题1：{name}的赛题\n需要解决的问题。\n"


@dataclass(frozen=True)
class Address:
    """Where, and what is posted there."""

    url: str
    post: Callable[[], dict[str, Any]] = dict


def addresses(world: World) -> dict[str, Address]:
    return {
        **_portal(world),
        **_accounts(world),
        **_public(world),
        **_workspace(world),
        **_team(world),
        **_entry(world),
        **_checking(world),
        **_desk(world),
        **_judging(world),
    }


def at(name: str, *arguments: Any, post: Callable[[], dict[str, Any]] | None = None, query: str = "") -> Address:
    return Address(reverse(name, args=arguments) + query, post or dict)


def _portal(world: World) -> dict[str, Address]:
    captain = world.ours.people["captain"]
    notice = Notice.objects.inbox_of(captain).latest("created_at", "pk")
    return {
        "healthz": at("healthz"),
        "preferences": at("preferences", post=lambda: {"theme": "dark", "next": "/"}),
        "checkpoint": at("checkpoint"),
        "checkpoint_text": at("checkpoint_text"),
        "papers": at("papers"),
        "papers_certificate": at("papers_certificate"),
        "style": at("style"),
        "style_error": at("style_error", "404"),
        "my_work": at("my_work"),
        "inbox": at("inbox"),
        "notices_read": at("notices_read", post=lambda: {"newest": notice.public_id}),
        "notice": at("notice", notice.public_id),
        "notice_open": at("notice_open", notice.public_id),
    }


def _accounts(world: World) -> dict[str, Address]:
    """The captain's things where an address names somebody's; else everybody's own."""
    captain = world.ours.people["captain"]
    consent = captain.consents.get(purpose=PERSONAL_DATA)
    details = {"name": "新的姓名", "phone": "13900000009", "locale": "en", "revision": "0"}
    someone = {"login": captain.email, "password": PASSWORD}
    chosen = {"oldpassword": PASSWORD, "password1": f"{PASSWORD}-new", "password2": f"{PASSWORD}-new"}
    newcomer = {"email": "newcomer@example.cn", "name": "新人", "password1": PASSWORD, "consent": "on"}
    return {
        "account_login": at("account_login", post=lambda: someone),
        "account_request_login_code": at("account_request_login_code", post=lambda: {"email": captain.email}),
        "account_confirm_login_code": at("account_confirm_login_code", post=lambda: {"code": "1234-5678"}),
        "account_logout": at("account_logout"),
        "account_inactive": at("account_inactive"),
        "account_signup": at("account_signup", post=lambda: newcomer),
        "account_reauthenticate": at("account_reauthenticate", post=lambda: {"password": PASSWORD}),
        "account_email": at("account_email", post=lambda: {"action_add": "", "email": "another@example.cn"}),
        "account_email_verification_sent": at("account_email_verification_sent", post=lambda: {"code": "1234-5678"}),
        "account_change_password": at("account_change_password", post=lambda: chosen),
        "account_set_password": at("account_set_password", post=lambda: chosen),
        "account_reset_password": at("account_reset_password", post=lambda: {"email": captain.email}),
        "account_confirm_password_reset_code": at(
            "account_confirm_password_reset_code", post=lambda: {"code": "1234-5678"}
        ),
        "account_complete_password_reset": at("account_complete_password_reset", post=lambda: chosen),
        "account_password_reset_completed": at("account_password_reset_completed"),
        "mfa_index": at("mfa_index"),
        "mfa_authenticate": at("mfa_authenticate", post=lambda: {"code": "123456"}),
        "mfa_reauthenticate": at("mfa_reauthenticate", post=lambda: {"code": "123456"}),
        "mfa_activate_totp": at("mfa_activate_totp", post=lambda: {"code": "123456"}),
        "mfa_deactivate_totp": at("mfa_deactivate_totp"),
        "mfa_view_recovery_codes": at("mfa_view_recovery_codes"),
        "mfa_generate_recovery_codes": at("mfa_generate_recovery_codes"),
        "mfa_download_recovery_codes": at("mfa_download_recovery_codes"),
        "usersessions_list": at("usersessions_list"),
        "profile": at("profile", post=lambda: details),
        "personal_copy": at("personal_copy"),
        "erasure": at("erasure", post=lambda: {"reason": "不再参赛"}),
        "erasures": at("erasures", post=lambda: {"request": "0" * 12}),
        "consent": at("consent"),
        "consent_text": at("consent_text", PERSONAL_DATA),
        "consent_text (version)": at("consent_text", PERSONAL_DATA, "1"),
        "withdraw_consent": at("withdraw_consent", consent.pk),
    }


def _public(world: World) -> dict[str, Address]:
    """What visitors read; and the same of a contest that is not published, and announcements that are not."""
    contest, hidden = world.ours.contest, world.hidden
    number = world.ours.first.number
    draft = contest.announcements.get(published_at=None)
    ahead = contest.announcements.order_by("-published_at").exclude(pk=draft.pk).first()
    shown = contest.announcements.order_by("published_at").exclude(pk=draft.pk).first()
    return {
        "home": at("home"),
        "contest": at("contest", contest.slug),
        "tracks": at("tracks", contest.slug),
        "nearest_topics": at("nearest_topics", contest.slug, post=lambda: {"summary": "航道与港口数据"}),
        "track": at("track", contest.slug, number),
        "topic": at("topic", contest.slug, number, number),
        "schedule": at("schedule", contest.slug),
        "announcements": at("announcements", contest.slug),
        "announcement": at("announcement", contest.slug, shown.public_id),
        "downloads": at("downloads", contest.slug),
        "download": at("download", contest.slug, contest.downloads.get().public_id),
        "questions": at("questions", contest.slug),
        "announcement (draft)": at("announcement", contest.slug, draft.public_id),
        "announcement (dated ahead)": at("announcement", contest.slug, ahead.public_id),
        "contest (unpublished)": at("contest", hidden.slug),
        "tracks (unpublished)": at("tracks", hidden.slug),
        "topic (unpublished)": at("topic", hidden.slug, 1, 1),
        "announcement (unpublished)": at("announcement", hidden.slug, hidden.announcements.get().public_id),
        "download (unpublished)": at("download", hidden.slug, hidden.downloads.get().public_id),
    }


def _workspace(world: World) -> dict[str, Address]:
    contest = world.ours.contest
    text = GUIDE.format(name="新的赛道")
    seen = plan_import(contest, guides.parse(text)).fingerprint()
    return {
        "workspace": at("workspace", contest.slug),
        "import_topics": at("import_topics", contest.slug, post=lambda: {"file": upload(text.encode(), "guide.txt")}),
        "import_topics (confirmed)": at("import_topics", contest.slug, post=lambda: {"text": text, "seen": seen}),
    }


def _team(world: World) -> dict[str, Address]:
    ours, entry = world.ours, world.ours.entry
    topic = entry.topic
    described = {"employer": "湖北示例有限公司", "post": "工程师", "duty": "数据治理"}
    spare = {"uscc": ours.spare.uscc, "name": ours.spare.name, "kind": ours.spare.kind, "region": ours.spare.region}
    registration = {**spare, "post": "项目经理", "consent": "on"}
    other = ours.second.topics.order_by("number").first()
    here = entry.public_id
    member, captain = ours.membership("member"), ours.membership("captain")
    return {
        "register": at("register", ours.contest.slug, topic.track.number, topic.number, post=lambda: registration),
        "find_organisation": at("find_organisation", query=f"?uscc={ours.spare.uscc}"),
        "join": at("join", token_of(ours.link), post=lambda: described),
        "join (unknown)": at("join", "0123456789ab.forged", post=lambda: described),
        "entry": at("entry", entry.public_id),
        "entry_organisations": at("entry_organisations", here, post=lambda: {"uscc": ours.spare.uscc}),
        "entry_lead": at("entry_lead", here, post=lambda: {"uscc": ours.spare.uscc}),
        "remove_partner": at("remove_partner", here, ours.partner.public_id),
        "entry_members": at("entry_members", here, post=lambda: {"email": "someone@example.cn"}),
        "renew_link": at("renew_link", here),
        "leave_team": at("leave_team", here),
        "hand_over": at("hand_over", here, post=lambda: {"member": member.public_id}),
        "take_over": at("take_over", here, post=lambda: {"consent": "on"}),
        "end_offer": at("end_offer", here),
        "entry_topic": at("entry_topic", here, post=lambda: {"summary": "航道与港口数据"}),
        "confirm_topic": at(
            "confirm_topic", here, other.track.number, other.number, post=lambda: {"seen": topic.public_id}
        ),
        "entry_member": at("entry_member", here, member.public_id, post=lambda: described | {"revision": "0"}),
        "entry_member (captain)": at(
            "entry_member", here, captain.public_id, post=lambda: described | {"revision": "0"}
        ),
        "remove_member": at("remove_member", here, member.public_id),
        "revoke_invitation": at("revoke_invitation", here, ours.invitation.public_id),
    }


def _entry(world: World) -> dict[str, Address]:
    entry = fresh(world.ours.entry)
    draft = load_draft(entry)
    evidence, letter = (place.upload for place in draft.files)
    waiting = entry.transfers.get(state="waiting")
    section = FormSection.objects.get(contest=entry.contest, task="application")
    question = next(page for page in draft.pages if page.section.pk == section.pk).questions[0]
    name = f"a-{question.field.key}"
    answers = {name: "新的回答", f"seen-{name}": seen_mark(question.revision, question.value)}

    def replacing(stored: Any) -> Callable[[], dict[str, Any]]:
        return lambda: {
            "wanted": stored.wanted.public_id,
            "replaces": stored.public_id,
            "file": upload(pdf(note="another")),
        }

    return {
        "entry_overview": at("entry_overview", entry.public_id, post=lambda: answers),
        "entry_application": at("entry_application", entry.public_id),
        "entry_section": at("entry_section", entry.public_id, section.public_id, post=lambda: answers),
        "autosave": at("autosave", entry.public_id, post=lambda: {"question": question.field.public_id, **answers}),
        "entry_files": at("entry_files", entry.public_id, post=replacing(evidence)),
        "entry_commitment": at("entry_commitment", entry.public_id, post=replacing(letter)),
        "letter_paper": at("letter_paper", entry.public_id, letter.wanted.public_id),
        "upload_file": at("upload_file", entry.public_id, evidence.public_id),
        "remove_file": at("remove_file", entry.public_id, evidence.public_id),
        "page_picture": at("page_picture", entry.public_id, evidence.public_id, 1),
        "transfers": at("transfers", entry.public_id),
        "transfer": at("transfer", entry.public_id, waiting.public_id),
        "settle_transfer": at(
            "settle_transfer", entry.public_id, waiting.public_id, post=lambda: {"replaces": evidence.public_id}
        ),
        "drop_transfer": at("drop_transfer", entry.public_id, waiting.public_id),
        "entry_check": at("entry_check", entry.public_id, post=lambda: {"revision": str(entry.revision)}),
        "withdraw_entry": at("withdraw_entry", entry.public_id),
        "delete_draft": at("delete_draft", entry.public_id),
        "ask_extension": at("ask_extension", entry.public_id, post=lambda: {"reason": "服务器故障"}),
        "receipt": at("receipt", entry.public_id, 1),
        "receipt_paper": at("receipt_paper", entry.public_id, 1),
        "entry_paper": at("entry_paper", entry.public_id, 1),
        "verify_start": at("verify_start", query="?code=0"),
        "verify": at("verify", entry.current_version.public_id),
        "verify (wrong code)": at("verify", "0" * 12),
        "version_file": at("version_file", entry.public_id, 1, evidence.public_id),
    }


def _checking(world: World) -> dict[str, Address]:
    slug, entry = world.ours.contest.slug, world.ours.entry
    granted = {"answer": "grant", "request": "", "until_on": "2024-07-30", "note": ""}
    noted = {"on": entry.team.captain.public_id, "reason": "来源：公告"}
    case = world.ours.case
    found = {"verdict": "related", "reason": "同一电话", "revision": str(case.revision)}

    def verdict() -> dict[str, Any]:
        points = checklist_of(world.ours.contest)
        answers = {field_of(point): "met" for point in points} | {"list_seen": fingerprint(points)}
        return {"verdict": "passed", "version": "1", "seen": "0", "reason": ""} | answers

    def several() -> dict[str, Any]:
        seen = fingerprint(checklist_of(world.ours.contest))
        number = fresh(entry).current_version.number
        return {"chosen": f"{entry.public_id}:{number}:0", "list_seen": seen, "looked": "on"}

    def disqualified() -> dict[str, Any]:
        return {"seen": str(fresh(entry).current_version.number), "reason": "与往届作品相同"}

    return {
        "entry_list": at("entry_list", slug),
        "export_entries": at("export_entries", slug),
        "extensions": at("extensions", slug),
        "extension": at("extension", slug, entry.public_id, post=lambda: granted),
        "screening_queue": at("screening_queue", slug),
        "pass_several": at("pass_several", slug, post=several, query=f"?entry={entry.public_id}"),
        "screening": at("screening", slug, entry.public_id, post=verdict),
        "disqualification": at("disqualification", slug, entry.public_id, post=disqualified),
        "cautions": at("cautions", slug, entry.public_id, post=lambda: noted),
        "cases": at("cases", slug),
        "case": at("case", slug, case.public_id, post=lambda: found),
        "lift_caution": at("lift_caution", slug, entry.public_id, world.ours.caution.public_id),
    }


def _desk(world: World) -> dict[str, Address]:
    """The judge's own."""
    ours, seat = world.ours, world.ours.assignment("judge")
    stage = ours.review.public_id
    token = invitation_token(ours.invited)
    revision = str(ours.sheet.revision)
    marks = {"revision": revision, "mark_C1": "90", "mark_C2": "91", "comment": "理由充分"}
    file = seat.version.files.order_by("pk").first()
    looked_at = [[seat.public_id, ours.sheet.revision, {"C1": "90", "C2": "91"}, "理由充分"]]
    table = signing.dumps(looked_at, salt=SALT, compress=True)
    return {
        "expert_invitation": at("expert_invitation", token, post=lambda: {"accept-pledge": "on"}),
        "expert_invitation (declined)": at(
            "expert_invitation", token, post=lambda: {"decline": "", "decline-reason": "没有时间"}
        ),
        "judge_queue": at("judge_queue", stage),
        "pledge": at("pledge", stage, post=lambda: {"pledge": "on"}),
        "availability": at("availability", seat.expert.public_id, post=lambda: {"max_load": "20"}),
        "appointment_letter": at("appointment_letter", seat.expert.public_id),
        "seal_sheets": at(
            "seal_sheets", stage, post=lambda: {"sheet": f"{seat.public_id}:{revision}", "signature": seat.expert.name}
        ),
        "desk": at("desk", seat.public_id, post=lambda: marks),
        "recuse": at("recuse", seat.public_id, post=lambda: {"reason": "与牵头单位有合作"}),
        "desk_file": at("desk_file", seat.public_id, file.pk),
        "desk_page": at("desk_page", seat.public_id, file.pk, 1),
        "desk_film": at("desk_film", seat.public_id, file.pk),
        "report": at("report", seat.public_id, "eligibility", post=lambda: {"text": "牵头单位注册地不符"}),
        "marks_table": at("marks_table", stage),
        "marks_table (looked at)": at("marks_table", stage, post=lambda: {"rows": table}),
        "marks_table_file": at("marks_table_file", stage),
        "undo_seals": at("undo_seals", stage, post=lambda: {"seal": ours.sealed.public_id}),
        "sheets_paper": at("sheets_paper", stage),
        "seal_receipts": at("seal_receipts", stage),
        "seal_receipt": at("seal_receipt", stage, ours.sealed.public_id),
    }


def _judging(world: World) -> dict[str, Address]:
    ours = world.ours
    slug, stage, hall = ours.contest.slug, ours.review.public_id, ours.roadshow
    sealed = ours.sealed.sheet
    pinned = {"pin": "1", "expert": "J4", "entry": ours.rival.number, "reason": "亲属"}
    seen = " ".join(evidence_mark(Evidence(*one)) for one in ours.conflict.evidence)
    dismissed = {"dismiss": "1", "reason": "同名不同人", "seen": seen}
    return {
        "judge_reports": at("judge_reports", slug),
        "report_answer": at("report_answer", slug, ours.report.public_id, post=lambda: {"answer": "已更换文件"}),
        "sealed_sheets": at("sealed_sheets", slug, stage),
        "sealed_sheet": at(
            "sealed_sheet", slug, stage, sealed.public_id, post=lambda: {"revision": sealed.revision, "reason": "笔误"}
        ),
        "proofs_export": at("proofs_export", slug, stage),
        "plans": at("plans", slug, post=lambda: {"stage": stage, "seed": "another"}),
        "experts": at("experts", slug, post=lambda: {"invite_all": "1"}),
        "conflicts": at("conflicts", slug, post=lambda: pinned),
        "conflict": at("conflict", slug, ours.conflict.public_id, post=lambda: dismissed),
        "conflict (pinned)": at(
            "conflict", slug, ours.conflict.public_id, post=lambda: {"pin": "1", "reason": "确为亲属"}
        ),
        "draws": at("draws", slug),
        "start_draw": at(
            "start_draw",
            slug,
            post=lambda: {"title": "再抽一次", "seats_all": "1", "source": "public", "announced": "上证指数收盘点位"},
        ),
        "draw": at("draw", slug, ours.waiting_draw.public_id, post=lambda: {"reveal": "1", "revealed_0": "3102.77"}),
        "draw (drawn)": at(
            "draw",
            slug,
            ours.draw.public_id,
            post=lambda: {"replace": ours.draw.result[0]["drawn"][0], "reason": "出国"},
        ),
        "draw_minutes": at("draw_minutes", slug, ours.draw.public_id),
        "draw_notice": at("draw_notice", slug, ours.draw.public_id),
        "draw_file": at("draw_file", slug, ours.draw.public_id),
        "plan": at("plan", slug, ours.drafted.public_id, post=lambda: {"publish": "1"}),
        "plan (discarded)": at("plan", slug, ours.drafted.public_id, post=lambda: {"discard": "1"}),
        "plan (published)": at("plan", slug, ours.published.public_id, post=lambda: {"discard": "1"}),
        "plan (taking back)": at(
            "plan", slug, ours.published.public_id, post=lambda: {"revert": "1", "reason": "重新安排"}
        ),
        "compare_plans": at(
            "compare_plans", slug, query=f"?first={ours.published.public_id}&second={ours.drafted.public_id}"
        ),
        "plan_entry": at(
            "plan_entry",
            slug,
            ours.drafted.public_id,
            ours.drafted.seats[0][0],
            post=lambda: {"remove": "1", "instead": ours.drafted.seats[0][1], "revision": "0"},
        ),
        "progress": at("progress", slug, stage),
        "chase_judges": at("chase_judges", slug, stage, post=lambda: {"judge": ours.assignment("judge").expert.code}),
        "disputes": at("disputes", slug, stage),
        "dispute": at(
            "dispute",
            slug,
            stage,
            ours.assignment("judge").entry.public_id,
            post=lambda: {"note": "1", "note-text": "合议意见"},
        ),
        "roadshows": at("roadshows", slug, hall.stage.public_id, post=dict),
        "roadshow_console": at(
            "roadshow_console",
            slug,
            hall.public_id,
            post=lambda: {"seen": str(hall.refreshed().revision), "press": "phase"},
        ),
        "paper_sheet": at(
            "paper_sheet",
            slug,
            hall.public_id,
            ours.hall_seat.public_id,
            post=lambda: {"key": "1", "revision": "0", "mark_C1": "90", "mark_C2": "91", "comment": "纸质"},
        ),
        "live_desk": at(
            "live_desk",
            hall.public_id,
            post=lambda: {
                "assignment": ours.hall_seat.public_id,
                "revision": "0",
                "mark_C1": "90",
                "mark_C2": "91",
                "comment": "答辩清楚",
            },
        ),
        "wall": at("wall", hall.public_id),
        "live_state": at("live_state", hall.public_id),
        "live_events (unknown)": at("live_events", "0" * 12),
        "panel_vote (no shared rank)": at("panel_vote", slug, stage, 1, 1),
        "ranking": at("ranking", slug, stage),
        "ranking_export": at("ranking_export", slug, stage),
        "statistics": at("statistics", slug, stage),
    }
