//! Capture takes anything, and what it kept comes back as it was.

use connectly_conversions::{COOKIE_NAME, Capture, TrackingParams};
use proptest::collection::vec;
use proptest::prelude::*;
use url::form_urlencoded;

/// So much JSON still fits into a cookie of 4,096 bytes, name included.
const ROOM: usize = 3_059;

/// What a link may carry as one of the four.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Za-z0-9_-]{1,40}",
        "\\PC{1,60}",
        // Long ones, and texts that JSON must escape.
        ("[\"\\\\aé]", 50_usize..600).prop_map(|(letter, times)| letter.repeat(times)),
    ]
    .prop_filter("of a link", |text| {
        (1..=1_024).contains(&text.len()) && !text.chars().any(char::is_control)
    })
}

fn extras() -> impl Strategy<Value = Vec<(String, String)>> {
    let name = prop_oneof!["(cnct_|utm_)?[a-z]{1,8}", "fbclid", "\\PC{1,20}"];
    let long = ("[a\"é]", 100_usize..1_100).prop_map(|(letter, times)| letter.repeat(times));
    vec((name, prop_oneof!["[a-zA-Z0-9]{0,20}", "\\PC{0,30}", long]), 0..12)
}

/// A query made of names that mean something, and of anything.
fn query() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        Just("cnct_tracking_id".to_owned()),
        Just("sendout_id".to_owned()),
        Just("ctwa_clid".to_owned()),
        Just("ad_id".to_owned()),
        any::<String>(),
    ];
    let value = prop_oneof!["[a-z0-9%+]{0,20}", any::<String>()];
    vec((name, value), 0..12)
        .prop_map(|pairs| pairs.iter().fold(String::new(), |all, (n, v)| all + n + "=" + v + "&"))
}

fn survives(params: &TrackingParams) -> Result<(), TestCaseError> {
    let (json, cookie) = (params.to_json(), params.to_cookie());
    prop_assert_eq!(&TrackingParams::from_json(&json).unwrap(), params);
    prop_assert_eq!(&TrackingParams::from_cookie(&cookie).unwrap(), params);
    prop_assert_eq!(&serde_json::from_str::<TrackingParams>(&json).unwrap(), params);
    prop_assert!(cookie.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)));
    Ok(())
}

proptest! {
    #[test]
    fn any_text_is_captured_or_refused(text in any::<String>()) {
        for captured in [
            TrackingParams::from_url(&text),
            TrackingParams::from_query(&text),
            TrackingParams::from_cookie(&text).map(Some),
            TrackingParams::from_cookie(&format!("v1.{text}")).map(Some),
            TrackingParams::from_json(&text).map(Some),
        ] {
            match captured {
                Ok(Some(params)) => survives(&params)?,
                Ok(None) => {}
                Err(error) => prop_assert!(super::support::is_explained(&error)),
            }
        }
    }

    #[test]
    fn any_query_is_captured_or_refused(query in query()) {
        let url = format!("https://shop.example/?{query}#top");
        for captured in [TrackingParams::from_query(&query), TrackingParams::from_url(&url)] {
            match captured {
                Ok(Some(params)) => survives(&params)?,
                Ok(None) => {}
                Err(error) => prop_assert!(super::support::is_explained(&error)),
            }
        }
    }

    #[test]
    fn any_pairs_are_captured_or_refused(pairs in vec(any::<(String, String)>(), 0..8)) {
        if let Ok(Some(params)) = Capture::new().pairs(pairs) {
            survives(&params)?;
        }
    }

    #[test]
    fn what_the_link_said_comes_back_to_the_letter(
        four in (value(), value(), value(), value()),
        extras in extras(),
    ) {
        let (cnct_tracking_id, sendout_id, ctwa_clid, ad_id) = four;
        let mut query = form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("cnct_tracking_id", &cnct_tracking_id)
            .append_pair("sendout_id", &sendout_id)
            .append_pair("ctwa_clid", &ctwa_clid)
            .append_pair("ad_id", &ad_id);
        let alone = query.finish();
        let mut query = form_urlencoded::Serializer::new(alone.clone());
        query.extend_pairs(&extras);
        let url = format!("https://shop.example/sale?{}", query.finish());

        let capture = Capture::new().now(super::support::NOW);
        let params = capture.url(&url).unwrap().unwrap();
        prop_assert_eq!(params.cnct_tracking_id(), cnct_tracking_id);
        prop_assert_eq!(params.sendout_id(), sendout_id);
        prop_assert_eq!(params.ctwa_clid(), ctwa_clid);
        prop_assert_eq!(params.ad_id(), ad_id);
        for (name, value) in params.extra() {
            prop_assert!(extras.iter().any(|(n, v)| n == name && v == value));
        }
        survives(&params)?;

        // Wherever the four leave room, name and value fit into what browsers keep.
        let four = capture.query(&alone).unwrap().unwrap().to_json().len();
        if four <= ROOM {
            prop_assert!(COOKIE_NAME.len() + 1 + params.to_cookie().len() <= 4_096);
        } else {
            prop_assert_eq!(params.extra().count(), 0);
        }
    }

    #[test]
    fn stored_members_of_a_newer_version_come_back(
        version in 2_u32..,
        name in "[a-z_]{3,12}",
        member in super::document::json(),
    ) {
        prop_assume!(!["extra", "ad_id", "sendout_id", "ctwa_clid"].contains(&name.as_str()));
        let stored = format!(
            r#"{{"v":{version},"cnct_tracking_id":"t","sendout_id":"s","ctwa_clid":"c","ad_id":"1","{name}":{member}}}"#
        );
        let params = TrackingParams::from_json(&stored).unwrap();
        if member != "null" {
            prop_assert_eq!(params.to_json(), stored);
        }
        let json = params.to_json();
        prop_assert_eq!(&TrackingParams::from_json(&json).unwrap(), &params);
        prop_assert_eq!(&TrackingParams::from_cookie(&params.to_cookie()).unwrap(), &params);
    }
}
