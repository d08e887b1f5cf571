//! A case of `vectors/outbox.json`.

use std::time::{Duration, SystemTime};

use connectly_conversions::Hold;
use serde::Deserialize;
use serde_json::{Map, Value};

pub(crate) type Members = Map<String, Value>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) name: String,
    #[serde(rename = "why")]
    pub(crate) _why: Option<String>,
    pub(crate) steps: Vec<Step>,
    /// What the sandbox holds in the end; not compared where left out.
    pub(crate) received: Option<Vec<Held>>,
}

/// What the sandbox holds of one order; of each event without an order id.
#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord, Debug, Clone)]
#[serde(deny_unknown_fields)]
pub(crate) struct Held {
    pub(crate) order_id: Option<String>,
    pub(crate) times: usize,
}

#[derive(Deserialize, Debug)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Step {
    Enqueue {
        event: Changes,
        hold: Option<Until>,
        #[serde(rename = "as")]
        label: Option<String>,
        expect: Members,
    },
    Release {
        order_id: Option<String>,
        id: Option<String>,
        expect: Members,
    },
    Cancel {
        order_id: Option<String>,
        id: Option<String>,
        reason: Option<String>,
        expect: Members,
    },
    Skip {
        order_id: String,
        event_name: Option<String>,
        reason: String,
        expect: Members,
    },
    Replay {
        order_id: Option<String>,
        id: Option<String>,
        code: Option<String>,
        #[serde(default)]
        all: bool,
        #[serde(default)]
        force: bool,
        #[serde(default)]
        plan: bool,
        expect: Answer,
    },
    Forget {
        order_id: Option<String>,
        id: Option<String>,
        cnct_tracking_id: Option<String>,
        expect: Members,
    },
    Status {
        order_id: Option<String>,
        id: Option<String>,
        event_name: Option<String>,
        expect: Option<Members>,
    },
    Counts {
        expect: Members,
    },
    DeadLetters {
        expect: Vec<Option<String>>,
    },
    Deliver {
        #[serde(default)]
        faults: Vec<Value>,
        expect: Members,
    },
    Work {
        #[serde(default)]
        faults: Vec<Value>,
        expect: Members,
    },
    Pause {
        until: Option<Until>,
    },
    Resume,
}

/// `event.json` with these members changed.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct Changes {
    pub(crate) order_id: Option<String>,
    pub(crate) event_name: Option<String>,
    pub(crate) cnct_tracking_id: Option<String>,
    pub(crate) currency: Option<String>,
    pub(crate) value: Option<String>,
    pub(crate) placed: Option<Placed>,
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Placed {
    Now,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answer {
    pub(crate) replayed: u64,
    pub(crate) verdicts: Vec<String>,
    pub(crate) money: Map<String, Value>,
}

#[derive(Deserialize, Debug, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Until {
    Past,
    Future,
    Release,
}

impl Until {
    /// `None` is without an end.
    pub(crate) fn time(self) -> Option<SystemTime> {
        match self {
            Self::Past => Some(SystemTime::now() - Duration::from_secs(3_600)),
            Self::Future => Some(SystemTime::now() + Duration::from_secs(86_400)),
            Self::Release => None,
        }
    }

    pub(crate) fn hold(self) -> Hold {
        self.time().map_or(Hold::UntilReleased, Hold::until)
    }
}
