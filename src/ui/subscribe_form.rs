//! `SubscribeForm`: a subscription filled in field by field, which becomes the text of a message.

use egui::Ui;
use lucide_icons::Icon;

use crate::capture::json_tree::{JsonTree, NODE_LIMIT};
use crate::capture::row::Level;
use crate::ui::button::{Button, Look};
use crate::ui::control::{choice_ui, dialog_ui, field_ui, hint_ui, labelled_ui, notice_ui, title_ui};
use crate::ui::theme;

/// Which changes a subscription is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Changes {
    /// All three.
    All,
    /// New rows; what the official guide begins with.
    #[default]
    Create,
    /// Changed rows.
    Update,
    /// Removed rows.
    Delete,
}

impl Changes {
    const ALL: [(Self, &'static str); 4] =
        [(Self::All, "All"), (Self::Create, "Create"), (Self::Update, "Update"), (Self::Delete, "Delete")];

    fn word(self) -> Option<&'static str> {
        match self {
            Self::All => None,
            Self::Create => Some("create"),
            Self::Update => Some("update"),
            Self::Delete => Some("delete"),
        }
    }
}

/// The fields as typed.
#[derive(Clone, Debug, Default)]
pub struct SubscribeForm {
    open: bool,
    focus: bool,
    /// Name of the collection.
    pub collection: String,
    /// Which changes.
    pub changes: Changes,
    /// Primary key of one item, or empty.
    pub item: String,
    /// Field names, comma separated.
    pub fields: String,
    /// A filter rule as JSON.
    pub filter: String,
    /// Field names, comma separated, `-` for descending.
    pub sort: String,
    /// Rows of the `init` at most.
    pub limit: String,
    /// Name of the subscription.
    pub uid: String,
}

/// What the form was left with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Filled {
    /// Put the text into the compose box.
    Edit(String),
    /// That, and send it.
    Send(String),
}

impl SubscribeForm {
    /// Opens the form; `uid` is proposed if there is none.
    pub fn open(&mut self, uid: String) {
        self.open = true;
        self.focus = true;
        if self.uid.is_empty() {
            self.uid = uid;
        }
    }

