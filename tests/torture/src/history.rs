//! All that is known of a run.

use std::collections::{BTreeMap, BTreeSet};

use connectly_conversions::{ErrorCode, Sandbox};

use crate::event::of_wire;
use crate::line::{Claim, Lease, Line};

/// All that is known of a run.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// The events whose producer was told that they are durable, with their rows.
    pub acknowledged: BTreeMap<String, i64>,
    /// The events whose producer was told that they are not, with the error's code. Where the
    /// machine is slow and many write, that the outbox was busy is an honest answer, and so is it
    /// that a server is away; it is left out.
    pub refused: Vec<(String, String)>,
    /// How often it was.
    pub busy: usize,
    /// The claims.
    pub claims: Vec<Claim>,
    /// Leases that somebody may have ended before their time was over: their worker, or a receipt.
    pub ending: BTreeSet<Lease>,
    /// Leases that somebody may have found expired.
    pub expired: BTreeSet<Lease>,
    /// Leases whose worker has told what came of them.
    pub told: BTreeSet<Lease>,
    /// Leases whose worker was cut off from the API, and could not know what came of them.
    pub doubted: BTreeSet<Lease>,
    /// What the API saw.
    pub requests: Vec<Request>,
    /// What is left in the end.
    pub rest: Rest,
}

/// A request that the API saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The event's name.
    pub event: String,
    /// Whether the API has recorded it.
    pub recorded: bool,
    /// Whether its client cannot know that.
    pub ambiguous: bool,
}

/// What the outbox says when all has come to rest.
#[derive(Debug, Clone, Default)]
pub struct Rest {
    /// Events that are still to be sent.
    pub live: u64,
    /// Dead events, with their codes.
    pub dead: BTreeMap<i64, String>,
    /// What the database's own check says: `ok`, or what is damaged.
    pub integrity: String,
}

impl History {
    /// Adds what a process has told.
    pub fn told(&mut self, lines: Vec<Line>) {
        for line in lines {
            match line {
                Line::Ready => {}
                Line::Acknowledged { event, id } => {
                    self.acknowledged.insert(event, id);
                }
                Line::Refused { code, .. } if is_honest(&code) => self.busy += 1,
                Line::Refused { event, code } => self.refused.push((event, code)),
                Line::Claimed(claim) => self.claims.push(claim),
                Line::Ending { lease, told } => {
                    let leases = if told { &mut self.ending } else { &mut self.expired };
                    leases.insert(lease);
                }
                Line::Ended { lease, told, .. } => {
                    if told {
                        self.told.insert(lease);
                    }
                }
            }
        }
    }

    /// Marks what a worker told that was cut off from the API for a while.
    pub fn doubted(&mut self, lines: &[Line]) {
        self.doubted.extend(lines.iter().filter_map(|line| match line {
            Line::Ended { lease, told: true, is_doubtful: true, .. } => Some(*lease),
            _ => None,
        }));
    }

    /// Adds what came to the API, which has stopped.
    pub fn saw(&mut self, sandbox: &Sandbox) {
        self.requests.extend(sandbox.requests().into_iter().map(|request| Request {
            event: of_wire(request.body.as_bytes()),
            recorded: request.recorded,
            ambiguous: is_ambiguous(request.fault, request.status),
        }));
    }
}

fn is_honest(code: &str) -> bool {
    [ErrorCode::OutboxBusy, ErrorCode::OutboxUnavailable]
        .iter()
        .any(|honest| honest.as_str() == code)
}

/// A late answer is an answer, and these two say that nothing was recorded.
fn is_ambiguous(fault: Option<&str>, status: Option<u16>) -> bool {
    fault.is_some_and(|kind| kind != "delay") && !matches!(status, Some(429 | 503))
}
