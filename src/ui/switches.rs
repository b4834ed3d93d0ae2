//! The switches of automation, in the status panel and in the connect form.

use egui::Ui;

use crate::settings::Switches;
use crate::ui::control::switch_ui;

/// Paints them; whether one changed.
pub fn switches_ui(ui: &mut Ui, switches: &mut Switches) -> bool {
    let pong = "Without it the server closes after about a minute";
    let mut changed = switch_ui(ui, &mut switches.auto_pong, "Answer pings", pong);
    changed |= switch_ui(ui, &mut switches.reconnect, "Reconnect", "After a loss, at growing intervals");
    changed |= switch_ui(
        ui,
        &mut switches.resubscribe,
        "Resubscribe after a reconnect",
        "Each subscription once, in its order",
    );
    changed |= switch_ui(ui, &mut switches.reauth, "Renew the login", "Before its token runs out");
    changed
        | switch_ui(
            ui,
            &mut switches.measure,
            "Measure round trips",
            "A ping with a uid every 15 s, while pings are answered",
        )
}
