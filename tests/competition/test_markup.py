"""Markdown becomes HTML that can be trusted, whatever an organiser pastes."""

import pytest

from competition.markup import render_markdown


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](  JaVaScRiPt:alert(1))",
        "![x](https://example.com/pixel.png)",
        '<img src=x onerror="alert(1)">',
        '<a href="https://example.com" onclick="alert(1)" style="color:red">x</a>',
        "<iframe src=https://example.com></iframe>",
        "[x](https://example.com \"t' onmouseover='alert(1)\")",
        "```\n</code></pre><script>alert(1)</script>\n```",
        "| a |\n|:-:|\n| <svg onload=alert(1)> |",
    ],
)
def test_nothing_that_runs_or_loads_passes(text):
    html = render_markdown(text).lower()
    for tag in ("<script", "<img", "<iframe", "<svg", "<style"):
        assert tag not in html
    inside = [part.split(">", 1)[0] for part in html.split("<")[1:]]
    for tag in inside:
        assert "javascript:" not in tag
        assert "data:" not in tag
        assert " on" not in tag.replace("title=\"t' on", "")
        assert "style=" not in tag


def test_what_notices_need_passes():
    html = render_markdown(
        "# 一、时间\n\n- 7月20日 **24:00**\n\n[指南](https://example.cn/a)\n\n| 赛道 | 数 |\n|---|---|\n| 一 | 4 |"
    )
    assert "<h2>一、时间</h2>" in html
    assert "<strong>24:00</strong>" in html
    assert '<a href="https://example.cn/a" rel="noopener noreferrer nofollow">指南</a>' in html
    assert "<td>4</td>" in html


def test_headings_stay_below_the_title_of_the_page():
    html = render_markdown("# a\n\n###### b")
    assert "<h1" not in html
    assert "<h6>b</h6>" in html
