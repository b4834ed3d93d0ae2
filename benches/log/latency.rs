//! From the arrival at the socket to the first look of the window that can see the event.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::flood::Flood;
use crate::window::Window;
use crate::{micros, quantile};

/// Events a second.
const PER_SECOND: u64 = 10_000;
/// For how long.
const SECONDS: u64 = 10;
/// Bytes of an event.
const SIZE: usize = 250;
/// Between two frames of a screen.
const SCREEN: Duration = Duration::from_micros(16_667);

/// At 60 Hz, and on a screen that takes a frame whenever there is one.
pub fn measure() {
    println!("From the socket to the window at {PER_SECOND} events/s (must 16700 µs for 99 of 100)");
    run("a screen of 60 Hz", SCREEN);
    run("a screen of 144 Hz", Duration::from_micros(6_944));
}

fn run(name: &str, screen: Duration) {
    let events = PER_SECOND * SECONDS;
    let mut window = Window::connected(Flood { per_second: Some(PER_SECOND), ..Flood::new(events, SIZE) });
    // What came before the flood, such as the login, was seen long ago.
    let mut seen = window.view().len();
    window.subscribe_last();
    let mut delays = Vec::new();
    let mut worst = Worst::default();
    let deadline = Instant::now() + Duration::from_secs(3 * SECONDS);
    let began = Instant::now();
    let (mut frame_at, mut looked) = (began, began);
    while window.events() < events {
        // The window looks first and paints then: what is published now is what this frame can see.
        let view = window.view();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970");
        let since_look = looked.elapsed();
        looked = Instant::now();
        window.frame(Vec::new());
        for record in (seen + 1..=view.len()).filter_map(|seq| view.get(seq)) {
            let stamp = Duration::from_micros(u64::try_from(record.time_us).unwrap_or(0));
            let delay = now.saturating_sub(stamp);
            if delay > worst.delay {
                worst = Worst { delay, at: looked - began, since_look };
            }
            delays.push(delay);
        }
        seen = view.len();
        assert!(frame_at < deadline, "only {} events came", window.events());
        frame_at += screen;
        std::thread::sleep(frame_at.saturating_duration_since(Instant::now()));
    }
    println!(
        "  {name:<20} median {:>6.0} µs, 99th percentile {:>6.0} µs, longest {:>6.0} µs, of {} events",
        micros(quantile(&mut delays, 0.5)),
        micros(quantile(&mut delays, 0.99)),
        micros(quantile(&mut delays, 1.0)),
        delays.len(),
    );
    println!(
        "  {:<20} the longest came {:.2} s after the beginning, in a look {:.0} µs after the one before",
        "",
        worst.at.as_secs_f64(),
        micros(worst.since_look),
    );
}

/// The event that was seen latest.
#[derive(Default)]
struct Worst {
    delay: Duration,
    /// When it was seen.
    at: Duration,
    /// How long the window had not looked.
    since_look: Duration,
}
