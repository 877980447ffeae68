//! What several subcommands take.

use clap::ValueEnum;

/// A `KEY=VALUE` argument.
pub(crate) type Pair = (String, String);

/// Form of events on stderr.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// One readable line each
    Text,
    /// One JSON object each
    Json,
}

/// Splits a `KEY=VALUE` argument at its first equals sign.
pub(crate) fn pair(argument: &str) -> Result<Pair, String> {
    match argument.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.to_owned())),
        _ => Err("expected KEY=VALUE".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_keeps_everything_after_its_first_equals_sign() {
        assert_eq!(pair("a=b=c"), Ok(("a".to_owned(), "b=c".to_owned())));
        assert_eq!(pair(" k = v"), Ok(("k".to_owned(), " v".to_owned())));
        assert!(pair("novalue").is_err());
        assert!(pair("=v").is_err());
    }
}
