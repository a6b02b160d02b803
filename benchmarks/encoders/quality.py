"""How well an encoder separates stories on labelled articles.

    python benchmarks/encoders/quality.py MODEL[,MODEL...] LABELLED.jsonl...

Each line of a file has title, text and cluster. Printed per model and file: R@1 (the nearest other article is of the
same story), MRR (of the first one that is), pair AUC (cosine of same against different), and the cosine above which
pairs are best called one story (F1). All on the int8 vectors that the encoder gives, as the service sees them.
"""

import json
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_curve, roc_auc_score

from embeddings.encoder import EncoderSettings, EncoderText, load_encoder


def main() -> None:
    """Print one Markdown table."""
    models, files = sys.argv[1].split(","), [Path(name) for name in sys.argv[2:]]
    print("| Model | Set | R@1 | MRR | pair AUC | best F1 at cosine |\n|---|---|---|---|---|---|")
    for model in models:
        encoder = load_encoder(EncoderSettings(model=model))
        scores = []
        for file in files:
            articles = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
            texts = [EncoderText(title=article["title"], text=article["text"]) for article in articles]
            scores.append(
                score(encoder.encode(texts), np.array([article["cluster"] for article in articles]))
            )
            show(Path(model).name, file.stem, scores[-1])
        show(Path(model).name, f"mean of {len(files)}", np.mean(scores, axis=0))


def show(model: str, name: str, score: NDArray[np.float64]) -> None:
    """Print one row."""
    print(
        f"| {model} | {name} | {score[0]:.3f} | {score[1]:.3f} | {score[2]:.3f} | {score[3]:.3f} at {score[4]:.2f} |"
    )


def score(vectors: NDArray[np.int8], stories: NDArray[np.str_]) -> NDArray[np.float64]:
    """Return R@1, MRR, pair AUC, the best F1 of pairs and its cosine."""
    similarity = cosines(vectors)
    same = stories[:, np.newaxis] == stories[np.newaxis, :]
    pairs = np.triu_indices(len(stories), 1)
    best, threshold = best_threshold(same[pairs], similarity[pairs])
    auc = roc_auc_score(same[pairs], similarity[pairs])
    np.fill_diagonal(similarity, -np.inf)
    np.fill_diagonal(same, False)
    nearest_first = np.argsort(-similarity, axis=1, kind="stable")
    found = np.take_along_axis(same, nearest_first, axis=1)[same.any(axis=1)]
    ranks = found.argmax(axis=1) + 1
    return np.array([np.mean(ranks == 1), np.mean(1 / ranks), auc, best, threshold])


def cosines(vectors: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return the cosine of every pair; that of a zero vector is 0."""
    exact = vectors.astype(np.float64)
    lengths = np.linalg.norm(exact, axis=1, keepdims=True)
    exact /= np.where(lengths > 0, lengths, 1.0)
    return exact @ exact.T


def best_threshold(same: NDArray[np.bool_], similarity: NDArray[np.float64]) -> tuple[float, float]:
    """Return the best F1 of calling pairs above a threshold one story, and that threshold."""
    precision, recall, thresholds = precision_recall_curve(same, similarity)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    best = int(f1[:-1].argmax())
    return float(f1[best]), float(thresholds[best])


if __name__ == "__main__":
    main()
