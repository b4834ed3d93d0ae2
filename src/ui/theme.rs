//! The look: every colour, distance, radius and type size of the window is named here and nowhere else.

use std::sync::Arc;

use egui::{
    Color32, CornerRadius, FontData, FontFamily, FontId, Margin, Stroke, TextStyle, Theme, ThemePreference,
    Visuals, vec2,
};

use crate::settings::{self, Preferences};

/// The colours of one theme, named by what they mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// Behind the log.
    pub ground: Color32,
    /// Behind side panels.
    pub panel: Color32,
    /// Buttons, selected tabs, hovered rows.
    pub raised: Color32,
    /// Top and bottom bars.
    pub bar: Color32,
    /// Every other row.
    pub stripe: Color32,
    /// Cards on a panel.
    pub card: Color32,
    /// Text fields.
    pub field: Color32,
    /// Lines between areas.
    pub line: Color32,
    /// A line that must be seen: hovered borders, scrollbar thumbs.
    pub strong_line: Color32,
    /// What is read.
    pub text: Color32,
    /// What is read second.
    pub dim: Color32,
    /// Labels and units.
    pub faint: Color32,
    /// The accent as text or line.
    pub accent: Color32,
    /// The accent as a background behind text.
    pub accent_ground: Color32,
    /// The accent as the fill of the one main button; Directus' purple.
    pub primary: Color32,
    /// Text on `primary`.
    pub on_primary: Color32,
    /// From the server.
    pub incoming: Color32,
    /// From us.
    pub outgoing: Color32,
    /// It stands, it worked.
    pub good: Color32,
    /// Behind `good` in chips.
    pub good_ground: Color32,
    /// Worth a look.
    pub warning: Color32,
    /// Behind `warning` in chips.
    pub warning_ground: Color32,
    /// It failed.
    pub error: Color32,
    /// Behind `error` in chips.
    pub error_ground: Color32,
    /// JSON keys.
    pub json_key: Color32,
    /// JSON strings.
    pub json_string: Color32,
    /// JSON numbers.
    pub json_number: Color32,
    /// JSON `true`, `false`, `null`.
    pub json_word: Color32,
}

const fn rgb(hex: u32) -> Color32 {
    let [_, red, green, blue] = hex.to_be_bytes();
    Color32::from_rgb(red, green, blue)
}

/// The dark theme.
pub const DARK: Tokens = Tokens {
    ground: rgb(0x16_17_1d),
    panel: rgb(0x1b_1d_25),
    raised: rgb(0x23_25_2f),
    bar: rgb(0x12_13_19),
    stripe: rgb(0x18_1a_21),
    card: rgb(0x1e_20_29),
    field: rgb(0x12_13_1a),
    line: rgb(0x2c_2f_3a),
    strong_line: rgb(0x4a_4e_5e),
    text: rgb(0xd9_dc_e6),
    dim: rgb(0xa2_a8_ba),
    faint: rgb(0x8a_91_a6),
    accent: rgb(0x9d_87_ff),
    accent_ground: rgb(0x2a_24_50),
    primary: rgb(0x66_44_ff),
    on_primary: rgb(0xff_ff_ff),
    incoming: rgb(0x4f_b8_ff),
    outgoing: rgb(0xc7_92_ea),
    good: rgb(0x3e_cf_8e),
    good_ground: rgb(0x12_35_28),
    warning: rgb(0xf0_b4_29),
    warning_ground: rgb(0x3b_2f_12),
    error: rgb(0xff_7a_7a),
    error_ground: rgb(0x3a_1d_22),
    json_key: rgb(0x8f_b7_ff),
    json_string: rgb(0x9a_df_8f),
    json_number: rgb(0xf2_b2_7a),
    json_word: rgb(0xd5_9c_ff),
};

