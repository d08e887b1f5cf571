//! Loads the contract's files.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

/// A file of vectors.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vectors<T> {
    /// What the file is about.
    pub about: String,
    /// The cases.
    pub cases: Vec<T>,
}

/// Where the contract lies.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// Reads `vectors/<name>.json`.
///
/// # Errors
/// Where the file cannot be read, is not JSON, or has a member that the runner does not know.
pub fn vectors<T: DeserializeOwned>(name: &str) -> Result<Vec<T>, Box<dyn std::error::Error>> {
    let path = folder().join("vectors").join(format!("{name}.json"));
    let text = std::fs::read_to_string(path)?;
    Ok(serde_json::from_str::<Vectors<T>>(&text)?.cases)
}

/// Names every case that fails, instead of stopping at the first.
#[derive(Default)]
pub struct Report {
    run: usize,
    failures: Vec<String>,
}

impl Report {
    /// Counts a case; `problem` says how it differs from the contract.
    pub fn case(&mut self, name: &str, problem: Option<String>) {
        self.run += 1;
        self.failures.extend(problem.map(|problem| format!("{name}: {problem}")));
    }

    /// How many cases ran, or everything that differs.
    ///
    /// # Errors
    /// Where a case failed, or none ran.
    pub fn finish(self) -> Result<usize, String> {
        match (self.run, self.failures.as_slice()) {
            (0, _) => Err("no case ran".to_owned()),
            (run, []) => Ok(run),
            (run, failures) => {
                Err(format!("{} of {run} cases differ:\n{}", failures.len(), failures.join("\n")))
            }
        }
    }
}
