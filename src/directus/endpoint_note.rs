//! `EndpointNote` and `EndpointError`: what was done to a URL, or why it is none.

/// One thing that was changed in a URL as it was typed or pasted. Prints as a short sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum EndpointNote {
    /// Spaces, quotes or line ends went.
    #[error("spaces, quotes or line ends around the URL were removed")]
    Trimmed,
    /// `ws` was put before a local host.
    #[error("ws:// was added, because the host is a local one")]
    PlainSchemeAdded,
    /// `wss` was put before a public host.
    #[error("wss:// was added, because the host is a public one")]
    SecureSchemeAdded,
    /// `http` became `ws`.
    #[error("http:// became ws://")]
    HttpReplaced,
    /// `https` became `wss`.
    #[error("https:// became wss://")]
    HttpsReplaced,
    /// A bare IPv6 address got its brackets.
    #[error("brackets were put around the IPv6 address")]
    BracketsAdded,
    /// The path of the app was cut.
    #[error("the path of the admin app was removed")]
    AdminPathCut,
    /// `/websocket` was appended.
    #[error("/websocket was added, where Directus listens by default")]
    PathAdded,
    /// Slashes at the end went.
    #[error("the slash at the end was removed")]
    SlashCut,
    /// A slash at the end was left, since the URL was given as a WebSocket URL.
    #[error("the path ends in a slash: Directus does not answer there unless it is configured so")]
    SlashKept,
    /// The query was cut.
    #[error("the query was removed")]
    QueryCut,
    /// The fragment was cut.
    #[error("the part behind # was removed: WebSocket URLs have none")]
    FragmentCut,
    /// The token was taken out of the URL.
    #[error("the access_token was moved out of the URL into the credentials")]
    TokenMoved,
    /// User and password were cut.
    #[error("user and password were removed from the URL: Directus does not read them there")]
    UserCut,
}

/// Why a text is no URL of a Directus server. It never repeats the text, which may hold a token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// Nothing was typed.
    #[error(
        "No URL yet. Type the address of a Directus server, such as https://cms.example.com or localhost:8055."
    )]
    Empty,
    /// Another scheme.
    #[error(
        "“{0}://” is not a scheme that leads to Directus. Write http, https, ws or wss, or leave it out."
    )]
    Scheme(String),
    /// No host.
    #[error("The URL has no host name. Write it behind the scheme, such as https://cms.example.com.")]
    Host,
    /// A host that cannot be one.
    #[error(
        "The host name is not valid. Check it for spaces and special characters; IPv6 addresses stand in brackets."
    )]
    BadHost,
    /// A port that cannot be one.
    #[error("The port is not valid. Behind the host write a colon and a number from 1 to 65535.")]
    Port,
    /// Anything else.
    #[error("This is not a URL. Write it like https://cms.example.com or ws://localhost:8055/websocket.")]
    Malformed,
}
