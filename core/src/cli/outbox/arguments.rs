//! What can be typed after `connectly outbox`.

use clap::{ArgGroup, Args, Subcommand};

use crate::model::EventName;
use crate::outbox::Target;

#[derive(Debug, Args)]
pub(crate) struct Outbox {
    /// The outbox: `sqlite:///var/lib/shop/connectly.db` or `postgresql://user@host/database` [env: `CONNECTLY_OUTBOX_URL`]
    #[arg(long, value_name = "URL", global = true)]
    pub(super) url: Option<String>,
    /// The shop's UUID at Connectly [env: `CONNECTLY_BUSINESS_ID`]
    #[arg(long, value_name = "UUID", global = true)]
    pub(super) business_id: Option<String>,
    /// Print JSON, an object a line
    #[arg(long, global = true)]
    pub(super) json: bool,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show the outbox in numbers, or what became of an order
    Status(Status),
    /// Send what is due, and end
    Deliver(Deliver),
    /// Stop delivery for every worker; events are taken as before
    Pause(Pause),
    /// Let delivery go on, whatever stopped it
    Resume,
    /// Show the dead letters: what was rejected or given up
    Dead(Dead),
    /// Send dead letters again
    Replay(Replay),
    /// Let a held event go
    Release(Meant),
    /// Take back an event that was not sent
    Cancel(Cancel),
    /// Write down that an order is deliberately not reported
    Skip(Skip),
    /// Erase what is stored of a customer
    Forget(Forget),
}

/// One event.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct Which {
    /// The order's id
    #[arg(value_name = "ORDER")]
    order: Option<String>,
    /// The number that the outbox gave the event
    #[arg(long, value_name = "N")]
    id: Option<i64>,
}

#[derive(Debug, Args)]
pub(super) struct Meant {
    #[command(flatten)]
    which: Which,
    /// Which of the order's events
    #[arg(long, value_name = "Purchase|ViewContent", default_value = "Purchase")]
    event_name: EventName,
}

impl Meant {
    pub(super) fn target(&self) -> Target {
        match (&self.which.order, self.which.id) {
            (Some(order_id), _) => Target::order(order_id, self.event_name),
            (None, id) => Target::id(id.unwrap_or_default()),
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct Status {
    /// The order's id; the whole outbox unless given
    #[arg(value_name = "ORDER")]
    pub(super) order: Option<String>,
    /// Which of the order's events
    #[arg(long, value_name = "Purchase|ViewContent", default_value = "Purchase")]
    pub(super) event_name: EventName,
}

#[derive(Debug, Args)]
pub(super) struct Deliver {
    /// Go on until the process is told to end (SIGTERM, Ctrl-C), as a worker does
    #[arg(long)]
    pub(super) follow: bool,
    /// End after so many seconds at most
    #[arg(long, value_name = "SECONDS", conflicts_with = "follow")]
    pub(super) deadline: Option<f64>,
    /// How many requests run at a time
    #[arg(long, value_name = "N", default_value_t = crate::defaults::WORKER_CONCURRENCY)]
    pub(super) concurrency: usize,
    /// How many requests begin within a second at most; no limit unless given
    #[arg(long, value_name = "N")]
    pub(super) rate: Option<f64>,
    /// Another host than Connectly's [env: `CONNECTLY_BASE_URL`]
    #[arg(long, value_name = "URL")]
    pub(super) base_url: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Pause {
    /// Until this time (RFC 3339, or Unix seconds); until `resume` unless given
    #[arg(long, value_name = "TIME")]
    pub(super) until: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Dead {
    /// Only those with this code
    #[arg(long, value_name = "CODE")]
    pub(super) code: Option<String>,
}

#[derive(Debug, Args)]
#[group(skip)]
#[command(group = ArgGroup::new("replayed").required(true).args(["order", "id", "code", "all"]))]
pub(super) struct Replay {
    /// The order's id
    #[arg(value_name = "ORDER")]
    pub(super) order: Option<String>,
    /// The number that the outbox gave the event
    #[arg(long, value_name = "N")]
    pub(super) id: Option<i64>,
    /// Those with this code
    #[arg(long, value_name = "CODE")]
    pub(super) code: Option<String>,
    /// All
    #[arg(long)]
    pub(super) all: bool,
    /// Only say what it would do, and how much money would still count
    #[arg(long)]
    pub(super) plan: bool,
    /// Also what could then count twice
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(Debug, Args)]
pub(super) struct Cancel {
    #[command(flatten)]
    pub(super) meant: Meant,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(super) reason: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Skip {
    /// The order's id
    #[arg(value_name = "ORDER")]
    pub(super) order: String,
    /// Why
    #[arg(long, value_name = "TEXT", required = true)]
    pub(super) reason: String,
    /// Which of the order's events
    #[arg(long, value_name = "Purchase|ViewContent", default_value = "Purchase")]
    pub(super) event_name: EventName,
}

#[derive(Debug, Args)]
#[group(skip)]
#[command(group = ArgGroup::new("forgotten").required(true).args(["order", "id", "tracking_id"]))]
pub(super) struct Forget {
    /// The order's id
    #[arg(value_name = "ORDER")]
    order: Option<String>,
    /// The number that the outbox gave the event
    #[arg(long, value_name = "N")]
    id: Option<i64>,
    /// All of a customer's events: the link's `cnct_tracking_id`
    #[arg(long, value_name = "ID")]
    tracking_id: Option<String>,
    /// Which of the order's events
    #[arg(long, value_name = "Purchase|ViewContent", default_value = "Purchase")]
    event_name: EventName,
}

impl Forget {
    pub(super) fn target(&self) -> Target {
        match (&self.order, &self.tracking_id, self.id) {
            (Some(order_id), ..) => Target::order(order_id, self.event_name),
            (_, Some(id), _) => Target::tracking(id),
            (.., id) => Target::id(id.unwrap_or_default()),
        }
    }
}
