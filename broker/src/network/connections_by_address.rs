//! How many connections each address has open (`max.connections.per.ip`).
//!
//! Kafka closes a connection above the limit without a word, and so does this broker. Both keys may be altered while the
//! broker runs; the limit holds for connections that come after that.

use std::collections::HashMap;
use std::net::{IpAddr, ToSocketAddrs};
use std::sync::Arc;

use parking_lot::Mutex;

/// Open connections by the peer's address; only addresses that have one.
#[derive(Debug, Clone, Default)]
pub(crate) struct ConnectionsByAddress(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// A connection that is counted until this is dropped.
#[derive(Debug)]
pub(super) struct Admitted {
    address: IpAddr,
    open: ConnectionsByAddress,
}

impl ConnectionsByAddress {
    /// Counts a connection from `address`, unless it has `limit` already.
    pub(super) fn admit(&self, address: IpAddr, limit: usize) -> Option<Admitted> {
        let address = address.to_canonical();
        let mut open = self.0.lock();
        let count = open.get(&address).copied().unwrap_or(0);
        if count >= limit {
            return None;
        }
        open.insert(address, count + 1);
        Some(Admitted { address, open: self.clone() })
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let mut open = self.open.0.lock();
        if let Some(count) = open.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

/// The limit that `max.connections.per.ip.overrides` (`HOST:COUNT,...`) has for `address`; entries that say nothing are
/// passed over.
pub(super) fn override_for(address: IpAddr, overrides: &str) -> Option<usize> {
    let entries = overrides.split(',').filter_map(|entry| entry.trim().rsplit_once(':'));
    let names = |host: &str| {
        let mut found = (host, 0).to_socket_addrs().ok()?;
        found.any(|found| found.ip().to_canonical() == address.to_canonical()).then_some(())
    };
    entries.filter_map(|(host, count)| Some((host, count.parse().ok()?))).find_map(|(host, count)| {
        names(host)?;
        Some(count)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_at_its_limit_is_turned_away_until_one_of_its_connections_ends() {
        let open = ConnectionsByAddress::default();
        let [here, there] = [IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2])];
        let first = open.admit(here, 2).unwrap();
        let _second = open.admit(here, 2).unwrap();
        assert!(open.admit(here, 2).is_none());
        assert!(open.admit(there, 2).is_some());
        drop(first);
        assert!(open.admit(here, 2).is_some());
        // Addresses without connections leave nothing behind.
        assert_eq!(open.0.lock().len(), 1);
    }

    #[test]
    fn an_override_holds_for_the_address_it_names() {
        let overrides = "10.0.0.1:5, ::1:7,nonsense";
        assert_eq!(override_for(IpAddr::from([10, 0, 0, 1]), overrides), Some(5));
        assert_eq!(override_for("::1".parse().unwrap(), overrides), Some(7));
        assert_eq!(override_for(IpAddr::from([10, 0, 0, 2]), overrides), None);
    }
}
