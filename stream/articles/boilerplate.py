"""What web pages say about themselves beside the news: cookie notices, newsletters, links to more. In English.

And offers of a subscription in place of a text, in the languages whose news sites were looked at.
"""

import re
from collections.abc import Sequence

from stream.articles.sign_search import automaton, phrases_in

# A sentence or line with these words is dropped ...
_NOTICE = re.compile(
    r"java ?script|cookies?\b|ad ?block|your browser|privacy policy|terms of (?:service|use)|all rights reserved"
    r"|consent|(?:by )?entering your (?:e-?mail|name)|(?:signed|sign) up (?:for|to)\b|content provided by"
    r"|ask for your permission|to view this (?:content|video)|marketing messages|advertising partners"
    r"|free newsletters?|our newsletters?|subscribe (?:now|to|today)|enable it"
    r"|(?:for|to) subscribers only|subscribers can read|already a (?:subscriber|member\?)|subscribe for only"
    r"|unavailable (?:due to|for) legal reasons|access this (?:web)?site from a country|access cannot be granted"
    r"|r[ée]serv[ée]e?s? (?:à nos|aux) abonn|d[ée]j[àa] abonn|abonnez-vous|s['’]abonner|de cet article [àa] lire"
    r"|(?:jetzt|bereits|nur für) abonn|abo abschließen|mit (?:einem )?abo weiterlesen|artikel weiterlesen"
    r"|para suscriptores|ya eres suscriptor|suscr[íi]bete|hazte suscriptor|riservat\w+ agli abbonati|gi[àa] abbonat"
    r"|para assinantes|j[áa] (?:é|sou) assinante|assine (?:já|agora)|voor abonnees|neem een abonnement"
    r"|(?:for|bli) (?:abonnent|prenumerant)|dla prenumerator|wykup (?:prenumerat|subskrypcj)"
)
MAX_NOTICE_CHARACTERS = 320  # ... if it is no longer than this: longer ones are prose about cookies
# ... and a short line by these as well.
_PAGE_SIGNS = (
    *("related article", "related stor", "related content", "related topic", "related coverage", "read more"),
    *(
        "read next",
        "read also",
        "more from",
        "more on this",
        "see also",
        "copyright",
        "advertisement",
        "click here",
    ),
    *("follow us", "share this", "share on", "sign in", "log in", "view comments", "view gallery"),
    *(
        "continue reading",
        "story continues",
        "photo:",
        "photo :",
        "image source",
        "image caption",
        "getty images",
    ),
    *("you may like", "you may also like", "recommended", "most read", "most popular", "trending", "loading"),
    *("newsletter", "subscri"),
)
MAX_PAGE_LINE_CHARACTERS = 90
MAX_PAGE_CHARACTERS = (
    1_000  # of a page that is about nothing but itself: three times the longest of 16 among 20,000 texts
)
_SENTENCES = re.compile(r"(?<=[.!?…。！？])\s+")

# One of these is in whatever a notice matches: looking for them is many times faster than the pattern.
_NOTICE_SIGNS = (
    *("javascript", "java script", "cookie", "adblock", "ad block", "your browser", "privacy policy"),
    *("terms of service", "terms of use", "all rights reserved", "consent", "entering your ", "sign up "),
    *("signed up ", "content provided by", "your permission", "to view this ", "marketing messages"),
    *("advertising partners", "newsletter", "subscribe ", "enable it", "subscribers ", "already a "),
    *("legal reasons", "access this ", "access cannot be granted", "abonn", "de cet article "),
    *("abo abschlie", "abo weiterlesen", "artikel weiterlesen", "suscr", "abbonat", "assinant"),
    *("assine ", "prenumer", "subskrypcj"),
)


_PHRASES = automaton(_NOTICE_SIGNS, _PAGE_SIGNS)


def without_boilerplate(text: str) -> str:
    """The text without the sentences in which a page talks about itself; paragraphs stay apart."""
    return without_boilerplate_each([text])[0]


def without_boilerplate_each(texts: Sequence[str]) -> list[str]:
    """Each text without the sentences in which a page talks about itself, with less work for each."""
    found = phrases_in(texts, _PHRASES, MAX_PAGE_LINE_CHARACTERS)
    return [
        _without(text, *signs) if signs != (0, 0) else text for text, signs in zip(texts, found, strict=True)
    ]


def _without(text: str, signs: int, page_signs: int) -> str:
    """The text without what these signs, given as bits, mark as a notice."""
    notices, page = _chosen(_NOTICE_SIGNS, signs), _chosen(_PAGE_SIGNS, page_signs)
    return "\n".join([_told(line, notices, page) for line in text.split("\n")])


def is_boilerplate(text: str) -> bool:
    """Whether a page is about nothing but itself: notices of two kinds, and nothing beside them.

    One kind is not enough: a brief of one sentence may be about consent, or cookies.
    """
    if len(text) > MAX_PAGE_CHARACTERS or any(
        _told(line, _NOTICE_SIGNS, _PAGE_SIGNS).strip() for line in text.split("\n")
    ):
        return False
    return len(set(_NOTICE.findall(text.lower()))) > 1


def _chosen(signs: Sequence[str], bits: int) -> list[str]:
    return [sign for place, sign in enumerate(signs) if bits >> place & 1]


def _told(line: str, signs: Sequence[str], page_signs: Sequence[str]) -> str:
    """What a line says beside its notices; `signs` and `page_signs` are those to look for."""
    lowered = line.lower()
    if len(line) <= MAX_PAGE_LINE_CHARACTERS and any(sign in lowered for sign in page_signs):
        return ""
    if not any(sign in lowered for sign in signs):
        return line
    return " ".join(sentence for sentence in _SENTENCES.split(line) if not _is_notice(sentence))


def _is_notice(sentence: str) -> bool:
    if len(sentence) > MAX_NOTICE_CHARACTERS:
        return False
    return _NOTICE.search(sentence.lower()) is not None
