//! What memory a long log takes beside its index.

use std::process::Command;

use harewire::engine::{CACHES, cache_bytes};

use crate::flood::Flood;
use crate::window::Window;

/// The argument by which this program is asked to measure one log.
pub const ONE_LOG: &str = "--log";
/// Frames before the first measure.
const WARM: usize = 100;
/// Bytes the index takes an event.
const INDEX_BYTES: u64 = 40;
/// Events and bytes of each: the same payload twice, then ten times the payload of the first, then very many.
const LOGS: [(u64, usize); 5] =
    [(100_000, 250), (1_000_000, 250), (100_000, 2_500), (400_000, 2_500), (10_000_000, 250)];

/// Each log in a process of its own: what one leaves in the allocator must not hide the next one's growth.
pub fn compare() {
    println!("Memory of the window's process. Beside the index a capture keeps at most:");
    for (name, bytes) in CACHES {
        println!("  {name:<44} {:>6.1} MB", bytes as f64 / 1e6);
    }
    println!(
        "  before the events, after them, the index (must: 40 bytes an event), the rest; bytes an event without the caches"
    );
    let program = std::env::current_exe().expect("this program");
    for (events, size) in LOGS {
        let arguments = [ONE_LOG, &events.to_string(), &size.to_string()];
        let status = Command::new(&program).args(arguments).status();
        assert!(status.expect("this program again").success(), "{events} events of {size} bytes");
    }
}

/// Measures the log of so many events of such a size.
pub fn measure_one(arguments: &[String]) {
    let number = |at: usize| arguments.get(at).and_then(|text| text.parse().ok()).expect("a number");
    let (events, size): (u64, u64) = (number(0), number(1));
    let mut window = Window::connected(Flood::new(events, usize::try_from(size).expect("a size")));
    for _ in 0..WARM {
        window.frame(Vec::new());
    }
    let Some(before) = resident_bytes() else {
        println!("  not measured: this system tells by other means");
        return;
    };
    window.fill(events);
    window.scroll_to_middle(events);
    let after = resident_bytes().unwrap_or(before);
    let grown = after.saturating_sub(before);
    let index = window.view().memory_bytes() as u64;
    assert!(index < (events + 100_000) * INDEX_BYTES, "the index is as small as it says: {index} bytes");
    let mega = |bytes: u64| bytes as f64 / 1e6;
    println!(
        "  {events:>9} × {size:>4} B = {:>5.0} MB  {:>6.1} MB {:>6.1} MB {:>6.1} MB {:>6.1} MB  {:>6.1}",
        mega(events * size),
        mega(before),
        mega(after),
        mega(index),
        mega(grown.saturating_sub(index)),
        grown.saturating_sub(cache_bytes()) as f64 / events as f64,
    );
}

/// What this process holds in memory, where the system tells.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}
