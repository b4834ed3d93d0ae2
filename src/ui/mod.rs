//! Floor 3, how it looks: egui views and widgets, the theme, the registry of user commands.
//!
//! A view is one file and one struct of small state. It reads the [`Model`](model::Model), edits its own state and
//! pushes [`Action`](action::Action)s; the app performs them after the frame. No view touches a socket, a file, a
//! clock or a channel, so every view can be tested with plain data.

pub mod action;
pub mod beside_list;
pub mod button;
pub mod capture_list;
pub mod capture_row;
pub mod captures_view;
pub mod cause_card;
pub mod close_dialog;
pub mod command;
pub mod compose;
pub mod connect_form;
pub mod connection_section;
pub mod control;
pub mod copy_menu;
pub mod credential_form;
pub mod detail;
pub mod detail_parts;
pub mod diff_line;
pub mod diff_view;
pub mod empty;
pub mod export_view;
pub mod figures;
pub mod filter_bar;
pub mod filter_help;
pub mod filter_highlight;
pub mod find_bar;
pub mod fit;
pub mod fold_map;
pub mod gap_report;
pub mod heartbeat_bar;
pub mod help_view;
pub mod hex_view;
pub mod identity_strip;
pub mod jobs_view;
pub mod json_highlight;
pub mod json_view;
pub mod lab_view;
pub mod life_sections;
pub mod log_columns;
pub mod log_head;
pub mod log_list;
pub mod log_model;
pub mod log_row;
pub mod log_scroll;
pub mod log_view;
pub mod measure;
pub mod message_search;
pub mod middle;
pub mod model;
pub mod notices_section;
pub mod opening_bar;
pub mod page;
pub mod palette;
pub mod path_prompt;
pub mod profile_list;
pub mod reach_form;
pub mod reach_strip;
pub mod row_command;
pub mod row_dialogs;
pub mod row_menu;
pub mod row_tint;
pub mod rows_action;
pub mod saved_action;
pub mod saved_filters;
pub mod scroller;
pub mod section;
pub mod selection;
mod server_view;
pub mod settings_view;
pub mod shell;
mod shell_parts;
mod shortcut;
pub mod sparkline;
mod status_bar;
pub mod status_panel;
pub mod subscribe_form;
pub mod subscription_cards;
pub mod switches;
pub mod tab_command;
pub mod tab_strip;
pub mod table_action;
pub mod table_cell;
pub mod table_head;
#[cfg(test)]
mod table_tests;
pub mod table_view;
pub mod target;
pub mod text_view;
pub mod theme;
pub mod toasts;
pub mod top_bar;
pub mod vault_model;
pub mod waterfall;

#[cfg(test)]
mod cause_scenes;
#[cfg(test)]
mod credential_tests;
#[cfg(test)]
mod filter_tests;
#[cfg(test)]
mod identity_tests;
#[cfg(test)]
mod row_tests;
#[cfg(test)]
mod scene;
#[cfg(test)]
mod tests;
