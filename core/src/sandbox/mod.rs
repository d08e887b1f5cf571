//! The sandbox: Connectly's API in this process, for tests and for trying things out.
//!
//! It answers as the API's documentation says, validates with the same engine that checks events
//! before they are sent, remembers orders, plays faults on request and keeps a journal. It lives
//! on a thread of its own with a runtime of its own, so it serves blocking and async code alike.

mod answer;
mod counts;
mod cursor;
mod expected;
mod faults;
mod gzip;
mod journal;
mod kind;
mod news;
mod page;
mod raw;
mod reply;
mod routes;
mod script;
mod server;
mod state;
mod stream;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::oneshot;

pub use expected::{Expected, NotReported};
pub use faults::Fault;
pub use journal::{Received, Recorded};
pub use kind::FaultKind;

use crate::error::{Error, Result};
use crate::guard::Guard;
use crate::{config, defaults};
use state::{Access, State};

/// Connectly's API on a loopback port of this machine; it stops when it is dropped.
///
/// While it runs, no client of this process sends to another machine: such a send ends with
/// `sandbox_active`. A test never reports an order for real.
///
/// ```
/// use connectly_conversions::{Fault, Sandbox};
///
/// let sandbox = Sandbox::start()?;
/// sandbox.fail_next(Fault::status(429).retry_after(1));
/// // Point a client at `sandbox.url()`, run the code under test, then ask what arrived.
/// assert!(sandbox.url().starts_with("http://127.0.0.1:"));
/// assert!(sandbox.received().is_empty());
/// # Ok::<(), connectly_conversions::Error>(())
/// ```
pub struct Sandbox {
    url: String,
    state: Arc<State>,
    running: Mutex<Option<Running>>,
}

/// What ends when it stops.
struct Running {
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
    _guard: Guard,
}

impl Sandbox {
    /// How long [`Sandbox::wait_for`] waits at most.
    pub const WAIT: Duration = defaults::WAIT_FOR_TIMEOUT;

    /// Starts on a free port of 127.0.0.1; any key that is not empty and any UUID are accepted.
    ///
    /// # Errors
    /// `invalid_option` where no port can be listened on.
    pub fn start() -> Result<Self> {
        Self::builder().start()
    }

