//! One line of an order.

use super::money::Amount;

/// A product of the order: its id in the catalogue, how many, and the price of one.
///
/// ```
/// use connectly_conversions::Item;
///
/// let line = Item::new("phone-case-blk").quantity(2).item_price("49.98");
/// # let _ = line;
/// ```
// The names are the wire's.
#[allow(clippy::struct_field_names)]
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub(crate) id: String,
    pub(crate) quantity: u32,
    pub(crate) item_price: Option<Amount>,
}

impl Item {
    /// One piece of this product.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), quantity: 1, item_price: None }
    }

    /// How many pieces; 1 unless given.
    #[must_use]
    pub fn quantity(mut self, quantity: u32) -> Self {
        self.quantity = quantity;
        self
    }

    /// The price of one piece, in the event's currency.
    #[must_use]
    pub fn item_price(mut self, price: impl Into<Amount>) -> Self {
        self.item_price = Some(price.into());
        self
    }
}
