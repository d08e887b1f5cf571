//! Clients, events, and a server whose every step is the test's.

use std::net::SocketAddr;

use connectly_conversions::{
    Client, ClientBuilder, ConversionEvent, EventOptions, RetryPolicy, TrackingParams,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Must be seen nowhere but in its header.
pub(crate) const KEY: &str = "canary-key-8c41d0";
pub(crate) const BUSINESS: &str = "3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a";

const RECEIVED: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 21\r\n\r\n{\"events_received\":1}";

/// Retries that nobody waits for.
pub(crate) fn client(url: &str) -> ClientBuilder {
    let at_once = std::time::Duration::ZERO;
    Client::builder()
        .api_key(KEY)
        .business_id(BUSINESS)
        .base_url(url)
        .retry(RetryPolicy::new(2, at_once, at_once))
}

pub(crate) fn event(order_id: &str) -> ConversionEvent {
    purchase(TrackingParams::new("t", "s", "c", "1").unwrap(), order_id)
}

pub(crate) fn purchase(tracking: TrackingParams, order_id: &str) -> ConversionEvent {
    let options = EventOptions::new().extra_currencies(["QQQ"]);
    ConversionEvent::purchase(tracking, order_id, "USD", "99.97").options(options).build().unwrap()
}

/// A listener and the base URL that leads to it.
pub(crate) async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address: SocketAddr = listener.local_addr().unwrap();
    (listener, format!("http://{address}"))
}

/// Reads one request whole; `None` where the client has gone.
pub(crate) async fn request(stream: &mut TcpStream) -> Option<String> {
    let mut text = Vec::new();
    while !text.ends_with(b"\r\n\r\n") {
        text.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8_lossy(&text).into_owned();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?;
    let mut body = vec![0; length.parse().ok()?];
    stream.read_exact(&mut body).await.ok()?;
    Some(head + &String::from_utf8_lossy(&body))
}

pub(crate) async fn receive(stream: &mut TcpStream) {
    stream.write_all(RECEIVED).await.unwrap();
}

/// Answers one request as if the connection were to be kept, and closes it.
pub(crate) fn serve_once(mut stream: std::net::TcpStream) {
    use std::io::{Read, Write};
    let mut text = Vec::new();
    // The only event of these tests ends in its event time.
    while !text.ends_with(b"}}") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        text.extend(byte);
    }
    stream.write_all(RECEIVED).unwrap();
}
