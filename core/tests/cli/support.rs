//! The command as a child process, and a server that is not the sandbox.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Output, Stdio};
use std::thread::JoinHandle;

use serde_json::Value;

pub(crate) const BUSINESS: &str = "3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a";
pub(crate) const KEY: &str = "canary-key-4711";

/// The documentation's own example, in one line.
pub(crate) const EXAMPLE: &str = r#"{"cnct_tracking_id":"t1","event_name":"Purchase","sendout_id":"s1","attribution":{"meta_ctwa":{"ctwa_clid":"c1","ad_id":"23851"}},"payload":{"currency":"USD","value":99.97,"order_id":"ORD-7821","content_type":"product","content_ids":["data-pass-30d","phone-case-blk"],"num_items":2,"contents":[{"id":"data-pass-30d","quantity":1,"item_price":49.99},{"id":"phone-case-blk","quantity":1,"item_price":49.98}],"event_time":1746480000}}"#;

pub(crate) fn connectly() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_connectly"));
    for name in ["API_KEY", "BUSINESS_ID", "BASE_URL", "EXTRA_CURRENCIES", "OUTBOX_URL"] {
        command.env_remove(format!("CONNECTLY_{name}"));
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub(crate) fn run(command: &mut Command, input: &str) -> Output {
    let mut child = command.spawn().unwrap();
    // A command that is misused ends before it reads; what it says is what counts.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

pub(crate) fn send_to(url: &str, arguments: &[&str], input: &str) -> Output {
    let mut command = connectly();
    command.env("CONNECTLY_API_KEY", KEY).env("CONNECTLY_BUSINESS_ID", BUSINESS);
    run(command.env("CONNECTLY_BASE_URL", url).arg("send").args(arguments), input)
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

pub(crate) fn rows(output: &Output) -> Vec<Value> {
    stdout(output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A server that knows nothing of us: it answers one request and gives it back.
pub(crate) fn foreign_server(answer: &'static str) -> (SocketAddr, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let served = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if line == "\r\n" {
                break;
            }
            head.push_str(&line);
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        stream.write_all(answer.as_bytes()).unwrap();
        head + "\r\n" + &String::from_utf8(body).unwrap()
    });
    (address, served)
}
