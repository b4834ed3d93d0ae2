//! The little HTTP side that a debugger asks (reference 9), on the port of the socket.

use std::convert::Infallible;
use std::io::Cursor;
use std::rc::Rc;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Map, Value, json};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

use crate::demo::account::{self, Login, Refusal};
use crate::demo::fault::Fault;
use crate::demo::hub::Hub;
use crate::demo::moment::Moment;
use crate::demo::permission::{Action, Identity, Role};
use crate::demo::reply::object;
use crate::demo::rest_items;
use crate::demo::schema::COLLECTIONS;
use crate::demo::server::Shared;
use crate::demo::upgrade::{PATH, session_cookie};

/// Largest body in bytes (`MAX_PAYLOAD_SIZE`).
const MAX_BODY: usize = 1_000_000;

/// A request whose body is read.
pub(super) struct Call {
    /// What to do.
    pub method: Method,
    /// To what.
    pub path: String,
    /// The query of the URL.
    pub query: String,
    /// The body, if it is JSON.
    pub body: Option<Value>,
    /// Whether there was a body that is not.
    pub is_garbled: bool,
    tokens: Vec<String>,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    status: StatusCode,
    body: Option<Value>,
}

impl Answer {
    /// Done, with data.
    pub(super) fn data(data: Value) -> Self {
        Self { status: StatusCode::OK, body: Some(object([("data", data)])) }
    }

    /// Done, with that body.
    pub(super) fn body(body: Value) -> Self {
        Self { status: StatusCode::OK, body: Some(body) }
    }

    /// Done, with nothing to say.
    pub(super) fn empty() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: None }
    }

    /// Not done.
    pub(super) fn error(status: StatusCode, code: &str, message: &str) -> Self {
        let mut extensions = Map::new();
        // Directus repeats the part of the text that is particular to this error as `reason`.
        let reason = match code {
            "FORBIDDEN" if message.ends_with("Queried in root.") => Some(message),
            "INVALID_QUERY" | "INVALID_PAYLOAD" => {
                message.split_once(". ").map(|(_, reason)| reason.strip_suffix('.').unwrap_or(reason))
            }
            _ => None,
        };
        if let Some(reason) = reason {
            extensions.insert("reason".to_owned(), reason.into());
        }
        extensions.insert("code".to_owned(), code.into());
        Self { status, body: Some(json!({"errors": [{"message": message, "extensions": extensions}]})) }
    }
}

impl From<Fault> for Answer {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Told(told) => {
                let is_forbidden = matches!(told.code, "FORBIDDEN" | "INVALID_COLLECTION");
                let status = if is_forbidden { StatusCode::FORBIDDEN } else { StatusCode::BAD_REQUEST };
                Self::error(status, told.code, &told.message)
            }
            Fault::Untold(message) => Self::error(StatusCode::BAD_REQUEST, "FAILED_VALIDATION", &message),
        }
    }
}

/// Serves plain HTTP on a connection whose first bytes were read already.
pub(super) async fn serve(shared: Rc<Shared>, stream: TcpStream, first: Vec<u8>) {
    let (reader, writer) = stream.into_split();
    let stream = tokio::io::join(Cursor::new(first).chain(reader), writer);
    let service = service_fn(move |request| {
        let shared = Rc::clone(&shared);
        async move { Ok::<_, Infallible>(respond(&shared, request).await) }
    });
    // A client that goes away in the middle is no error of ours.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn respond(shared: &Shared, request: Request<Incoming>) -> Response<Full<Bytes>> {
    if request.uri().path() == "/server/ping" {
        return Response::new(Full::from("pong"));
    }
    let answer = match read(request).await {
        Ok(call) => {
            if call.path == "/auth/login" {
                tokio::time::sleep(shared.with(|hub, _| hub.options.login_stall)).await;
            }
            shared.with(|hub, moment| answer(hub, &call, moment))
        }
        Err(answer) => answer,
    };
    let body = answer.body.map(|body| body.to_string()).unwrap_or_default();
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = answer.status;
    if let Ok(json) = "application/json; charset=utf-8".parse() {
        response.headers_mut().insert(CONTENT_TYPE, json);
    }
    response
}

