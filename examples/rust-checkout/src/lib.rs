//! A small shop: visitors land, fill a cart and buy, and the purchase is reported.

mod catalogue;
mod office;
mod orders;
mod pages;
mod reports;
mod shop;

pub use office::Secret;
pub use orders::Orders;
pub use shop::{Shop, router};
