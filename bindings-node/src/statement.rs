//! What the outbox writes in a transaction of the shop's own.

use connectly_conversions::{ConversionEvent, Enqueued, Parameter, Statement};
use napi::Either;
use napi::bindgen_prelude::{Buffer, Either3, External};
use napi_derive::napi;

use crate::ledger::told;
use crate::outbox::{NativeOutbox, options};
use crate::{order, record};

/// A statement, and what its row means.
#[napi(js_name = "Statement")]
pub struct NativeStatement {
    statement: Statement,
    told: Box<dyn Fn(Enqueued) -> String + Send>,
}

#[napi]
impl NativeOutbox {
    /// The statement that enqueues an event, with parameters in this style, or the record of an
    /// error. `hold` is Unix milliseconds, or `"release"`.
    #[napi(catch_unwind)]
    pub fn insert_statement(
        &self,
        event: &External<ConversionEvent>,
        style: String,
        hold: Option<Either<i64, String>>,
        traceparent: Option<String>,
    ) -> Either<NativeStatement, String> {
        let write = || {
            let options = options(hold, traceparent);
            self.0.insert_statement(event, style.parse()?, &options)
        };
        match write() {
            Ok(statement) => {
                let told = Box::new(|enqueued| told(&enqueued));
                Either::A(NativeStatement { statement, told })
            }
            Err(error) => Either::B(record::error(&error)),
        }
    }

    /// The statement that reports an order, its arguments those of `report`. What came of it is
    /// given itself where nothing is to be written, or the record of an error.
    #[napi(catch_unwind)]
    pub fn report_statement(
        &self,
        order: String,
        tracking: Option<String>,
        policy: String,
        style: String,
        hold: Option<Either<i64, String>>,
        traceparent: Option<String>,
    ) -> Either<NativeStatement, String> {
        let write = || {
            let (policy, reading) = order::policy(&policy)?;
            let options = options(hold, traceparent);
            let waits = options.hold.is_some();
            let order = order::order(&order, tracking.as_deref(), waits, reading)?;
            self.0.report_statement(&order, policy, options, style.parse()?)
        };
        match write() {
            Ok(report) => match report.statement.clone() {
                Some(statement) => {
                    let told = Box::new(move |enqueued| told(&report.reported(Some(enqueued))));
                    Either::A(NativeStatement { statement, told })
                }
                None => Either::B(told(&report.reported(None))),
            },
            Err(error) => Either::B(record::error(&error)),
        }
    }
}

#[napi]
impl NativeStatement {
    /// Its text.
    #[napi(getter)]
    pub fn sql(&self) -> String {
        self.statement.sql.clone()
    }

    /// The names of its parameters, in the order of their numbers.
    #[napi(getter)]
    pub fn names(&self) -> Vec<&'static str> {
        self.statement.parameters.iter().map(|(name, _)| *name).collect()
    }

    /// Their values.
    #[napi(getter)]
    pub fn values(&self) -> Vec<Option<Either3<String, i64, Buffer>>> {
        let value = |value: &Parameter| match value.clone() {
            Parameter::Text(text) => text.map(Either3::A),
            Parameter::Integer(number) => number.map(Either3::B),
            Parameter::Bytes(bytes) => bytes.map(|bytes| Either3::C(bytes.to_vec().into())),
        };
        self.statement.parameters.iter().map(|(_, given)| value(given)).collect()
    }

    /// What the row says that it answered with.
    #[napi(catch_unwind)]
    pub fn read(&self, id: i64, state: String, effect: String) -> String {
        match self.statement.enqueued(id, &state, &effect) {
            Ok(enqueued) => (self.told)(enqueued),
            Err(error) => record::error(&error),
        }
    }
}
