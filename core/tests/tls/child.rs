//! A send in a process of its own, whose environment is the test's to choose.

use std::path::Path;
use std::process::Command;

use crate::support::{client, send};

/// Tells of every event above debug, to see which way was taken.
struct Printer;

impl tracing::Subscriber for Printer {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        *metadata.level() <= tracing::Level::WARN
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        struct Fields;
        impl tracing::field::Visit for Fields {
            fn record_debug(&mut self, _: &tracing::field::Field, value: &dyn std::fmt::Debug) {
                println!("logged: {value:?}");
            }
        }
        event.record(&mut Fields);
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

/// Not a test by itself: what [`sends`] runs in the child.
#[test]
fn entry() {
    let Ok(target) = std::env::var("TEST_TARGET") else { return };
    let (host, port) = target.split_once(' ').unwrap();
    let mut client = client(host, port.parse().unwrap());
    if let Ok(bundle) = std::env::var("TEST_BUNDLE") {
        client = client.ca_bundle(bundle);
    }
    tracing::subscriber::set_global_default(Printer).unwrap();
    match send(client) {
        Ok(_) => println!("outcome: accepted"),
        Err(error) => println!("outcome: {error}"),
    }
}

/// Sends from a child of this environment; gives what it printed.
pub(crate) fn sends(
    host: &str,
    port: u16,
    bundle: Option<&Path>,
    environment: &[(&str, &str)],
) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["child::entry", "--exact", "--nocapture"]);
    command.env_clear().env("TEST_TARGET", format!("{host} {port}"));
    if let Some(bundle) = bundle {
        command.env("TEST_BUNDLE", bundle);
    }
    let output = command.envs(environment.iter().copied()).output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && printed.contains("outcome: "), "{printed}");
    printed
}
