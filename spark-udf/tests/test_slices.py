import random

import pyarrow as pa
import pytest

from semtel.slices import slices


@pytest.mark.parametrize("seed", range(30))
def test_every_row_is_in_one_slice_in_order_and_within_the_bounds(seed):
    chance = random.Random(seed)
    texts = [chance.choice([None, "x" * chance.randrange(300)]) for _ in range(chance.randrange(400))]
    batches = []
    start = 0
    while start < len(texts):
        end = start + chance.randrange(1, 90)
        batches.append(pa.record_batch({"n": range(start, min(end, len(texts))), "text": texts[start:end]}))
        start = end
    rows, size = chance.randrange(1, 60), chance.randrange(200, 3000)
    parts = list(slices(batches, 1, rows, size))
    assert [n for part in parts for n in part.rows["n"].to_pylist()] == list(range(len(texts)))
    assert [n for part in parts for n in part.question["row"].to_pylist()] == list(range(len(texts)))
    assert [text for part in parts for text in part.question["conversation"].to_pylist()] == texts
    for part in parts:
        assert 0 < len(part.rows) <= rows
        assert len(part.rows) == 1 or part.question["conversation"].nbytes <= size


def test_what_is_sent_of_a_view_or_dictionary_is_no_larger_than_its_rows():
    for type_ in (pa.string_view(), pa.dictionary(pa.int32(), pa.string())):
        texts = pa.array([f"{n:04}" + "x" * 1000 for n in range(1000)])
        column = pa.array(texts.to_pylist(), type_) if type_ == pa.string_view() else texts.dictionary_encode()
        part = next(slices([pa.record_batch({"text": column})], 0, 10, 1 << 20))
        assert len(part.question.serialize()) < 12_000