/// The light theme.
pub const LIGHT: Tokens = Tokens {
    ground: rgb(0xff_ff_ff),
    panel: rgb(0xf7_f7_fa),
    raised: rgb(0xec_ec_f2),
    bar: rgb(0xee_ee_f3),
    stripe: rgb(0xfa_fa_fc),
    card: rgb(0xff_ff_ff),
    field: rgb(0xff_ff_ff),
    line: rgb(0xde_df_e7),
    strong_line: rgb(0xb4_b7_c6),
    text: rgb(0x1d_20_30),
    dim: rgb(0x4e_53_67),
    faint: rgb(0x61_67_7b),
    accent: rgb(0x5a_3b_e0),
    accent_ground: rgb(0xeb_e7_ff),
    primary: rgb(0x66_44_ff),
    on_primary: rgb(0xff_ff_ff),
    incoming: rgb(0x0b_66_b5),
    outgoing: rgb(0x8a_3f_bf),
    good: rgb(0x11_68_3f),
    good_ground: rgb(0xd9_f3_e5),
    warning: rgb(0x85_54_00),
    warning_ground: rgb(0xfb_ee_cb),
    error: rgb(0xb3_20_20),
    error_ground: rgb(0xfd_e0_e0),
    json_key: rgb(0x2a_53_b8),
    json_string: rgb(0x25_69_2a),
    json_number: rgb(0x99_4c_00),
    json_word: rgb(0x8a_2b_e2),
};

/// Colours of uid chips and subscription cards: shapes only, never text, so they may be the same in both themes.
pub const UID_COLOURS: [Color32; 8] = [
    rgb(0x4f_b8_ff),
    rgb(0xff_b8_6b),
    rgb(0xff_7e_b6),
    rgb(0x5f_d0_a5),
    rgb(0xb9_8c_ff),
    rgb(0xe3_c5_4a),
    rgb(0xf0_7f_62),
    rgb(0x9f_c6_4a),
];

/// Colours that saved filters give to rows: a stripe and a faint ground, never text.
pub const FILTER_COLOURS: [(Color32, &str); 6] = [
    (rgb(0x3d_a5_f4), "blue"),
    (rgb(0xf5_9a_3c), "orange"),
    (rgb(0xf0_5c_a0), "pink"),
    (rgb(0x3f_bf_8a), "green"),
    (rgb(0x9d_6b_f7), "violet"),
    (rgb(0xd9_b6_2b), "yellow"),
];

/// The colour a saved filter gives to rows, and its name.
#[must_use]
pub fn filter_colour(number: u8) -> (Color32, &'static str) {
    let index = usize::from(number) % FILTER_COLOURS.len();
    FILTER_COLOURS.get(index).copied().unwrap_or((DARK.accent, "accent"))
}

/// The steps of the connect waterfall: lookup, TCP, TLS, upgrade, login.
pub const STEP_COLOURS: [Color32; 5] =
    [rgb(0x3b_6e_a8), rgb(0x4f_b8_ff), rgb(0x7d_6b_ff), rgb(0xa4_8f_ff), rgb(0x3e_cf_8e)];

/// The colour of a uid by its number.
#[must_use]
pub fn uid_colour(number: u8) -> Color32 {
    let index = usize::from(number) % UID_COLOURS.len();
    UID_COLOURS.get(index).copied().unwrap_or(DARK.incoming)
}

/// The tokens of the theme `ui` is painted in.
#[must_use]
pub fn tokens(ui: &egui::Ui) -> &'static Tokens {
    of(ui.visuals().dark_mode)
}

/// The tokens of the dark or the light theme.
#[must_use]
pub fn of(dark: bool) -> &'static Tokens {
    if dark { &DARK } else { &LIGHT }
}

/// Height of a log row.
pub const ROW_HEIGHT: f32 = 24.0;
/// Height of the top bar.
pub const TOP_BAR_HEIGHT: f32 = 38.0;
/// Height of the status bar.
pub const STATUS_BAR_HEIGHT: f32 = 26.0;
/// Height of a bar of tabs or tools above a view.
pub const TOOL_BAR_HEIGHT: f32 = 38.0;
/// Height of buttons and fields.
pub const CONTROL_HEIGHT: f32 = 26.0;
/// Inner margin of panels.
pub const PANEL_MARGIN: Margin = Margin { left: 12, right: 2, top: 8, bottom: 0 };
/// Space between sections of a panel.
pub const SECTION_GAP: f32 = 14.0;
/// Space between things that belong together.
pub const GAP: f32 = 8.0;
/// Half of it.
pub const SMALL_GAP: f32 = 4.0;
/// Corner radius of controls.
pub const RADIUS: u8 = 6;
/// Corner radius of cards and windows.
pub const CARD_RADIUS: u8 = 8;

/// Type size of the body.
pub const BODY: f32 = 12.5;
/// Type size of monospaced payloads and rows.
pub const MONO: f32 = 12.0;
/// Type size of labels and units.
pub const SMALL: f32 = 11.0;
/// Type size of the phase and of dialog titles.
pub const TITLE: f32 = 15.0;
/// Type size of the first screen's name.
pub const DISPLAY: f32 = 22.0;

