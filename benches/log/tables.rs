//! What a live table costs: getting events in while one is open, and painting it while its rows change.

use std::time::{Duration, Instant};

use crate::flood::Flood;
use crate::ingest::{EVENTS, drain_bare};
use crate::window::Window;
use crate::{micros, quantile};

/// Bytes of an event.
const SIZE: usize = 250;
/// Rows of the table: the flood repeats itself after so many.
const ROWS: u64 = 100_000;
/// The subscription whose table is open: the last one that is answered before the flood.
const OPEN: u64 = 3;
/// Changes a second while frames are timed, and for how long.
const PER_SECOND: u64 = 1_000;
const SECONDS: u64 = 15;
/// Between two frames of a screen.
const SCREEN: Duration = Duration::from_micros(16_667);
/// How long a table may take to catch up.
const DEADLINE: Duration = Duration::from_secs(120);

/// Prints the ratio to a bare loop, and the CPU of frames.
pub fn measure() {
    let bare = (0..3).map(|_| drain_bare()).min().unwrap_or_default();
    let ingest = (0..3).map(|_| ingest()).min().unwrap_or_default();
    let (shown, whole) =
        (bare.as_secs_f64() / ingest.0.as_secs_f64(), bare.as_secs_f64() / ingest.1.as_secs_f64());
    println!(
        "{EVENTS} events of about {SIZE} bytes into one open table of {ROWS} keys, best of 3, against a bare read loop"
    );
    println!("  all counted by the window {shown:>10.2}   (goal 0.1)");
    println!("  all applied to the table  {whole:>10.2}");
    frames();
}

/// How long until all events are counted, and until all are applied to the rows.
fn ingest() -> (Duration, Duration) {
    let mut window = Window::connected(Flood { only: Some(OPEN), ..Flood::new(EVENTS, SIZE) });
    window.open_table();
    let counted = window.drain(EVENTS);
    let began = Instant::now();
    window.settle_table(ROWS, DEADLINE);
    (counted, counted + began.elapsed())
}

fn frames() {
    let events = ROWS + PER_SECOND * SECONDS;
    let flood =
        Flood { only: Some(OPEN), quick: ROWS, per_second: Some(PER_SECOND), ..Flood::new(events, SIZE) };
    let mut window = Window::connected(flood);
    window.open_table();
    window.subscribe_last();
    window.settle_rows(ROWS, DEADLINE);
    let mut cpu = Vec::new();
    let end = Instant::now() + Duration::from_secs(SECONDS - 5);
    while Instant::now() < end {
        let began = Instant::now();
        cpu.push(window.frame(Vec::new()).0.cpu);
        std::thread::sleep(SCREEN.saturating_sub(began.elapsed()));
    }
    println!(
        "A table of {ROWS} rows shown while {PER_SECOND} events/s change them: {} frames at 60 Hz",
        cpu.len()
    );
    println!(
        "  CPU of a frame: median {:.0} µs (must 4000), 99th percentile {:.0} µs, longest {:.0} µs",
        micros(quantile(&mut cpu, 0.5)),
        micros(quantile(&mut cpu, 0.99)),
        micros(quantile(&mut cpu, 1.0)),
    );
}
