//! Who uses each other, directly or by way of others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path};

use crate::modules::Import;

/// One line a circle of files, and one a circle of neighbouring folders (or files).
pub(crate) fn circles(imports: &[Import]) -> Vec<String> {
    let of_files = Graph::new(imports.iter().map(|import| {
        let (from, to) = (shown(&import.from), shown(&import.to));
        (from, to, import.path.clone())
    }));
    let sets = of_files.sets();
    let mut found: Vec<_> = sets.iter().map(|set| of_files.told("files", set)).collect();
    for folder in folders(imports) {
        let below = |file: &Path| child(&folder, file);
        let neighbours = Graph::new(imports.iter().filter_map(|import| {
            let (from, to) = (below(&import.from)?, below(&import.to)?);
            (from != to).then(|| (from, to, format!("{}: {}", shown(&import.from), import.path)))
        }));
        let is_folder = |name: &str| {
            let files = imports.iter().flat_map(|import| [&import.from, &import.to]);
            files.filter(|file| file.starts_with(Path::new(&folder).join(name))).count() > 0
        };
        // Circles of files alone are told above.
        let sets = neighbours.sets().into_iter();
        let sets = sets.filter(|set| set.iter().any(|name| is_folder(name)));
        found.extend(sets.map(|set| neighbours.told("folders", &set)));
    }
    found
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// The root and every folder that holds a file.
fn folders(imports: &[Import]) -> BTreeSet<String> {
    let files = imports.iter().flat_map(|import| [&import.from, &import.to]);
    files.flat_map(|file| file.ancestors().skip(1)).map(shown).collect()
}

/// The folder or file directly in `folder` that holds `file`; the folder's own `mod.rs` and
/// `lib.rs` are the folder itself.
fn child(folder: &str, file: &Path) -> Option<String> {
    let below = file.strip_prefix(folder).ok()?;
    let Some(Component::Normal(name)) = below.components().next() else { return None };
    let name = name.to_str()?;
    let name = name.strip_suffix(".rs").unwrap_or(name);
    (name != "mod" && name != "lib").then(|| name.to_owned())
}

struct Graph(BTreeMap<String, BTreeMap<String, String>>);

impl Graph {
    fn new(edges: impl Iterator<Item = (String, String, String)>) -> Self {
        let mut graph = BTreeMap::<_, BTreeMap<_, _>>::new();
        for (from, to, by) in edges {
            graph.entry(from).or_default().entry(to).or_insert(by);
        }
        Self(graph)
    }

    fn reachable<'a>(&'a self, from: &'a str) -> BTreeSet<&'a str> {
        let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
        while let Some(node) = next.pop() {
            let targets = self.0.get(node).into_iter().flat_map(BTreeMap::keys);
            next.extend(targets.map(String::as_str).filter(|target| seen.insert(*target)));
        }
        seen
    }

    /// The sets of nodes that all reach each other.
    fn sets(&self) -> BTreeSet<Vec<&str>> {
        let reachable: BTreeMap<_, _> =
            self.0.keys().map(|node| (node.as_str(), self.reachable(node))).collect();
        let mut sets = BTreeSet::new();
        for (node, reached) in &reachable {
            let back = |other: &&str| reachable.get(other).is_some_and(|set| set.contains(node));
            let set: Vec<_> = reached.iter().copied().filter(back).collect();
            if set.len() > 1 {
                sets.insert(set);
            }
        }
        sets
    }

    fn told(&self, what: &str, set: &[&str]) -> String {
        let mut edges = Vec::new();
        for from in set {
            for (to, by) in self.0[*from].iter().filter(|(to, _)| set.contains(&to.as_str())) {
                edges.push(format!("{from} uses {to} ({by})"));
            }
        }
        format!("{what} {}: {}", set.join(", "), edges.join(", "))
    }
}
