//! Every way to fail, and the three sentences each gets: what happened, the likely cause, the next step.
//!
//! No sentence holds a secret by construction, except where text from outside is quoted; the door
//! (`net::mask`) looks at all of them before they become events.

mod dial;
mod http;
mod http_login;
mod login;
mod open;
mod proxy;
mod tls;
mod trust;
mod upgrade;

pub use dial::DialFailure;
pub use http::HttpFailure;
pub use http_login::HttpLoginFailure;
pub use login::LoginFailure;
pub use open::OpenFailure;
pub use proxy::ProxyFailure;
pub use tls::TlsFailure;
pub use trust::{PemFile, TrustFailure};
pub use upgrade::UpgradeFailure;

use crate::capture::event::Stage;

/// Three sentences for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentences {
    /// What happened.
    pub message: String,
    /// The likely cause.
    pub cause: String,
    /// What to do next.
    pub advice: String,
}

impl Sentences {
    pub(crate) fn new(
        message: impl Into<String>,
        cause: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self { message: message.into(), cause: cause.into(), advice: advice.into() }
    }
}

/// Whether connecting again can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// It may: the network, or a server that restarts.
    Again,
    /// It may a few times: a limit that heals (403), a route that is just being deployed (404).
    FewTimes,
    /// It will not: something must be changed first.
    Change,
}

/// Something that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Before TCP stood.
    Dial(DialFailure),
    /// At a proxy.
    Proxy(ProxyFailure),
    /// In the certificates of the profile, before anything was sent.
    Trust(TrustFailure),
    /// In the TLS handshake.
    Tls(TlsFailure),
    /// In the HTTP upgrade.
    Upgrade(UpgradeFailure),
    /// In an HTTP exchange beside the socket.
    Http(HttpFailure),
    /// At the Directus login.
    Login(LoginFailure),
    /// At the login over HTTP.
    HttpLogin(HttpLoginFailure),
    /// On the open socket, or a message that could not be sent.
    Open(OpenFailure),
    /// What the portable transport reports and nothing more is known of.
    Portable {
        /// Its own words.
        words: String,
    },
    /// The portable transport can't do what the profile asks for.
    Unsupported {
        /// What, as part of a sentence.
        what: &'static str,
    },
}

impl Failure {
    /// Where on the way it happened.
    #[must_use]
    pub const fn stage(&self) -> Stage {
        match self {
            Self::Dial(failure) => failure.stage(),
            Self::Proxy(_) => Stage::Proxy,
            Self::Trust(_) | Self::Tls(_) => Stage::Tls,
            Self::Upgrade(_) => Stage::Upgrade,
            Self::Http(_) => Stage::Http,
            Self::Login(_) | Self::HttpLogin(_) => Stage::Login,
            Self::Open(failure) => failure.stage(),
            // It is refused before anything is sent, so the way there was not even begun.
            Self::Unsupported { .. } => Stage::Tcp,
            Self::Portable { .. } => Stage::Socket,
        }
    }

    /// What to tell the person.
    #[must_use]
    pub fn sentences(&self) -> Sentences {
        match self {
            Self::Dial(failure) => failure.sentences(),
            Self::Proxy(failure) => failure.sentences(),
            Self::Trust(failure) => failure.sentences(),
            Self::Tls(failure) => failure.sentences(),
            Self::Upgrade(failure) => failure.sentences(),
            Self::Http(failure) => failure.sentences(),
            Self::Login(failure) => failure.sentences(),
            Self::HttpLogin(failure) => failure.sentences(),
            Self::Open(failure) => failure.sentences(),
            Self::Portable { words } => Sentences::new(
                format!("The portable transport reports: {words}."),
                "It passes on one line of text and nothing else.",
                "Switch the profile to the full transport to see what happened.",
            ),
            Self::Unsupported { what } => Sentences::new(
                format!("The portable transport can't {what}."),
                "The profile asks for it, and to connect without it could go where you don't want to.",
                "Switch the profile to the full transport, or remove that setting.",
            ),
        }
    }

    /// Whether connecting again can help.
    #[must_use]
    pub const fn remedy(&self) -> Remedy {
        match self {
            Self::Dial(failure) => failure.remedy(),
            Self::Proxy(failure) => failure.remedy(),
            Self::Trust(failure) => failure.remedy(),
            Self::Tls(failure) => failure.remedy(),
            Self::Upgrade(failure) => failure.remedy(),
            Self::Http(_) => Remedy::Again,
            Self::Login(failure) => failure.remedy(),
            Self::HttpLogin(failure) => failure.remedy(),
            Self::Open(failure) => failure.remedy(),
            Self::Portable { .. } => Remedy::Again,
            Self::Unsupported { .. } => Remedy::Change,
        }
    }
}

impl From<DialFailure> for Failure {
    fn from(failure: DialFailure) -> Self {
        Self::Dial(failure)
    }
}

