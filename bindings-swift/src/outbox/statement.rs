//! What the outbox writes in a transaction of the shop's own.

use std::sync::Arc;

use connectly_conversions as core;

use super::NativeOutbox;
use super::options::EnqueueRecord;
use super::record::EnqueuedRecord;
use crate::error::Result;
use crate::event::Event;

/// A parameter of a statement.
#[derive(uniffi::Record)]
pub(crate) struct ParameterRecord {
    pub(crate) name: String,
    pub(crate) value: ValueRecord,
}

/// Its value.
#[derive(uniffi::Enum)]
pub(crate) enum ValueRecord {
    Text { text: String },
    Int8 { number: i64 },
    Bytea { bytes: Vec<u8> },
    Null,
}

impl From<&core::Parameter> for ValueRecord {
    fn from(given: &core::Parameter) -> Self {
        use core::Parameter;
        let value = match given.clone() {
            Parameter::Text(text) => text.map(|text| Self::Text { text }),
            Parameter::Integer(number) => number.map(|number| Self::Int8 { number }),
            Parameter::Bytes(bytes) => bytes.map(|bytes| Self::Bytea { bytes: bytes.into() }),
        };
        value.unwrap_or(Self::Null)
    }
}

/// A statement that enqueues an event.
#[derive(uniffi::Object)]
pub(crate) struct NativeStatement(core::Statement);

#[uniffi::export]
impl NativeOutbox {
    /// The statement that enqueues an event, with parameters in the style of this name.
    pub(crate) fn insert_statement(
        &self,
        event: &Event,
        style: &str,
        options: EnqueueRecord,
    ) -> Result<Arc<NativeStatement>> {
        let options = options.try_into()?;
        let statement = self.outbox.insert_statement(&event.event, style.parse()?, &options)?;
        Ok(Arc::new(NativeStatement(statement)))
    }
}

#[uniffi::export]
impl NativeStatement {
    pub(crate) fn sql(&self) -> Result<String> {
        Ok(self.0.sql.clone())
    }

    /// In the order of their numbers.
    pub(crate) fn parameters(&self) -> Result<Vec<ParameterRecord>> {
        let record = |(name, value): &(&str, _)| ParameterRecord {
            name: (*name).to_owned(),
            value: ValueRecord::from(value),
        };
        Ok(self.0.parameters.iter().map(record).collect())
    }

    /// What the row says that it answered with.
    pub(crate) fn enqueued(&self, id: i64, state: &str, effect: &str) -> Result<EnqueuedRecord> {
        Ok(self.0.enqueued(id, state, effect)?.into())
    }
}
