//! Rust text under construction; `rustfmt` sets the line breaks afterwards.

/// Lines with the indentation of the blocks that are open.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    text: String,
    depth: usize,
}

impl Lines {
    /// Adds a line; an empty one stays without indentation.
    pub(crate) fn line(&mut self, line: impl AsRef<str>) {
        let line = line.as_ref();
        if !line.is_empty() {
            self.text.extend(std::iter::repeat_n("    ", self.depth));
            self.text.push_str(line);
        }
        self.text.push('\n');
    }

    /// Adds a line that opens a block.
    pub(crate) fn open(&mut self, line: impl AsRef<str>) {
        self.line(line);
        self.depth += 1;
    }

    /// Adds a line that closes a block and opens the next, as `} else {` does.
    pub(crate) fn reopen(&mut self, line: impl AsRef<str>) {
        self.depth -= 1;
        self.open(line);
    }

    /// Adds the line that closes the block.
    pub(crate) fn close(&mut self, line: &str) {
        self.depth -= 1;
        self.line(line);
    }

    /// The text.
    pub(crate) fn finish(self) -> String {
        self.text
    }
}
