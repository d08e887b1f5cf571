//! Which servers are trusted.

use connectly_conversions::{ErrorCode, ErrorKind};

use crate::support::{Authority, Server, client, file, self_signed, send};

/// Refused with this reason, and before anything of the event was sent.
fn refused(server: &Server, sent: connectly_conversions::Result<impl Sized>, why: &str) {
    let Err(error) = sent else { panic!("the server was trusted") };
    assert_eq!((error.kind(), error.code()), (ErrorKind::Network, ErrorCode::TlsFailed), "{error}");
    assert!(error.message().starts_with("no secure connection"), "{error}");
    assert!(error.message().to_lowercase().contains(why), "{error}");
    // Nothing was recorded, so the same event may be sent later.
    assert!(error.retryable() && error.status().is_none());
    assert!(server.seen().is_empty(), "something was sent");
}

#[test]
fn a_private_authority_is_trusted_through_its_bundle() {
    let authority = Authority::new();
    for host in ["localhost", "127.0.0.1"] {
        let server = Server::tls(authority.identity(host));
        let receipt = send(client(host, server.port).ca_bundle(authority.bundle())).unwrap();
        assert_eq!(receipt.attempts(), 1);
        assert_eq!(server.seen().len(), 1);
    }
}

#[test]
fn without_the_bundle_it_is_not() {
    let server = Server::tls(Authority::new().identity("localhost"));
    refused(&server, send(client("localhost", server.port)), "unknownissuer");
}

#[test]
fn another_authority_s_bundle_does_not_help() {
    let server = Server::tls(Authority::new().identity("localhost"));
    let client = client("localhost", server.port).ca_bundle(Authority::new().bundle());
    refused(&server, send(client), "certificate");
}

#[test]
fn a_self_signed_certificate_is_refused() {
    let server = Server::tls(self_signed("localhost"));
    refused(&server, send(client("localhost", server.port)), "certificate");
}

#[test]
fn a_certificate_of_another_host_is_refused() {
    let authority = Authority::new();
    let server = Server::tls(authority.identity("api.shop.example"));
    let client = client("localhost", server.port).ca_bundle(authority.bundle());
    refused(&server, send(client), "not valid for name");
}

#[test]
fn an_expired_certificate_is_refused() {
    let authority = Authority::new();
    let server = Server::tls(authority.issue("localhost", |params| {
        params.not_before = rcgen::date_time_ymd(2019, 1, 1);
        params.not_after = rcgen::date_time_ymd(2020, 1, 1);
    }));
    let client = client("localhost", server.port).ca_bundle(authority.bundle());
    refused(&server, send(client), "expired");
}

#[test]
fn a_certificate_of_the_future_is_refused() {
    let authority = Authority::new();
    let server = Server::tls(authority.issue("localhost", |params| {
        params.not_before = rcgen::date_time_ymd(4000, 1, 1);
        params.not_after = rcgen::date_time_ymd(4001, 1, 1);
    }));
    let client = client("localhost", server.port).ca_bundle(authority.bundle());
    refused(&server, send(client), "not valid yet");
}

#[test]
fn a_server_that_speaks_no_tls_is_refused() {
    let server = Server::plain();
    refused(&server, send(client("localhost", server.port)), "invalidcontenttype");
}

#[test]
fn plain_http_is_for_this_machine_only() {
    for url in
        ["http://api.shop.example", "http://192.0.2.1", "http://0.0.0.0", "http://[2001:db8::1]"]
    {
        let error = client("localhost", 1).base_url(url).build().unwrap_err();
        assert_eq!(error.code(), ErrorCode::InsecureBaseUrl, "{url}");
    }
    for url in ["http://localhost:1", "http://127.0.0.1:1", "http://127.8.9.1", "http://[::1]:1"] {
        client("localhost", 1).base_url(url).build().unwrap();
    }
}

#[test]
fn a_bundle_that_cannot_be_used_is_refused_at_construction() {
    let key = rcgen::KeyPair::generate().unwrap().serialize_pem();
    let broken = "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n";
    let bundles =
        [file(""), file("no PEM at all"), file(&key), file(broken), "/nowhere.pem".into()];
    for path in bundles {
        let error = client("localhost", 1).ca_bundle(&path).build().unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidCaBundle, "{error}");
        assert!(error.message().contains(&*path.to_string_lossy()), "{error}");
    }
}

/// Connected, but never secured: nothing was sent.
#[test]
fn a_server_that_says_nothing_ends_with_the_time_for_a_connection() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let client = client("127.0.0.1", port).connect_timeout(std::time::Duration::from_millis(100));
    let error = send(client).unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Timeout, ErrorCode::ConnectTimeout));
    assert!(error.retryable());
}
