"""The unified social credit code: one slip is always noticed, and however it is written it is the same code."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum.cn import uscc

from portal.accounts.admin import OrganisationForm
from portal.accounts.uscc import is_uscc, normal_uscc, validate_uscc

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I, O, S, V and Z, which are too easily misread
#: Codes of organisations that everybody knows, from their published licences.
KNOWN = ["91110000600037341L", "914403001922038216"]

stems = st.tuples(st.text("0123456789", min_size=8, max_size=8), st.text(ALPHABET, min_size=9, max_size=9)).map("".join)
codes = stems.map(lambda stem: stem + uscc.calc_check_digit(stem))


def full_width(text: str) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) if letter != " " else "\u3000" for letter in text)


@pytest.mark.parametrize("code", KNOWN)
def test_published_codes_are_accepted(code: str) -> None:
    validate_uscc(code)
    assert normal_uscc(code) == code


@given(codes)
def test_every_code_whose_last_character_matches_is_accepted(code: str) -> None:
    validate_uscc(code)
    assert is_uscc(code)


@given(codes, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_character_mistyped_is_refused(code: str, place: int, typed: str) -> None:
    assume(code[place] != typed)
    with pytest.raises(ValidationError, match="18"):
        validate_uscc(code[:place] + typed + code[place + 1 :])


@given(codes, st.integers(0, 16))
def test_two_neighbours_exchanged_are_refused(code: str, place: int) -> None:
    assume(code[place] != code[place + 1])
    exchanged = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    with pytest.raises(ValidationError, match="18"):
        validate_uscc(exchanged)


@given(codes, st.integers(0, 17))
def test_a_character_too_few_or_too_many_is_refused(code: str, place: int) -> None:
    assert not is_uscc(code[:place] + code[place + 1 :])
    assert not is_uscc(code[:place] + code[place] + code[place:])


@given(codes, st.sampled_from("IOSVZ"), st.integers(8, 17))
def test_letters_that_no_code_has_are_refused(code: str, letter: str, place: int) -> None:
    assert not is_uscc(code[:place] + letter + code[place + 1 :])


@given(
    codes,
    st.lists(st.sampled_from(["", "", "", " ", "-", "\u3000", "\u2013", "\xa0"]), min_size=19, max_size=19),
    st.booleans(),
    st.booleans(),
)
def test_spaces_hyphens_small_letters_and_full_width_are_the_same_code(
    code: str, between: list[str], small: bool, wide: bool
) -> None:
    typed = "".join(gap + letter for gap, letter in zip(between, [*code, ""], strict=True))
    typed = typed.lower() if small else typed
    typed = "".join(full_width(letter) if wide and letter.isalnum() else letter for letter in typed)
    assert normal_uscc(typed) == code


@given(codes, st.integers(0, 18), st.text(min_size=1, max_size=3))
def test_whatever_slips_in_is_refused_or_passed_over_but_never_gives_another_code(
    code: str, place: int, slipped_in: str
) -> None:
    found = normal_uscc(code[:place] + slipped_in + code[place:])
    assert found == code or not is_uscc(found)


@pytest.mark.django_db
def test_the_administration_takes_a_code_as_it_was_pasted() -> None:
    described = {"name": "湖北示例数据有限公司", "region": "42", "kind": "enterprise"}
    form = OrganisationForm(described | {"uscc": full_width("9111 0000-6000-37341 l")})
    assert form.is_valid(), form.errors
    assert form.save().uscc == KNOWN[0]
    assert "maxlength" not in str(form["uscc"])
    refused = OrganisationForm(described | {"uscc": "911100006000373411"})
    assert list(refused.errors) == ["uscc"]
