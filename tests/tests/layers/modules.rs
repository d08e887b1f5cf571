//! A crate's modules: where each stands, what it names, and what it imports.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::{Attribute, Item, ItemMod, Meta};

use crate::uses::{Use, paths_of, uses_of};

/// A module's path below the crate's root.
pub(crate) type Name = Vec<String>;

/// One file uses another, by this path.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Import {
    pub(crate) from: PathBuf,
    pub(crate) to: PathBuf,
    pub(crate) path: String,
}

struct Module {
    file: PathBuf,
    uses: Vec<Use>,
    /// Paths of expressions, types and patterns.
    paths: Vec<Vec<String>>,
}

pub(crate) struct Crate {
    modules: BTreeMap<Name, Module>,
}

impl Crate {
    /// Reads the crate whose `lib.rs` and all beneath it `read` gives.
    pub(crate) fn read(read: &dyn Fn(&Path) -> Option<String>) -> Self {
        let mut tree = Self { modules: BTreeMap::new() };
        tree.read_file(read, Path::new("lib.rs"), Name::new());
        tree
    }

    fn read_file(&mut self, read: &dyn Fn(&Path) -> Option<String>, file: &Path, name: Name) {
        let text = read(file).unwrap_or_else(|| panic!("no file {}", file.display()));
        let items = syn::parse_file(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        self.add(read, file, name, &items.items);
    }

    fn add(
        &mut self,
        read: &dyn Fn(&Path) -> Option<String>,
        file: &Path,
        name: Name,
        items: &[Item],
    ) {
        let mut module = Module { file: file.to_owned(), uses: Vec::new(), paths: Vec::new() };
        for item in items.iter().filter(|item| !is_test(item)) {
            match item {
                Item::Mod(child) => self.add_child(read, file, &name, child),
                Item::Use(item) => module.uses.extend(uses_of(item)),
                item => module.paths.extend(paths_of(item)),
            }
        }
        self.modules.insert(name, module);
    }

    fn add_child(
        &mut self,
        read: &dyn Fn(&Path) -> Option<String>,
        file: &Path,
        parent: &Name,
        child: &ItemMod,
    ) {
        let mut name = parent.clone();
        name.push(child.ident.to_string());
        if let Some((_, items)) = &child.content {
            return self.add(read, file, name, items);
        }
        let below: PathBuf = name.iter().collect();
        let flat = below.with_extension("rs");
        let file = if read(&flat).is_some() { flat } else { below.join("mod.rs") };
        self.read_file(read, &file, name);
    }

    /// What the files use of each other, each pair once.
    pub(crate) fn imports(&self) -> Vec<Import> {
        let mut seen = BTreeSet::new();
        let mut imports = Vec::new();
        for (name, module) in &self.modules {
            let used = module.uses.iter().filter(|item| !self.passes_on(name, item));
            let paths = used.map(|item| &item.path).chain(&module.paths);
            for path in paths {
                let Some(owner) = self.resolve(name, path, 0) else { continue };
                let (from, to) = (&module.file, &self.modules[&owner].file);
                if from != to && seen.insert((from, to)) {
                    let (from, to) = (from.clone(), to.clone());
                    imports.push(Import { from, to, path: path.join("::") });
                }
            }
        }
        imports
    }

    /// A parent that passes on a name of its child's.
    fn passes_on(&self, name: &Name, item: &Use) -> bool {
        let owner = self.resolve(name, &item.path, 0);
        item.is_public && owner.is_some_and(|owner| owner.starts_with(name))
    }

    /// The module that defines what a path names, seen from this module; `None` for what comes
    /// from other crates.
    fn resolve(&self, from: &Name, path: &[String], depth: usize) -> Option<Name> {
        // Two globs may lead to each other.
        if depth > 8 {
            return None;
        }
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => self.walk(Name::new(), rest, depth),
            "self" => self.walk(from.clone(), rest, depth),
            "super" => {
                let (_, parent) = from.split_last()?;
                // `super::super` is two steps.
                match rest.first().map(String::as_str) {
                    Some("super") => self.resolve(&parent.to_vec(), rest, depth),
                    _ => self.walk(parent.to_vec(), rest, depth),
                }
            }
            _ if self.names(from, first, depth) => self.walk(from.clone(), path, depth),
            _ => None,
        }
    }

    /// Whether a module has a child or an import of this name.
    fn names(&self, module: &Name, name: &str, depth: usize) -> bool {
        let mut child = module.clone();
        child.push(name.to_owned());
        self.modules.contains_key(&child)
            || self.modules[module].uses.iter().any(|item| {
                item.name == name && self.resolve(module, &item.path, depth + 1).is_some()
            })
    }

    fn walk(&self, mut module: Name, path: &[String], depth: usize) -> Option<Name> {
        let Some((first, rest)) = path.split_first() else { return Some(module) };
        module.push(first.clone());
        if self.modules.contains_key(&module) {
            return self.walk(module, rest, depth);
        }
        module.pop();
        let uses = &self.modules[&module].uses;
        let named = uses.iter().filter(|item| item.name == *first);
        let globs = uses.iter().filter(|item| item.name == "*" && item.is_public);
        for item in named.chain(globs) {
            let mut path = item.path.clone();
            if item.name == "*" {
                path.extend([first.clone()]);
            }
            path.extend(rest.iter().cloned());
            let target = self.resolve(&module, &path, depth + 1);
            // A glob gives the name only if its module does.
            if target.is_some() {
                return target;
            }
        }
        Some(module)
    }
}

fn is_test(item: &Item) -> bool {
    let attributes: &[Attribute] = match item {
        Item::Mod(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        _ => &[],
    };
    attributes.iter().any(|attribute| {
        let Meta::List(list) = &attribute.meta else { return false };
        list.path.is_ident("cfg") && list.tokens.to_string() == "test"
    })
}