async fn read(request: Request<Incoming>) -> Result<Call, Answer> {
    let (parts, body) = request.into_parts();
    let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let bearer = header(AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer ")).map(str::to_owned);
    let in_query = url::form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| name == "access_token")
        .map(|(_, token)| token.into_owned());
    let mut tokens: Vec<String> = bearer.into_iter().chain(in_query).collect();
    if tokens.is_empty() {
        tokens.extend(header(COOKIE).and_then(session_cookie));
    }
    let (method, path) = (parts.method.clone(), parts.uri.path().to_owned());
    let bytes = Limited::new(body, MAX_BODY).collect().await.map_err(|_| {
        let message = format!("Invalid payload. The body is larger than {MAX_BODY} bytes or was cut off.");
        Answer::error(StatusCode::BAD_REQUEST, "INVALID_PAYLOAD", &message)
    })?;
    let bytes = bytes.to_bytes();
    let body: Option<Value> = serde_json::from_slice(&bytes).ok();
    let is_garbled = body.is_none() && !bytes.is_empty();
    Ok(Call { method, path, query, body, is_garbled, tokens })
}

fn answer(hub: &mut Hub, call: &Call, moment: Moment) -> Answer {
    if call.is_garbled {
        let message = "Invalid payload. The body is not JSON.";
        return Answer::error(StatusCode::BAD_REQUEST, "INVALID_PAYLOAD", message);
    }
    let identity = match call.tokens.as_slice() {
        [] => Identity::PUBLIC,
        [token] => match hub.accounts.by_access_token(token, moment) {
            Ok(login) => login.identity,
            Err(refusal) => return refused(refusal),
        },
        _ => {
            let message =
                "Invalid payload. The request uses more than one method for including an access token.";
            return Answer::error(StatusCode::BAD_REQUEST, "INVALID_PAYLOAD", message);
        }
    };
    let steps: Vec<&str> = call.path.trim_start_matches('/').split('/').collect();
    match (&call.method, steps.as_slice()) {
        (&Method::GET, ["server", "info"]) => Answer::data(server_info(hub, identity)),
        (&Method::GET, ["server", "health"]) => health(hub, identity),
        (&Method::POST, ["auth", "login"]) => log_in(hub, call, moment),
        (&Method::POST, ["auth", "refresh"]) => refresh(hub, call, moment),
        (&Method::GET, ["users", "me"]) => me(call, identity),
        (&Method::GET, ["policies", "me", "globals"]) => globals(identity),
        (&Method::GET, ["permissions", "me"]) => permissions(identity),
        (_, ["items", collection]) => rest_items::many(hub, call, identity, collection, moment),
        (_, ["items", collection, key]) => rest_items::one(hub, call, identity, (collection, key), moment),
        _ => route_not_found(&call.path),
    }
}

/// No such route. A socket's path without an upgrade is one of them (reference 1.3).
pub(super) fn route_not_found(path: &str) -> Answer {
    let message = format!("Route {path} doesn't exist.");
    let extensions = json!({"path": path, "code": "ROUTE_NOT_FOUND"});
    Answer {
        status: StatusCode::NOT_FOUND,
        body: Some(json!({"errors": [{"message": message, "extensions": extensions}]})),
    }
}

fn refused(refusal: Refusal) -> Answer {
    let (code, message) = match refusal {
        Refusal::Unknown => ("INVALID_CREDENTIALS", "Invalid user credentials."),
        Refusal::Expired => ("TOKEN_EXPIRED", "Token expired."),
    };
    Answer::error(StatusCode::UNAUTHORIZED, code, message)
}

/// What the server tells of itself; the part about sockets only to users (reference 9).
fn server_info(hub: &Hub, identity: Identity) -> Value {
    let mut info = Map::new();
    info.insert("project".to_owned(), json!({"project_name": "Harewire demo"}));
    if identity.user.is_some() {
        let limit = hub
            .options
            .rate_limit
            .map(|limit| json!({"points": limit.points, "duration": limit.duration.as_secs()}));
        info.insert("rateLimit".to_owned(), limit.unwrap_or(Value::from(false)));
        info.insert(
            "queryLimit".to_owned(),
            json!({"default": crate::demo::query::DEFAULT_LIMIT, "max": -1}),
        );
        let heartbeat = hub.options.heartbeat.map(|period| Value::from(period.as_secs()));
        let socket = json!({
            "rest": {"authentication": hub.options.mode.name(), "path": PATH},
            "graphql": false,
            "heartbeat": heartbeat.unwrap_or(Value::from(false)),
            "collaborativeEditing": false,
            "logs": false,
        });
        info.insert("websocket".to_owned(), socket);
        info.insert("version".to_owned(), hub.options.version.number().into());
    }
    Value::Object(info)
}

