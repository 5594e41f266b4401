"""Searched text: the same in Python and in the database, and found by any two characters."""

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from qingshan.commons.search.grams import found_by, gram_vector, grams, plain, question

pytestmark = pytest.mark.django_db

TEXT = st.text(
    st.one_of(
        st.characters(codec="utf-8", exclude_characters="\x00"),
        st.sampled_from("苏村镇黑水河演示石料有限公司冀A·12345－２０２４（）〔〕号，。ＸＳ①㎡ "),
    ),
    max_size=60,
)


@given(TEXT)
def test_database_and_python_agree(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT qs_plain(%s), qs_grams(qs_plain(%s)) = %s::tsvector", [text, text, gram_vector(plain(text))]
        )
        assert cursor.fetchone() == (plain(text), True)


@given(st.lists(TEXT, max_size=5))
def test_parts_worked_out_one_by_one_say_the_same_as_their_whole(parts: list[str]) -> None:
    search, vector = found_by(parts)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT qs_plain(%s), qs_grams(qs_plain(%s)) = %s::tsvector", [" ".join(parts), " ".join(parts), vector]
        )
        assert cursor.fetchone() == (search, True)


@given(TEXT, st.integers(0, 59), st.integers(2, 6))
def test_every_piece_of_a_word_is_found(text: str, start: int, length: int) -> None:
    stored = plain(text)
    asked = question(stored[start : start + length])
    if asked is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT %s::tsvector @@ %s::tsquery AND %s LIKE ALL(%s)",
            [gram_vector(stored), asked.vector, stored, asked.likes],
        )
        # A piece that begins in the middle of a word still is made of that word's pairs.
        assert cursor.fetchone() == (True,)


def test_full_width_case_and_marks_do_not_matter() -> None:
    assert plain("ＸＳ－130132〔2024〕１２号，苏村") == "xs 130132 2024 12号 苏村"
    assert grams("苏村 a") == {"苏村", "村", "a"}


def test_nothing_to_look_for() -> None:
    assert question(" -- ，。 ") is None
    assert question("") is None
