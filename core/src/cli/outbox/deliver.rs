//! `connectly outbox deliver`

use std::io::Write;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::arguments::Deliver;
use super::table;
use crate::cli::exit::{DONE, Failure, MISUSED, REFUSED, TRANSIENT};
use crate::client::Client;
use crate::config;
use crate::defaults;
use crate::error::Result;
use crate::outbox::{DeliverOptions, Delivered, Outbox};

/// How long a process that is told to end waits for its attempts: as long as one may take.
const GRACE: Duration = Duration::from_secs(10);

pub(super) async fn run(
    outbox: &Outbox,
    command: &Deliver,
    business_id: Option<&str>,
    as_json: bool,
    out: &mut impl Write,
) -> Result<u8, Failure> {
    let deadline = command.deadline.map(|limit| config::seconds("deadline", limit)).transpose()?;
    let bar = bar(outbox.counts().await?.pending, command.follow);
    let drawn = bar.clone();
    let mut worker = outbox
        .worker(client(command, business_id)?)
        .concurrency(command.concurrency)
        .on_attempt(move |_| drawn.inc(1));
    if let Some(rate) = command.rate {
        worker = worker.rate(rate);
    }
    let worker = worker.build()?;
    let told = told_to_end().map_err(|error| Failure::Io("signals".to_owned(), error))?;
    let stop = async {
        told.await;
        worker.stop(GRACE);
        std::future::pending::<()>().await;
    };
    let work = async {
        if command.follow {
            return Ok(worker.run().await);
        }
        let options = deadline.map_or_else(DeliverOptions::default, DeliverOptions::within);
        worker.deliver(options).await
    };
    let delivered = tokio::select! {
        delivered = work => delivered?,
        () = stop => Delivered::default(),
    };
    bar.finish_and_clear();
    if as_json {
        table::json(out, &delivered)?;
    } else {
        let Delivered { accepted, rejected, dead, retried, .. } = delivered;
        writeln!(
            out,
            "{accepted} accepted, {rejected} rejected, {dead} dead, {retried} to be tried again"
        )?;
    }
    exit_code(outbox, delivered).await
}

/// Waits until the process is told to end; from this call on, that no longer ends it at once.
#[cfg(unix)]
fn told_to_end() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Waits until the process is told to end.
#[cfg(not(unix))]
fn told_to_end() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without handlers it ends at once, as any process.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

async fn exit_code(outbox: &Outbox, delivered: Delivered) -> Result<u8, Failure> {
    let refused = outbox.metrics().await?.refused_code.is_some();
    Ok(match delivered {
        // Key, business or address are wrong: an operator has to act.
        _ if refused => MISUSED,
        Delivered { retried: 1.., .. } => TRANSIENT,
        Delivered { rejected: 1.., .. } | Delivered { dead: 1.., .. } => REFUSED,
        _ => DONE,
    })
}

/// Drawn on standard error, where that is a terminal.
fn bar(pending: u64, is_endless: bool) -> ProgressBar {
    let (bar, template) = if is_endless {
        (ProgressBar::no_length(), "{spinner} {pos} sent, {per_sec}, {elapsed}")
    } else {
        (ProgressBar::new(pending), "{bar:30} {pos} of {len} sent, {per_sec}, {eta} left")
    };
    // Both are known to be templates.
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

fn client(command: &Deliver, business_id: Option<&str>) -> Result<Client> {
    let mut builder = Client::builder()
        .user_agent("cli")
        .max_connections(command.concurrency.max(defaults::MAX_CONNECTIONS));
    if let Some(id) = business_id {
        builder = builder.business_id(id);
    }
    if let Some(url) = &command.base_url {
        builder = builder.base_url(url);
    }
    builder.build()
}
