//! The same job as known queues publish it, as plain SQL over one connection: one table, one claim,
//! one end. Without what they do beside it (notifications, unique jobs, GIN indexes).

use tokio::runtime::Runtime;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls, Statement};

/// A queue's table, and its statements.
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    table: &'static str,
    insert: &'static str,
    /// `$1` is how many.
    claim: &'static str,
    /// `$1` is an array of what the claim gave.
    finish: &'static str,
    /// `$1` is how many rows.
    fill: &'static str,
    /// Leaves what a hundred thousand finished jobs leave, as long as somebody may still see them.
    pub(crate) churn: &'static str,
}

pub(crate) const SHAPES: [Shape; 3] = [
    Shape {
        name: "river's shape",
        table: "CREATE TABLE queue (
                    id bigserial PRIMARY KEY, state text NOT NULL DEFAULT 'available',
                    attempt smallint NOT NULL DEFAULT 0, max_attempts smallint NOT NULL DEFAULT 25,
                    attempted_at timestamptz, created_at timestamptz NOT NULL DEFAULT now(),
                    finalized_at timestamptz, scheduled_at timestamptz NOT NULL DEFAULT now(),
                    priority smallint NOT NULL DEFAULT 1, args jsonb NOT NULL,
                    attempted_by text[], kind text NOT NULL DEFAULT 'report',
                    metadata jsonb NOT NULL DEFAULT '{}', queue text NOT NULL DEFAULT 'default',
                    tags varchar(255)[] NOT NULL DEFAULT '{}');
                CREATE INDEX ON queue (kind);
                CREATE INDEX ON queue (state, finalized_at) WHERE finalized_at IS NOT NULL;
                CREATE INDEX ON queue (state, queue, priority, scheduled_at, id)",
        insert: "INSERT INTO queue (args) VALUES ($1::text::jsonb) RETURNING id::text",
        claim: "WITH found AS (
                    SELECT id FROM queue
                    WHERE state = 'available' AND queue = 'default' AND scheduled_at <= now()
                    ORDER BY priority, scheduled_at, id LIMIT $1 FOR UPDATE SKIP LOCKED)
                UPDATE queue SET state = 'running', attempt = attempt + 1, attempted_at = now(),
                    attempted_by = array_append(attempted_by, 'worker')
                FROM found WHERE queue.id = found.id RETURNING queue.id::text, args::text",
        finish: "UPDATE queue SET state = 'completed', finalized_at = now()
                 WHERE id = ANY($1::text[]::bigint[]) AND state = 'running'",
        fill: "INSERT INTO queue (args, scheduled_at)
               SELECT jsonb_build_object('n', n, 'x', repeat('x', 400)), now() - interval '1 hour'
               FROM generate_series(1, $1::bigint) n",
        churn: "UPDATE queue SET state = 'completed', finalized_at = now() WHERE id IN (
                    SELECT id FROM queue WHERE state = 'available'
                    ORDER BY priority, scheduled_at, id LIMIT 100000)",
    },
    Shape {
        name: "graphile-worker's shape",
        table: "CREATE TABLE queue (
                    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, job_queue_id integer,
                    task_id integer NOT NULL DEFAULT 1, payload json NOT NULL,
                    priority smallint NOT NULL DEFAULT 0, run_at timestamptz NOT NULL DEFAULT now(),
                    attempts smallint NOT NULL DEFAULT 0, max_attempts smallint NOT NULL DEFAULT 25,
                    created_at timestamptz NOT NULL DEFAULT now(),
                    updated_at timestamptz NOT NULL DEFAULT now(), key text UNIQUE,
                    locked_at timestamptz, locked_by text,
                    is_available boolean NOT NULL
                        GENERATED ALWAYS AS (locked_at IS NULL AND attempts < max_attempts) STORED);
                CREATE INDEX ON queue (priority, run_at) INCLUDE (id, task_id, job_queue_id)
                    WHERE is_available",
        insert: "INSERT INTO queue (payload) VALUES ($1::text::json) RETURNING id::text",
        claim: "WITH found AS (
                    SELECT id FROM queue
                    WHERE is_available AND run_at <= now() AND task_id = ANY('{1}')
                    ORDER BY priority, run_at LIMIT $1 FOR UPDATE SKIP LOCKED)
                UPDATE queue SET attempts = attempts + 1, locked_by = 'worker', locked_at = now()
                FROM found WHERE queue.id = found.id RETURNING queue.id::text, payload::text",
        finish: "DELETE FROM queue WHERE id = ANY($1::text[]::bigint[])",
        fill: "INSERT INTO queue (payload, run_at)
               SELECT json_build_object('n', n, 'x', repeat('x', 400)), now() - interval '1 hour'
               FROM generate_series(1, $1::bigint) n",
        churn:
            "DELETE FROM queue WHERE id IN (
                    SELECT id FROM queue WHERE is_available ORDER BY priority, run_at LIMIT 100000)",
    },
    Shape {
        name: "pg-boss's shape",
        table: "CREATE TYPE step AS ENUM ('created', 'retry', 'active', 'completed', 'failed');
                CREATE TABLE queue (
                    id uuid NOT NULL DEFAULT gen_random_uuid(), name text NOT NULL DEFAULT 'report',
                    priority integer NOT NULL DEFAULT 0, data jsonb, state step NOT NULL
                        DEFAULT 'created', retry_limit integer NOT NULL DEFAULT 2,
                    retry_count integer NOT NULL DEFAULT 0,
                    start_after timestamptz NOT NULL DEFAULT now(), started_on timestamptz,
                    expire_seconds integer NOT NULL DEFAULT 900,
                    created_on timestamptz NOT NULL DEFAULT now(), completed_on timestamptz,
                    keep_until timestamptz NOT NULL DEFAULT now() + interval '14 days',
                    output jsonb, PRIMARY KEY (name, id));
                CREATE INDEX ON queue (name, start_after) INCLUDE (priority, created_on, id)
                    WHERE state < 'active'",
        insert: "INSERT INTO queue (data) VALUES ($1::text::jsonb) RETURNING id::text",
        claim: "WITH found AS (
                    SELECT id FROM queue
                    WHERE name = 'report' AND state < 'active' AND start_after < now()
                    ORDER BY priority DESC, created_on, id LIMIT $1 FOR UPDATE SKIP LOCKED)
                UPDATE queue SET state = 'active', started_on = now(), retry_count =
                    CASE WHEN started_on IS NULL THEN retry_count ELSE retry_count + 1 END
                FROM found WHERE name = 'report' AND queue.id = found.id
                RETURNING queue.id::text, data::text",
        finish: "UPDATE queue SET state = 'completed', completed_on = now(), output = '{}'
                 WHERE name = 'report' AND id = ANY($1::text[]::uuid[]) AND state = 'active'",
        fill: "INSERT INTO queue (data, start_after)
               SELECT jsonb_build_object('n', n, 'x', repeat('x', 400)), now() - interval '1 hour'
               FROM generate_series(1, $1::bigint) n",
        churn: "UPDATE queue SET state = 'completed', completed_on = now() WHERE id IN (
                    SELECT id FROM queue WHERE name = 'report' AND state < 'active'
                    ORDER BY priority DESC, created_on, id LIMIT 100000)",
    },
];

