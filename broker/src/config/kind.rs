//! Types of configuration values, their bounds, and the check of a text against both.

use super::error::ConfigError;

/// The type of a key's value, as DescribeConfigs names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `true` or `false`, in any case.
    Boolean,
    /// Any text.
    String,
    /// 32 bits, signed.
    Int,
    /// 16 bits, signed.
    Short,
    /// 64 bits, signed.
    Long,
    /// A decimal number.
    Double,
    /// Texts separated by commas.
    List,
    /// A Java class; kept as text.
    Class,
    /// A text that is never shown.
    Password,
}

impl Kind {
    /// Returns the number of this type in DescribeConfigs responses (version 3 and later).
    #[must_use]
    pub fn wire_id(self) -> i8 {
        match self {
            Self::Boolean => 1,
            Self::String => 2,
            Self::Int => 3,
            Self::Short => 4,
            Self::Long => 5,
            Self::Double => 6,
            Self::List => 7,
            Self::Class => 8,
            Self::Password => 9,
        }
    }

    /// Returns the type that a table of keys calls `word`.
    pub(super) fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "boolean" => Self::Boolean,
            "string" => Self::String,
            "int" => Self::Int,
            "short" => Self::Short,
            "long" => Self::Long,
            "double" => Self::Double,
            "list" => Self::List,
            "class" => Self::Class,
            "password" => Self::Password,
            _ => return None,
        })
    }
}

