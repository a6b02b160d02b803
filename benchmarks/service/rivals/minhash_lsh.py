"""Rival (b): datasketch's MinHash and MinHashLSH in a consumer; an article joins the story of the first candidate."""

import re

from datasketch import MinHash, MinHashLSH

from benchmarks.service.rivals.loop import Sent, serve, threshold

JACCARD = 0.5  # of sets of word triples: the library's own default
PERMUTATIONS = 128  # its default too
_WORD = re.compile(r"\w+")


def main() -> None:
    """Serve."""
    index = MinHashLSH(threshold=threshold(JACCARD), num_perm=PERMUTATIONS)
    stories: list[int] = []

    def assign(articles: list[Sent]) -> list[int]:
        found = []
        for one in articles:
            words = _WORD.findall(f"{one.title} {one.text}".lower())
            signature = MinHash(num_perm=PERMUTATIONS)
            signature.update_batch(
                [" ".join(words[k : k + 3]).encode() for k in range(max(1, len(words) - 2))]
            )
            candidates = index.query(signature)
            number = len(stories)
            story = stories[min(candidates)] if candidates else number
            index.insert(number, signature)
            stories.append(story)
            found.append(story)
        return found

    serve(assign)


if __name__ == "__main__":
    main()
