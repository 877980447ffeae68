//! An error with its causes in one line.

use std::error::Error;

/// Joins the texts of `error` and its causes, leaving out a cause that only repeats.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut last = text.clone();
    let mut cause = error.source();
    while let Some(error) = cause {
        let told = error.to_string();
        if told != last {
            text = format!("{text}: {told}");
        }
        last = told;
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{told}")]
    struct Told {
        told: &'static str,
        #[source]
        cause: Option<Box<Told>>,
    }

    #[test]
    fn causes_follow_in_order_and_repetitions_are_left_out() {
        let root = Told { told: "no space", cause: None };
        let same = Told { told: "cannot write", cause: Some(Box::new(root)) };
        let top = Told { told: "cannot write", cause: Some(Box::new(same)) };
        assert_eq!(chain(&top), "cannot write: no space");
    }
}
