//! A gateway that echoes the request must not bring the key into errors.

/// Keys that are shorter are the sandbox's, and would be found in ordinary words.
const SHORTEST_SECRET: usize = 12;

const MASK: &[u8] = b"***";

/// The text with `***` in the places of the secret, be it as it is or escaped as in JSON, so that
/// it is not found in what is decoded either.
pub(super) fn mask(text: &[u8], secret: &[u8]) -> Vec<u8> {
    if secret.len() < SHORTEST_SECRET {
        return text.to_vec();
    }
    let (mut masked, mut rest) = (Vec::with_capacity(text.len()), text);
    while let Some((first, behind)) = rest.split_first() {
        if let Some(length) = spelt(rest, secret) {
            masked.extend_from_slice(MASK);
            rest = &rest[length..];
        } else {
            masked.push(*first);
            rest = behind;
        }
    }
    masked
}

/// How many bytes at the text's beginning spell the secret.
fn spelt(text: &[u8], secret: &[u8]) -> Option<usize> {
    let Some((wanted, others)) = secret.split_first() else { return Some(0) };
    let spellings = [is_plain(text, *wanted), is_escaped(text, *wanted), is_code(text, *wanted)];
    spellings
        .into_iter()
        .flatten()
        .find_map(|length| Some(length + spelt(&text[length..], others)?))
}

fn is_plain(text: &[u8], wanted: u8) -> Option<usize> {
    (text.first() == Some(&wanted)).then_some(1)
}

/// As `\/`.
fn is_escaped(text: &[u8], wanted: u8) -> Option<usize> {
    (matches!(wanted, b'"' | b'\\' | b'/') && text.starts_with(&[b'\\', wanted])).then_some(2)
}

/// As `\u002f`.
fn is_code(text: &[u8], wanted: u8) -> Option<usize> {
    let digits = text.strip_prefix(br"\u")?.get(..4)?;
    let code = u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    (code == u16::from(wanted)).then_some(6)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With every character that JSON may or must escape.
    const KEY: &[u8] = br#"canary/key"with\all<of>them"#;

    fn masked(text: &str) -> String {
        String::from_utf8(mask(text.as_bytes(), KEY)).unwrap()
    }

    #[test]
    fn the_key_is_masked_however_json_spells_it() {
        let key = std::str::from_utf8(KEY).unwrap();
        let all: Vec<_> = key.chars().map(|c| format!("\\u{:04X}", u32::from(c))).collect();
        for spelling in [
            key.to_owned(),
            key.replace('\\', r"\\").replace('"', "\\\"").replace('/', r"\/"),
            key.replace('<', r"\u003c").replace('>', r"\u003E"),
            all.concat(),
        ] {
            assert_eq!(
                masked(&format!("no {spelling}, {spelling}!")),
                "no ***, ***!",
                "{spelling}"
            );
        }
    }

    #[test]
    fn what_is_not_the_key_stays() {
        for text in ["", "canary", "canary/key", r"\u00", r"\u00zz", "\\", "🦀"] {
            assert_eq!(masked(text), text);
        }
    }

    #[test]
    fn a_short_key_is_not_looked_for() {
        assert_eq!(mask(b"a key is a key", b"key"), b"a key is a key");
    }
}
