"""A stream of articles with their wire copies, made from any JSONL of articles: what the benchmark is measured on.

usage: python -m benchmarks.copies.wire_edits OUT.jsonl ARTICLES.jsonl... --outlets 60 --seed 1 [--clean] [--briefs]

Lines out: {"i", "ts" (seconds), "base" (the text it is a copy of), "kind" (of edit), "src" (outlet), "text"}, in
order of arrival; the first line of a base is its original. Lines in need "text"; a first line alike in many texts
is kept. Half of the texts become short briefs and templated reports with --briefs.
"""

import argparse
import collections
import heapq
import json
import random
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks.copies.template_reports import write_report

DAYS = 13
COPIES = (0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 5, 6, 8, 11)  # copies of a text: half of the texts have none
KINDS = ("exact", "cosmetic", "headfoot", "trunc", "shuffle", "words", "update", "combo", "heavy")
WEIGHTS = (7, 11, 14, 17, 6, 15, 10, 12, 8)
STOCK_LINES = (
    "Advertisement", "Related Articles", "Most read", "Share this article", "Click here to subscribe",
    "No comments yet",
    "Sign up for our daily newsletter.", "Read more below", "Story continues below advertisement", "Try our new app",
    "All rights reserved. This material may not be published, broadcast or redistributed.",
    "Follow us on social media.",
    "Comments are moderated and may be removed.", "Your subscription helps to support local journalism.",
)  # fmt: skip
LONGEST_ADDITION = 60  # words of one sentence or two that an update brings
AGENCIES = ("Reuters", "AP", "AFP", "dpa")
ENDINGS = ("...", "… Read more", " Continue reading", " [+{} chars]", "")


class Newsroom:
    """Outlets with their boilerplate, and the edits they make."""

    def __init__(self, texts: list[str], outlets: int, clean: bool, rng: random.Random) -> None:
        self.texts = texts
        self.rng = rng
        self.clean = clean
        self.vocabulary = sorted(
            {word for text in texts[:3000] for word in re.findall(r"[A-Za-z]{3,}", text)}
        )
        self.headers = [self._boilerplate(rng.choice((0, 0, 0, 1, 2, 3)), 0) for _ in range(outlets)]
        self.footers = [
            self._boilerplate(rng.choice((0, 0, 1, 3, 5, 8, 12, 16)), 0.5) for _ in range(outlets)
        ]

    def _boilerplate(self, lines: int, teasers: float) -> list[str]:
        return [
            self._teaser() if self.rng.random() < teasers else self.rng.choice(STOCK_LINES)
            for _ in range(lines)
        ]

    def _teaser(self) -> str:
        words = self.rng.choice(self.texts).split()
        start = self.rng.randrange(max(1, len(words) - 25))
        return " ".join(words[start : start + self.rng.randint(8, 25)])

    def page(self, headline: str, body: str, outlet: int) -> str:
        """Return the body as the outlet shows it."""
        if self.clean:
            return f"{headline}\n{body}"
        return "\n".join([headline, *self.headers[outlet], body, *self.footers[outlet]])

    def headline(self, body: str) -> str:
        """Return an invented headline: words of the body's start."""
        words = re.findall(r"\w+", body)[:40] or ["News"]
        chosen = self.rng.sample(words, min(len(words), self.rng.randint(6, 9)))
        return self.rng.choice(("", "", "UPDATE 1-", "Breaking: ", "WATCH: ")) + " ".join(chosen).capitalize()

    def edited(self, body: str, kind: str) -> str:
        """Return the body after one kind of edit."""
        edits: dict[str, Callable[[str], str]] = {
            "cosmetic": self._cosmetic, "trunc": self._truncated, "shuffle": self._shuffled, "words": self._reworded,
            "update": self._updated, "combo": self._combined, "heavy": self._among_related, "headfoot": self._bylined,
        }  # fmt: skip
        return edits[kind](body)

    def _cosmetic(self, body: str) -> str:
        changes: list[Callable[[str], str]] = [
            str.lower, lambda text: text.replace("fi", "ﬁ"),
            lambda text: text.replace("'", "’").replace(" - ", " — "),
            lambda text: text.replace(" ", "  "), lambda text: text.replace(", ", " , "),
        ]  # fmt: skip
        for change in self.rng.sample(changes, self.rng.randint(1, 2)):
            body = change(body)
        return body

    def _bylined(self, body: str) -> str:
        return f"By {self.rng.choice(self.vocabulary).title()} Staff, {self.rng.choice(AGENCIES)}\n{body}"

    def _truncated(self, body: str) -> str:
        words = re.findall(r"\S+\s*", body)
        kept = "".join(words[: max(8, int(len(words) * self.rng.uniform(0.3, 0.8)))]).rstrip()
        return kept + self.rng.choice(ENDINGS).format(self.rng.randint(100, 4000))

    def _shuffled(self, body: str) -> str:
        parts = body.split("\n") if body.count("\n") > 2 else re.split(r"(?<=[.!?]) ", body)
        self.rng.shuffle(parts)
        return "\n".join(parts)

    def _reworded(self, body: str) -> str:
        share = self.rng.uniform(0.05, 0.2)
        lines = []
        for line in body.split("\n"):
            words: list[str] = []
            for word in line.split():
                if self.rng.random() >= share:
                    words.append(word)
                    continue
                way = self.rng.random()
                words += [] if way < 0.25 else [self.rng.choice(self.vocabulary)] if way < 0.7 else [
                    word, self.rng.choice(self.vocabulary)
                ]  # fmt: skip
            lines.append(" ".join(words))
        return "\n".join(lines)

    def _updated(self, body: str) -> str:
        parts = body.split("\n") if body.count("\n") > 2 else re.split(r"(?<=[.!?]) ", body)
        for _ in range(self.rng.choice((1, 1, 2))):
            sentences = re.split(r"(?<=[.!?])\s+", self.rng.choice(self.texts))
            start = self.rng.randrange(len(sentences))
            added = " ".join(sentences[start : start + self.rng.randint(1, 2)]).split()
            parts.insert(self.rng.randint(0, len(parts)), " ".join(added[:LONGEST_ADDITION]))
        figures = [k for k, part in enumerate(parts) if re.search(r"\d", part)]
        if figures and self.rng.random() < 0.3:
            k = self.rng.choice(figures)
            parts[k] = re.sub(
                r"\d+", lambda m: str(int(m.group()[:9]) + self.rng.randint(1, 9)), parts[k], count=1
            )
        return "\n".join(parts)

    def _combined(self, body: str) -> str:
        return (
            f"{self.rng.choice(('PARIS', 'MOSCOW', 'BOSTON'))} ({self.rng.choice(AGENCIES)}) — "
            + self._reworded(self._truncated(body))
        )

    def _among_related(self, body: str) -> str:
        blocks = []
        for _ in range(self.rng.randint(3, 5)):
            words = self.rng.choice(self.texts).split()
            blocks.append(" ".join(words[: self.rng.randint(35, 58)]))
        before = ["Related Articles"] if self.rng.random() < 0.2 else []
        return "\n".join([*before, self._truncated(body), "Related Articles", *blocks])


