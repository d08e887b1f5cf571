//! Behind PgBouncer in transaction mode each transaction may have another connection.

use connectly_conversions::{DeliverOptions, Sandbox};
use connectly_test_postgres::Bouncer;

use crate::support::{client, database, event, outbox, wait};

#[test]
fn many_outboxes_share_two_connections_of_a_pooler() {
    let database = database();
    let bouncer = Bouncer::start(&database).unwrap();
    let (url, sandbox) = (bouncer.url(&database), Sandbox::start().unwrap());
    let client = client(&sandbox);
    wait(async {
        let outboxes: Vec<_> = (0..4).map(|_| outbox(&url)).collect();
        let work = outboxes.iter().enumerate().map(|(of, outbox)| {
            let client = &client;
            async move {
                for number in 0..10 {
                    outbox.enqueue(&event(&format!("ORD-{of}-{number}"))).await.unwrap();
                    // The others' orders, too.
                    outbox.enqueue(&event(&format!("ORD-{number}"))).await.unwrap();
                    outbox.deliver(client, DeliverOptions::default()).await.unwrap();
                }
                outbox.counts().await.unwrap();
            }
        });
        futures_util::future::join_all(work).await;
        outboxes[0].deliver(&client, DeliverOptions::default()).await.unwrap();
        assert_eq!(outboxes[0].counts().await.unwrap().accepted, 50);
    });
    assert_eq!(sandbox.received().len(), 50);
    let log = bouncer.log().unwrap();
    assert!(!log.contains("ERROR"), "{log}");
}
