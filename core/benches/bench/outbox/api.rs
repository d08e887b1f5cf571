//! The sandbox in a process of its own, which answers late or at once.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use connectly_conversions::{Client, Fault, Sandbox};

use super::place::BUSINESS;

pub(crate) struct Api {
    url: String,
    child: Child,
}

impl Api {
    /// Answers after this time.
    pub(crate) fn start(delay: Duration) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["sandbox", &delay.as_millis().to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { url: line.trim().to_owned(), child }
    }

    pub(crate) fn client(&self) -> Client {
        let client = Client::builder().api_key("bench").business_id(BUSINESS);
        client.base_url(&self.url).build().unwrap()
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs until its input ends.
pub(crate) fn serve(delay: Duration) {
    let sandbox = Sandbox::start().unwrap();
    if !delay.is_zero() {
        sandbox.fail_next(Fault::delay(delay).times(0));
    }
    println!("{}", sandbox.url());
    let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
}
