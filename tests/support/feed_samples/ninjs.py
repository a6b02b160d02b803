"""IPTC ninjs, its three versions: messages as they are sent, and as they come broken."""

from tests.support.feed_samples.sample import PLAIN, TEXT, TITLE, Broken, Sample, json_bytes

SAMPLES = (
    Sample(
        "ninjs 1",
        json_bytes(
            {
                "uri": "urn:newsml:press.example:20260303:ferry",
                "type": "text",
                "pubstatus": "usable",
                "urgency": 4,
                "headline": TITLE,
                "body_xhtml": f"<p>{TEXT}</p>",
                "body_text": TEXT,
                "description_text": "Ferry back",
                "firstcreated": "2026-03-03T10:15:00Z",
                "versioncreated": "2026-03-03T10:20:00Z",
                "language": "en",
                "source": "Halden Press",
                "associations": {
                    "picture1": {"renditions": {"main": {"href": "https://press.example/ferry.jpg"}}}
                },
            }
        ),
        PLAIN
        | {
            "id": "urn:newsml:press.example:20260303:ferry",
            "source": "Halden Press",
            "image": "https://press.example/ferry.jpg",
        },
    ),
    Sample(
        "ninjs 2: one body in several content types",
        json_bytes(
            {
                "uri": "https://press.example/items/4711",
                "standard": {"name": "ninjs", "version": "2.1"},
                "type": "text",
                "pubStatus": "usable",
                "headlines": [{"role": "short", "value": "Ferry"}, {"role": "main", "value": TITLE}],
                "bodies": [
                    {"role": "main", "contentType": "text/html", "value": f"<p>{TEXT}</p>"},
                    {"role": "main", "contentType": "text/plain", "value": TEXT, "wordCount": 30},
                ],
                "firstCreated": "2026-03-03T10:15:00Z",
                "infoSources": [{"name": "Halden Press"}],
            }
        ),
        PLAIN | {"id": "https://press.example/items/4711", "source": "Halden Press"},
    ),
    Sample(
        "ninjs 3, a rewrite",
        json_bytes(
            {
                "guid": "tag:press.example,2026:4712",
                "rewrite_of": "tag:press.example,2026:4711",
                "type": "text",
                "pubStatus": "usable",
                "headlines": [{"role": "main", "value": TITLE, "contentType": "text/plain"}],
                "bodies": [{"contentType": "application/xhtml+xml", "value": TEXT}],
                "contentCreated": "2026-03-03T10:15:00+00:00",
                "infoSources": [{"literal": "HPA", "name": "Halden Press"}],
            }
        ),
        PLAIN | {"id": "tag:press.example,2026:4712", "source": "Halden Press"},
    ),
)
BROKEN = (
    Broken(
        "ninjs",
        json_bytes({"uri": "urn:1", "pubStatus": "usable", "bodies": 7}),
        "no_text",
        "read as IPTC ninjs",
    ),
)
