"""A tokeniser that remembers words: the same ids as the real one, at ten to thirty times the speed once warm.

Tokenising is nearly all the cost of a static table, and news repeats its words. A text is cut where the real
tokeniser always cuts, at ASCII white space and, for BERT's, at ASCII punctuation; between two such cuts its rules
look at nothing outside, so what lies between them (a `word` here, though a run of Chinese is one too) can be resolved
by itself, once, by the real tokeniser. The cuts are made on UTF-8 bytes; a found word is compared byte by byte, so
that two words of one hash are never mixed up.

The cache is bounded: a word too long to keep is resolved each time it comes, and a full cache is emptied.
"""

import string
from collections.abc import Iterator, Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from embeddings.jit import kernel, part

Ids = NDArray[np.int32]
Ends = NDArray[np.int64]
Bytes = NDArray[np.uint8]

WORDS = 1 << 18  # kept; a month of English news has some 200,000 spellings
SLOTS_PER_WORD = 2  # the hash table is at most half full
BYTES_PER_WORD = 16  # on average; a cache of longer words is full sooner
IDS_PER_WORD = 4
LONGEST_WORD = 64  # bytes; what is longer hardly comes twice
SLICE_BYTES = 1 << 22  # of text cut at once; bounds the working memory at some 40 MB

WORD, GAP, MARK = 0, 1, 2  # part of a word; between words; a word by itself
FNV_OFFSET, FNV_PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)  # FNV-1a, 64 bit


def classify_bytes(tokenizer: Tokenizer) -> Bytes:
    """Class the 256 byte values by where the tokeniser always cuts.

    All do at ASCII white space; BERT's also takes each ASCII punctuation mark by itself.
    """
    classes = np.full(256, WORD, dtype=np.uint8)
    classes[[ord(gap) for gap in " \t\n\r"]] = GAP
    if isinstance(tokenizer.pre_tokenizer, BertPreTokenizer):
        classes[[ord(mark) for mark in string.punctuation]] = MARK
    return classes


