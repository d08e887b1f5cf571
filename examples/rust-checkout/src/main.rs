//! `cargo run -p rust-checkout`: the shop, with the sandbox unless a real API is configured.

use connectly_conversions::{Client, Sandbox};
use rust_checkout::shop;

#[tokio::main]
#[allow(clippy::print_stdout)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = match std::env::var("CONNECTLY_API_KEY") {
        Ok(_) => None,
        Err(_) => Some(Sandbox::start()?),
    };
    let client = match &sandbox {
        None => Client::from_env()?,
        Some(sandbox) => Client::builder()
            .api_key("sandbox")
            .business_id("3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a")
            .base_url(sandbox.url())
            .build()?,
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("the shop: http://{}/", listener.local_addr()?);
    if let Some(sandbox) = &sandbox {
        println!("what arrives: {}/", sandbox.url());
    }
    axum::serve(listener, shop(client)).await?;
    Ok(())
}
