//! What the bank and the shop's own people call: without sessions, with a secret.

use axum::Router;
use axum::extract::{Json, Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};

use crate::orders::Order;
use crate::reports;
use crate::shop::{Failure, Shop};

/// What is in the header `X-Webhook-Secret` of a call that is allowed.
#[derive(Clone)]
pub struct Secret(pub String);

#[derive(Deserialize)]
struct Payment {
    order: String,
    status: String,
}

#[derive(Serialize)]
struct Known {
    order: String,
    report: Option<Report>,
}

#[derive(Serialize)]
struct Report {
    state: &'static str,
    reason: Option<String>,
}

pub(crate) fn routes(secret: Secret) -> Router<Shop> {
    Router::new()
        .route("/webhook/payment", post(payment))
        .route("/orders/{id}/delivered", post(delivered))
        .route("/orders/{id}/returned", post(returned))
        .route("/orders/{id}", get(known))
        .route_layer(from_fn_with_state(secret, guard))
}

async fn guard(
    State(Secret(secret)): State<Secret>,
    headers: HeaderMap,
    request: Request,
    next: Next,
) -> Response {
    if headers.get("x-webhook-secret").is_none_or(|given| given != secret.as_str()) {
        return StatusCode::FORBIDDEN.into_response();
    }
    next.run(request).await
}

/// The bank tells again until it hears 200, so a report that fails is one that comes again.
async fn payment(
    State(shop): State<Shop>,
    Json(Payment { order, status }): Json<Payment>,
) -> Result<StatusCode, Failure> {
    if status == "paid" {
        shop.is_paid(&order).await?;
    }
    Ok(StatusCode::OK)
}

/// Cash on delivery: paid at the door.
async fn delivered(
    State(shop): State<Shop>,
    Path(id): Path<String>,
) -> Result<StatusCode, Failure> {
    shop.is_paid(&id).await?;
    Ok(StatusCode::OK)
}

async fn returned(State(shop): State<Shop>, Path(id): Path<String>) -> Result<StatusCode, Failure> {
    reports::cancel(&shop.outbox, &find(&shop, &id)?).await?;
    Ok(StatusCode::OK)
}

async fn known(State(shop): State<Shop>, Path(id): Path<String>) -> Result<Json<Known>, Failure> {
    let order = find(&shop, &id)?;
    let record = reports::look(&shop.outbox, &order).await?;
    let report = record.map(|it| Report { state: it.state.as_str(), reason: it.reason });
    Ok(Json(Known { order: order.id, report }))
}

fn find(shop: &Shop, id: &str) -> Result<Order, Failure> {
    shop.orders.order(id)?.ok_or(Failure::NotFound)
}
