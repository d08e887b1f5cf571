//! The rules of items.

use std::collections::HashSet;
use std::fmt::Display;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::checker::{Checker, MAX_ID_BYTES};
use super::currency::Known;
use crate::issue::IssueCode;
use crate::model::{Count, DraftLine, Field, ValidLine, unique_ids};

const MAX_QUANTITY: u32 = i32::MAX as u32;
const CONTENT_IDS: &str = "payload.content_ids";
const NUM_ITEMS: &str = "payload.num_items";

/// The lines of an order that could be read.
pub(super) struct Contents {
    pub lines: Vec<ValidLine>,
    /// No line was refused: sums over them mean something.
    whole: bool,
}

impl Checker<'_> {
    pub(super) fn contents(
        &mut self,
        field: Field<Vec<DraftLine>>,
        currency: Option<Known>,
    ) -> Contents {
        let given = field.given().unwrap_or_default();
        let count = given.len();
        let mut lines = Vec::with_capacity(count);
        for (index, line) in given.into_iter().enumerate() {
            if !line.refused {
                lines.extend(self.line(index, line, currency));
            }
        }
        Contents { whole: lines.len() == count, lines }
    }

    fn line(
        &mut self,
        index: usize,
        line: DraftLine,
        currency: Option<Known>,
    ) -> Option<ValidLine> {
        let path = |member: &'static str| Member { index, member };
        let id = match line.id {
            Field::Given(id) => self.id(path("id"), id, MAX_ID_BYTES),
            Field::Refused => None,
            Field::Absent => {
                self.required(path("id"));
                None
            }
        };
        let quantity = match line.quantity {
            Field::Given(count) => self.count(path("quantity"), count),
            Field::Absent => Some(1),
            Field::Refused => None,
        };
        let priced = !matches!(line.item_price, Field::Absent);
        let item_price = line
            .item_price
            .given()
            .and_then(|price| self.amount(path("item_price"), price, currency));
        if priced && item_price.is_none() {
            return None;
        }
        Some(ValidLine { id: id?, quantity: quantity?, item_price })
    }

    /// The rule of quantities.
    fn count(&mut self, path: impl Display, count: Count) -> Option<u32> {
        let given = match count {
            Count::Number(number) => {
                let whole = number.to_u32().filter(|_| number.is_integer());
                match whole.filter(|count| (1..=MAX_QUANTITY).contains(count)) {
                    Some(count) => return Some(count),
                    None => number.normalize().to_string(),
                }
            }
            Count::Unreadable(given) => given,
        };
        let message = format!(
            "{given} is no quantity: a whole number from 1 to {MAX_QUANTITY} is needed (1.5 kg \
             are one piece at the price of the line)"
        );
        self.report(IssueCode::InvalidQuantity, path, message);
        None
    }

    pub(super) fn content_ids(
        &mut self,
        field: Field<Vec<Field<String>>>,
        contents: &Contents,
    ) -> Vec<String> {
        let mut ids = Vec::new();
        for (index, id) in field.given().unwrap_or_default().into_iter().enumerate() {
            let path = format_args!("{CONTENT_IDS}[{index}]");
            match id {
                Field::Given(id) => ids.extend(self.id(path, id, MAX_ID_BYTES)),
                Field::Absent => self.required(path),
                Field::Refused => {}
            }
        }
        if !ids.is_empty() && !contents.lines.is_empty() && contents.whole {
            let given: HashSet<&str> = ids.iter().map(String::as_str).collect();
            let sold: HashSet<&str> = unique_ids(&contents.lines).into_iter().collect();
            if given != sold {
                let message =
                    "the ids are not those of the contents: leave them out to derive them";
                self.report(IssueCode::ContentIdsMismatch, CONTENT_IDS, message);
            }
        }
        ids
    }

    pub(super) fn num_items(&mut self, field: Field<Count>, contents: &Contents) -> Option<u32> {
        let sum: u64 = contents.lines.iter().map(|line| u64::from(line.quantity)).sum();
        let count = match field {
            Field::Given(count) => self.count(NUM_ITEMS, count)?,
            Field::Absent if sum > u64::from(MAX_QUANTITY) => {
                self.count(NUM_ITEMS, Count::Number(Decimal::from(sum)));
                return None;
            }
            Field::Absent | Field::Refused => return None,
        };
        if !contents.lines.is_empty() && contents.whole && sum != u64::from(count) {
            let message = format!("the quantities of the contents add up to {sum}, not {count}");
            self.report(IssueCode::NumItemsMismatch, NUM_ITEMS, message);
        }
        Some(count)
    }

    /// Shipping, tax and discounts make this normal, so it only warns.
    pub(super) fn total(&mut self, value: Decimal, contents: &Contents) {
        if contents.lines.is_empty() || !contents.whole {
            return;
        }
        if contents.lines.iter().any(|line| line.item_price.is_none()) {
            return;
        }
        let total = contents.lines.iter().try_fold(Decimal::ZERO, |sum, line| {
            sum.checked_add(line.item_price?.checked_mul(Decimal::from(line.quantity))?)
        });
        if total != Some(value) {
            let total = total.map_or_else(|| "more".to_owned(), |sum| sum.normalize().to_string());
            let message = format!(
                "the items add up to {total}, not {value} (normal with shipping, tax, discount)"
            );
            self.report(IssueCode::TotalMismatch, "payload.value", message);
        }
    }
}

/// The path of a line's member.
#[derive(Clone, Copy)]
struct Member {
    index: usize,
    member: &'static str,
}

impl Display for Member {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "payload.contents[{}].{}", self.index, self.member)
    }
}
