//! The outbox, beside the disk and the database underneath: what is durable is measured in time,
//! not in CPU. `bench outbox` runs this part alone.

mod api;
mod depth;
mod drain;
mod enqueue;
mod place;
mod raw;

pub(crate) use api::serve;

/// `scale` divides what takes long.
pub(crate) fn run(scale: usize) {
    println!();
    enqueue::run(if scale == 1 { 21 } else { 3 }, 300 / scale.min(6));
    println!();
    drain::run(3_200 / scale);
    println!();
    depth::run(1_000_000 / scale);
}
