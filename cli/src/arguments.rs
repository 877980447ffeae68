//! What several subcommands take: how to reach a cluster, how to print, `KEY=VALUE` pairs.

use std::collections::BTreeMap;
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use anyhow::anyhow;
use clap::{Args, ValueEnum};
use tidemill_client::{Admin, AdminConfig, BlockingAdmin};

/// How long the first look for a broker may take for each address.
const REACH_TIMEOUT: Duration = Duration::from_secs(3);

/// How long somebody at a terminal waits for one call, retries included.
const ADMIN_TIMEOUT_MS: &str = "15000";

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

/// Form of data on stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// Aligned columns with a header
    Table,
    /// One JSON array
    Json,
    /// One JSON object a line
    Jsonl,
}

/// How to print.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Output {
    /// Form of the data on stdout
    #[arg(short = 'o', long = "output", value_enum, default_value_t = OutputFormat::Table)]
    pub(crate) format: OutputFormat,
}

/// How to reach a cluster.
#[derive(Debug, Clone, Args)]
pub(crate) struct Connection {
    /// Brokers to ask first, HOST:PORT[,HOST:PORT...]
    #[arg(
        short = 'b',
        long,
        env = "TIDEMILL_BOOTSTRAP_SERVER",
        default_value = "127.0.0.1:9092",
        value_name = "HOST:PORT"
    )]
    bootstrap_server: String,
    /// A client property, for example -X request.timeout.ms=5000
    #[arg(short = 'X', long = "property", value_name = "KEY=VALUE", value_parser = pair)]
    properties: Vec<Pair>,
}

impl Connection {
    /// The client properties these arguments stand for; `defaults` give way to what the user says.
    ///
    /// # Errors
    /// If nobody listens at any of the addresses: said here, at once, in place of a time-out of the client.
    pub(crate) fn properties(&self, defaults: &[(&str, &str)]) -> anyhow::Result<BTreeMap<String, String>> {
        let mut properties: BTreeMap<String, String> =
            defaults.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        properties.insert("client.id".to_owned(), "tidemill-cli".to_owned());
        properties.insert("bootstrap.servers".to_owned(), self.bootstrap_server.clone());
        properties.extend(self.properties.iter().cloned());
        reach(&properties["bootstrap.servers"])?;
        Ok(properties)
    }

    /// An administrative client.
    ///
    /// # Errors
    /// As [`Connection::properties`], and for a value that its key does not take.
    pub(crate) fn admin(&self) -> anyhow::Result<BlockingAdmin> {
        let properties = self.properties(&[("default.api.timeout.ms", ADMIN_TIMEOUT_MS)])?;
        Ok(Admin::connect(AdminConfig::from_properties(&properties)?)?.blocking())
    }
}

/// Succeeds if one of the comma-separated `servers` takes a connection.
fn reach(servers: &str) -> anyhow::Result<()> {
    let mut last = None;
    for server in servers.split(',').map(str::trim).filter(|server| !server.is_empty()) {
        let addresses = match server.to_socket_addrs() {
            Ok(addresses) => addresses,
            Err(error) => {
                last = Some(anyhow!(error).context(format!("{server} is not the address of a broker")));
                continue;
            }
        };
        for address in addresses {
            match TcpStream::connect_timeout(&address, REACH_TIMEOUT) {
                Ok(_) => return Ok(()),
                Err(error) => last = Some(anyhow!(error).context(format!("no broker answers at {server}"))),
            }
        }
    }
    Err(last.unwrap_or_else(|| anyhow!("--bootstrap-server names no address")))
}

/// Splits a `KEY=VALUE` argument at its first equals sign.
pub(crate) fn pair(argument: &str) -> Result<Pair, String> {
    match argument.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.to_owned())),
        _ => Err("expected KEY=VALUE".to_owned()),
    }
}

/// Reads a point in time given as an argument.
pub(crate) fn point_in_time(argument: &str) -> Result<i64, String> {
    crate::timestamp::parse(argument).map_err(|error| error.to_string())
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

    #[test]
    fn an_address_without_a_broker_is_named() {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let error = reach(&free.to_string()).unwrap_err();
        assert_eq!(error.to_string(), format!("no broker answers at {free}"));
        assert!(
            reach("nonsense").unwrap_err().to_string().contains("nonsense is not the address of a broker")
        );
        assert!(reach(" , ").is_err());
    }

    #[test]
    fn one_address_that_answers_is_enough() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        assert!(reach(&format!("127.0.0.1:1,{address}")).is_ok());
    }
}
