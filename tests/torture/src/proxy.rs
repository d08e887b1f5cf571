//! Between a host and the server: cuts a connection when it has seen a COMMIT, before it passes it
//! on, or after that and before the answer.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// One COMMIT in so many is cut.
const CUT: usize = 10;

/// How a text ends that a client sends as a query.
const COMMIT: &[u8] = b"COMMIT\0";

/// A proxy; it listens as long as its process runs.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    cuts: Arc<Cuts>,
}

#[derive(Debug, Default)]
struct Cuts {
    commits: AtomicUsize,
    before: AtomicUsize,
    after: AtomicUsize,
}

enum Cut {
    No,
    Before,
    After,
}

impl Proxy {
    /// Listens on this address, and passes on to the other one.
    #[must_use]
    pub fn start(on: &str, to: SocketAddr) -> Self {
        let listener = TcpListener::bind((on, 0)).unwrap();
        let (address, cuts) = (listener.local_addr().unwrap(), Arc::<Cuts>::default());
        let proxy = Self { address, cuts: Arc::clone(&cuts) };
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                // Where the server is away, the client is refused.
                if let Ok(server) = TcpStream::connect(to) {
                    join(client, server, &cuts);
                }
            }
        });
        proxy
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many connections it has cut before a COMMIT came to the server, and after.
    #[must_use]
    pub fn cuts(&self) -> [usize; 2] {
        [&self.cuts.before, &self.cuts.after].map(|count| count.load(Ordering::Relaxed))
    }
}

impl Cuts {
    /// What becomes of what a client sends.
    fn of(&self, sent: &[u8]) -> Cut {
        if !sent.windows(COMMIT.len()).any(|part| part == COMMIT) {
            return Cut::No;
        }
        let number = self.commits.fetch_add(1, Ordering::Relaxed) + 1;
        let (count, cut) = match number % (2 * CUT) {
            0 => (&self.before, Cut::Before),
            CUT => (&self.after, Cut::After),
            _ => return Cut::No,
        };
        count.fetch_add(1, Ordering::Relaxed);
        cut
    }
}

fn join(client: TcpStream, server: TcpStream, cuts: &Arc<Cuts>) {
    // A few bytes must not wait for others.
    for stream in [&client, &server] {
        stream.set_nodelay(true).unwrap();
    }
    let is_mute = Arc::new(AtomicBool::new(false));
    let (answers, asked) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    let (mute, cuts) = (Arc::clone(&is_mute), Arc::clone(cuts));
    std::thread::spawn(move || {
        pass(&asked, &server, |sent| match cuts.of(sent) {
            Cut::No => true,
            Cut::Before => false,
            Cut::After => {
                mute.store(true, Ordering::SeqCst);
                true
            }
        });
    });
    // The first word of an answer that is not passed on ends it: the server has the COMMIT.
    std::thread::spawn(move || pass(&answers, &client, |_| !is_mute.load(Ordering::SeqCst)));
}

/// Passes on until either end closes, or something is not to be passed on.
fn pass(mut from: &TcpStream, mut to: &TcpStream, mut may: impl FnMut(&[u8]) -> bool) {
    let mut part = vec![0; 65_536];
    while let Ok(read @ 1..) = from.read(&mut part) {
        if !may(&part[..read]) || to.write_all(&part[..read]).is_err() {
            break;
        }
    }
    for stream in [from, to] {
        // It may be closed already.
        let _ = stream.shutdown(Shutdown::Both);
    }
}
