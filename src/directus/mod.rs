//! Floor 0: the wire language of Directus Realtime, as pure data.
//!
//! What the floor promises: text in, types out, and back. Nothing here knows the time, a file, a
//! thread or a window. Every reader is total: whatever a server sends is classified or kept as it
//! is, nothing panics, and nothing recurses however deep the JSON goes.
//!
//! The protocol facts come from measured servers, 12.4 and 11.17; "(reference 5.2)" in a comment
//! names the section of the project's protocol notes.

mod auth_mode;
mod claims;
mod class;
mod client_message;
/// Words for WebSocket close codes.
pub mod close;
mod collab;
mod credentials;
mod endpoint;
mod endpoint_note;
mod error_code;
mod escape;
mod event_name;
mod fields;
mod frame;
mod graphql;
mod head;
mod http_login;
mod items;
mod json;
mod login_message;
mod mask_http;
mod mask_spans;
mod masker;
mod message_type;
mod nest;
mod query;
/// Rows and keys as they lie in a frame.
pub mod rows;
mod scan;
mod secret;
mod server_message;
mod shown;
/// Programs that send a message, to copy.
pub mod snippet;
#[cfg(test)]
mod snippet_cases;
mod span;
mod status;
/// One-line summaries of frames, for the rows of the log.
pub mod summary;
/// Text templates for every client message.
pub mod template;
mod typed_url;
mod uid;
mod version;
mod words;

pub use auth_mode::{AuthMode, UnknownMode};
pub use claims::{Claims, TokenKind};
pub use class::{Class, classify};
pub use client_message::{Auth, Beat, ClientMessage, LogsSubscribe, Subscribe, Unsubscribe};
pub use collab::{Collab, CollabAction, CollabError};
pub use credentials::{Credentials, SESSION_COOKIE, TokenPlace};
pub use endpoint::Endpoint;
pub use endpoint_note::{EndpointError, EndpointNote};
pub use error_code::ErrorCode;
pub use event_name::EventName;
pub use fields::Fields;
pub use frame::{Frame, Other, ParseError};
pub use graphql::GraphQl;
pub use http_login::{
    GLOBALS_PATH, LOGIN_PATH, ME_FIELDS, ME_PATH, REFRESH_PATH, Tokens, http_error_code, login_body,
    refresh_body,
};
pub use items::{ItemsAction, ItemsReply, ItemsRequest};
pub use json::Json;
pub use login_message::{
    Presented, auth_with_password, auth_with_refresh_token, auth_with_token, new_refresh_token,
};
pub use mask_http::is_secret_header;
pub use mask_spans::names_credential;
pub use masker::{Masker, has_mask};
pub use message_type::MessageType;
pub use query::{List, Query, Whole};
pub use secret::Secret;
pub use server_message::{
    AuthOk, ErrorReply, EventData, LogEntry, LogsReply, ServerMessage, SubscriptionEvent,
};
pub use shown::shown;
pub use span::Span;
pub use status::Status;
pub use uid::Uid;
pub use version::Version;