impl From<ProxyFailure> for Failure {
    fn from(failure: ProxyFailure) -> Self {
        Self::Proxy(failure)
    }
}

impl From<HttpLoginFailure> for Failure {
    fn from(failure: HttpLoginFailure) -> Self {
        Self::HttpLogin(failure)
    }
}

impl From<TrustFailure> for Failure {
    fn from(failure: TrustFailure) -> Self {
        Self::Trust(failure)
    }
}

impl From<TlsFailure> for Failure {
    fn from(failure: TlsFailure) -> Self {
        Self::Tls(failure)
    }
}

impl From<UpgradeFailure> for Failure {
    fn from(failure: UpgradeFailure) -> Self {
        Self::Upgrade(failure)
    }
}

impl From<HttpFailure> for Failure {
    fn from(failure: HttpFailure) -> Self {
        Self::Http(failure)
    }
}

impl From<LoginFailure> for Failure {
    fn from(failure: LoginFailure) -> Self {
        Self::Login(failure)
    }
}

impl From<OpenFailure> for Failure {
    fn from(failure: OpenFailure) -> Self {
        Self::Open(failure)
    }
}

/// Milliseconds as a person reads them.
pub(crate) fn in_seconds(milliseconds: u128) -> String {
    if milliseconds < 1000 {
        format!("{milliseconds} ms")
    } else if milliseconds.is_multiple_of(1000) {
        format!("{} s", milliseconds / 1000)
    } else {
        format!("{}.{} s", milliseconds / 1000, milliseconds % 1000 / 100)
    }
}

/// Bytes as a person reads them, with the exact number where it matters.
pub(crate) fn in_bytes(bytes: u64) -> String {
    if bytes >= 1 << 20 { format!("{} MiB ({bytes} bytes)", bytes >> 20) } else { format!("{bytes} bytes") }
}

#[cfg(test)]
mod tests {
    use super::{
        DialFailure, Failure, HttpFailure, HttpLoginFailure, LoginFailure, OpenFailure, ProxyFailure, Remedy,
        TlsFailure, TrustFailure, UpgradeFailure, in_bytes, in_seconds,
    };

    fn samples() -> Vec<Failure> {
        let mut samples: Vec<Failure> = vec![Failure::Portable { words: "read: nonsense".to_owned() }];
        samples.extend(DialFailure::samples().into_iter().map(Failure::from));
        samples.extend(ProxyFailure::samples().into_iter().map(Failure::from));
        samples.extend(TrustFailure::samples().into_iter().map(Failure::from));
        samples.push(Failure::Unsupported { what: "go through a proxy" });
        samples.extend(TlsFailure::samples().into_iter().map(Failure::from));
        samples.extend(UpgradeFailure::samples().into_iter().map(Failure::from));
        samples.extend(HttpFailure::samples().into_iter().map(Failure::from));
        samples.extend(LoginFailure::samples().into_iter().map(Failure::from));
        samples.extend(HttpLoginFailure::samples().into_iter().map(Failure::from));
        samples.extend(OpenFailure::samples().into_iter().map(Failure::from));
        samples
    }

    #[test]
    fn every_failure_has_three_different_sentences() {
        let mut messages = std::collections::BTreeSet::new();
        for failure in samples() {
            let told = failure.sentences();
            for sentence in [&told.message, &told.cause, &told.advice] {
                assert!(sentence.ends_with('.'), "no full stop: {sentence:?} of {failure:?}");
                assert!(sentence.chars().next().is_some_and(|first| !first.is_lowercase()), "{sentence:?}");
                assert!(!sentence.contains("Some("), "a debug print: {sentence:?}");
                assert!(!sentence.contains("  "), "two spaces: {sentence:?}");
            }
            assert!(told.message != told.cause && told.cause != told.advice, "{failure:?} repeats itself");
            assert!(messages.insert(told.message.clone()), "two failures say {:?}", told.message);
        }
    }

    #[test]
    fn the_reference_decides_what_is_tried_again() {
        let status = |status| {
            UpgradeFailure::Status { status, reason: String::new(), location: None, token_shown: true }
                .remedy()
        };
        assert_eq!(status(401), Remedy::Change);
        assert_eq!(status(403), Remedy::FewTimes);
        assert_eq!(status(404), Remedy::FewTimes);
        assert_eq!(status(400), Remedy::Change);
        assert_eq!(status(302), Remedy::Change);
        assert_eq!(status(200), Remedy::Change);
        assert_eq!(status(500), Remedy::Again);
        assert_eq!(status(503), Remedy::Again);
    }

    #[test]
    fn numbers_are_readable() {
        assert_eq!(in_seconds(250), "250 ms");
        assert_eq!(in_seconds(10_000), "10 s");
        assert_eq!(in_seconds(1_500), "1.5 s");
        assert_eq!(in_bytes(125), "125 bytes");
        assert_eq!(in_bytes(300 << 20), "300 MiB (314572800 bytes)");
    }
}
