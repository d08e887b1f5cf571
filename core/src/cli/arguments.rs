//! What can be typed.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::doctor::Doctor;
use super::outbox::Outbox;
use crate::event::EventOptions;
use crate::model::Rounding;

/// Reports Click-to-WhatsApp conversions to Connectly.
#[derive(Debug, Parser)]
#[command(name = "connectly", version, disable_help_subcommand = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show what a landing URL tells of the ad click
    Capture(Capture),
    /// Check events without sending them
    Validate(Validate),
    /// Send events and show their receipts
    Send(Send),
    /// Deliver from the outbox, and see and change what is in it
    Outbox(Outbox),
    /// Run a sandbox of the API on this machine
    Sandbox(Sandbox),
    /// Look for what keeps orders from being reported, and say what to do
    Doctor(Doctor),
    /// Print the script that keeps what a link brings to a page of a CDN
    Snippet,
}

#[derive(Debug, Args)]
pub(super) struct Capture {
    /// The landing URL, or its query
    pub(super) url: String,
    /// A further parameter that must not be lost
    #[arg(long = "extra-param", value_name = "NAME")]
    pub(super) extra_params: Vec<String>,
    /// Print JSON: the stored form, or null
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Validate {
    #[command(flatten)]
    pub(super) input: Input,
}

#[derive(Debug, Args)]
pub(super) struct Send {
    #[command(flatten)]
    pub(super) input: Input,
    /// The shop's UUID at Connectly [env: `CONNECTLY_BUSINESS_ID`]
    #[arg(long, value_name = "UUID")]
    pub(super) business_id: Option<String>,
    /// Another host than Connectly's [env: `CONNECTLY_BASE_URL`]
    #[arg(long, value_name = "URL")]
    pub(super) base_url: Option<String>,
    /// The whole call with its retries, in seconds
    #[arg(long, value_name = "SECONDS")]
    pub(super) timeout: Option<f64>,
    /// How many requests run at a time
    #[arg(long, value_name = "N", default_value_t = crate::DEFAULT_CONCURRENCY)]
    pub(super) concurrency: usize,
}

#[derive(Debug, Args)]
pub(super) struct Sandbox {
    /// The port to listen on; a free one unless given
    #[arg(long, default_value_t = 0)]
    pub(super) port: u16,
    /// The address to listen on, such as 0.0.0.0 for other containers; 127.0.0.1 unless given.
    /// For tests only: whoever reaches the port reads and changes what the sandbox holds
    #[arg(long, value_name = "ADDRESS")]
    pub(super) host: Option<IpAddr>,
    /// Accept this API key only; any unless given
    #[arg(long, value_name = "KEY")]
    pub(super) api_key: Option<String>,
    /// Accept this business id only; any UUID unless given
    #[arg(long, value_name = "UUID")]
    pub(super) business_id: Option<String>,
}

/// Where events come from and how they are read.
#[derive(Debug, Args)]
pub(super) struct Input {
    /// Files of JSON or NDJSON; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Round amounts that are finer than their currency
    #[arg(long, value_name = "never|currency", default_value = "never")]
    rounding: Rounding,
    /// A currency code newer than this release [env: `CONNECTLY_EXTRA_CURRENCIES`]
    #[arg(long = "extra-currency", value_name = "CODE")]
    extra_currencies: Vec<String>,
    /// Print a JSON object for each event
    #[arg(long)]
    pub(super) json: bool,
}

impl Input {
    pub(super) fn options(&self) -> EventOptions {
        let options = EventOptions::new().rounding(self.rounding);
        if self.extra_currencies.is_empty() {
            options
        } else {
            options.extra_currencies(&self.extra_currencies)
        }
    }
}
