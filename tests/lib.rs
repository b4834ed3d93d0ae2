//! All integration tests, in one binary.

mod conformance;
mod demo;
mod floors;
mod hostile;
mod lab;
mod transcripts;
mod window;
