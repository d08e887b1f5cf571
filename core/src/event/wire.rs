//! The bytes that go out: members in the order of the API's documentation, no nulls, numbers as
//! plain decimals.

use rust_decimal::Decimal;

use super::Facts;
use crate::json::write_str;

/// Writes the request's body.
pub(super) fn write(facts: &Facts) -> Vec<u8> {
    let mut out = Vec::with_capacity(512 + 80 * facts.contents.len());
    out.extend_from_slice(b"{\"cnct_tracking_id\":");
    write_str(&mut out, &facts.cnct_tracking_id);
    out.extend_from_slice(b",\"event_name\":\"");
    out.extend_from_slice(facts.event_name.as_str().as_bytes());
    out.extend_from_slice(b"\",\"sendout_id\":");
    write_str(&mut out, &facts.sendout_id);
    out.extend_from_slice(b",\"attribution\":{\"meta_ctwa\":{\"ctwa_clid\":");
    write_str(&mut out, &facts.ctwa_clid);
    out.extend_from_slice(b",\"ad_id\":");
    write_str(&mut out, &facts.ad_id);
    out.extend_from_slice(b"}},\"payload\":{");
    payload(&mut out, facts);
    out.extend_from_slice(b"}}");
    out
}

fn payload(out: &mut Vec<u8>, facts: &Facts) {
    if let Some(currency) = &facts.currency {
        out.extend_from_slice(b"\"currency\":");
        write_str(out, currency);
        out.push(b',');
    }
    if let Some(value) = facts.value {
        out.extend_from_slice(b"\"value\":");
        write_decimal(out, value);
        out.push(b',');
    }
    if let Some(order_id) = &facts.order_id {
        out.extend_from_slice(b"\"order_id\":");
        write_str(out, order_id);
        out.push(b',');
    }
    if let Some(content_type) = facts.content_type() {
        out.extend_from_slice(b"\"content_type\":");
        write_str(out, content_type);
        out.push(b',');
    }
    let ids = facts.content_ids();
    if !ids.is_empty() {
        out.extend_from_slice(b"\"content_ids\":[");
        for id in ids {
            write_str(out, id);
            out.push(b',');
        }
        out.pop();
        out.extend_from_slice(b"],");
    }
    if let Some(num_items) = facts.num_items() {
        out.extend_from_slice(b"\"num_items\":");
        write_integer(out, num_items);
        out.push(b',');
    }
    contents(out, facts);
    out.extend_from_slice(b"\"event_time\":");
    write_integer(out, facts.event_time);
    for (name, value) in &facts.extra_payload {
        out.push(b',');
        write_str(out, name);
        out.push(b':');
        value.write(out);
    }
}

fn contents(out: &mut Vec<u8>, facts: &Facts) {
    if facts.contents.is_empty() {
        return;
    }
    out.extend_from_slice(b"\"contents\":[");
    for line in &facts.contents {
        out.extend_from_slice(b"{\"id\":");
        write_str(out, &line.id);
        out.extend_from_slice(b",\"quantity\":");
        write_integer(out, line.quantity);
        if let Some(price) = line.item_price {
            out.extend_from_slice(b",\"item_price\":");
            write_decimal(out, price);
        }
        out.extend_from_slice(b"},");
    }
    out.pop();
    out.extend_from_slice(b"],");
}

fn write_integer(out: &mut Vec<u8>, value: impl itoa::Integer) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// A normalised decimal never needs an exponent.
fn write_decimal(out: &mut Vec<u8>, value: Decimal) {
    let scale = value.scale() as usize;
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(value.mantissa().unsigned_abs()).as_bytes();
    if value.is_sign_negative() {
        out.push(b'-');
    }
    if scale == 0 {
        out.extend_from_slice(digits);
        return;
    }
    let (whole, fraction) = digits.split_at(digits.len().saturating_sub(scale));
    out.extend_from_slice(if whole.is_empty() { b"0" } else { whole });
    out.push(b'.');
    out.resize(out.len() + (scale - fraction.len()), b'0');
    out.extend_from_slice(fraction);
}
