//! `tidemill-history FILE [--partial]`: reads a history and prints the verdict.
//!
//! Exit code 0: every promise was kept. 1: something is wrong. 2: the file is no history. With `--partial` the history
//! need not end with a phase that polls everything.

use std::io::BufReader;
use std::process::ExitCode;

use tidemill_history::{Limits, Options, check, read};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (flags, files): (Vec<&str>, Vec<&str>) =
        arguments.iter().map(String::as_str).partition(|argument| argument.starts_with("--"));
    let ([file], true) = (files.as_slice(), flags.iter().all(|flag| *flag == "--partial")) else {
        eprintln!("usage: tidemill-history FILE [--partial]");
        return ExitCode::from(2);
    };
    #[expect(clippy::disallowed_methods, reason = "this is the edge where the file enters")]
    let opened = std::fs::File::open(file);
    let history = match opened {
        Ok(opened) => read(BufReader::new(opened), Limits::default()).map_err(|error| error.to_string()),
        Err(error) => Err(format!("cannot open {file}: {error}")),
    };
    match history {
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
        Ok(history) => {
            let report = check(&history, Options { reads_all: flags.is_empty() });
            println!("{}", report.text(&history).trim_end());
            ExitCode::from(u8::from(!report.is_clean()))
        }
    }
}
