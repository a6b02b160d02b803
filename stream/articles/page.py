"""The report of a page: what stands under its headline, without what crawlers deliver around it.

A page is made of segments. Above the report stand the outlet's name, the headline once more, a notice; below it
buttons and links, teasers, other reports in full. Only the report is compared with other articles. Each rule here
looks at the headline: what a passage has in common with it shows whether the passage is of the report.
"""

import re
from collections.abc import Sequence
from functools import cache
from itertools import islice, zip_longest

from stopwordsiso import stopwords

from stream.articles.language import contradicts
from stream.articles.page_lines import UNSPACED, Line, Page, pages_of
from stream.articles.standing_headline import is_standing

TITLE_LINES = 12  # from the top, among which the headline is looked for once more
CONTENT_LETTERS = 5  # words of as many letters, figures and words of other scripts are content
STEM_LETTERS = 5  # by which inflected forms meet
SUBJECT_WORDS = 3  # content words from which on a headline says what its report is about
BREAK_LINES = 3  # short lines in a row that set two segments apart without a heading
EXAMINED_WORDS = 80  # of a segment's start
OWN_HEADLINE = 0.5  # share of a headline's content found under it: it is the headline of what follows
STUB_WORDS = 45  # a text no longer than this that has nothing in common with its headline is none,
# and a single paragraph no longer than this: a refusal. Of 746 texts of 46 to 120 words of allsides_dev two have
# nothing in common; a tabloid's lively paragraphs may have nothing either, and are a report.
REFUSAL_WORDS = 90
OFFER_WORDS = 90  # a teaser and the offer to read on
NOTICE_WORDS = 90  # and so is a first or last paragraph that is no longer than this
NOTICE_SHARE = 0.5  # of the text: what is longer is the report, and the rest what stands below it

# Headings over what is not of the report, in the languages whose news sites were looked at.
_HEADING = re.compile(
    r"^\W*(?:(?:more )?related(?: (?:articles?|stor(?:y|ies)|news|content|coverage|topics?|posts?|links?))?|see also"
    r"|(?:read|see) (?:more|next|also)|more (?:from|on|in|stories|news|top stories|headlines|like this)\b.{0,40}"
    r"|recommended(?: (?:for you|reading|stories|articles))?|you (?:may|might) (?:also )?(?:like|enjoy)"
    r"|(?:most|also) (?:read|popular|viewed)|trending(?: now)?|top stories|latest (?:news|stories|headlines)"
    r"|(?:\d+ )?comments?(?: \(\d+\))?|no comments(?: yet)?|leave a (?:comment|reply)|editors?'? (?:picks?|choice)"
    r"|don'?t miss|what to read next|from our partners|sponsored|around the web|up next|other stories|in other news"
    r"|(?:das könnte sie|auch) (?:auch )?interess\w+|mehr zum thema|lesen sie auch|weitere (?:artikel|nachrichten)"
    r"|also in the news|meistgelesen|kommentare"
    r"|(?:à|a) lire aussi|sur le même (?:sujet|thème)|articles? (?:liés?|similaires|connexes)"
    r"|lire aussi|les plus lus|commentaires|(?:noticias|artículos|notas) relacionad[ao]s|más noticias"
    r"|le puede interesar|te puede interesar|lea también|lee también|lo más (?:leído|visto)|comentarios"
    r"|leggi anche|articoli correlati"
    r"|potrebbe interessarti|leia (?:também|mais)|(?:notícias|matérias) relacionadas|veja também|lees ook|meer nieuws"
    r"|gerelateerd(?:e artikelen)?|läs (?:också|även|mer)|les også|læs også|czytaj (?:także|też|również)|zobacz też"
    r"|читайте также|по теме|другие новости|комментарии|читайте також|ilgili haberler|benzer haberler"
    r"|اقرأ أيضا|مواضيع ذات صلة|相关(?:新闻|阅读|文章|报道)|延伸阅读|推荐阅读"
    r"|関連(?:記事|ニュース)|おすすめ|관련 ?기사|संबंधित खबरें)\W*$",
    re.IGNORECASE,
)
# Closing lines of a wire desk: who wrote it, whose rights it is.
_CREDIT = re.compile(
    r"^\W*(?:(?:additional )?(?:reporting|writing|editing|research)(?: and (?:writing|editing))? by\b"
    r"|(?:written|edited|compiled|reported) by\b|our standards:|copyright\b|©|\(c\) ?\d{4}|all rights reserved"
    r"|alle rechte vorbehalten|tous droits réservés|todos los derechos reservados"
    r"|(?:redaktion|redacción|rédaction):)",
    re.IGNORECASE,
)
# Where and when a report was filed, and by which wire, as in `VELMAR, May 4 (Wire) - `: capitals, a day or a wire,
# else what stands before a dash is a clause.
_DATELINE = re.compile(
    r"^(?:[^\W\d_][\w.'’]{0,24}[ -]?){1,3}(?:, [\w.'’ ]{3,25}){0,2} ?"
    r"(?:\([\w.,'’/ ]{2,30}\))? ?[-–—]{1,2} (?=\S)"
)
_FILED = re.compile(r"^[^\W\d_a-zß-ÿ]{3}|, [^\W\d]{3,}\.? \d{1,2}\W|\)")
_CUT = re.compile(r"(?<=\w)(?: ?\.\.\.| ?…| \[…\])\s+(?=\S)")
_WORD = re.compile(r"\w+")
_UNSPACED = re.compile(f"[{UNSPACED}]")
_DASHES = ("- ", "– ", "— ")
DATELINE_CHARACTERS = 200  # no dateline is longer


