//! What the doctor looks at. Generated from `schema/surface.json` by `make generate`.

use crate::named::named;

named! {
    /// What `connectly doctor` looks at.
    Check {
        /// Whether the API key is there, and can be sent.
        ApiKey = "api_key",
        /// Whether the business id is there, and is a UUID.
        BusinessId = "business_id",
        /// Whether the base URL can be used: https, or plain http to this machine.
        BaseUrl = "base_url",
        /// Whether the API's host answers. It is asked for `/`, without the key.
        Api = "api",
        /// Whether the API accepts the key and the business. It has no question for that, so it is
        /// asked with `--send-test` only: by an event without any member, which the API refuses and
        /// which reports nothing.
        Access = "access",
        /// Whether this machine's clock agrees with the API's, to a minute.
        Clock = "clock",
        /// Whether the landing URL (`--landing`) has Connectly's parameters.
        LandingParams = "landing_params",
        /// Whether the shop's redirects keep the parameters, step by step. What a page's script
        /// does is not seen.
        LandingRedirects = "landing_redirects",
        /// Whether the shop's answers set the cookie `cnct_tracking`.
        LandingCookie = "landing_cookie",
        /// Whether the cookie's domain (`--cookie-domain`) is one that a browser takes from the
        /// shop's host.
        CookieDomain = "cookie_domain",
        /// Whether the outbox can be opened, and lies on a disk that lasts.
        Outbox = "outbox",
        /// Whether what waits in the outbox is of this business.
        OutboxBusiness = "outbox_business",
        /// Whether delivery runs: no operator's pause, no refused key, no rest because the API
        /// failed.
        OutboxDelivery = "outbox_delivery",
        /// Whether what is due is sent within 15 minutes.
        OutboxAge = "outbox_age",
        /// Whether orders are held past their sixth day. Meta counts nothing older than seven.
        OutboxHolds = "outbox_holds",
        /// Whether events were rejected or given up.
        OutboxDeadLetters = "outbox_dead_letters",
    }
}

impl Check {
    /// What to do where it is not well.
    #[must_use]
    pub const fn advice(self) -> &'static str {
        match self {
            Self::ApiKey => {
                "Set `CONNECTLY_API_KEY` to the key from the Connectly inbox (Settings, General, API Key), without blanks around it."
            }
            Self::BusinessId => {
                "Set `CONNECTLY_BUSINESS_ID` to the UUID that Connectly gave you. It is not the API key."
            }
            Self::BaseUrl => {
                "Leave `CONNECTLY_BASE_URL` unset, or give an https URL without user, query and fragment."
            }
            Self::Api => {
                "Check the network, the firewall, the DNS and the proxy of this machine, and the base URL."
            }
            Self::Access => {
                "Check that key and business id belong together, and that the business has a WhatsApp Cloud channel."
            }
            Self::Clock => "Set the clock, and keep it by NTP: times of orders are judged by it.",
            Self::LandingParams => {
                "Tick \"Track purchases completed on my own site and report them to the Ads Manager\" in the campaign, and take the whole link from a message that was sent after that."
            }
            Self::LandingRedirects => {
                "Let that redirect keep the query as it is, or let the landing see the request before it."
            }
            Self::LandingCookie => {
                "Ask the landing for this page too, or check that the shop keeps the values in its session. A page from a CDN has the capture snippet for it."
            }
            Self::CookieDomain => {
                "Give the domain that shop and checkout share, such as `shop.example`, or none where both are one host."
            }
            Self::Outbox => {
                "Check `CONNECTLY_OUTBOX_URL` and the rights of this user; the shop and its workers have the same URL."
            }
            Self::OutboxBusiness => {
                "Give the shop and its workers the same `CONNECTLY_BUSINESS_ID`: a worker sends for one business only."
            }
            Self::OutboxDelivery => {
                "Mend what the code says; then `connectly outbox resume`, or wait: one event a minute asks again."
            }
            Self::OutboxAge => {
                "Look whether a worker runs: `connectly outbox deliver --follow` is one."
            }
            Self::OutboxHolds => {
                "Release what was paid or delivered, cancel the rest: `connectly outbox release ORDER`, `cancel ORDER`."
            }
            Self::OutboxDeadLetters => {
                "`connectly outbox dead` lists them with their reasons; `connectly outbox replay --all --plan` says what another try would be worth."
            }
        }
    }
}
