"""Labels a Spark DataFrame, as a table or as a column function."""

from semtel.spark.classify import classify
from semtel.spark.missing import missing
from semtel.spark.udf import classify_udf, register

__all__ = ["classify", "classify_udf", "missing", "register"]
