//! Plays a case: an outbox in a file, a client, and a sandbox.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use connectly_conversions::{
    Client, ConversionEvent, Dead, Decimal, DeliverOptions, EnqueueOptions, Error, EventName,
    Outbox, Sandbox, Target,
};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::steps::{Answer, Case, Changes, Held, Members, Placed, Step};

pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

const BUSINESS: &str = "3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a";

/// What has not come to an end by then never will.
const LONGEST_WORK: Duration = Duration::from_secs(60);

pub(crate) struct Play {
    outbox: Outbox,
    client: Client,
    sandbox: Sandbox,
    /// What `as` has named.
    labels: HashMap<String, i64>,
    /// One row a conversion.
    ids: HashMap<(String, Option<EventName>), i64>,
}

/// The first step that does not go as the case says.
pub(crate) async fn play(case: &Case, outbox: Outbox) -> Result<Option<String>, Failure> {
    let sandbox = Sandbox::start()?;
    let client = Client::builder().api_key("key").business_id(BUSINESS).base_url(sandbox.url());
    let client = client.build()?;
    let mut play = Play { outbox, client, sandbox, labels: HashMap::new(), ids: HashMap::new() };
    for (index, step) in case.steps.iter().enumerate() {
        if let Some(problem) = play.step(step).await? {
            return Ok(Some(format!("step {}, {step:?}: {problem}", index + 1)));
        }
    }
    play.outbox.close().await;
    let Some(wanted) = &case.received else { return Ok(None) };
    Ok(unlike(&received(&play.sandbox), &sorted(wanted.clone())))
}

/// The outbox that cases play with.
pub(crate) fn outbox(url: &str) -> Result<Outbox, Error> {
    // A busy machine's disk is no difference from the contract.
    Outbox::builder(url).business_id(BUSINESS).enqueue_timeout(LONGEST_WORK).build()
}

impl Play {
    async fn step(&mut self, step: &Step) -> Result<Option<String>, Failure> {
        let outbox = self.outbox.clone();
        Ok(match step {
            Step::Enqueue { event, hold, label, expect } => {
                let mut options = EnqueueOptions::default();
                options.hold = hold.map(super::steps::Until::hold);
                let enqueued = outbox.enqueue_with(&event.read()?, options).await?;
                if let Some(label) = label {
                    self.labels.insert(label.clone(), enqueued.id);
                }
                let another = self.is_another(event, enqueued.id)?;
                another.or_else(|| differs(&enqueued, expect, &["id"]))
            }
            Step::Release { order_id, id, expect } => {
                let target = self.target(order_id.as_ref(), id.as_ref(), None)?;
                differs(&outbox.release(target).await?, expect, &[])
            }
            Step::Cancel { order_id, id, reason, expect } => {
                let target = self.target(order_id.as_ref(), id.as_ref(), None)?;
                differs(&outbox.cancel(target, reason.as_deref()).await?, expect, &[])
            }
            Step::Skip { order_id, event_name, reason, expect } => {
                let name = name(event_name.as_ref())?.unwrap_or(EventName::Purchase);
                differs(&outbox.skip(order_id, name, reason).await?, expect, &[])
            }
            Step::Replay { order_id, id, code, all, force, plan, expect } => {
                let which = match code {
                    Some(code) => Dead::OfCode(code.clone()),
                    None if *all => Dead::All,
                    None => Dead::One(self.target(order_id.as_ref(), id.as_ref(), None)?),
                };
                let replayed = if *plan {
                    outbox.plan_replay(which, *force).await?
                } else {
                    outbox.replay(which, *force).await?
                };
                differs_replayed(&replayed, expect)?
            }
            Step::Forget { order_id, id, cnct_tracking_id, expect } => {
                let target = match cnct_tracking_id {
                    Some(tracking) => Target::tracking(tracking),
                    None => self.target(order_id.as_ref(), id.as_ref(), None)?,
                };
                differs(&outbox.forget(target).await?, expect, &[])
            }
            Step::Status { order_id, id, event_name, expect } => {
                let target = self.target(order_id.as_ref(), id.as_ref(), event_name.as_ref())?;
                match (outbox.status(target).await?, expect) {
                    (Some(record), Some(expect)) => has(&record, expect),
                    (None, None) => None,
                    (found, _) => Some(format!("found {found:?}")),
                }
            }
            Step::Counts { expect } => differs(&outbox.counts().await?, expect, &[]),
            Step::DeadLetters { expect } => {
                let letters = outbox.dead_letters(0, 100).await?;
                let found: Vec<_> = letters.into_iter().map(|letter| letter.order_id).collect();
                unlike(&found, expect)
            }
            Step::Deliver { faults, expect } => self.deliver(faults, expect).await?,
            Step::Work { faults, expect } => self.work(faults, expect).await?,
            Step::Pause { until } => {
                outbox.pause(until.and_then(super::steps::Until::time)).await?;
                None
            }
            Step::Resume => {
                outbox.resume().await?;
                None
            }
        })
    }

    async fn deliver(&self, faults: &[Value], expect: &Members) -> Result<Option<String>, Failure> {
        self.script(faults)?;
        let before = self.sandbox.requests().len();
        let delivered = self.outbox.deliver(&self.client, DeliverOptions::default()).await?;
        let mut found = serde_json::to_value(delivered)?;
        found["requests"] = (self.sandbox.requests().len() - before).into();
        Ok(differs(&found, expect, &[]))
    }

