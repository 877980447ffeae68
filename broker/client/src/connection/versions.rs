//! Which version of each API both sides of a connection speak.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use tidemill_protocol::{ApiKey, Request};

/// The ranges a broker advertised.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SupportedVersions {
    ranges: HashMap<ApiKey, RangeInclusive<i16>>,
    transaction_version: i16,
}

impl SupportedVersions {
    /// Makes the table of `(api key, first, last)` rows; keys this client does not know are left out.
    pub(crate) fn new(rows: impl IntoIterator<Item = (i16, i16, i16)>) -> Self {
        let known = rows.into_iter().filter_map(|(key, first, last)| {
            let key = ApiKey::from_code(key)?;
            Some((key, first..=last))
        });
        Self { ranges: known.collect(), transaction_version: 0 }
    }

    /// Notes the level of `transaction.version` that the cluster has finalised (KIP-890); 0 if it names none.
    pub(crate) fn with_transaction_version(self, transaction_version: i16) -> Self {
        Self { transaction_version, ..self }
    }

    /// Returns the level of `transaction.version` that the cluster has finalised.
    pub(crate) fn transaction_version(&self) -> i16 {
        self.transaction_version
    }

    /// Returns the highest version of `R` that both sides speak and that is not above `limit`.
    pub(crate) fn pick<R: Request>(&self, limit: i16) -> Option<i16> {
        let theirs = self.ranges.get(&R::API_KEY)?;
        let highest = (*theirs.end()).min(*R::VERSIONS.end()).min(limit);
        (highest >= *theirs.start() && highest >= *R::VERSIONS.start()).then_some(highest)
    }
}
