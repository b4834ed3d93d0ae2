//! Other programs that drain the flood. They must be on this machine; nothing is installed here.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::flood::SUBSCRIPTIONS;
use crate::ingest::{EVENTS, server, subscribes};

/// The peer in Node: what a developer would write to look at the events.
const NODE: &str = r#"
const { WebSocket } = require(process.argv[2]);
const socket = new WebSocket(process.argv[3], { perMessageDeflate: false });
const total = Number(process.argv[4]);
let seen = 0;
socket.on("open", () => { for (const text of JSON.parse(process.argv[5])) socket.send(text); });
socket.on("message", (data) => {
  if (JSON.parse(data).type === "subscription" && ++seen === total) process.exit(0);
});
"#;

/// `websocat URL > file`, with the subscribes from its standard input.
pub fn drain_websocat() -> Option<Duration> {
    let program = find("websocat")?;
    let (address, began) = server(true);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("flood.txt");
    let file = File::create(&path).expect("a file");
    let mut child = Command::new(program)
        .args(["--text", "--exit-on-eof", &format!("ws://{address}/websocket")])
        .stdin(Stdio::piped())
        .stdout(file)
        .stderr(Stdio::null())
        .spawn()
        .expect("websocat");
    // Kept open: at the end of its input websocat would leave.
    let mut input = child.stdin.take().expect("its input");
    for text in subscribes() {
        writeln!(input, "{text}").expect("websocat reads");
    }
    let _ended = child.wait().expect("websocat");
    let took = began.recv().expect("the server began").elapsed();
    let lines = lines(&path);
    assert!(lines >= EVENTS + SUBSCRIPTIONS, "websocat wrote {lines} lines");
    Some(took)
}

/// Node with the `ws` package that Directus brings along, parsing each message.
pub fn drain_node() -> Option<Duration> {
    let program = find("node")?;
    let package = node_ws()?;
    let (address, began) = server(false);
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("drain.cjs");
    std::fs::write(&script, NODE).expect("a script");
    let texts = serde_json::to_string(&subscribes().collect::<Vec<_>>()).expect("texts");
    let url = format!("ws://{address}/websocket");
    let total = (EVENTS + SUBSCRIPTIONS).to_string();
    let status =
        Command::new(program).arg(script).arg(package).args([url, total, texts]).status().expect("node");
    assert!(status.success(), "node saw everything");
    Some(began.recv().expect("the server began").elapsed())
}

/// Where the real servers of the tests were installed, there is `ws`.
fn node_ws() -> Option<PathBuf> {
    let lab = std::env::var_os("HAREWIRE_LAB")
        .map_or_else(|| std::env::temp_dir().join("harewire-lab"), PathBuf::from);
    let package = lab.join("12.4.0/node_modules/ws");
    package.is_dir().then_some(package)
}

fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|candidate| candidate.is_file())
}

/// Lines in a file.
pub fn lines(path: &Path) -> u64 {
    let mut file = File::open(path).expect("what was written");
    let mut block = vec![0; 1 << 20];
    let mut lines = 0;
    loop {
        let count = file.read(&mut block).expect("what was written");
        if count == 0 {
            return lines;
        }
        lines += memchr::memchr_iter(b'\n', block.get(..count).unwrap_or_default()).count() as u64;
    }
}
