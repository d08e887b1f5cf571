//! Which servers are trusted.

use connectly_conversions::{ErrorCode, Outbox};
use connectly_test_postgres::Server;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

use crate::support::{event, outbox, wait};

/// An authority that signs for any name.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "A shop's own authority");
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// A server with a certificate for this name.
    fn server(&self, name: &str) -> Server {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let server = Server::start(&[]).unwrap();
        server.write("server.crt", &certificate.pem()).unwrap();
        server.write("server.key", &key.serialize_pem()).unwrap();
        server.sql("ALTER SYSTEM SET ssl = on").unwrap();
        server.stop().unwrap();
        server.go_on().unwrap();
        server
    }

    /// The authority's certificate as a file in the server's folder.
    fn bundle(&self, of: &Server) -> String {
        let file = std::env::temp_dir().join(format!("connectly-ca-{}.pem", of.port()));
        std::fs::write(&file, &self.pem).unwrap();
        file.display().to_string()
    }
}

fn enqueue(outbox: &Outbox) -> Result<(), ErrorCode> {
    wait(outbox.enqueue(&event("ORD-1"))).map(drop).map_err(|error| error.code())
}

#[test]
fn a_server_is_trusted_whose_authority_and_name_are_right() {
    let authority = Authority::new();
    let server = authority.server("localhost");
    let (database, bundle) = (server.database().unwrap(), authority.bundle(&server));
    let url = |host: &str, rest: &str| {
        let url = database.tcp_url().replace("127.0.0.1", host);
        format!("{url}?{rest}")
    };
    for mode in ["sslmode=verify-full&", "sslmode=verify-ca&", "sslmode=require&", ""] {
        let rest = format!("{mode}sslrootcert={bundle}");
        enqueue(&outbox(&url("localhost", &rest))).unwrap();
        // Whoever asks for less than the name is given it all the same.
        let refused = enqueue(&outbox(&url("127.0.0.1", &rest)));
        assert_eq!(refused, Err(ErrorCode::OutboxUnavailable), "{rest}");
    }
    let encrypted = "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
        WHERE application_name = 'connectly-outbox'";
    let open = outbox(&url("localhost", &format!("sslrootcert={bundle}")));
    enqueue(&open).unwrap();
    assert_eq!(database.sql(encrypted).unwrap(), "t");
    // An authority that the system does not know.
    assert!(enqueue(&outbox(&url("localhost", "sslmode=verify-full"))).is_err());
    // Another one than the server's.
    let other = Authority::new().bundle(&server);
    assert!(enqueue(&outbox(&url("localhost", &format!("sslrootcert={other}")))).is_err());
}

#[test]
fn a_server_that_speaks_no_tls_is_refused_where_it_is_asked_for() {
    let database = crate::support::database();
    let url = database.tcp_url();
    assert!(enqueue(&outbox(&format!("{url}?sslmode=verify-full"))).is_err());
    // On this machine it is not asked for.
    enqueue(&outbox(&url)).unwrap();
}
