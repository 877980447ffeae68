//! Where a broker listens.

use std::fmt;

/// Host and port of a broker's listener.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct BrokerAddress {
    /// Host name or address, without brackets.
    pub(crate) host: String,
    /// TCP port.
    pub(crate) port: u16,
}

impl BrokerAddress {
    /// Reads `host:port`; an IPv6 address stands in brackets.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (host, port) = text.rsplit_once(':')?;
        let host = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
        let port = port.parse().ok().filter(|port| *port > 0)?;
        (!host.is_empty()).then(|| Self { host: host.to_owned(), port })
    }
}

impl fmt::Display for BrokerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_bracketed_addresses_are_read_and_printed_alike() {
        for text in ["localhost:9092", "127.0.0.1:1", "[::1]:65535"] {
            assert_eq!(BrokerAddress::parse(text).unwrap().to_string(), text);
        }
        for text in ["localhost", ":9092", "localhost:0", "localhost:65536", "localhost:x"] {
            assert_eq!(BrokerAddress::parse(text), None, "{text}");
        }
    }
}
