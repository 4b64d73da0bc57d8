"""What the Excel table of experts says of former posts, availability and load."""

from datetime import date

import pytest

from judging.models import Expert, FormerPost
from tests.judging.test_admin import (  # noqa: F401 - fixtures
    HEADS,
    confirm,
    contest,
    lines_of,
    organiser,
    row,
    upload,
)
from tests.portal.factories import make_organisation

pytestmark = pytest.mark.django_db
MORE = [
    "mobile number",
    "keywords",
    "available from",
    "available until",
    "least entries per stage",
    "most entries per stage",
    "former posts (organisation and years)",
]
GIVEN = ["13800138000", "数据治理、隐私计算", date(2024, 8, 1), "2024/08/09", 5, 20, ""]


def line(into, posts="", **changed):
    values = dict(zip(MORE, GIVEN, strict=True)) | {MORE[-1]: posts} | changed
    return [*row(into), *values.values()]


def bring(client, *rows):
    preview = upload(client, *rows, heads=[*HEADS, *MORE])
    if "confirm_form" in preview.context:
        confirm(client, preview)
    return preview


def posts():
    return list(FormerPost.objects.order_by("pk").values_list("name", "from_year", "until_year"))


def test_everything_of_the_profile_comes_in(organiser, contest):  # noqa: F811
    bring(organiser, line(contest, "华中科技大学 2015-2022；烽火通信（2024）"))
    expert = Expert.objects.get()
    assert (expert.phone, expert.keywords, expert.min_load, expert.max_load) == (
        "13800138000",
        "数据治理、隐私计算",
        5,
        20,
    )
    assert (expert.available_from_on, expert.available_until_on) == (date(2024, 8, 1), date(2024, 8, 9))
    assert posts() == [("华中科技大学", 2015, 2022), ("烽火通信", None, 2024)]


def test_a_name_that_is_registered_is_tied_to_its_organisation(organiser, contest):  # noqa: F811
    house = make_organisation(name="华中科技大学")
    bring(organiser, line(contest, "华中科技大学 2022"))
    assert FormerPost.objects.get().organisation == house


def test_the_same_table_again_changes_nothing(organiser, contest):  # noqa: F811
    bring(organiser, line(contest, "华中科技大学 2015-2022"))
    before = FormerPost.objects.get().pk
    preview = bring(organiser, line(contest, "华中科技大学 2015-2022"))
    assert [each.import_type for each in preview.context["result"].rows] == ["skip"]
    assert FormerPost.objects.get().pk == before


def test_changed_posts_alone_are_a_change(organiser, contest):  # noqa: F811
    bring(organiser, line(contest, "华中科技大学 2015-2022"))
    bring(organiser, line(contest, "武汉大学 2023"))
    assert posts() == [("武汉大学", None, 2023)]


def test_a_table_without_the_columns_leaves_what_is_there(organiser, contest):  # noqa: F811
    bring(organiser, line(contest, "华中科技大学 2015-2022"))
    confirm(organiser, upload(organiser, row(contest, name="顾评一")))
    expert = Expert.objects.get()
    assert (expert.name, expert.max_load, expert.phone) == ("顾评一", 20, "13800138000")
    assert posts() == [("华中科技大学", 2015, 2022)]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"available from": "next week"}, "Write a day like"),
        ({"most entries per stage": "many"}, "Write a whole number"),
        ({"most entries per stage": 0}, "Write a whole number"),
        ({"least entries per stage": 30}, "must not exceed"),
        ({"available until": "2024-07-01"}, "must not lie before"),
        ({MORE[-1]: "华中科技大学"}, "with its years"),
        ({MORE[-1]: "华中科技大学 2022-2015"}, "with its years"),
        ({MORE[-1]: "华中科技大学 1066"}, "with its years"),
    ],
)
def test_a_wrong_cell_is_named_with_its_row_and_nothing_comes_in(organiser, contest, changed, sentence):  # noqa: F811
    response = bring(organiser, line(contest, **changed))
    assert lines_of(response) == [2]
    assert sentence in response.content.decode()
    assert not Expert.objects.exists()
