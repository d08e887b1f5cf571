//! What a browser cannot see of the shop; its journeys are in tests/browser.
// Helpers of tests say what they expect by failing.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use connectly_conversions::{Client, DeliverOptions, EventName, Outbox, Sandbox, State, Target};
use rust_checkout::{Orders, Secret, Shop, router};
use tower::ServiceExt;

const BUSINESS: &str = "3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a";
const LANDING: &str = "/?cnct_tracking_id=t1&sendout_id=s1&ctwa_clid=c1&ad_id=120215559412340678";

struct Opened {
    shop: Router,
    outbox: Outbox,
    folder: tempfile::TempDir,
}

fn open(outbox: &dyn Fn(&Path) -> String) -> Opened {
    let folder = tempfile::tempdir().unwrap();
    let outbox = Outbox::builder(&format!("sqlite://{}", outbox(folder.path())))
        .business_id(BUSINESS)
        .enqueue_timeout(Duration::from_secs(60))
        .build()
        .unwrap();
    let orders = Orders::open(&folder.path().join("shop.db")).unwrap();
    let shop = Shop { orders, outbox: outbox.clone() };
    Opened { shop: router(shop, Secret("secret".to_owned())), outbox, folder }
}

fn with_an_outbox() -> Opened {
    open(&|folder| format!("{}/connectly.db", folder.display()))
}

async fn ask(shop: &Router, request: Request<Body>) -> Response<Body> {
    shop.clone().oneshot(request).await.unwrap()
}

async fn post(shop: &Router, path: &str, body: &str) -> Response<Body> {
    let kind = if body.starts_with('{') {
        "application/json"
    } else {
        "application/x-www-form-urlencoded"
    };
    let request =
        Request::post(path).header("content-type", kind).header("x-webhook-secret", "secret");
    ask(shop, request.body(Body::from(body.to_owned())).unwrap()).await
}

fn leads_to(response: &Response<Body>) -> String {
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    response.headers()["location"].to_str().unwrap().to_owned()
}

/// From the landing to the order's id.
async fn orders(shop: &Router, method: &str) -> String {
    let page = ask(shop, Request::get(LANDING).body(Body::empty()).unwrap()).await;
    let page = axum::body::to_bytes(page.into_body(), usize::MAX).await.unwrap();
    let page = String::from_utf8(page.to_vec()).unwrap();
    let token = page.split("name=\"cart\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let form = format!("cart={token}&sku=data-pass-30d&sku=phone-case-blk&sku=of-another-shop");
    assert_eq!(leads_to(&post(shop, "/cart", &form).await), format!("/cart/{token}"));
    let form = format!("cart={token}&method={method}");
    let (first, second) =
        tokio::join!(post(shop, "/checkout", &form), post(shop, "/checkout", &form));
    assert_eq!(leads_to(&first), leads_to(&second));
    leads_to(&first).rsplit('/').next().unwrap().to_owned()
}

fn paid(order: &str) -> String {
    format!(r#"{{"order":"{order}","status":"paid"}}"#)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paid_order_is_reported_whole_and_once() {
    let sandbox = Sandbox::start().unwrap();
    let Opened { shop, outbox, folder: _folder } = with_an_outbox();
    let order = orders(&shop, "card").await;
    for _ in 0..2 {
        assert_eq!(post(&shop, "/webhook/payment", &paid(&order)).await.status(), 200);
    }
    let client = Client::builder().api_key("any").business_id(BUSINESS).base_url(sandbox.url());
    outbox.deliver(&client.build().unwrap(), DeliverOptions::default()).await.unwrap();

    let received = sandbox.received();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].order_id.as_deref(), Some(&*order));
    assert_eq!((received[0].times, received[0].value), (1, Some("99.97".parse().unwrap())));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reports_an_order_by_looking_at_its_page() {
    let Opened { shop, outbox, folder: _folder } = with_an_outbox();
    let order = orders(&shop, "card").await;
    let thanks = Request::get(format!("/thanks/{order}")).body(Body::empty()).unwrap();
    assert_eq!(ask(&shop, thanks).await.status(), 200);
    let record = outbox.status(Target::order(&order, EventName::Purchase)).await.unwrap();
    assert!(record.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outbox_that_cannot_be_opened_breaks_no_checkout_and_the_bank_calls_again() {
    let Opened { shop, outbox, folder } = with_an_outbox();
    let file = folder.path().join("connectly.db");
    std::fs::create_dir(&file).unwrap();
    let order = orders(&shop, "cod").await;
    assert_eq!(post(&shop, "/webhook/payment", &paid(&order)).await.status(), 500);

    std::fs::remove_dir(&file).unwrap();
    assert_eq!(post(&shop, "/webhook/payment", &paid(&order)).await.status(), 200);
    let record = outbox.status(Target::order(&order, EventName::Purchase)).await.unwrap();
    assert_eq!(record.expect("it is stored").state, State::Pending);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_not_found() {
    let Opened { shop, .. } = with_an_outbox();
    for path in ["/cart/none", "/bank/ORD-none", "/thanks/ORD-none"] {
        let page = ask(&shop, Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(page.status(), StatusCode::NOT_FOUND, "{path}");
    }
    for (path, body) in [
        ("/cart", "cart=none&sku=data-pass-30d"),
        ("/checkout", "cart=none&method=card"),
        ("/webhook/payment", &paid("ORD-none")),
        ("/orders/ORD-none/delivered", "{}"),
        ("/orders/ORD-none/returned", "{}"),
    ] {
        let answer = post(&shop, path, body).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
    }
}
