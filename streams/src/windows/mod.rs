//! Windows over event time: a window and a windowed key (`window`), and how time is cut into them (`time_windows`).

mod time_windows;
mod window;

pub use time_windows::TimeWindows;
pub use window::{Window, Windowed};

pub(crate) use window::saturating_ms;
