"""The pages and the API over HTTP: what they show, whom they answer, and what they never let through."""

import base64
import json
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import feedparser
import pytest
from starlette.testclient import TestClient

from stream.board.context import Context
from stream.board.freshness import Changes, Freshness
from stream.board.projection import Kind, Message, apply
from stream.board.security import check_exposure
from stream.board.server import new_app
from stream.board.settings import BoardSettings
from stream.board.store import Store
from stream.errors import SettingsError
from tests.support.board import assignment_of, new_context, report_of, story_of, with_assignments

HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)"> {{ 7 * 7 }} \x00\x1b'
FERRY = report_of("ferry-1", "Ferry stranded off Halden")
EVIL = report_of("evil/1?x#y", HOSTILE, 1.0, url="javascript:alert(3)", source='"><b>Evil', language='"x')
HTML = {"accept": "text/html"}


@pytest.fixture
def context(tmp_path) -> Context:
    messages = [*with_assignments("ferry", FERRY), *with_assignments("evil", EVIL, keywords=[HOSTILE])]
    return new_context(tmp_path, messages)


@pytest.fixture
def client(context) -> Iterator[TestClient]:
    with TestClient(new_app(context), base_url="http://127.0.0.1") as client:
        yield client


PAGES = (
    "/",
    "/stories/evil",
    "/articles/evil%2F1%3Fx%23y/why",
    "/compare?one=evil&other=ferry",
    "/?q=%3Cscript%3E",
)


@pytest.mark.parametrize("path", PAGES)
def test_text_of_articles_is_shown_and_never_run(client, path):
    answer = client.get(path, headers=HTML)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert "<img" not in answer.text
    assert "<b>Evil" not in answer.text
    assert "javascript:" not in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "style=" not in answer.text  # the policy would drop it
    assert " on" not in {part[:3] for part in answer.text.split("<") if part.startswith(("a on", "p on"))}


def test_links_are_http_only_and_do_not_reach_back(client):
    page = client.get("/stories/ferry").text
    assert 'href="https://example.org/ferry-1" rel="noopener noreferrer nofollow"' in page
    assert "javascript:" not in client.get("/stories/evil").text


