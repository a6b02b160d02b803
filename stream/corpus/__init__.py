"""The sample corpus of the demo and the tests: invented articles of invented outlets, with labels."""

from pathlib import Path

FOLDER = Path(__file__).parent
ARTICLES = FOLDER / "articles.jsonl"
