//! One line of an order.

use pyo3::basic::CompareOp;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PyInt, PyString, PyTuple, PyType};

use crate::types::pydantic_schema;

#[doc = docstring!("Item")]
#[pyclass(frozen, module = "connectly_conversions")]
pub struct Item {
    id: Py<PyAny>,
    quantity: Py<PyAny>,
    item_price: Py<PyAny>,
}

impl Item {
    pub(crate) fn members<'a, 'py>(&'a self, py: Python<'py>) -> [&'a Bound<'py, PyAny>; 3] {
        [self.id.bind(py), self.quantity.bind(py), self.item_price.bind(py)]
    }
}

#[pymethods]
impl Item {
    #[new]
    #[pyo3(signature = (id, quantity = None, item_price = None))]
    #[pyo3(text_signature = "(id, quantity=1, item_price=None)")]
    fn new(
        py: Python<'_>,
        id: Py<PyAny>,
        quantity: Option<Py<PyAny>>,
        item_price: Option<Py<PyAny>>,
    ) -> Self {
        Self {
            id,
            quantity: quantity.unwrap_or_else(|| PyInt::new(py, 1).into_any().unbind()),
            item_price: item_price.unwrap_or_else(|| py.None()),
        }
    }

    #[doc = docstring!("Item.id")]
    #[getter]
    fn id(&self, py: Python<'_>) -> Py<PyAny> {
        self.id.clone_ref(py)
    }

    #[doc = docstring!("Item.quantity")]
    #[getter]
    fn quantity(&self, py: Python<'_>) -> Py<PyAny> {
        self.quantity.clone_ref(py)
    }

    #[doc = docstring!("Item.item_price")]
    #[getter]
    fn item_price(&self, py: Python<'_>) -> Py<PyAny> {
        self.item_price.clone_ref(py)
    }

    #[classmethod]
    fn __get_pydantic_core_schema__<'py>(
        class: &Bound<'py, PyType>,
        source: &Bound<'py, PyAny>,
        handler: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        pydantic_schema(class, source, handler)
    }

    /// Nothing is to be cleared: every cycle passes an object that was made later.
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.id)?;
        visit.call(&self.quantity)?;
        visit.call(&self.item_price)
    }

    #[doc = docstring!("Item.tuple")]
    fn tuple<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.members(py))
    }

    fn __richcmp__<'py>(
        &self,
        other: &Bound<'py, PyAny>,
        op: CompareOp,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = other.py();
        match (other.cast_exact::<Self>(), op) {
            (Ok(other), CompareOp::Eq | CompareOp::Ne) => {
                self.tuple(py)?.rich_compare(other.get().tuple(py)?, op)
            }
            _ => Ok(py.NotImplemented().into_bound(py)),
        }
    }

    fn __hash__(&self, py: Python<'_>) -> PyResult<isize> {
        self.tuple(py)?.hash()
    }

    fn __repr__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        let [id, quantity, item_price] = self.members(py);
        let (id, quantity, price) = (id.repr()?, quantity.repr()?, item_price.repr()?);
        let text = format!("Item(id={id}, quantity={quantity}, item_price={price})");
        Ok(PyString::new(py, &text))
    }

    fn __reduce__<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        Ok((py.get_type::<Self>().into_any(), self.tuple(py)?))
    }
}
