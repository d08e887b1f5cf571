//! A client that hides nothing: it writes bytes and reads bytes.

use std::fmt::Write as _;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;

use connectly_conversions::Sandbox;
use serde_json::{Value, json};

pub(crate) const BUSINESS: &str = "6f1c2d3e-4b5a-4c6d-8e7f-901234567890";
pub(crate) const NOW: i64 = 1_746_480_600;

/// A sandbox whose clock stands 10 minutes after the documentation's example.
pub(crate) fn sandbox() -> Sandbox {
    let sandbox = Sandbox::start().unwrap();
    sandbox.set_now(Some(NOW));
    sandbox
}

/// The example of the API's documentation.
pub(crate) fn example() -> Value {
    json!({
        "cnct_tracking_id": "t-1", "event_name": "Purchase", "sendout_id": "s-1",
        "attribution": {"meta_ctwa": {"ctwa_clid": "c-1", "ad_id": "23851234567890123"}},
        "payload": {
            "currency": "USD", "value": 99.97, "order_id": "ORD-7821", "content_type": "product",
            "content_ids": ["data-pass-30d", "phone-case-blk"], "num_items": 2,
            "contents": [
                {"id": "data-pass-30d", "quantity": 1, "item_price": 49.99},
                {"id": "phone-case-blk", "quantity": 1, "item_price": 49.98}
            ],
            "event_time": 1_746_480_000
        }
    })
}

/// The example, for another order.
pub(crate) fn order(id: &str) -> Value {
    with(|body| body["payload"]["order_id"] = id.into())
}

/// The example, changed.
pub(crate) fn with(change: impl FnOnce(&mut Value)) -> Value {
    let mut body = example();
    change(&mut body);
    body
}

pub(crate) fn path() -> String {
    format!("/external/v1/businesses/{BUSINESS}/conversion_events")
}

/// A request as it goes over the wire.
pub(crate) fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: sandbox\r\n");
    for (name, value) in headers {
        write!(text, "{name}: {value}\r\n").unwrap();
    }
    write!(text, "content-length: {}\r\n\r\n{body}", body.len()).unwrap();
    text.into_bytes()
}

/// A conversion's request.
pub(crate) fn conversion(body: &Value) -> Vec<u8> {
    let headers = [("content-type", "application/json"), ("x-api-key", "key-1")];
    request("POST", &path(), &headers, &body.to_string())
}

pub(crate) struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (given, value) = line.split_once(':')?;
            given.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// One connection, kept alive.
pub(crate) struct Connection {
    stream: TcpStream,
    unread: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(sandbox: &Sandbox) -> Self {
        let address = sandbox.url().strip_prefix("http://").unwrap();
        Self { stream: TcpStream::connect(address).unwrap(), unread: Vec::new() }
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    /// More bytes, or `None` at the end of the stream.
    fn more(&mut self) -> Result<Option<()>, ErrorKind> {
        let mut buffer = vec![0; 65_536];
        let length = self.stream.read(&mut buffer).map_err(|error| error.kind())?;
        self.unread.extend_from_slice(&buffer[..length]);
        Ok((length > 0).then_some(()))
    }

    /// Exactly so many bytes, whatever they are.
    pub(crate) fn read(&mut self, length: usize) -> Vec<u8> {
        while self.unread.len() < length {
            self.more().unwrap().unwrap();
        }
        self.unread.drain(..length).collect()
    }

    /// Everything until the stream ends, or how it broke.
    pub(crate) fn rest(&mut self) -> Result<Vec<u8>, ErrorKind> {
        while self.more()?.is_some() {}
        Ok(std::mem::take(&mut self.unread))
    }

    /// The next line, with its end.
    pub(crate) fn line(&mut self) -> String {
        loop {
            if let Some(end) = self.unread.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.unread.drain(..=end).collect();
                return String::from_utf8(line).unwrap();
            }
            self.more().unwrap().unwrap();
        }
    }

    /// Status line and headers.
    pub(crate) fn head(&mut self) -> String {
        let mut head = String::new();
        loop {
            let line = self.line();
            if line == "\r\n" {
                return head;
            }
            head.push_str(&line);
        }
    }

    /// One whole answer.
    pub(crate) fn answer(&mut self) -> Answer {
        let head = self.head();
        let status = head[9..12].parse().unwrap();
        let mut answer = Answer { status, head, body: Vec::new() };
        let length = answer.header("content-length").unwrap_or("0").parse().unwrap();
        answer.body = self.read(length);
        answer
    }

    /// Writes a request and reads its answer.
    pub(crate) fn exchange(&mut self, bytes: &[u8]) -> Answer {
        self.write(bytes);
        self.answer()
    }
}

/// One request on a connection of its own.
pub(crate) fn exchange(sandbox: &Sandbox, bytes: &[u8]) -> Answer {
    Connection::open(sandbox).exchange(bytes)
}

/// Reports a conversion.
pub(crate) fn report(sandbox: &Sandbox, body: &Value) -> Answer {
    exchange(sandbox, &conversion(body))
}

/// Asks the sandbox's own routes.
pub(crate) fn control(sandbox: &Sandbox, method: &str, path: &str, body: &str) -> Answer {
    exchange(sandbox, &request(method, path, &[], body))
}