def test_a_merged_id_leads_to_the_heir(client, context):
    apply(context.store, [story_of("old", FERRY, status="merged", merged_into="ferry")], {})
    answer = client.get("/stories/old", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/stories/ferry?merged=old")
    assert client.get("/api/stories/old").json()["id"] == "ferry"
    assert client.get("/api/stories/old?follow=false").json()["status"] == "merged"


def test_the_api_gives_the_bytes_of_the_topic(client):
    assert client.get("/api/stories/ferry").content == story_of("ferry", FERRY).value
    assert client.get("/api/articles/ferry-1").content == assignment_of(FERRY, "ferry", "new").value
    assert client.get("/api/articles/evil%2F1%3Fx%23y").json()["article_id"] == "evil/1?x#y"
    assert client.get("/api/stories/none").json() == {"error": "there is no such story"}


def test_why_here_adds_up_the_evidence(client):
    why = client.get("/api/articles/ferry-1/why").json()
    assert [bar["name"] for bar in why["speaks_for"]] == ["names in common"]
    assert [bar["share"] for bar in why["speaks_against"]] == [pytest.approx(-0.6 / 3.1)]


def test_why_not_one_names_the_closest_decision(client, context):
    near = report_of("near", "Ferry and ice", 2.0)
    rival = {"story_id": "ferry", "score": 0.4}
    apply(context.store, [*with_assignments("ice", near), assignment_of(near, "ice", rival=rival)], {})
    found = client.get("/api/compare?one=ferry&other=ice").json()
    assert not found["is_one"]
    (attempt,) = found["attempts"]
    assert (attempt["article"]["id"], attempt["score"], attempt["other_score"]) == ("near", 2.5, 0.4)


def test_changes_are_complete_however_they_are_read(client, context):
    seen: dict[str, int] = {}
    since, gone = 0, []
    for number in range(6):
        apply(context.store, with_assignments(f"s{number % 3}", FERRY, version=number + 2), {})
        answer = client.get(f"/api/changes?since={since}").json()
        since, gone = answer["next"], gone + answer["removed"]
        seen |= {story["id"]: story["version"] for story in answer["stories"]}
    apply(context.store, [Message(Kind.STORY, "s0", None)], {})
    assert client.get(f"/api/changes?since={since}").json()["removed"] == ["s0"]
    assert seen == {"ferry": 1, "evil": 1, "s0": 5, "s1": 6, "s2": 7}


def test_an_editor_marks_and_takes_back(client):
    made = client.post("/marks", data={"kind": "apart", "story_id": "ferry", "article_id": "ferry-1"})
    assert "does not belong" in made.text
    (mark,) = client.get("/api/marks").json()
    assert mark["members"] == {"ferry": [["ferry-1"]]}
    assert client.get("/api/labels").text == '{"id":"ferry-1","cluster":"apart:ferry-1"}\n'
    assert "Ferry stranded off Halden" in client.get("/marks").text
    client.post(f"/marks/{mark['number']}/remove", data={"story_id": "ferry"})
    assert client.get("/api/marks").json() == []


@pytest.mark.parametrize(
    ("mark", "status"),
    [
        ({"kind": "fine", "story_id": "ferry"}, 201),
        ({"kind": "same", "story_id": "ferry", "other_story_id": "evil"}, 201),
        ({"kind": "same", "story_id": "ferry"}, 404),
        ({"kind": "fine", "story_id": "none"}, 404),
        ({"kind": "apart", "story_id": "ferry", "article_id": "none"}, 404),
        ({"kind": "wrong", "story_id": "ferry"}, 422),
    ],
)
def test_a_mark_over_the_api_needs_what_it_names(client, mark, status):
    assert client.post("/api/marks", json=mark).status_code == status


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"origin": "http://evil.example"}])
def test_a_form_of_another_page_is_refused(client, headers):
    answer = client.post("/marks", data={"kind": "fine", "story_id": "ferry"}, headers=headers)
    assert answer.status_code == 403
    assert client.get("/api/marks").json() == []


def test_a_host_name_that_is_not_ours_is_refused(client):
    assert client.get("/", headers={"host": "rebound.example"}).status_code == 421


def test_a_token_is_asked_for_everywhere_but_at_the_door(tmp_path):
    context = new_context(tmp_path, with_assignments("ferry", FERRY), token="of the desk")  # noqa: S106
    with TestClient(new_app(context), base_url="http://board.example") as client:
        assert client.get("/health").status_code == 200
        for path in ("/api/stories", "/metrics", "/feed.atom", "/events"):
            assert client.get(path).status_code == 401
        turned = client.get("/stories/ferry?x=1", headers=HTML, follow_redirects=False)
        assert turned.headers["location"] == "/login?next=%2Fstories%2Fferry%3Fx%3D1"
        assert client.get("/metrics", headers={"authorization": "Bearer of the desk"}).status_code == 200
        basic = base64.b64encode(b"reader:of the desk").decode()
        assert client.get("/feed.atom", headers={"authorization": f"Basic {basic}"}).status_code == 200
        for wrong in ("Bearer of the desc", "Basic !", "Basic " + base64.b64encode(b"\xff").decode(), ""):
            assert client.get("/metrics", headers={"authorization": wrong}).status_code == 401

        assert client.post("/login", data={"token": "guess"}).status_code == 401
        elsewhere = client.post(
            "/login", data={"token": "of the desk", "next": "//evil.example"}, follow_redirects=False
        )
        assert elsewhere.headers["location"] == "/"
        assert "of the desk" not in elsewhere.headers["set-cookie"]
        assert "HttpOnly" in elsewhere.headers["set-cookie"]
        assert client.get("/", headers=HTML).status_code == 200


