//! What a binding is asked, in its own words.

use super::command::{Command, Hold};
use super::operator::Dead;
use super::row::Row;
use super::target::Target;
use super::transition::{Context, transition};
use crate::error::{Error, Result};
use crate::model::EventName;

/// The event that is meant by exactly one of these.
///
/// # Errors
/// `invalid_option` where none of them is given, or more than one.
pub fn target(
    order_id: Option<String>,
    id: Option<i64>,
    tracking_id: Option<String>,
    event_name: EventName,
) -> Result<Target> {
    match (order_id, id, tracking_id) {
        (Some(order_id), None, None) => Ok(Target::order(order_id, event_name)),
        (None, Some(id), None) => Ok(Target::id(id)),
        (None, None, Some(tracking_id)) => Ok(Target::tracking(tracking_id)),
        _ => {
            Err(Error::invalid_option("order_id", "give either this or another name of the event"))
        }
    }
}

/// The dead letters that are meant by exactly one of these.
///
/// # Errors
/// As [`target`].
pub fn dead(one: Option<Target>, code: Option<String>, all: bool) -> Result<Dead> {
    match (one, code, all) {
        (Some(target), None, false) => Ok(Dead::One(target)),
        (None, Some(code), false) => Ok(Dead::OfCode(code)),
        (None, None, true) => Ok(Dead::All),
        _ => Err(Error::invalid_option("replay", "name one event, or give a code, or ask for all")),
    }
}

/// The hold that a word stands for; every other hold is until a time.
#[must_use]
pub fn hold(word: &str) -> Option<Hold> {
    (word == "release").then_some(Hold::UntilReleased)
}

/// [`transition`] for a store in another language: all of it is JSON, and `null` is no row.
///
/// # Errors
/// `invalid_option`, naming the one that cannot be read.
pub fn transition_json(row: &str, command: &str, context: &str) -> Result<String> {
    fn read<'a, T: serde::Deserialize<'a>>(name: &str, text: &'a str) -> Result<T> {
        serde_json::from_str(text).map_err(|error| Error::invalid_option(name, &error.to_string()))
    }
    let row: Option<Row> = read("row", row)?;
    let (command, context): (Command, Context) =
        (read("command", command)?, read("context", context)?);
    let decision = transition(row.as_ref(), &command, &context);
    serde_json::to_string(&decision).map_err(|error| Error::internal(error.to_string()))
}
