//! The layer around a service, as axum has it. What a visit means is the contract's (landing.json).
#![cfg(feature = "tower")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::convert::Infallible;
use std::future::{Future, Ready, ready};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use connectly_conversions::{Landing, LandingLayer, LandingService, Touch, Visit, VisitCount};
use http::{Request, Response};
use tower_layer::Layer;
use tower_service::Service;

const LINK: &str = "/?cnct_tracking_id=t1&sendout_id=s1&ctwa_clid=c1&ad_id=23851";
const OTHER: &str = "/?cnct_tracking_id=t2&sendout_id=s1&ctwa_clid=c1&ad_id=23851";

/// A page that may be cached, and says what its handler knows of the visitor.
#[derive(Clone)]
struct Page;

impl Service<Request<()>> for Page {
    type Response = Response<Option<String>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<()>) -> Self::Future {
        let visit = request.extensions().get::<Visit>().expect("the layer's visit");
        let known = visit.params().map(|params| params.cnct_tracking_id().to_owned());
        let response = Response::builder().header("cache-control", "public").body(known);
        ready(Ok(response.unwrap()))
    }
}

fn shop(layer: &LandingLayer) -> LandingService<Page> {
    layer.layer(Page)
}

fn ask(shop: &mut LandingService<Page>, request: Request<()>) -> Response<Option<String>> {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(shop.call(request)).poll(&mut context) {
        Poll::Ready(Ok(response)) => response,
        Poll::Pending => unreachable!("nothing here waits"),
    }
}

fn get(path: &str, headers: &[(&str, &str)]) -> Request<()> {
    let request = Request::get(path).header("host", "shop.example");
    let add = |request: http::request::Builder, (name, value): &(&str, &str)| {
        request.header(*name, *value)
    };
    headers.iter().fold(request, add).body(()).unwrap()
}

fn all<'a>(response: &'a Response<Option<String>>, name: &str) -> Vec<&'a str> {
    response.headers().get_all(name).iter().map(|value| value.to_str().unwrap()).collect()
}

/// The cookie of a landing, as a browser sends it back.
fn cookie(response: &Response<Option<String>>) -> String {
    all(response, "set-cookie")[0].split(';').next().unwrap().to_owned()
}

#[test]
fn a_landing_is_handed_to_the_handler_and_kept_in_a_cookie() {
    let mut shop = shop(&LandingLayer::new(Landing::new()));
    let landed = ask(&mut shop, get(LINK, &[]));

    assert_eq!(landed.body().as_deref(), Some("t1"));
    assert_eq!(all(&landed, "cache-control"), ["private, no-store"]);
    let [set] = all(&landed, "set-cookie")[..] else { panic!("one cookie") };
    assert!(set.starts_with("cnct_tracking=v1."));
    assert!(set.ends_with("; Max-Age=7776000; Path=/; Secure; HttpOnly; SameSite=Lax"));

    let known = ask(&mut shop, get("/checkout", &[("cookie", &cookie(&landed))]));
    assert_eq!(known.body().as_deref(), Some("t1"));
    assert_eq!(all(&known, "set-cookie"), Vec::<&str>::new());
    assert_eq!(all(&known, "cache-control"), ["public"]);
}

#[test]
fn an_ordinary_page_stays_as_it_is() {
    let mut shop = shop(&LandingLayer::new(Landing::new()));
    for path in ["/", "/?utm_source=news", "/?q=%ff%00&&=&;", "/?cnct_tracking_id=t1", "*"] {
        let page = ask(&mut shop, get(path, &[("cookie", "cnct_tracking=%;;=")]));
        assert_eq!(page.body(), &None, "{path}");
        assert_eq!(all(&page, "set-cookie"), Vec::<&str>::new(), "{path}");
        assert_eq!(all(&page, "cache-control"), ["public"], "{path}");
    }
}

#[test]
fn headers_that_are_no_text_break_no_page() {
    let mut shop = shop(&LandingLayer::new(Landing::new()));
    let mut request = get(LINK, &[]);
    for name in ["cookie", "host", "user-agent", "x-moz"] {
        request.headers_mut().insert(name, http::HeaderValue::from_bytes(b"\xff").unwrap());
    }
    assert_eq!(ask(&mut shop, request).body().as_deref(), Some("t1"));
}

#[test]
fn pages_loaded_ahead_previews_and_other_methods_are_skipped() {
    let mut shop = shop(&LandingLayer::new(Landing::new()));
    for header in [("sec-purpose", "prefetch"), ("user-agent", "WhatsApp/2.23.20.0 A")] {
        let page = ask(&mut shop, get(LINK, &[header]));
        assert_eq!(all(&page, "set-cookie"), Vec::<&str>::new(), "{header:?}");
    }
    let posted = ask(&mut shop, Request::post(LINK).body(()).unwrap());
    assert_eq!(all(&posted, "set-cookie"), Vec::<&str>::new());
}

#[test]
fn the_landing_decides_which_visit_counts() {
    let first = LandingLayer::new(Landing::new().touch(Touch::First));
    for (layer, expected) in [(first, "t1"), (LandingLayer::new(Landing::new()), "t2")] {
        let mut shop = shop(&layer);
        let landed = ask(&mut shop, get(LINK, &[]));
        let again = ask(&mut shop, get(OTHER, &[("cookie", &cookie(&landed))]));
        assert_eq!(again.body().as_deref(), Some(expected));
    }
}

#[test]
fn without_consent_nothing_is_kept_and_what_was_kept_goes() {
    let layer = LandingLayer::new(Landing::new())
        .consent(|request| request.headers.get("x-consent").is_some_and(|given| given == "yes"));
    let mut shop = shop(&layer);
    let landed = ask(&mut shop, get(LINK, &[("x-consent", "yes")]));
    let page = ask(&mut shop, get(OTHER, &[("cookie", &cookie(&landed))]));

    assert_eq!(page.body(), &None);
    assert!(all(&page, "set-cookie")[0].starts_with("cnct_tracking=; Max-Age=0;"));
}

#[test]
fn visits_that_are_connectlys_are_told() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&told);
    let layer = LandingLayer::new(Landing::new())
        .on_visit(move |visit| heard.lock().unwrap().push(visit.count()));
    let mut shop = shop(&layer);
    for path in ["/", LINK, "/?cnct_tracking_id=t1"] {
        ask(&mut shop, get(path, &[]));
    }
    assert_eq!(*told.lock().unwrap(), [VisitCount::Captured, VisitCount::Partial]);
}
