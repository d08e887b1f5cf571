//! Types of Python's library that values are told apart by.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

/// A class that is looked up when the first object asks for it.
///
/// Where its module was never imported no object can be of it, so this never imports anything.
pub(crate) struct Class {
    module: &'static str,
    name: &'static str,
    found: PyOnceLock<Py<PyType>>,
}

pub(crate) static DECIMAL: Class = Class::new("decimal", "Decimal");
pub(crate) static DATETIME: Class = Class::new("datetime", "datetime");
pub(crate) static TIMEDELTA: Class = Class::new("datetime", "timedelta");
pub(crate) static UUID: Class = Class::new("uuid", "UUID");
pub(crate) static MAPPING: Class = Class::new("collections.abc", "Mapping");
pub(crate) static SEQUENCE: Class = Class::new("collections.abc", "Sequence");

impl Class {
    const fn new(module: &'static str, name: &'static str) -> Self {
        Self { module, name, found: PyOnceLock::new() }
    }

    fn get<'a, 'py>(&'a self, py: Python<'py>) -> Option<&'a Bound<'py, PyType>> {
        if self.found.get(py).is_none() {
            let modules = py.import("sys").ok()?.getattr("modules").ok()?;
            let module = modules.get_item(self.module).ok()?;
            let class = module.getattr(self.name).ok()?.cast_into::<PyType>().ok()?;
            let _ = self.found.set(py, class.unbind());
        }
        Some(self.found.get(py)?.bind(py))
    }

    /// Whether the object is of this class, not of a subclass: one comparison of pointers.
    pub(crate) fn is_exactly(&self, object: &Bound<'_, PyAny>) -> bool {
        self.get(object.py()).is_some_and(|class| object.get_type_ptr() == class.as_type_ptr())
    }

    /// Whether the object is an instance.
    pub(crate) fn has(&self, object: &Bound<'_, PyAny>) -> bool {
        self.get(object.py()).is_some_and(|class| object.is_instance(class).unwrap_or(false))
    }

    /// The class itself, imported if need be.
    pub(crate) fn import<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyType>> {
        if let Some(class) = self.get(py) {
            return Ok(class.clone());
        }
        Ok(py.import(self.module)?.getattr(self.name)?.cast_into::<PyType>()?)
    }
}

/// What pydantic makes of a field of one of the public classes.
pub(crate) fn pydantic_schema<'py>(
    class: &Bound<'py, PyType>,
    _source: &Bound<'py, PyAny>,
    _handler: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    class.py().import("connectly_conversions._pydantic")?.call_method1("schema", (class,))
}
