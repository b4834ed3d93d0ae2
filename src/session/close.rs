//! `LastClose`: how the last connection ended, and why that probably was.

use crate::capture::event::{ClosedBy, Stamp};
use crate::directus::ErrorCode;

use super::problem::Refusal;

/// How the last connection that had opened ended. Directus gives no code on its own closes, so the cause is inferred (reference 6.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastClose {
    /// Sequence number of the event.
    pub seq: u64,
    /// When.
    pub stamp: Stamp,
    /// Which connection.
    pub connection: u32,
    /// Close code; 1005 for none, 1006 for no Close frame, `None` where the transport doesn't report it.
    pub code: Option<u16>,
    /// The reason given.
    pub reason: String,
    /// Who ended it.
    pub by: ClosedBy,
    /// The last error message on that connection before the end.
    pub after: Option<Refusal>,
    /// The server's last ping had no answer when the connection ended.
    pub ping_unanswered: bool,
    /// The login was confirmed, or none was needed.
    pub was_live: bool,
}

impl LastClose {
    /// What probably happened, as one or two sentences. An inference, not a fact.
    #[must_use]
    pub fn likely_cause(&self) -> &'static str {
        if self.by == ClosedBy::Client {
            return "Closed from this side.";
        }
        if self.by == ClosedBy::Network || self.code == Some(1006) {
            return "The connection broke without a Close frame: the server stopped or was killed, or a proxy or the network cut it.";
        }
        match self.code {
            None | Some(1005 | 1000) => self.deliberate(),
            Some(1001) => "The server is going away, or a proxy in front of it is.",
            Some(1002) => "The server saw a violation of the WebSocket protocol in what was sent.",
            Some(1007) => "A text message that was sent is not valid UTF-8.",
            Some(1008) => {
                "Something between here and Directus refused by its own policy: Directus itself never closes with 1008."
            }
            Some(1009) => "A message that was sent is over the server's limit of 100 MiB.",
            Some(1011..=1014) => "The server or a gateway in front of it failed.",
            Some(4400..=4499) => "The GraphQL endpoint refused; the reason text tells why.",
            Some(_) => {
                "The server closed with a code that Directus does not use; a proxy or an extension may have."
            }
        }
    }

    /// Directus closes without a code whenever it means to: only what came before tells why.
    fn deliberate(&self) -> &'static str {
        match self.after.as_ref().map(|refusal| refusal.code) {
            Some(ErrorCode::AuthFailed) if self.was_live => {
                "A new login on the live connection failed, so the server closed it."
            }
            Some(ErrorCode::AuthFailed) => {
                "The login failed: wrong or expired token, a first message that is not a complete `auth`, or none within the server's time limit."
            }
            Some(ErrorCode::AuthTimeout) => "The token ran out and no new login came in time.",
            Some(ErrorCode::TokenExpired) => "The token ran out.",
            Some(ErrorCode::ServiceUnavailable) => "The server switched this service off for the connection.",
            _ if self.ping_unanswered => {
                "The server's ping stayed without an answer, so it took this connection for dead."
            }
            _ => "The server or a proxy ended the connection on purpose and gave no reason.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(code: Option<u16>, by: ClosedBy) -> LastClose {
        LastClose {
            seq: 1,
            stamp: Stamp::default(),
            connection: 1,
            code,
            reason: String::new(),
            by,
            after: None,
            ping_unanswered: false,
            was_live: true,
        }
    }

    #[test]
    fn a_missed_heartbeat_is_told_from_an_unexplained_close() {
        let plain = close(Some(1005), ClosedBy::Server);
        let missed = LastClose { ping_unanswered: true, ..plain.clone() };
        assert!(missed.likely_cause().contains("ping"));
        assert!(plain.likely_cause().contains("no reason"));
    }

    #[test]
    fn a_break_is_never_called_deliberate() {
        for code in [Some(1006), None, Some(1005)] {
            assert!(close(code, ClosedBy::Network).likely_cause().contains("without a Close frame"));
        }
    }
}