/// What a key accepts beyond its type.
#[derive(Debug, Clone, PartialEq)]
pub enum Accepts {
    /// Every value of the type.
    Anything,
    /// An integer of at least this.
    AtLeast(i64),
    /// An integer between two bounds, both included, or one exception.
    Between {
        /// Smallest value.
        min: i64,
        /// Largest value.
        max: i64,
        /// A value outside the bounds that is accepted as well.
        or: Option<i64>,
    },
    /// A decimal number between two bounds, both included.
    Fraction {
        /// Smallest value.
        min: f64,
        /// Largest value.
        max: f64,
    },
    /// One of these words; for a list, each element is one of them.
    OneOf(Vec<&'static str>),
    /// One of these words, in any case.
    OneOfInAnyCase(Vec<&'static str>),
    /// A text or list with something in it.
    NonEmpty,
    /// `*`, or a list of `partition:broker`.
    ThrottledReplicas,
}

impl Accepts {
    /// Returns the rule that a table of keys writes as `rule`: see `broker_keys.txt`.
    pub(super) fn from_rule(rule: &'static str) -> Option<Self> {
        if let Some(min) = rule.strip_prefix(">=") {
            return min.parse().ok().map(Self::AtLeast);
        }
        if let Some(words) = rule.strip_prefix("one-of:") {
            return Some(Self::OneOf(words.split(',').collect()));
        }
        if let Some(words) = rule.strip_prefix("any-case:") {
            return Some(Self::OneOfInAnyCase(words.split(',').collect()));
        }
        if let Some((min, rest)) = rule.split_once("..") {
            if min.contains('.') {
                return Some(Self::Fraction { min: min.parse().ok()?, max: rest.parse().ok()? });
            }
            let (max, or) = rest.split_once('|').map_or((rest, None), |(max, or)| (max, Some(or)));
            let or = or.map(str::parse).transpose().ok()?;
            return Some(Self::Between { min: min.parse().ok()?, max: max.parse().ok()?, or });
        }
        match rule {
            "-" => Some(Self::Anything),
            "non-empty" => Some(Self::NonEmpty),
            "throttled-replicas" => Some(Self::ThrottledReplicas),
            _ => None,
        }
    }

    fn expectation(&self) -> String {
        match self {
            Self::Anything => "any value of the type".to_owned(),
            Self::AtLeast(min) => format!("a value of at least {min}"),
            Self::Between { min, max, or: None } => format!("a value between {min} and {max}"),
            Self::Between { min, max, or: Some(or) } => format!("a value between {min} and {max}, or {or}"),
            Self::Fraction { min, max } => format!("a value between {min} and {max}"),
            Self::OneOf(words) | Self::OneOfInAnyCase(words) => format!("one of {}", words.join(", ")),
            Self::NonEmpty => "a value that is not empty".to_owned(),
            Self::ThrottledReplicas => "* or a list of partition:broker".to_owned(),
        }
    }

    fn integer(&self, number: i64) -> bool {
        match self {
            Self::AtLeast(min) => number >= *min,
            Self::Between { min, max, or } => (*min..=*max).contains(&number) || *or == Some(number),
            _ => true,
        }
    }

    fn word(&self, word: &str) -> bool {
        match self {
            Self::OneOf(words) => words.contains(&word),
            Self::OneOfInAnyCase(words) => words.iter().any(|known| known.eq_ignore_ascii_case(word)),
            _ => true,
        }
    }
}

/// Splits the text of a list into its elements, without blanks around them.
#[must_use]
pub fn list_elements(value: &str) -> Vec<&str> {
    if value.trim().is_empty() { Vec::new() } else { value.split(',').map(str::trim).collect() }
}

/// Checks `value` against `kind` and `accepts`, and returns it in the form DescribeConfigs shows.
///
/// # Errors
/// [`ConfigError::InvalidValue`] that names `key`, the value and what was expected.
pub fn check(key: &str, kind: Kind, accepts: &Accepts, value: &str) -> Result<String, ConfigError> {
    let invalid = |expected: String| ConfigError::InvalidValue {
        key: key.to_owned(),
        value: value.to_owned(),
        expected,
    };
    let trimmed = value.trim();
    let integer = |min: i64, max: i64, type_name: &str| {
        let number = trimmed
            .parse::<i64>()
            .ok()
            .filter(|number| (min..=max).contains(number))
            .ok_or_else(|| invalid(format!("a number of type {type_name}")))?;
        if accepts.integer(number) { Ok(number.to_string()) } else { Err(invalid(accepts.expectation())) }
    };
    match kind {
        Kind::Boolean if trimmed.eq_ignore_ascii_case("true") => Ok("true".to_owned()),
        Kind::Boolean if trimmed.eq_ignore_ascii_case("false") => Ok("false".to_owned()),
        Kind::Boolean => Err(invalid("true or false".to_owned())),
        Kind::Short => integer(i64::from(i16::MIN), i64::from(i16::MAX), "SHORT"),
        Kind::Int => integer(i64::from(i32::MIN), i64::from(i32::MAX), "INT"),
        Kind::Long => integer(i64::MIN, i64::MAX, "LONG"),
        Kind::Double => {
            let number: f64 = trimmed.parse().map_err(|_| invalid("a number of type DOUBLE".to_owned()))?;
            match accepts {
                Accepts::Fraction { min, max } if !(*min..=*max).contains(&number) => {
                    Err(invalid(accepts.expectation()))
                }
                _ => Ok(format!("{number:?}")),
            }
        }
        Kind::List => check_list(accepts, value).map_err(|()| invalid(accepts.expectation())),
        Kind::Password => Ok(value.to_owned()),
        Kind::String | Kind::Class => {
            let refused = !accepts.word(trimmed) || (*accepts == Accepts::NonEmpty && trimmed.is_empty());
            if refused { Err(invalid(accepts.expectation())) } else { Ok(trimmed.to_owned()) }
        }
    }
}

fn check_list(accepts: &Accepts, value: &str) -> Result<String, ()> {
    let elements = list_elements(value);
    let fits = match accepts {
        Accepts::NonEmpty => !elements.is_empty(),
        Accepts::ThrottledReplicas => elements == ["*"] || elements.iter().all(|pair| is_replica(pair)),
        _ => elements.iter().all(|element| !element.is_empty() && accepts.word(element)),
    };
    if fits { Ok(elements.join(",")) } else { Err(()) }
}

fn is_replica(pair: &str) -> bool {
    pair.split_once(':')
        .is_some_and(|(partition, broker)| partition.parse::<u32>().is_ok() && broker.parse::<u32>().is_ok())
}
