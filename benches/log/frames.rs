//! What a frame of the whole window costs: with a short and with a long log, and while a flood arrives.
//!
//! The two windows take turns frame by frame, so that what else the machine does falls on both.

use std::time::{Duration, Instant};

use harewire::app::Launch;

use crate::flood::Flood;
use crate::window::{Cost, Window};
use crate::{micros, quantile};

/// Events in the short log.
const FEW: u64 = 1_000;
/// Events in the long log.
const MANY: u64 = 10_000_000;
/// Bytes of an event.
const SIZE: usize = 250;
/// Timed frames of each window in each scene.
const FRAMES: usize = 1_500;
/// Frames before the first that is timed.
const WARM: usize = 100;
/// The flood that a window is painted under.
const PER_SECOND: u64 = 100_000;
/// How long it lasts.
const SECONDS: u64 = 20;
/// Between two frames of a screen.
const SCREEN: Duration = Duration::from_micros(16_667);

/// A short log against a long one.
pub fn compare() {
    let mut idle = Window::open(Launch::Plain);
    let mut few = Window::connected(Flood::new(FEW, SIZE));
    let mut many = Window::connected(Flood::new(MANY, SIZE));
    few.fill(FEW);
    many.fill(MANY);
    println!("Next frame asked for, nothing happening");
    println!("  disconnected, first screen  {}", next(idle.settle()));
    println!("  connected, no traffic       {}", next(many.settle()));
    println!(
        "CPU of a frame of the whole window, median of {FRAMES}: {FEW} events, {MANY} events (must 2000 µs), ratio (must 1.20)"
    );
    scene("following the newest row", &mut few, &mut many, |window, _| window.frame(Vec::new()).0);
    few.scroll_to_middle(FEW);
    many.scroll_to_middle(MANY);
    scene("standing in the middle", &mut few, &mut many, |window, _| window.frame(Vec::new()).0);
    few.point_at_log();
    many.point_at_log();
    // There and back, a few screens each.
    scene("a row a frame by the wheel", &mut few, &mut many, |window, turn| {
        window.wheel(turn / 100 % 2 == 0)
    });
}

fn next(delay: Duration) -> String {
    if delay == Duration::MAX { "never".to_owned() } else { format!("in {:.1} s", delay.as_secs_f64()) }
}

fn scene(name: &str, few: &mut Window, many: &mut Window, mut frame: impl FnMut(&mut Window, usize) -> Cost) {
    let mut took = [Vec::with_capacity(FRAMES), Vec::with_capacity(FRAMES)];
    for turn in 0..WARM + FRAMES {
        let pair = [frame(few, turn), frame(many, turn)];
        if turn >= WARM {
            for (list, one) in took.iter_mut().zip(pair) {
                list.push(one.cpu);
            }
        }
    }
    let [few, many] = took.map(|mut list| quantile(&mut list, 0.5));
    let ratio = many.as_secs_f64() / few.as_secs_f64();
    println!("  {name:<28}{:>7.0} µs {:>7.0} µs {ratio:>6.2}", micros(few), micros(many));
}

/// Frames at 60 Hz while a flood arrives: nothing may be lost, and no frame may be felt.
pub fn under_flood() {
    let events = PER_SECOND * SECONDS;
    let mut window = Window::connected(Flood { per_second: Some(PER_SECOND), ..Flood::new(events, SIZE) });
    window.subscribe_last();
    let (mut cpu, mut wall) = (Vec::new(), Vec::new());
    let deadline = Instant::now() + Duration::from_secs(3 * SECONDS);
    while window.events() < events {
        let began = Instant::now();
        let cost = window.frame(Vec::new()).0;
        cpu.push(cost.cpu);
        wall.push(cost.wall);
        assert!(began < deadline, "only {} events came", window.events());
        std::thread::sleep(SCREEN.saturating_sub(began.elapsed()));
    }
    let counted = window.events();
    println!(
        "Frames at 60 Hz while {PER_SECOND} events/s arrive for {SECONDS} s: {} frames, {counted} events, none lost",
        cpu.len()
    );
    println!(
        "  CPU of a frame: median {:.0} µs, 99th percentile {:.0} µs (must 8000), longest {:.0} µs (must 16000)",
        micros(quantile(&mut cpu, 0.5)),
        micros(quantile(&mut cpu, 0.99)),
        micros(quantile(&mut cpu, 1.0)),
    );
    println!(
        "  by the clock, two cores shared with the server: median {:.0} µs, 99th percentile {:.0} µs, longest {:.0} µs",
        micros(quantile(&mut wall, 0.5)),
        micros(quantile(&mut wall, 0.99)),
        micros(quantile(&mut wall, 1.0)),
    );
}
