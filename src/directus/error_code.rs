//! `ErrorCode`: the reasons Directus gives.

use crate::directus::words::words;

words! {
    /// The `code` of an error (reference 6.2).
    ErrorCode {
        /// No error.
        None = "",
        /// The login was refused.
        AuthFailed = "AUTH_FAILED",
        /// The access token ran out.
        TokenExpired = "TOKEN_EXPIRED",
        /// No new login in time after the expiry.
        AuthTimeout = "AUTH_TIMEOUT",
        /// The message could not be understood.
        InvalidPayload = "INVALID_PAYLOAD",
        /// The rate limit was hit.
        RequestsExceeded = "REQUESTS_EXCEEDED",
        /// The server or a part of it is switched off.
        ServiceUnavailable = "SERVICE_UNAVAILABLE",
        /// A system collection, or on older servers an unknown one.
        InvalidCollection = "INVALID_COLLECTION",
        /// No permission, or no such thing.
        Forbidden = "FORBIDDEN",
        /// The query is wrong.
        InvalidQuery = "INVALID_QUERY",
        /// The collection is switched off.
        CollectionInactive = "COLLECTION_INACTIVE",
        /// A unique value exists already.
        RecordNotUnique = "RECORD_NOT_UNIQUE",
        /// A text is too long for its column.
        ValueTooLong = "VALUE_TOO_LONG",
        /// A number doesn't fit its column.
        ValueOutOfRange = "VALUE_OUT_OF_RANGE",
        /// A relation points to nothing.
        InvalidForeignKey = "INVALID_FOREIGN_KEY",
        /// A column must not be null.
        NotNullViolation = "NOT_NULL_VIOLATION",
        /// A column holds nulls already.
        ContainsNullValues = "CONTAINS_NULL_VALUES",
        /// Wrong e-mail, password or token (HTTP).
        InvalidCredentials = "INVALID_CREDENTIALS",
        /// Wrong one-time password (HTTP).
        InvalidOtp = "INVALID_OTP",
        /// A field does not validate (HTTP; a socket stays silent, reference 4.3).
        FailedValidation = "FAILED_VALIDATION",
        /// The licence or a limit forbids it (HTTP).
        ResourceRestricted = "RESOURCE_RESTRICTED",
        /// No such path (HTTP).
        RouteNotFound = "ROUTE_NOT_FOUND",
        /// Something broke inside the server.
        InternalServerError = "INTERNAL_SERVER_ERROR",
        /// A code not known here; extensions may throw any.
        Other = "other",
    }
}

impl ErrorCode {
    /// The value of a `code`; `Other` for an unknown word.
    #[must_use]
    pub fn from_wire(word: &str) -> Self {
        Self::from_word(word).unwrap_or(Self::Other)
    }

    /// What the code means, as one sentence for a person.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::None => "No error.",
            Self::AuthFailed => {
                "The server did not accept the credentials, or got something else than a login first."
            }
            Self::TokenExpired => {
                "The access token ran out; the connection acts as the public role until a new login."
            }
            Self::AuthTimeout => "No new login came in time after the token ran out.",
            Self::InvalidPayload => "The server could not understand the message.",
            Self::RequestsExceeded => {
                "Too many messages: the rate limit dropped this one, send it again later."
            }
            Self::ServiceUnavailable => "The server, or the feature asked for, is switched off or locked.",
            Self::InvalidCollection => {
                "This collection cannot be used here: a system collection, or on servers before 12.4 an unknown one."
            }
            Self::Forbidden => {
                "The user may not do this, or the collection, field or item does not exist; Directus does not tell which."
            }
            Self::InvalidQuery => "The query has a value or an operator that Directus does not know.",
            Self::CollectionInactive => "The collection is switched off on this server.",
            Self::RecordNotUnique => "Another item already has a value that must be unique.",
            Self::ValueTooLong => "A text is longer than its database column.",
            Self::ValueOutOfRange => "A number is outside the range of its database column.",
            Self::InvalidForeignKey => "A relation points to an item that does not exist.",
            Self::NotNullViolation => "A field that must have a value got none.",
            Self::ContainsNullValues => "The field holds empty values, so it cannot be made required.",
            Self::InvalidCredentials => "The e-mail, password or token is wrong.",
            Self::InvalidOtp => "The one-time password is missing or wrong.",
            Self::FailedValidation => "A field does not pass its validation rule.",
            Self::ResourceRestricted => "A limit or the licence of this server does not allow it.",
            Self::RouteNotFound => "The server has nothing at this path.",
            Self::InternalServerError => "Something broke inside the server; its own log says more.",
            Self::Other => "A code that Harewire does not know; the message beside it says more.",
        }
    }
}
