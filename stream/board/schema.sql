-- The store of the board: a view of the topics. It may be deleted at any time; the board reads the topics again.
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value) WITHOUT ROWID;

-- The offset to read next. Written in the transaction that writes the rows.
CREATE TABLE IF NOT EXISTS offsets (
    topic TEXT NOT NULL, partition INTEGER NOT NULL, next INTEGER NOT NULL, PRIMARY KEY (topic, partition)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS stories (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    status TEXT NOT NULL,
    merged_into TEXT,
    split_from TEXT,
    storyline TEXT,
    articles INTEGER NOT NULL,
    reports INTEGER NOT NULL,
    sources INTEGER NOT NULL,
    first_time INTEGER NOT NULL,   -- milliseconds since the epoch, by its reports
    last_time INTEGER NOT NULL,
    activity REAL NOT NULL,        -- stream.board.activity
    revision INTEGER NOT NULL,     -- of the store, when the story last changed
    value BLOB NOT NULL            -- the snapshot as it stands on the topic
);
CREATE INDEX IF NOT EXISTS stories_by_activity ON stories (activity DESC);
CREATE INDEX IF NOT EXISTS stories_by_status ON stories (status);
CREATE INDEX IF NOT EXISTS stories_by_last ON stories (last_time DESC);
CREATE INDEX IF NOT EXISTS stories_by_revision ON stories (revision);
CREATE INDEX IF NOT EXISTS stories_by_heir ON stories (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX IF NOT EXISTS stories_by_origin ON stories (split_from) WHERE split_from IS NOT NULL;
CREATE INDEX IF NOT EXISTS stories_by_storyline ON stories (storyline) WHERE storyline IS NOT NULL;

CREATE TABLE IF NOT EXISTS story_languages (
    story INTEGER NOT NULL, language TEXT NOT NULL, PRIMARY KEY (story, language)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS story_languages_by_name ON story_languages (language, story);

-- Articles as assignments and snapshots show them. `value` is the last assignment, null until it arrives.
CREATE TABLE IF NOT EXISTS articles (
    id TEXT PRIMARY KEY,
    story_id TEXT,
    leader TEXT,                   -- the report it is a copy of
    title TEXT, url TEXT, source TEXT, language TEXT,
    published INTEGER,             -- by its source's word
    event_time INTEGER,            -- by the stream's time
    rival TEXT,                    -- the story that came second
    moved_from TEXT,
    value BLOB
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS articles_by_story ON articles (story_id, source);
CREATE INDEX IF NOT EXISTS articles_by_source ON articles (source, story_id);
CREATE INDEX IF NOT EXISTS articles_by_rival ON articles (rival) WHERE rival IS NOT NULL;
CREATE INDEX IF NOT EXISTS articles_by_origin ON articles (moved_from) WHERE moved_from IS NOT NULL;

CREATE TABLE IF NOT EXISTS storylines (id TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

-- Stories that are gone, so that an open page can drop them.
CREATE TABLE IF NOT EXISTS removed (id TEXT PRIMARY KEY, revision INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS removed_by_revision ON removed (revision);

CREATE VIRTUAL TABLE IF NOT EXISTS story_text USING fts5 (
    headline, keywords, reports, tokenize = "unicode61 remove_diacritics 2", prefix = '2 3'
);
