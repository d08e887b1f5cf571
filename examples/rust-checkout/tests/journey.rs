//! A shopper's journey through the shop, against the sandbox.
// Helpers of tests say what they expect by failing.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use connectly_conversions::{Client, RetryPolicy, Sandbox};
use rust_checkout::shop;
use tower::ServiceExt;

const BUSINESS: &str = "3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a";
const LANDING: &str = "/?cnct_tracking_id=t1&sendout_id=s1&ctwa_clid=c1&ad_id=120215559412340678";
const ORDER: &str = r#"{"id":"ORD-7821","currency":"USD","total":"99.97","lines":[
    {"sku":"data-pass-30d","quantity":1,"price":"49.99"},
    {"sku":"phone-case-blk","quantity":1,"price":"49.98"}]}"#;

fn open_shop(sandbox: &Sandbox) -> Router {
    let client = Client::builder()
        .api_key("any")
        .business_id(BUSINESS)
        .base_url(sandbox.url())
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    shop(client)
}

async fn ask(shop: &Router, request: Request<Body>) -> Response<Body> {
    shop.clone().oneshot(request).await.unwrap()
}

async fn land(shop: &Router, path: &str) -> Option<String> {
    let response = ask(shop, Request::get(path).body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), 200);
    let cookie = response.headers().get("set-cookie")?.to_str().unwrap();
    assert!(cookie.contains("Secure; HttpOnly; SameSite=Lax"));
    cookie.split(';').next().map(str::to_owned)
}

async fn buy(shop: &Router, cookie: Option<&str>) {
    let request = Request::post("/checkout")
        .header("content-type", "application/json")
        .header("cookie", cookie.unwrap_or("theme=dark"))
        .body(Body::from(ORDER));
    assert_eq!(ask(shop, request.unwrap()).await.status(), 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_purchase_of_a_visitor_from_an_ad_is_reported() {
    let sandbox = Sandbox::start().unwrap();
    let shop = open_shop(&sandbox);
    let cookie = land(&shop, LANDING).await.expect("a cookie");
    buy(&shop, Some(&format!("theme=dark; {cookie}"))).await;
    let received = tokio::task::block_in_place(|| sandbox.wait_for(1)).unwrap();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].order_id.as_deref(), Some("ORD-7821"));
    assert_eq!(received[0].value, Some("99.97".parse().unwrap()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_from_elsewhere_gets_no_cookie_and_no_report() {
    let sandbox = Sandbox::start().unwrap();
    let shop = open_shop(&sandbox);
    assert_eq!(land(&shop, "/?utm_source=newsletter").await, None);
    buy(&shop, None).await;
    // Whoever comes from an ad afterwards is the only one that is reported.
    let cookie = land(&shop, LANDING).await.expect("a cookie");
    buy(&shop, Some(&cookie)).await;
    let received = tokio::task::block_in_place(|| sandbox.wait_for(1)).unwrap();
    assert_eq!(received.len(), 1);
    assert_eq!(sandbox.requests().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_link_costs_no_visit() {
    let sandbox = Sandbox::start().unwrap();
    let shop = open_shop(&sandbox);
    assert_eq!(land(&shop, "/?cnct_tracking_id=t1").await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ad_server_that_is_down_breaks_no_checkout() {
    let sandbox = Sandbox::start().unwrap();
    let shop = open_shop(&sandbox);
    let cookie = land(&shop, LANDING).await.expect("a cookie");
    sandbox.stop();
    buy(&shop, Some(&cookie)).await;
}
