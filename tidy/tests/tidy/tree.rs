//! The files of the repository, as git tracks them.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package lies in the root").to_owned()
}

/// Paths of all tracked or new, not ignored, files that end in `extension`, relative to the root.
pub(crate) fn files(extension: &str) -> Vec<String> {
    let output = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate"])
        .current_dir(root())
        .output()
        .expect("git is installed");
    assert!(output.status.success(), "git ls-files failed: {}", String::from_utf8_lossy(&output.stderr));
    let all = String::from_utf8(output.stdout).expect("paths are UTF-8");
    let files: Vec<String> = all
        .lines()
        .filter(|path| path.ends_with(extension) && root().join(path).is_file())
        .map(str::to_owned)
        .collect();
    assert!(!files.is_empty(), "found no {extension} files");
    files
}

/// The text of a file of the repository.
pub(crate) fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("cannot read {path}: {error}"))
}

/// Fails with all findings at once.
pub(crate) fn assert_none(findings: &[String], advice: &str) {
    assert!(findings.is_empty(), "{advice}:\n  {}", findings.join("\n  "));
}
