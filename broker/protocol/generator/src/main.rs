//! Rewrites the generated files of `tidemill-protocol`:
//! `cargo run -p tidemill-protocol-generator`, from anywhere in the workspace.

use std::path::Path;
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let protocol = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    match write_files(&protocol) {
        Ok(count) => {
            println!("wrote {count} files");
            ExitCode::SUCCESS
        }
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

fn write_files(protocol: &Path) -> Result<usize, String> {
    let schemas = tidemill_protocol_generator::load(&protocol.join("schemas"))
        .map_err(|error| format!("cannot read the schemas: {error:?}"))?;
    let files = tidemill_protocol_generator::generate(&schemas);
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.args(["--edition", "2024", "--config", "skip_children=true"]);
    for file in &files {
        let path = protocol.join(&file.path);
        std::fs::write(&path, &file.content)
            .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        rustfmt.arg(path);
    }
    match rustfmt.status() {
        Ok(status) if status.success() => Ok(files.len()),
        outcome => Err(format!("rustfmt failed: {outcome:?}")),
    }
}
