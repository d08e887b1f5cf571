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

#[test]
fn a_proxy_of_the_environment_may_leave_out_its_scheme() {
    let authority = Authority::new();
    let server = Server::tls(authority.identity(HOST));
    let proxy = Server::proxy(Some(server.port));
    let url = format!("shop:hush@127.0.0.1:{}", proxy.port);
    let printed = child::sends(HOST, 443, Some(&authority.bundle()), &[("HTTPS_PROXY", &url)]);
    assert!(printed.contains("outcome: accepted"), "{printed}");
    assert!(proxy.seen()[0].to_lowercase().contains("proxy-authorization: basic "));
}

/// Sending past a proxy that somebody wanted would be worse than not sending.
#[test]
fn a_proxy_of_the_environment_that_cannot_be_used_is_refused_and_named() {
    let authority = Authority::new();
    let server = Server::tls(authority.identity(HERE));
    let bundle = authority.bundle();
    for (name, value) in [
        ("HTTPS_PROXY", "socks5://shop:hush@127.0.0.1:1080"),
        ("https_proxy", "ftp://127.0.0.1"),
        ("HTTPS_PROXY", "http://"),
        ("HTTPS_PROXY", "http://hush host:1"),
        ("ALL_PROXY", "http://127.0.0.1:hush"),
    ] {
        let printed = child::sends(HERE, server.port, Some(&bundle), &[(name, value)]);
        let expected = format!("outcome: invalid_proxy: {name}: ");
        assert!(printed.contains(&expected) && !printed.contains("hush"), "{printed}");
        assert!(server.seen().is_empty());
    }
    // Where it would not be asked, it is nobody's fault.
    let exempt = [("HTTPS_PROXY", "socks5://127.0.0.1:1080"), ("NO_PROXY", HERE)];
    assert!(child::sends(HERE, server.port, Some(&bundle), &exempt).contains("accepted"));
}

#[test]
fn an_empty_variable_is_no_proxy() {
    let authority = Authority::new();
    let server = Server::tls(authority.identity(HERE));
    let empty = [("HTTPS_PROXY", ""), ("ALL_PROXY", "")];
    let printed = child::sends(HERE, server.port, Some(&authority.bundle()), &empty);
    assert!(printed.contains("accepted"), "{printed}");
}

#[test]
fn a_proxy_that_nobody_resolves_is_told_from_the_api_s_host() {
    // Longer than a name may be, so that no resolver is asked.
    let proxy = format!("http://{}:3128", "x".repeat(64));
    let error = send(client(HOST, 443).proxy(&proxy)).unwrap_err();
    assert_eq!(error.code(), ErrorCode::DnsFailed);
    assert!(error.message().starts_with("the proxy's host name has no address"), "{error}");
    let printed = child::sends(HOST, 443, None, &[("HTTPS_PROXY", &proxy)]);
    assert!(printed.contains("outcome: dns_failed: the proxy's host name"), "{printed}");
}