def report_of(title: str, text: str, language: str | None = None) -> str:
    """Return the report's own text; empty where the page holds nothing that goes with its headline.

    `title` and `text` as cleaned. Where the headline says too little to judge by, only headings and repeated
    headlines show what is not of the report.
    """
    return reports_of([(title, text, language)])[0]


def reports_of(pages: Sequence[tuple[str, str, str | None]]) -> list[str]:
    """The report of each (title, text, language): that of report_of, with less work for each."""
    read = pages_of([text for _, text, _ in pages])
    return [_report(title, page, language) for (title, _, language), page in zip(pages, read, strict=True)]


def _report(title: str, page: Page, language: str | None) -> str:
    headline = frozenset() if is_standing(title, language) else content_of(title)
    if page.is_prose and _is_report(title, headline, page, language):
        return _without_dateline(page.text.strip())
    return _report_among(title, headline, page.lines, language)


def _is_report(title: str, headline: frozenset[str], page: Page, language: str | None) -> bool:
    """Whether a page of nothing but prose is one report whole, as few looks show; if not, each line is looked at."""
    first, second, last = page.landmarks
    wanted = _WORD.findall(title.lower())
    if wanted and _says(first.text, wanted):
        return False
    if language is not None and contradicts(last.text, language):
        return False
    if len(headline) >= SUBJECT_WORDS and (sum(page.words) <= OFFER_WORDS or _CREDIT.match(last.text)):
        return False
    return first is last or not _is_notice(title, headline, first, second, sum(page.words), language)


def _report_among(title: str, headline: frozenset[str], lines: list[Line], language: str | None) -> str:
    lines = lines[_start(title, lines) :]
    lines = lines[: _end(headline, lines)]
    if language is not None:
        lines = _without_foreign_end(lines, language)
    if len(headline) < SUBJECT_WORDS:
        return _without_dateline(_joined(_without_notice(title, headline, lines, language)))
    lines = _without_notice(title, headline, _without_credits(lines), language)
    words = sum([line.words for line in lines])
    is_paragraph = sum([line.words > 0 for line in lines]) == 1
    if words <= (REFUSAL_WORDS if is_paragraph else STUB_WORDS) and not headline & content_of(_joined(lines)):
        return ""
    text = _joined(lines)
    return _without_dateline(text if words > OFFER_WORDS else _without_offer(headline, text))


def content_of(text: str) -> frozenset[str]:
    """The content words of a text, by their stems: what two passages on one matter are likely to share."""
    words = _WORD.findall(text.lower())
    if text.isascii():
        return frozenset(
            [word[:STEM_LETTERS] for word in words if len(word) >= CONTENT_LETTERS or word.isdigit()]
        )
    found: set[str] = set()
    for word in words:
        if _UNSPACED.search(word):
            found.update(word[i : i + 2] for i in range(len(word) - 1))
        elif len(word) >= CONTENT_LETTERS or word.isdigit() or not (word.isascii() or len(word) < 3):
            found.add(word[:STEM_LETTERS])
    return frozenset(found)


def _joined(lines: list[Line]) -> str:
    return "\n".join(line.text for line in lines).strip()


def _plain(text: str) -> str:
    return " ".join(_WORD.findall(text.lower()))


def _says(text: str, words: list[str]) -> bool:
    """Whether a text has these words, and no others; read as far as they agree."""
    found = (match.group() for match in _WORD.finditer(text.lower()))
    return all(one == other for one, other in zip_longest(found, words))


def _start(title: str, lines: list[Line]) -> int:
    """Where the report starts: after the headline, if it stands on the page once more before any prose."""
    wanted = _WORD.findall(title.lower())
    start = 0
    for place, line in enumerate(lines[:TITLE_LINES]):
        if wanted and _says(line.text, wanted):
            start = place + 1
        elif line.is_prose:
            break
    return start


