//! The API's answers.

use super::codes::Check;
use super::finding::{Finding, Level};
use crate::clock;
use crate::error::Error;

/// Whether the host answers, with whatever status.
pub(crate) fn reachable(answer: Result<u16, &Error>) -> Finding {
    match answer {
        Ok(status @ 500..) => {
            Finding::new(Check::Api, Level::Later, format!("the host answers, with {status}"))
        }
        Ok(status) => Finding::ok(Check::Api, format!("the host answers (status {status})")),
        Err(error) => Finding::of_error(Check::Api, error),
    }
}

/// The machine's clock beside the `Date` of an answer; all in Unix seconds.
pub(crate) fn clock(date: Option<i64>, sent: i64, received: i64) -> Finding {
    let Some(date) = date else {
        return Finding::skipped(Check::Clock, "the answer does not say what time it is");
    };
    let found = match clock::offset(date, sent, received) {
        0 => return Finding::ok(Check::Clock, "as the API's, to a minute"),
        behind @ 1.. => format!("this machine's clock is {behind} s behind the API's"),
        ahead => format!("this machine's clock is {} s ahead of the API's", ahead.abs()),
    };
    Finding::new(Check::Clock, Level::Look, found)
}

/// What an event without any member comes to. Which of key, business and event the API looks at
/// first is not documented; a refused event means that it came to that.
pub(crate) fn access(answer: Result<(u16, String), &Error>) -> Finding {
    let (status, words) = match answer {
        Ok(answer) => answer,
        Err(error) => return Finding::of_error(Check::Access, error),
    };
    let new = |level, found: &str| Finding::new(Check::Access, level, found);
    match status {
        400 => Finding::ok(Check::Access, "key and business are accepted (the test was refused)"),
        401 | 403 => new(Level::Wrong, &format!("the API does not accept the key: {words}")),
        404 => new(Level::Wrong, &format!("the API does not know the business: {words}")),
        300..400 => new(Level::Wrong, &format!("the API redirects ({status}): check the base URL")),
        429 | 500.. => new(Level::Later, &format!("the API answers {status}: {words}")),
        _ => new(Level::Look, &format!("the API answers an empty event with {status}: {words}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{ErrorCode, ErrorKind};

    #[test]
    fn any_answer_is_one_and_a_silent_host_may_be_back_later() {
        assert_eq!(reachable(Ok(404)).level, Level::Ok);
        assert_eq!(reachable(Ok(503)).level, Level::Later);
        let silent = Error::new(ErrorKind::Network, ErrorCode::DnsFailed, "no address");
        assert_eq!(reachable(Err(&silent)).level, Level::Later);
        let proxy = Error::configuration(ErrorCode::InvalidProxy, "no URL");
        assert_eq!(reachable(Err(&proxy)).level, Level::Wrong);
    }

    #[test]
    fn clocks_are_compared_to_a_minute() {
        const NOW: i64 = 1_770_000_000;
        assert_eq!(clock(Some(NOW + 30), NOW, NOW + 1).level, Level::Ok);
        let behind = clock(Some(NOW + 900), NOW, NOW);
        assert_eq!(behind.found, "this machine's clock is 899 s behind the API's");
        let ahead = clock(Some(NOW - 900), NOW, NOW);
        assert_eq!(ahead.found, "this machine's clock is 901 s ahead of the API's");
        assert_eq!((behind.level, ahead.level), (Level::Look, Level::Look));
        assert_eq!(clock(None, NOW, NOW).level, Level::Skipped);
    }

    #[test]
    fn a_refused_test_is_what_is_hoped_for() {
        use Level::{Later, Look, Ok as Well, Wrong};
        for (status, level) in [
            (400, Well),
            (401, Wrong),
            (403, Wrong),
            (404, Wrong),
            (307, Wrong),
            (429, Later),
            (503, Later),
            (200, Look),
            (405, Look),
        ] {
            assert_eq!(access(Ok((status, String::new()))).level, level, "{status}");
        }
    }
}