/// Body text.
#[must_use]
pub fn body() -> FontId {
    FontId::new(BODY, FontFamily::Proportional)
}

/// Labels and units.
#[must_use]
pub fn small() -> FontId {
    FontId::new(SMALL, FontFamily::Proportional)
}

/// Payloads.
#[must_use]
pub fn mono() -> FontId {
    FontId::new(MONO, FontFamily::Monospace)
}

/// A value beside its label.
#[must_use]
pub fn medium(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(MEDIUM.into()))
}

/// Titles.
#[must_use]
pub fn strong(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(SEMIBOLD.into()))
}

/// Icons of the `lucide` font.
#[must_use]
pub fn icon(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(ICONS.into()))
}

const MEDIUM: &str = "medium";
const SEMIBOLD: &str = "semibold";
const ICONS: &str = "icons";

/// Makes the theme and zoom of the preferences hold.
pub fn apply(ctx: &egui::Context, preferences: &Preferences) {
    ctx.set_theme(match preferences.theme {
        settings::Theme::System => ThemePreference::System,
        settings::Theme::Dark => ThemePreference::Dark,
        settings::Theme::Light => ThemePreference::Light,
    });
    ctx.set_zoom_factor(preferences.zoom);
}

/// Gives the context its fonts and both styles. Once, at start.
pub fn install(ctx: &egui::Context) {
    install_fonts(ctx);
    // Zoom is a preference of ours, with its own commands: egui's keys would change it behind the settings' back.
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
    ctx.set_style_of(Theme::Dark, style(&DARK, true));
    ctx.set_style_of(Theme::Light, style(&LIGHT, false));
}