    /// Until the counts are these.
    async fn work(&self, faults: &[Value], expect: &Members) -> Result<Option<String>, Failure> {
        self.script(faults)?;
        let worker = self.outbox.worker(self.client.clone()).build()?;
        let watch = async {
            let began = Instant::now();
            loop {
                let problem = differs(&self.outbox.counts().await?, expect, &[]);
                if problem.is_none() || began.elapsed() > LONGEST_WORK {
                    worker.stop(Duration::from_secs(10));
                    return Ok(problem);
                }
                sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::join!(worker.run(), watch).1
    }

    fn script(&self, faults: &[Value]) -> Result<(), Error> {
        self.sandbox.clear_faults();
        self.sandbox.script_json(&json!({ "faults": faults }).to_string())
    }

    fn target(
        &self,
        order_id: Option<&String>,
        id: Option<&String>,
        event_name: Option<&String>,
    ) -> Result<Target, Failure> {
        match (order_id, id) {
            (Some(order_id), None) => Ok(match name(event_name)? {
                Some(name) => Target::order(order_id, name),
                None => order_id.as_str().into(),
            }),
            (None, Some(label)) => Ok(Target::id(*self.labels.get(label).ok_or("no such label")?)),
            _ => Err("give order_id or id".into()),
        }
    }

    /// Whether the order had another id before.
    fn is_another(&mut self, event: &Changes, id: i64) -> Result<Option<String>, Failure> {
        let Some(order_id) = event.order_id.clone() else { return Ok(None) };
        let first = *self.ids.entry((order_id, name(event.event_name.as_ref())?)).or_insert(id);
        Ok((first != id).then(|| format!("the id was {first} and is {id}")))
    }
}

fn name(name: Option<&String>) -> Result<Option<EventName>, Failure> {
    let known = [EventName::Purchase, EventName::ViewContent];
    let found = |name: &String| {
        let known = known.into_iter().find(|known| known.as_str() == name);
        known.ok_or_else(|| Failure::from(format!("{name} is no event")))
    };
    name.map(found).transpose()
}

impl Changes {
    fn read(&self) -> Result<ConversionEvent, Failure> {
        let text = connectly_conformance::event(self.order_id.as_deref());
        let mut event: Value = serde_json::from_str(&text.map_err(|error| error.to_string())?)?;
        let mut set = |pointer: &str, text: &Option<String>| {
            if let (Some(member), Some(text)) = (event.pointer_mut(pointer), text) {
                *member = text.as_str().into();
            }
        };
        set("/event_name", &self.event_name);
        set("/cnct_tracking_id", &self.cnct_tracking_id);
        set("/payload/currency", &self.currency);
        set("/payload/value", &self.value);
        if let Some(Placed::Now) = self.placed {
            let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
            event["payload"]["event_time"] = now.into();
        }
        Ok(ConversionEvent::from_json(&event.to_string())?)
    }
}

/// How an answer differs: what the case leaves out is false, 0 or nothing.
fn differs(found: &impl Serialize, expect: &Members, but: &[&str]) -> Option<String> {
    let found = serde_json::to_value(found).unwrap_or_default();
    let members = found.as_object().cloned().unwrap_or_default();
    let unknown = expect.keys().find(|name| !members.contains_key(*name));
    let wrong = members.iter().find(|(name, value)| match expect.get(*name) {
        Some(wanted) => wanted != *value,
        None => {
            ![json!(false), json!(0), Value::Null].contains(value) && !but.contains(&name.as_str())
        }
    });
    (unknown.is_some() || wrong.is_some()).then(|| format!("found {found}"))
}

/// How a record differs in what the case names; of a time it says whether it is there.
fn has(found: &impl Serialize, expect: &Members) -> Option<String> {
    let found = serde_json::to_value(found).unwrap_or_default();
    let wrong = expect.iter().find(|(name, wanted)| match found.get(name.as_str()) {
        Some(Value::Number(_)) if name.ends_with("_at") || name.ends_with("_since") => {
            **wanted != Value::Bool(true)
        }
        value => value != Some(*wanted),
    });
    wrong.map(|(name, _)| format!("{name} in {found}"))
}

fn differs_replayed(
    found: &connectly_conversions::Replayed,
    expect: &Answer,
) -> Result<Option<String>, Failure> {
    let verdicts = found.events.iter().map(|event| serde_json::to_value(event.verdict));
    let verdicts = verdicts.collect::<Result<Vec<_>, _>>()?;
    let mut money = BTreeMap::new();
    for (currency, sum) in &expect.money {
        let sum: Decimal = sum.as_str().ok_or("money is a text")?.parse()?;
        money.insert(currency.clone(), sum);
    }
    let is_same =
        verdicts == expect.verdicts && found.replayed == expect.replayed && found.money == money;
    Ok((!is_same).then(|| format!("found {verdicts:?}, {:?}", found.money)))
}

fn received(sandbox: &Sandbox) -> Vec<Held> {
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

fn sorted(mut held: Vec<Held>) -> Vec<Held> {
    held.sort();
    held
}

fn unlike<T: std::fmt::Debug + PartialEq>(found: &[T], wanted: &[T]) -> Option<String> {
    (found != wanted).then(|| format!("expected {wanted:?}, found {found:?}"))
}
