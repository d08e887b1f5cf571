//! Three hosts whose clocks are five minutes apart, a worker on each, and one server.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use connectly_conversions::{Fault, Sandbox};
use connectly_test_postgres::{Database, Server};

use crate::chaos::{self, Chaos, Hog, Idler};
use crate::checker;
use crate::flaw::Flaw;
use crate::ground::{Ground, make_older};
use crate::history::History;
use crate::host::{Host, SERVER};
use crate::place::Place;
use crate::process::Process;
use crate::proxy::Proxy;
use crate::rest;
use crate::role::{Role, Task};

/// How far the clock of each host is ahead, in seconds.
const CLOCKS: [i64; 3] = [0, 300, -300];

/// The host that is cut off.
const CUT_OFF: usize = 0;

/// The host whose connections go through a proxy, which cuts them inside COMMIT.
const PROXIED: usize = 2;

/// Longer than any wait for another attempt.
const LATER: u64 = 2 * 3_600_000;

/// Who has not come back by then never does.
const PATIENCE: Duration = Duration::from_secs(120);

/// Who makes no progress for so long has nothing to do.
const IDLE: Duration = Duration::from_secs(1);

/// Hosts, and all that they need.
#[derive(Debug)]
pub struct Hosts<'a> {
    program: &'a Path,
    flaw: Option<Flaw>,
    pub(crate) database: Database<'static>,
    pub(crate) sandbox: Sandbox,
    proxy: Proxy,
    machines: Vec<Host>,
    workers: Vec<Process>,
    visits: usize,
    ahead: u64,
    history: History,
    problems: Vec<String>,
}

impl<'a> Hosts<'a> {
    /// Starts the server, the API and the workers. `program` is this crate's; the process has left
    /// the machine's network.
    #[must_use]
    pub fn start(program: &'a Path, flaw: Option<Flaw>) -> Self {
        let settings = [("listen_addresses", "0.0.0.0"), ("max_connections", "40")];
        // It ends with the process.
        let server: &'static Server = Box::leak(Box::new(Server::start(&settings).unwrap()));
        let database = server.database().unwrap();
        server.write("pg_hba.conf", "local all all trust\nhost all all all trust\n").unwrap();
        database.sql("SELECT pg_reload_conf()").unwrap();
        let sandbox = Sandbox::builder().on(format!("{SERVER}:0").parse().unwrap());
        let proxy = Proxy::start(SERVER, SocketAddr::from(([127, 0, 0, 1], server.port())));
        let machines = (1..).zip(CLOCKS).map(|(number, ahead)| Host::new(number, ahead)).collect();
        let (history, problems) = (History::default(), Vec::new());
        let mut all = Self {
            program,
            flaw,
            database,
            sandbox: sandbox.start().unwrap(),
            proxy,
            machines,
            workers: Vec::new(),
            visits: 0,
            ahead: 0,
            history,
            problems,
        };
        // A flaw shows while others look.
        let delay = Duration::from_millis(if flaw.is_some() { 2_000 } else { 20 });
        all.sandbox.fail_next(Fault::delay(delay).times(0));
        all.workers = (0..CLOCKS.len()).map(|index| all.worker(index)).collect();
        all
    }

    fn url(&self, index: usize) -> String {
        let server = SocketAddr::new(SERVER.parse().unwrap(), self.database.server().port());
        let address = if index == PROXIED { self.proxy.address() } else { server };
        format!("postgresql://shop@{address}/{}?sslmode=disable", self.database.name())
    }

    fn process(&self, index: usize, task: Task) -> Process {
        let place = Place::Server(self.url(index));
        let role = Role { place, ahead: self.ahead, flaw: self.flaw, task };
        Process::of(&mut self.machines[index].command(self.program), &role)
    }

    fn worker(&self, index: usize) -> Process {
        let url = self.sandbox.url().to_owned();
        self.process(index, Task::Work { url, until_empty: false })
    }

    /// A few customers on each of these hosts.
    fn customers(&mut self, hosts: impl IntoIterator<Item = usize>, times: u64) -> Vec<Process> {
        let customers = hosts.into_iter().map(|index| {
            self.visits += 1;
            self.process(index, Task::Visit { name: format!("{}", self.visits), times })
        });
        customers.collect()
    }

    fn served(&mut self, customers: Vec<Process>) {
        for customer in customers {
            self.history.told(customer.finish());
        }
    }

