//! What goes to stdout, and errors as sentences.

use std::io::{self, Write};

/// Writes to stdout; a reader that went away (`| head`) ends the program quietly.
pub(crate) fn write(text: &str) -> anyhow::Result<()> {
    match io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
        result => Ok(result?),
    }
}

/// An error with its causes in one line.
pub(crate) fn sentence(error: &anyhow::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    for cause in error.chain().map(ToString::to_string) {
        // Transparent errors repeat their cause's text.
        if parts.last() != Some(&cause) {
            parts.push(cause);
        }
    }
    parts.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_told_with_its_causes_once() {
        let error = anyhow::anyhow!("no route").context("cannot connect").context("cannot connect");
        assert_eq!(sentence(&error), "cannot connect: no route");
    }
}