def test_the_board_does_not_open_to_a_network_without_a_token():
    with pytest.raises(SettingsError, match="NEWSFOLD_BOARD__TOKEN"):
        check_exposure(BoardSettings(host="0.0.0.0"))  # noqa: S104
    check_exposure(BoardSettings(host="::1"))
    check_exposure(BoardSettings(host="0.0.0.0", token="x"))  # noqa: S104, S106


ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.mark.parametrize("query", ["", "?q=ferry", "?q=%22no+such+story%22&sort=reports"])
def test_the_atom_feed_is_sound(client, query):
    answer = client.get(f"/feed.atom{query}")
    parsed = feedparser.parse(answer.content, response_headers=dict(answer.headers))
    assert not parsed.bozo
    feed = ET.fromstring(answer.content)  # noqa: S314 - our own
    for place in (feed, *feed.findall(f"{ATOM}entry")):  # what RFC 4287 asks of each
        for name in ("id", "title", "updated"):
            (found,) = place.findall(f"{ATOM}{name}")
            assert found.text
        alternates = [one for one in place.findall(f"{ATOM}link") if one.get("rel") == "alternate"]
        assert len(alternates) == 1
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")]
    assert len(ids) == len(set(ids)) == (2 if not query else "ferry" in query)


def test_the_json_feed_is_sound(client):
    feed = client.get("/feed.json").json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    for item in feed["items"]:
        assert item["id"]
        assert item["content_text"]
        assert item["url"].startswith("http://127.0.0.1/stories/")
    assert "external_url" not in next(item for item in feed["items"] if item["id"] == "urn:uuid:evil")


def test_a_query_that_cannot_be_is_explained(client):
    answer = client.get("/?hours=many", headers=HTML)
    assert answer.status_code == 422
    assert "hours" in answer.text
    assert client.get("/api/stories?sort=loudest").status_code == 422
    assert client.get("/?language=&hours=&least_sources=").status_code == 200


def test_the_api_describes_itself(client):
    paths = json.loads(client.get("/api/openapi.json").content)["paths"]
    asked = {one["name"] for one in paths["/api/stories"]["get"]["parameters"]}
    assert {"q", "language", "source", "status", "hours", "least_sources", "sort", "page"} <= asked
    assert "/feed.atom" in paths


def test_the_page_says_how_fresh_it_is(client, context):
    assert 'class="notice' not in client.get("/").text
    context.freshness.worker_behind_seconds, context.freshness.worker_behind_articles = 780.0, 4310
    assert "The worker is behind by 13 minutes (4,310 articles)." in client.get("/").text
    context.freshness.broker_away_since = 0.0
    assert "Kafka has not answered" in client.get("/stories/ferry").text
    assert client.get("/api/status").json()["state"] == "error"
    assert "newsfold_board_worker_behind_seconds 780.0" in client.get("/metrics").text


def test_an_empty_board_says_what_comes_next(tmp_path):
    context = new_context(tmp_path)
    with TestClient(new_app(context), base_url="http://127.0.0.1") as client:
        assert "No stories yet" in client.get("/").text
        assert "No story matches" in client.get("/?q=ferry").text
    loading = Freshness(reads_topics=True)
    loading.read, loading.to_read = 50, 200
    notice = loading.notice()
    assert notice
    assert "25 %" in notice.text


async def test_waiting_pages_wake_at_a_change_and_end_when_the_board_does():
    changes = Changes()
    assert await changes.wait(-1, 5) == 0
    assert await changes.wait(0, 0.01) == 0
    changes.notify()
    assert await changes.wait(0, 5) == 1
    changes.close()
    assert changes.closed


@pytest.mark.parametrize("writes_first", [True, False])
def test_what_is_written_while_changes_are_read_comes_now_or_next_time(
    client, context, monkeypatch, writes_first
):
    read = Store.revision.fget
    late = with_assignments("late", FERRY)

    def racing(store: Store) -> int:
        revision = read(store)
        apply(context.store, late, {})
        late.clear()
        return read(store) if writes_first else revision

    monkeypatch.setattr(Store, "revision", property(racing))
    first = client.get("/api/changes").json()
    then = client.get(f"/api/changes?since={first['next']}").json()
    assert "late" in {story["id"] for story in first["stories"] + then["stories"]}
