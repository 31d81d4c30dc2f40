import datetime
import decimal
import time
from functools import partial
from types import SimpleNamespace

import fake_server
import pytest
from pyspark.errors import PythonException
from pyspark.sql import Row
from pyspark.sql import functions as F
from pyspark.sql import types as T

import semtel.spark
from semtel.errors import InvalidRequestError, NotFoundError, UnavailableError
from semtel.request import request_of
from semtel.spark.preflight import _on_this_machine, answer_schema

ALL = ["topic", "expertise", "satisfaction"]


def chats(spark, rows=400, partitions=4):
    """Rows whose conversation says which labels they must get."""
    text = F.concat(
        F.lit("hello [[topic=T"),
        F.col("id"),
        F.lit("]] [[expertise=E"),
        F.col("id"),
        F.lit("]] [[satisfaction.sat_gratitude="),
        F.col("id"),
        F.lit("]]"),
    )
    message = F.struct(F.lit("user").alias("role"), text.alias("content"))
    return spark.range(0, rows, 1, partitions).select("id", F.array(message).alias("messages"), text.alias("text"))


def assert_own_labels(rows, get=lambda row: row):
    for row in rows:
        labels = get(row)
        assert labels["topic"]["label"] == f"T{row['id']}"
        assert labels["expertise"]["label"] == f"E{row['id']}"
        assert labels["satisfaction"]["sat_gratitude"] == row["id"]


def test_every_row_keeps_its_columns_and_gets_its_own_labels(spark, server):
    frame = chats(spark)
    labelled = semtel.spark.classify(frame, ALL, target=server.target, batch_rows=16)
    assert labelled.columns == ["id", "messages", "text", *ALL]
    assert T.StructType(labelled.schema.fields[:3]) == frame.schema
    assert labelled.schema["topic"].dataType.names == [f.name for f in fake_server.answer_type("topic")]
    rows = labelled.collect()
    assert [row["text"] for row in rows] == [row["text"] for row in frame.collect()]
    assert_own_labels(rows)
    assert len(server.seen) == 4 * 7
    assert len({options["job_id"] for options in server.options}) == 1


@pytest.mark.parametrize("kind", ["pandas", "arrow"])
@pytest.mark.parametrize("conversation", ["messages", "text"])
def test_a_column_function_gives_the_same_labels(spark, server, kind, conversation):
    label = semtel.spark.classify_udf(ALL, kind=kind, target=server.target, batch_rows=16)
    frame = chats(spark)
    rows = frame.withColumn("labels", label(conversation)).collect()
    assert_own_labels(rows, lambda row: row["labels"])
    table = semtel.spark.classify(frame, ALL, conversation=conversation, target=server.target).collect()
    assert [tuple(row["labels"]) for row in rows] == [
        (row["topic"], row["expertise"], row["satisfaction"]) for row in table
    ]


@pytest.mark.parametrize("kind", ["pandas", "arrow"])
def test_a_column_function_keeps_rows_where_spark_sends_nulls_empties_and_small_batches(spark, server, kind):
    label = semtel.spark.classify_udf("topic", kind=kind, target=server.target, batch_rows=3)
    type_ = "id int, messages array<struct<role:string,content:string>>"
    data = [(n, [None, [], [("user", None)], [("user", f"[[topic=T{n}]]")]][n % 4]) for n in range(50)]
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "7")
    try:
        rows = spark.createDataFrame(data, type_).select("id", label("messages").alias("l")).collect()
    finally:
        spark.conf.unset("spark.sql.execution.arrow.maxRecordsPerBatch")
    assert [row.id for row in rows] == list(range(50))
    for row in rows:
        assert row.l.topic.status == ("ok" if row.id % 4 == 3 else "skipped")
        assert row.l.topic.label == (f"T{row.id}" if row.id % 4 == 3 else None)


def test_a_filter_on_the_column_function_asks_each_row_once(spark, server):
    label = semtel.spark.classify_udf("topic", target=server.target)
    frame = chats(spark, 40).select("id", label("messages").alias("labels")).filter("labels.topic.status = 'ok'")
    assert frame.count() == 40
    assert sum(batch.num_rows for batch in server.seen) == 40


def test_the_column_function_works_in_sql(spark, server):
    semtel.spark.register(spark, "semtel_label", ["topic"], target=server.target)
    chats(spark, 20).createOrReplaceTempView("chats")
    rows = spark.sql("SELECT id, semtel_label(messages).topic.label AS label FROM chats").collect()
    assert [row.label for row in rows] == [f"T{row.id}" for row in rows]


def test_columns_of_awkward_names_come_back_unharmed(spark, server):
    names = ["a.b", "a`b", "twice", "twice", "with space", "c0", "messages", "ünï"]
    data = [(n, n, f"x{n}", f"y{n}", n, n, [("user", f"[[topic=T{n}]]")], n) for n in range(10)]
    plain = spark.createDataFrame(
        data, "a int,b int,c string,d string,e int,f int,g array<struct<role:string,content:string>>,h int"
    )
    labelled = semtel.spark.classify(plain.toDF(*names), "topic", target=server.target)
    assert labelled.columns == [*names, "topic"]
    for n, row in enumerate(labelled.collect()):
        assert tuple(row)[:6] == (n, n, f"x{n}", f"y{n}", n, n)
        assert row["topic"]["label"] == f"T{n}"


