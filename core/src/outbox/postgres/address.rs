//! Where the server is, and how it is spoken to.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use rustls::ClientConfig;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use url::form_urlencoded;

use crate::error::{Error, ErrorCode, Result};
use crate::tls;

/// What a URL may say beside host, user, password and database.
const PASSED_ON: [&str; 8] = [
    "host",
    "port",
    "user",
    "password",
    "dbname",
    "application_name",
    "channel_binding",
    "target_session_attrs",
];

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// What was sent and is not acknowledged by then is lost, and the server's host with it.
const UNACKNOWLEDGED: Duration = Duration::from_secs(10);

/// Before a firewall forgets a connection that rests.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// A server, and the schema of the outbox's tables in one of its databases.
#[derive(Clone)]
pub(super) struct Address {
    pub(super) config: Config,
    /// `None` is the role's own `search_path`.
    pub(super) schema: Option<String>,
    trust: Trust,
}

/// Who may say that a server is the right one.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Trust {
    /// Nobody needs to: nothing is encrypted.
    Anyone,
    /// The system's authorities.
    System,
    /// The authorities in this file.
    Bundle(PathBuf),
}

impl Address {
    /// Reads `postgresql://user:password@host/database?sslmode=…&sslrootcert=…&schema=…`.
    pub(super) fn read(url: &str) -> Result<Self> {
        // A password may hold anything.
        let after_password = url.find('@').unwrap_or(0);
        let end = url[after_password..].find('?').map(|at| after_password + at);
        let (base, query) = end.map_or((url, ""), |end| (&url[..end], &url[end + 1..]));
        let (mut mode, mut roots, mut schema, mut rest) = (None, None, None, Vec::new());
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "sslmode" => mode = Some(value.into_owned()),
                "sslrootcert" => roots = Some(value.into_owned()),
                "schema" => schema = Some(identifier(&value)?),
                known if PASSED_ON.contains(&known) => rest.push((name, value)),
                // It may be what follows a password that was not escaped.
                _ if query.contains('@') => return Err(refused("it has an unknown parameter")),
                unknown => return Err(refused(&format!("the parameter {unknown} is not known"))),
            }
        }
        let rest = form_urlencoded::Serializer::new(String::new()).extend_pairs(rest).finish();
        // It decodes percents, but not this.
        let rest = rest.replace('+', "%20");
        let mut config: Config =
            format!("{base}?{rest}").parse().map_err(|error| unread(&error))?;
        if config.get_hosts().is_empty() {
            return Err(refused("it names no host"));
        }
        let trust = trust(mode.as_deref(), roots.as_deref(), config.get_hosts())?;
        config.ssl_mode(if trust == Trust::Anyone { SslMode::Disable } else { SslMode::Require });
        config.connect_timeout(CONNECT_TIMEOUT).tcp_user_timeout(UNACKNOWLEDGED);
        config.keepalives_idle(KEEP_ALIVE);
        if config.get_application_name().is_none() {
            config.application_name("connectly-outbox");
        }
        Ok(Self { config, schema, trust })
    }

    /// How it is encrypted; `None` is not at all.
    pub(super) fn tls(&self) -> Result<Option<ClientConfig>> {
        match &self.trust {
            Trust::Anyone => Ok(None),
            Trust::System => tls::config(&[]).map(Some),
            Trust::Bundle(path) => tls::config_of(&tls::read_bundle(path)?).map(Some),
        }
    }
}

/// Whoever asks for less than a checked name gets it all the same: a key and orders go that way.
fn trust(mode: Option<&str>, roots: Option<&str>, hosts: &[Host]) -> Result<Trust> {
    let checked = match roots {
        None | Some("system") => Trust::System,
        Some(path) => Trust::Bundle(path.into()),
    };
    match mode {
        Some("disable") => Ok(Trust::Anyone),
        None if hosts.iter().all(is_near) && roots.is_none() => Ok(Trust::Anyone),
        None | Some("require" | "verify-ca" | "verify-full") => Ok(checked),
        Some(_) => Err(refused("sslmode must be disable, require, verify-ca or verify-full")),
    }
}

