//! A small shop: visitors land, buy, and the purchase is reported.

use axum::Router;
use axum::extract::{Json, RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::{COOKIE, HeaderMap, SET_COOKIE};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use connectly_conversions::{COOKIE_NAME, Client, ConversionEvent, Item, TrackingParams};
use serde::Deserialize;

/// An order as the shop's checkout gets it.
#[derive(Deserialize)]
struct Order {
    id: String,
    currency: String,
    /// A decimal text: money is never a float.
    total: String,
    lines: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    sku: String,
    quantity: u32,
    price: String,
}

/// The shop.
pub fn shop(client: Client) -> Router {
    Router::new().route("/", get(landing)).route("/checkout", post(checkout)).with_state(client)
}

/// Keeps what the link tells until checkout. A broken link must not cost the visit.
async fn landing(RawQuery(query): RawQuery) -> Response {
    match TrackingParams::from_query(&query.unwrap_or_default()) {
        Ok(Some(tracking)) => {
            let cookie = format!(
                "{COOKIE_NAME}={}; Path=/; Max-Age=2419200; Secure; HttpOnly; SameSite=Lax",
                tracking.to_cookie()
            );
            ([(SET_COOKIE, cookie)], "welcome").into_response()
        }
        Ok(None) => "welcome".into_response(),
        Err(error) => {
            tracing::warn!(%error, "a Connectly link without all of its values");
            "welcome".into_response()
        }
    }
}

/// Takes the order, then reports it. The report never decides over the order.
async fn checkout(
    State(client): State<Client>,
    headers: HeaderMap,
    Json(order): Json<Order>,
) -> (StatusCode, &'static str) {
    if let Some(tracking) = tracking(&headers) {
        // The answer to the shopper does not wait for an ad server.
        tokio::spawn(async move { report(&client, tracking, order).await });
    }
    (StatusCode::CREATED, "thank you")
}

async fn report(client: &Client, tracking: TrackingParams, order: Order) {
    let items = order
        .lines
        .into_iter()
        .map(|line| Item::new(line.sku).quantity(line.quantity).item_price(line.price));
    let event = ConversionEvent::purchase(tracking, &order.id, order.currency, order.total)
        .items(items)
        .build();
    let sent = match &event {
        Ok(event) => client.send(event).await.map(|receipt| receipt.attempts()),
        Err(_) => event.map(|_| 0),
    };
    match sent {
        Ok(attempts) => tracing::info!(order.id, attempts, "reported"),
        Err(error) => tracing::error!(order.id, %error, "not reported"),
    }
}

/// The visit's values out of the cookie; most visits have none.
fn tracking(headers: &HeaderMap) -> Option<TrackingParams> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
    let value = cookies
        .flat_map(|header| header.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find_map(|(name, value)| (name == COOKIE_NAME).then_some(value))?;
    TrackingParams::from_cookie(value).ok()
}
