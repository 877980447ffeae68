//! Ranges of versions, and the Rust conditions that tell them apart.

use std::fmt;

/// Versions `first..=last`; never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Versions {
    /// First version.
    pub first: i16,
    /// Last version; `i16::MAX` where a schema says `3+`.
    pub last: i16,
}

impl Versions {
    /// Reads `3`, `3-7` or `3+`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (first, last) = if let Some(first) = text.strip_suffix('+') {
            (first.parse().ok()?, i16::MAX)
        } else if let Some((first, last)) = text.split_once('-') {
            (first.parse().ok()?, last.parse().ok()?)
        } else {
            let only = text.parse().ok()?;
            (only, only)
        };
        (0 <= first && first <= last).then_some(Self { first, last })
    }

    /// Whether `version` is one of them.
    #[must_use]
    pub fn contains(self, version: i16) -> bool {
        (self.first..=self.last).contains(&version)
    }

    /// The versions that are in both.
    #[must_use]
    pub fn intersection(self, other: Self) -> Option<Self> {
        let (first, last) = (self.first.max(other.first), self.last.min(other.last));
        (first <= last).then_some(Self { first, last })
    }

    /// The smallest range around both.
    #[must_use]
    pub fn span(self, other: Self) -> Self {
        Self { first: self.first.min(other.first), last: self.last.max(other.last) }
    }

    /// The condition on `version` that holds for these among `all`; `None` if it always holds.
    pub(crate) fn condition(self, all: Self) -> Option<String> {
        let Self { first, last } = self;
        match (first > all.first, last < all.last) {
            (false, false) => None,
            _ if first == last => Some(format!("version == {first}")),
            (true, false) => Some(format!("version >= {first}")),
            (false, true) => Some(format!("version <= {last}")),
            (true, true) => Some(format!("({first}..={last}).contains(&version)")),
        }
    }

    /// The condition on `version` that holds for the others among `all`; `None` if there are none.
    pub(crate) fn opposite_condition(self, all: Self) -> Option<String> {
        let Self { first, last } = self;
        match (first > all.first, last < all.last) {
            (false, false) => None,
            _ if first == last => Some(format!("version != {first}")),
            (true, false) => Some(format!("version < {first}")),
            (false, true) => Some(format!("version > {last}")),
            (true, true) => Some(format!("!({first}..={last}).contains(&version)")),
        }
    }
}

impl fmt::Display for Versions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            write!(formatter, "version {}", self.first)
        } else {
            write!(formatter, "versions {} to {}", self.first, self.last)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn versions(text: &str) -> Versions {
        Versions::parse(text).unwrap()
    }

    #[test]
    fn only_the_three_forms_are_ranges() {
        assert_eq!(versions("3"), Versions { first: 3, last: 3 });
        assert_eq!(versions("3-7"), Versions { first: 3, last: 7 });
        assert_eq!(versions("3+"), Versions { first: 3, last: i16::MAX });
        for text in ["", "none", "7-3", "-1", "3-", "+"] {
            assert_eq!(Versions::parse(text), None, "{text}");
        }
    }

    #[test]
    fn conditions_say_no_more_than_needed() {
        let all = versions("4-18");
        assert_eq!(versions("4-18").condition(all), None);
        assert_eq!(versions("4-14").condition(all).unwrap(), "version <= 14");
        assert_eq!(versions("12-18").condition(all).unwrap(), "version >= 12");
        assert_eq!(versions("5-7").condition(all).unwrap(), "(5..=7).contains(&version)");
        assert_eq!(versions("18").condition(all).unwrap(), "version == 18");
        assert_eq!(versions("12-18").opposite_condition(all).unwrap(), "version < 12");
    }
}
