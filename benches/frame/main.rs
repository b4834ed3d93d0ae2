//! What a frame of the whole window costs with a short and with a long log, and what memory a long log takes.
//!
//! `cargo bench --bench frame` prints both. The windows are the real app over real journals, fed by a server on
//! loopback, subscribed by the keys a user presses; a frame is everything but the renderer. The two windows take
//! turns frame by frame, so that what else the machine does falls on both.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench stops at the first surprise, and speaks to a terminal"
)]

mod flood;
mod window;

use std::process::Command;
use std::time::Duration;

use harewire::app::Launch;
use window::Window;

/// Events in the short log.
const FEW: u64 = 1_000;
/// Events in the long log.
const MANY: u64 = 1_000_000;
/// Bytes of an event.
const SIZE: usize = 250;
/// Timed frames of each window in each scene.
const FRAMES: usize = 1_500;
/// Frames before the first that is timed.
const WARM: usize = 100;
/// Bytes the index takes an event.
const INDEX_BYTES: u64 = 40;
/// Events and bytes of each: the same payload twice, then ten times the payload of the first.
const LOGS: [(u64, usize); 4] = [(100_000, 250), (1_000_000, 250), (100_000, 2_500), (400_000, 2_500)];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    // `cargo test --benches` and `cargo bench -- --list` only want to know that it starts.
    if arguments.iter().any(|argument| argument == "--test" || argument == "--list") {
        return;
    }
    if let Some(at) = arguments.iter().position(|argument| argument == "--log") {
        let number = |at: usize| arguments.get(at).and_then(|text| text.parse().ok()).expect("a number");
        let size = usize::try_from(number(at + 2)).expect("a size");
        measure_memory(number(at + 1), size);
        return;
    }
    compare_frames();
    compare_memory();
}

fn compare_frames() {
    let mut idle = Window::open(Launch::Plain);
    let (mut few, mut many) = (Window::connected(FEW, SIZE), Window::connected(MANY, SIZE));
    few.fill(FEW);
    many.fill(MANY);
    println!("Next frame asked for, nothing happening");
    println!("  disconnected, first screen  {}", next(idle.settle()));
    println!("  connected, no traffic       {}", next(many.settle()));
    println!("Frame of the whole window, median of {FRAMES}: {FEW} events, {MANY} events, ratio (must 1.20)");
    compare("following the newest row", &mut few, &mut many, |window, _| window.frame(Vec::new()).0);
    few.scroll_to_middle(FEW);
    many.scroll_to_middle(MANY);
    compare("standing in the middle", &mut few, &mut many, |window, _| window.frame(Vec::new()).0);
    few.point_at_log();
    many.point_at_log();
    // There and back, a few screens each.
    compare("a row a frame by the wheel", &mut few, &mut many, |window, turn| {
        window.wheel(turn / 100 % 2 == 0)
    });
}

fn next(delay: Duration) -> String {
    if delay == Duration::MAX { "never".to_owned() } else { format!("in {:.1} s", delay.as_secs_f64()) }
}

fn compare(
    scene: &str,
    few: &mut Window,
    many: &mut Window,
    mut frame: impl FnMut(&mut Window, usize) -> Duration,
) {
    let mut took = [Vec::with_capacity(FRAMES), Vec::with_capacity(FRAMES)];
    for turn in 0..WARM + FRAMES {
        let pair = [frame(few, turn), frame(many, turn)];
        if turn >= WARM {
            for (list, one) in took.iter_mut().zip(pair) {
                list.push(one);
            }
        }
    }
    let [few, many] = took.map(|mut list| {
        list.sort_unstable();
        list.get(FRAMES / 2).copied().unwrap_or_default()
    });
    let ratio = many.as_secs_f64() / few.as_secs_f64();
    println!("  {scene:<28}{:>7.0} µs {:>7.0} µs {ratio:>6.2}", micros(few), micros(many));
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

/// Each log in a process of its own: what one leaves in the allocator must not hide the next one's growth.
fn compare_memory() {
    println!("Memory of the window's process: before the events, after them, the index, the rest");
    let program = std::env::current_exe().expect("this program");
    for (events, size) in LOGS {
        let status = Command::new(&program).args(["--log", &events.to_string(), &size.to_string()]).status();
        assert!(status.expect("this program again").success(), "{events} events of {size} bytes");
    }
}

fn measure_memory(events: u64, size: usize) {
    let mut window = Window::connected(events, size);
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
    let index = events * INDEX_BYTES;
    let mega = |bytes: u64| bytes as f64 / 1e6;
    println!(
        "  {events:>9} × {size:>4} B = {:>5.0} MB  {:>6.1} MB {:>6.1} MB {:>6.1} MB {:>6.1} MB  {:>5.0} bytes an event",
        mega(events * size as u64),
        mega(before),
        mega(after),
        mega(index),
        mega(grown.saturating_sub(index)),
        grown as f64 / events as f64,
    );
}

/// What this process holds in memory, where the system tells.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}
