//! A minimal HTTP client: one request, one connection, the whole answer. The tests must not check Harewire's
//! own client with itself.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// The longest a lab server was seen to think (a batch of 2,000 rows) is ten seconds.
const LIMIT: Duration = Duration::from_secs(30);

/// Sends `(method, path)` with a JSON body to `address` (`host:port`). The answer's body is JSON, or a string
/// where it is none, or null where there is none.
pub fn rest(
    address: &str,
    (method, path): (&str, &str),
    body: Option<&Value>,
    token: Option<&str>,
) -> io::Result<(u16, Value)> {
    let body = body.map(Value::to_string).unwrap_or_default();
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    if let Some(token) = token {
        head += &format!("Authorization: Bearer {token}\r\n");
    }
    if !body.is_empty() {
        head += "Content-Type: application/json\r\n";
    }
    head += &format!("Content-Length: {}\r\n\r\n", body.len());

    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(LIMIT))?;
    stream.write_all(format!("{head}{body}").as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    parse(&answer)
}

/// Splits a complete answer of HTTP/1.1.
fn parse(answer: &[u8]) -> io::Result<(u16, Value)> {
    let broken = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(head) =
        response.parse(answer).map_err(|error| broken(&format!("not HTTP: {error}")))?
    else {
        return Err(broken("the answer ends within its head"));
    };
    let status = response.code.ok_or_else(|| broken("no status"))?;
    let header = |name: &str| response.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
    let body = if header("transfer-encoding").is_some() {
        unchunk(&answer[head..]).ok_or_else(|| broken("a broken chunk"))?
    } else {
        answer[head..].to_vec()
    };
    let text = String::from_utf8(body).map_err(|_| broken("the body is not UTF-8"))?;
    let value = match text.as_str() {
        "" => Value::Null,
        text => serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned())),
    };
    Ok((status, value))
}

fn unchunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = rest.windows(2).position(|pair| pair == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..line]).ok()?.trim(), 16).ok()?;
        rest = &rest[line + 2..];
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(..size)?);
        rest = rest.get(size + 2..)?;
    }
}

#[test]
fn answers_are_read_whole() {
    let plain = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npong";
    assert_eq!(parse(plain).unwrap(), (200, "pong".into()));
    let chunked =
        b"HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{\"a\"\r\n3\r\n:1}\r\n0\r\n\r\n";
    assert_eq!(parse(chunked).unwrap(), (403, serde_json::json!({"a": 1})));
    assert!(parse(b"HTTP/1.1 204 No Content\r\n").is_err());
    assert_eq!(parse(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap(), (204, Value::Null));
    assert!(parse(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nshort").is_err());
}
