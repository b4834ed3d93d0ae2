//! `CauseKind`: the causes by name, for tests and machines.

use serde::Serialize;

/// Which explanation a cause is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CauseKind {
    /// What the failure itself says; nothing more is known.
    AsReported,
    /// A version of the server that is known for it (reference 8.5).
    BrokenVersion,
    /// The certificate's time is over.
    CertificateExpired,
    /// The certificate's time has not begun.
    CertificateNotYetValid,
    /// The certificate is for other names.
    CertificateWrongName,
    /// The server leaves the issuer's certificate out.
    ChainIncomplete,
    /// The clock of this machine is wrong.
    ClockWrong,
    /// We closed.
    ClosedHere,
    /// Collaborative editing is off (reference 7.4).
    CollaborationOff,
    /// `WEBSOCKETS_REST_CONN_LIMIT` is reached (reference 1.3).
    ConnectionLimit,
    /// The session cookie is no good (reference 1.3).
    CookieDead,
    /// A cookie's login can't be renewed on the socket (reference 8.4).
    CookieNotRenewed,
    /// The `auth` message lacks a credential, or half of one.
    CredentialMissing,
    /// A credential is of another type than a text.
    CredentialNotText,
    /// An error message came just before.
    ErrorBefore,
    /// Something before Directus refused.
    Firewall,
    /// The first message was no `auth` (reference 2.3).
    FirstIsNoLogin,
    /// A close code that Directus does not use.
    ForeignCode,
    /// A gateway gets nothing from the server behind it.
    GatewayFailed,
    /// A proxy goes away.
    GoingAway,
    /// The GraphQL endpoint refused (reference 7.2).
    GraphQlRefused,
    /// The credential is in a header that the upgrade ignores (reference 1.4).
    HeaderIgnored,
    /// Directus refused it as an HTTP request.
    HttpForbidden,
    /// A time limit for silent connections (reference 8.5).
    IdleProxy,
    /// The licence is locked (reference 1.3).
    LicenceLocked,
    /// The rate limit dropped the login (reference 6.2).
    LoginDropped,
    /// An incomplete `auth` on an open connection is ignored (reference 2.4).
    LoginSwallowed,
    /// The login came when the time limit ran out (reference 2.3).
    LoginTooLate,
    /// The log stream is for admins (reference 7.1).
    LogsForAdmins,
    /// A time limit for the age of connections.
    LongestLife,
    /// The server's ping got no sign of life (reference 3).
    MissedHeartbeat,
    /// The network or a proxy cut it.
    NetworkCut,
    /// This machine has lost its network.
    NetworkGone,
    /// The e-mail has not the form of one.
    NotAnAddress,
    /// Something else answers there.
    NotDirectus,
    /// No new login after the expiry (reference 2.5).
    NotRenewed,
    /// What was sent is not UTF-8 (reference 1.5).
    NotUtf8,
    /// No login within the time limit (reference 2.3).
    NothingSent,
    /// The one-time password is wrong or over.
    OneTimeWrong,
    /// The Origin is not allowed (reference 1.4).
    OriginRefused,
    /// The server listens on another address.
    OtherAddress,
    /// A rule of something in between.
    PolicyOfAnother,
    /// An authority this machine does not trust.
    PrivateAuthority,
    /// A name that is known in a private network only.
    PrivateName,
    /// A frame broke the rules (reference 1.5).
    ProtocolViolation,
    /// A proxy wants a login of its own.
    ProxyAuth,
    /// A proxy ended it.
    ProxyClosed,
    /// A proxy does not pass the upgrade on (reference 1.3).
    ProxyStrips,
    /// The rate limit (reference 6.2).
    RateLimited,
    /// The address is another one.
    Redirected,
    /// The refresh token is no good.
    RefreshTokenDead,
    /// The refresh token was used before (reference 2.2).
    RefreshTokenSpent,
    /// The login sent after the expiry was refused.
    RenewalRefused,
    /// The certificate is its own issuer.
    SelfSigned,
    /// The server stopped (reference 6.4).
    ServerEnded,
    /// The server failed on its own.
    ServerFailed,
    /// The server takes connections and does not answer.
    ServerHangs,
    /// This computer slept.
    Slept,
    /// Strict mode, and no token (reference 1.3).
    StrictMode,
    /// `WEBSOCKETS_ENABLED` is off (reference 1.3).
    SwitchedOff,
    /// A token that was good is so no more.
    TokenDied,
    /// The token ran out.
    TokenExpired,
    /// Two tokens in the URL (reference 1.3).
    TokenTwice,
    /// A message was too big (reference 1.5).
    TooBig,
    /// The limit of failed logins (reference 2.2).
    TooManyAttempts,
    /// Two-factor authentication (reference 2.2).
    TwoFactors,
    /// Directus sheds load.
    UnderPressure,
    /// Nothing seen explains it.
    Unexplained,
    /// The user may not log in.
    UserSuspended,
    /// The port expects TLS.
    WantsTls,
    /// A key of the `auth` message is misspelt (reference 8.5).
    WrongKey,
    /// E-mail or password is wrong.
    WrongPassword,
    /// The path is no endpoint (reference 1.3).
    WrongPath,
    /// The token is wrong.
    WrongToken,
}
