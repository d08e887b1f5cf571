-- The outbox's tables on SQLite, version 1.
--
-- Migrations only add: a process of the release before goes on with the tables of the release
-- after, so it must find every column that it knows, meaning what it meant. It writes the columns
-- that it knows and leaves the others as they are.
--
-- Times are Unix milliseconds, but for event_time, which the API counts in seconds.

-- One row a business: its queue, and how many events it has in each state. The row of the empty
-- business holds what concerns the tables as a whole.
CREATE TABLE connectly_outbox_control (
    business_id      TEXT PRIMARY KEY NOT NULL,

    -- Of the empty business only. `version` is of these tables; whoever knows the tables of
    -- `readable_by` can work with them; only `owner` migrates them.
    version          INTEGER,
    readable_by      INTEGER,
    owner            TEXT,
    -- What is held, pending or leased, of every business: the caps cost no counting.
    live_rows        INTEGER NOT NULL DEFAULT 0,
    live_bytes       INTEGER NOT NULL DEFAULT 0,

    -- The queue of a business: the operator's pause, the pause after a refusal of the sender, the
    -- circuit breaker.
    paused_until     INTEGER,
    refused_code     TEXT,
    paused_since     INTEGER,
    paused_before    INTEGER NOT NULL DEFAULT 0,
    probed_at        INTEGER,
    probed_id        INTEGER,
    failures         INTEGER NOT NULL DEFAULT 0,
    opened           INTEGER NOT NULL DEFAULT 0,
    open_until       INTEGER,
    last_accepted_at INTEGER,

    -- Its events by state.
    held             INTEGER NOT NULL DEFAULT 0,
    pending          INTEGER NOT NULL DEFAULT 0,
    leased           INTEGER NOT NULL DEFAULT 0,
    accepted         INTEGER NOT NULL DEFAULT 0,
    rejected         INTEGER NOT NULL DEFAULT 0,
    dead             INTEGER NOT NULL DEFAULT 0,
    cancelled        INTEGER NOT NULL DEFAULT 0,
    skipped          INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- What `forget` erases is sealed (ChaCha20-Poly1305: nonce, text, tag), each row with a key of its
-- own, and forgotten by overwriting the key. This keeps no secret from whoever has the file. But
-- SQLite moves rows from page to page as they grow, and leaves copies of them in the unused part of
-- the pages, where `secure_delete` does not reach. These rows have one length, are only ever
-- appended, and are overwritten where they are, so no key has a copy.
CREATE TABLE connectly_outbox_keys (
    id  INTEGER PRIMARY KEY,
    key BLOB NOT NULL CHECK (length(key) = 32)
) STRICT;

-- One row a conversion: the queue and the ledger. Columns of type BLOB are sealed, but for hashes.
CREATE TABLE connectly_outbox (
    -- Never given twice, so that an operator's note of it never means another event.
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    business_id      TEXT NOT NULL,
    event_name       TEXT NOT NULL,

    -- SHA-256, 32 bytes each. An event without an order id has no key and is never a duplicate.
    conversion_key   BLOB UNIQUE CHECK (length(conversion_key) = 32),
    content_hash     BLOB CHECK (length(content_hash) = 32),
    tracking_hash    BLOB CHECK (length(tracking_hash) = 32),
    has_order_id     INTEGER NOT NULL,

    -- Where it stands.
    state            TEXT NOT NULL CHECK (state IN ('held', 'pending', 'leased', 'accepted',
                         'rejected', 'dead', 'cancelled', 'skipped')),
    due_at           INTEGER CHECK (due_at IS NOT NULL OR state <> 'pending'),
    lease_no         INTEGER NOT NULL,
    leased_at        INTEGER,
    lease_until      INTEGER CHECK (lease_until IS NOT NULL OR state <> 'leased'),
    attempts         INTEGER NOT NULL,
    lost_claims      INTEGER NOT NULL,
    lone_refusals    INTEGER NOT NULL,
    refused_at       INTEGER,
    first_attempt_at INTEGER,
    ambiguous_since  INTEGER,
    trying_since     INTEGER,
    enqueued_at      INTEGER NOT NULL,
    finished_at      INTEGER,
    code             TEXT,
    status           INTEGER,
    message          BLOB,
    reason           BLOB,
    forget           INTEGER NOT NULL,
    forgotten_at     INTEGER,

    -- What it is about.
    order_id         BLOB,
    event_time       INTEGER,
    currency         BLOB,
    value            BLOB,
    document         BLOB,
    issues           BLOB,
    traceparent      BLOB,
    -- The exact bytes to send. What is still to be sent has some.
    wire             BLOB CHECK (wire IS NOT NULL OR state NOT IN ('held', 'pending', 'leased'))
) STRICT;

-- What a worker claims. Each index holds only the rows that its question is about, so the time of
-- a claim does not grow with the ledger.
CREATE INDEX connectly_outbox_due ON connectly_outbox (business_id, state, due_at, id)
    WHERE state = 'held' OR state = 'pending';

CREATE INDEX connectly_outbox_leases ON connectly_outbox (business_id, lease_until, id)
    WHERE state = 'leased';

-- Held events whose orders get too old to count.
CREATE INDEX connectly_outbox_holds ON connectly_outbox (business_id, event_time)
    WHERE state = 'held';

CREATE INDEX connectly_outbox_dead ON connectly_outbox (business_id, id)
    WHERE state = 'rejected' OR state = 'dead';

-- Payloads that are kept for a while after the end.
CREATE INDEX connectly_outbox_ended ON connectly_outbox (business_id, finished_at)
    WHERE (state = 'accepted' OR state = 'cancelled') AND wire IS NOT NULL;

CREATE INDEX connectly_outbox_tracking ON connectly_outbox (tracking_hash)
    WHERE tracking_hash IS NOT NULL;

-- The counters are kept by the database itself, so that they are right whichever release writes.
-- A seal adds 28 bytes, which do not count.
CREATE TRIGGER connectly_outbox_inserted AFTER INSERT ON connectly_outbox
BEGIN
    INSERT INTO connectly_outbox_control
        (business_id, held, pending, leased, accepted, rejected, dead, cancelled, skipped)
    VALUES (new.business_id, new.state = 'held', new.state = 'pending', new.state = 'leased',
        new.state = 'accepted', new.state = 'rejected', new.state = 'dead',
        new.state = 'cancelled', new.state = 'skipped')
    ON CONFLICT (business_id) DO UPDATE SET
        held = held + excluded.held,
        pending = pending + excluded.pending,
        leased = leased + excluded.leased,
        accepted = accepted + excluded.accepted,
        rejected = rejected + excluded.rejected,
        dead = dead + excluded.dead,
        cancelled = cancelled + excluded.cancelled,
        skipped = skipped + excluded.skipped;
    UPDATE connectly_outbox_control
    SET live_rows = live_rows + 1, live_bytes = live_bytes + length(new.wire) - 28
    WHERE business_id = '' AND new.state IN ('held', 'pending', 'leased');
END;

CREATE TRIGGER connectly_outbox_moved AFTER UPDATE OF state ON connectly_outbox
WHEN old.state <> new.state
BEGIN
    UPDATE connectly_outbox_control SET
        held = held + (new.state = 'held') - (old.state = 'held'),
        pending = pending + (new.state = 'pending') - (old.state = 'pending'),
        leased = leased + (new.state = 'leased') - (old.state = 'leased'),
        accepted = accepted + (new.state = 'accepted') - (old.state = 'accepted'),
        rejected = rejected + (new.state = 'rejected') - (old.state = 'rejected'),
        dead = dead + (new.state = 'dead') - (old.state = 'dead'),
        cancelled = cancelled + (new.state = 'cancelled') - (old.state = 'cancelled'),
        skipped = skipped + (new.state = 'skipped') - (old.state = 'skipped')
    WHERE business_id = new.business_id;
END;

CREATE TRIGGER connectly_outbox_weighed AFTER UPDATE OF state, wire ON connectly_outbox
WHEN (old.state IN ('held', 'pending', 'leased')) <> (new.state IN ('held', 'pending', 'leased'))
    OR length(old.wire) IS NOT length(new.wire)
BEGIN
    UPDATE connectly_outbox_control SET
        live_rows = live_rows
            + (new.state IN ('held', 'pending', 'leased'))
            - (old.state IN ('held', 'pending', 'leased')),
        live_bytes = live_bytes
            + iif(new.state IN ('held', 'pending', 'leased'), length(new.wire) - 28, 0)
            - iif(old.state IN ('held', 'pending', 'leased'), length(old.wire) - 28, 0)
    WHERE business_id = '';
END;

INSERT INTO connectly_outbox_control (business_id, version, readable_by, owner)
VALUES ('', 1, 1, 'core');
