import examples
import fake_server
import polars as pl
import pytest
from polars.testing import assert_frame_equal

import semtel.polars
from semtel.errors import InvalidRequestError, NotFoundError, UnavailableError

ALL = ["topic", "expertise", "satisfaction"]
MESSAGES = pl.List(pl.Struct({"content": pl.String, "extra": pl.Int64, "role": pl.String}))


def text(n):
    return f"row {n} [[topic=T{n}]] [[expertise=E{n}]] [[satisfaction.sat_gratitude={n}]]"


def chats(rows):
    messages = [[{"role": "user", "content": text(n)}] for n in range(rows)]
    texts = list(map(text, range(rows)))
    return pl.DataFrame(
        {"id": range(rows), "messages": messages, "text": texts},
        schema={"id": pl.Int64, "messages": MESSAGES, "text": pl.String},
    )


def collect(frame, engine="auto"):
    return frame.collect(engine=engine) if isinstance(frame, pl.LazyFrame) else frame


def asked(server):
    return sum(batch.num_rows for batch in server.seen)


@pytest.mark.parametrize("way", ["eager", "in-memory", "streaming"])
@pytest.mark.parametrize("conversation", ["messages", "text"])
def test_every_row_keeps_its_columns_and_gets_its_own_labels(server, way, conversation):
    given = chats(200)
    frame = given if way == "eager" else given.lazy()
    labelled = frame.semtel.classify(ALL, target=server.target, conversation=conversation, batch_rows=7)
    if way != "eager":
        assert labelled.collect_schema().names() == [*given.columns, *ALL]
        assert server.seen == []
        labelled = labelled.collect(engine=way)
    assert_frame_equal(labelled.select(given.columns), given)
    assert labelled.columns == [*given.columns, *ALL]
    assert labelled.get_column("topic").struct.fields == [f.name for f in fake_server.answer_type("topic")]
    for row in labelled.iter_rows(named=True):
        assert row["topic"]["label"] == f"T{row['id']}"
        assert row["expertise"]["label"] == f"E{row['id']}"
        assert row["satisfaction"]["sat_gratitude"] == row["id"]
    assert asked(server) == 200
    assert len({options["job_id"] for options in server.options}) == 1


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_the_types_known_before_are_the_types_of_the_result(server, engine):
    planned = chats(3).lazy().semtel.classify(ALL, target=server.target, prefix="llm_")
    assert planned.collect_schema() == planned.collect(engine=engine).schema


@pytest.mark.parametrize(
    "type_", [pl.String, pl.Categorical, pl.Enum([*map(text, range(30)), ""])], ids=["text", "categorical", "enum"]
)
def test_text_of_every_layout(server, type_):
    texts = pl.Series("text", [None, "", *map(text, range(30))], dtype=pl.String).cast(type_)
    frame = pl.concat([pl.DataFrame([texts.head(11)]), pl.DataFrame([texts.slice(11)])], rechunk=False)
    labelled = frame.semtel.classify("topic", target=server.target, conversation="text", batch_rows=4)
    answers = labelled.unnest("topic")
    assert answers["label"].to_list() == [None, None, *(f"T{n}" for n in range(30))]
    assert answers["error_code"].to_list()[:3] == ["null", "empty", None]


@pytest.mark.parametrize("type_", [pl.String, pl.Categorical], ids=str)
def test_messages_of_every_layout(server, type_):
    messages = pl.List(pl.Struct({"content": type_, "role": type_}))
    rows = [None, [], *([{"role": "user", "content": text(n)}] for n in range(30))]
    plain = pl.Series("messages", rows, dtype=pl.List(pl.Struct({"content": pl.String, "role": pl.String})))
    labelled = pl.DataFrame([plain.cast(messages)]).semtel.classify("topic", target=server.target, batch_rows=4)
    assert labelled.unnest("topic")["label"].to_list() == [None, None, *(f"T{n}" for n in range(30))]


