//! What the shop sells, in US dollars.

use connectly_conversions::{Decimal, Item};

/// Something that is sold.
pub(crate) struct Product {
    /// Its id in the catalogue.
    pub(crate) sku: &'static str,
    /// What the customer reads.
    pub(crate) name: &'static str,
    cents: i64,
}

pub(crate) const PRODUCTS: [Product; 2] = [
    Product { sku: "data-pass-30d", name: "Data pass, 30 days", cents: 4999 },
    Product { sku: "phone-case-blk", name: "Phone case, black", cents: 4998 },
];

impl Product {
    pub(crate) fn price(&self) -> Decimal {
        Decimal::new(self.cents, 2)
    }

    /// The line of an order.
    pub(crate) fn item(&self) -> Item {
        Item::new(self.sku).item_price(self.price())
    }
}

/// Those of the catalogue that were chosen; what is not in it is passed over.
pub(crate) fn chosen(skus: &[String]) -> Vec<&'static Product> {
    PRODUCTS.iter().filter(|product| skus.iter().any(|sku| sku == product.sku)).collect()
}

pub(crate) fn total(lines: &[&Product]) -> Decimal {
    lines.iter().map(|product| product.price()).sum()
}
