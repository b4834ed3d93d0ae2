//! The architecture, checked: which room of `src` may know which, how long a file may be, and what must not be
//! in the repository at all. ARCHITECTURE.md gives the reasons; this table is the law.

mod imports;
mod policy;
mod tokens;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use imports::{Place, Room, length, offences, test_modules};

const SCREEN: &[&str] = &["egui", "eframe"];
const SOCKETS: &[&str] = &[
    "tokio",
    "tokio_tungstenite",
    "tungstenite",
    "tokio_rustls",
    "rustls",
    "ewebsock",
    "hyper",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
];
const FILES: &[&str] = &["std::fs", "tempfile", "rfd"];
const THREADS: &[&str] = &["std::thread", "crossbeam_channel", "poll_promise"];
/// A view or a fold that reads the clock shows something else when a recording is replayed.
const CLOCK: &[&str] = &["Instant::now", "SystemTime::now", "Timestamp::now", "Zoned::now"];

/// Imports go down only, and rooms of one floor do not know each other.
const ROOMS: &[Room] = &[
    Room { name: "directus", below: &[], banned: &[SCREEN, SOCKETS, FILES, THREADS, CLOCK] },
    Room { name: "capture", below: &["directus"], banned: &[SCREEN, SOCKETS] },
    Room {
        name: "session",
        below: &["directus", "capture"],
        banned: &[SCREEN, SOCKETS, FILES, THREADS, CLOCK],
    },
    Room { name: "net", below: &["directus", "capture"], banned: &[SCREEN] },
    // Its store is eframe's, its content knows no window.
    Room { name: "settings", below: &["directus"], banned: &[&["egui"], SOCKETS] },
    Room { name: "demo", below: &["directus"], banned: &[SCREEN] },
    Room {
        name: "ui",
        below: &["directus", "capture", "session", "settings"],
        banned: &[&["eframe"], SOCKETS, FILES, THREADS, CLOCK],
    },
    Room { name: "engine", below: &["directus", "capture", "session", "net", "settings"], banned: &[SCREEN] },
    Room {
        name: "app",
        below: &["directus", "capture", "session", "net", "settings", "demo", "ui", "engine"],
        banned: &[],
    },
    Room {
        name: "cli",
        below: &["directus", "capture", "session", "net", "settings", "demo", "engine"],
        banned: &[SCREEN],
    },
    Room { name: "main", below: &["app", "cli"], banned: &[SCREEN, SOCKETS] },
    Room { name: "lib", below: &[], banned: &[SCREEN, SOCKETS] },
];

/// Four hundred, and a little for the day before the file is split.
const LINES: usize = 420;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The names of all files git knows here, committed or about to be.
fn repository() -> Vec<PathBuf> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git is needed to tell what belongs to the repository");
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    let names = String::from_utf8(listed.stdout).expect("file names are UTF-8");
    // A file that was deleted and not yet committed is listed still.
    names.split_terminator('\0').map(PathBuf::from).filter(|path| root().join(path).is_file()).collect()
}

fn sources(under: &str) -> Vec<(PathBuf, String)> {
    let is_source = |path: &PathBuf| path.starts_with(under) && path.extension().is_some_and(|e| e == "rs");
    let read = |path: PathBuf| {
        let text = fs::read_to_string(root().join(&path)).expect("a source file can be read");
        (path, text)
    };
    repository().into_iter().filter(is_source).map(read).collect()
}

/// A source file of the program.
struct Source {
    path: PathBuf,
    text: String,
    place: Place,
}

/// All files under `src`.
fn program() -> Vec<Source> {
    let files = sources("src");
    assert!(files.len() >= ROOMS.len(), "only {} files were found under src", files.len());
    let tests: Vec<PathBuf> = files
        .iter()
        .flat_map(|(path, text)| {
            let is_folder = path.file_name().is_some_and(|name| name == "mod.rs");
            let inside = if is_folder { path.with_file_name("") } else { path.with_extension("") };
            test_modules(text).into_iter().map(move |name| inside.join(name))
        })
        .collect();
    let place = |path: &Path| {
        let is_test = tests.iter().any(|test| path.starts_with(test) || path.with_extension("") == *test);
        let inside = path.strip_prefix("src").expect("a file under src");
        let depth = inside.components().count();
        let first = Path::new(inside.components().next().expect("a name").as_os_str());
        let name = first.file_stem().and_then(|name| name.to_str()).expect("a name in UTF-8");
        let room = ROOMS.iter().find(|room| room.name == name);
        let room = room.unwrap_or_else(|| panic!("{} lies in no room of tests/floors.rs", path.display()));
        let is_door = depth == 1 || (depth == 2 && inside.ends_with("mod.rs"));
        Place { room, is_door, is_test }
    };
    files.into_iter().map(|(path, text)| Source { place: place(&path), path, text }).collect()
}

#[test]
fn imports_go_down_only() {
    let found: Vec<String> = program()
        .iter()
        .flat_map(|source| {
            let line = |offence: imports::Offence| {
                format!("{}:{}: {}", source.path.display(), offence.line, offence.what)
            };
            offences(source.place, &source.text).into_iter().map(line)
        })
        .collect();
    assert!(found.is_empty(), "these lines leave their floor:\n{}", found.join("\n"));
}

/// The table itself has no way up: a room below must not have the upper one below it, at any distance.
#[test]
fn the_table_has_no_circle() {
    fn reaches(from: &str, to: &str) -> bool {
        let room = ROOMS.iter().find(|room| room.name == from).expect("only rooms of the table are named");
        room.below.iter().any(|below| *below == to || reaches(below, to))
    }
    for room in ROOMS {
        assert!(!reaches(room.name, room.name), "{} lies above itself", room.name);
    }
}

