//! What `forget` erases, sealed with a key of its row's own. The schema says why.

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::error::Unspecified;
use ring::rand::{SecureRandom as _, SystemRandom};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, Type, ValueRef};
use rusqlite::{Error, Result, Row as Columns};

/// The key of one row.
pub(super) struct Key([u8; 32]);

impl Key {
    pub(super) fn new() -> Result<Self> {
        random().map(Self)
    }

    /// The sealed text; nothing of nothing.
    pub(super) fn seal(&self, text: Option<&[u8]>) -> Result<Option<Vec<u8>>> {
        let Some(text) = text else { return Ok(None) };
        let nonce: [u8; NONCE_LEN] = random()?;
        let mut sealed = Vec::with_capacity(NONCE_LEN + text.len() + CHACHA20_POLY1305.tag_len());
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(text);
        let (nonce, text) = (Nonce::assume_unique_for_key(nonce), &mut sealed[NONCE_LEN..]);
        let sealed_with = self
            .cipher()
            .and_then(|cipher| cipher.seal_in_place_separate_tag(nonce, Aad::empty(), text));
        let tag = sealed_with.map_err(cannot_seal)?;
        sealed.extend_from_slice(tag.as_ref());
        Ok(Some(sealed))
    }

    /// The bytes of a column.
    pub(super) fn bytes(&self, columns: &Columns<'_>, column: usize) -> Result<Option<Vec<u8>>> {
        let Some(mut sealed) = columns.get::<_, Option<Vec<u8>>>(column)? else { return Ok(None) };
        let Some(length) = self.open(&mut sealed) else {
            let damaged = "it was sealed with another key".into();
            return Err(Error::FromSqlConversionFailure(column, Type::Blob, damaged));
        };
        sealed.truncate(NONCE_LEN + length);
        sealed.drain(..NONCE_LEN);
        Ok(Some(sealed))
    }

    /// The text of a column.
    pub(super) fn text(&self, columns: &Columns<'_>, column: usize) -> Result<Option<String>> {
        let bytes = self.bytes(columns, column)?;
        let text = bytes.map(String::from_utf8).transpose();
        text.map_err(|error| Error::FromSqlConversionFailure(column, Type::Blob, Box::new(error)))
    }

    /// Opens it where it lies, after the nonce; gives the length.
    fn open(&self, sealed: &mut [u8]) -> Option<usize> {
        let (nonce, sealed) = sealed.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let text = self.cipher().ok()?.open_in_place(nonce, Aad::empty(), sealed).ok()?;
        Some(text.len())
    }

    fn cipher(&self) -> std::result::Result<LessSafeKey, Unspecified> {
        UnboundKey::new(&CHACHA20_POLY1305, &self.0).map(LessSafeKey::new)
    }
}

fn random<const LENGTH: usize>() -> Result<[u8; LENGTH]> {
    let mut bytes = [0; LENGTH];
    SystemRandom::new().fill(&mut bytes).map_err(cannot_seal)?;
    Ok(bytes)
}

/// The system gave no random number.
fn cannot_seal(_: Unspecified) -> Error {
    Error::ToSqlConversionFailure("it could not be sealed".into())
}

impl ToSql for Key {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(self.0.as_slice().into())
    }
}

impl FromSql for Key {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_blob()?.try_into().map(Self).map_err(|_| FromSqlError::InvalidType)
    }
}