    /// Customers come while this happens; afterwards every worker works again.
    pub fn go_through(&mut self, chaos: Chaos) {
        // A customer who is cut off waits for long.
        let meanwhile = (0..CLOCKS.len()).filter(|i| chaos != Chaos::HostCutOff || *i != CUT_OFF);
        let customers = self.customers(meanwhile, 12);
        self.strike(chaos);
        self.served(customers);
        self.until_each_works(&format!("{chaos:?}"));
    }

    /// Lets every worker prove that it works.
    pub fn until_each_works(&mut self, when: &str) {
        let (began, mut worked) = (Instant::now(), [0; CLOCKS.len()]);
        for worker in &self.workers {
            let _ = worker.forget_steps();
        }
        while worked.contains(&0) {
            if began.elapsed() > PATIENCE {
                self.problems.push(format!("{when}: of the workers came back {worked:?}"));
                return;
            }
            let customers = self.customers(0..CLOCKS.len(), 6);
            self.served(customers);
            for (worked, worker) in worked.iter_mut().zip(&self.workers) {
                *worked += worker.forget_steps();
            }
        }
    }

    /// It happens, and is over.
    pub(crate) fn strike(&mut self, chaos: Chaos) {
        let server = self.database.server();
        match chaos {
            Chaos::ServerRestarted => {
                server.stop().unwrap();
                server.go_on().unwrap();
            }
            Chaos::BackendsKilled => {
                chaos::end_backends(&self.database);
                chaos::kill_a_backend(&self.database);
            }
            Chaos::PoolExhausted => {
                let before = chaos::refusals(server.folder());
                let mut hog = Hog::default();
                let began = Instant::now();
                // Each worker was refused by then, and has come again.
                while chaos::refusals(server.folder()) < before + 4 * CLOCKS.len() {
                    hog.takes_all(&self.database);
                    assert!(began.elapsed() < PATIENCE, "nobody was refused");
                }
                drop(hog);
                chaos::until_it_answers(&self.database);
            }
            Chaos::WorkerKilled => self.replace(0),
            Chaos::WorkersKilledAgainAndAgain => {
                for _ in 0..4 {
                    for index in 0..CLOCKS.len() {
                        let _ = self.workers[index].steps(3, IDLE);
                        self.replace(index);
                    }
                }
            }
            Chaos::HostCutOff => {
                let _ = self.workers[CUT_OFF].steps(1, 10 * IDLE);
                self.while_cut_off(|all| {
                    for index in (0..CLOCKS.len()).filter(|index| *index != CUT_OFF) {
                        let _ = all.workers[index].steps(4, IDLE);
                    }
                });
            }
            Chaos::SessionLeftIdle => {
                self.while_left_idle(|all| all.until_each_works("with a transaction left open"));
            }
        }
    }

    /// A host is cut off meanwhile.
    pub(crate) fn while_cut_off(&mut self, meanwhile: impl FnOnce(&mut Self)) {
        self.machines[CUT_OFF].cut_off();
        meanwhile(self);
        self.machines[CUT_OFF].join();
    }

    /// A transaction is left open meanwhile.
    pub(crate) fn while_left_idle(&mut self, meanwhile: impl FnOnce(&mut Self)) {
        let idler = Idler::new(&self.database);
        meanwhile(self);
        drop(idler);
    }

    /// Kills a worker; another one takes its place.
    pub(crate) fn replace(&mut self, index: usize) {
        let next = self.worker(index);
        let killed = std::mem::replace(&mut self.workers[index], next);
        self.ended(index, killed);
    }

    fn ended(&mut self, index: usize, worker: Process) {
        let told = worker.kill();
        if index == CUT_OFF {
            self.history.doubted(&told);
        }
        self.history.told(told);
    }

    /// Lets all come to rest, and gives what is wrong, and a summary.
    #[must_use]
    pub fn judge(mut self) -> (Vec<String>, String) {
        for (index, worker) in std::mem::take(&mut self.workers).into_iter().enumerate() {
            self.ended(index, worker);
        }
        let place = Place::Server(self.database.tcp_url());
        rest::settle(&place, || {
            self.ahead += LATER;
            make_older(&self.database, LATER);
            let url = self.sandbox.url().to_owned();
            let told = self.process(1, Task::Work { url, until_empty: true }).finish();
            self.history.told(told);
        });
        self.sandbox.stop();
        self.history.saw(&self.sandbox);
        self.history.rest = Ground::Server(self.database.clone()).rest();
        let [before, after] = self.proxy.cuts();
        let mut problems = std::mem::take(&mut self.problems);
        problems.extend(checker::problems(&self.history));
        let sum = checker::sum(&self.history);
        (
            problems,
            format!("{sum}; COMMIT cut {before} times before the server had it, {after} after"),
        )
    }
}
