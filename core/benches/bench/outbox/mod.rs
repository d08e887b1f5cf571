//! The outbox, beside the disk and the database underneath: what is durable is measured in time,
//! not in CPU. `bench outbox` runs this alone, `bench outbox drain` a part of it.

mod api;
mod depth;
mod drain;
mod enqueue;
mod place;
mod raw;

pub(crate) use api::serve;

/// `scale` divides what takes long; `names` may name parts.
pub(crate) fn run(scale: usize, names: &[String]) {
    type Part = (&'static str, fn(usize));
    let parts: [Part; 3] =
        [("enqueue", enqueue::run), ("drain", drain::run), ("depth", depth::run)];
    let is_named = |(name, _): &Part| names.iter().any(|wanted| wanted == name);
    let all = !parts.iter().any(is_named);
    for part in parts.iter().filter(|part| all || is_named(part)) {
        println!();
        part.1(scale);
    }
}