class WordCache:
    """The ids of texts, by way of remembered words. Not thread-safe: one thread at a time."""

    def __init__(self, tokenizer: Tokenizer, capacity: int = WORDS) -> None:
        """Wrap a tokeniser; keep at most `capacity` words, a power of two."""
        self._tokenizer = tokenizer
        self._classes = classify_bytes(tokenizer)
        self._slots = np.empty(SLOTS_PER_WORD * capacity, dtype=np.int32)
        self._hashes = np.empty(capacity, dtype=np.uint64)
        self._keys = np.empty(BYTES_PER_WORD * capacity, dtype=np.uint8)
        # The key of word n lies between ends n and n + 1.
        self._key_ends = np.zeros(capacity + 1, dtype=np.int64)
        self._ids = np.empty(IDS_PER_WORD * capacity, dtype=np.int32)
        self._id_ends = np.zeros(capacity + 1, dtype=np.int64)
        self._forget()

    def __len__(self) -> int:
        return self._words

    def tokenise(self, texts: Sequence[str]) -> tuple[Ids, Ends]:
        """Return the ids of all texts one after the other, and where those of each text end."""
        parts = [
            self._tokenise_slice(part) for part in _slices([text.encode(errors="replace") for text in texts])
        ]
        lengths = [np.diff(ends, prepend=0) for _, ends in parts]
        ids = np.concatenate([np.empty(0, np.int32), *(ids for ids, _ in parts)])
        return ids, np.cumsum(np.concatenate([np.empty(0, np.int64), *lengths]))

    def _tokenise_slice(self, texts: list[bytes]) -> tuple[Ids, Ends]:
        content = b"".join(texts)
        text_ends = np.cumsum([len(text) for text in texts], dtype=np.int64)
        words, word_ends, unknown = _find_words(
            np.frombuffer(content, dtype=np.uint8), text_ends, self._classes, self._slots, self._hashes, self._keys,
            self._key_ends,
        )  # fmt: skip
        spellings = [content[start:end] for start, end in unknown.tolist()]
        resolved = self._resolve(spellings)
        fresh = np.concatenate([np.empty(0, np.int32), *(resolved[spelling] for spelling in spellings)])
        fresh_ends = np.cumsum([0, *(len(resolved[spelling]) for spelling in spellings)], dtype=np.int64)
        ids, id_ends = _gather_ids(words, word_ends, self._ids, self._id_ends, fresh, fresh_ends)
        for spelling, its_ids in resolved.items():
            if len(spelling) <= LONGEST_WORD:
                self._remember(spelling, its_ids)
        return ids, id_ends

    def _resolve(self, spellings: Sequence[bytes]) -> dict[bytes, Ids]:
        """Ask the real tokeniser, once for each spelling."""
        unique = list(dict.fromkeys(spellings))
        encodings = self._tokenizer.encode_batch_fast(
            [one.decode() for one in unique], add_special_tokens=False
        )
        return {
            one: np.array(found.ids, dtype=np.int32) for one, found in zip(unique, encodings, strict=True)
        }

    def _remember(self, spelling: bytes, ids: Ids) -> None:
        if not self._has_room(len(spelling), len(ids)):
            self._forget()
            if not self._has_room(len(spelling), len(ids)):
                return
        key_end, id_end = self._key_ends[self._words], self._id_ends[self._words]
        self._keys[key_end : key_end + len(spelling)] = np.frombuffer(spelling, dtype=np.uint8)
        self._key_ends[self._words + 1] = key_end + len(spelling)
        self._ids[id_end : id_end + len(ids)] = ids
        self._id_ends[self._words + 1] = id_end + len(ids)
        _occupy_slot(self._slots, self._hashes, self._keys, self._key_ends, self._words)
        self._words += 1

    def _has_room(self, key_bytes: int, ids: int) -> bool:
        return bool(
            self._words < len(self._hashes)
            and self._key_ends[self._words] + key_bytes <= len(self._keys)
            and self._id_ends[self._words] + ids <= len(self._ids)
        )

    def _forget(self) -> None:
        self._words = 0
        self._slots.fill(-1)


def _slices(texts: list[bytes]) -> Iterator[list[bytes]]:
    """Group texts so that each group holds about SLICE_BYTES; a longer text goes alone."""
    group: list[bytes] = []
    held = 0
    for text in texts:
        if group and held + len(text) > SLICE_BYTES:
            yield group
            group, held = [], 0
        group.append(text)
        held += len(text)
    if group:
        yield group


@njit(inline="always")  # as a call it costs the encoder a tenth of its speed
def _hash(content: Bytes, start: int, end: int) -> np.uint64:
    state = FNV_OFFSET
    for position in range(start, end):
        state = (state ^ np.uint64(content[position])) * FNV_PRIME
    return state ^ (state >> np.uint64(32))


@njit(inline="always")
def _is_key(content: Bytes, start: int, end: int, keys: Bytes, key: int) -> bool:
    """Whether content[start:end] is the key that begins at `key`, of the same length."""
    same = True
    for offset in range(end - start):
        if keys[key + offset] != content[start + offset]:
            same = False
            break
    return same


@part
def _look_up(
    content: Bytes,
    start: int,
    end: int,
    sought: np.uint64,
    slots: Ids,
    hashes: NDArray[np.uint64],
    keys: Bytes,
    key_ends: Ends,
) -> int:
    """Return the number of the word content[start:end], whose hash is `sought`, or -1."""
    slot = np.int64(sought & np.uint64(len(slots) - 1))
    while slots[slot] >= 0:
        number = slots[slot]
        key = key_ends[number]
        if (
            hashes[number] == sought
            and key_ends[number + 1] - key == end - start
            and _is_key(content, start, end, keys, key)
        ):
            return int(number)
        slot = (slot + 1) & (len(slots) - 1)
    return -1


