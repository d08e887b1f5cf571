//! The key is shown by nothing: a canary that must not sing.

use std::fmt::Debug;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use connectly_conversions::{ApiKey, Fault, Sandbox};
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber, span};

use crate::support::{KEY, client, event};

/// Everything that this process logs, through `tracing` or `log`.
static LOGGED: Mutex<String> = Mutex::new(String::new());

fn logged() -> MutexGuard<'static, String> {
    LOGGED.lock().unwrap()
}

struct Listener;

impl Visit for Listener {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        logged().push_str(&format!("{}={value:?}\n", field.name()));
    }
}

impl Subscriber for Listener {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        attributes.record(&mut Listener);
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        values.record(&mut Listener);
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Listener);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

impl log::Log for Listener {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        logged().push_str(&format!("{}: {}\n", record.target(), record.args()));
    }

    fn flush(&self) {}
}

#[tokio::test]
async fn the_key_is_never_shown() {
    tracing::subscriber::set_global_default(Listener).unwrap();
    log::set_logger(&Listener).unwrap();
    log::set_max_level(log::LevelFilter::Trace);

    let sandbox = Sandbox::start().unwrap();
    let builder = client(sandbox.url());
    let client = builder.clone().build().unwrap();
    let mut shown = format!("{builder:?} {builder:#?} {client:?} {client:#?}");
    shown += &format!("{:?}", ApiKey::from(KEY));

    client.send(&event("accepted")).await.unwrap();
    let faults = [
        Fault::status(400).body("no"),
        Fault::status(401),
        Fault::status(403),
        Fault::status(404),
        Fault::status(429).retry_after(60),
        Fault::status(500),
        Fault::hang(),
        Fault::reset(),
        Fault::garbage(),
        Fault::half_answer(),
        Fault::huge_header(),
        Fault::oversized_body(),
        Fault::redirect("http://127.0.0.1:9/"),
        Fault::not_received(),
    ];
    for fault in faults {
        sandbox.clear_faults();
        sandbox.fail_next(fault.times(0));
        // Short, so that what hangs ends soon; whatever the outcome, it must not show the key.
        let client = builder.clone().attempt_timeout(Duration::from_millis(300)).build().unwrap();
        let error = client.send(&event("A")).await.unwrap_err();
        shown += &format!("{error} {error:?} {error:#?}");
        shown += &serde_json::to_string(&error).unwrap();
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            shown += &format!("{cause} {cause:?}");
            source = cause.source();
        }
    }
    shown += &sandbox.requests_json();
    shown += &sandbox.received_json();
    shown += &logged();
    assert!(shown.contains("not received"), "nothing was listened to");
    assert!(!shown.contains(KEY), "the key is shown");
    assert!(!shown.to_lowercase().contains("canary"), "a part of the key is shown");
}
