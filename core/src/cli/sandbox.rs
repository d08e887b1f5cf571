//! `connectly sandbox`

use std::io::Write;
use std::net::SocketAddr;

use super::arguments::Sandbox;
use super::exit::Failure;

/// Said where other machines can reach it.
const BEYOND: &str = "It is for tests only: whoever reaches its port reads and changes what it holds.\n\
     A client of another machine or container needs the option allow_insecure_http_for_tests.\n";

pub(super) fn run(command: &Sandbox, out: &mut impl Write) -> Result<u8, Failure> {
    let mut builder = crate::Sandbox::builder().port(command.port);
    if let Some(host) = command.host {
        builder = builder.on(SocketAddr::new(host, command.port));
    }
    if let Some(key) = &command.api_key {
        builder = builder.api_key(key);
    }
    if let Some(id) = &command.business_id {
        builder = builder.business_id(id);
    }
    let sandbox = builder.start()?;
    let url = sandbox.url();
    let beyond = command.host.filter(|host| !host.is_loopback()).map_or("", |_| BEYOND);
    // At once, so that whoever waits for the address reads all of it.
    let said = format!(
        "The sandbox listens; point your shop at it and look at what arrives:\n  \
         CONNECTLY_BASE_URL={url}\n  {url}/\n{beyond}"
    );
    out.write_all(said.as_bytes())?;
    out.flush()?;
    // Until the process is told to end: the sandbox serves on a thread of its own.
    loop {
        std::thread::park();
    }
}
