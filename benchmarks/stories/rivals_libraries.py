"""The rivals that libraries bring: scikit-learn's Birch and average linkage, river's TextClust, BERTopic online."""

import tempfile
import warnings
from collections import Counter
from itertools import product
from time import process_time
from typing import Any

import numpy as np
from sklearn.cluster import AgglomerativeClustering, Birch, MiniBatchKMeans
from sklearn.decomposition import IncrementalPCA
from sklearn.feature_extraction.text import CountVectorizer

from benchmarks.stories.rivals_centroids import Setting
from benchmarks.stories.rivals_sets import Stream

Found = tuple[list[np.ndarray], float]


class BirchTree:
    """sklearn.cluster.Birch without its global step: leaves are stories.

    One pass, but leaves are renumbered as the tree splits, so that stories are read at the stream's end.
    """

    whole_stream = True
    seeds = 5

    def grid(self) -> list[Setting]:
        """Thresholds are radii of leaves, on unit vectors."""
        return [
            {"vectors": vectors, "threshold": round(0.3 + 0.05 * k, 2)}
            for vectors, k in product(("minilm", "static"), range(13))
        ]

    def label(self, stream: Stream, settings: list[Setting]) -> Found:
        """Fit and read the leaves."""
        began = process_time()
        found = [
            Birch(threshold=setting["threshold"], n_clusters=None)
            .fit(stream.vectors(str(setting["vectors"])))
            .labels_
            for setting in settings
        ]
        return found, (process_time() - began) / len(settings)


class AverageLink:
    """sklearn.cluster.AgglomerativeClustering: not a stream, the whole set is compared with itself."""

    whole_stream = True
    seeds = 1  # the order of articles changes nothing

    CHANNELS = (("tfidf",), ("minilm",), ("static",), ("tfidf", "lead", "minilm"))

    def grid(self) -> list[Setting]:
        """Thresholds are distances, one less the mean cosine."""
        return [
            {"vectors": channels, "threshold": round(0.3 + 0.02 * k, 2)}
            for channels, k in product(self.CHANNELS, range(34))
        ]

    def label(self, stream: Stream, settings: list[Setting]) -> Found:
        """Build each tree once, cut it at every threshold."""
        found: dict[int, np.ndarray] = {}
        began = process_time()
        trees = {setting["vectors"] for setting in settings}
        for channels in sorted(trees):  # type: ignore[type-var]
            distances = 1.0 - stream.similarities(channels).mean(axis=0)  # type: ignore[arg-type]
            np.fill_diagonal(distances, 0.0)
            with tempfile.TemporaryDirectory() as memory:
                for number, setting in enumerate(settings):
                    if setting["vectors"] == channels:
                        clusters = AgglomerativeClustering(
                            n_clusters=None, metric="precomputed", linkage="average", memory=memory,
                            compute_full_tree=True, distance_threshold=setting["threshold"],
                        )  # fmt: skip
                        found[number] = clusters.fit_predict(distances)
        return [found[number] for number in range(len(settings))], (process_time() - began) / len(trees)


class TextClustStream:
    """river.cluster.TextClust on words of title and lead; its micro-clusters are stories.

    Its work grows with the words of all its clusters, so whole texts and long streams are beyond it.
    """

    whole_stream = False
    seeds = 1

    def grid(self) -> list[Setting]:
        """Radii are cosine distances; fading is the library's own."""
        return [{"radius": radius} for radius in (0.6, 0.65, 0.7, 0.75, 0.8)]

    def label(self, stream: Stream, settings: list[Setting]) -> Found:
        """Learn each article, then ask for its micro-cluster."""
        from river.cluster import TextClust

        words = CountVectorizer(stop_words="english").build_analyzer()
        articles = [Counter(words(lead)) for lead in stream.leads]
        began = process_time()
        found = []
        for setting in settings:
            model: Any = TextClust(real_time_fading=False, **setting)
            stories = []
            for number, article in enumerate(articles):
                model.learn_one(dict(article))
                story = model.predict_one(dict(article))
                stories.append(-1 - number if story is None else story)
            found.append(np.array(stories))
        return found, (process_time() - began) / len(settings)


class OnlineBERTopic:
    """BERTopic.partial_fit as its documentation shows, on MiniLM vectors; an article's topic is its story."""

    whole_stream = False
    seeds = 5

    def grid(self) -> list[Setting]:
        """It wants to know how many topics there are; a batch must hold at least as many articles."""
        return [
            {"topics": topics, "components": components}
            for topics, components in product((20, 50, 100, 200), (5, 50))
        ]

    def label(self, stream: Stream, settings: list[Setting]) -> Found:
        """Fit batch after batch of 250, and take the topics that each batch is given."""
        began = process_time()
        found = [self._topics(stream, setting) for setting in settings]
        return found, (process_time() - began) / len(settings)

    @staticmethod
    def _topics(stream: Stream, setting: Setting) -> np.ndarray:
        from bertopic import BERTopic
        from bertopic.vectorizers import OnlineCountVectorizer

        model = BERTopic(
            embedding_model=None,
            umap_model=IncrementalPCA(n_components=setting["components"]),
            hdbscan_model=MiniBatchKMeans(n_clusters=setting["topics"], random_state=stream.seed),
            vectorizer_model=OnlineCountVectorizer(stop_words="english", decay=0.01),
        )
        vectors = stream.vectors("minilm").astype(np.float64)  # its k-means refuses a mix of precisions
        topics: list[int] = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for part in np.array_split(np.arange(len(vectors)), max(1, len(vectors) // 250)):
                model.partial_fit([stream.leads[place] for place in part], vectors[part])
                topics += model.topics_
        return np.array(topics)
