//! The `tidemill` binary: one file a subcommand.
//!
//! Data goes to stdout, everything else to stderr. Exit codes: 0 done, 1 failed, 2 called wrongly.

mod arguments;
mod broker;
mod logging;
mod output;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use arguments::LogFormat;

/// A stream-processing platform in one binary: a Kafka-compatible broker and its tools.
#[derive(Debug, Parser)]
#[command(name = "tidemill", version, propagate_version = true, subcommand_required = true)]
struct Cli {
    /// How events are written to stderr; RUST_LOG filters them
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text, env = "TIDEMILL_LOG_FORMAT")]
    log_format: LogFormat,
    #[command(subcommand)]
    command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
enum Command {
    /// Run a broker
    Broker(broker::BrokerArguments),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    logging::start(cli.log_format, matches!(cli.command, Command::Broker(_)));
    let result = match cli.command {
        Command::Broker(arguments) => broker::run(&arguments),
    };
    result.unwrap_or_else(|error| {
        eprintln!("error: {}", output::sentence(&error));
        ExitCode::FAILURE
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
