//! The crate's README from its first command to a first report, in an empty folder, as a newcomer
//! follows it. The crate is this repository's; what else it takes, this machine has already.
// Helpers of tests say what they expect by failing.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

const README: &str = include_str!("../../core/README.md");
const CORE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../core");
const LOCK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock");

/// What is to be done, in the README's order.
enum Step<'a> {
    Write { file: &'a str, code: &'a str },
    Run(String),
}

fn steps(chapter: &str) -> Vec<Step<'_>> {
    let blocks = chapter.split("```").skip(1).step_by(2);
    let step = |block| match str::split_once(block, '\n') {
        Some(("console", lines)) => {
            let commands = lines.lines().map(|line| line.strip_prefix("$ ").expect("a command"));
            Step::Run(commands.collect::<Vec<_>>().join("\n"))
        }
        Some((_, code)) => {
            let file = code.lines().next().and_then(|line| line.strip_prefix("// "));
            Step::Write { file: file.expect("the name of a file"), code }
        }
        None => unreachable!("a block has a language: {block}"),
    };
    blocks.map(step).collect()
}

/// A terminal in the folder. Of this shell nothing counts but where Rust is.
fn terminal(folder: &Path, commands: &str) -> Command {
    let path = format!("{}/bin:{}", folder.display(), std::env::var("PATH").unwrap());
    let rust = ["HOME", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "RUSTFLAGS"];
    let mut terminal = Command::new("bash");
    terminal
        .args(["-euc", commands])
        .current_dir(folder)
        .env_clear()
        .envs(rust.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?))))
        .env("PATH", path)
        .env("CARGO_INSTALL_ROOT", folder)
        .env("CARGO_NET_OFFLINE", "true")
        // What the other tests have compiled need not be compiled again.
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap())
        .env("CARGO_PROFILE_DEV_DEBUG", "line-tables-only");
    terminal
}

/// What serves until it is dropped.
struct Serving(Child);

impl Serving {
    /// Returns once it says where it serves.
    fn start(mut terminal: Command) -> Self {
        let mut child = terminal.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let serving = Self(child);
        let said = lines.map_while(Result::ok).any(|line| line.contains("CONNECTLY_BASE_URL="));
        assert!(said, "the sandbox ended");
        serving
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.kill().and_then(|()| self.0.wait()).unwrap();
    }
}

/// What the sandbox tells that it received.
fn received(port: u16) -> Value {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.write_all(b"GET /sandbox/received HTTP/1.0\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap()
}

#[test]
fn the_readme_leads_a_newcomer_to_a_first_report() {
    let chapter = README.split("\n## A first report\n").nth(1).unwrap();
    let chapter = chapter.split("\n## ").next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    // The versions that this machine has.
    std::fs::copy(LOCK, folder.path().join("Cargo.lock")).unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut serving = Vec::new();
    for step in steps(chapter) {
        match step {
            Step::Write { file, code } => std::fs::write(folder.path().join(file), code).unwrap(),
            Step::Run(commands) => {
                let commands = commands
                    .replace("8099", &port.to_string())
                    .replace("cargo add connectly-conversions", &format!("cargo add --path {CORE}"))
                    .replace(
                        "cargo install connectly-conversions",
                        &format!("cargo install --debug --locked --path {CORE}"),
                    );
                if let Some((before, sandbox)) = commands.split_once("connectly sandbox") {
                    assert!(terminal(folder.path(), before).status().unwrap().success());
                    let sandbox = format!("exec connectly sandbox{sandbox}");
                    serving.push(Serving::start(terminal(folder.path(), &sandbox)));
                } else {
                    let status = terminal(folder.path(), &commands).status().unwrap();
                    assert!(status.success(), "{commands}");
                }
            }
        }
    }
    let received = received(port);
    let orders: Vec<_> = received["received"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| json!([event["order_id"], event["value"], event["times"]]))
        .collect();
    assert_eq!(orders, [json!(["ORD-7821", "99.97", 1])]);
}
