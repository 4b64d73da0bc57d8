"""How large a file is."""

import pytest

from portal.web.sizes import size


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (607, "607 B"),
        (1023, "1023 B"),
        (1024, "1 KB"),
        (1536, "1.5 KB"),
        (1024 * 1024 - 1, "1 MB"),
        (20 * 1024 * 1024, "20 MB"),
        (3 * 1024**3 + 200 * 1024**2, "3.2 GB"),
        (5000 * 1024**4, "5000 TB"),
    ],
)
def test_a_size_has_one_form_with_at_most_one_decimal(count, text):
    assert size(count) == text
