//! Input documents (`schema/event.schema.json`): every source becomes one tree, [`Value`], and
//! plain functions walk it into a draft. What the values mean is the concern of `validation`.

mod json;
mod leaf;
mod members;
mod path;
mod reader;
mod source;
mod spelling;
mod value;

pub use json::HALF_A_CHARACTER;
pub(crate) use json::write_text;
pub use leaf::moment;
pub(crate) use members::{extra_members, read};
pub(crate) use reader::{Form, Reader};
pub use spelling::Spelling;
pub use value::Value;