#[test]
fn files_are_short() {
    let long: Vec<String> = program()
        .iter()
        .filter(|source| !source.place.is_test)
        .map(|source| (source.path.display(), length(&source.text)))
        .filter(|(_, lines)| *lines > LINES)
        .map(|(path, lines)| format!("{path}: {lines} lines before its tests"))
        .collect();
    assert!(long.is_empty(), "a file is a noun of at most {LINES} lines:\n{}", long.join("\n"));
}

#[test]
fn nothing_is_unsafe() {
    for under in ["src", "tests", "benches", "examples"] {
        for (path, text) in sources(under) {
            let token = tokens::tokens(&text).into_iter().find(|token| token.text == concat!("un", "safe"));
            assert!(token.is_none(), "{}:{} is unsafe", path.display(), token.map_or(0, |token| token.line));
        }
    }
}

/// Addresses that only mean something on one machine, or that a clone must not be sent to.
#[test]
fn no_file_names_a_registry_or_a_path_of_one_machine() {
    // Put together here, or this file would be the first offence.
    let registries = [
        ["crates", ".io"],
        ["registry.npmjs", ".org"],
        ["registry.yarnpkg", ".com"],
        ["pypi", ".org"],
        ["pythonhosted", ".org"],
        ["proxy.golang", ".org"],
        ["deb.debian", ".org"],
        ["archive.ubuntu", ".com"],
    ];
    let folders =
        [["/wo", "rk/"], ["/tmp/dire", "ctus-lab"], ["/tmp/la", "b"], ["/ro", "ot/"], ["/ho", "me/"]];
    let mut found = Vec::new();
    for path in repository() {
        if path == Path::new("Cargo.lock") {
            continue;
        }
        // Pictures and other binaries name nothing.
        let Ok(text) = fs::read_to_string(root().join(&path)) else { continue };
        for (at, line) in text.lines().enumerate() {
            let bad = registries.iter().map(|host| host.concat()).find(|host| line.contains(host));
            let bad = bad.or_else(|| {
                let folders = folders.iter().map(|folder| folder.concat());
                folders.into_iter().find(|folder| policy::names_folder(line, folder))
            });
            if let Some(bad) = bad {
                found.push(format!("{}:{}: {bad}", path.display(), at + 1));
            }
        }
    }
    assert!(found.is_empty(), "these lines belong to one machine or to a registry:\n{}", found.join("\n"));
}

/// A checker that finds nothing is worth as much as none: every rule is broken once here.
#[test]
fn the_checker_finds_what_it_should() {
    let session = ROOMS.iter().find(|room| room.name == "session").expect("a room");
    let inside = Place { room: session, is_door: false, is_test: false };
    let found = |source: &str| -> Vec<String> {
        offences(inside, source).into_iter().map(|o| format!("{}: {}", o.line, o.what)).collect()
    };
    let bad = [
        ("use crate::net::Link;", "1: `session` must not know `net`"),
        ("\nfn f() -> crate::ui::View { todo() }", "2: `session` must not know `ui`"),
        ("use crate::{capture::Event,\n app::{self, App}};", "2: `session` must not know `app`"),
        ("use ::std::{io, fs::File};", "1: `session` must not know `std::fs`"),
        ("use std::{io, thread as t};", "1: `session` must not know `std::thread`"),
        ("use super::super::net;", "1: `super::super`: write the path from `crate`"),
        ("let x = egui::Ui::new();", "1: `session` must not know `egui`"),
        ("use egui_extras as e;", "1: `session` must not know `egui`"),
        ("use eframe::egui::Ui;", "1: `session` must not know `egui`"),
        ("let now = std::time::Instant::now();", "1: `session` must not know `Instant::now`"),
        ("let s = std::net::TcpStream::connect(a);", "1: `session` must not know `TcpStream`"),
        ("pub use crate::capture::Event;", "1: `session` re-exports a name of `capture`"),
        ("pub(crate) use crate::{capture::*};", "1: `session` re-exports a name of `capture`"),
        ("use crate as all;", "1: the crate itself under another name"),
        ("fn f<'a>(x: &'a crate::net::Link) {}", "1: `session` must not know `net`"),
    ];
    for (source, expected) in bad {
        let found = found(source);
        assert!(found.iter().any(|line| line == expected), "{source}\n{found:?}");
    }
    let good = [
        "use crate::capture::event::{Event, Fact};",
        "use crate::session::phase::Phase;",
        "pub use crate::session::phase::Phase;",
        "// crate::net is below\nlet text = \"crate::net\";",
        "use super::phase; let d: std::time::Duration;",
        "#[cfg(test)]\nmod tests { use std::fs; use super::*; }",
        "use std::net::IpAddr; self.app::<u8>();",
    ];
    for source in good {
        assert_eq!(found(source), Vec::<String>::new(), "{source}");
    }
    let tests = "#[cfg(test)]\nmod tests { use crate::net; }";
    assert_eq!(found(tests), ["2: `session` must not know `net`"], "tests may read files, not climb");
    let door = Place { is_door: true, ..inside };
    let door = offences(door, "use super::net;\nmod tests { use super::*; }");
    assert_eq!(door.len(), 1, "{door:?}");
    let test = Place { is_test: true, ..inside };
    assert_eq!(offences(test, "use std::fs;"), []);
    assert_eq!(offences(test, "use crate::net;").len(), 1);
    assert_eq!(test_modules("#[cfg(test)]\nmod script;\n#[cfg(test)] mod tests { }\nmod real;"), ["script"]);
    assert_eq!(length("a\nb\n#[cfg(test)]\nmod tests {\n}\n"), 2);
    assert_eq!(length("a\n#[cfg(test)]\nmod tests {\n}\nfn late() {}\n"), 5);
}