def _end(headline: frozenset[str], lines: list[Line]) -> int:
    """Where the report ends: before a break after which something else stands, or nothing but short lines."""
    if all(line.is_prose or line.is_blank for line in lines):
        return len(lines)  # no short line sets anything apart
    place = next((n for n, line in enumerate(lines) if line.is_prose), len(lines))
    while place < len(lines):
        begin = place
        while begin < len(lines) and lines[begin].is_prose:
            begin += 1
        after = begin
        while after < len(lines) and not lines[after].is_prose:
            after += 1
        if begin < len(lines) and _is_break(headline, lines[begin:after], lines[after:]):
            return begin
        place = after
    return len(lines)


def _is_break(headline: frozenset[str], between: list[Line], rest: list[Line]) -> bool:
    """Whether short lines between two passages end the report."""
    short = [line for line in between if line.text.strip()]
    headed = any(_HEADING.match(line.text.strip()) for line in short)
    repeated = len({_plain(line.text) for line in short if line.words > 2}) < sum(
        line.words > 2 for line in short
    )
    apart = len(short) >= BREAK_LINES and len(headline) >= SUBJECT_WORDS
    if not (headed or repeated or apart):
        return False
    if not rest:
        return headed
    follows = _opening_of(rest)
    own = max(
        (_share(other, follows) for line in short if not headline >= (other := content_of(line.text))),
        default=0,
    )
    ours = _share(headline, follows)
    if own >= OWN_HEADLINE and own > ours:
        return True
    return headed and ours == 0.0


def _opening_of(lines: list[Line]) -> frozenset[str]:
    words: list[str] = []
    for line in lines:
        words += line.text.split() if line.words < 2 * EXAMINED_WORDS or " " in line.text else [line.text]
        if len(words) >= EXAMINED_WORDS:
            break
    return content_of(" ".join(words[:EXAMINED_WORDS]))


def _share(some: frozenset[str], passage: frozenset[str]) -> float:
    return len(some & passage) / len(some) if len(some) >= SUBJECT_WORDS else 0.0


def _without_notice(
    title: str, headline: frozenset[str], lines: list[Line], language: str | None
) -> list[Line]:
    """Drop a first paragraph that has nothing in common with the headline, where the next one has."""
    prose = [*islice((place for place, line in enumerate(lines) if line.is_prose), 2)]
    words = sum([line.words for line in lines])
    if len(prose) == 2 and _is_notice(title, headline, lines[prose[0]], lines[prose[1]], words, language):
        return lines[prose[1] :]
    return lines


def _is_notice(
    title: str, headline: frozenset[str], first: Line, second: Line, words: float, language: str | None
) -> bool:
    """Whether a first paragraph has nothing in common with the headline nor the next, which has.

    `words`: of the whole text. What heads the headline does not show it: a podcast's credits name the podcast.
    """
    if first.words > min(NOTICE_WORDS, NOTICE_SHARE * words):
        return False
    content = content_of(first.text)
    if not headline & content <= _function_stems(language or "en"):
        return False
    following = content_of(second.text)
    found = headline & following
    head, _, rest = title.partition(": ")
    if rest and found <= content_of(head):
        return False
    return len(found) >= 2 and len(content & following) <= len(content) / 10


@cache
def _function_stems(language: str) -> frozenset[str]:
    """Of the words that say nothing of any matter ("through") the stems, as content has them."""
    return frozenset(word[:STEM_LETTERS] for word in stopwords(language) if len(word) >= CONTENT_LETTERS)


def _without_credits(lines: list[Line]) -> list[Line]:
    """Drop closing lines that credit who made the report."""
    end = len(lines)
    while end > 1 and (not lines[end - 1].text.strip() or _CREDIT.match(lines[end - 1].text)):
        end -= 1
    return lines[:end]


def _without_offer(headline: frozenset[str], text: str) -> str:
    """Drop what stands behind the dots of a short text that was cut off, where it says nothing of the matter."""
    *teaser, offer = _CUT.split(text)
    said = " ".join(teaser)
    if not teaser or content_of(offer) & (headline | content_of(said)):
        return text
    return said


def _without_dateline(text: str) -> str:
    beginning = text[:DATELINE_CHARACTERS]
    if not any(map(beginning.__contains__, _DASHES)):
        return text
    found = _DATELINE.match(text)
    return text[found.end() :] if found and _FILED.search(found[0]) else text


def _without_foreign_end(lines: list[Line], language: str) -> list[Line]:
    """Drop the last paragraphs that are in another language than the article."""
    end = len(lines)
    while end > 1:
        line = lines[end - 1]
        if line.text.strip() and not (line.is_prose and contradicts(line.text, language)):
            break
        end -= 1
    return lines[:end]
