//! One Directus process.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io;
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use super::rest::rest;

/// Long enough for a cold disk on a machine whose cores are busy compiling; a warm start takes four seconds.
const START_LIMIT: Duration = Duration::from_secs(120);
/// How often a starting or ending server is looked at.
const POLL: Duration = Duration::from_millis(50);

/// A running server of this test, with a database of its own. Dropping it kills the process and removes the data.
pub struct Directus {
    process: Child,
    url: String,
    /// Database, uploads and log; removed when dropped.
    run: tempfile::TempDir,
}

impl Directus {
    /// Starts `version` on a free port with `settings` (environment variables of Directus) and waits until it
    /// answers. Panics, with the server's log, where it does not come up.
    pub fn start(version: &str, settings: &[(&str, &str)]) -> Self {
        let lab = installed(version);
        let mut tries = 0;
        loop {
            tries += 1;
            match Self::launch(&lab, version, settings) {
                Ok(server) => return server,
                // Between asking for a free port and using it another process may take it.
                Err(log) if tries < 3 && log.contains("EADDRINUSE") => {}
                Err(log) => panic!("Directus {version} with {settings:?} did not come up. Its log:\n{log}"),
            }
        }
    }

    /// `Err` is the log of a server that ended or kept silent.
    fn launch(lab: &Path, version: &str, settings: &[(&str, &str)]) -> Result<Self, String> {
        let run =
            tempfile::Builder::new().prefix("harewire-directus-").tempdir().expect("a temporary folder");
        let port = free_port();
        let log = File::create(run.path().join("server.log")).expect("the server's log can be made");
        let mut command = Command::new(scripts().join("start.sh"));
        command.arg(version).arg(port.to_string());
        command.env("HAREWIRE_LAB", lab).env("RUN_DIR", run.path()).env("LAB_TIED", "1");
        command.envs(settings.iter().copied());
        // Standard input stays open as long as this process lives and ties the server to it, also where the
        // tests are killed or the server is in a static that is never dropped.
        command.stdin(Stdio::piped()).stdout(log.try_clone().expect("a second handle")).stderr(log);
        let process = command.process_group(0).spawn().expect("start.sh can be run");

        let mut server = Self { process, url: format!("http://127.0.0.1:{port}"), run };
        let deadline = Instant::now() + START_LIMIT;
        while Instant::now() < deadline {
            if server.ended().is_some() {
                break;
            }
            if server.answers() {
                return Ok(server);
            }
            thread::sleep(POLL);
        }
        Err(server.log())
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// `127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// One HTTP request to this server, see [`rest`].
    pub fn rest(
        &self,
        method: &str,
        path: &str,
        body: Option<&serde_json::Value>,
        token: Option<&str>,
    ) -> (u16, serde_json::Value) {
        rest(self.address(), (method, path), body, token).unwrap_or_else(|error| {
            panic!("{method} {path} failed: {error}. The server's log:\n{}", self.log())
        })
    }

    /// All the server has written so far.
    pub fn log(&self) -> String {
        let read = |name: &str| std::fs::read_to_string(self.run.path().join(name)).unwrap_or_default();
        let mut log = read("server.log");
        let bootstrap = read("bootstrap.log");
        if !bootstrap.is_empty() {
            write!(log, "\nbootstrap:\n{bootstrap}").expect("a string can be written to");
        }
        log
    }

    /// Asks the server to stop (SIGTERM) and waits until it has.
    pub fn stop(&mut self) {
        self.signal("TERM");
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.ended().is_none() {
            assert!(Instant::now() < deadline, "Directus did not stop at SIGTERM. Its log:\n{}", self.log());
            thread::sleep(POLL);
        }
    }

    /// Kills the server and whatever it started (SIGKILL), and waits until it is gone.
    pub fn kill(&mut self) {
        if self.ended().is_none() {
            self.signal("KILL");
            self.process.wait().expect("a killed process can be waited for");
        }
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        self.process.try_wait().expect("a process of ours can be asked")
    }

    fn answers(&self) -> bool {
        rest(self.address(), ("GET", "/server/ping"), None, None)
            .is_ok_and(|(status, body)| status == 200 && body == "pong")
    }

    /// To the process group, since the library has no call for it and `unsafe` is forbidden.
    fn signal(&self, name: &str) {
        let group = format!("-{}", self.process.id());
        let sent = Command::new("kill").args(["-s", name, "--", &group]).stderr(Stdio::null()).status();
        assert!(sent.is_ok(), "the command `kill` is missing: {sent:?}");
    }
}

impl Drop for Directus {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A running server that other tests use too, started at the first call with these settings. It stops with the
/// test program. Never stop, misconfigure or count rows in it.
pub fn shared(version: &str, settings: &[(&str, &str)]) -> Arc<Directus> {
    type Slot = Arc<OnceLock<Arc<Directus>>>;
    static RUNNING: OnceLock<Mutex<HashMap<String, Slot>>> = OnceLock::new();
    let mut settings = settings.to_vec();
    settings.sort_unstable();
    let slot = {
        let mut running =
            RUNNING.get_or_init(Mutex::default).lock().expect("no test panics with the map in its hands");
        Arc::clone(running.entry(format!("{version} {settings:?}")).or_default())
    };
    // Outside the lock, so that two different servers start side by side.
    Arc::clone(slot.get_or_init(|| Arc::new(Directus::start(version, &settings))))
}

/// The lab's folder, where this version is installed and seeded.
fn installed(version: &str) -> PathBuf {
    let lab = std::env::var_os("HAREWIRE_LAB")
        .map_or_else(|| std::env::temp_dir().join("harewire-lab"), PathBuf::from);
    for needed in [format!("{version}/.installed"), format!("seeded-{version}.db")] {
        assert!(
            lab.join(&needed).exists(),
            "This test needs a real Directus {version}, and {} is not there. Run ./test.sh --install once \
             (two minutes, 2 GB), or set HAREWIRE_LAB to the folder of an installed lab.",
            lab.join(&needed).display(),
        );
    }
    lab
}

/// Where the scripts are.
fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lab")
}

/// A port nobody listens on at this moment.
pub fn free_port() -> u16 {
    let ask = || -> io::Result<u16> { Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port()) };
    ask().expect("loopback has a free port")
}

/// The server comes up, answers by the seed's rights, stops at SIGTERM, and takes its data with it.
#[test]
fn a_server_starts_answers_and_stops() {
    let mut server = Directus::start(super::V12, &[]);
    let (status, body) =
        server.rest("GET", "/items/messages?fields=text&sort=id", None, Some(super::seed::USER));
    assert_eq!((status, &body["data"][0]["text"]), (200, &"Hello from the seed".into()), "{body}");
    let (status, _) = server.rest("GET", "/items/secrets", None, Some(super::seed::USER));
    assert_eq!(status, 403);
    server.stop();
    assert!(!server.answers());
    let run = server.run.path().to_owned();
    drop(server);
    assert!(!run.exists());
}
