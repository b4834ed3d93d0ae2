//! Exit codes of jobs without a window.

/// How a job ended; the number is what the shell sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// As wished.
    Done = 0,
    /// The command line or a file named there is wrong.
    Usage = 2,
    /// The WebSocket was never open.
    NotConnected = 3,
    /// The server refused the login.
    NotAuthenticated = 4,
    /// The server refused a subscription.
    Refused = 5,
    /// The connection ended without a Close frame.
    Lost = 6,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