def write_stream(
    texts: list[str], outlets: int, clean: bool, rng: random.Random
) -> Iterable[dict[str, object]]:
    """Yield the lines of a stream in order of arrival."""
    newsroom = Newsroom(texts, outlets, clean, rng)
    queue: list[tuple[float, int, str, int, str]] = []
    for base, text in enumerate(texts):
        time = rng.uniform(0, DAYS * 86_400)
        first = rng.randrange(outlets)
        page = newsroom.page(newsroom.headline(text), text, first)
        queue.append((time, base, "orig", first, page))
        for _ in range(rng.choice(COPIES)):
            kind = rng.choices(KINDS, WEIGHTS)[0]
            outlet = rng.randrange(outlets)
            later = time + 60 + rng.expovariate(1 / (5 * 3600))
            if kind == "exact":
                queue.append((later, base, kind, first, page))
                continue
            body = newsroom.edited(text, kind)
            queue.append((later, base, kind, outlet, newsroom.page(newsroom.headline(text), body, outlet)))
    heapq.heapify(queue)
    position = 0
    while queue:
        arrival, base, kind, outlet, page = heapq.heappop(queue)
        yield {"i": position, "ts": int(arrival), "base": base, "kind": kind, "src": outlet, "text": page}
        position += 1


def read_texts(paths: list[str], bases: int, briefs: bool, rng: random.Random) -> list[str]:
    """Return distinct texts of the files; with `briefs`, half of them cut to a brief or replaced by a form."""
    found: dict[str, str] = {}
    for path in paths:
        with Path(path).open(encoding="utf8") as lines:
            for line in lines:
                text = json.loads(line)["text"]
                if len(text.split()) >= 25:
                    found.setdefault(text[:80], text)
    texts = distinct(list(found.values()))
    rng.shuffle(texts)
    if not briefs:
        return [text for text in texts if len(text.split()) >= 100][:bases]
    texts.sort(key=lambda text: len(text.split()) < 100)
    chosen = texts[: bases // 2]
    for text in texts[bases // 2 : bases // 2 + bases // 4]:
        chosen.append(brief_of(text, rng))
    while len(chosen) < bases:
        chosen.append(write_report(rng))
    rng.shuffle(chosen)
    return chosen


def distinct(texts: list[str]) -> list[str]:
    """Return the texts that hold, and are held in, none of those before them by a fifth: they are no copies yet."""
    holders: dict[tuple[str, ...], int] = {}
    sizes: list[int] = []
    kept: list[str] = []
    for text in texts:
        words = re.findall(r"\w+", text.lower())
        shingles = {tuple(words[k : k + 4]) for k in range(len(words) - 3)}
        shared = collections.Counter(holders[shingle] for shingle in shingles if shingle in holders)
        if any(count > 0.2 * min(len(shingles), sizes[other]) for other, count in shared.items()):
            continue
        for shingle in shingles:
            holders.setdefault(shingle, len(kept))
        kept.append(text)
        sizes.append(max(1, len(shingles)))
    return kept


def brief_of(text: str, rng: random.Random) -> str:
    """Return the first sentences of a text, 25 to 80 words."""
    kept: list[str] = []
    for sentence in re.split(r"(?<=[.!?])\s+", text):
        kept += sentence.split()
        if len(kept) >= rng.randint(25, 60):
            break
    return " ".join(kept[:80])


def main() -> None:
    """Write one stream."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out")
    parser.add_argument("articles", nargs="+")
    parser.add_argument("--outlets", type=int, default=60)
    parser.add_argument("--bases", type=int, default=2500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clean", action="store_true", help="no headers and footers")
    parser.add_argument(
        "--briefs", action="store_true", help="half of the texts are briefs and templated reports"
    )
    settings = parser.parse_args()
    rng = random.Random(settings.seed)
    texts = read_texts(settings.articles, settings.bases, settings.briefs, rng)
    count: collections.Counter[object] = collections.Counter()
    with Path(settings.out).open("w", encoding="utf8") as out:
        for line in write_stream(texts, settings.outlets, settings.clean, rng):
            count[line["kind"]] += 1
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
    print(len(texts), "texts", count.total(), "articles", dict(count))


if __name__ == "__main__":
    main()
