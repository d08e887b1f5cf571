//! The names of members, and how each language spells them: hints name what the caller can write.

/// Members of the document that never go over the wire.
pub(super) const INPUT_ONLY: &[&str] = &["captured_at", "extra_payload"];

pub(super) const DOCUMENT: &[&str] = &[
    "cnct_tracking_id",
    "event_name",
    "sendout_id",
    "attribution",
    "payload",
    "captured_at",
    "extra_payload",
];

pub(super) const ATTRIBUTION: &[&str] = &["meta_ctwa"];

pub(super) const META_CTWA: &[&str] = &["ctwa_clid", "ad_id"];

pub(super) const PAYLOAD: &[&str] = &[
    "currency",
    "value",
    "order_id",
    "content_type",
    "content_ids",
    "num_items",
    "contents",
    "event_time",
];

pub(super) const LINE: &[&str] = &["id", "quantity", "item_price"];

/// Whose names a hint uses. Paths are the wire's in every language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Spelling {
    /// The wire's own names, as in an input document.
    #[default]
    Wire,
    /// The arguments of Python's `purchase` and `view_content`.
    Python,
    /// The members of Node's `purchase` and `viewContent`.
    Node,
    /// The arguments of Swift's `purchase` and `viewContent`.
    Swift,
}

/// Where a language's own name differs from the wire's: wire, Python, Node, Swift.
const SPELLINGS: &[(&str, &str, &str, &str)] = &[
    ("order_id", "order_id", "orderId", "orderID"),
    ("content_type", "content_type", "contentType", "contentType"),
    ("content_ids", "content_ids", "contentIds", "contentIDs"),
    ("num_items", "num_items", "numItems", "numItems"),
    ("contents", "items", "items", "items"),
    ("event_time", "event_time", "eventTime", "eventTime"),
    ("item_price", "item_price", "itemPrice", "itemPrice"),
    ("extra_payload", "extra_payload", "extraPayload", "extraPayload"),
];

/// What shops call these members elsewhere.
const SYNONYMS: &[(&str, &str)] = &[
    ("amount", "value"),
    ("total", "value"),
    ("revenue", "value"),
    ("currencycode", "currency"),
    ("transactionid", "order_id"),
    ("ordernumber", "order_id"),
    ("items", "contents"),
    ("products", "contents"),
    ("lineitems", "contents"),
    ("timestamp", "event_time"),
    ("paidat", "event_time"),
    ("createdat", "event_time"),
    ("price", "item_price"),
    ("unitprice", "item_price"),
    ("qty", "quantity"),
    ("count", "quantity"),
    ("sku", "id"),
    ("productid", "id"),
    ("itemid", "id"),
];

impl Spelling {
    /// The caller's name of a member of the wire.
    pub(super) fn of(self, wire: &str) -> &str {
        let Some((_, python, node, swift)) = SPELLINGS.iter().find(|row| row.0 == wire) else {
            return wire;
        };
        match self {
            Self::Wire => wire,
            Self::Python => python,
            Self::Node => node,
            Self::Swift => swift,
        }
    }

    /// The caller's name of the member that a misspelt one surely means.
    pub(super) fn meant(self, name: &str, known: &[&'static str]) -> Option<&'static str> {
        let bare = |text: &str| text.to_lowercase().replace(['_', '-'], "");
        let given = bare(name);
        let same = known.iter().find(|member| bare(member) == given);
        let synonym = || {
            let (_, member) = SYNONYMS.iter().find(|(synonym, _)| *synonym == given)?;
            known.iter().find(|known| *known == member)
        };
        let near = || {
            known.iter().find(|member| member.len() > 3 && strsim::osa_distance(member, name) <= 2)
        };
        // A binding puts the wire's name of an item's member beside the items, for it to be refused.
        let of_an_item = || LINE.iter().find(|member| **member == name && self.of(member) != name);
        same.or_else(synonym).or_else(near).or_else(of_an_item).map(|member| self.of(member))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_names_what_the_caller_can_write() {
        for (spelling, name, meant) in [
            (Spelling::Wire, "orderId", Some("order_id")),
            (Spelling::Node, "order_id", Some("orderId")),
            (Spelling::Node, "orderID", Some("orderId")),
            (Spelling::Swift, "order_id", Some("orderID")),
            (Spelling::Node, "contents", Some("items")),
            (Spelling::Wire, "items", Some("contents")),
            (Spelling::Wire, "curency", Some("currency")),
            (Spelling::Wire, "total", Some("value")),
            (Spelling::Wire, "shoe_size", None),
        ] {
            assert_eq!(spelling.meant(name, PAYLOAD), meant, "{name}");
        }
        assert_eq!(Spelling::Node.meant("price", LINE), Some("itemPrice"));
        assert_eq!(Spelling::Node.meant("item_price", PAYLOAD), Some("itemPrice"));
        assert_eq!(Spelling::Python.meant("qty", LINE), Some("quantity"));
        // A synonym of another object's member helps nobody here.
        assert_eq!(Spelling::Wire.meant("price", PAYLOAD), None);
    }
}
