//! What can be typed after `connectly doctor`.

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// A link of an ad, whole: it is followed through the shop's redirects
    #[arg(long, value_name = "URL")]
    pub(super) landing: Option<String>,
    /// The domain that the shop gives its cookie, to be compared with the host of `--landing`
    #[arg(long, value_name = "DOMAIN", requires = "landing")]
    pub(super) cookie_domain: Option<String>,
    /// Also ask the API whether it accepts the key, by an empty event: it is refused and reports
    /// nothing
    #[arg(long)]
    pub(super) send_test: bool,
    /// The outbox, such as `sqlite:///var/lib/shop/connectly.db` [env: `CONNECTLY_OUTBOX_URL`]
    #[arg(long, value_name = "URL")]
    pub(super) outbox: Option<String>,
    /// The shop's UUID at Connectly [env: `CONNECTLY_BUSINESS_ID`]
    #[arg(long, value_name = "UUID")]
    pub(super) business_id: Option<String>,
    /// Another host than Connectly's [env: `CONNECTLY_BASE_URL`]
    #[arg(long, value_name = "URL")]
    pub(super) base_url: Option<String>,
    /// Print a JSON object for each check
    #[arg(long)]
    pub(super) json: bool,
}
