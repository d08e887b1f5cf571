//! Landing parameters.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use connectly_conversions as core;
use connectly_conversions::binding::Value;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyType};

use crate::arguments::{instance, json, names, pairs, seconds, text, url, wrong_type};
use crate::errors::{OrRaise, guarded};
use crate::objects::value;
use crate::types::pydantic_schema;

#[doc = docstring!("TrackingParams")]
#[pyclass(frozen, eq, module = "connectly_conversions")]
#[derive(Clone, PartialEq)]
pub struct TrackingParams(pub(crate) core::TrackingParams);

fn capture(
    extra_params: Option<&Bound<'_, PyAny>>,
    now: Option<&Bound<'_, PyAny>>,
) -> PyResult<core::Capture> {
    let capture = core::Capture::new().extra_params(names("extra_params", extra_params)?);
    Ok(match now {
        Some(now) => capture.now(seconds("now", now)?),
        None => capture,
    })
}

#[pymethods]
impl TrackingParams {
    #[new]
    #[pyo3(signature = (cnct_tracking_id, sendout_id, ctwa_clid, ad_id, *, captured_at = None))]
    fn new(
        py: Python<'_>,
        cnct_tracking_id: &Bound<'_, PyAny>,
        sendout_id: &Bound<'_, PyAny>,
        ctwa_clid: &Bound<'_, PyAny>,
        ad_id: &Bound<'_, PyAny>,
        captured_at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let members = [
            ("cnct_tracking_id", cnct_tracking_id),
            ("sendout_id", sendout_id),
            ("ctwa_clid", ctwa_clid),
            ("ad_id", ad_id),
        ];
        let mut document = Vec::new();
        for (name, given) in members {
            instance::<PyString>(name, "a str", given)?;
            document.push((name.into(), value(given)?));
        }
        let params = core::TrackingParams::from_value(Value::Members(document)).or_raise(py)?;
        Ok(Self(match captured_at {
            Some(moment) => {
                params.with_captured_at(seconds("captured_at", moment)?).or_raise(py)?
            }
            None => params,
        }))
    }

    #[doc = docstring!("TrackingParams.from_url")]
    #[classmethod]
    #[pyo3(signature = (url, extra_params = None, *, now = None))]
    #[pyo3(text_signature = "(url, extra_params=(), *, now=None)")]
    fn from_url(
        class: &Bound<'_, PyType>,
        #[pyo3(from_py_with = url)] url: String,
        extra_params: Option<&Bound<'_, PyAny>>,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Option<Self>> {
        guarded(class.py(), || {
            Ok(capture(extra_params, now)?.url(&url).or_raise(class.py())?.map(Self))
        })
    }

    #[doc = docstring!("TrackingParams.from_query")]
    #[classmethod]
    #[pyo3(signature = (query, extra_params = None, *, now = None))]
    #[pyo3(text_signature = "(query, extra_params=(), *, now=None)")]
    fn from_query(
        class: &Bound<'_, PyType>,
        query: &Bound<'_, PyAny>,
        extra_params: Option<&Bound<'_, PyAny>>,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Option<Self>> {
        guarded(class.py(), || {
            let capture = capture(extra_params, now)?;
            let found = match text(query) {
                Some(query) => capture.query(&query),
                None => capture.pairs(pairs(query)?),
            };
            Ok(found.or_raise(class.py())?.map(Self))
        })
    }

    #[doc = docstring!("TrackingParams.from_dict")]
    #[classmethod]
    fn from_dict(class: &Bound<'_, PyType>, data: &Bound<'_, PyAny>) -> PyResult<Self> {
        guarded(class.py(), || {
            core::TrackingParams::from_value(value(data)?).or_raise(class.py()).map(Self)
        })
    }

    #[doc = docstring!("TrackingParams.from_json")]
    #[classmethod]
    fn from_json(class: &Bound<'_, PyType>, text: &Bound<'_, PyAny>) -> PyResult<Self> {
        guarded(class.py(), || {
            // What is no text is no JSON either, as nothing is.
            let text = String::from_utf8(json(text)?).unwrap_or_default();
            core::TrackingParams::from_json(&text).or_raise(class.py()).map(Self)
        })
    }

    #[doc = docstring!("TrackingParams.from_cookie")]
    #[classmethod]
    fn from_cookie(class: &Bound<'_, PyType>, cookie: &Bound<'_, PyAny>) -> PyResult<Self> {
        guarded(class.py(), || {
            let text = text(cookie).ok_or_else(|| wrong_type("cookie", "a str", cookie))?;
            core::TrackingParams::from_cookie(&text).or_raise(class.py()).map(Self)
        })
    }

    #[classmethod]
    fn __get_pydantic_core_schema__<'py>(
        class: &Bound<'py, PyType>,
        source: &Bound<'py, PyAny>,
        handler: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        pydantic_schema(class, source, handler)
    }

    #[doc = docstring!("TrackingParams.to_dict")]
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        py.import("json")?.call_method1("loads", (self.0.to_json(),))
    }

    #[doc = docstring!("TrackingParams.to_json")]
    fn to_json(&self) -> String {
        self.0.to_json()
    }

    #[doc = docstring!("TrackingParams.to_cookie")]
    fn to_cookie(&self) -> String {
        self.0.to_cookie()
    }

    #[doc = docstring!("TrackingParams.cnct_tracking_id")]
    #[getter]
    fn cnct_tracking_id(&self) -> &str {
        self.0.cnct_tracking_id()
    }

    #[doc = docstring!("TrackingParams.sendout_id")]
    #[getter]
    fn sendout_id(&self) -> &str {
        self.0.sendout_id()
    }

    #[doc = docstring!("TrackingParams.ctwa_clid")]
    #[getter]
    fn ctwa_clid(&self) -> &str {
        self.0.ctwa_clid()
    }

    #[doc = docstring!("TrackingParams.ad_id")]
    #[getter]
    fn ad_id(&self) -> &str {
        self.0.ad_id()
    }

    #[doc = docstring!("TrackingParams.extra")]
    #[getter]
    fn extra<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let extra = PyDict::new(py);
        for (name, value) in self.0.extra() {
            extra.set_item(name, value)?;
        }
        Ok(extra)
    }

    #[doc = docstring!("TrackingParams.captured_at")]
    #[getter]
    fn captured_at(&self) -> Option<i64> {
        self.0.captured_at()
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.0.to_json().hash(&mut hasher);
        hasher.finish()
    }

    /// Without the values: they tell who the customer is.
    fn __repr__(&self) -> String {
        let captured_at =
            self.0.captured_at().map_or_else(|| "None".to_owned(), |moment| moment.to_string());
        format!("<TrackingParams captured_at={captured_at} extra={}>", self.0.extra().count())
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((py.get_type::<Self>().getattr("from_json")?, (self.0.to_json(),)))
    }
}
