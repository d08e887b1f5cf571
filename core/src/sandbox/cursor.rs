//! How far a page has been told.

/// How far a page has been told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Cursor {
    /// Of which journal; none before the first news.
    pub epoch: Option<u64>,
    /// The number of the next request.
    pub next: u64,
    /// Which faults and clock it knows.
    pub settings: Option<u64>,
}

impl Cursor {
    /// As the stream's `id` and the browser's `Last-Event-ID` have it; from the beginning where
    /// it is nothing of ours.
    pub(super) fn read(id: &str) -> Self {
        let read = || {
            let (epoch, next) = id.split_once('-')?;
            let epoch = u64::from_str_radix(epoch, 16).ok()?;
            Some(Self { epoch: Some(epoch), next: next.parse().ok()?, settings: None })
        };
        read().unwrap_or_default()
    }

    pub(super) fn id(&self) -> String {
        format!("{:x}-{}", self.epoch.unwrap_or_default(), self.next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_its_id() {
        let cursor = Cursor { epoch: Some(u64::MAX), next: 17, settings: None };
        assert_eq!(cursor.id(), "ffffffffffffffff-17");
        assert_eq!(Cursor::read(&cursor.id()), cursor);
        for other in ["", "-", "x-1", "1-", "1-x", "1"] {
            assert_eq!(Cursor::read(other), Cursor::default(), "{other:?}");
        }
    }
}
