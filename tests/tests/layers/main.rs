//! No two files and no two folders of a crate import each other, so that each can be read and
//! changed without the other.
//!
//! A parent that declares its children and passes their names on imports nothing. Tests may look
//! where they like.
// Helpers of tests say what they expect by failing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod circles;
mod modules;
mod uses;

use std::path::{Path, PathBuf};

use circles::circles;
use modules::Crate;

const CRATES: [&str; 4] = ["core", "bindings-python", "bindings-node", "bindings-swift"];

fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name).join("src")
}

#[test]
fn no_two_files_or_folders_import_each_other() {
    let mut found = Vec::new();
    for name in CRATES {
        let folder = source(name);
        let tree = Crate::read(&|path| std::fs::read_to_string(folder.join(path)).ok());
        let imports = tree.imports();
        assert!(imports.len() > 10, "{name}: nearly nothing was read");
        found.extend(circles(&imports).into_iter().map(|circle| format!("{name}: {circle}")));
    }
    assert!(found.is_empty(), "{} circles:\n{}", found.len(), found.join("\n"));
}

/// A crate of these files.
fn planted(files: &[(&str, &str)]) -> Vec<String> {
    let tree = Crate::read(&|path| {
        let file = files.iter().find(|(name, _)| Path::new(name) == path);
        file.map(|(_, text)| (*text).to_owned())
    });
    circles(&tree.imports())
}

#[test]
fn two_files_that_import_each_other_are_found() {
    let found = planted(&[
        ("lib.rs", "mod a; mod b; pub use a::One;"),
        ("a.rs", "use crate::b::two; pub struct One; fn f() { two() }"),
        ("b.rs", "pub(crate) fn two() { let _ = crate::One; }"),
    ]);
    assert_eq!(
        found,
        ["files a.rs, b.rs: a.rs uses b.rs (crate::b::two), b.rs uses a.rs (crate::One)"]
    );
}

#[test]
fn two_folders_that_import_each_other_are_found_even_if_no_two_files_do() {
    let found = planted(&[
        ("lib.rs", "mod a; mod b;"),
        ("a/mod.rs", "mod low; mod high;"),
        ("a/low.rs", "pub struct Low;"),
        ("a/high.rs", "use crate::b; fn f(_: b::Middle) {}"),
        ("b.rs", "use crate::a::low::Low; pub struct Middle(Low);"),
    ]);
    assert_eq!(
        found,
        ["folders a, b: a uses b (a/high.rs: crate::b), b uses a (b.rs: crate::a::low::Low)"]
    );
}

#[test]
fn a_child_that_uses_its_parent_is_found_where_the_parent_uses_it() {
    let found = planted(&[
        ("lib.rs", "mod a;"),
        ("a/mod.rs", "mod child; pub struct A; fn f() { child::f() }"),
        ("a/child.rs", "use super::A; pub(super) fn f() { let _ = A; }"),
    ]);
    assert_eq!(
        found,
        [
            "files a/child.rs, a/mod.rs: a/child.rs uses a/mod.rs (super::A), a/mod.rs uses a/child.rs (child::f)"
        ]
    );
}

#[test]
fn a_parent_may_pass_names_on_and_tests_may_look_anywhere() {
    let found = planted(&[
        ("lib.rs", "mod a; pub use a::{One, Two};"),
        ("a/mod.rs", "mod one; mod two; pub use one::*; pub use two::Two;"),
        ("a/one.rs", "pub struct One; #[cfg(test)] mod tests { use super::super::Two; }"),
        ("a/two.rs", "use super::One; use crate::One as Same; pub struct Two(One, Same);"),
    ]);
    assert!(found.is_empty(), "{found:?}");
}
