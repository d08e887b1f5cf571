//! What a hostile or careless world gives us: nothing panics, leaks, or is repaired in silence.
// Helpers of tests say what they expect by failing.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;

use connectly_conversions::{
    Client, ConversionEvent, ErrorCode, IssueCode, Item, OrderId, Outcome, Receipt, Result,
    TrackingParams,
};
use serde::de::value::{Error, MapDeserializer, SeqDeserializer};
use serde::de::{Deserialize, Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

const BUSINESS: &str = "3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a";
const KEY: &str = "sk_live_canary_4711";

fn tracking() -> TrackingParams {
    TrackingParams::new("canary-t", "canary-s", "canary-c", "4711").unwrap()
}

/// A list that holds itself, as a language's own objects can.
struct Cyclic;

impl<'de> Deserializer<'de> for Cyclic {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> std::result::Result<V::Value, Error> {
        visitor.visit_seq(SeqDeserializer::new(std::iter::once(Self)))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier
        ignored_any
    }
}

impl IntoDeserializer<'_, Error> for Cyclic {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

#[test]
fn objects_without_an_end_are_refused() {
    for member in ["cnct_tracking_id", "payload", "extra_payload", "unknown"] {
        let stored = MapDeserializer::new(std::iter::once((member, Cyclic)));
        assert!(TrackingParams::deserialize(stored).is_err(), "{member}");
    }
}

#[test]
fn absurd_exponents_are_no_amounts() {
    for literal in ["1.5e-9223372036854775808", "10e9223372036854775807", "1e-400", "1e400"] {
        let document = format!(r#"{{"payload":{{"currency":"USD","value":{literal}}}}}"#);
        let error = ConversionEvent::from_json(&document).unwrap_err();
        let issue = error.issues().iter().find(|issue| issue.path() == "payload.value").unwrap();
        assert_eq!(issue.code(), IssueCode::InvalidAmount, "{literal}");
    }
}

#[test]
fn a_key_in_the_place_of_the_business_id_is_not_shown() {
    let error = Client::builder().api_key(BUSINESS).business_id(KEY).build().unwrap_err();
    assert_eq!(error.code(), ErrorCode::InvalidBusinessId);
    assert!(!format!("{error} {error:?}").contains(KEY));
}

#[test]
fn an_empty_key_is_missing_and_one_with_blanks_around_it_invalid() {
    for (key, code) in [
        ("", ErrorCode::MissingApiKey),
        ("  ", ErrorCode::MissingApiKey),
        (" key", ErrorCode::InvalidApiKey),
        ("key\n", ErrorCode::InvalidApiKey),
        ("ke\ny", ErrorCode::InvalidApiKey),
    ] {
        // Else a key of the shell would take the place of an empty one.
        let client = Client::builder().environment(BTreeMap::new());
        let error = client.api_key(key).business_id(BUSINESS).build().unwrap_err();
        assert_eq!(error.code(), code, "{key:?}");
    }
}

#[test]
fn a_proxy_that_cannot_be_used_is_refused_instead_of_passed_by() {
    for proxy in ["foo", "ftp://127.0.0.1:9", "socks5://127.0.0.1:9", "http://"] {
        let client = Client::builder().api_key("key").business_id(BUSINESS).proxy(proxy);
        assert_eq!(client.build().unwrap_err().code(), ErrorCode::InvalidProxy, "{proxy}");
    }
}

#[test]
fn the_key_travels_in_the_clear_to_no_proxy_on_another_machine() {
    let client = Client::builder()
        .api_key("key")
        .business_id(BUSINESS)
        .base_url("http://127.0.0.1:9")
        .proxy("http://proxy.example:3128");
    assert_eq!(client.build().unwrap_err().code(), ErrorCode::InvalidProxy);
}

#[test]
fn tracking_values_are_not_in_debug() {
    let event = ConversionEvent::purchase(tracking(), OrderId::NONE, "USD", 1);
    let shown = format!("{:?} {event:?}", tracking());
    let shown = format!("{shown} {:?}", event.build().unwrap());
    for value in ["canary-t", "canary-s", "canary-c", "4711"] {
        assert!(!shown.contains(value), "{shown}");
    }
}

#[test]
fn a_problem_is_one_line_of_bounded_length() {
    let document =
        format!(r#"{{"payload":{{"currency":"{}","value":"1"}}}}"#, "A\\u001b".repeat(100_000));
    let error = ConversionEvent::from_json(&document).unwrap_err();
    assert!(error.to_string().len() < 1_000);
    for issue in error.issues() {
        assert!(issue.message().len() < 2_000, "{}", issue.message().len());
        assert!(!issue.message().contains(char::is_control));
    }
}

#[test]
fn futures_can_be_spawned() {
    fn spawnable<T: Send>(_: impl Future<Output = T> + Send) {}
    fn examples(client: &Client, event: &ConversionEvent) {
        spawnable::<Result<Receipt>>(client.send(event));
        spawnable::<Vec<Outcome>>(client.send_many([event.clone()]));
    }
    let client = Client::builder().api_key("key").business_id(BUSINESS).build().unwrap();
    examples(&client, &ConversionEvent::purchase(tracking(), "A", "USD", 1).build().unwrap());
}

#[test]
fn a_restored_cookie_is_read_like_a_landing() {
    let json = r#"{"v":1,"cnct_tracking_id":"","cnct_tracking_id":"t","sendout_id":"s","sendout_id":"z","ctwa_clid":"c","ad_id":"1","extra":{"ok":"1","bad":"a\u0007b","empty":""}}"#;
    let params = TrackingParams::from_json(json).unwrap();
    assert_eq!((params.cnct_tracking_id(), params.sendout_id()), ("t", "s"));
    assert_eq!(params.extra().collect::<Vec<_>>(), [("ok", "1")]);
}

#[test]
fn blanks_around_a_url_are_not_its_values() {
    let url = " https://shop.example/?cnct_tracking_id=t&sendout_id=s&ctwa_clid=c&ad_id=1 \n";
    assert_eq!(TrackingParams::from_url(url).unwrap().unwrap().ad_id(), "1");
}

#[test]
fn an_event_tells_what_was_derived() {
    let event = ConversionEvent::purchase(tracking(), "A", "USD", 5)
        .item(Item::new("shoe").quantity(2).item_price(2))
        .item(Item::new("lace").item_price(1))
        .item(Item::new("shoe").quantity(1).item_price(0))
        .build()
        .unwrap();
    assert_eq!(event.content_type(), Some("product"));
    assert_eq!(event.content_ids(), ["shoe", "lace"]);
    assert_eq!(event.num_items(), Some(4));
}
