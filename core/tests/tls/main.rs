//! Who is trusted, and by which way the request goes. Everything stays on this machine.

mod certificates;
mod child;
mod proxies;
mod stores;
mod support;
