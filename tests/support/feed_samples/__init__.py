"""Invented messages in the formats of others, a module a format, as in stream/articles/formats."""

from tests.support.feed_samples import (
    connect,
    feed_item,
    gdelt,
    news_please,
    newsapi,
    ninjs,
    schema_org,
    webz,
)
from tests.support.feed_samples.sample import TEN, TEXT, TITLE, URL, Broken, Sample

__all__ = ["BROKEN", "SAMPLES", "TEN", "TEXT", "TITLE", "URL", "Broken", "Sample"]

FORMATS = (schema_org, ninjs, newsapi, webz, gdelt, news_please, feed_item, connect)
SAMPLES = tuple(sample for form in FORMATS for sample in form.SAMPLES)
BROKEN = tuple(broken for form in FORMATS for broken in form.BROKEN)
