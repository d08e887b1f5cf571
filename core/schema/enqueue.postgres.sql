-- `enqueue` of the outbox's machine as one statement, for a shop's own transaction on PostgreSQL.
--
-- It decides what `outbox::transition` decides; a test holds the two together, row by row. A lease
-- that has expired is left to a worker, who knows the queue's pauses.
--
-- Each parameter stands here once, and every driver can write it in its own way: so there is no
-- colon, per cent or question mark but theirs. These comments are not sent.

WITH given AS (
    SELECT
        CAST(:business_id AS text) AS business_id,
        CAST(:event_name AS text) AS event_name,
        CAST(:conversion_key AS bytea) AS conversion_key,
        -- 'pending', 'held', 'rejected' (an invalid event) or 'skipped' (an order without one).
        CAST(:state AS text) AS state,
        -- Of a held one; without a time it waits for a release.
        CAST(:hold_until AS bigint) AS hold_until,
        CAST(:content_hash AS bytea) AS content_hash,
        CAST(:tracking_hash AS bytea) AS tracking_hash,
        CAST(:order_id AS text) AS order_id,
        CAST(:event_time AS bigint) AS event_time,
        CAST(:currency AS text) AS currency,
        CAST(:value AS text) AS value,
        CAST(:code AS text) AS code,
        CAST(:message AS text) AS message,
        CAST(:reason AS text) AS reason,
        CAST(:document AS text) AS document,
        CAST(:issues AS text) AS issues,
        CAST(:traceparent AS text) AS traceparent,
        CAST(:wire AS bytea) AS wire
), new AS (
    -- What came of it is told by a setting that ends with the transaction: nothing else reaches
    -- from the row that was found to the answer.
    SELECT
        CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint) AS now,
        set_config('connectly.effect', 'inserted', true) AS effect
)
INSERT INTO connectly_outbox AS known (
    business_id, event_name, conversion_key, has_order_id, lease_no,
    state,
    due_at,
    enqueued_at,
    finished_at,
    attempts, lost_claims, lone_refusals, forget,
    content_hash, tracking_hash, order_id, event_time, currency, value, code, message, reason,
    document, issues, traceparent, wire
)
SELECT
    business_id, event_name, conversion_key, order_id IS NOT NULL, 0,
    CASE WHEN state = 'held' AND hold_until <= now THEN 'pending' ELSE state END,
    CASE WHEN state = 'pending' OR hold_until <= now THEN now ELSE hold_until END,
    now,
    CASE WHEN state IN ('rejected', 'skipped') THEN now END,
    0, 0, 0, false,
    content_hash, tracking_hash, order_id, event_time, currency, value, code, message, reason,
    document, issues, traceparent, wire
FROM given, new
WHERE effect = 'inserted'

-- From here on the row is locked: another transaction may have been waited for. What stays as it
-- is is written all the same: a row that is not written is not answered with.
ON CONFLICT (conversion_key) DO UPDATE SET (
    state, due_at, enqueued_at, finished_at, leased_at, lease_until, attempts, lost_claims,
    lone_refusals, refused_at, trying_since, ambiguous_since, status, forget, forgotten_at,
    content_hash, tracking_hash, order_id, event_time, currency, value, code, message, reason,
    document, issues, traceparent, wire
) = (
    WITH clock AS (
        SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint) AS now
    ), found AS (
        -- What the clock has done comes first: a hold that has ended replaces nothing.
        SELECT
            now,
            CASE WHEN known.state = 'held' AND known.due_at <= now THEN 'pending'
                ELSE known.state END AS state
        FROM clock
    ), decided AS (
        SELECT
            now,
            found.state,
            -- A held event stays held unless this one says otherwise.
            given.state = 'pending' AND found.state = 'held' AS as_before,
            set_config('connectly.effect', CASE
                -- Nothing of the order was counted, nor may be in a moment.
                WHEN given.state <> 'skipped' AND (
                    found.state = 'skipped'
                    -- A valid event that is held is worth more than one that cannot be sent.
                    OR found.state = 'held' AND given.state <> 'rejected'
                    -- Refused in the end, but an attempt before may have been recorded: within
                    -- 48 hours, less the 10 seconds of an attempt, Meta drops a second one.
                    OR found.state = 'rejected'
                        AND (known.ambiguous_since IS NULL
                            OR known.has_order_id AND now - known.ambiguous_since <= 172790000)
                ) THEN 'replaced'
                WHEN given.content_hash <> known.content_hash THEN 'conflict'
                ELSE 'duplicate' END, true) AS effect
        FROM found, given
    )
    SELECT
        CASE WHEN as_before THEN 'held'
            WHEN given.state = 'held' AND hold_until <= now THEN 'pending'
            ELSE given.state END,
        CASE WHEN as_before THEN known.due_at
            WHEN given.state = 'pending' OR hold_until <= now THEN now
            ELSE hold_until END,
        now,
        CASE WHEN given.state IN ('rejected', 'skipped') THEN now END,
        NULL, NULL, 0, 0,
        0, NULL, NULL,
        CASE WHEN known.ambiguous_since <= now THEN known.ambiguous_since
            WHEN known.ambiguous_since > now THEN now END,
        NULL, false, NULL,
        given.content_hash, given.tracking_hash, given.order_id, given.event_time,
        given.currency, given.value, given.code, given.message, given.reason,
        given.document, given.issues, given.traceparent, given.wire
    FROM decided, given
    WHERE effect = 'replaced'
    UNION ALL
    SELECT
        decided.state, known.due_at, known.enqueued_at, known.finished_at,
        known.leased_at, known.lease_until, known.attempts, known.lost_claims,
        known.lone_refusals, known.refused_at, known.trying_since, known.ambiguous_since,
        known.status, known.forget, known.forgotten_at,
        known.content_hash, known.tracking_hash, known.order_id, known.event_time,
        known.currency, known.value, known.code, known.message, known.reason,
        known.document, known.issues, known.traceparent, known.wire
    FROM decided
    WHERE effect <> 'replaced'
)
RETURNING id, state, current_setting('connectly.effect') AS effect
