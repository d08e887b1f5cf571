//! The shop's pages: plain HTML, which works without script and without cookies.

use axum::response::Html;
use connectly_conversions::Decimal;

use crate::catalogue::{PRODUCTS, Product};

fn page(title: &str, body: &str) -> Html<String> {
    Html(format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <h1>{title}</h1>{body}"
    ))
}

fn button(action: &str, fields: &[(&str, &str)], words: &str) -> String {
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">"))
        .collect();
    let fields = fields.concat();
    format!("<form method=\"post\" action=\"{action}\">{fields}<button>{words}</button></form>")
}

pub(crate) fn catalogue(cart: Option<&str>) -> Html<String> {
    let products: Vec<_> = PRODUCTS
        .iter()
        .map(|Product { sku, name, .. }| {
            format!(
                "<p><label><input type=\"checkbox\" name=\"sku\" value=\"{sku}\"> {name}</label>"
            )
        })
        .collect();
    let products = products.concat();
    let token = cart.map_or(String::new(), |token| {
        format!("<input type=\"hidden\" name=\"cart\" value=\"{token}\">")
    });
    let form = format!(
        "<form method=\"post\" action=\"/cart\">{token}{products}<p><button>Add to cart</button></form>"
    );
    page("Phones and data", &form)
}

pub(crate) fn cart(token: &str, lines: &[&Product], total: Decimal) -> Html<String> {
    let lines: Vec<_> =
        lines.iter().map(|line| format!("<li>{}: ${}", line.name, line.price())).collect();
    let lines = lines.concat();
    let pay = |method, words| button("/checkout", &[("cart", token), ("method", method)], words);
    let buttons = pay("card", "Pay by card") + &pay("cod", "Cash on delivery");
    page("Your cart", &format!("<ul>{lines}</ul><p>Total: ${total}{buttons}"))
}

pub(crate) fn bank(order: &str) -> Html<String> {
    page("The bank", &button(&format!("/bank/{order}"), &[], "Pay"))
}

pub(crate) fn thanks(order: &str) -> Html<String> {
    page("Thank you", &format!("<p>Your order: <span id=\"order\">{order}</span>"))
}
