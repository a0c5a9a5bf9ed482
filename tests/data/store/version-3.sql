-- A store of schema version 3, as its program made it of one of version 2: made-up posts, one alert, one mark.
-- The full-text index is filled by statements of its own, since the tables below it are SQLite's.
BEGIN TRANSACTION;
CREATE TABLE meta (
	"key" VARCHAR(40) NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
CREATE TABLE sources (
	name TEXT NOT NULL, 
	place TEXT NOT NULL, 
	first_polled DATETIME NOT NULL, 
	last_polled DATETIME NOT NULL, 
	last_success DATETIME, 
	fails INTEGER NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	reason TEXT, 
	since DATETIME, 
	next_poll DATETIME, 
	newest DATETIME, 
	cadence FLOAT, 
	entries INTEGER, 
	seconds FLOAT, 
	redirects TEXT NOT NULL, 
	ttl FLOAT, 
	skip_hours TEXT NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE looks (
	source TEXT NOT NULL, 
	names TEXT NOT NULL, 
	titles TEXT NOT NULL, 
	PRIMARY KEY (source)
);
CREATE TABLE hosts (
	name TEXT NOT NULL, 
	asked DATETIME, 
	until DATETIME, 
	reason TEXT, 
	PRIMARY KEY (name)
);
CREATE TABLE waits (
	source TEXT NOT NULL, 
	until DATETIME NOT NULL, 
	reason TEXT NOT NULL, 
	PRIMARY KEY (source)
);
CREATE TABLE watches (
	source TEXT NOT NULL, 
	brand TEXT NOT NULL, 
	"key" VARCHAR(16) NOT NULL, 
	PRIMARY KEY (source, brand)
);
CREATE TABLE documents (
	source TEXT NOT NULL, 
	url TEXT NOT NULL, 
	etag TEXT, 
	last_modified TEXT, 
	body_hash VARCHAR(64), 
	moved_to TEXT, 
	moved_times INTEGER NOT NULL, 
	is_page BOOLEAN NOT NULL, 
	brands_key VARCHAR(32) NOT NULL, 
	PRIMARY KEY (source, url)
);
CREATE TABLE outages (
	source TEXT NOT NULL, 
	started DATETIME NOT NULL, 
	ended DATETIME, 
	PRIMARY KEY (source, started)
);
CREATE TABLE entries (
	id VARCHAR(16) NOT NULL, 
	source TEXT NOT NULL, 
	guid TEXT, 
	kind VARCHAR(16) NOT NULL, 
	url TEXT, 
	url_key TEXT, 
	title TEXT, 
	text TEXT, 
	content_key VARCHAR(16) NOT NULL, 
	author TEXT, 
	community TEXT, 
	parent TEXT, 
	published DATETIME, 
	published_raw TEXT, 
	language VARCHAR(35), 
	country VARCHAR(8), 
	version TEXT, 
	rating FLOAT, 
	engagement INTEGER, 
	quoted TEXT, 
	about TEXT, 
	first_seen DATETIME NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE entry_words (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	entry VARCHAR(16) NOT NULL, 
	words BLOB, 
	UNIQUE (entry)
);
CREATE TABLE applied (
	brand TEXT NOT NULL, 
	"key" VARCHAR(16) NOT NULL, 
	PRIMARY KEY (brand)
);
CREATE TABLE brands (
	name TEXT NOT NULL, 
	first_polled DATETIME NOT NULL, 
	polls TEXT NOT NULL, 
	baseline TEXT, 
	PRIMARY KEY (name)
);
CREATE TABLE alerts (
	id VARCHAR(16) NOT NULL, 
	brand TEXT NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	severity VARCHAR(16) NOT NULL, 
	opened DATETIME NOT NULL, 
	updated DATETIME NOT NULL, 
	resolved DATETIME, 
	window_start DATETIME NOT NULL, 
	window_end DATETIME NOT NULL, 
	observed INTEGER NOT NULL, 
	expected FLOAT NOT NULL, 
	negative_share FLOAT, 
	usual_share FLOAT, 
	odds FLOAT NOT NULL, 
	authors INTEGER NOT NULL, 
	stories INTEGER NOT NULL, 
	reason TEXT NOT NULL, 
	blind_spots TEXT NOT NULL, 
	evidence TEXT NOT NULL, 
	last_burst DATETIME, 
	last_notice DATETIME, 
	PRIMARY KEY (id)
);
CREATE TABLE sketches (
	"key" BIGINT NOT NULL, 
	slot INTEGER NOT NULL, 
	head INTEGER NOT NULL, 
	PRIMARY KEY ("key", slot)
)
 WITHOUT ROWID

;
CREATE TABLE names (
	name VARCHAR(16) NOT NULL, 
	story VARCHAR(16) NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (name)
)
 WITHOUT ROWID

;
CREATE TABLE mentions (
	id VARCHAR(16) NOT NULL, 
	entry VARCHAR(16) NOT NULL, 
	brand TEXT NOT NULL, 
	keyword TEXT NOT NULL, 
	tone VARCHAR(8) NOT NULL, 
	first_tone VARCHAR(8) NOT NULL, 
	polarity FLOAT, 
	confidence FLOAT, 
	words TEXT NOT NULL, 
	tone_by TEXT NOT NULL, 
	story VARCHAR(16) NOT NULL, 
	copy VARCHAR(16), 
	backlog BOOLEAN NOT NULL, 
	state VARCHAR(8) NOT NULL, 
	intent VARCHAR(16), 
	first_seen DATETIME NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(entry) REFERENCES entries (id) ON DELETE CASCADE
);
CREATE TABLE unmatched (
	entry VARCHAR(16) NOT NULL, 
	since DATETIME NOT NULL, 
	PRIMARY KEY (entry), 
	FOREIGN KEY(entry) REFERENCES entries (id) ON DELETE CASCADE
);
CREATE TABLE notices (
	id VARCHAR(16) NOT NULL, 
	alert VARCHAR(16) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	channel TEXT NOT NULL, 
	created DATETIME NOT NULL, 
	snapshot TEXT NOT NULL, 
	attempts INTEGER NOT NULL, 
	sent DATETIME, 
	PRIMARY KEY (id), 
	FOREIGN KEY(alert) REFERENCES alerts (id) ON DELETE CASCADE
);
CREATE TABLE heads (
	number INTEGER NOT NULL, 
	entry VARCHAR(16) NOT NULL, 
	story VARCHAR(16) NOT NULL, 
	first DATETIME NOT NULL, 
	last DATETIME NOT NULL, 
	sketch BLOB NOT NULL, 
	PRIMARY KEY (number), 
	UNIQUE (entry), 
	FOREIGN KEY(entry) REFERENCES entries (id) ON DELETE CASCADE
);
CREATE INDEX entries_by_content ON entries (source, content_key);
CREATE INDEX entries_by_url ON entries (source, url_key);
CREATE INDEX entry_words_missing ON entry_words (entry) WHERE words IS NULL;
CREATE INDEX alerts_by_brand ON alerts (brand, updated);
CREATE INDEX names_by_at ON names (at);
CREATE INDEX mentions_by_at ON mentions (at);
CREATE INDEX mentions_by_entry ON mentions (entry);
CREATE INDEX mentions_by_brand_at ON mentions (brand, at);
CREATE INDEX mentions_by_brand_story ON mentions (brand, story);
CREATE INDEX mentions_by_brand_copy ON mentions (brand, copy, at);
CREATE INDEX mentions_by_brand_seen ON mentions (brand, first_seen);
CREATE INDEX unmatched_since ON unmatched (since);
CREATE INDEX notices_unsent ON notices (sent);
CREATE INDEX heads_by_last ON heads (last);
INSERT INTO meta VALUES ('application', 'mentionwatch');
INSERT INTO meta VALUES ('schema', '2');
INSERT INTO meta VALUES ('words_by', 'i5c70a52b9a9bfa1');
INSERT INTO sources VALUES ('forum', 'https://forum.acme.example/feed', '2026-11-20 12:00:00.000000', '2026-11-20 12:00:00.000000', '2026-11-20 12:00:00.000000', 0, 'ok', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '[]', NULL, '[]');
INSERT INTO sources VALUES ('news', 'https://news.acme.example/feed', '2026-11-20 12:00:00.000000', '2026-11-20 12:00:00.000000', '2026-11-20 12:00:00.000000', 0, 'ok', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '[]', NULL, '[]');
INSERT INTO watches VALUES ('forum', 'Acme', 'k');
INSERT INTO watches VALUES ('news', 'Acme', 'k');
INSERT INTO documents VALUES ('forum', 'u', '"1"', NULL, NULL, NULL, 0, 0, 'b');
INSERT INTO documents VALUES ('news', 'u', '"1"', NULL, NULL, NULL, 0, 0, 'b');
INSERT INTO entries VALUES ('e032cb4583a1dd39', 'forum', 'tag:1', 'post', 'https://forum.acme.example/t/1', 'forum.acme.example/t/1', 'Router dead again', 'My Acme router died for the third time this month. Support is silent.', 'tf534fd070b36e11', 'user1', NULL, NULL, '2026-11-20 11:00:00.000000', NULL, 'en', NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-20 12:00:00.000000');
INSERT INTO entries VALUES ('e0437c8462aef5ed', 'forum', 'tag:2', 'review', 'https://forum.acme.example/t/2', 'forum.acme.example/t/2', 'Lovely', 'The Acme app is lovely, thank you.', 't8d7b407c82cdfbf', 'user2', NULL, NULL, '2026-11-20 10:00:00.000000', NULL, 'en', NULL, NULL, 5.0, NULL, NULL, NULL, '2026-11-20 12:00:00.000000');
INSERT INTO entries VALUES ('e988a2f7ac3633d8', 'forum', 'tag:3', 'post', 'https://forum.acme.example/t/3', 'forum.acme.example/t/3', 'Frage', 'Wann kommt das nächste Update von Acme? 🙂', 'tc782d6bb36fd1f0', 'user3', NULL, NULL, '2026-11-20 09:00:00.000000', NULL, 'de', NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-20 12:00:00.000000');
INSERT INTO entries VALUES ('eb6e47b7c0b13647', 'forum', 'tag:5', 'post', 'https://forum.acme.example/t/5', 'forum.acme.example/t/5', NULL, 'Nothing of the kind.', 't53b5076f5ac4256', 'user5', NULL, NULL, '2026-11-20 07:00:00.000000', NULL, 'en', NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-20 12:00:00.000000');
INSERT INTO entries VALUES ('e6e5382509b04752', 'news', 'tag:4', 'post', 'https://news.acme.example/t/4', 'news.acme.example/t/4', 'Router dead again', 'My Acme router died for the third time this month. Support is silent.', 'tf534fd070b36e11', 'user4', NULL, NULL, '2026-11-20 08:00:00.000000', NULL, 'en', NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-20 12:00:00.000000');
INSERT INTO entry_words VALUES (1, 'eb6e47b7c0b13647', X'789CCBCECC4B51C8CB2FC9C8CC4B57C84F5328C9480500481C0714');
INSERT INTO entry_words VALUES (2, 'e988a2f7ac3633d8', X'789C4B4CCE4D5548492C56482B4A4C4F55C8CECFCD2D51C84B4CCE282E4955282D4849045265F9790AE58979790069AE104C');
INSERT INTO entry_words VALUES (3, 'e032cb4583a1dd39', X'789C15C4410E80300804C0AFECD788AC96444A03F4E0EFD5C38C1C4EC82536A114851A156724ACE0317BC01F64EC66A2ECE66CD45E2BB2D1831F4BFD2FB4395F5B441CBA');
INSERT INTO entry_words VALUES (4, 'e0437c8462aef5ed', X'789C4B4CCE4D55482C2850C82C56C8C92F4BCDA95428C948CCCB0692A90A95F9A500BF860BC3');
INSERT INTO entry_words VALUES (5, 'e6e5382509b04752', X'789C15C4410E80300804C0AFECD788AC96444A03F4E0EFD5C38C1C4EC82536A114851A156724ACE0317BC01F64EC66A2ECE66CD45E2BB2D1831F4BFD2FB4395F5B441CBA');
INSERT INTO brands VALUES ('Acme', '2026-11-18 12:00:00.000000', '[1795172400.0, 1795176000.0]', NULL);
INSERT INTO alerts VALUES ('a1b2c3d4e5f60718', 'Acme', 'negative', 'open', 'high', '2026-11-20 12:00:00.000000', '2026-11-20 12:00:00.000000', NULL, '2026-11-20 06:00:00.000000', '2026-11-20 12:00:00.000000', 14, 1.2, 0.7, NULL, 932000.0, 9, 9, '14 negative mentions in 6 h', '[]', '["m61448ace5cfbfe9"]', '2026-11-20 12:00:00.000000', '2026-11-20 12:00:00.000000');
INSERT INTO sketches VALUES (11, 2, 3);
INSERT INTO sketches VALUES (11, 3, 1);
INSERT INTO sketches VALUES (22, 4, 1);
INSERT INTO sketches VALUES (22, 5, 3);
INSERT INTO mentions VALUES ('m61448ace5cfbfe9', 'e032cb4583a1dd39', 'Acme', 'acme', 'negative', 'negative', -0.6, 0.8, '[["dead", -0.4], ["silent", -0.2]]', 'textblob', 'e032cb4583a1dd39', 'e032cb4583a1dd39', 0, 'open', NULL, '2026-11-20 12:00:00.000000', '2026-11-20 11:00:00.000000');
INSERT INTO mentions VALUES ('m37b093ed90ba217', 'e0437c8462aef5ed', 'Acme', 'acme', 'positive', 'positive', 0.875, 0.95, '[["lovely", 0.5]]', 'textblob+stars', 'e0437c8462aef5ed', 'e0437c8462aef5ed', 1, 'handled', NULL, '2026-11-20 12:00:00.000000', '2026-11-20 10:00:00.000000');
INSERT INTO mentions VALUES ('m9ef2b45d079e31d', 'e988a2f7ac3633d8', 'Acme', 'acme', 'unknown', 'unknown', NULL, NULL, '[]', 'textblob', 'e988a2f7ac3633d8', 'e988a2f7ac3633d8', 0, 'open', NULL, '2026-11-20 12:00:00.000000', '2026-11-20 09:00:00.000000');
INSERT INTO mentions VALUES ('mb72a1340e513965', 'e6e5382509b04752', 'Acme', 'acme', 'negative', 'negative', -0.6, 0.8, '[["dead", -0.4]]', 'textblob', 'e032cb4583a1dd39', 'e032cb4583a1dd39', 0, 'open', NULL, '2026-11-20 12:00:00.000000', '2026-11-20 08:00:00.000000');
INSERT INTO unmatched VALUES ('eb6e47b7c0b13647', '2026-11-20 12:00:00.000000');
INSERT INTO notices VALUES ('n1', 'a1b2c3d4e5f60718', 'open', 'stdout', '2026-11-20 12:00:00.000000', '{"id": "a1b2c3d4e5f60718", "brand": "Acme", "kind": "negative", "state": "open", "severity": "high", "opened": "2026-11-20T12:00:00+00:00", "updated": "2026-11-20T12:00:00+00:00", "resolved": null, "window_start": "2026-11-20T06:00:00+00:00", "window_end": "2026-11-20T12:00:00+00:00", "observed": 14, "expected": 1.2, "negative_share": 0.7, "usual_share": null, "odds": 932000.0, "authors": 9, "stories": 9, "reason": "14 negative mentions in 6 h", "blind_spots": [], "evidence": ["m61448ace5cfbfe9"], "last_burst": "2026-11-20T12:00:00+00:00", "last_notice": "2026-11-20T12:00:00+00:00"}', 0, NULL);
INSERT INTO heads VALUES (1, 'e032cb4583a1dd39', 'e032cb4583a1dd39', '2026-11-20 12:00:00.000000', '2026-11-20 12:00:00.000000', X'000000000000000B0000000000000016');
INSERT INTO heads VALUES (2, 'e0437c8462aef5ed', 'e0437c8462aef5ed', '2026-11-20 12:00:00.000000', '2026-11-20 12:00:00.000000', X'000000000000000B0000000000000016');
INSERT INTO heads VALUES (3, 'e988a2f7ac3633d8', 'e988a2f7ac3633d8', '2026-11-20 12:00:00.000000', '2026-11-20 12:00:00.000000', X'000000000000000B0000000000000016');
CREATE VIRTUAL TABLE entry_index USING fts5(words, content='', detail=none, columnsize=0, tokenize='ascii');
INSERT INTO entry_index (rowid, words) VALUES (1, 'kind nothing of the');
INSERT INTO entry_index (rowid, words) VALUES (2, 'acme das frage kommt nachste update von wann');
INSERT INTO entry_index (rowid, words) VALUES (3, 'acme again dead died for is month my router silent support the third this time');
INSERT INTO entry_index (rowid, words) VALUES (4, 'acme app is lovely thank the you');
INSERT INTO entry_index (rowid, words) VALUES (5, 'acme again dead died for is month my router silent support the third this time');
ALTER TABLE mentions ADD COLUMN tone_rules TEXT DEFAULT '[]' NOT NULL;
CREATE TABLE marks ( brand TEXT NOT NULL, text VARCHAR(16) NOT NULL, mention VARCHAR(16) NOT NULL, tone VARCHAR(8), noise BOOLEAN, intent VARCHAR(16), topic TEXT, at DATETIME NOT NULL, PRIMARY KEY (brand, text) );
INSERT INTO marks VALUES ('Acme', 'e0437c8462aef5ed', 'm37b093ed90ba217', 'neutral', NULL, NULL, NULL, '2026-11-20 13:00:00.000000');
UPDATE meta SET value = '3' WHERE "key" = 'schema';
ALTER TABLE entries ADD COLUMN links TEXT;
ALTER TABLE names ADD COLUMN copy VARCHAR(16);
DROP INDEX mentions_by_brand_copy;
DROP INDEX mentions_by_brand_story;
CREATE INDEX mentions_by_copy ON mentions ("copy", brand, at);
CREATE INDEX mentions_by_story ON mentions (story, brand);
CREATE TABLE heads_3 (
	number INTEGER NOT NULL,
	copy VARCHAR(16) NOT NULL,
	entry VARCHAR(16) NOT NULL,
	story VARCHAR(16) NOT NULL,
	first DATETIME NOT NULL,
	last DATETIME NOT NULL,
	sketch BLOB NOT NULL,
	PRIMARY KEY (number),
	UNIQUE (copy),
	UNIQUE (entry),
	FOREIGN KEY(entry) REFERENCES entries (id) ON DELETE CASCADE
);
INSERT INTO heads_3 SELECT number, entry, entry, story, first, last, sketch FROM heads;
DROP TABLE heads;
ALTER TABLE heads_3 RENAME TO heads;
CREATE INDEX heads_by_last ON heads (last);
COMMIT;
