//! Answers that no sandbox gives.

use std::io::Write;

use connectly_conversions::{Error, ErrorCode, Receipt};
use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::io::AsyncWriteExt;

use crate::support::{client, event, listen, request};

/// What a client makes of an answer of this head and body.
async fn answered(key: &str, head: &str, body: &[u8]) -> Result<Receipt, Error> {
    let (listener, url) = listen().await;
    let head = format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n", body.len());
    let answer = [head.as_bytes(), body].concat();
    let server = tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            while request(&mut stream).await.is_some() {
                stream.write_all(&answer).await.unwrap();
            }
        }
    });
    let result = client(&url).api_key(key).build().unwrap().send(&event("A")).await;
    server.abort();
    result
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn gzip_that_nobody_asked_for_is_read() {
    let body = gzip(r#"{"events_received":1}"#);
    let receipt = answered("key", "200 OK\r\ncontent-encoding: gzip", &body).await.unwrap();
    assert_eq!((receipt.attempts(), receipt.raw_body()), (1, r#"{"events_received":1}"#));
    let body = gzip(r#"{"code":3,"message":"bad ad_id"}"#);
    let error = answered("key", "400 Bad Request\r\ncontent-encoding: gzip", &body).await;
    assert_eq!(error.unwrap_err().message(), "bad ad_id");
}

#[tokio::test]
async fn a_key_that_an_answer_escapes_is_masked_in_what_was_decoded_too() {
    const KEY: &str = r#"canary/8c41d0+"key""#;
    for escaped in [
        r#"canary\/8c41d0+\"key\""#,
        r"canary/8c41d0\u002b\u0022key\u0022",
        r#"\u0063anary\u002F8c41d0+\"key\""#,
    ] {
        let body = format!(r#"{{"message":"no such key: {escaped}."}}"#);
        let error = answered(KEY, "400 Bad Request", body.as_bytes()).await.unwrap_err();
        assert_eq!(error.message(), "no such key: ***.");
        assert_eq!(error.raw_body(), Some(r#"{"message":"no such key: ***."}"#));
    }
}

#[tokio::test]
async fn an_error_is_shown_in_one_line_of_bounded_length() {
    let words = format!("bad\nreceived: ORD-1\r\u{2028}\u{85}\u{1b}[2J{}", "!".repeat(60_000));
    let error = answered("key", "400 Bad Request", words.as_bytes()).await.unwrap_err();
    assert_eq!((error.code(), error.message()), (ErrorCode::Rejected, words.as_str()));
    let shown = error.to_string();
    assert!(shown.starts_with("rejected: bad received: ORD-1"), "{shown}");
    assert!(shown.chars().count() < 600);
    assert!(!shown.contains(|c: char| c.is_control() || c == '\u{2028}'), "{shown}");
}
