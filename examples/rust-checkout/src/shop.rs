//! What visitors see.

use axum::Router;
use axum::extract::{Extension, Form, Path, State};
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use connectly_conversions::{Landing, LandingLayer, Outbox, Visit};
use serde::Deserialize;

use crate::catalogue::{chosen, total};
use crate::office::{self, Secret};
use crate::orders::{Order, Orders};
use crate::pages;
use crate::reports::report;

/// What the handlers share.
#[derive(Clone)]
pub struct Shop {
    /// The shop's own database.
    pub orders: Orders,
    /// Where reports wait until they are sent.
    pub outbox: Outbox,
}

/// What went wrong for a visitor.
pub(crate) enum Failure {
    NotFound,
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

impl<E: std::error::Error + Send + Sync + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Internal(error.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND.into_response(),
            Self::Internal(error) => {
                tracing::error!(%error, "a request failed");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

/// The shop. Any page may be the one that a visitor lands on, so the layer is around all of them.
pub fn router(shop: Shop, secret: Secret) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/cart", post(fill))
        .route("/cart/{token}", get(cart))
        .route("/checkout", post(checkout))
        .route("/bank/{id}", get(bank).post(pay))
        .route("/thanks/{id}", get(thanks))
        .merge(office::routes(secret))
        .layer(LandingLayer::new(Landing::new()))
        .with_state(shop)
}

/// Whoever comes by an ad gets a cart at once, whose token is in the form: so a browser without
/// cookies keeps the params, and one that forgets them.
async fn home(
    State(shop): State<Shop>,
    Extension(visit): Extension<Visit>,
) -> Result<Response, Failure> {
    let Some(params) = visit.params() else { return Ok(pages::catalogue(None).into_response()) };
    let cart = shop.orders.new_cart(Some(params))?;
    let private = [(CACHE_CONTROL, "private, no-store")];
    Ok((private, pages::catalogue(Some(&cart))).into_response())
}

async fn fill(
    State(shop): State<Shop>,
    Extension(visit): Extension<Visit>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Redirect, Failure> {
    let all = |name| fields.iter().filter(move |field| field.0 == name).map(|field| &field.1);
    let skus: Vec<_> = all("sku").cloned().collect();
    let skus: Vec<_> = chosen(&skus).iter().map(|product| product.sku).collect();
    let token = match all("cart").next() {
        Some(token) => token.clone(),
        None => shop.orders.new_cart(visit.params())?,
    };
    if !shop.orders.fill(&token, &skus)? {
        return Err(Failure::NotFound);
    }
    Ok(Redirect::to(&format!("/cart/{token}")))
}

async fn cart(
    State(shop): State<Shop>,
    Path(token): Path<String>,
) -> Result<Html<String>, Failure> {
    let skus = shop.orders.cart(&token)?.ok_or(Failure::NotFound)?;
    let lines = chosen(&skus);
    Ok(pages::cart(&token, &lines, total(&lines)))
}

#[derive(Deserialize)]
struct Checkout {
    cart: String,
    method: String,
}

async fn checkout(
    State(shop): State<Shop>,
    Form(Checkout { cart, method }): Form<Checkout>,
) -> Result<Redirect, Failure> {
    let order = shop.orders.place(&cart, method == "cod")?.ok_or(Failure::NotFound)?;
    if !order.is_cash {
        return Ok(Redirect::to(&format!("/bank/{}", order.id)));
    }
    shop.reports(&order).await;
    Ok(Redirect::to(&format!("/thanks/{}", order.id)))
}

async fn bank(State(shop): State<Shop>, Path(id): Path<String>) -> Result<Html<String>, Failure> {
    let order = shop.orders.order(&id)?.ok_or(Failure::NotFound)?;
    Ok(pages::bank(&order.id))
}

/// The bank: it calls the webhook, which is the same function, and sends the buyer back.
async fn pay(State(shop): State<Shop>, Path(id): Path<String>) -> Result<Redirect, Failure> {
    shop.is_paid(&id).await?;
    Ok(Redirect::to(&format!("/thanks/{id}")))
}

/// Whichever of this page and the webhook comes first reports the order.
async fn thanks(State(shop): State<Shop>, Path(id): Path<String>) -> Result<Html<String>, Failure> {
    let order = shop.orders.order(&id)?.ok_or(Failure::NotFound)?;
    if order.is_paid || order.is_cash {
        shop.reports(&order).await;
    }
    Ok(pages::thanks(&order.id))
}

impl Shop {
    /// Marks an order as paid and reports it. Whoever calls hears of a failure, and calls again.
    pub(crate) async fn is_paid(&self, id: &str) -> Result<(), Failure> {
        let order = self.orders.pay(id)?.ok_or(Failure::NotFound)?;
        report(&self.outbox, &order).await?;
        Ok(())
    }

    /// Reports an order while its buyer waits: the order counts, whatever becomes of its report.
    async fn reports(&self, order: &Order) {
        if let Err(error) = report(&self.outbox, order).await {
            tracing::error!(order.id, %error, "an order could not be reported");
        }
    }
}
