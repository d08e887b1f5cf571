//! The shop's own database.

use serde_json::{Map, Value, json};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, GenericClient, NoTls, Row as Answer};

use crate::outbox::entry::Entry;
use crate::outbox::hash::Hash;
use crate::outbox::record::Enqueued;
use crate::outbox::row::Row;
use crate::outbox::state::Millis;
use crate::outbox::statement::Statement;

/// A row's columns by name, as the server tells them.
pub(super) type Columns = Map<String, Value>;

pub(super) struct Shop {
    url: String,
    pub(super) client: Client,
}

impl Shop {
    pub(super) async fn open() -> Self {
        let url = connectly_test_postgres::server().unwrap().database().unwrap().url();
        let client = connect(&url).await;
        client.batch_execute(crate::binding::OUTBOX_POSTGRES_SQL).await.unwrap();
        Self { url, client }
    }

    /// Another connection of the shop's.
    pub(super) async fn another(&self) -> Client {
        connect(&self.url).await
    }

    /// The server's clock.
    pub(super) async fn now(&self) -> Millis {
        let clock = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)";
        self.client.query_one(clock, &[]).await.unwrap().get(0)
    }

    /// The only rows are these.
    pub(super) async fn holds(&self, rows: &[Columns]) {
        self.client.execute("DELETE FROM connectly_outbox", &[]).await.unwrap();
        let insert = "INSERT INTO connectly_outbox SELECT (jsonb_populate_record(\
            NULL::connectly_outbox, CAST(CAST($1 AS text) AS jsonb))).*";
        for row in rows {
            let row = Value::Object(row.clone()).to_string();
            self.client.execute(insert, &[&row]).await.unwrap();
        }
    }

    pub(super) async fn rows(&self) -> Vec<Columns> {
        let select = "SELECT CAST(to_jsonb(one) AS text) FROM connectly_outbox one ORDER BY id";
        let rows = self.client.query(select, &[]).await.unwrap();
        let read = |row: &Answer| serde_json::from_str(row.get(0)).unwrap();
        rows.iter().map(read).collect()
    }
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// Runs a statement as a shop does.
pub(super) async fn run(on: &impl GenericClient, statement: &Statement) -> Result<Enqueued, Error> {
    let values: Vec<_> =
        statement.parameters.iter().map(|(_, value)| value as &(dyn ToSql + Sync)).collect();
    let row = on.query_one(&statement.sql, &values).await?;
    Ok(statement.enqueued(row.get("id"), row.get("state"), row.get("effect")).unwrap())
}

/// The columns of a row.
pub(super) fn columns(id: i64, row: &Row, entry: &Entry) -> Columns {
    let hash = |hash: &Option<Hash>| hash.map(|hash| format!("\\x{hash}"));
    let mut columns = match serde_json::to_value(row).unwrap() {
        Value::Object(columns) => columns,
        other => panic!("{other}"),
    };
    columns.remove("has_payload");
    let others = json!({
        "id": id,
        "business_id": entry.business_id,
        "event_name": entry.event_name,
        "conversion_key": hash(&entry.key),
        "content_hash": hash(&row.content_hash),
        "tracking_hash": hash(&entry.tracking_hash),
        "order_id": entry.order_id,
        "event_time": entry.event_time,
        "currency": entry.currency,
        "value": entry.value,
        "document": entry.document,
        "issues": entry.issues,
        "traceparent": entry.traceparent,
        "wire": entry.wire.as_ref().map(|wire| {
            wire.iter().fold("\\x".to_owned(), |text, byte| format!("{text}{byte:02x}"))
        }),
    });
    let Value::Object(others) = others else { panic!("it is an object") };
    columns.extend(others);
    columns
}
