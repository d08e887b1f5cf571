//! TLS: rustls with ring, given explicitly and never as the process's default.

use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

use crate::error::{Error, ErrorCode, Result};

/// Certificates of a PEM file, to be trusted beside the platform's.
pub(crate) fn read_bundle(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let refuse = |why: String| {
        let message = format!("the CA bundle {} cannot be used: {why}", path.display());
        Error::configuration(ErrorCode::InvalidCaBundle, message)
    };
    let certificates = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| refuse(error.to_string()))?;
    if certificates.is_empty() {
        return Err(refuse("it holds no certificate".to_owned()));
    }
    Ok(certificates)
}

/// The platform's verifier; the bundled roots where a slim image has no store.
pub(crate) fn config(extra_roots: &[CertificateDer<'static>]) -> Result<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = verifier(extra_roots, &provider).map_err(setup_failed)?;
    builder(provider).map(|builder| {
        builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth()
    })
}

/// Trusts these authorities and no other: for a server of the shop's own.
#[cfg(feature = "outbox-postgres")]
pub(crate) fn config_of(roots: &[CertificateDer<'static>]) -> Result<ClientConfig> {
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(roots.iter().cloned());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    builder(provider).map(|builder| builder.with_root_certificates(store).with_no_client_auth())
}

/// Trusts nobody: for a base URL that needs no TLS.
pub(crate) fn unused_config() -> Result<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    builder(provider)
        .map(|builder| builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
}

fn builder(
    provider: Arc<CryptoProvider>,
) -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>> {
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(setup_failed)
}

fn verifier(
    extra_roots: &[CertificateDer<'static>],
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, rustls::Error> {
    // Asked without the extra roots first: with them an empty store is no error, and a machine
    // without one would trust nobody but them.
    match Verifier::new(Arc::clone(provider)) {
        Ok(verifier) if extra_roots.is_empty() => Ok(Arc::new(verifier)),
        Ok(_) => Verifier::new_with_extra_roots(extra_roots.iter().cloned(), Arc::clone(provider))
            .map(|verifier| Arc::new(verifier) as Arc<dyn ServerCertVerifier>),
        Err(error) => {
            tracing::warn!(%error, "no certificate store on this machine; using the bundled roots");
            bundled(extra_roots, provider)
        }
    }
}

fn bundled(
    extra_roots: &[CertificateDer<'static>],
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, rustls::Error> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    roots.add_parsable_certificates(extra_roots.iter().cloned());
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
        .build()
        .map(|verifier| verifier as Arc<dyn ServerCertVerifier>)
        .map_err(|error| rustls::Error::General(error.to_string()))
}

fn setup_failed(error: rustls::Error) -> Error {
    let message = format!("TLS could not be set up: {error}");
    Error::configuration(ErrorCode::TlsSetupFailed, message).with_source(error)
}
