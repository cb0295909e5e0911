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
CREATE TABLE api_key (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,
    digest     TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
, scopes TEXT NOT NULL DEFAULT 'admin', expires_at INTEGER, last_used_at INTEGER) STRICT;
CREATE TABLE attempt (
    numeric_id          INTEGER PRIMARY KEY AUTOINCREMENT,
    id                  TEXT NOT NULL UNIQUE,
    campaign            INTEGER NOT NULL REFERENCES campaign,
    run                 INTEGER NOT NULL,
    contact             INTEGER NOT NULL, -- no foreign key: deleting a draft's contacts would search it all
    n                   INTEGER NOT NULL,
    channel             TEXT NOT NULL,
    phone               TEXT NOT NULL,
    from_number         TEXT,
    agent_id            TEXT NOT NULL,
    carrier             TEXT NOT NULL,
    callback_token      TEXT NOT NULL,
    state               TEXT NOT NULL,
    text                TEXT NOT NULL,
    ring_timeout        INTEGER NOT NULL,
    max_duration        INTEGER NOT NULL,
    created_at          INTEGER NOT NULL,
    sent_at             INTEGER,
    answered_at         INTEGER,
    ended_at            INTEGER,
    blocked_until       INTEGER,
    hangup_requested_at INTEGER,
    carrier_id          TEXT,
    outcome             TEXT,
    detail              TEXT,
    amd                 TEXT,
    dtmf                TEXT,
    agent_connected     INTEGER,
    delivery            TEXT,
    message_left        INTEGER NOT NULL DEFAULT 0,
    billable_seconds    INTEGER
, agent_kind TEXT NOT NULL DEFAULT 'message', recording_due INTEGER, recording_seconds REAL) STRICT;
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
CREATE TABLE campaign (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id        TEXT NOT NULL UNIQUE,
    list             INTEGER NOT NULL UNIQUE REFERENCES contact_list,
    run              INTEGER NOT NULL DEFAULT 1,
    name             TEXT NOT NULL,
    description      TEXT,
    channel          TEXT NOT NULL,
    agent_id         TEXT NOT NULL,
    message_template TEXT,
    scheduled_at     INTEGER,
    timezone         TEXT NOT NULL,
    max_concurrent   INTEGER NOT NULL,
    from_number      TEXT,
    config           TEXT NOT NULL,
    autostart        INTEGER NOT NULL,
    origin           TEXT NOT NULL,
    status           TEXT NOT NULL,
    status_reason    TEXT,
    status_detail    TEXT,
    swept            TEXT,
    total            INTEGER NOT NULL,
    unusable         INTEGER NOT NULL,
    pending          INTEGER NOT NULL CHECK (pending >= 0),
    in_progress      INTEGER NOT NULL CHECK (in_progress >= 0),
    completed        INTEGER NOT NULL CHECK (completed >= 0),
    failed           INTEGER NOT NULL CHECK (failed >= 0),
    skipped          INTEGER NOT NULL CHECK (skipped >= 0),
    filled           TEXT NOT NULL,
    expires_at       INTEGER,
    created_at       INTEGER NOT NULL,
    started_at       INTEGER,
    completed_at     INTEGER, duplicates INTEGER NOT NULL DEFAULT 0, deleted_at INTEGER, erased_at INTEGER,
    CHECK (pending + in_progress + completed + failed = total)
) STRICT;
CREATE TABLE contact (
    id         INTEGER PRIMARY KEY,
    list       INTEGER NOT NULL REFERENCES contact_list,
    run        INTEGER DEFAULT 1,
    phone      TEXT NOT NULL,
    first_name TEXT,
    last_name  TEXT,
    name       TEXT,
    email      TEXT,
    timezone   TEXT,
    variables  TEXT,
    status     TEXT NOT NULL DEFAULT 'pending',
    outcome    TEXT,
    attempts   INTEGER NOT NULL DEFAULT 0,
    retries    INTEGER NOT NULL DEFAULT 0,
    setbacks   INTEGER NOT NULL DEFAULT 0,
    due        INTEGER DEFAULT 0,
    waiting    TEXT,
    held       INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE contact_list (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE event (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    at       INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    campaign INTEGER NOT NULL,
    contact  INTEGER,
    attempt  TEXT,
    data     TEXT NOT NULL
) STRICT;
CREATE TABLE receipt (
    scope      TEXT PRIMARY KEY, -- hash of API key, method, path, query and the given key
    body       TEXT NOT NULL,    -- hash of the request's body
    status     INTEGER NOT NULL,
    answer     TEXT,             -- null once the campaign that it is about was erased
    campaign   INTEGER REFERENCES campaign,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE reject (
    id     INTEGER PRIMARY KEY,
    upload INTEGER NOT NULL REFERENCES upload,
    line   INTEGER NOT NULL,
    field  TEXT,
    value  TEXT,
    reason TEXT NOT NULL,
    row    TEXT NOT NULL -- what was sent, as JSON: an array, an object by column, or a string
) STRICT;
CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE upload (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id  TEXT NOT NULL UNIQUE,
    campaign   INTEGER NOT NULL REFERENCES campaign,
    columns    TEXT NOT NULL, -- of its rejects; a JSON array
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX attempt_campaign ON attempt (campaign, numeric_id);
CREATE INDEX attempt_contact ON attempt (contact, n);
CREATE INDEX attempt_given_up ON attempt (phone, channel) WHERE state IN ('ended_unknown', 'unknown');
CREATE UNIQUE INDEX attempt_live ON attempt (phone, channel)
    WHERE state IN ('answered', 'intent', 'placed', 'ringing', 'uncertain');
CREATE INDEX attempt_recording ON attempt (carrier, recording_due) WHERE recording_due IS NOT NULL;
CREATE INDEX campaign_call ON campaign (id) WHERE origin = 'call';
CREATE INDEX campaign_deleted ON campaign (erased_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX campaign_expiry ON campaign (expires_at)
    WHERE expires_at IS NOT NULL AND status IN ('launched', 'running', 'paused');
CREATE INDEX campaign_shown ON campaign (id) WHERE origin = 'campaign' AND deleted_at IS NULL;
CREATE INDEX campaign_start ON campaign (scheduled_at)
    WHERE scheduled_at IS NOT NULL AND status IN ('draft', 'launched');
CREATE INDEX campaign_status ON campaign (status);
CREATE INDEX contact_due ON contact (list, run, due, id) WHERE status = 'pending';
CREATE INDEX contact_page ON contact (list, id);
CREATE UNIQUE INDEX contact_phone ON contact (phone, list);
CREATE INDEX event_campaign_level ON event (id) WHERE attempt IS NULL;
CREATE INDEX receipt_age ON receipt (created_at);
CREATE INDEX receipt_campaign ON receipt (campaign) WHERE answer IS NOT NULL;
CREATE INDEX reject_upload ON reject (upload, id);
CREATE INDEX upload_age ON upload (created_at);
