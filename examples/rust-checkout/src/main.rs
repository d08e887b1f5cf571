//! `rust-checkout web` serves the shop, `rust-checkout worker` delivers its reports, and without
//! either it does both, against a sandbox unless the environment has an API key.

use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;

use connectly_conversions::{Client, Outbox, Sandbox};
use rust_checkout::{Orders, Secret, Shop, router};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

type Done = Result<(), Box<dyn Error>>;

#[tokio::main]
async fn main() -> Done {
    match env::args().nth(1).as_deref() {
        Some("web") => web(&data()?, open(&data()?)?).await,
        Some("worker") => work(open(&data()?)?, Client::from_env()?).await,
        None => demo().await,
        Some(other) => Err(format!("web, worker or nothing, not {other}").into()),
    }
}

/// The folder of the shop's files.
fn data() -> Result<PathBuf, Box<dyn Error>> {
    Ok(env::var("SHOP_DATA").map_err(|_| "SHOP_DATA names no folder")?.into())
}

/// `SHOP_ENQUEUE_TIMEOUT` is how many seconds a checkout waits for the disk at most, where a quarter
/// of one is too short.
fn open(folder: &Path) -> Result<Outbox, Box<dyn Error>> {
    let outbox = Outbox::builder(&format!("sqlite://{}/connectly.db", folder.display()));
    Ok(match env::var("SHOP_ENQUEUE_TIMEOUT") {
        Ok(seconds) => outbox.enqueue_timeout(Duration::from_secs(seconds.parse()?)).build()?,
        Err(_) => outbox.build()?,
    })
}

/// Resolves once the process is asked to end.
async fn ended() {
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signals) => signals.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = terminated => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

#[allow(clippy::print_stdout)]
async fn web(folder: &Path, outbox: Outbox) -> Done {
    let secret = Secret(env::var("SHOP_WEBHOOK_SECRET").unwrap_or_else(|_| "demo".to_owned()));
    let port = env::var("PORT").ok().map_or(Ok(0), |port| port.parse())?;
    let shop = Shop { orders: Orders::open(&folder.join("shop.db"))?, outbox: outbox.clone() };
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("The shop: http://{}/", listener.local_addr()?);
    axum::serve(listener, router(shop, secret)).with_graceful_shutdown(ended()).await?;
    outbox.close().await;
    Ok(())
}

#[allow(clippy::print_stdout)]
async fn work(outbox: Outbox, client: Client) -> Done {
    let worker = outbox.worker(client).build()?;
    println!("The worker delivers.");
    tokio::join!(worker.run(), async {
        ended().await;
        worker.stop(Duration::from_secs(10)); // no attempt takes longer
    });
    outbox.close().await;
    Ok(())
}

#[allow(clippy::print_stdout)]
async fn demo() -> Done {
    let folder = tempfile::tempdir()?;
    let business = "3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a";
    let (sandbox, client) = if env::var("CONNECTLY_API_KEY").is_ok() {
        (None, Client::from_env()?)
    } else {
        let sandbox = Sandbox::start()?;
        let client = Client::builder().api_key("sandbox").business_id(business);
        let client = client.base_url(sandbox.url()).build()?;
        println!("What arrives: {}/", sandbox.url());
        (Some(sandbox), client)
    };
    let outbox = Outbox::builder(&format!("sqlite://{}/connectly.db", folder.path().display()));
    let outbox = if sandbox.is_some() { outbox.business_id(business) } else { outbox }.build()?;
    println!("Land with ?cnct_tracking_id=t1&sendout_id=s1&ctwa_clid=c1&ad_id=23851, and buy.");
    let (served, worked) =
        tokio::join!(web(folder.path(), outbox.clone()), work(outbox.clone(), client));
    served.and(worked)
}
