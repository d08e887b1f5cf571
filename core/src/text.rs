//! Looking through texts, and texts in one line.

use std::borrow::Cow;

/// Whether the text holds a control character (Unicode category Cc).
pub(crate) fn has_control(text: &str) -> bool {
    text.chars().any(char::is_control)
}

/// Long enough for any honest sentence.
const LONGEST_LINE: usize = 500;

/// The text without control characters, cut where it is too long for a line.
pub(crate) fn one_line(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST_LINE && !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    let clean = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut line: String = clean.take(LONGEST_LINE).collect();
    if line.len() < text.len() {
        line.push('…');
    }
    Cow::Owned(line)
}
