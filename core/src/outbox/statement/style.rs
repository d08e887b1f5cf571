//! How a driver wants its parameters written.

use std::fmt::Write as _;
use std::str::FromStr;

use super::parameter::Parameter;
use crate::error::{Error, Result};

/// Its parameters as `:name`, with comments.
const ENQUEUE: &str = include_str!("../../../schema/enqueue.postgres.sql");

/// What it calls the events' table, where it writes.
const TABLE: &str = "INTO connectly_outbox ";

/// How a statement's parameters are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Style {
    /// `$1`: tokio-postgres, asyncpg, `pg` and Prisma.
    Numeric,
    /// `%(name)s`: psycopg.
    Pyformat,
    /// `:name`: `SQLAlchemy` and Knex.
    Named,
}

impl Style {
    /// The text as a driver of this style takes it.
    pub(super) fn write(self, table: &str, parameters: &[(&'static str, Parameter)]) -> String {
        let lines = ENQUEUE.lines().map(str::trim);
        let code: Vec<_> =
            lines.filter(|line| !line.is_empty() && !line.starts_with("--")).collect();
        let code = code.join(" ").replace(TABLE, &format!("INTO {table} "));
        let mut parts = code.split(':');
        let mut sql = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let end =
                part.find(|c: char| c != '_' && !c.is_ascii_lowercase()).unwrap_or(part.len());
            let (name, rest) = part.split_at(end);
            let number = parameters.iter().position(|(known, _)| *known == name);
            let number = number.map_or(0, |index| index + 1);
            // Writing to a text does not fail.
            let _ = match self {
                Self::Numeric => write!(sql, "${number}{rest}"),
                Self::Pyformat => write!(sql, "%({name})s{rest}"),
                Self::Named => write!(sql, ":{name}{rest}"),
            };
        }
        sql
    }
}

impl FromStr for Style {
    type Err = Error;

    /// # Errors
    /// `invalid_option` for any other name.
    fn from_str(text: &str) -> Result<Self> {
        match text {
            "numeric" => Ok(Self::Numeric),
            "pyformat" => Ok(Self::Pyformat),
            "named" => Ok(Self::Named),
            _ => {
                let why = "use \"numeric\" ($1), \"pyformat\" (%(name)s) or \"named\" (:name)";
                Err(Error::invalid_option("style", why))
            }
        }
    }
}
