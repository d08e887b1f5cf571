//! Where an outbox is.

use std::fmt;
use std::path::PathBuf;

use crate::error::{Error, ErrorCode, Result};

/// Where an outbox is.
#[derive(PartialEq, Eq)]
pub(super) enum Location {
    /// In this file.
    Sqlite(PathBuf),
    /// In the database of this URL, which may hold a password.
    Postgres(String),
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => f.debug_tuple("Sqlite").field(path).finish(),
            Self::Postgres(_) => f.debug_tuple("Postgres").finish_non_exhaustive(),
        }
    }
}

/// Reads `sqlite:///absolute/path`, where four slashes mean the same, or `postgresql://…`.
pub(super) fn read(url: &str) -> Result<Location> {
    let refuse = |why| Err(refused(why));
    if url.starts_with("postgresql://") || url.starts_with("postgres://") {
        return Ok(Location::Postgres(url.to_owned()));
    }
    let Some(path) = url.strip_prefix("sqlite://") else {
        return refuse(
            "give sqlite:///absolute/path/of/a/file.db or postgresql://user@host/database",
        );
    };
    if !path.starts_with('/') {
        return refuse("the path is relative; give three slashes and an absolute path");
    }
    let path = format!("/{}", path.trim_start_matches('/'));
    if path.contains(['?', '#', '\0']) {
        return refuse("it has parameters, or a character that no file name should have");
    }
    if path.ends_with('/') {
        return refuse("it names a folder, not a file");
    }
    Ok(Location::Sqlite(PathBuf::from(path)))
}

/// Never with the text itself: a database's could hold a password.
pub(super) fn refused(why: &str) -> Error {
    let message = format!("the outbox's URL cannot be used: {why}");
    Error::configuration(ErrorCode::InvalidOutboxUrl, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_slashes_and_four_mean_the_same() {
        let file = || Location::Sqlite(PathBuf::from("/var/lib/shop/connectly.db"));
        assert_eq!(read("sqlite:///var/lib/shop/connectly.db").unwrap(), file());
        assert_eq!(read("sqlite:////var/lib/shop/connectly.db").unwrap(), file());
    }

    #[test]
    fn what_names_no_file_is_refused() {
        for url in [
            "",
            "connectly.db",
            "/var/lib/connectly.db",
            "sqlite://connectly.db",
            "sqlite:connectly.db",
            "sqlite:///",
            "sqlite:///var/lib/",
            "sqlite:///var/a.db?mode=memory",
            "mysql://host/shop",
        ] {
            let error = read(url).unwrap_err();
            assert_eq!(error.code(), ErrorCode::InvalidOutboxUrl, "{url}");
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        for scheme in ["postgresql", "postgres"] {
            let url = format!("{scheme}://user:secret@host/shop");
            let location = read(&url).unwrap();
            assert_eq!(format!("{location:?}"), "Postgres(..)");
            assert_eq!(location, Location::Postgres(url));
        }
        let error = read("mysql://user:secret@host/shop").unwrap_err();
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
