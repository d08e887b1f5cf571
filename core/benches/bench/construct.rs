//! Build, validate and serialise the documentation's example, beside `serde_json` of plain structs.

use std::hint::black_box;

use connectly_conversions::{ConversionEvent, EventOptions, Item, TrackingParams};
use serde::Serialize;

use crate::measure::{Table, sample};

#[derive(Serialize)]
struct Event {
    cnct_tracking_id: String,
    event_name: String,
    sendout_id: String,
    attribution: Attribution,
    payload: Payload,
}

#[derive(Serialize)]
struct Attribution {
    meta_ctwa: MetaCtwa,
}

#[derive(Serialize)]
struct MetaCtwa {
    ctwa_clid: String,
    ad_id: String,
}

#[derive(Serialize)]
struct Payload {
    currency: String,
    value: f64,
    order_id: String,
    content_type: String,
    content_ids: Vec<String>,
    num_items: u32,
    contents: Vec<Content>,
    event_time: i64,
}

#[derive(Serialize)]
struct Content {
    id: String,
    quantity: u32,
    item_price: f64,
}

fn plain() -> Vec<u8> {
    let event = Event {
        cnct_tracking_id: black_box("trk-7f9c2d").to_owned(),
        event_name: "Purchase".to_owned(),
        sendout_id: black_box("so-4815162342").to_owned(),
        attribution: Attribution {
            meta_ctwa: MetaCtwa {
                ctwa_clid: black_box(
                    "ARAkLkA8rmlFeiCktEJQ-QTwRiyYHAFDLMNDBH0CD3qpjd0HR4irJ6LEkR7J",
                )
                .to_owned(),
                ad_id: black_box("120215559412340678").to_owned(),
            },
        },
        payload: Payload {
            currency: black_box("USD").to_owned(),
            value: black_box(99.97),
            order_id: black_box("ORD-7821").to_owned(),
            content_type: "product".to_owned(),
            content_ids: vec!["data-pass-30d".to_owned(), "phone-case-blk".to_owned()],
            num_items: 2,
            contents: vec![
                Content {
                    id: "data-pass-30d".to_owned(),
                    quantity: 1,
                    item_price: black_box(49.99),
                },
                Content {
                    id: "phone-case-blk".to_owned(),
                    quantity: 1,
                    item_price: black_box(49.98),
                },
            ],
            event_time: 1_746_480_000,
        },
    };
    serde_json::to_vec(&event).unwrap()
}

/// The documentation's example through the typed builder.
pub(crate) fn example(order_id: &str) -> ConversionEvent {
    let tracking = TrackingParams::new(
        black_box("trk-7f9c2d"),
        black_box("so-4815162342"),
        black_box("ARAkLkA8rmlFeiCktEJQ-QTwRiyYHAFDLMNDBH0CD3qpjd0HR4irJ6LEkR7J"),
        black_box("120215559412340678"),
    );
    ConversionEvent::purchase(tracking.unwrap(), order_id, black_box("USD"), black_box("99.97"))
        .item(Item::new("data-pass-30d").item_price(black_box("49.99")))
        .item(Item::new("phone-case-blk").item_price(black_box("49.98")))
        .event_time(1_746_480_000)
        .options(EventOptions::new().now(1_746_480_000))
        .build()
        .unwrap()
}

pub(crate) fn run(table: &mut Table, events: usize) {
    let document = String::from_utf8(example("ORD-7821").to_wire().to_vec()).unwrap();
    let options = EventOptions::new().now(1_746_480_000);
    let (mut baseline, mut built, mut read) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..5 {
        baseline.push(sample(events, || (0..events).for_each(|_| drop(black_box(plain())))));
        built.push(sample(events, || {
            for _ in 0..events {
                black_box(example("ORD-7821").to_wire());
            }
        }));
        read.push(sample(events, || {
            for _ in 0..events {
                let event = ConversionEvent::from_json_with(black_box(&document), &options);
                black_box(event.unwrap().to_wire());
            }
        }));
    }
    table.baseline("typed structs and serde_json, unchecked", &baseline);
    table.row("build + validate + serialise", &built, &baseline, Some(1.5));
    table.row("read JSON + validate + serialise", &read, &baseline, None);
}
