"""The word cache gives the ids of the real tokeniser, whatever the script, the order or the fill."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from embeddings.static.table import load_table
from embeddings.static.word_cache import LONGEST_WORD, WordCache

SENTENCES = [
    "The delegations met in Istanbul on Monday; a second round is due by 12:30 p.m., officials said.",
    "It's a $4.5bn deal (+3%), isn't it? e-mail: desk@example.org [SEP] [UNK] <b> #talks_2026 C++/C#",
    "Les négociateurs se sont retrouvés à Istanbul, « une première » depuis l’été… Œuvre, ça, naïve.",
    "Die Gespräche über Getreide wurden in İstanbul wieder aufgenommen – größtenteils ohne Öffentlichkeit.",
    "İstanbul'da görüşmeler yeniden başladı; heyetler ığüşöç harfleriyle yazılan bir bildiri imzaladı.",
    "Переговоры возобновились в Стамбуле: делегации, ещё раз, встретились. Ёлки!",
    "Οι συνομιλίες ξανάρχισαν στην Κωνσταντινούπολη· ΣΊΣΥΦΟΣ και τελικός Σ.",
    "استؤنفت المحادثات في إسطنبول، وقالت الوفودُ إنّ الاتفاق قريب؟",
    "השיחות התחדשו באיסטנבול, כך מסרו המשלחות.",
    "会谈在伊斯坦布尔重新开始，双方代表团表示：协议“接近达成”。GDP增长3.2%",
    "イスタンブールで会談が再開された。ﾊﾝｶｸとＺＥＮＫＡＫＵ、がぎぐげご",
    "이스탄불에서 회담이 다시 시작되었다. 한글 조합 각각",
    "इस्तांबुल में वार्ता फिर शुरू हुई, प्रतिनिधियों ने कहा।",
    "การเจรจาเริ่มขึ้นอีกครั้งที่อิสตันบูล",
    "e\u0301te\u0301 .\u0301 \u0301a ﬁne ² ½ № ™ 🌍🏽 👩\u200d🚀",
    "\u00a0nbsp\u3000wide\u2003em zero\u200bwidth soft\u00adhyphen",
    "a" * 99 + " " + "b" * 100 + " " + "c" * 101 + " " + "é" * 40 + " " + "中" * 60,
    "tab\tnewline\nreturn\r\nvertical\x0bform\x0cbell\x07nul\x00 unit\x1fsep next\x85line line\u2028sep",
    "",
    " \n ",
    "...",
]
MIXED = st.text(
    st.one_of(
        st.sampled_from("the talks in Istanbul .,;'\"-_[]()/ \t\n"),
        st.sampled_from("éüßİıøŒſΣςσЁёйאبّ中文がﾊ한क़ไ’“”—…\u00a0\u0301\u0308\u200b\u200d\u3000"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=40,
)


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return load_table("newsfold-static-en").tokenizer


@pytest.fixture(scope="module")
def cache(tokenizer: Tokenizer) -> WordCache:
    return WordCache(tokenizer)


def real_ids(tokenizer: Tokenizer, texts: list[str]) -> list[list[int]]:
    return [encoding.ids for encoding in tokenizer.encode_batch_fast(texts, add_special_tokens=False)]


def cached_ids(cache: WordCache, texts: list[str]) -> list[list[int]]:
    ids, ends = cache.tokenise(texts)
    starts = [0, *ends.tolist()]
    return [ids[start:end].tolist() for start, end in zip(starts, ends.tolist(), strict=False)]


def test_every_script_gets_the_ids_of_the_real_tokeniser(cache: WordCache, tokenizer: Tokenizer) -> None:
    for _ in range(2):  # the first time unknown words, the second time known ones
        assert cached_ids(cache, SENTENCES) == real_ids(tokenizer, SENTENCES)


@given(texts=st.lists(MIXED, max_size=4))
@settings(max_examples=500, deadline=None)
def test_any_text_gets_the_ids_of_the_real_tokeniser(
    cache: WordCache, tokenizer: Tokenizer, texts: list[str]
) -> None:
    assert cached_ids(cache, texts) == real_ids(tokenizer, texts)


def test_a_word_too_long_to_keep_is_resolved_each_time(cache: WordCache, tokenizer: Tokenizer) -> None:
    long_word = "x" * (LONGEST_WORD + 1)
    kept = len(cache)
    assert cached_ids(cache, [long_word, long_word]) == real_ids(tokenizer, [long_word, long_word])
    assert len(cache) == kept


@pytest.mark.parametrize("capacity", [1, 8, 256])
def test_a_full_cache_is_emptied_and_stays_right(tokenizer: Tokenizer, capacity: int) -> None:
    cache = WordCache(tokenizer, capacity)
    sizes = set()
    for _ in range(3):
        for sentence in SENTENCES:
            assert cached_ids(cache, [sentence]) == real_ids(tokenizer, [sentence])
            sizes.add(len(cache))
    assert max(sizes) <= capacity
    assert len(sizes) > 1 or capacity == 1


def test_a_batch_larger_than_a_slice_is_the_same_as_its_texts_alone(cache: WordCache) -> None:
    texts = [SENTENCES[number % 5] * 2_000 for number in range(40)]
    assert cached_ids(cache, texts) == [cached_ids(cache, [text])[0] for text in texts]


def test_a_lone_surrogate_is_read_as_a_question_mark(cache: WordCache, tokenizer: Tokenizer) -> None:
    assert cached_ids(cache, ["talks \ud800"]) == real_ids(tokenizer, ["talks ?"])
