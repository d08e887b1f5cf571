//! The documents of files: one of JSON, or a line each of NDJSON.

use std::io::Read;
use std::path::Path;

use serde_json::value::RawValue;

use super::Failure;

/// A document and where it stands: `orders.ndjson:3`.
pub(super) struct Document {
    pub source: String,
    /// As it came: it may not even be text.
    pub bytes: Vec<u8>,
}

/// Reads all documents of a file; `-` is standard input.
pub(super) fn read(path: &Path) -> Result<Vec<Document>, Failure> {
    let name = path.display().to_string();
    let bytes = if name == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(path)
    };
    let bytes = bytes.map_err(|error| Failure::Io(name.clone(), error))?;
    if !is_lines(path, &bytes) {
        return Ok(vec![Document { source: name, bytes }]);
    }
    let lines = bytes.split(|byte| *byte == b'\n').enumerate();
    let documents = lines.filter(|(_, line)| !line.trim_ascii().is_empty());
    Ok(documents
        .map(|(index, line)| Document {
            source: format!("{name}:{}", index + 1),
            bytes: line.to_owned(),
        })
        .collect())
}

/// NDJSON by its name, or because a line of it is a document and the whole is none. A broken
/// document of many lines stays one, so that it gets one outcome.
fn is_lines(path: &Path, bytes: &[u8]) -> bool {
    if path.extension().is_some_and(|ending| ending == "ndjson" || ending == "jsonl") {
        return true;
    }
    let is_json = |text: &[u8]| serde_json::from_slice::<&RawValue>(text).is_ok();
    let is_document = |line: &[u8]| line.trim_ascii().starts_with(b"{") && is_json(line);
    let mut lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let is_spread = lines.clone().next().is_some_and(|line| line.trim_ascii() == b"{");
    !is_json(bytes) && !is_spread && lines.any(is_document)
}
