//! Looking through texts for bytes that matter, many at a time; and texts in one line.

use std::borrow::Cow;

/// Whether the text holds a control character.
pub(crate) fn has_control(text: &str) -> bool {
    // Beyond ASCII control characters begin with the byte C2, as some signs do: `char` knows.
    let suspect = |byte| byte < 0x20 || byte == 0x7f || byte == 0xc2;
    any(text, suspect) && text.chars().any(char::is_control)
}

/// Whether JSON has to escape something in the text.
pub(crate) fn needs_escape(text: &str) -> bool {
    any(text, |byte| byte < 0x20 || byte == b'"' || byte == b'\\')
}

/// Looks at every byte instead of stopping at the first: so the compiler takes eight at a time.
#[inline]
fn any(text: &str, wanted: impl Fn(u8) -> bool) -> bool {
    let look = |bytes: &[u8]| bytes.iter().fold(false, |found, byte| found | wanted(*byte));
    let bytes = text.as_bytes();
    // The last eight overlap those before them: cheaper than a rest of up to seven single bytes.
    let Some(last) = bytes.last_chunk::<8>() else { return look(bytes) };
    bytes.as_chunks::<8>().0.iter().fold(look(last), |found, eight| found | look(eight))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_of_a_text_is_looked_at() {
        for (before, behind) in (0..20).flat_map(|a| (0..20).map(move |b| (a, b))) {
            let text = |found: char| format!("{}{found}{}", "é".repeat(before), "-".repeat(behind));
            assert!(!has_control(&text(' ')) && !needs_escape(&text(' ')));
            assert!(has_control(&text('\u{7f}')) && has_control(&text('\u{85}')));
            assert!(needs_escape(&text('"')) && needs_escape(&text('\n')));
        }
        assert!(!has_control("") && !needs_escape(""));
    }

    #[test]
    fn characters_are_told_as_char_and_serde_json_tell_them() {
        for character in '\0'..='\u{2fff}' {
            let text = format!("nobody looks at {character} alone");
            assert_eq!(has_control(&text), character.is_control(), "{character:?}");
            let plain = serde_json::to_string(&text).unwrap() == format!("\"{text}\"");
            assert_eq!(needs_escape(&text), !plain, "{character:?}");
        }
    }
}
