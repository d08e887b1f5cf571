//! Loads the contract's files.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde_json::Value;

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

/// Reads every file of `scenarios/`, by name.
///
/// # Errors
/// As [`vectors`], and where a file is not named as its scenario.
pub fn scenarios<T: DeserializeOwned>() -> Result<Vec<(String, T)>, Box<dyn std::error::Error>> {
    let mut scenarios = Vec::new();
    for entry in std::fs::read_dir(folder().join("scenarios"))? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let scenario = serde_json::from_str(&std::fs::read_to_string(&path)?)
            .map_err(|error| format!("{name}: {error}"))?;
        scenarios.push((name, scenario));
    }
    scenarios.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(scenarios)
}

/// `event.json`, the documentation's example, under another order id or none.
///
/// # Errors
/// Where the file cannot be read.
pub fn event(order_id: Option<&str>) -> Result<String, Box<dyn std::error::Error>> {
    let text = std::fs::read_to_string(folder().join("event.json"))?;
    let mut event: Value = serde_json::from_str(&text)?;
    event["payload"]["order_id"] = order_id.into();
    Ok(event.to_string())
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
