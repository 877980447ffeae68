//! `listeners`, `advertised.listeners` and `listener.security.protocol.map`.
//!
//! ```text
//! PLAINTEXT://127.0.0.1:9092     NAME://HOST:PORT; an empty host is every address; [::1] is an IPv6 host
//! ```

use std::collections::BTreeMap;

use super::error::ConfigError;

/// How a listener protects its connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SecurityProtocol {
    /// No encryption, no authentication.
    Plaintext,
    /// TLS.
    Ssl,
    /// Authentication without encryption.
    SaslPlaintext,
    /// Authentication over TLS.
    SaslSsl,
}

impl SecurityProtocol {
    /// Returns the protocol that Kafka calls `name`, in any case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [
            ("PLAINTEXT", Self::Plaintext),
            ("SSL", Self::Ssl),
            ("SASL_PLAINTEXT", Self::SaslPlaintext),
            ("SASL_SSL", Self::SaslSsl),
        ]
        .into_iter()
        .find_map(|(known, protocol)| known.eq_ignore_ascii_case(name).then_some(protocol))
    }
}

/// One address of a broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    /// The listener's name, in upper case.
    pub name: String,
    /// How its connections are protected.
    pub protocol: SecurityProtocol,
    /// A host name or address; empty for every address of the machine.
    pub host: String,
    /// A port; 0 takes a free one.
    pub port: u16,
}

/// Parses `listener.security.protocol.map`: `NAME:PROTOCOL,...`.
///
/// # Errors
/// [`ConfigError::InvalidValue`] that names the pair that cannot be read.
pub fn parse_protocol_map(pairs: &str) -> Result<BTreeMap<String, SecurityProtocol>, ConfigError> {
    pairs
        .split(',')
        .map(str::trim)
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            pair.split_once(':')
                .and_then(|(name, protocol)| {
                    Some((name.trim(), SecurityProtocol::from_name(protocol.trim())?))
                })
                .map(|(name, protocol)| (name.to_ascii_uppercase(), protocol))
                .ok_or_else(|| invalid("listener.security.protocol.map", pair, "NAME:PROTOCOL"))
        })
        .collect()
}

/// Parses the value of `key`, one of the two lists of listeners.
///
/// # Errors
/// [`ConfigError::InvalidValue`] if an address cannot be read, names an unknown listener, or two share a name.
pub fn parse_listeners(
    key: &str,
    addresses: &[String],
    protocols: &BTreeMap<String, SecurityProtocol>,
) -> Result<Vec<Listener>, ConfigError> {
    let mut listeners: Vec<Listener> = Vec::with_capacity(addresses.len());
    for address in addresses {
        let listener = parse_listener(key, address, protocols)?;
        if listeners.iter().any(|other| other.name == listener.name) {
            return Err(invalid(key, address, "each listener name once"));
        }
        listeners.push(listener);
    }
    Ok(listeners)
}

fn parse_listener(
    key: &str,
    address: &str,
    protocols: &BTreeMap<String, SecurityProtocol>,
) -> Result<Listener, ConfigError> {
    let malformed = || invalid(key, address, "NAME://HOST:PORT");
    let (name, location) = address.split_once("://").ok_or_else(malformed)?;
    let (host, port) = location.rsplit_once(':').ok_or_else(malformed)?;
    let name = name.trim().to_ascii_uppercase();
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let port = port.trim().parse().map_err(|_| malformed())?;
    let protocol = protocols.get(&name).copied().ok_or_else(|| {
        invalid(key, address, "a listener name that listener.security.protocol.map maps to a protocol")
    })?;
    Ok(Listener { name, protocol, host: host.to_owned(), port })
}

/// Checks that clients can connect to the advertised addresses.
///
/// # Errors
/// [`ConfigError::InvalidValue`] if one is every address (`0.0.0.0`, `::` or empty), or its name is no listener's.
pub fn check_advertised(advertised: &[Listener], listeners: &[Listener]) -> Result<(), ConfigError> {
    const KEY: &str = "advertised.listeners";
    for listener in advertised {
        let address = format!("{}://{}:{}", listener.name, listener.host, listener.port);
        if matches!(listener.host.as_str(), "" | "0.0.0.0" | "::") {
            return Err(invalid(KEY, &address, "an address that clients can connect to"));
        }
        if !listeners.iter().any(|known| known.name == listener.name) {
            return Err(invalid(KEY, &address, "a name that occurs in listeners"));
        }
    }
    Ok(())
}

fn invalid(key: &str, value: &str, expected: &str) -> ConfigError {
    ConfigError::InvalidValue { key: key.to_owned(), value: value.to_owned(), expected: expected.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(addresses: &[&str]) -> Result<Vec<Listener>, ConfigError> {
        let protocols = parse_protocol_map("PLAINTEXT:PLAINTEXT,INSIDE:PLAINTEXT,OUTSIDE:SASL_SSL").unwrap();
        let addresses: Vec<_> = addresses.iter().map(|address| (*address).to_owned()).collect();
        parse_listeners("listeners", &addresses, &protocols)
    }

    #[test]
    fn a_listener_has_a_name_a_host_and_a_port() {
        let listeners =
            parse(&["inside://127.0.0.1:0", "OUTSIDE://[::1]:9093", "PLAINTEXT://:9092"]).unwrap();
        assert_eq!(listeners[0].name, "INSIDE");
        assert_eq!((listeners[1].host.as_str(), listeners[1].port), ("::1", 9093));
        assert_eq!(listeners[1].protocol, SecurityProtocol::SaslSsl);
        assert_eq!(listeners[2].host, "");
    }

    #[test]
    fn an_address_that_cannot_be_read_is_named() {
        for bad in ["PLAINTEXT:9092", "PLAINTEXT://host", "PLAINTEXT://host:70000", "NOBODY://host:1"] {
            let message = parse(&[bad]).unwrap_err().to_string();
            assert!(message.contains(bad) && message.contains("listeners"), "{message}");
        }
        assert!(parse(&["INSIDE://:1", "INSIDE://:2"]).is_err());
    }

    #[test]
    fn every_address_cannot_be_advertised() {
        let listeners = parse(&["PLAINTEXT://0.0.0.0:9092"]).unwrap();
        assert!(check_advertised(&listeners, &listeners).is_err());
        let named = parse(&["PLAINTEXT://broker.example:9092"]).unwrap();
        assert_eq!(check_advertised(&named, &listeners), Ok(()));
        assert!(check_advertised(&parse(&["INSIDE://h:1"]).unwrap(), &listeners).is_err());
    }
}
