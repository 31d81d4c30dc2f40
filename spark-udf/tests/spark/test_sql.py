"""SQL as people write it: literals, nulls, groups, views, several functions."""

import pytest
from pyspark.errors import PythonException

import semtel.spark
from semtel.errors import InvalidRequestError


@pytest.fixture
def label(spark, server):
    """A function ``label``, and a view ``chats`` of four rows, one of them null."""
    semtel.spark.register(spark, "label", "topic", target=server.target)
    chats = [(1, "a [[topic=T1]]"), (2, "b [[topic=T2]]"), (3, "c [[topic=T1]]"), (4, None)]
    spark.createDataFrame(chats, "id int, conversation string").createOrReplaceTempView("chats")


def tuples(frame):
    return sorted(map(tuple, frame.collect()))


def test_literals_and_nulls(spark, label):
    message = "array(named_struct('role', 'user', 'content', '[[topic=Food]]'))"
    asked = f"label('[[topic=Food]]').topic.label, label({message}).topic.label, label(NULL).topic.error_code"
    assert tuples(spark.sql(f"SELECT {asked}")) == [("Food", "Food", "null")]


def test_groups_conditions_and_views(spark, label):
    groups = "SELECT label(conversation).topic.label AS name, count(*) FROM chats GROUP BY name"
    assert set(tuples(spark.sql(f"{groups} HAVING name IS NOT NULL"))) == {("T1", 2), ("T2", 1)}
    spark.sql("CREATE OR REPLACE TEMP VIEW labelled AS SELECT id, label(conversation).topic AS topic FROM chats")
    assert tuples(spark.sql("SELECT id FROM labelled WHERE topic.status = 'skipped'")) == [(4,)]


def test_two_functions_in_one_query(spark, server, label):
    semtel.spark.register(spark, "both", ["topic", "expertise"], target=server.target, kind="pandas")
    rows = spark.sql("SELECT label(conversation).topic.label, both(conversation).expertise.label FROM chats")
    assert rows.where("id < 3").collect() == [("T1", "Other"), ("T2", "Other")]


def test_a_call_with_two_columns_says_so(spark, label):
    with pytest.raises(PythonException, match="takes one column, the conversation; it was called with 2"):
        spark.sql("SELECT label('hello', 'again')").collect()


def test_a_name_that_spark_has_is_refused(spark, server):
    with pytest.raises(InvalidRequestError, match='Spark has a function "Upper" of its own'):
        semtel.spark.register(spark, "Upper", "topic", target=server.target)
    assert tuples(spark.sql("SELECT upper('a')")) == [("A",)]
