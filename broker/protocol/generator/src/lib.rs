//! Writes the message modules of `tidemill-protocol` from the schemas in `broker/protocol/schemas`.
//!
//! In reading order: [`versions`] (ranges), [`schema`] (what a schema says, resolved), `parser` (its text
//! form), `code` (the Rust that follows from it), [`sample`] (made-up messages). The library exists so that tests can compare the committed
//! files with what the schemas say, and make up messages from the schemas.

mod code;
mod parser;
pub mod sample;
pub mod schema;
pub mod versions;

use std::path::{Path, PathBuf};
use std::{fs, io};

pub use parser::ParseError;
use schema::Schema;

/// A file of generated Rust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedFile {
    /// Path below `broker/protocol`.
    pub path: PathBuf,
    /// Its content before `rustfmt`.
    pub content: String,
}

/// Why schemas could not be read.
#[derive(Debug)]
pub enum LoadError {
    /// The folder or a file cannot be read.
    Io(PathBuf, io::Error),
    /// A schema is malformed.
    Parse(PathBuf, ParseError),
}

/// Reads every `*.schema` of a folder, in the order of their names.
///
/// # Errors
/// [`LoadError`] names the first file that cannot be read or parsed.
pub fn load(folder: &Path) -> Result<Vec<Schema>, LoadError> {
    let failed = |error| LoadError::Io(folder.to_owned(), error);
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        paths.push(entry.map_err(failed)?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "schema"));
    paths.sort();
    paths.into_iter().map(|path| load_one(&path)).collect()
}

fn load_one(path: &Path) -> Result<Schema, LoadError> {
    let text = fs::read_to_string(path).map_err(|error| LoadError::Io(path.to_owned(), error))?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    parser::parse(&name, &text).map_err(|error| LoadError::Parse(path.to_owned(), error))
}

/// Writes all generated files.
#[must_use]
pub fn generate(schemas: &[Schema]) -> Vec<GeneratedFile> {
    let mut files: Vec<GeneratedFile> = schemas.iter().map(code::message_file).collect();
    files.push(code::module_list(schemas));
    files.push(code::api_keys(schemas));
    files.extend(code::test_cases(schemas));
    files
}
