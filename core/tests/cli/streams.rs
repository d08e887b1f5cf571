//! Input of any length: rows come while it is still being read, and it is never held whole.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use connectly_conversions::{Fault, Sandbox};
use nix::pty::{Winsize, openpty};
use serde_json::Value;

use crate::support::{BUSINESS, EXAMPLE, KEY, code, connectly, rows, run, send_to, stdout};

fn order(id: &str) -> String {
    EXAMPLE.replace("ORD-7821", id)
}

fn sends_to(url: &str, arguments: &[&str]) -> Command {
    let mut command = connectly();
    command.env("CONNECTLY_API_KEY", KEY).env("CONNECTLY_BUSINESS_ID", BUSINESS);
    command.env("CONNECTLY_BASE_URL", url).arg("send").args(arguments);
    command
}

/// A command that is being fed.
struct Fed {
    child: Child,
    input: ChildStdin,
    rows: std::io::Lines<BufReader<ChildStdout>>,
}

impl Fed {
    fn new(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let input = child.stdin.take().unwrap();
        let rows = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, input, rows }
    }

    fn write(&mut self, line: &str) {
        writeln!(self.input, "{line}").unwrap();
        self.input.flush().unwrap();
    }

    fn row(&mut self) -> Value {
        serde_json::from_str(&self.rows.next().unwrap().unwrap()).unwrap()
    }

    fn end(mut self) -> Option<i32> {
        drop(self.input);
        self.child.wait().unwrap().code()
    }
}

#[test]
fn each_row_comes_before_the_next_line_is_there() {
    let sandbox = Sandbox::start().unwrap();
    let mut validate = connectly();
    validate.args(["validate", "--json", "-"]);
    for mut command in [validate, sends_to(sandbox.url(), &["--json", "-"])] {
        let mut fed = Fed::new(&mut command);
        for number in 0..5 {
            let id = format!("ORD-{number}");
            fed.write(&order(&id));
            assert_eq!(fed.row()["order_id"], id.as_str());
        }
        assert_eq!(fed.end(), Some(0));
    }
    assert_eq!(sandbox.received().len(), 5);
}

#[test]
fn a_row_comes_as_soon_as_its_event_has_ended() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fail_next(Fault::delay(Duration::from_millis(500)).for_order("slow"));
    let input = [order("slow"), order("A"), order("B")].join("\n");
    let output = send_to(sandbox.url(), &["--json", "--concurrency", "2", "-"], &input);
    let orders: Vec<_> = rows(&output).iter().map(|row| row["order_id"].clone()).collect();
    assert_eq!(orders, ["A", "B", "slow"]);
}

/// What the process has held at most, in MiB.
#[cfg(target_os = "linux")]
fn peak(child: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
}

#[cfg(target_os = "linux")]
#[test]
fn the_input_is_never_held_whole() {
    let sandbox = Sandbox::start().unwrap();
    let mut validate = connectly();
    validate.args(["validate", "--json", "-"]);
    for mut command in [validate, sends_to(sandbox.url(), &["--json", "-"])] {
        let mut fed = Fed::new(&mut command);
        // 100 MiB of lines that are cheap to read.
        let line = format!("not JSON {}", "x".repeat(100_000));
        fed.write(&order("first"));
        fed.row();
        for _ in 0..1_000 {
            fed.write(&line);
            assert_eq!(fed.row()["outcome"], "refused");
        }
        let peak = peak(&fed.child);
        assert_eq!(fed.end(), Some(1));
        assert!(peak < 50, "{peak} MiB");
    }
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_line() {
    for input in [format!("\u{feff}{}\n{}\n", order("A"), order("B")), format!("\u{feff}{EXAMPLE}")]
    {
        let output = run(connectly().args(["validate", "--json", "-"]), &input);
        assert_eq!(code(&output), 0, "{output:?}");
        assert!(rows(&output).iter().all(|row| row["outcome"] == "valid"));
    }
}

#[test]
fn a_refused_row_names_its_order() {
    let bad = EXAMPLE.replace("USD", "US Dollar");
    let number = bad.replace("\"ORD-7821\"", "12345678901234567890123");
    let unknown = bad.replace("\"ORD-7821\"", "[1]");
    let input = [bad.as_str(), &number, &unknown, "not JSON"].join("\n");
    let output = run(connectly().args(["validate", "--json", "-"]), &input);
    let orders: Vec<_> = rows(&output).iter().map(|row| row["order_id"].clone()).collect();
    let expected =
        [Value::from("ORD-7821"), "12345678901234567890123".into(), Value::Null, Value::Null];
    assert_eq!(orders, expected);
    // A person sees it too, and in one line.
    let forged = bad.replace("ORD-7821", r"ORD-1\n-:9: order ORD-2 valid");
    let shown = stdout(&run(connectly().args(["validate", "-"]), &forged));
    assert!(shown.contains("order ORD-1 -:9: order ORD-2 valid refused"), "{shown}");
}

#[test]
fn whoever_stops_reading_still_gets_the_exit_code() {
    let mut child = connectly().args(["validate", "-"]).spawn().unwrap();
    drop(child.stdout.take());
    let mut input = child.stdin.take().unwrap();
    for line in [EXAMPLE, EXAMPLE, "not JSON"] {
        writeln!(input, "{line}").unwrap();
    }
    drop(input);
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
fn a_file_that_cannot_be_read_stops_everything_before_it_begins() {
    let sandbox = Sandbox::start().unwrap();
    for path in ["/no/such/file", env!("CARGO_MANIFEST_DIR")] {
        let output = send_to(sandbox.url(), &["-", path], EXAMPLE);
        assert_eq!(code(&output), 2, "{output:?}");
        assert!(String::from_utf8(output.stderr).unwrap().contains(path));
    }
    assert!(sandbox.requests().is_empty());
}

#[test]
fn whoever_watches_sees_how_far_it_is() {
    let sandbox = Sandbox::start().unwrap();
    let size = Winsize { ws_row: 24, ws_col: 120, ws_xpixel: 0, ws_ypixel: 0 };
    let terminal = openpty(Some(&size), None).unwrap();
    let mut command = sends_to(sandbox.url(), &["-"]);
    command.env("TERM", "xterm").stderr(Stdio::from(terminal.slave));
    let mut fed = Fed::new(&mut command);
    for line in [&order("A"), "not JSON", &order("B")] {
        fed.write(line);
    }
    assert_eq!(fed.end(), Some(1));
    // The terminal ends with the last process that holds its other side.
    drop(command);
    let mut shown = Vec::new();
    let mut terminal = File::from(terminal.master);
    let mut byte = [0; 1024];
    while let Ok(read @ 1..) = terminal.read(&mut byte) {
        shown.extend_from_slice(&byte[..read]);
    }
    let shown = String::from_utf8_lossy(&shown);
    assert!(shown.contains("2 received, 1 refused"), "{shown:?}");
}

#[test]
fn whoever_does_not_watch_sees_nothing_of_it() {
    let sandbox = Sandbox::start().unwrap();
    let output = send_to(sandbox.url(), &["-"], EXAMPLE);
    assert!(output.stderr.is_empty(), "{output:?}");
}