    /// Settings first.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder::default()
    }

    /// The base URL for a client: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The conversions that were accepted, in order; one that came twice is there twice.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.state.received()
    }

    /// Waits until this many conversions were accepted, for 10 s at most, and gives them: for what
    /// is reported in the background. Blocks the calling thread.
    ///
    /// # Errors
    /// What came instead, where the time is over or the sandbox was stopped.
    pub fn wait_for(&self, count: usize) -> Result<Vec<Received>, NotReported> {
        self.wait_for_within(count, Self::WAIT)
    }

    /// [`Sandbox::wait_for`] with a time of its own.
    ///
    /// # Errors
    /// As [`Sandbox::wait_for`].
    pub fn wait_for_within(
        &self,
        count: usize,
        timeout: Duration,
    ) -> Result<Vec<Received>, NotReported> {
        self.state.wait_for(count, timeout);
        self.state.waited(count, timeout)
    }

    /// For a binding that has to look up from time to time: waits for a slice of the time. Whether
    /// the wait is over, so that [`Sandbox::wait_for_within`] would not wait.
    #[doc(hidden)]
    #[must_use]
    pub fn wait_a_while(&self, count: usize, slice: Duration) -> bool {
        self.state.wait_for(count, slice)
    }

    /// For such a binding: what a wait of this time has come to.
    ///
    /// # Errors
    /// As [`Sandbox::wait_for`].
    #[doc(hidden)]
    pub fn waited(&self, count: usize, timeout: Duration) -> Result<Vec<Received>, NotReported> {
        self.state.waited(count, timeout)
    }

    /// Asserts that this was reported, as often as expected, and gives the last of it.
    ///
    /// # Errors
    /// What came instead.
    pub fn assert_reported(&self, expected: &Expected) -> Result<Received, NotReported> {
        self.state.assert_reported(expected)
    }

    /// Asserts that no event of this order was reported.
    ///
    /// # Errors
    /// What came.
    pub fn assert_not_reported(&self, order_id: &str) -> Result<(), NotReported> {
        expected::absent(order_id, &self.received())
    }

    /// For a binding: [`Sandbox::assert_reported`] of an object with `event_name`, `order_id`,
    /// `value` (a text), `currency` and `times`; gives the event's JSON, or why not.
    ///
    /// # Errors
    /// `invalid_option` where nothing can be expected like that.
    #[doc(hidden)]
    pub fn assert_reported_json(
        &self,
        expected: &str,
    ) -> Result<std::result::Result<String, NotReported>> {
        let found = self.assert_reported(&Expected::from_json(expected)?);
        Ok(found.map(|event| state::json_of(&event)))
    }

    /// Every request to the API with its answer, in order; the key is masked.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        self.state.requests()
    }

    /// [`Sandbox::received`] as the JSON of `GET /sandbox/received`.
    #[must_use]
    pub fn received_json(&self) -> String {
        self.state.received_json()
    }

    /// [`Sandbox::requests`] as the JSON of `GET /sandbox/requests`.
    #[must_use]
    pub fn requests_json(&self) -> String {
        self.state.requests_json()
    }

    /// Plays a fault on the next request that it matches. Faults queue up in order.
    pub fn fail_next(&self, fault: Fault) {
        self.state.script(vec![fault]);
    }

    /// Queues faults given as JSON: the body of `POST /sandbox/faults`.
    ///
    /// # Errors
    /// `invalid_option`; then none of them is queued.
    pub fn script_json(&self, text: &str) -> Result<()> {
        self.state.script(script::parse(text)?);
        Ok(())
    }

    /// Forgets the faults that were not played yet.
    pub fn clear_faults(&self) {
        self.state.clear_faults();
    }

    /// As if just started: journal, orders, faults and clock.
    pub fn reset(&self) {
        self.state.reset();
    }

    /// Sets the clock to this second of Unix time, where it stays; `None` for the real one.
    pub fn set_now(&self, seconds: Option<i64>) {
        self.state.set_now(seconds);
    }

    /// Stops: its port is closed, connections in use are cut, and whoever waits is told. What
    /// arrived can still be asked for. Dropping does the same.
    pub fn stop(&self) {
        self.state.stop();
        // Whoever stops it at the same time waits until it is done.
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Running { stop, thread, _guard }) = running.take() {
            // The receiver is gone where the thread ended by itself.
            let _ = stop.send(());
            let _ = thread.join();
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.stop();
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").field("url", &self.url).finish_non_exhaustive()
    }
}

/// Settings of a [`Sandbox`].
#[derive(Debug, Clone, Default)]
#[must_use = "a sandbox exists once it is started"]
pub struct SandboxBuilder {
    address: Option<IpAddr>,
    port: u16,
    api_key: Option<SecretString>,
    business_id: Option<String>,
}

impl SandboxBuilder {
    /// The port to listen on; a free one unless given.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The address and port to listen on; 127.0.0.1 unless given. Beyond loopback, whoever
    /// reaches the port reads the journal.
    pub fn on(mut self, address: SocketAddr) -> Self {
        self.address = Some(address.ip());
        self.port = address.port();
        self
    }

    /// The only API key to accept; any unless given.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = Some(SecretString::from(key.into()));
        self
    }

    /// The only business to know; any UUID unless given.
    pub fn business_id(mut self, id: impl Into<String>) -> Self {
        self.business_id = Some(id.into());
        self
    }

    /// Starts; the port is open when this returns.
    ///
    /// # Errors
    /// `invalid_option` where the port cannot be listened on, `invalid_business_id`.
    pub fn start(self) -> Result<Sandbox> {
        let business_id = self.business_id.map(|id| config::business(&id)).transpose()?;
        let address = self.address.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let refused = |error: std::io::Error| {
            let why = format!("cannot listen on {}: {error}", SocketAddr::new(address, self.port));
            Error::invalid_option("port", &why).with_source(error)
        };
        let listener = TcpListener::bind((address, self.port)).map_err(refused)?;
        let local = listener.local_addr().map_err(refused)?;
        let state = Arc::new(State::new(Access { api_key: self.api_key, business_id }));
        let (stop, stopped) = oneshot::channel();
        let thread = server::spawn(listener, Arc::clone(&state), stopped).map_err(refused)?;
        let running = Running { stop, thread, _guard: Guard::enter() };
        Ok(Sandbox { url: url(local), state, running: Mutex::new(Some(running)) })
    }
}

/// Where a client of this machine finds it.
fn url(mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    format!("http://{address}")
}
