//! By which way the request goes.

use connectly_conversions::{ErrorCode, ErrorKind};

use crate::child;
use crate::support::{Authority, KEY, Server, client, send};

/// A host that nobody resolves: only the proxy can lead there.
const HOST: &str = "api.shop.example";

/// This machine under an address that does not say so, unlike loopback.
const HERE: &str = "0.0.0.0";

#[test]
fn the_proxy_option_is_used() {
    let authority = Authority::new();
    let server = Server::tls(authority.identity(HOST));
    let proxy = Server::proxy(Some(server.port));
    let client = client(HOST, 443)
        .ca_bundle(authority.bundle())
        .proxy(format!("http://shop:hush@127.0.0.1:{}", proxy.port));
    send(client).unwrap();
    let tunnel = &proxy.seen()[0];
    assert!(tunnel.starts_with("CONNECT api.shop.example:443 "), "{tunnel}");
    assert!(tunnel.to_lowercase().contains("proxy-authorization: basic "), "{tunnel}");
    // The proxy sees neither the key nor the event.
    assert!(!tunnel.contains(KEY));
    assert_eq!(server.seen().len(), 1);
    assert!(!server.seen()[0].to_lowercase().contains("proxy-authorization"));
}

#[test]
fn the_proxy_option_is_used_even_for_this_machine() {
    let authority = Authority::new();
    let server = Server::tls(authority.identity("localhost"));
    let proxy = Server::proxy(Some(server.port));
    let client = client("localhost", server.port)
        .ca_bundle(authority.bundle())
        .proxy(format!("http://127.0.0.1:{}", proxy.port));
    send(client).unwrap();
    assert_eq!((proxy.seen().len(), server.seen().len()), (1, 1));
}

#[test]
fn a_proxy_cannot_stand_in_for_the_server() {
    let authority = Authority::new();
    let impostor = Server::tls(authority.identity("localhost"));
    let proxy = Server::proxy(Some(impostor.port));
    let client = client(HOST, 443)
        .ca_bundle(authority.bundle())
        .proxy(format!("http://127.0.0.1:{}", proxy.port));
    let error = send(client).unwrap_err();
    assert_eq!(error.code(), ErrorCode::TlsFailed, "{error}");
    assert!(impostor.seen().is_empty());
}

#[test]
fn a_proxy_that_refuses_is_told_without_its_password() {
    let proxy = Server::proxy(None);
    let client = client(HOST, 443).proxy(format!("http://shop:hush@127.0.0.1:{}", proxy.port));
    let debug = format!("{client:?}");
    let error = send(client).unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Network, ErrorCode::ConnectFailed));
    assert!(error.retryable(), "nothing was sent");
    for text in [debug, error.to_string(), format!("{error:?}")] {
        assert!(!text.contains("hush"), "{text}");
    }
}

#[test]
fn a_proxy_that_is_no_url_is_refused_without_its_password() {
    let error = client(HOST, 443).proxy("http://shop:hush@").build().unwrap_err();
    assert_eq!(error.code(), ErrorCode::InvalidProxy);
    assert!(!format!("{error} {error:?}").contains("hush"));
}

#[test]
fn https_proxy_is_honoured() {
    let authority = Authority::new();
    let server = Server::tls(authority.identity(HOST));
    for name in ["HTTPS_PROXY", "https_proxy"] {
        let proxy = Server::proxy(Some(server.port));
        let url = format!("http://127.0.0.1:{}", proxy.port);
        let printed = child::sends(HOST, 443, Some(&authority.bundle()), &[(name, &url)]);
        assert!(printed.contains("outcome: accepted"), "{printed}");
        assert!(proxy.seen()[0].starts_with("CONNECT api.shop.example:443 "));
    }
}

#[test]
fn no_proxy_names_hosts_that_are_reached_directly() {
    let authority = Authority::new();
    let server = Server::tls(authority.identity(HERE));
    let proxy = Server::proxy(Some(server.port));
    let url = format!("http://127.0.0.1:{}", proxy.port);
    let bundle = authority.bundle();
    let through = [("HTTPS_PROXY", url.as_str()), ("NO_PROXY", "shop.example")];
    assert!(child::sends(HERE, server.port, Some(&bundle), &through).contains("accepted"));
    assert_eq!(proxy.seen().len(), 1);
    let around = [("HTTPS_PROXY", url.as_str()), ("NO_PROXY", "shop.example,0.0.0.0")];
    assert!(child::sends(HERE, server.port, Some(&bundle), &around).contains("accepted"));
    assert_eq!((proxy.seen().len(), server.seen().len()), (1, 2));
}

#[test]
fn the_environment_s_proxy_is_not_asked_for_this_machine() {
    let authority = Authority::new();
    let server = Server::tls(authority.identity("localhost"));
    let proxy = Server::proxy(None);
    let url = format!("http://127.0.0.1:{}", proxy.port);
    let environment = [("HTTPS_PROXY", url.as_str()), ("ALL_PROXY", url.as_str())];
    let printed = child::sends("localhost", server.port, Some(&authority.bundle()), &environment);
    assert!(printed.contains("outcome: accepted"), "{printed}");
    assert!(proxy.seen().is_empty());
}
