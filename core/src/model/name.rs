//! The events that the API knows.

use std::str::FromStr;

use crate::error::{Error, Result};
use crate::named::named;

named! {
    /// The events that the API knows.
    EventName {
        /// An order.
        Purchase = "Purchase",
        /// A product page.
        ViewContent = "ViewContent",
    }
}

impl FromStr for EventName {
    type Err = Error;

    /// # Errors
    /// `invalid_option` for anything but the two names, letter by letter.
    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.iter().copied().find(|name| name.as_str() == text).ok_or_else(|| {
            Error::invalid_option("event_name", "use \"Purchase\" or \"ViewContent\"")
        })
    }
}
