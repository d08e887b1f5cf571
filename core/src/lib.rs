#![doc = include_str!("../README.md")]

#[doc(hidden)]
pub mod binding;
#[cfg(feature = "cli")]
pub mod cli;
mod client;
mod clock;
mod config;
mod defaults;
mod delivery;
#[cfg(feature = "cli")]
mod doctor;
mod document;
mod error;
mod event;
mod guard;
mod issue;
mod landing;
#[cfg(feature = "tower")]
mod layer;
mod model;
mod named;
#[cfg(feature = "outbox")]
mod outbox;
mod reporting;
#[cfg(feature = "sandbox")]
mod sandbox;
mod text;
mod tls;
mod tracking;
mod validation;

pub use client::{Client, ClientBuilder, DEFAULT_CONCURRENCY, Outcome};
pub use config::ApiKey;
pub use delivery::{Receipt, RetryPolicy};
pub use error::{Error, ErrorCode, ErrorKind, Result};
pub use event::{ConversionEvent, EventBuilder, EventOptions, OrderId};
pub use issue::{Issue, IssueCode, Severity};
pub use landing::{
    Landing, SCRIPT_COOKIE_NAME, SNIPPET, SkipReason, Touch, Visit, VisitCount, VisitRequest,
};
#[cfg(feature = "tower")]
pub use layer::{LandingFuture, LandingLayer, LandingService};
pub use model::{Amount, EventName, EventTime, Item, Rounding};
#[cfg(feature = "outbox")]
pub use outbox::{
    Attempted, Changed, Counts, Dead, DeliverOptions, Delivered, EnqueueOptions, Enqueued,
    Forgotten, Hold, Metrics, Outbox, OutboxBuilder, Parameter, Record, Replayed, ReplayedEvent,
    State, Statement, Style, Target, Verdict, Worker, WorkerBuilder,
};
pub use rust_decimal::Decimal;
#[cfg(feature = "sandbox")]
pub use sandbox::{
    Expected, Fault, FaultKind, NotReported, Received, Recorded, Sandbox, SandboxBuilder,
};
pub use tracking::{COOKIE_NAME, Capture, TrackingParams};
