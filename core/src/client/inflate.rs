//! Answers that come compressed, though no request asks for that.

use std::io::Read;

use flate2::read::MultiGzDecoder;
use http::HeaderMap;
use http::header::CONTENT_ENCODING;

use crate::delivery::{Answer, Damage, MAX_BODY_BYTES};

/// The answer, inflated where it says that it is gzip. What cannot be inflated stays as it came.
pub(super) fn inflate(answer: Answer) -> Answer {
    if !is_gzip(&answer.headers) {
        return answer;
    }
    let mut body = Vec::new();
    let limit = MAX_BODY_BYTES as u64 + 1;
    let read = MultiGzDecoder::new(answer.body.as_slice()).take(limit).read_to_end(&mut body);
    if body.len() > MAX_BODY_BYTES {
        body.truncate(MAX_BODY_BYTES);
        return Answer { body, damage: Some(Damage::TooLarge), ..answer };
    }
    // Of an answer that was cut short, its beginning may say enough.
    if read.is_err() && body.is_empty() {
        return answer;
    }
    let damage = answer.damage.or_else(|| read.is_err().then_some(Damage::CutShort));
    Answer { body, damage, ..answer }
}

fn is_gzip(headers: &HeaderMap) -> bool {
    let encoding = headers.get(CONTENT_ENCODING).and_then(|value| value.to_str().ok());
    encoding.is_some_and(|encoding| {
        let encoding = encoding.trim();
        encoding.eq_ignore_ascii_case("gzip") || encoding.eq_ignore_ascii_case("x-gzip")
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn answer(encoding: &str, body: Vec<u8>) -> Answer {
        let headers = HeaderMap::from_iter([(CONTENT_ENCODING, encoding.parse().unwrap())]);
        Answer { status: 200, headers, body, damage: None }
    }

    #[test]
    fn what_says_gzip_is_inflated() {
        for encoding in ["gzip", "GZIP", " x-gzip "] {
            let answer = inflate(answer(encoding, gzip(b"{}")));
            assert_eq!((answer.body.as_slice(), answer.damage), (&b"{}"[..], None), "{encoding}");
        }
    }

    #[test]
    fn up_to_64_kib() {
        let most = vec![b' '; MAX_BODY_BYTES];
        let whole = inflate(answer("gzip", gzip(&most)));
        assert_eq!((whole.body.len(), whole.damage), (MAX_BODY_BYTES, None));
        let more = inflate(answer("gzip", gzip(&[most, vec![b' ']].concat())));
        assert_eq!((more.body.len(), more.damage), (MAX_BODY_BYTES, Some(Damage::TooLarge)));
    }

    #[test]
    fn what_is_no_gzip_stays_as_it_came() {
        for encoding in ["gzip", "br", "identity"] {
            let answer = inflate(answer(encoding, b"{}".to_vec()));
            assert_eq!((answer.body.as_slice(), answer.damage), (&b"{}"[..], None), "{encoding}");
        }
    }

    #[test]
    fn what_is_cut_short_is_said_to_be() {
        let mut body = gzip(br#"{"events_received":1}"#);
        body.truncate(body.len() - 8);
        assert_eq!(inflate(answer("gzip", body)).damage, Some(Damage::CutShort));
    }
}
