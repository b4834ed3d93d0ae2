//! What the log costs: getting events in, painting them, keeping them, seeing them in time, filtering them.
//!
//! `cargo bench --bench log` prints everything; `cargo bench --bench log -- ingest` (or `frames`, `flood`, `latency`,
//! `memory`, `large`, `filter`, `tables`) prints one part. The windows are the real app over real journals, fed by a server on loopback,
//! subscribed by the keys a user presses; a frame is everything but the renderer. Peers that aren't on this machine
//! are named as missing, never installed.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench stops at the first surprise, and speaks to a terminal"
)]

mod filter;
mod flood;
mod frames;
mod ingest;
mod large;
mod latency;
mod memory;
mod peers;
mod tables;
mod window;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --benches` and `cargo bench -- --list` only want to know that it starts.
    if arguments.iter().any(|argument| argument == "--test" || argument == "--list") {
        return;
    }
    if let Some(at) = arguments.iter().position(|argument| argument == memory::ONE_LOG) {
        memory::measure_one(arguments.get(at + 1..).unwrap_or_default());
        return;
    }
    let parts: [(&str, fn()); 8] = [
        ("ingest", ingest::compare),
        ("frames", frames::compare),
        ("flood", frames::under_flood),
        ("latency", latency::measure),
        ("memory", memory::compare),
        ("large", large::measure),
        ("filter", filter::compare),
        ("tables", tables::measure),
    ];
    let named = |name: &str| arguments.iter().any(|argument| argument == name);
    let all = !parts.iter().any(|(name, _)| named(name));
    for (name, run) in parts {
        if all || named(name) {
            run();
            println!();
        }
    }
}

/// A duration in microseconds.
fn micros(duration: std::time::Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

/// The value that `part` of a list lies below, with `part` from 0 to 1.
fn quantile(list: &mut [std::time::Duration], part: f64) -> std::time::Duration {
    list.sort_unstable();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in a list")]
    let place = (list.len() as f64 * part) as usize;
    list.get(place.min(list.len().saturating_sub(1))).copied().unwrap_or_default()
}
