//! A machine without any store of certificates, as slim images are.
#![cfg(all(unix, not(target_vendor = "apple")))]

use crate::child;
use crate::support::{Authority, Server};

const NO_STORE: [(&str, &str); 2] =
    [("SSL_CERT_FILE", "/nowhere/cert.pem"), ("SSL_CERT_DIR", "/nowhere/certs")];

#[test]
fn the_bundled_roots_are_used() {
    let server = Server::tls(Authority::new().identity("localhost"));
    let printed = child::sends("localhost", server.port, None, &NO_STORE);
    // TLS is set up and judges: the private server is unknown, not the store missing.
    assert!(printed.contains("using the bundled roots"), "{printed}");
    assert!(printed.contains("outcome: tls_failed: "), "{printed}");
    assert!(printed.to_lowercase().contains("unknownissuer"), "{printed}");
    assert!(server.seen().is_empty());
}

#[test]
fn a_bundle_adds_to_them() {
    let authority = Authority::new();
    let server = Server::tls(authority.identity("localhost"));
    let printed = child::sends("localhost", server.port, Some(&authority.bundle()), &NO_STORE);
    assert!(printed.contains("using the bundled roots"), "{printed}");
    assert!(printed.contains("outcome: accepted"), "{printed}");
}

#[test]
fn a_machine_with_a_store_uses_its_own() {
    let authority = Authority::new();
    let server = Server::tls(authority.identity("localhost"));
    let store = authority.bundle();
    let store = [("SSL_CERT_FILE", store.to_str().unwrap()), NO_STORE[1]];
    let printed = child::sends("localhost", server.port, None, &store);
    assert!(!printed.contains("using the bundled roots"), "{printed}");
    assert!(printed.contains("outcome: accepted"), "{printed}");
}
