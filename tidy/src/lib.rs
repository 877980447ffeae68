//! The house rules as a test: this package holds nothing but `tests/tidy`.
