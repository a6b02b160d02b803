"""How well an encoder finds reports of one event across languages.

    python benchmarks/encoders/languages.py MODEL[,MODEL...]

Sixteen invented events, each in one sentence of eight languages (events_in_eight_languages.jsonl, written for
this project). Printed per model, over pairs of different languages only: R@1 (for each text and each other language,
the nearest text of that language reports the same event), pair AUC, best F1 and its cosine; then R@1 by language.
"""

import json
import sys
from pathlib import Path

import numpy as np
from quality import best_threshold, cosines
from sklearn.metrics import roc_auc_score

from embeddings.encoder import EncoderSettings, EncoderText, load_encoder

EVENTS = Path(__file__).with_name("events_in_eight_languages.jsonl")


def main() -> None:
    """Print one Markdown table."""
    reports = [json.loads(line) for line in EVENTS.read_text(encoding="utf-8").splitlines()]
    events = np.array([report["event"] for report in reports])
    spoken = np.array([report["language"] for report in reports])
    languages = list(dict.fromkeys(spoken.tolist()))
    across = np.triu(spoken[:, np.newaxis] != spoken[np.newaxis, :])
    same = events[:, np.newaxis] == events[np.newaxis, :]
    print(
        f"| Model | R@1 | pair AUC | best F1 at cosine | R@1 {' / '.join(languages)} |\n|---|---|---|---|---|"
    )
    for model in sys.argv[1].split(","):
        encoder = load_encoder(EncoderSettings(model=model))
        similarity = cosines(
            encoder.encode([EncoderText(title=report["title"], text="") for report in reports])
        )
        hits = {language: [] for language in languages}
        for number, language in enumerate(spoken):
            for other in languages:
                if other != language:
                    candidates = np.flatnonzero(spoken == other)
                    nearest = candidates[similarity[number, candidates].argmax()]
                    hits[language].append(bool(same[number, nearest]))
        f1, threshold = best_threshold(same[across], similarity[across])
        auc = roc_auc_score(same[across], similarity[across])
        mean = np.mean([hit for those in hits.values() for hit in those])
        by_language = " / ".join(f"{np.mean(those):.2f}" for those in hits.values())
        print(
            f"| {Path(model).name} | {mean:.3f} | {auc:.3f} | {f1:.3f} at {threshold:.2f} | {by_language} |"
        )


if __name__ == "__main__":
    main()
