//! A landing takes anything that a visitor may send, and never forgets what it knew.

use connectly_conversions::{
    Landing, SCRIPT_COOKIE_NAME, SkipReason, Touch, TrackingParams, Visit, VisitCount, VisitRequest,
};
use proptest::collection::vec;
use proptest::prelude::*;

const NOW: i64 = 1_746_480_000;

fn known() -> TrackingParams {
    let params = TrackingParams::new("t", "s", "c", "1").unwrap();
    params.with_captured_at(NOW - 60).unwrap()
}

fn landings() -> impl Strategy<Value = Landing> {
    prop_oneof![Just(Touch::First), Just(Touch::Last)]
        .prop_map(|touch| Landing::new().touch(touch).domain("shop.example").unwrap())
}

/// What a visitor may send: names that mean something with any value, and anything.
fn requests() -> impl Strategy<Value = VisitRequest> {
    let link = "(https?://|/|\\?)?[a-z/]{0,8}\\?(cnct_tracking_id=\\PC{0,9}&)?(sendout_id=\\PC{0,9}&)?\
                (ctwa_clid=\\PC{0,9}&)?(ad_id=[0-9]{0,9}&)?\\PC{0,9}";
    let target = prop_oneof![any::<String>(), link];
    let cookie =
        prop_oneof![any::<String>(), "v1\\.[A-Za-z0-9_-]{0,60}", Just(known().to_cookie())];
    let header = prop_oneof![
        Just("Host"),
        Just("User-Agent"),
        Just("Cookie"),
        Just("Sec-Purpose"),
        Just("X-Moz")
    ];
    let value = prop_oneof![any::<String>(), "[a-z0-9:.\\[\\]]{0,20}", Just("prefetch".to_owned())];
    (
        prop_oneof![Just("GET".to_owned()), any::<String>()],
        target,
        vec(cookie, 0..3),
        vec((header, value), 0..4),
        any::<bool>(),
        any::<i64>(),
    )
        .prop_map(|(method, target, cookies, headers, consent, now)| {
            let cookies = cookies.into_iter().map(|value| (SCRIPT_COOKIE_NAME, value));
            let request = VisitRequest::new(method, target).cookies(cookies).headers(headers);
            request.consent(consent).now(now)
        })
}

fn holds(visit: &Visit) -> Result<(), TestCaseError> {
    prop_assert_eq!(visit.skipped().is_some(), visit.count() == VisitCount::Skipped);
    prop_assert_eq!(visit.no_store(), !visit.cookies().is_empty());
    let bad = matches!(visit.count(), VisitCount::Partial | VisitCount::Invalid);
    prop_assert_eq!(bad, !visit.issues().is_empty());
    for cookie in visit.cookies() {
        prop_assert!(cookie.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{:?}", cookie);
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_request_has_an_answer(landing in landings(), request in requests()) {
        holds(&landing.visit(&request))?;
    }

    #[test]
    fn what_is_known_is_lost_only_without_consent(landing in landings(), request in requests()) {
        let visit = landing.visit(&request.stored(Some(known())));
        holds(&visit)?;
        let withdrawn = visit.skipped() == Some(SkipReason::Consent);
        prop_assert_eq!(visit.params().is_none(), withdrawn);
        if !withdrawn && visit.count() != VisitCount::Captured && visit.skipped().is_none() {
            prop_assert_eq!(visit.into_params(), Some(known()));
        }
    }

    #[test]
    fn the_answer_to_a_visit_makes_the_next_one_no_news(landing in landings(), request in requests()) {
        let visit = landing.visit(&request);
        let set = visit.cookies().iter().find_map(|cookie| cookie.strip_prefix("cnct_tracking="));
        let Some(value) = set.and_then(|cookie| cookie.split(';').next()) else { return Ok(()) };
        prop_assume!(!value.is_empty());
        let next = VisitRequest::new("GET", "/").cookies([("cnct_tracking", value)]).now(NOW);
        let next = landing.visit(&next);
        prop_assert_eq!(next.count(), VisitCount::None);
        prop_assert!(next.cookies().is_empty());
        prop_assert_eq!(next.params(), visit.params());
    }
}
