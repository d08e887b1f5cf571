//! ISO 4217: which codes exist, which are withdrawn, how many decimals each has.

use iso_currency::Currency;

/// What is known of a currency code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known {
    /// Decimals of the minor unit; `None` where the code has none (XDR).
    pub minor_unit: Option<u32>,
    pub withdrawn: bool,
}

/// Codes of ISO 4217 that are no money: none, testing, and the metals.
const NOT_MONEY: [&str; 6] = ["XXX", "XTS", "XAU", "XAG", "XPT", "XPD"];

/// VES is current: ISO 4217 list one has it beside VED, which the crate takes for its successor.
const STILL_CURRENT: [&str; 1] = ["VES"];

/// Withdrawn codes that the crate lacks, with their minor unit. Source: ISO 4217 list three
/// ("historic denominations"); minor units from the JDK's currency data, 2 where it has none.
#[rustfmt::skip]
const WITHDRAWN: &[(&str, u32)] = &[
    ("ADP", 0), ("AFA", 2), ("ALK", 2), ("ANG", 2), ("AOK", 2), ("AON", 2), ("AOR", 2), ("ARA", 2),
    ("ARP", 2), ("ARY", 2), ("ATS", 2), ("AYM", 2), ("AZM", 2), ("BAD", 2), ("BEC", 2), ("BEF", 0),
    ("BEL", 2), ("BGJ", 2), ("BGK", 2), ("BGL", 2), ("BOP", 2), ("BRB", 2), ("BRC", 2), ("BRE", 2),
    ("BRN", 2), ("BRR", 2), ("BUK", 2), ("BYB", 0), ("BYR", 0), ("CHC", 2), ("CSD", 2), ("CSJ", 2),
    ("CSK", 2), ("CYP", 2), ("DDM", 2), ("DEM", 2), ("ECS", 2), ("ECV", 2), ("EEK", 2), ("ESA", 2),
    ("ESB", 2), ("ESP", 0), ("FIM", 2), ("FRF", 2), ("GEK", 2), ("GHC", 2), ("GHP", 2), ("GNE", 2),
    ("GNS", 2), ("GQE", 2), ("GRD", 0), ("GWE", 2), ("GWP", 2), ("HRD", 2), ("IEP", 2), ("ILP", 2),
    ("ILR", 2), ("ISJ", 2), ("ITL", 0), ("LAJ", 2), ("LSM", 2), ("LTL", 2), ("LTT", 2), ("LUC", 2),
    ("LUF", 0), ("LUL", 2), ("LVL", 2), ("LVR", 2), ("MAF", 2), ("MGF", 0), ("MLF", 2), ("MRO", 2),
    ("MTL", 2), ("MTP", 2), ("MVQ", 2), ("MXP", 2), ("MZE", 2), ("MZM", 2), ("NIC", 2), ("NLG", 2),
    ("PEH", 2), ("PEI", 2), ("PES", 2), ("PLZ", 2), ("PTE", 0), ("RHD", 2), ("ROK", 2), ("ROL", 0),
    ("RUR", 2), ("SDD", 2), ("SDP", 2), ("SIT", 2), ("SKK", 2), ("SRG", 2), ("STD", 2), ("SUR", 2),
    ("TJR", 2), ("TMM", 2), ("TPE", 0), ("TRL", 0), ("UAK", 2), ("UGS", 2), ("UGW", 2), ("USS", 2),
    ("UYN", 2), ("UYP", 2), ("VEB", 2), ("VEF", 2), ("VNC", 2), ("XEU", 2), ("XFO", 2), ("XFU", 2),
    ("XRE", 2), ("YDD", 2), ("YUD", 2), ("YUM", 2), ("YUN", 2), ("ZAL", 2), ("ZMK", 2), ("ZRN", 2),
    ("ZRZ", 2), ("ZWC", 2), ("ZWD", 2), ("ZWN", 2), ("ZWR", 2),
];

/// Looks an upper-case code up.
pub(crate) fn lookup(code: &str) -> Option<Known> {
    if NOT_MONEY.contains(&code) {
        return None;
    }
    if let Some(currency) = Currency::from_code(code) {
        let minor_unit = currency.exponent().map(u32::from);
        let withdrawn = currency.is_superseded().is_some() && !STILL_CURRENT.contains(&code);
        return Some(Known { minor_unit, withdrawn });
    }
    let found = WITHDRAWN.binary_search_by_key(&code, |(code, _)| code).ok()?;
    Some(Known { minor_unit: Some(WITHDRAWN[found].1), withdrawn: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Debian's iso-codes package, an independent edition of the standard.
    fn debians_codes() -> impl Iterator<Item = &'static str> {
        include_str!("../../tests/data/iso-4217-debian.txt")
            .lines()
            .filter(|line| !line.starts_with('#'))
            .flat_map(str::split_whitespace)
    }

    #[test]
    fn every_code_of_debians_list_is_known_and_only_codes_that_are_no_money_are_refused() {
        assert_eq!(debians_codes().count(), 181);
        for code in debians_codes() {
            assert_eq!(lookup(code).is_some(), !NOT_MONEY.contains(&code), "{code}");
        }
    }

    #[test]
    fn every_current_code_that_debian_lacks_is_newer_than_its_list() {
        let letters = || 'A'..='Z';
        let newer: Vec<String> = letters()
            .flat_map(|a| letters().map(move |b| (a, b)))
            .flat_map(|(a, b)| letters().map(move |c| format!("{a}{b}{c}")))
            .filter(|code| lookup(code).is_some_and(|known| !known.withdrawn))
            .filter(|code| !debians_codes().any(|debians| debians == code))
            .collect();
        // ZWG came in 2024, XCG and XAD in 2025.
        assert_eq!(newer, ["XAD", "XCG", "ZWG"]);
    }

    #[test]
    fn the_withdrawn_table_is_sorted_and_holds_no_code_of_the_crate() {
        assert!(WITHDRAWN.is_sorted_by_key(|(code, _)| *code));
        for (code, _) in WITHDRAWN {
            assert!(Currency::from_code(code).is_none(), "{code}");
        }
    }

    #[test]
    fn codes_withdrawn_since_2015_are_withdrawn() {
        for code in ["LTL", "BYR", "MRO", "STD", "VEF", "CUC", "HRK", "SLL", "ZWL", "ANG", "BGN"] {
            assert!(lookup(code).unwrap().withdrawn, "{code}");
        }
        assert!(!lookup("VES").unwrap().withdrawn);
    }
}
