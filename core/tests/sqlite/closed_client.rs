//! A process that closes its client speaks for itself alone: the queue is everybody's.

use connectly_conversions::{DeliverOptions, Sandbox, State};

use crate::support::{Folder, client, event, wait};

#[test]
fn a_closed_client_ends_its_worker_and_stops_no_other() {
    let (folder, sandbox) = (Folder::new(), Sandbox::start().unwrap());
    let outbox = folder.outbox();
    wait(outbox.enqueue(&event("ORD-1"))).unwrap();

    let closed = client(&sandbox);
    closed.close();
    let worker = outbox.worker(closed).build().unwrap();
    wait(worker.run());
    let record = wait(outbox.status("ORD-1")).unwrap().unwrap();
    assert_eq!((record.state, record.attempts, record.code), (State::Pending, 0, None));
    assert_eq!(wait(outbox.metrics()).unwrap().refused_code, None);

    wait(outbox.deliver(&client(&sandbox), DeliverOptions::default())).unwrap();
    assert_eq!(sandbox.received().len(), 1);
}
