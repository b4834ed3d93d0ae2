//! The menu of the forms in which the selected event can be copied.

use egui::{Popup, Ui};
use lucide_icons::Icon;

use crate::capture::json_path::path_of;
use crate::capture::json_tree::slice;
use crate::capture::row::{Detail, Tree};
use crate::capture::study::CopyForm;
use crate::directus::snippet::Language;
use crate::ui::action::Action;
use crate::ui::button::Button;
use crate::ui::theme::tokens;

/// Longer texts are copied by the detail worker: a frame has no time to write fifty megabytes.
const AT_ONCE: usize = 256 * 1024;

/// Copies a part of the selected event: at once, or by the form that the detail worker finds it by.
#[must_use]
pub fn copy_part(text: &str, form: CopyForm) -> Action {
    if text.len() <= AT_ONCE { Action::Copy(text.to_owned()) } else { Action::CopyAs(form) }
}

/// Paints the button and its menu; `chosen` is the node chosen in the tree.
pub fn copy_menu_ui(ui: &mut Ui, detail: &Detail, chosen: Option<usize>, actions: &mut Vec<Action>) {
    let button = Button::new("Copy as…").with_icon(Icon::ClipboardCopy).show(ui);
    Popup::menu(&button).show(|ui| {
        ui.set_min_width(210.0);
        let mut item = |ui: &mut Ui, name: &str, action: &dyn Fn() -> Action| {
            if ui.button(name).clicked() {
                actions.push(action());
                ui.close();
            }
        };
        let has_text = !detail.text.is_empty();
        if has_text {
            let name = if detail.binary { "Base64" } else { "Exact text" };
            item(ui, name, &|| copy_part(&detail.text, CopyForm::Exact));
        }
        if let Tree::Json(tree) = &detail.tree {
            item(ui, "Formatted JSON", &|| Action::CopyAs(CopyForm::Formatted));
            if let Some(node) = chosen.and_then(|chosen| tree.nodes().get(chosen)) {
                let chosen = chosen.unwrap_or_default();
                let form = CopyForm::Value(u32::try_from(chosen).unwrap_or(u32::MAX));
                item(ui, "Value of the chosen line", &|| copy_part(slice(&detail.text, &node.value), form));
                item(ui, "Path of the chosen line", &|| Action::Copy(path_of(&detail.text, tree, chosen)));
            }
        }
        if has_text {
            item(ui, "Hex", &|| Action::CopyAs(CopyForm::Hex));
        }
        item(ui, "Line of the capture", &|| Action::CopyAs(CopyForm::Line));
        if detail.is_sendable() {
            ui.separator();
            ui.label(egui::RichText::new("Code that sends it").color(tokens(ui).faint));
            for language in Language::ALL {
                item(ui, language.name(), &|| Action::CopyAs(CopyForm::Code(language)));
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_copies_only_what_is_short() {
        assert_eq!(copy_part("a", CopyForm::Exact), Action::Copy("a".to_owned()));
        let long = "a".repeat(AT_ONCE + 1);
        assert_eq!(copy_part(&long, CopyForm::Value(3)), Action::CopyAs(CopyForm::Value(3)));
    }
}
