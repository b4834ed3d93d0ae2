//! Real proxies from Debian: tinyproxy for CONNECT, microsocks for SOCKS 5. `./test.sh --install` installs them.

use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::lab::free_port;

/// Long enough for a busy machine.
const LIMIT: Duration = Duration::from_secs(30);

/// A running proxy. Dropping it ends it.
pub struct Proxy {
    process: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Proxy {
    /// tinyproxy with these lines of configuration.
    pub fn http(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let file = folder.path().join("tinyproxy.conf");
        std::fs::write(&file, format!("Port {port}\nListen 127.0.0.1\nTimeout 60\n{settings}\n")).unwrap();
        let mut command = Command::new("tinyproxy");
        command.arg("-d").arg("-c").arg(&file);
        Self::start(command, port, folder)
    }

    /// microsocks with these arguments.
    pub fn socks(arguments: &[&str]) -> Self {
        let port = free_port();
        let mut command = Command::new("microsocks");
        command.args(["-i", "127.0.0.1", "-p"]).arg(port.to_string()).args(arguments);
        Self::start(command, port, tempfile::tempdir().unwrap())
    }

    fn start(mut command: Command, port: u16, folder: tempfile::TempDir) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let process = command.spawn().expect("the proxy can be run: ./test.sh --install installs it");
        let mut proxy = Self { process, port, _folder: folder };
        let deadline = Instant::now() + LIMIT;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(proxy.process.try_wait().unwrap().is_none(), "the proxy ended at once");
            assert!(Instant::now() < deadline, "the proxy does not listen");
            std::thread::yield_now();
        }
        proxy
    }

    /// `127.0.0.1:PORT`.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
