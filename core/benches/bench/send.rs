//! Sending, beside raw reqwest and raw hyper over the same bytes.

use std::cell::RefCell;
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::rc::Rc;

use bytes::Bytes;
use connectly_conversions::{Client, ConversionEvent};
use futures_util::{Stream, StreamExt, stream};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;

use crate::construct::example;
use crate::measure::{Sample, Table, resident, start};

const BUSINESS: &str = "3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a";
/// Many and short: the machine changes its mind within seconds.
const ROUNDS: usize = 21;

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn client(address: SocketAddr) -> Client {
    Client::builder()
        .api_key("bench")
        .business_id(BUSINESS)
        .base_url(format!("http://{address}"))
        .build()
        .unwrap()
}

async fn all<T>(tasks: impl Stream<Item = impl Future<Output = T>>, concurrency: usize) {
    let mut outcomes = std::pin::pin!(tasks.buffered(concurrency));
    while outcomes.next().await.is_some() {}
}

fn ours(address: SocketAddr, event: &ConversionEvent, events: usize, concurrency: usize) -> Sample {
    block_on(async {
        let client = client(address);
        client.send(event).await.unwrap();
        let loops = async {
            if concurrency == 1 {
                for _ in 0..events {
                    client.send(event).await.unwrap();
                }
                return;
            }
            let batch = std::iter::repeat_n(event.clone(), events);
            let mut outcomes = std::pin::pin!(client.outcomes(stream::iter(batch), concurrency));
            while let Some(outcome) = outcomes.next().await {
                outcome.result.unwrap();
            }
        };
        measured(events, loops).await
    })
}

async fn measured(events: usize, work: impl Future<Output = ()>) -> Sample {
    let end = start();
    work.await;
    end(events)
}

fn raw_reqwest(address: SocketAddr, body: &Bytes, events: usize, concurrency: usize) -> Sample {
    block_on(async {
        let url = format!("http://{address}/external/v1/businesses/{BUSINESS}/conversion_events");
        let url: url::Url = url.parse().unwrap();
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls())
            .no_proxy()
            .http1_only()
            .build()
            .unwrap();
        let post = || async {
            let response = client
                .post(url.clone())
                .header("content-type", "application/json")
                .header("x-api-key", "bench")
                .body(body.clone())
                .send()
                .await
                .unwrap();
            assert_eq!(response.status(), 200);
            response.bytes().await.unwrap()
        };
        post().await;
        let loops = async {
            if concurrency == 1 {
                for _ in 0..events {
                    post().await;
                }
            } else {
                all(stream::iter(0..events).map(|_| post()), concurrency).await;
            }
        };
        measured(events, loops).await
    })
}

fn tls() -> rustls::ClientConfig {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth()
}

type Sender = SendRequest<Full<Bytes>>;

async fn connect(address: SocketAddr) -> Sender {
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender
}

async fn post(sender: &mut Sender, address: SocketAddr, body: &Bytes) -> Result<Bytes, Infallible> {
    let path = format!("/external/v1/businesses/{BUSINESS}/conversion_events");
    let request = http::Request::post(path)
        .header("host", address.to_string())
        .header("content-type", "application/json")
        .header("x-api-key", "bench")
        .body(Full::new(body.clone()))
        .unwrap();
    sender.ready().await.unwrap();
    let response = sender.send_request(request).await.unwrap();
    Ok(response.into_body().collect().await.unwrap().to_bytes())
}

fn raw_hyper(address: SocketAddr, body: &Bytes, events: usize, concurrency: usize) -> Sample {
    block_on(async {
        let mut idle = Vec::new();
        for _ in 0..concurrency {
            idle.push(connect(address).await);
        }
        let idle = Rc::new(RefCell::new(idle));
        let task = |_| {
            let idle = Rc::clone(&idle);
            async move {
                let mut sender = idle.borrow_mut().pop().unwrap();
                post(&mut sender, address, body).await.unwrap();
                idle.borrow_mut().push(sender);
            }
        };
        measured(events, all(stream::iter(0..events).map(task), concurrency)).await
    })
}

/// Raw reqwest as the bindings' benches run it: each line of the input says how many events, each
/// line of the output is the CPU and the wall-clock time of one, in microseconds.
pub(crate) fn contend(url: &str, concurrency: usize) {
    let address = url.trim_start_matches("http://").parse().unwrap();
    let body = Bytes::copy_from_slice(example("ORD-7821").to_wire());
    raw_reqwest(address, &body, 100, concurrency);
    println!("ready");
    for line in std::io::stdin().lines() {
        let events = line.unwrap().trim().parse().unwrap();
        let sample = raw_reqwest(address, &body, events, concurrency);
        println!("{} {}", sample.micros(), 1e6 / sample.rate());
    }
}

pub(crate) fn run(table: &mut Table, address: SocketAddr, events: usize) {
    let event = example("ORD-7821");
    let body = Bytes::copy_from_slice(event.to_wire());
    for concurrency in [1, 16, 64] {
        let (mut hyper, mut reqwest, mut own) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            let mut raw = || reqwest.push(raw_reqwest(address, &body, events, concurrency));
            let mut ours = || own.push(ours(address, &event, events, concurrency));
            // Neither is always the one behind the other.
            if round % 2 == 0 {
                raw();
                ours();
            } else {
                ours();
                raw();
            }
            hyper.push(raw_hyper(address, &body, events, concurrency));
        }
        let name = if concurrency == 1 { "Client::send" } else { "send_many" };
        let budget = if concurrency == 1 { 1.25 } else { 1.0 };
        table.baseline(&format!("raw reqwest, {concurrency} at a time"), &reqwest);
        table.row(&format!("{name}, {concurrency} at a time"), &own, &reqwest, Some(budget));
        table.row(&format!("raw hyper, {concurrency} at a time"), &hyper, &reqwest, None);
    }
}

/// A million events, none of which may stay in memory.
pub(crate) fn memory(address: SocketAddr, events: usize) {
    block_on(async {
        let client = client(address);
        let warm = events / 10;
        let numbered = (0..events).map(|number| example(&number.to_string()));
        let mut outcomes = std::pin::pin!(client.outcomes(stream::iter(numbered), 16));
        let (mut seen, mut early) = (0, 0);
        while let Some(outcome) = outcomes.next().await {
            outcome.result.unwrap();
            seen += 1;
            if seen == warm {
                early = resident();
            }
        }
        println!();
        println!(
            "Memory: {early} KiB resident after {warm} events, {} KiB after {seen}.",
            resident()
        );
    });
}
