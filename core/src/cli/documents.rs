//! The documents of files, as they are read: one of JSON, or a line each of NDJSON.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::exit::Failure;

/// What is looked at to tell a document of many lines from lines of which the first is broken. No
/// document is longer.
const MOST_LOOKED_AT: u64 = 16 * 1024 * 1024;

/// A document and where it stands: `orders.ndjson:3`.
pub(super) struct Document {
    pub source: String,
    /// As it came: it may not even be text.
    pub bytes: Vec<u8>,
}

impl Document {
    /// The order id, if it can be made out: of a refused document too.
    pub(super) fn order_id(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Order<'a> {
            #[serde(borrow)]
            payload: Payload<'a>,
        }
        #[derive(Deserialize)]
        struct Payload<'a> {
            #[serde(borrow)]
            order_id: &'a RawValue,
        }
        let order: Order<'_> = serde_json::from_slice(&self.bytes).ok()?;
        let id = order.payload.order_id.get();
        let is_integer = id.bytes().all(|byte| byte.is_ascii_digit());
        if is_integer { Some(id.to_owned()) } else { serde_json::from_str(id).ok() }
    }
}

/// Files that are open, and how much of them has been read.
pub(super) struct Inputs {
    files: VecDeque<Input>,
    read: Arc<AtomicU64>,
    /// How many bytes there are, where every file tells.
    pub(super) length: Option<u64>,
}

impl Inputs {
    /// Opens all, so that one that cannot be read stops the command before anything is done; `-`
    /// is standard input.
    pub(super) fn open(paths: &[PathBuf]) -> Result<Self, Failure> {
        let (mut files, mut length) = (VecDeque::new(), Some(0));
        let read = Arc::new(AtomicU64::new(0));
        for path in paths {
            let (bytes, size) =
                open(path).map_err(|error| Failure::Io(path.display().to_string(), error))?;
            let counted = Counted { bytes, read: Arc::clone(&read) };
            files.push_back(Input::new(path, Box::new(BufReader::new(counted))));
            length = length.zip(size).map(|(length, size)| length + size);
        }
        Ok(Self { files, read, length })
    }

    /// How many bytes have been read; counts on.
    pub(super) fn read(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.read)
    }
}

fn open(path: &Path) -> io::Result<(Box<dyn Read + Send>, Option<u64>)> {
    if path.as_os_str() == "-" {
        return Ok((Box::new(io::stdin()), None));
    }
    let file = File::open(path)?;
    let about = file.metadata()?;
    if about.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let size = about.is_file().then_some(about.len());
    Ok((Box::new(file), size))
}

impl Iterator for Inputs {
    type Item = Result<Document, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let input = self.files.front_mut()?;
            match input.next() {
                Ok(Some(document)) => return Some(Ok(document)),
                Ok(None) => {
                    self.files.pop_front();
                }
                Err(error) => {
                    let input = self.files.pop_front()?;
                    return Some(Err(Failure::Io(input.name, error)));
                }
            }
        }
    }
}

struct Counted {
    bytes: Box<dyn Read + Send>,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.bytes.read(buffer)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

type Line = (usize, Vec<u8>);

struct Input {
    name: String,
    bytes: Box<dyn BufRead + Send>,
    /// The number of the last line that was read.
    number: usize,
    is_lines: bool,
    /// Lines that were read to find out what they are.
    held: VecDeque<Line>,
}

impl Input {
    fn new(path: &Path, bytes: Box<dyn BufRead + Send>) -> Self {
        let is_lines = path.extension().is_some_and(|end| end == "ndjson" || end == "jsonl");
        let name = path.display().to_string();
        Self { name, bytes, number: 0, is_lines, held: VecDeque::new() }
    }

    fn next(&mut self) -> io::Result<Option<Document>> {
        let line = match self.held.pop_front() {
            None => self.line()?,
            held => held,
        };
        let Some((number, bytes)) = line else { return Ok(None) };
        if !self.is_lines && !is_document(&bytes) {
            return self.spread((number, bytes)).map(Some);
        }
        self.is_lines = true;
        Ok(Some(Document { source: format!("{}:{number}", self.name), bytes }))
    }

    /// The next line that is not blank, without its end.
    fn line(&mut self) -> io::Result<Option<Line>> {
        loop {
            let mut bytes = Vec::new();
            if self.bytes.read_until(b'\n', &mut bytes)? == 0 {
                return Ok(None);
            }
            if bytes.ends_with(b"\n") {
                bytes.pop();
            }
            if self.number == 0 && bytes.starts_with("\u{feff}".as_bytes()) {
                bytes.drain(.."\u{feff}".len());
            }
            self.number += 1;
            if !bytes.trim_ascii().is_empty() {
                return Ok(Some((self.number, bytes)));
            }
        }
    }

    /// What begins with a line that is no document: the whole is one, or the line is broken.
    fn spread(&mut self, (number, first): Line) -> io::Result<Document> {
        let mut whole = first;
        whole.push(b'\n');
        let looked_at = (&mut self.bytes).take(MOST_LOOKED_AT).read_to_end(&mut whole)?;
        let is_over = (looked_at as u64) < MOST_LOOKED_AT;
        if is_over && !are_lines(&whole) {
            return Ok(Document { source: self.name.clone(), bytes: whole });
        }
        if !is_over {
            self.bytes.read_until(b'\n', &mut whole)?;
        }
        self.is_lines = true;
        let lines = whole.split(|byte| *byte == b'\n').zip(number..);
        let lines = lines.filter(|(line, _)| !line.trim_ascii().is_empty());
        self.held.extend(lines.map(|(line, number)| (number, line.to_owned())));
        self.number = number - 1 + whole.split(|byte| *byte == b'\n').count() - 1;
        let (number, bytes) = self.held.pop_front().unwrap_or_default();
        Ok(Document { source: format!("{}:{number}", self.name), bytes })
    }
}

fn is_json(text: &[u8]) -> bool {
    serde_json::from_slice::<&RawValue>(text).is_ok()
}

fn is_document(line: &[u8]) -> bool {
    line.trim_ascii().starts_with(b"{") && is_json(line)
}

/// Whether a line is a document and the whole is none. A broken document of many lines stays one,
/// so that it gets one outcome.
fn are_lines(whole: &[u8]) -> bool {
    let mut lines = whole.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let is_spread = lines.clone().next().is_some_and(|line| line.trim_ascii() == b"{");
    !is_json(whole) && !is_spread && lines.any(is_document)
}
