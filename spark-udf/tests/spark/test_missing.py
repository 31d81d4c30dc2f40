import fake_server
import pytest
from pyspark.sql import functions as F

import semtel.spark
from semtel.errors import InvalidRequestError, NotFoundError, ServerError

BOTH = ["topic", "expertise"]


def answer(status="ok", digest=fake_server.DIGEST):
    return {"label": "x", "status": status, "prompt_digest": digest}


ANSWER = "struct<label: string, status: string, prompt_digest: string>"


@pytest.fixture
def still_missing(spark, server):
    """The ids of rows 0 to 4 that are missing from answers as given."""

    def ask(done, classifiers=BOTH):
        chats = spark.range(5).withColumn("conversation", F.lit("hi"))
        answers = spark.createDataFrame(done, f"id long, topic {ANSWER}, expertise {ANSWER}")
        found = semtel.spark.missing(chats, answers, on="id", classifiers=classifiers, target=server.target)
        assert found.columns == ["id", "conversation"]
        return sorted(row.id for row in found.collect())

    return ask


def test_rows_that_every_classifier_answered_are_not_missing(still_missing):
    assert still_missing([(0, answer(), answer()), (3, answer("skipped"), answer())]) == [1, 2, 4]
    assert still_missing([]) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("status", ["invalid", "refused", "failed", "over_budget", "cancelled"])
def test_a_row_without_a_lasting_answer_is_missing(still_missing, status):
    done = [(n, answer(), answer()) for n in range(4)]
    assert still_missing([*done, (4, answer(), answer(status))]) == [4]
    assert still_missing([*done, (4, answer(), answer(status))], "topic") == []


def test_a_row_answered_under_another_prompt_is_missing(still_missing):
    done = [(n, answer(), answer(digest="ba9876543210" if n < 2 else fake_server.DIGEST)) for n in range(5)]
    assert still_missing(done) == [0, 1]


def test_answers_of_one_row_may_stand_in_several(still_missing):
    done = [(0, answer(), None), (0, None, answer()), (1, answer(), None), (2, answer(), answer("failed"))]
    assert still_missing([*done, (2, None, answer()), (2, answer("failed"), None)]) == [1, 3, 4]


def test_keys_of_several_columns_and_of_awkward_names(spark, server):
    chats = spark.createDataFrame([(1, "a", "x"), (1, "b", "y"), (1, None, "z")], "n int, s string, t string")
    chats = chats.toDF("a.b", "key`", "conversation")
    done = semtel.spark.classify(chats.where("conversation <> 'y'"), "topic", target=server.target, prefix="llm_")
    found = semtel.spark.missing(
        chats, done, on=["a.b", "key`"], classifiers="topic", target=server.target, prefix="llm_"
    )
    # A key that is null in part tells no row from another.
    assert sorted(row.conversation for row in found.collect()) == ["y", "z"]


def test_mistakes_are_said_before_a_row_is_read(spark, server):
    chats = spark.range(3)
    done = spark.createDataFrame([], f"id long, topic {ANSWER}")

    def missing(classifiers, on="id"):
        return semtel.spark.missing(chats, done, on=on, classifiers=classifiers, target=server.target)

    with pytest.raises(NotFoundError, match="topics"):
        missing("topics")
    with pytest.raises(InvalidRequestError, match=r'done has no column "expertise"; it has id, topic'):
        missing(BOTH)
    with pytest.raises(InvalidRequestError, match=r'done has no column "key"'):
        missing("topic", on=["id", "key"])
    with pytest.raises(InvalidRequestError, match="on is empty"):
        missing("topic", on=[])


def test_a_server_that_tells_no_digests_is_named(spark, server, monkeypatch):
    monkeypatch.setattr(fake_server, "METADATA", None)
    with pytest.raises(ServerError, match="older"):
        semtel.spark.missing(spark.range(3), spark.range(3), on="id", classifiers="topic", target=server.target)