def test_columns_of_every_type_come_back_unharmed(spark, server):
    schema = T.StructType(
        [
            T.StructField("conversation", T.StringType(), False, {"comment": "kept"}),
            T.StructField("day", T.DateType()),
            T.StructField("at", T.TimestampType()),
            T.StructField("price", T.DecimalType(12, 3)),
            T.StructField("tags", T.MapType(T.StringType(), T.IntegerType(), False)),
            T.StructField("blob", T.BinaryType()),
            T.StructField("small", T.ByteType(), False),
            T.StructField("nested", T.StructType([T.StructField("x", T.ArrayType(T.FloatType(), False), False)])),
            T.StructField("nothing", T.NullType()),
        ]
    )
    moment = datetime.datetime(2026, 1, 2, 3, 4, 5, 6)
    row = ("hi", moment.date(), moment, decimal.Decimal("1.250"), {"a": 1}, b"\x00\xff", 3, Row(x=[0.5, 2.0]), None)
    empty = ("", None, None, None, None, None, 0, None, None)
    frame = spark.createDataFrame([row, empty], schema)
    labelled = semtel.spark.classify(frame, "topic", target=server.target)
    assert T.StructType(labelled.schema.fields[:-1]) == schema
    assert labelled.schema["conversation"].metadata == {"comment": "kept"}
    assert [tuple(found)[:-1] for found in labelled.collect()] == [tuple(given) for given in frame.collect()]


def test_an_answer_of_other_column_order_lands_under_the_right_names(spark, server):
    server.fail_next(*[fake_server.Fault(reorder_columns=True)] * 4)
    assert_own_labels(semtel.spark.classify(chats(spark, 40), ALL, target=server.target).collect())


def test_a_frame_of_no_rows(spark, server):
    assert semtel.spark.classify(chats(spark, 0), ALL, target=server.target).collect() == []
    label = semtel.spark.classify_udf(ALL, target=server.target)
    assert chats(spark, 0).select(label("text")).collect() == []


def test_the_prefix_goes_before_the_new_names(spark, server):
    labelled = semtel.spark.classify(chats(spark, 4), ["topic"], target=server.target, prefix="llm_")
    assert labelled.columns[-1] == "llm_topic"
    assert labelled.select("llm_topic.label").first().label == "T0"


def test_on_error_fail_fails_the_job(spark, server):
    frame = spark.createDataFrame([("fine",), ("[[invalid]]",)], "conversation string")
    assert semtel.spark.classify(frame, "topic", target=server.target).count() == 2
    with pytest.raises(PythonException, match="invalid/unreadable"):
        semtel.spark.classify(frame, "topic", target=server.target, on_error="fail").collect()


def test_mistakes_are_said_on_the_driver_before_a_row_is_read(spark, server):
    frame = chats(spark, 4)

    def classify(df, classifiers="topic", **options):
        return semtel.spark.classify(df, classifiers, **{"target": server.target, **options})

    with pytest.raises(ValueError, match='already has a column "topic"'):
        classify(frame.withColumn("Topic", F.lit(1)))
    with pytest.raises(ValueError, match='already has a column "id"'):
        classify(frame.withColumnRenamed("text", "conversation"), "d", prefix="i")
    with pytest.raises(InvalidRequestError, match=r"no column \"chat\".*would do: messages, text"):
        classify(frame, conversation="chat")
    with pytest.raises(InvalidRequestError, match=r"\"id\" cannot hold conversations.*would do: messages, text"):
        classify(frame, conversation="id")
    with pytest.raises(InvalidRequestError, match="Two columns"):
        classify(frame.select("text", "text").toDF("text", "text"), conversation="text")
    with pytest.raises(NotFoundError, match="topics"):
        classify(frame, "topics")
    with pytest.raises(NotFoundError, match='"large" is not configured'):
        classify(frame, model="large")
    with pytest.raises(InvalidRequestError, match="kind"):
        semtel.spark.classify_udf("topic", kind="fast", target=server.target)
    assert server.seen == []


def test_no_server_at_the_address_is_said_within_seconds(spark):
    started = time.monotonic()
    with pytest.raises(UnavailableError, match=r"No semtel server answers at 127\.0\.0\.1:1.*semtel serve"):
        semtel.spark.classify(chats(spark, 4), "topic", target="127.0.0.1:1")
    # Without a limit of its own a client would wait for an hour.
    assert time.monotonic() - started < 60


def test_a_loopback_address_on_a_cluster_is_refused(spark, server, monkeypatch):
    monkeypatch.setattr("semtel.spark.preflight._on_this_machine", lambda master: False)
    with pytest.raises(InvalidRequestError, match="machine of each executor"):
        semtel.spark.classify(chats(spark, 4), "topic", target=server.target)


@pytest.mark.parametrize(
    ("host", "here"), [(None, True), ("localhost", True), ("127.0.0.1", True), ("connect.internal", False)]
)
def test_a_loopback_address_reaches_the_executors_of_a_connect_server_on_this_machine_only(server, host, here):
    """A session as the check sees it: ``local`` is the machine of the Connect server."""
    client = SimpleNamespace(host=host) if host else None
    session = SimpleNamespace(_client=client, conf=SimpleNamespace(get=lambda name, default: "local[2]"))
    ask = partial(answer_schema, session, semtel.Client(server.target), request_of("topic"))
    if here:
        assert ask().names == ["topic"]
    else:
        with pytest.raises(InvalidRequestError, match="machine of each executor"):
            ask()


@pytest.mark.parametrize(
    ("master", "here"),
    [
        ("local[2,4]", True),
        ("local-cluster[2,1,1024]", True),
        ("spark://localhost:7077", True),
        ("spark://127.0.0.1:7077", True),
        ("spark://head:7077", False),
        ("yarn", False),
        ("k8s://https://10.0.0.1:443", False),
    ],
)
def test_which_masters_have_their_executors_here(master, here):
    assert _on_this_machine(master) is here
