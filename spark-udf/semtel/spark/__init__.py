"""Labels a Spark DataFrame, as a table or as a column function."""

from semtel.extras import missing_extra

try:
    from semtel.spark.classify import classify
    from semtel.spark.missing import missing
    from semtel.spark.udf import classify_udf, register
except ModuleNotFoundError as error:
    raise missing_extra("spark", error) from error

__all__ = ["classify", "classify_udf", "missing", "register"]