/// One of them in a database of its own.
pub(crate) struct Plain {
    pub(crate) shape: &'static Shape,
    client: Client,
    insert: Statement,
    claim: Statement,
    finish: Statement,
    runtime: Runtime,
}

impl Plain {
    pub(crate) fn new(shape: &'static Shape, url: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (client, [insert, claim, finish]) = runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
            tokio::spawn(connection);
            client.batch_execute(shape.table).await.unwrap();
            // Once: theirs is the faster way.
            let insert = client.prepare(shape.insert).await.unwrap();
            let claim = client.prepare(shape.claim).await.unwrap();
            let finish = client.prepare(shape.finish).await.unwrap();
            (client, [insert, claim, finish])
        });
        Self { shape, client, insert, claim, finish, runtime }
    }

    pub(crate) fn enqueue(&self, bodies: &[String]) {
        self.runtime.block_on(async {
            for body in bodies {
                self.client.query(&self.insert, &[body]).await.unwrap();
            }
        });
    }

    pub(crate) fn fill(&self, rows: i64) {
        let parameters: [&(dyn ToSql + Sync); 1] = [&rows];
        self.runtime.block_on(async {
            self.client.execute(self.shape.fill, &parameters).await.unwrap();
            for tidy in ["VACUUM ANALYZE queue", "CHECKPOINT"] {
                self.client.batch_execute(tidy).await.unwrap();
            }
        });
    }

    /// Claims and finishes so many jobs, so many at a time.
    pub(crate) fn drain(&self, jobs: usize, at_a_time: usize) {
        let most = i64::try_from(at_a_time).unwrap();
        self.runtime.block_on(async {
            let mut done = 0;
            while done < jobs {
                let claimed = self.client.query(&self.claim, &[&most]).await.unwrap();
                let ids: Vec<String> = claimed.iter().map(|row| row.get(0)).collect();
                assert!(!ids.is_empty(), "nothing is left to be claimed");
                self.client.execute(&self.finish, &[&ids]).await.unwrap();
                done += ids.len();
            }
        });
    }
}