fn install_fonts(ctx: &egui::Context) {
    // A font of its own name for each weight: egui picks a face by family, not by weight.
    let inter = include_bytes!("../../assets/fonts/Inter-Regular.otf");
    let medium = include_bytes!("../../assets/fonts/Inter-Medium.otf");
    let semibold = include_bytes!("../../assets/fonts/Inter-SemiBold.otf");
    let mono = include_bytes!("../../assets/fonts/JetBrainsMono-Regular.ttf");
    let icons = lucide_icons::LUCIDE_FONT_BYTES;
    let mut fonts = egui::FontDefinitions::default();
    let faces: [(&str, &'static [u8], FontFamily); 5] = [
        ("inter", inter, FontFamily::Proportional),
        ("jetbrains-mono", mono, FontFamily::Monospace),
        ("inter-medium", medium, FontFamily::Name(MEDIUM.into())),
        ("inter-semibold", semibold, FontFamily::Name(SEMIBOLD.into())),
        ("lucide", icons, FontFamily::Name(ICONS.into())),
    ];
    // What a payload may hold and our subsets lack falls back to egui's own faces, in every weight.
    let fallback = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    for (name, bytes, family) in faces {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
        let faces = fonts.families.entry(family).or_insert_with(|| fallback.clone());
        faces.insert(0, name.to_owned());
    }
    ctx.set_fonts(fonts);
}

fn style(tokens: &Tokens, dark: bool) -> egui::Style {
    let mut style = egui::Style { visuals: visuals(tokens, dark), ..egui::Style::default() };
    style.text_styles = [
        (TextStyle::Small, small()),
        (TextStyle::Body, body()),
        (TextStyle::Button, body()),
        (TextStyle::Heading, strong(TITLE)),
        (TextStyle::Monospace, mono()),
    ]
    .into();
    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(GAP, SMALL_GAP);
    spacing.button_padding = vec2(10.0, 4.0);
    spacing.interact_size = vec2(CONTROL_HEIGHT, CONTROL_HEIGHT);
    spacing.menu_margin = Margin::same(6);
    spacing.window_margin = Margin::same(16);
    spacing.icon_width = 16.0;
    spacing.icon_width_inner = 10.0;
    spacing.icon_spacing = 6.0;
    spacing.tooltip_width = 360.0;
    spacing.combo_width = 120.0;
    spacing.scroll = egui::style::ScrollStyle {
        bar_width: 8.0,
        dormant_background_opacity: 0.0,
        active_background_opacity: 0.0,
        interact_background_opacity: 0.0,
        ..egui::style::ScrollStyle::thin()
    };
    style.interaction.tooltip_delay = 0.4;
    // Motion carries no meaning here, and a still window costs nothing.
    style.animation_time = 0.0;
    style.visuals.text_cursor.blink = false;
    style
}

fn visuals(tokens: &Tokens, dark: bool) -> Visuals {
    let mut visuals = if dark { Visuals::dark() } else { Visuals::light() };
    let radius = CornerRadius::same(RADIUS);
    let shadow = Color32::from_black_alpha(if dark { 110 } else { 36 });
    visuals.panel_fill = tokens.panel;
    visuals.text_cursor.blink = false; // An idle window paints nothing.
    visuals.window_fill = tokens.card;
    visuals.window_stroke = Stroke::new(1.0, tokens.line);
    visuals.window_corner_radius = CornerRadius::same(CARD_RADIUS + 2);
    visuals.menu_corner_radius = CornerRadius::same(CARD_RADIUS);
    visuals.window_shadow = egui::Shadow { offset: [0, 10], blur: 32, spread: 0, color: shadow };
    visuals.popup_shadow = egui::Shadow { offset: [0, 6], blur: 18, spread: 0, color: shadow };
    visuals.extreme_bg_color = tokens.field;
    visuals.text_edit_bg_color = Some(tokens.field);
    visuals.faint_bg_color = tokens.stripe;
    visuals.code_bg_color = tokens.raised;
    visuals.hyperlink_color = tokens.accent;
    visuals.warn_fg_color = tokens.warning;
    visuals.error_fg_color = tokens.error;
    visuals.weak_text_color = Some(tokens.dim);
    visuals.selection.bg_fill = tokens.accent_ground;
    visuals.selection.stroke = Stroke::new(1.0, tokens.accent);
    visuals.text_cursor.stroke = Stroke::new(1.5, tokens.accent);
    visuals.interact_cursor = Some(egui::CursorIcon::PointingHand);
    let widgets = &mut visuals.widgets;
    widgets.noninteractive.bg_fill = tokens.panel;
    widgets.noninteractive.weak_bg_fill = tokens.panel;
    for (state, fill, border, text) in [
        (&mut widgets.inactive, tokens.raised, tokens.line, tokens.text),
        (&mut widgets.hovered, tokens.raised, tokens.strong_line, tokens.text),
        (&mut widgets.active, tokens.accent_ground, tokens.accent, tokens.text),
        (&mut widgets.open, tokens.raised, tokens.strong_line, tokens.text),
    ] {
        state.bg_fill = fill;
        state.weak_bg_fill = fill;
        state.bg_stroke = Stroke::new(1.0, border);
        state.fg_stroke = Stroke::new(1.0, text);
        state.corner_radius = radius;
        state.expansion = 0.0;
    }
    widgets.noninteractive.bg_stroke = Stroke::new(1.0, tokens.line);
    widgets.noninteractive.fg_stroke = Stroke::new(1.0, tokens.text);
    visuals
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(colour: Color32) -> f64 {
        let [red, green, blue] = [colour.r(), colour.g(), colour.b()].map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    fn contrast(one: Color32, other: Color32) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn text_can_be_read_on_every_ground() {
        for t in [&DARK, &LIGHT] {
            let grounds = [t.ground, t.panel, t.raised, t.bar, t.stripe, t.card, t.field, t.accent_ground];
            let texts = [
                t.text,
                t.dim,
                t.faint,
                t.accent,
                t.incoming,
                t.outgoing,
                t.good,
                t.warning,
                t.error,
                t.json_key,
                t.json_string,
                t.json_number,
                t.json_word,
            ];
            for text in texts {
                for ground in grounds {
                    assert!(
                        contrast(text, ground) >= 4.5,
                        "{text:?} on {ground:?}: {}",
                        contrast(text, ground)
                    );
                }
            }
            for (text, ground) in [
                (t.good, t.good_ground),
                (t.warning, t.warning_ground),
                (t.error, t.error_ground),
                (t.on_primary, t.primary),
            ] {
                assert!(contrast(text, ground) >= 4.5, "{text:?} on {ground:?}");
            }
        }
    }

    #[test]
    fn the_accent_is_directus_purple() {
        assert_eq!(DARK.primary, Color32::from_rgb(0x66, 0x44, 0xff));
        assert_eq!(LIGHT.primary, DARK.primary);
    }
}
