//! All integration tests, in one binary.

// `cfg(test)` says nothing new here, but by it clippy knows that a helper beside the tests may panic like a test.
#[cfg(test)]
mod app;
#[cfg(test)]
mod captures;
#[cfg(test)]
mod cli;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod credentials;
#[cfg(test)]
mod cuts;
#[cfg(test)]
mod demo;
#[cfg(test)]
mod detail;
#[cfg(test)]
mod doctor;
#[cfg(test)]
mod exchange;
#[cfg(test)]
mod fault_proxy;
#[cfg(test)]
mod filter;
#[cfg(test)]
mod floors;
#[cfg(test)]
mod guide;
#[cfg(test)]
mod headless;
#[cfg(test)]
mod heartbeat_lab;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod lab;
#[cfg(test)]
mod life;
#[cfg(test)]
mod login;
#[cfg(test)]
mod odd_files;
#[cfg(test)]
mod reach;
#[cfg(test)]
mod rows;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod server;
#[cfg(test)]
mod tables;
#[cfg(test)]
mod tabs;
#[cfg(test)]
mod transcripts;
#[cfg(test)]
mod window;
