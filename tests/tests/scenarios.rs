//! Runs `scenarios/*.json`: the real client against the sandbox while things go wrong.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use connectly_conformance::{Report, event, scenarios};
use connectly_conversions::{
    Client, ConversionEvent, DEFAULT_CONCURRENCY, Error, Receipt, RetryPolicy, Sandbox, binding,
};
use serde::Deserialize;
use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    name: String,
    #[serde(rename = "about")]
    _about: String,
    client: Settings,
    faults: Vec<Value>,
    events: Vec<Order>,
    concurrency: Option<usize>,
    expect: Expected,
}

/// Seconds; what is left out is the client's default.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    timeout: Option<f64>,
    attempt_timeout: Option<f64>,
    connect_timeout: Option<f64>,
    retries: Option<i64>,
    base: Option<f64>,
    cap: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    order_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    outcomes: Vec<ExpectedOutcome>,
    requests: Option<usize>,
    waits_at_least: Option<f64>,
    received: Vec<Held>,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum ExpectedOutcome {
    Receipt { attempts: Option<u32> },
    Error(ExpectedError),
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct ExpectedError {
    kind: String,
    code: String,
    retryable: bool,
    attempts: Option<u32>,
    status: Option<u16>,
    retry_after: Option<f64>,
    message: Option<String>,
}

/// What the sandbox holds of one order; of each event without an order id.
#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[serde(deny_unknown_fields)]
struct Held {
    order_id: Option<String>,
    times: usize,
}

impl Settings {
    fn client(&self, url: &str) -> Result<Client, Error> {
        let mut client = Client::builder()
            .api_key("sandbox-key")
            .business_id("3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a")
            .base_url(url)
            .retry(RetryPolicy::from_seconds(self.retries, self.base, self.cap)?);
        if let Some(seconds) = self.timeout {
            client = client.timeout(binding::seconds("timeout", seconds)?);
        }
        if let Some(seconds) = self.attempt_timeout {
            client = client.attempt_timeout(binding::seconds("attempt_timeout", seconds)?);
        }
        if let Some(seconds) = self.connect_timeout {
            client = client.connect_timeout(binding::seconds("connect_timeout", seconds)?);
        }
        client.build()
    }
}

impl ExpectedOutcome {
    fn is(&self, found: &Result<Receipt, Error>) -> bool {
        match (self, found) {
            (Self::Receipt { attempts }, Ok(receipt)) => {
                attempts.is_none_or(|attempts| attempts == receipt.attempts())
            }
            (Self::Error(wanted), Err(error)) => {
                wanted.kind == error.kind().as_str()
                    && wanted.code == error.code().as_str()
                    && wanted.retryable == error.retryable()
                    && wanted.attempts.is_none_or(|attempts| attempts == error.attempts())
                    && (wanted.status.is_none() || wanted.status == error.status())
                    && wanted.message.as_deref().is_none_or(|words| words == error.message())
                    && wanted.retry_after.is_none_or(|seconds| {
                        error.retry_after() == Some(Duration::from_secs_f64(seconds))
                    })
            }
            _ => false,
        }
    }
}

/// One entry for each order, and one for each event without an order id.
fn held(sandbox: &Sandbox) -> Vec<Held> {
    let mut orders: BTreeMap<String, usize> = BTreeMap::new();
    let mut held = Vec::new();
    for received in sandbox.received() {
        match received.order_id {
            Some(order_id) => *orders.entry(order_id).or_default() += 1,
            None => held.push(Held { order_id: None, times: 1 }),
        }
    }
    let order = |(order_id, times)| Held { order_id: Some(order_id), times };
    held.extend(orders.into_iter().map(order));
    held.sort();
    held
}

async fn play(scenario: Scenario) -> Result<Option<String>, Failure> {
    let sandbox = Sandbox::start()?;
    sandbox.script_json(&json!({ "faults": scenario.faults }).to_string())?;
    let client = scenario.client.client(sandbox.url())?;
    let read = |order: &Order| -> Result<ConversionEvent, Failure> {
        let document = event(order.order_id.as_deref()).map_err(|error| error.to_string())?;
        Ok(ConversionEvent::from_json(&document)?)
    };
    let events = scenario.events.iter().map(read).collect::<Result<Vec<_>, _>>()?;

    let began = Instant::now();
    let outcomes = if let [event] = events.as_slice() {
        vec![client.send(event).await]
    } else {
        let concurrency = scenario.concurrency.unwrap_or(DEFAULT_CONCURRENCY);
        let outcomes = client.send_many_with(events.clone(), concurrency).await?;
        let sent: Vec<_> = outcomes.iter().map(|outcome| outcome.event.clone()).collect();
        if sent != events {
            return Ok(Some("the outcomes are not in the order of the events".to_owned()));
        }
        outcomes.into_iter().map(|outcome| outcome.result).collect()
    };
    let took = began.elapsed();
    Ok(compare(scenario.expect, &outcomes, took, &sandbox))
}

fn compare(
    mut expect: Expected,
    outcomes: &[Result<Receipt, Error>],
    took: Duration,
    sandbox: &Sandbox,
) -> Option<String> {
    let mut problems = Vec::new();
    if expect.outcomes.len() != outcomes.len()
        || !expect.outcomes.iter().zip(outcomes).all(|(wanted, found)| wanted.is(found))
    {
        problems.push(format!("expected {:?}, found {outcomes:?}", expect.outcomes));
    }
    let requests = sandbox.requests().len();
    if expect.requests.is_some_and(|wanted| wanted != requests) {
        problems.push(format!("expected {:?} requests, found {requests}", expect.requests));
    }
    if expect.waits_at_least.is_some_and(|seconds| took < Duration::from_secs_f64(seconds)) {
        problems.push(format!("it took {took:?} only"));
    }
    let held = held(sandbox);
    expect.received.sort();
    if held != expect.received {
        problems.push(format!("expected {:?} received, found {held:?}", expect.received));
    }
    (!problems.is_empty()).then(|| problems.join("; "))
}

/// Most of a scenario's time is waiting, so a few are played at once: each on a thread of its own,
/// since starting a sandbox blocks, and a client that cannot run would time out for that reason.
const AT_ONCE: usize = 6;

#[test]
fn every_scenario() -> Result<(), Box<dyn std::error::Error>> {
    let scenarios = scenarios::<Scenario>()?;
    assert!(scenarios.len() >= 20, "{} scenarios only", scenarios.len());
    let (queue, report) = (Mutex::new(scenarios.into_iter()), Mutex::new(Report::default()));
    let play_some = || -> Result<(), Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        loop {
            let next = queue.lock().map_err(|_| "a scenario panicked")?.next();
            let Some((file, scenario)) = next else { return Ok(()) };
            let problem = if file == scenario.name {
                let played = runtime.block_on(play(scenario));
                played.unwrap_or_else(|failure| Some(failure.to_string()))
            } else {
                Some(format!("its name is {}", scenario.name))
            };
            report.lock().map_err(|_| "a scenario panicked")?.case(&file, problem);
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(play_some)).collect();
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().map_err(|_| "a scenario panicked")?)
    })
    .map_err(|failure| failure.to_string())?;
    report.into_inner()?.finish()?;
    Ok(())
}
