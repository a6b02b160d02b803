"""What the clean-up promises: readable text out of whatever a feed sends, bounded, and never an exception."""

import unicodedata

import ftfy
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stream.articles import cleaning as embeddings_text
from stream.articles.cleaning import MAX_CLEAN_CHARACTERS, MAX_RAW_CHARACTERS, clean_text

ANY_TEXT = st.text(st.characters(), max_size=300)
HTML_PIECES = st.lists(
    st.sampled_from(
        ["<p>", "</p>", "<b", ">", "<table>", "<td>", "<!--", "-->", "<![CDATA[", "<script>", "</script>", "&amp;",
         "&#0;", "&#xD800;", "&lt;p&gt;",
         "<a href='", "'", "\x00", "\ud800", "news", " ", "\n", "<body>", "</html>", "Ã©"]
    ),
    max_size=60,
).map("".join)  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("Talks resume in Istanbul", "Talks resume in Istanbul"),
        ("<p>First &amp; last.</p><p>Second<br>line</p>", "First & last.\n\nSecond\nline"),
        ("&lt;p&gt;Escaped as a whole&lt;/p&gt;", "Escaped as a whole"),
        ("Fish &amp; chips", "Fish & chips"),
        ("Fish &amp;amp;amp; chips", "Fish & chips"),
        ("The mayor&amp;#8217;s plan &amp;ndash; what&amp;rsquo;s in it", "The mayor’s plan – what’s in it"),
        ("<![CDATA[Ferry back in service]]>", "Ferry back in service"),
        ("<![CDATA[<p>Ferry &amp;amp; tram</p>]]>", "Ferry & tram"),
        ("Prize for H<sub>2</sub>O work", "Prize for H2O work"),
        ("<amp-img src='a.jpg'></amp-img>Ferry back", "Ferry back"),
        (
            "<p>By &lt;a href=&quot;/staff&quot;&gt;our reporter&lt;/a&gt;, Selmo</p>",
            "By our reporter, Selmo",
        ),
        ("<p>One.</p><p>By &lt;i&gt;us&lt;/i&gt;.</p>", "One.\n\nBy us."),
        ("First paragraph.\n\nSecond <b>one</b>.", "First paragraph.\n\nSecond one."),
        ("Under <5 euros, hearts <3 and <Reuters> stay", "Under <5 euros, hearts <3 and <Reuters> stay"),
        ("5 < 6 and 7 > 2", "5 < 6 and 7 > 2"),
        ("<p>Seen</p><script>var x = '<p>unseen</p>';</script><style>p {}</style>", "Seen"),
        ("<ul><li>one<li>two</ul>", "one\ntwo"),
        ("cafÃ© and â€œquotesâ€\x9d", "café and “quotes”"),
        ("<p>CafÃ&copy; news</p>", "Café news"),
        ("e\u0301t\u00e9", "\u00e9t\u00e9"),
        ("zero\u200bwidth \u202eright-to-left\u202c so\u00adft", "zerowidth right-to-left soft"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("one\r\n\r\n\r\n\r\ntwo\u2028three\tfour  five", "one\n\ntwo\nthree four five"),
        ("lone \ud800 half, whole \ud83d\ude00", "lone \ufffd half, whole \U0001f600"),
        ("東京で会談　再開", "東京で会談 再開"),
        ("  \n\t ", ""),
        ("<p></p>", ""),
    ],
)
def test_a_field_becomes_what_a_reader_would_read(raw: str, cleaned: str) -> None:
    assert clean_text(raw) == cleaned


def test_a_whole_page_is_cut_to_its_article() -> None:
    page = (
        "<html><head><title>Outlet</title></head><body><nav><a href='/'>Home</a> <a href='/s'>Sport</a></nav>"
        "<main><article><h1>Bridge opens</h1><p>The new bridge over the Orla opened to traffic on Friday.</p>"
        "</article></main>"
        "<footer>All rights reserved</footer></body></html>"
    )
    assert clean_text(page) == "Bridge opens\n\nThe new bridge over the Orla opened to traffic on Friday."


@given(st.one_of(ANY_TEXT, HTML_PIECES))
@example("\udcff<p>")
@settings(max_examples=400, deadline=None)
def test_any_string_comes_out_readable(raw: str) -> None:
    cleaned = clean_text(raw)
    assert len(cleaned) <= MAX_CLEAN_CHARACTERS
    assert cleaned == cleaned.strip()
    assert "  " not in cleaned
    assert "\n\n\n" not in cleaned
    assert cleaned.encode().decode() == cleaned
    assert not [c for c in cleaned if c != "\n" and unicodedata.category(c) in ("Cc", "Cs")]


@pytest.mark.parametrize(
    "piece",
    ["<div>", "<b><p></b>", "<table><tr><td>", "<font size=1><p>", "<!--", "<", "&amp;", "&lt;", "<p a=", "a ", "\n",
     "“Ã©", "<select><option>", "<svg>", "\x1b[", "\u0344", "<p>x", "&lt;div&gt;"],
)  # fmt: skip
def test_hostile_repetition_stays_bounded(piece: str) -> None:
    cleaned = clean_text(piece * 400_000)
    assert len(cleaned) <= MAX_CLEAN_CHARACTERS


def test_a_tag_of_many_attributes_stays_bounded() -> None:
    attributes = " ".join(f"a{n}=1" for n in range(200_000))
    assert clean_text(f"<p>before</p><p {attributes}>after</p>") == "before"


def test_what_lies_beyond_the_bound_is_not_read() -> None:
    assert clean_text(" " * MAX_RAW_CHARACTERS + "unread") == ""
    assert clean_text("a" * MAX_RAW_CHARACTERS) == "a" * MAX_CLEAN_CHARACTERS


_SIGNS = "aZ .,‘’“”–—…\u00a0€£©®°·»«¡¿ÀÂÃÄÅÉÑÖØÜßàâãäéñöøüŒœŠšŁł§¶ª²½×÷ǅﬁИвГ√Ωβא新한क"


@given(
    st.text(
        st.one_of(st.sampled_from(_SIGNS), st.characters(min_codepoint=0x20, max_codepoint=0x24FF)),
        max_size=6,
    )
)
@settings(max_examples=1_000, deadline=None)
def test_lines_that_skip_the_repair_are_lines_that_ftfy_would_leave_alone(line: str) -> None:
    if line.isprintable() and not embeddings_text._MAY_BE_MOJIBAKE.search(line):
        assert ftfy.fix_text(line, embeddings_text._REPAIR) == unicodedata.normalize("NFC", line)
