//! The `tidemill` binary: one file a subcommand.
//!
//! Data goes to stdout, everything else to stderr. Exit codes: 0 done, 1 failed, 2 called wrongly, 10 unhealthy.

mod arguments;
mod broker;
mod consume;
mod demo;
mod group;
mod health;
mod hint;
mod interrupt;
mod logging;
mod output;
mod produce;
mod timestamp;
mod topic;

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
    /// Create, list, describe, alter and delete topics
    Topic(topic::TopicArguments),
    /// Write records to a topic, one for each line of stdin
    Produce(produce::ProduceArguments),
    /// Read records from a topic
    Consume(consume::ConsumeArguments),
    /// List, describe, reset and delete consumer groups
    Group(group::GroupArguments),
    /// Say whether a cluster answers and every partition has a leader
    Health(health::HealthArguments),
    /// Run real flights through broker, client and a topology, and check the result
    Demo(demo::DemoArguments),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    logging::start(cli.log_format, matches!(cli.command, Command::Broker(_)));
    let result = match cli.command {
        Command::Broker(arguments) => broker::run(&arguments),
        Command::Topic(arguments) => topic::run(&arguments),
        Command::Produce(arguments) => produce::run(&arguments),
        Command::Consume(arguments) => consume::run(&arguments),
        Command::Group(arguments) => group::run(&arguments),
        Command::Health(arguments) => health::run(&arguments),
        Command::Demo(arguments) => demo::run(&arguments),
    };
    result.unwrap_or_else(|error| {
        let sentence = output::sentence(&error);
        eprintln!("error: {sentence}");
        if let Some(hint) = hint::for_error(&sentence) {
            eprintln!("hint: {hint}");
        }
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
