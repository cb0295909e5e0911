-- The key of all keyed hashes. It stands in the file, so that a backup holds all that a restore needs.
INSERT INTO setting (name, value) VALUES ('hash_key', new_hash_key());

ALTER TABLE api_key ADD COLUMN scopes TEXT NOT NULL DEFAULT 'admin'; -- words with a space between
ALTER TABLE api_key ADD COLUMN expires_at INTEGER;
ALTER TABLE api_key ADD COLUMN last_used_at INTEGER;
UPDATE api_key SET digest = keyed_hash((SELECT value FROM setting WHERE name = 'hash_key'), digest);

-- The first answer to a request that carried an Idempotency-Key.
CREATE TABLE receipt (
    scope      TEXT PRIMARY KEY, -- hash of API key, method, path, query and the given key
    body       TEXT NOT NULL,    -- hash of the request's body
    status     INTEGER NOT NULL,
    answer     TEXT,             -- null once the campaign that it is about was erased
    campaign   INTEGER REFERENCES campaign,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX receipt_age ON receipt (created_at);
CREATE INDEX receipt_campaign ON receipt (campaign) WHERE answer IS NOT NULL;

CREATE TABLE agent (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id     TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    voice         INTEGER NOT NULL,
    sms           INTEGER NOT NULL,
    first_message TEXT,
    max_duration  INTEGER NOT NULL, -- seconds; 0: no limit of its own
    connect       TEXT NOT NULL,    -- JSON
    created_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE caller_id (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id        TEXT NOT NULL UNIQUE,
    number           TEXT NOT NULL UNIQUE,
    name             TEXT,
    verified         INTEGER NOT NULL,
    carrier          TEXT,
    calls_per_second REAL NOT NULL, -- 0: no limit
    created_at       INTEGER NOT NULL
) STRICT;

ALTER TABLE campaign ADD COLUMN duplicates INTEGER NOT NULL DEFAULT 0;
CREATE INDEX campaign_call ON campaign (id) WHERE origin = 'call';
-- A deleted campaign is hidden at once; its contacts' data is erased as soon as no call of theirs is open.
ALTER TABLE campaign ADD COLUMN deleted_at INTEGER;
ALTER TABLE campaign ADD COLUMN erased_at INTEGER;
CREATE INDEX campaign_deleted ON campaign (erased_at) WHERE deleted_at IS NOT NULL;
-- Those that lists show: single calls may be many more.
CREATE INDEX campaign_shown ON campaign (id) WHERE origin = 'campaign' AND deleted_at IS NULL;

-- Contacts that an upload could not take, kept for a while so that they can be mended and sent again.
CREATE TABLE upload (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id  TEXT NOT NULL UNIQUE,
    campaign   INTEGER NOT NULL REFERENCES campaign,
    columns    TEXT NOT NULL, -- of its rejects; a JSON array
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX upload_age ON upload (created_at);

CREATE TABLE reject (
    id     INTEGER PRIMARY KEY,
    upload INTEGER NOT NULL REFERENCES upload,
    line   INTEGER NOT NULL,
    field  TEXT,
    value  TEXT,
    reason TEXT NOT NULL,
    row    TEXT NOT NULL -- what was sent, as JSON: an array, an object by column, or a string
) STRICT;

CREATE INDEX reject_upload ON reject (upload, id);

CREATE INDEX attempt_contact ON attempt (contact, n);

ALTER TABLE attempt ADD COLUMN agent_kind TEXT NOT NULL DEFAULT 'message';
-- Until when the carrier keeps the recording; null where there is none, or it is deleted.
ALTER TABLE attempt ADD COLUMN recording_due INTEGER;
ALTER TABLE attempt ADD COLUMN recording_seconds REAL;
CREATE INDEX attempt_recording ON attempt (carrier, recording_due) WHERE recording_due IS NOT NULL;
