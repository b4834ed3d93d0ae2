//! What wakes a job: news of its capture, and Ctrl+C.

use std::io;

use crossbeam_channel::{Receiver, Sender};

use crate::engine::Wake;

/// What wakes the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    /// Something was published.
    News,
    /// Ctrl+C, or the system asks to end.
    Stop,
}

/// A bell for a capture, and where it and Ctrl+C are heard.
pub(super) fn listen() -> Result<(Wake, Receiver<Signal>), String> {
    let (sender, signals) = crossbeam_channel::bounded(4);
    let wake = Wake::new({
        let sender = sender.clone();
        // A full channel already holds the news.
        move || {
            let _full_means_known = sender.try_send(Signal::News);
        }
    });
    listen_for_stop(sender)?;
    Ok((wake, signals))
}

/// Ctrl+C and, on Unix, the polite signal to end.
fn listen_for_stop(signals: Sender<Signal>) -> Result<(), String> {
    let failed = |error: io::Error| format!("Ctrl+C can't be listened for: {error}.");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().map_err(failed)?;
    let listen = move || {
        runtime.block_on(async {
            loop {
                if stop_asked().await.is_err() || signals.send(Signal::Stop).is_err() {
                    break;
                }
            }
        });
    };
    std::thread::Builder::new().name("signals".into()).spawn(listen).map_err(failed)?;
    Ok(())
}

#[cfg(unix)]
async fn stop_asked() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

#[cfg(not(unix))]
async fn stop_asked() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}
