//! Starts a server for the tests of another language, says at which URL it is, and ends with its
//! standard input.

use std::io::{Read as _, Write as _, stdin, stdout};

use connectly_test_postgres::{Failure, Server};

fn main() -> Result<(), Failure> {
    let server = Server::start(&[])?;
    let mut said = stdout();
    writeln!(said, "{}", server.database()?.url())?;
    said.flush()?;
    stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