@pytest.mark.parametrize("column", ["text", "messages"])
def test_text_goes_to_pyarrow_in_layouts_that_its_oldest_version_knows(column):
    types = [str(array.type) for array in semtel.polars._arrays(chats(3).get_column(column))]
    assert [type_ for type_ in types if "view" in type_] == []
    assert len(types) == 1


def test_messages_in_arrays_of_one_size(server):
    frame = chats(5).with_columns(pl.col("messages").list.to_array(1))
    labelled = frame.semtel.classify("topic", target=server.target)
    assert labelled.unnest("topic")["label"].to_list() == [f"T{n}" for n in range(5)]


def test_frames_of_no_rows_and_of_nothing_but_nulls(server):
    empty = chats(0).semtel.classify(ALL, target=server.target)
    assert empty.columns == ["id", "messages", "text", *ALL]
    assert empty.schema["topic"] == chats(1).semtel.classify("topic", target=server.target).schema["topic"]
    nulls = pl.DataFrame({"messages": [None, None]}).semtel.classify("topic", target=server.target)
    assert nulls.unnest("topic")["error_code"].to_list() == ["null", "null"]


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_what_nobody_reads_is_not_asked(server, engine):
    labelled = chats(200).lazy().semtel.classify(ALL, target=server.target)
    for rows, wanted in [
        (5, labelled.filter(pl.col("id") < 5)),
        (200, labelled.filter(pl.col("topic").struct.field("label") == "T7")),
        (3, labelled.head(3)),
        (200, labelled.select("id", "expertise")),
        (0, labelled.select("id")),
    ]:
        before = asked(server)
        wanted.collect(engine=engine)
        assert asked(server) - before == rows


def test_the_prefix_goes_before_the_new_names(server):
    labelled = chats(2).semtel.classify(["topic", "expertise"], target=server.target, prefix="llm_")
    assert labelled.columns[-2:] == ["llm_topic", "llm_expertise"]


def test_on_error_fail_raises(server):
    frame = pl.DataFrame({"conversation": ["fine", "[[invalid]]"]})
    assert frame.semtel.classify("topic", target=server.target).height == 2
    with pytest.raises(pl.exceptions.ComputeError, match="invalid/unreadable"):
        frame.semtel.classify("topic", target=server.target, on_error="fail")


def test_answers_of_other_rows_are_an_error_and_no_wrong_label(server):
    server.fail_next(fake_server.Fault(swap=True))
    with pytest.raises(pl.exceptions.ComputeError, match="other rows"):
        chats(4).semtel.classify("topic", target=server.target)


def test_mistakes_are_said_before_a_row_is_read(server):
    lazy = chats(4).lazy()
    with pytest.raises(ValueError, match=r'already has a column "topic".*prefix='):
        lazy.rename({"text": "topic"}).semtel.classify("topic", target=server.target)
    with pytest.raises(InvalidRequestError, match=r"no column \"chat\".*would do: messages, text"):
        lazy.semtel.classify("topic", target=server.target, conversation="chat")
    with pytest.raises(InvalidRequestError, match=r"\"id\" cannot hold conversations.*would do: messages, text"):
        lazy.semtel.classify("topic", target=server.target, conversation="id")
    with pytest.raises(NotFoundError, match="topics"):
        lazy.semtel.classify("topics", target=server.target)
    with pytest.raises(UnavailableError, match=r"No semtel server answers at 127\.0\.0\.1:1.*semtel serve"):
        lazy.semtel.classify("topic", target="127.0.0.1:1")
    assert server.seen == []


def test_the_examples_in_readme_run(server, monkeypatch):
    monkeypatch.setenv("SEMTEL_TARGET", server.target)
    names = examples.run("Polars", {"df": chats(20), "lf": chats(20).lazy()})
    assert names["labelled"].unnest("topic")["label"].to_list() == [f"T{n}" for n in range(20)]
    assert names["chosen"].height == 10
