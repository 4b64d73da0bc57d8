"""The component library: what it draws says things in words, escapes what people typed, and needs no script."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.http import QueryDict
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation
from lucide import IconDoesNotExist

from portal.states import State
from portal.web.chips import choice_chips
from portal.web.sentences import instruction

NOW = datetime(2024, 7, 17, 6, 3, tzinfo=UTC)
CLOSES = datetime(2024, 7, 20, 16, tzinfo=UTC)
RETURNED = State("待补正", "amber", "undo-2")


def draw(source: str, **context) -> str:
    request = RequestFactory().get("/")
    request.now = NOW
    return Template("{% load cs cs_forms %}" + source).render(Context({"request": request, **context}))


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def test_an_icon_is_silent_unless_it_is_named():
    assert 'aria-hidden="true"' in draw('{% icon "paperclip" %}')
    named = draw('{% icon "eye-off" "Blind" %}')
    assert 'role="img"' in named
    assert 'aria-label="Blind"' in named
    assert "aria-hidden" not in named


def test_an_unknown_icon_is_a_mistake_that_is_seen():
    with pytest.raises(IconDoesNotExist):
        draw('{% icon "no-such-icon" %}')


def test_a_badge_carries_its_word():
    drawn = draw("{% badge state %}", state=RETURNED)
    assert "cs-is-amber" in drawn
    assert "待补正" in drawn
    assert "<svg" in drawn


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ at|beijing }}", "17 July 2024, 14:03"),
        ('{{ at|beijing:"short" }}', "17 July, 14:03"),
        ('{{ at|beijing:"time" }}', "14:03:00"),
        ('{{ at|beijing_date:"iso" }}', "2024-07-17"),
        ("{{ closes|deadline }}", "20 July 2024, 24:00 (Beijing time)"),
        ('{{ closes|deadline:"short" }}', "20 July, 24:00"),
        ("{{ nothing|beijing }}{{ nothing|deadline }}{{ nothing|beijing_date }}{% when nothing %}", ""),
        ("{% stage_period at closes %}", "17 – 20 July"),
    ],
)
def test_dates_are_written_as_the_template_asks(source, expected):
    assert draw(source, at=NOW, closes=CLOSES, nothing=None) == expected


def test_an_instant_carries_its_zone_for_machines():
    assert 'datetime="2024-07-17T14:03:00+08:00"' in draw("{% when at %}", at=NOW)


def test_a_countdown_tells_the_time_left_without_script():
    drawn = draw("{% countdown closes %}", closes=NOW + timedelta(days=3, hours=9, minutes=56))
    assert 'data-unit="days">3</b>' in drawn
    assert 'data-unit="hours">09</b>' in drawn
    assert 'data-unit="minutes">56</b>' in drawn
    assert f'data-now="{int(NOW.timestamp() * 1000)}"' in drawn
    assert "data-over hidden" in drawn


def test_a_countdown_at_its_bound_says_that_it_is_over():
    drawn = draw('{% countdown closes "Closed for entries" %}', closes=NOW)
    assert "<span data-left hidden>" in drawn
    assert "<span data-over>Closed for entries</span>" in drawn


def test_a_deadline_block_names_the_zone():
    drawn = draw("{% deadline_block closes %}", closes=CLOSES)
    assert "20 July, 24:00" in drawn
    assert "(Beijing time)" in drawn


def test_a_summary_list_shows_what_is_missing_and_where_to_change_it():
    rows = [("Title", "<b>Port</b>", "/title"), ("Licence", ""), ("Members", 0)]
    drawn = draw("{% summary_list rows %}", rows=rows)
    assert "&lt;b&gt;Port&lt;/b&gt;" in drawn
    assert 'href="/title">Change<span class="visually-hidden"> Title</span>' in drawn
    assert drawn.count("Not filled in") == 1
    assert "<dd>0</dd>" in drawn


def test_a_table_labels_every_cell_for_narrow_screens():
    columns = ["Number", "State", ("Mark", "num")]
    rows = [[("HB24-03-0127", "/e/1"), RETURNED, "86.05"], [("<i>", "/e/2"), None, 0]]
    drawn = draw('{% data_table columns rows "Entries" %}', columns=columns, rows=rows)
    assert '<th scope="row"><a href="/e/1">HB24-03-0127</a></th>' in drawn
    assert '<td data-label="Mark" class="cs-cell-num">86.05</td>' in drawn
    assert "&lt;i&gt;" in drawn
    assert "待补正" in drawn


def test_a_table_refuses_a_row_of_another_length():
    with pytest.raises(ValueError, match="shorter"):
        draw("{% data_table columns rows %}", columns=["a", "b"], rows=[["only one"]])


def test_a_log_links_where_there_is_somewhere_to_go():
    rows = [(NOW, "Submitted", "/receipt", "Receipt"), (NOW, "Created")]
    drawn = draw("{% log rows %}", rows=rows)
    assert '<a href="/receipt">Receipt</a>' in drawn
    assert drawn.count("<a ") == 1


def test_a_task_says_who_saved_last():
    source = '{% task title="Files" url="/f" state=state saved_by="何佳" saved_at=at why="Page 2 has no stamp" %}'
    drawn = draw(source, state=RETURNED, at=NOW)
    assert "何佳" in drawn
    assert "17 July, 14:03" in drawn
    assert "Page 2 has no stamp" in drawn
    assert "Not saved yet" in draw('{% task title="Files" url="/f" state=state %}', state=RETURNED)


def test_a_note_escapes_its_title_and_keeps_its_content():
    drawn = draw('{% note "red" title %}<p>{{ text }}</p>{% endnote %}', title="<1>", text="<2>")
    assert "cs-note-red" in drawn
    assert "&lt;1&gt;" in drawn
    assert "<p>&lt;2&gt;</p>" in drawn


def test_an_empty_list_offers_a_way_on():
    drawn = draw('{% for row in rows %}{% empty %}{% empty "No entries" "Choose a topic." "/t" "Topics" %}{% endfor %}')
    assert "No entries" in drawn
    assert 'href="/t">Topics</a>' in drawn


def test_a_hash_is_read_in_groups_of_eight():
    digest = "93ce445a650b3f7eaa0694e5150235471b08120815f5f648bfb9ba067a4f28a4"
    drawn = draw("{% hash_groups sha %}", sha=digest)
    assert "93ce445a 650b3f7e aa0694e5" in drawn
    assert drawn.replace(" ", "").count(digest) == 1


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("请在 2024年7月20日 24:00（北京时间）前提交", ["2024年7月20日 24:00"]),
        ("6月1日 – 7月20日", ["6月1日", "7月20日"]),
        ("必交 1 个，选交 12 个", ["1 个", "12 个"]),
        ("不超过 2 MB", ["2 MB"]),
        ("17 July 2024, 24:00", []),
    ],
)
def test_no_line_ends_within_a_date_or_between_a_figure_and_what_it_counts(text, kept):
    drawn = draw("{{ text|together }}", text=text)
    assert re.findall('<span class="cs-nowrap">(.*?)</span>', drawn) == kept
    assert re.sub("<[^>]+>", "", drawn) == text


def test_what_is_kept_together_is_escaped_and_markup_keeps_its_attributes():
    assert "&lt;b&gt;" in draw("{{ text|together }}", text="<b>3 个")
    made = draw('{% filter together %}<a title="3 个">4 个</a>{% endfilter %}')
    assert '<a title="3 个">' in made
    assert made.count("cs-nowrap") == 1


def test_chips_keep_other_filters_and_forget_the_page():
    choices = [("draft", "Draft"), ("sent", "Sent")]
    chips = choice_chips(QueryDict("track=3&after=abc"), "state", choices, everything="All", counts={"draft": 4})
    assert [chip.url for chip in chips] == ["?track=3", "?track=3&state=draft", "?track=3&state=sent"]
    assert [chip.current for chip in chips] == [True, False, False]
    assert [chip.count for chip in chips] == [4, 4, 0]


class Application(forms.Form):
    title = forms.CharField(label="project name", max_length=20, help_text="As on the cover")
    summary = forms.CharField(label="summary", widget=forms.Textarea, max_length=50, required=False)
    rhythm = forms.ChoiceField(label="rhythm", choices=[("d", "daily")], widget=forms.RadioSelect)
    scan = forms.FileField(label="stamped scan")
    agree = forms.BooleanField(label="All of this is true", error_messages={"required": "Tick the box"})

    def clean(self):
        self.add_error(None, "Five members at most")


def render_form(form) -> str:
    return Template("{% load crispy_forms_filters %}{{ form|crispy }}").render(Context({"form": form}))


def test_the_error_summary_says_what_the_fields_say_and_leads_there():
    drawn = render_form(Application({"title": "", "summary": "x" * 51}))
    summary, fields = drawn.split("</section>", 1)
    wordings = {
        "id_title": "Enter “project name”",
        "id_summary": "Shorten this to 50 characters (now 51)",
        "id_rhythm_0": "Choose “rhythm”",
        "id_scan": "Choose a file for “stamped scan”",
        "id_agree": "Tick the box",
    }
    for anchor, wording in wordings.items():
        assert f'<a href="#{anchor}">{wording}</a>' in summary
        assert wording in fields
        assert f'id="{anchor}"' in fields
    assert "Five members at most" in summary
    assert "6 places need correcting" in summary
    assert 'role="alert" tabindex="-1"' in summary


def test_the_error_summary_of_a_form_with_a_password_asks_for_it_again():
    class Door(forms.Form):
        address = forms.EmailField()
        password = forms.CharField(widget=forms.PasswordInput)

    drawn = render_form(Door({"address": "no address", "password": "secret"}))
    assert "enter the password again" in drawn
    assert "still here" not in drawn


def test_a_form_without_errors_has_no_summary():
    assert "cs-errors" not in render_form(Application())


def test_optional_fields_are_marked_and_required_ones_are_not():
    drawn = render_form(Application())
    assert drawn.count("(optional)") == 1
    assert "*" not in drawn


def test_help_and_error_stand_before_the_control_and_are_tied_to_it():
    drawn = render_form(Application({}))
    field = drawn[drawn.index('id="div_id_title"') : drawn.index('id="div_id_summary"')]
    order = ('class="form-label"', 'id="id_title_helptext"', 'id="id_title_error"', "<input")
    places = [field.index(part) for part in order]
    assert places == sorted(places)
    assert 'aria-describedby="id_title_helptext id_title_error"' in field
    assert 'aria-invalid="true"' in field


def test_a_long_text_has_a_counter_that_counts_line_breaks_once():
    drawn = render_form(Application({"summary": "一\r\n二"}))
    assert 'data-counts="id_summary" data-limit="50"><b>3</b> / 50' in drawn


def test_what_was_typed_stays():
    assert 'value="half a na&lt;me"' in render_form(Application({"title": "half a na<me"}))


def test_a_limit_is_written_with_separators():
    class Long(forms.Form):
        text = forms.CharField(widget=forms.Textarea, max_length=3000)

    drawn = render_form(Long({"text": "字" * 1281}))
    assert 'data-limit="3000"><b>1,281</b> / 3,000' in drawn


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0", "Edge · Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605.1 Version/17.5 Safari/605.1", "Safari · macOS"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile MicroMessenger/8.0", "微信 · Android"),
        ("curl/8.5", "curl/8.5"),
    ],
)
def test_a_browser_is_named_as_people_know_it(agent, name):
    assert draw("{{ agent|browser }}", agent=agent) == name


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("请填写您的职务。", "请填写您的职务"),
        ("文件超过 20 MB。请压缩后重新选择。", "文件超过 20 MB。请压缩后重新选择。"),
        ("Enter a valid date.", "Enter a valid date"),
        ("The file is empty (0.5 KB). Choose it again.", "The file is empty (0.5 KB). Choose it again."),
        ("At most 3.5 MB.", "At most 3.5 MB"),
        ("请选择更新频率", "请选择更新频率"),
    ],
)
def test_in_a_list_of_errors_a_single_sentence_has_no_full_stop(message, shown):
    assert instruction(message) == shown


def test_two_sentences_are_kept_apart_as_the_language_does():
    assert draw("Closed.{% gap %}Ask the organisers.") == "Closed. Ask the organisers."
    with translation.override("zh-hans"):
        assert draw("已截止。{% gap %}请联系组委会。") == "已截止。请联系组委会。"