/// Nobody gets it since 12, where 11 still tells everybody.
fn health(hub: &Hub, identity: Identity) -> Answer {
    if identity.user.is_none() && hub.options.version.number().starts_with("12.") {
        return Fault::forbidden_item().into();
    }
    Answer::body(json!({"status": "ok"}))
}

fn log_in(hub: &mut Hub, call: &Call, moment: Moment) -> Answer {
    let text = |name: &str| call.body.as_ref().and_then(|body| body.get(name)).and_then(Value::as_str);
    let (email, password) = match (text("email").filter(|email| email.contains('@')), text("password")) {
        (Some(email), Some(password)) => (email, password),
        (None, _) => return Fault::invalid_payload("\"email\" must be a valid email").into(),
        (_, None) => return Fault::invalid_payload("\"password\" is required").into(),
    };
    match hub.accounts.by_password(email, password, moment) {
        Ok(login) => tokens(hub, &login),
        Err(refusal) => refused(refusal),
    }
}

fn refresh(hub: &mut Hub, call: &Call, moment: Moment) -> Answer {
    let token = call.body.as_ref().and_then(|body| body.get("refresh_token")).and_then(Value::as_str);
    let Some(token) = token else {
        let message = "Invalid payload. The refresh token is required in either the payload or cookie.";
        return Answer::error(StatusCode::BAD_REQUEST, "INVALID_PAYLOAD", message);
    };
    match hub.accounts.by_refresh_token(token, moment) {
        Ok(login) => tokens(hub, &login),
        Err(refusal) => refused(refusal),
    }
}

fn tokens(hub: &Hub, login: &Login) -> Answer {
    Answer::data(json!({
        "expires": hub.accounts.token_ttl_ms(),
        "refresh_token": login.refresh_token,
        "access_token": login.access_token,
    }))
}

/// Users without a rule on users see their own key and nothing else (reference 9).
fn me(call: &Call, identity: Identity) -> Answer {
    let Some(user) = identity.user.and_then(account::user) else { return refused(Refusal::Unknown) };
    if identity.role != Role::Admin {
        return Answer::data(json!({"id": user.id}));
    }
    let asked = crate::demo::query_string::parse(&call.query);
    let asked = asked.get("fields").and_then(Value::as_str).unwrap_or("id,first_name,email").to_owned();
    let mut data = Map::new();
    for field in asked.split(',') {
        let (name, value) = match field {
            "id" => ("id", Value::from(user.id)),
            "first_name" => ("first_name", Value::from(user.first_name)),
            "last_name" => ("last_name", Value::Null),
            "email" => ("email", Value::from(user.email)),
            "role.name" => ("role", json!({"name": user.role_name})),
            other => return Fault::forbidden_field("directus_users", other).into(),
        };
        data.insert(name.to_owned(), value);
    }
    Answer::data(Value::Object(data))
}

/// What the policies of a user add up to (reference 9).
fn globals(identity: Identity) -> Answer {
    let admin = identity.role == Role::Admin;
    Answer::data(json!({"app_access": admin, "admin_access": admin, "enforce_tfa": false}))
}

fn permissions(identity: Identity) -> Answer {
    if identity.user.is_none() {
        return Fault::forbidden_item().into();
    }
    let mut data = Map::new();
    for collection in COLLECTIONS {
        let allowed = |action: Action| identity.role.allows(collection.name, action);
        if !Action::ALL.into_iter().any(allowed) {
            continue;
        }
        let access = |is_allowed: bool| {
            if is_allowed { json!({"access": "full", "fields": ["*"]}) } else { json!({"access": "none"}) }
        };
        let mut actions = Map::new();
        for action in Action::ALL {
            actions.insert(action.name().to_owned(), access(allowed(action)));
        }
        actions.insert("share".to_owned(), access(identity.role == Role::Admin));
        data.insert(collection.name.to_owned(), Value::Object(actions));
    }
    Answer::data(Value::Object(data))
}
