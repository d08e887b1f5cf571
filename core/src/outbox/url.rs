//! Where an outbox is.

use std::path::PathBuf;

use crate::error::{Error, ErrorCode, Result};

/// Where an outbox is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Location {
    /// In this file.
    Sqlite(PathBuf),
}

/// Reads `sqlite:///absolute/path`; four slashes mean the same.
pub(super) fn read(url: &str) -> Result<Location> {
    let refuse = |why| Err(refused(why));
    let Some(path) = url.strip_prefix("sqlite://") else {
        return refuse("give sqlite:///absolute/path/of/a/file.db");
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
        let error = read("mysql://user:secret@host/shop").unwrap_err();
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
