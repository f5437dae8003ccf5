//! Where key documents come from.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::document::DOCUMENT_MAX;
use crate::status::{Refusal, Status};

/// Reads at most one byte more than a document may have, so that the reader of documents sees one
/// that is too large without anybody holding all of it.
pub(super) fn read_file(path: &Path) -> Result<Vec<u8>, Refusal> {
    let read = || {
        let mut document = Vec::new();
        File::open(path)?.take(DOCUMENT_MAX as u64 + 1).read_to_end(&mut document)?;
        Ok(document)
    };
    read().map_err(|error: std::io::Error| {
        Refusal::new(Status::KeysUnavailable, format!("cannot read the key file {}: {error}", path.display()))
    })
}