/// On this machine.
fn is_near(host: &Host) -> bool {
    match host {
        #[cfg(unix)]
        Host::Unix(_) => true,
        Host::Tcp(name) if name == "localhost" => true,
        Host::Tcp(name) => name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()),
    }
}

/// A name that needs no quotes, and cannot end any.
fn identifier(name: &str) -> Result<String> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let begins_well = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    if begins_well && name.chars().all(is_plain) && name.len() <= 63 {
        return Ok(name.to_owned());
    }
    Err(refused("schema must be a name of lower-case letters, digits and _, 63 at most"))
}

fn unread(error: &tokio_postgres::Error) -> Error {
    // It names the part that it does not understand, and no value.
    let why =
        std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
    refused(&why)
}

fn refused(why: &str) -> Error {
    let message = format!("the outbox's PostgreSQL URL cannot be used: {why}");
    Error::configuration(ErrorCode::InvalidOutboxUrl, message)
}

#[cfg(test)]
mod tests {
    use super::{Address, Trust};
    use crate::error::ErrorCode;

    #[test]
    fn off_this_machine_the_server_must_prove_its_name() {
        let trust = |url: &str| Address::read(url).unwrap().trust;
        for far in ["db.shop.example", "10.0.0.7", "localhost,db.shop.example", "[2001:db8::1]"] {
            assert_eq!(trust(&format!("postgresql://shop@{far}/shop")), Trust::System, "{far}");
        }
        for near in ["localhost", "127.0.0.1:6432", "[::1]", "%2Frun%2Fpostgresql"] {
            assert_eq!(trust(&format!("postgres://shop@{near}/shop")), Trust::Anyone, "{near}");
        }
        let by_socket = "postgresql:///shop?host=/run/postgresql&user=shop";
        assert_eq!(trust(by_socket), Trust::Anyone);
        let of = |rest: &str| trust(&format!("postgresql://shop@localhost/shop?{rest}"));
        assert_eq!(of("sslmode=require"), Trust::System);
        assert_eq!(of("sslrootcert=/etc/ca.pem"), Trust::Bundle("/etc/ca.pem".into()));
        assert_eq!(trust("postgresql://shop@db.shop.example/shop?sslmode=disable"), Trust::Anyone);
    }

    #[test]
    fn what_cannot_be_used_is_refused_by_its_name_and_shows_no_value() {
        let refused = |url: &str, why: &str| {
            let error = Address::read(url).map(drop).unwrap_err();
            assert_eq!(error.code(), ErrorCode::InvalidOutboxUrl, "{url}");
            assert!(error.message().contains(why), "{error}");
            assert!(!error.message().contains("secret"), "{error}");
        };
        refused("postgresql://shop:secret@h/shop?options=-csecret", "options");
        refused("postgresql://shop:secret@h/shop?sslmode=prefer", "sslmode");
        refused("postgresql://shop:secret@h:secret/shop", "port");
        refused("postgresql://shop:pa?secret@h/shop?x=secret", "x");
        refused("postgresql://shop:p@a?secret@h/shop", "unknown");
        refused("postgresql:///shop", "host");
        for name in ["", "Shop", "a b", "a;b", "1a", "a\"b", &"a".repeat(64)] {
            refused(&format!("postgresql://h/shop?schema={name}"), "schema");
        }
    }

    #[test]
    fn a_password_may_hold_anything_that_is_escaped() {
        let address = Address::read("postgresql://shop:a%3F%40%25b+c@h/shop?schema=of_1").unwrap();
        assert_eq!(address.config.get_password(), Some(&b"a?@%b+c"[..]));
        assert_eq!(address.schema.as_deref(), Some("of_1"));
    }
}