    /// Paints the form over the window while it is open.
    pub fn show(&mut self, ui: &Ui, can_send: bool) -> Option<Filled> {
        if !self.open {
            return None;
        }
        let mut filled = None;
        let closed = dialog_ui(ui, "subscribe", 430.0, |ui| {
            title_ui(ui, "Subscribe", "Hear of changes to the items of a collection");
            self.fields_ui(ui);
            let text = self.text();
            ui.add_space(theme::SMALL_GAP);
            if let Err(problem) = &text {
                notice_ui(ui, Level::Dim, problem);
            }
            ui.add_space(theme::SMALL_GAP);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let ready = text.is_ok();
                let send = Button::new("Subscribe now").with_icon(Icon::Send).look(Look::Primary);
                let text = text.unwrap_or_default();
                if send.enabled(ready && can_send).show(ui).clicked() {
                    filled = Some(Filled::Send(text.clone()));
                }
                if Button::new("Fill compose box").enabled(ready).show(ui).clicked() {
                    filled = Some(Filled::Edit(text));
                }
                if Button::new("Cancel").look(Look::Quiet).show(ui).clicked() {
                    ui.close();
                }
                if !can_send {
                    hint_ui(ui, "Not connected");
                }
            });
        });
        if closed || filled.is_some() {
            self.open = false;
        }
        if filled.is_some() {
            self.uid.clear();
        }
        filled
    }

    fn fields_ui(&mut self, ui: &mut Ui) {
        let collection = labelled_ui(ui, "Collection", |ui| {
            field_ui(ui, "Collection", &mut self.collection, "messages", theme::mono())
        });
        if std::mem::take(&mut self.focus) {
            collection.request_focus();
        }
        labelled_ui(ui, "Event", |ui| choice_ui(ui, &mut self.changes, &Changes::ALL));
        let line = |ui: &mut Ui, name: &str, text: &mut String, hint: &str| {
            labelled_ui(ui, name, |ui| field_ui(ui, name, text, hint, theme::mono()));
        };
        line(ui, "Fields", &mut self.fields, "user, text (all if empty)");
        line(ui, "Filter", &mut self.filter, r#"{ "status": { "_eq": "open" } }"#);
        ui.columns(2, |columns| {
            let [left, right] = columns else { return };
            line(left, "Sort", &mut self.sort, "-date_created");
            line(right, "Limit", &mut self.limit, "100");
            line(left, "Item", &mut self.item, "primary key, for one item");
            line(right, "Uid", &mut self.uid, "names the subscription");
        });
    }

    /// The message, laid out to be read.
    ///
    /// # Errors
    /// What is missing or wrong, as a sentence.
    pub fn text(&self) -> Result<String, String> {
        let quoted = |text: &str| serde_json::Value::from(text.trim()).to_string();
        if self.collection.trim().is_empty() {
            return Err("Name a collection, such as messages".to_owned());
        }
        let mut head = format!(r#"{{ "type": "subscribe", "collection": {}"#, quoted(&self.collection));
        if let Some(event) = self.changes.word() {
            head.push_str(&format!(r#", "event": "{event}""#));
        }
        let mut lines = vec![head];
        if !self.item.trim().is_empty() {
            lines.push(format!(r#"  "item": {}"#, quoted(&self.item)));
        }
        let query = self.query()?;
        if !query.is_empty() {
            lines.push(format!(r#"  "query": {{ {} }}"#, query.join(", ")));
        }
        if !self.uid.trim().is_empty() {
            lines.push(format!(r#"  "uid": {}"#, quoted(&self.uid)));
        }
        Ok(lines.join(",\n") + " }")
    }

    fn query(&self) -> Result<Vec<String>, String> {
        let list = |text: &str| {
            let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
            names.map(|name| serde_json::Value::from(name).to_string()).collect::<Vec<_>>().join(", ")
        };
        let mut query = Vec::new();
        for (key, names) in [("fields", list(&self.fields)), ("sort", list(&self.sort))] {
            if !names.is_empty() {
                query.push(format!(r#""{key}": [{names}]"#));
            }
        }
        let filter = self.filter.trim();
        if !filter.is_empty() {
            JsonTree::parse(filter, NODE_LIMIT)
                .map_err(|error| format!("The filter is not JSON: {error}"))?;
            if !filter.starts_with('{') {
                return Err(r#"A filter is an object, such as { "status": { "_eq": "open" } }"#.to_owned());
            }
            query.push(format!(r#""filter": {filter}"#));
        }
        let limit = self.limit.trim();
        if !limit.is_empty() {
            let limit: i64 =
                limit.parse().map_err(|_| "The limit is a whole number; -1 for all".to_owned())?;
            query.push(format!(r#""limit": {limit}"#));
        }
        Ok(query)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directus::{ClientMessage, EventName, MessageType, classify};

    fn guide() -> SubscribeForm {
        SubscribeForm {
            collection: "messages".to_owned(),
            fields: "user, text".to_owned(),
            uid: "messages-1".to_owned(),
            ..SubscribeForm::default()
        }
    }

    #[test]
    fn the_official_guide_is_three_fields() {
        let text = guide().text().unwrap();
        assert_eq!(
            text,
            "{ \"type\": \"subscribe\", \"collection\": \"messages\", \"event\": \"create\",\n  \"query\": { \"fields\": \
             [\"user\", \"text\"] },\n  \"uid\": \"messages-1\" }"
        );
        let class = classify(&text);
        assert_eq!((class.kind, class.event), (MessageType::Subscribe, EventName::Create));
        assert!(matches!(ClientMessage::parse(&text), Ok(ClientMessage::Subscribe(_))));
    }

    #[test]
    fn a_filter_keeps_its_text() {
        let filter = r#"{"a":{"_eq":1.10}}"#.to_owned();
        let form = SubscribeForm { filter, changes: Changes::All, limit: "-1".to_owned(), ..guide() };
        let text = form.text().unwrap();
        assert!(text.contains(r#""filter": {"a":{"_eq":1.10}}, "limit": -1"#), "{text}");
        assert!(!text.contains("\"event\""));
    }

    #[test]
    fn says_what_is_wrong() {
        assert!(SubscribeForm::default().text().unwrap_err().contains("collection"));
        assert!(SubscribeForm { filter: "{a".into(), ..guide() }.text().unwrap_err().contains("1:2"));
        assert!(SubscribeForm { filter: "[]".into(), ..guide() }.text().unwrap_err().contains("object"));
        assert!(SubscribeForm { limit: "x".into(), ..guide() }.text().unwrap_err().contains("whole number"));
    }
}
