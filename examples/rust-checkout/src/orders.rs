//! The shop's own database: carts, and the orders that they become.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use connectly_conversions::TrackingParams;
use rusqlite::{Connection, OptionalExtension, Result, Row};
use uuid::Uuid;

const TABLES: &str = "
    PRAGMA journal_mode = WAL;
    CREATE TABLE IF NOT EXISTS cart (token TEXT PRIMARY KEY, tracking TEXT, skus TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS placed (
        id TEXT PRIMARY KEY, cart TEXT NOT NULL UNIQUE, tracking TEXT, skus TEXT NOT NULL,
        cash INTEGER NOT NULL, paid INTEGER NOT NULL DEFAULT 0, placed_at INTEGER NOT NULL);
";

/// An order. Its id never changes.
pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) tracking: Option<TrackingParams>,
    pub(crate) skus: Vec<String>,
    /// Whether it is paid at the door.
    pub(crate) is_cash: bool,
    pub(crate) is_paid: bool,
    /// Unix seconds.
    pub(crate) placed_at: i64,
}

/// Carts and orders, in a file.
#[derive(Clone)]
pub struct Orders {
    database: Arc<Mutex<Connection>>,
}

impl Orders {
    /// Opens the file, and makes it where there is none.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn open(file: &Path) -> Result<Self> {
        let database = Connection::open(file)?;
        database.execute_batch(TABLES)?;
        Ok(Self { database: Arc::new(Mutex::new(database)) })
    }

    /// Statements of a small shop take a fraction of a millisecond.
    fn ask<T>(&self, question: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        question(&self.database.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A new cart, to which the visitor's params are bound: browsers forget. Its token is nobody's
    /// to guess.
    pub(crate) fn new_cart(&self, tracking: Option<&TrackingParams>) -> Result<String> {
        let token = Uuid::new_v4().simple().to_string();
        let tracking = tracking.map(TrackingParams::to_json);
        self.ask(|database| {
            let cart = "INSERT INTO cart (token, tracking, skus) VALUES (?1, ?2, '')";
            database.execute(cart, (&token, tracking))
        })?;
        Ok(token)
    }

    /// Puts these into a cart, in place of what was in it. Whether there is such a cart.
    pub(crate) fn fill(&self, token: &str, skus: &[&str]) -> Result<bool> {
        let (fill, skus) = ("UPDATE cart SET skus = ?2 WHERE token = ?1", skus.join(" "));
        self.ask(|database| Ok(database.execute(fill, (token, skus))? == 1))
    }

    /// What is in a cart.
    pub(crate) fn cart(&self, token: &str) -> Result<Option<Vec<String>>> {
        let cart = "SELECT skus FROM cart WHERE token = ?1";
        self.ask(|database| database.query_row(cart, [token], |row| skus(row, 0)).optional())
    }

    /// The order that a cart becomes; a second submit finds that of the first.
    pub(crate) fn place(&self, cart: &str, is_cash: bool) -> Result<Option<Order>> {
        let id = format!("ORD-{}", Uuid::new_v4().simple());
        let now = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs());
        self.ask(|database| {
            database.execute(
                "INSERT INTO placed (id, cart, tracking, skus, cash, placed_at)
                 SELECT ?1, token, tracking, skus, ?3, ?4 FROM cart WHERE token = ?2 AND skus <> ''
                 ON CONFLICT (cart) DO NOTHING",
                (id, cart, is_cash, now.cast_signed()),
            )?;
            let placed = "SELECT * FROM placed WHERE cart = ?1";
            database.query_row(placed, [cart], order).optional()
        })
    }

    pub(crate) fn order(&self, id: &str) -> Result<Option<Order>> {
        let placed = "SELECT * FROM placed WHERE id = ?1";
        self.ask(|database| database.query_row(placed, [id], order).optional())
    }

    /// The order, now that it is paid.
    pub(crate) fn pay(&self, id: &str) -> Result<Option<Order>> {
        self.ask(|database| database.execute("UPDATE placed SET paid = 1 WHERE id = ?1", [id]))?;
        self.order(id)
    }
}

fn order(row: &Row<'_>) -> Result<Order> {
    let tracking: Option<String> = row.get("tracking")?;
    Ok(Order {
        id: row.get("id")?,
        tracking: tracking.and_then(|text| TrackingParams::from_json(&text).ok()),
        skus: skus(row, row.as_ref().column_index("skus")?)?,
        is_cash: row.get("cash")?,
        is_paid: row.get("paid")?,
        placed_at: row.get("placed_at")?,
    })
}

fn skus(row: &Row<'_>, column: usize) -> Result<Vec<String>> {
    let text: String = row.get(column)?;
    Ok(text.split_whitespace().map(str::to_owned).collect())
}
