//! Looking through texts, and texts in one line.

use std::borrow::Cow;

/// Whether the text holds a control character (Unicode category Cc).
pub(crate) fn has_control(text: &str) -> bool {
    text.chars().any(char::is_control)
}

/// Long enough for any honest sentence.
const LONGEST_LINE: usize = 500;

/// The text without control characters, cut where it is too long for a line.
#[must_use]
pub fn one_line(text: &str) -> Cow<'_, str> {
    // The two separators end a line for many programs, and are no control characters.
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    if text.len() <= LONGEST_LINE && !text.contains(breaks) {
        return Cow::Borrowed(text);
    }
    let mut clean = text.chars().map(|c| if breaks(c) { ' ' } else { c });
    let mut line: String = clean.by_ref().take(LONGEST_LINE).collect();
    if clean.next().is_some() {
        line.push('…');
    }
    Cow::Owned(line)
}
