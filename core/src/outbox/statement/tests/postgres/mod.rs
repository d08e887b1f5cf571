//! On a real server.

mod agreement;
mod histories;
mod server;
mod waiting;
