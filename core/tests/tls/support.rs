//! An authority, servers that show its certificates, a proxy, and a client.

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use connectly_conversions::{
    Client, ClientBuilder, ConversionEvent, Receipt, Result, RetryPolicy, TrackingParams,
};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

/// Must never be seen where it does not belong.
pub(crate) const KEY: &str = "canary-key-5a1f";

/// A private certificate authority.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// A certificate and its key.
pub(crate) struct Identity(CertificateDer<'static>, PrivateKeyDer<'static>);

impl Authority {
    pub(crate) fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// A certificate for this host, changed.
    pub(crate) fn issue(
        &self,
        host: &str,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Identity {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([host.to_owned()]).unwrap();
        change(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Identity(certificate.der().clone(), key.into())
    }

    pub(crate) fn identity(&self, host: &str) -> Identity {
        self.issue(host, |_| {})
    }

    /// A file that trusts this authority.
    pub(crate) fn bundle(&self) -> PathBuf {
        file(&self.pem)
    }
}

pub(crate) fn self_signed(host: &str) -> Identity {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new([host.to_owned()]).unwrap();
    Identity(params.self_signed(&key).unwrap().der().clone(), key.into())
}

/// A file of its own for each caller.
pub(crate) fn file(text: &str) -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let name = format!("{}-{}.pem", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// Something that listens on a loopback port and writes down the requests that reach it.
pub(crate) struct Server {
    pub port: u16,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    /// Serves until the process ends.
    fn start<F>(handle: impl Fn(TcpStream, Arc<Mutex<Vec<String>>>) -> F + Send + 'static) -> Self
    where
        F: Future<Output = std::io::Result<()>> + Send + 'static,
    {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::default();
        let server = Self { port, seen: Arc::clone(&seen) };
        std::thread::spawn(move || {
            block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    tokio::spawn(handle(stream, Arc::clone(&seen)));
                }
            })
        });
        server
    }

    /// The API behind TLS.
    pub(crate) fn tls(Identity(certificate, key): Identity) -> Self {
        let config = rustls::ServerConfig::builder_with_provider(Arc::new(
            rustls::crypto::ring::default_provider(),
        ))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Self::start(move |stream, seen| {
            let acceptor = acceptor.clone();
            async move { answer(acceptor.accept(stream).await?, &seen).await }
        })
    }

    /// A server that never heard of TLS.
    pub(crate) fn plain() -> Self {
        Self::start(|mut stream, _| async move {
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await?;
            stream.read(&mut [0; 1_024]).await.map(drop)
        })
    }

    /// A proxy that leads every tunnel to this port; without one it refuses them all.
    pub(crate) fn proxy(upstream: Option<u16>) -> Self {
        Self::start(move |mut stream, seen| async move {
            let head = head(&mut stream).await?;
            seen.lock().unwrap().push(head);
            let Some(port) = upstream else {
                let refusal =
                    b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n";
                return stream.write_all(refusal).await;
            };
            let mut upstream = TcpStream::connect(("127.0.0.1", port)).await?;
            stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
            copy_bidirectional(&mut stream, &mut upstream).await.map(drop)
        })
    }
}

/// The bytes up to the empty line; in these tests nothing of the body matters.
async fn head(stream: &mut (impl AsyncRead + Unpin)) -> std::io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

async fn answer(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    seen: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let head = head(&mut stream).await?;
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    stream.read_exact(&mut body).await?;
    seen.lock().unwrap().push(head);
    let body = "{\"events_received\":1}";
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    stream.write_all(answer.as_bytes()).await?;
    // Until the client has gone.
    stream.read(&mut [0]).await.map(drop)
}

pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

pub(crate) fn client(host: &str, port: u16) -> ClientBuilder {
    Client::builder()
        .api_key(KEY)
        .business_id("3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a")
        .base_url(format!("https://{host}:{port}"))
        .retry(RetryPolicy::none())
}

pub(crate) fn send(client: ClientBuilder) -> Result<Receipt> {
    let tracking = TrackingParams::new("t", "s", "c", "1")?;
    let event = ConversionEvent::purchase(tracking, "A", "USD", 1).build()?;
    block_on(client.build()?.send(&event))
}
