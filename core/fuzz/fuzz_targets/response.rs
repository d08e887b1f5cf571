//! An answer: a line of status and damage, headers, an empty line, the body.
#![no_main]

use std::time::{Duration, SystemTime};

use connectly_conversions::ErrorKind;
use connectly_conversions::binding::{Answer, Damage, Disposition};
use http::{HeaderMap, HeaderName, HeaderValue};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(answer) = parse(data) else { return };
    let (status, whole) = (answer.status, answer.damage.is_none());
    let failure = match answer.read(SystemTime::UNIX_EPOCH + Duration::from_secs(1_746_480_600)) {
        Ok(receipt) => {
            return assert!(receipt.events_received() >= 1 && whole && (200..300).contains(&status));
        }
        Err(failure) => failure,
    };
    let (error, disposition) = (&failure.error, failure.disposition);
    let (kind, expected) = match status {
        300..=399 => (ErrorKind::Configuration, Disposition::Misconfigured),
        401 | 403 => (ErrorKind::Authentication, Disposition::Misconfigured),
        404 => (ErrorKind::NotFound, Disposition::Misconfigured),
        408 => (ErrorKind::Timeout, Disposition::Ambiguous),
        425 | 429 => (ErrorKind::RateLimited, Disposition::NotRecorded),
        400..=499 => (ErrorKind::Rejected, Disposition::Refused),
        503 => (ErrorKind::Server, Disposition::NotRecorded),
        500..=599 => (ErrorKind::Server, Disposition::Ambiguous),
        _ if disposition == Disposition::Refused => (ErrorKind::Response, Disposition::Refused),
        _ => (error.kind(), Disposition::Ambiguous),
    };
    assert_eq!((error.kind(), disposition), (kind, expected), "{status}");
    assert_eq!(error.status(), Some(status));
    assert!(!error.message().is_empty() && error.raw_body().is_some());
    let resendable = matches!(disposition, Disposition::NotRecorded | Disposition::Ambiguous);
    assert!(resendable || error.retry_after().is_none());
});

fn parse(data: &[u8]) -> Option<Answer> {
    let (first, rest) = line(data)?;
    let first = std::str::from_utf8(first).ok()?;
    let (status, damage) = first.split_once(' ').unwrap_or((first, ""));
    let status = status.parse().ok().filter(|status| (100..1000).contains(status))?;
    let damage = match damage {
        "cut" => Some(Damage::CutShort),
        "late" => Some(Damage::TimedOut),
        "long" => Some(Damage::TooLarge),
        _ => None,
    };
    let (mut headers, mut rest) = (HeaderMap::new(), rest);
    while let Some((header, after)) = line(rest) {
        rest = after;
        if header.is_empty() {
            break;
        }
        let colon = header.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(&header[..colon]).ok()?;
        let value = HeaderValue::from_bytes(header[colon + 1..].trim_ascii()).ok()?;
        headers.append(name, value);
    }
    Some(Answer { status, headers, body: rest.to_vec(), damage })
}

fn line(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = data.iter().position(|byte| *byte == b'\n')?;
    Some((&data[..end], &data[end + 1..]))
}
