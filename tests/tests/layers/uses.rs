//! The paths of an item: its imports, and what its code names.

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::Visit;
use syn::{Item, ItemUse, Macro, UseTree, Visibility};

/// One name of a `use`.
pub(crate) struct Use {
    /// What it is called here; `*` is all names of a module.
    pub(crate) name: String,
    pub(crate) path: Vec<String>,
    pub(crate) is_public: bool,
}

/// The names that an import brings.
pub(crate) fn uses_of(item: &ItemUse) -> Vec<Use> {
    let is_public = !matches!(item.vis, Visibility::Inherited);
    let mut uses = Vec::new();
    collect(&item.tree, &mut Vec::new(), is_public, &mut uses);
    uses
}

fn collect(tree: &UseTree, path: &mut Vec<String>, is_public: bool, uses: &mut Vec<Use>) {
    let mut add = |name: String, last: Option<String>| {
        let path = path.iter().cloned().chain(last).collect();
        uses.push(Use { name, path, is_public });
    };
    match tree {
        UseTree::Path(step) => {
            path.push(step.ident.to_string());
            collect(&step.tree, path, is_public, uses);
            path.pop();
        }
        UseTree::Name(last) if last.ident == "self" => {
            add(path.last().cloned().unwrap_or_default(), None);
        }
        UseTree::Name(last) => add(last.ident.to_string(), Some(last.ident.to_string())),
        UseTree::Rename(last) => add(last.rename.to_string(), Some(last.ident.to_string())),
        UseTree::Glob(_) => add("*".to_owned(), None),
        UseTree::Group(group) => {
            for tree in &group.items {
                collect(tree, path, is_public, uses);
            }
        }
    }
}

/// The paths of more than one step that an item's code names.
pub(crate) fn paths_of(item: &Item) -> Vec<Vec<String>> {
    let mut paths = Paths(Vec::new());
    paths.visit_item(item);
    paths.0
}

struct Paths(Vec<Vec<String>>);

impl<'ast> Visit<'ast> for Paths {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.segments.len() > 1 {
            self.0.push(path.segments.iter().map(|step| step.ident.to_string()).collect());
        }
        syn::visit::visit_path(self, path);
    }

    /// What a function imports for itself.
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.0.extend(uses_of(item).into_iter().map(|item| item.path));
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.tokens(&call.tokens);
        syn::visit::visit_macro(self, call);
    }
}

impl Paths {
    /// A macro's own text is no syntax that is known, but `a::b` is a path there too.
    fn tokens(&mut self, tokens: &TokenStream) {
        let (mut path, mut colons) = (Vec::new(), 0);
        for token in tokens.clone() {
            match token {
                TokenTree::Punct(mark) if mark.as_char() == ':' => colons += 1,
                TokenTree::Ident(name) if colons == 2 && !path.is_empty() => {
                    path.push(name.to_string());
                    colons = 0;
                }
                other => {
                    self.keep(&mut path);
                    colons = 0;
                    match other {
                        TokenTree::Ident(name) => path.push(name.to_string()),
                        TokenTree::Group(group) => self.tokens(&group.stream()),
                        _ => {}
                    }
                }
            }
        }
        self.keep(&mut path);
    }

    fn keep(&mut self, path: &mut Vec<String>) {
        let path = std::mem::take(path);
        if path.len() > 1 {
            self.0.push(path);
        }
    }
}