@kernel
def _find_words(
    content: Bytes,
    text_ends: Ends,
    classes: Bytes,
    slots: Ids,
    hashes: NDArray[np.uint64],
    keys: Bytes,
    key_ends: Ends,
) -> tuple[Ids, Ends, NDArray[np.int64]]:
    """Cut texts into words and look each up.

    Returns the words of all texts (the number of a known one; -1 - n for the nth unknown), where each text's words
    end, and where the unknown words lie in `content` [unknown, 2].
    """
    sought = np.empty(len(content), dtype=np.uint64)
    places = np.empty((len(content), 2), dtype=np.int32)
    word_ends = np.empty(len(text_ends), dtype=np.int64)
    count = 0
    position = 0
    for text in range(len(text_ends)):
        end = text_ends[text]
        while position < end:
            start = position
            kind = classes[content[position]]
            if kind == GAP:
                position += 1
                continue
            state = (FNV_OFFSET ^ np.uint64(content[position])) * FNV_PRIME
            position += 1
            if kind == WORD:
                while position < end and classes[content[position]] == WORD:
                    state = (state ^ np.uint64(content[position])) * FNV_PRIME
                    position += 1
            sought[count] = state ^ (state >> np.uint64(32))
            places[count, 0] = start
            places[count, 1] = position
            count += 1
        word_ends[text] = count
    # Each of these loops reads far apart in memory, and waits for many of its words at once.
    words = np.empty(count, dtype=np.int32)
    mask = np.uint64(len(slots) - 1)
    for word in range(count):
        words[word] = slots[sought[word] & mask]
    fits = np.empty(count, dtype=np.bool_)
    for word in range(count):
        number = max(words[word], 0)
        length = places[word, 1] - places[word, 0]
        fits[word] = hashes[number] == sought[word] and key_ends[number + 1] - key_ends[number] == length
    unknown = np.empty((count, 2), dtype=np.int64)
    missing = 0
    for word in range(count):
        number = words[word]
        start, end = places[word, 0], places[word, 1]
        if number >= 0 and not (fits[word] and _is_key(content, start, end, keys, key_ends[number])):
            number = _look_up(content, start, end, sought[word], slots, hashes, keys, key_ends)
        if number < 0:
            unknown[missing, 0] = start
            unknown[missing, 1] = end
            missing += 1
            number = -missing
        words[word] = number
    return words, word_ends, unknown[:missing].copy()


@kernel
def _occupy_slot(slots: Ids, hashes: NDArray[np.uint64], keys: Bytes, key_ends: Ends, number: int) -> None:
    """Enter word `number`, whose key is in place, into the hash table."""
    hashes[number] = _hash(keys, key_ends[number], key_ends[number + 1])
    slot = np.int64(hashes[number] & np.uint64(len(slots) - 1))
    while slots[slot] >= 0:
        slot = (slot + 1) & (len(slots) - 1)
    slots[slot] = number


@kernel
def _gather_ids(
    words: Ids, word_ends: Ends, known: Ids, known_ends: Ends, fresh: Ids, fresh_ends: Ends
) -> tuple[Ids, Ends]:
    """Write out the ids of the words: of known ones from the cache, of unknown ones from `fresh`."""
    total = 0
    for word in words:
        total += (
            known_ends[word + 1] - known_ends[word]
            if word >= 0
            else fresh_ends[-word] - fresh_ends[-word - 1]
        )
    ids = np.empty(total, dtype=np.int32)
    id_ends = np.empty(len(word_ends), dtype=np.int64)
    written = number = 0
    for text in range(len(word_ends)):
        while number < word_ends[text]:
            word = words[number]
            number += 1
            if word >= 0:
                source, start, end = known, known_ends[word], known_ends[word + 1]
            else:
                source, start, end = fresh, fresh_ends[-word - 1], fresh_ends[-word]
            for at in range(start, end):
                ids[written] = source[at]
                written += 1
        id_ends[text] = written
    return ids, id_ends
