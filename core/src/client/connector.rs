//! The way to the API: name, connection, proxy, TLS.

use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::{GaiAddrs, GaiResolver, Name};
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::Intercept;
use rustls::ClientConfig;
use tokio::time::timeout;
use tower_service::Service;

use super::quiet_stream::QuietStream;

type BoxError = Box<dyn Error + Send + Sync>;
type Connecting<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;

/// Plain to this machine's sandbox, TLS to everything else; through a tunnel where there is a
/// proxy.
#[derive(Clone)]
pub(super) struct Connector {
    route: HttpsConnector<Route>,
    limit: Duration,
}

impl Connector {
    /// `limit` is for all of it.
    pub(super) fn new(tls: ClientConfig, proxy: Option<&Intercept>, limit: Duration) -> Self {
        let tls = Arc::new(tls);
        let mut tcp = HttpConnector::new_with_resolver(Resolver(GaiResolver::new()));
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        // Shared by the addresses of a name, so that one that is dead leaves time for the next.
        tcp.set_connect_timeout(Some(limit));
        let direct = Direct(tcp);
        let route = match proxy {
            None => Route::Direct(direct),
            Some(proxy) => {
                let to_proxy = HttpsConnector::from((direct, Arc::clone(&tls)));
                let tunnel = Tunnel::new(proxy.uri().clone(), to_proxy);
                Route::Tunnel(Box::new(match proxy.basic_auth() {
                    Some(auth) => tunnel.with_auth(auth.clone()),
                    None => tunnel,
                }))
            }
        };
        Self { route: HttpsConnector::from((route, tls)), limit }
    }
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<MaybeHttpsStream<QuietStream>>;
    type Error = BoxError;
    type Future = Connecting<Self::Response>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.route.poll_ready(context)
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        let connecting = timeout(self.limit, self.route.call(target));
        Box::pin(async move { connecting.await? })
    }
}

/// A connection to the API itself, or through a proxy that may be reached by TLS in turn.
#[derive(Clone)]
enum Route {
    Direct(Direct),
    Tunnel(Box<Tunnel<HttpsConnector<Direct>>>),
}

impl Service<Uri> for Route {
    type Response = MaybeHttpsStream<QuietStream>;
    type Error = BoxError;
    type Future = Connecting<Self::Response>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        match self {
            Self::Direct(direct) => direct.poll_ready(context),
            Self::Tunnel(tunnel) => tunnel.poll_ready(context).map_err(Into::into),
        }
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        match self {
            Self::Direct(direct) => {
                let connecting = direct.call(target);
                Box::pin(async move { Ok(MaybeHttpsStream::Http(connecting.await?)) })
            }
            Self::Tunnel(tunnel) => {
                let connecting = tunnel.call(target);
                Box::pin(async move { Ok(connecting.await?) })
            }
        }
    }
}

/// TCP whose writes raise no signal.
#[derive(Clone)]
struct Direct(HttpConnector<Resolver>);

impl Service<Uri> for Direct {
    type Response = QuietStream;
    type Error = BoxError;
    type Future = Connecting<QuietStream>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        let connecting = self.0.call(target);
        Box::pin(async move { Ok(QuietStream::new(connecting.await?)) })
    }
}

/// The system's resolver, whose failures can be told from others.
#[derive(Clone)]
struct Resolver(GaiResolver);

impl Service<Name> for Resolver {
    type Response = GaiAddrs;
    type Error = NoAddress;
    type Future = Pin<Box<dyn Future<Output = Result<GaiAddrs, NoAddress>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), NoAddress>> {
        self.0.poll_ready(context).map_err(NoAddress)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let mut looking = self.0.call(name);
        Box::pin(async move {
            poll_fn(|context| Pin::new(&mut looking).poll(context)).await.map_err(NoAddress)
        })
    }
}

/// A name has no address.
#[derive(Debug)]
pub(super) struct NoAddress(io::Error);

impl fmt::Display for NoAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no address")
    }
}

impl Error for NoAddress {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}
