//! The capture snippet, for a page that no server of the shop sees.

/// The JavaScript that a page of a CDN brings: it writes what the link told into the cookie
/// [`SCRIPT_COOKIE_NAME`](crate::SCRIPT_COOKIE_NAME), which [`Landing`](crate::Landing) takes over.
/// Under 1 kB; `snippet/landing.js` is what it is made of.
pub const SNIPPET: &str = include_str!("../../snippet/landing.min.js");
