//! What delivers.

use connectly_conversions::{Client, DeliverOptions};

use super::Role;
use crate::event::BUSINESS;

pub(super) async fn work(role: &Role, url: &str, until_empty: bool) {
    let client = Client::builder().api_key("torture").business_id(BUSINESS).base_url(url);
    // On another host of the test's own network.
    let client = client.allow_insecure_http_for_tests(true);
    let outbox = role.outbox();
    let worker = outbox.worker(client.build().unwrap()).build().unwrap();
    if until_empty {
        worker.deliver(DeliverOptions::default()).await.unwrap();
    } else {
        worker.run().await;
    }
    outbox.close().await;
}
