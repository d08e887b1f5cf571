//! Amounts: the same digits from every form, and none of them ever changes.

use std::fmt::Write;
use std::str::FromStr;

use connectly_conversions::{Amount, ConversionEvent, Decimal, Item};
use proptest::prelude::*;

use super::support::{EVENT_TIME, member, options, reads_back, tracking, wire};

/// A decimal as somebody may write it: up to 18 digits, zeros before and behind them.
#[derive(Debug, Clone)]
struct Written {
    whole: String,
    fraction: String,
}

fn written() -> impl Strategy<Value = Written> {
    ("0{0,2}", 0_usize..=18, "[0-9]{18}", "0{0,2}").prop_map(|(before, point, digits, behind)| {
        let (whole, fraction) = digits.split_at(point);
        let whole = if whole.is_empty() { "0" } else { whole };
        Written { whole: format!("{before}{whole}"), fraction: format!("{fraction}{behind}") }
    })
}

/// Fewer digits, as money has them.
fn price() -> impl Strategy<Value = Written> {
    ("[0-9]{1,9}", "[0-9]{0,4}").prop_map(|(whole, fraction)| Written { whole, fraction })
}

impl Written {
    fn text(&self) -> String {
        if self.fraction.is_empty() {
            self.whole.clone()
        } else {
            format!("{}.{}", self.whole, self.fraction)
        }
    }

    /// The only text that may go out, worked out on the letters.
    fn canonical(&self) -> String {
        let whole = self.whole.trim_start_matches('0');
        let mut text = if whole.is_empty() { "0" } else { whole }.to_owned();
        let fraction = self.fraction.trim_end_matches('0');
        if !fraction.is_empty() {
            write!(text, ".{fraction}").unwrap();
        }
        text
    }

    fn significant(&self) -> usize {
        let canonical = self.canonical().replace('.', "");
        canonical.trim_start_matches('0').len()
    }

    fn is_whole(&self) -> bool {
        !self.canonical().contains('.')
    }
}

fn built(value: impl Into<Amount> + Clone) -> ConversionEvent {
    ConversionEvent::purchase(tracking(), "A", "USD", value.clone())
        .item(Item::new("sku").item_price(value))
        .event_time(EVENT_TIME)
        .options(options())
        .build()
        .unwrap()
}

fn read(value: &str) -> ConversionEvent {
    let document = format!(
        r#"{{"cnct_tracking_id":"trk-7f9c","event_name":"Purchase","sendout_id":"so-4815",
        "attribution":{{"meta_ctwa":{{"ctwa_clid":"ARAkLkA8rmlF","ad_id":"120215559412340678"}}}},
        "payload":{{"currency":"usd","value":{value},"order_id":"A",
        "contents":[{{"id":"sku","item_price":{value}}}],"event_time":{EVENT_TIME}}}}}"#
    );
    ConversionEvent::from_json_with(&document, &options()).unwrap()
}

/// Every way in gives these bytes.
fn every_form(written: &Written) -> Result<(), TestCaseError> {
    let (text, canonical) = (written.text(), written.canonical());
    let event = built(text.as_str());
    prop_assert_eq!(member(wire(&event), &["payload", "value"]), canonical.as_str());
    let decimal = Decimal::from_str(&text).unwrap();
    prop_assert_eq!(event.value(), Some(decimal));
    prop_assert_eq!(Decimal::from_str(&canonical).unwrap(), decimal);

    prop_assert_eq!(built(decimal), event.clone());
    prop_assert_eq!(read(&format!("\"{text}\"")), event.clone());
    if written.is_whole() {
        prop_assert_eq!(built(canonical.parse::<i64>().unwrap()), event.clone());
        prop_assert_eq!(read(&canonical), event.clone());
    }
    if written.significant() <= 15 {
        prop_assert_eq!(built(canonical.parse::<f64>().unwrap()), event.clone());
        prop_assert_eq!(read(&canonical), event.clone());
        // An exponent is another way to write the same number.
        let digits = written.whole.trim_start_matches('0').to_owned() + &written.fraction;
        let digits = if digits.is_empty() { "0".to_owned() } else { digits };
        let digits = digits.trim_start_matches('0');
        let digits = if digits.is_empty() { "0" } else { digits };
        let scientific = format!("{digits}e-{}", written.fraction.len());
        prop_assert_eq!(read(&scientific), event.clone());
    }
    reads_back(&event)
}

proptest! {
    #[test]
    fn up_to_18_digits_keep_every_one(written in written()) {
        every_form(&written)?;
    }

    #[test]
    fn prices_keep_every_digit(written in price()) {
        every_form(&written)?;
    }

    #[test]
    fn a_float_is_sent_as_itself_or_refused(float in prop_oneof![
        any::<f64>(),
        (0_i64..1_000_000_000_000).prop_map(|cents| {
            #[expect(clippy::cast_precision_loss, reason = "the point of the test")]
            let amount = cents as f64 / 100.0;
            amount
        }),
    ]) {
        let event = ConversionEvent::purchase(tracking(), "A", "USD", float)
            .event_time(EVENT_TIME)
            .options(options())
            .build();
        if let Ok(event) = event {
            let sent: f64 = member(wire(&event), &["payload", "value"]).parse().unwrap();
            prop_assert!((sent - float).abs() == 0.0, "{float} became {sent}");
            reads_back(&event)?;
        }
    }

    #[test]
    fn cents_are_always_taken(cents in 0_i64..10_000_000_000_000) {
        #[expect(clippy::cast_precision_loss, reason = "the point of the test")]
        let float = cents as f64 / 100.0;
        let exact = Decimal::new(cents, 2);
        prop_assert_eq!(built(float).value(), Some(exact));
    }

    #[test]
    fn any_text_is_an_amount_or_refused(text in prop_oneof![any::<String>(), "[-+0-9.,eE ]{0,24}"]) {
        let event = ConversionEvent::purchase(tracking(), "A", "USD", text.as_str())
            .event_time(EVENT_TIME)
            .options(options())
            .build();
        if let Ok(event) = event {
            prop_assert_eq!(event.value(), Decimal::from_str(&text).ok());
            reads_back(&event)?;
        }
    }
}
