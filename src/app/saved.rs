//! Saved filters: kept in the settings, and put to work as colours.

use std::sync::Arc;

use super::app::App;
use super::notice::Notice;
use crate::capture::filter::Filter;
use crate::capture::row::Tint;
use crate::capture::time::Zone;
use crate::engine::{Capture, ColourRule, Colouring};
use crate::settings::{FilterTrouble, Filters};
use crate::ui::saved_action::SavedAction;

/// The colours of a tab, and what they were made of.
#[derive(Default)]
pub struct Colours {
    filters: Filters,
    utc: bool,
}

impl Colours {
    /// Lets `capture` colour its rows by these filters, if they are others than before.
    pub fn bring(&mut self, filters: &Filters, utc: bool, capture: &Capture) {
        if self.filters == *filters && self.utc == utc {
            return;
        }
        self.filters.clone_from(filters);
        self.utc = utc;
        capture.colour(Arc::new(colouring(filters, utc)));
    }
}

/// The filters that colour rows now. One that this version can't read colours nothing; the list of saved filters says
/// so.
fn colouring(filters: &Filters, utc: bool) -> Colouring {
    let rule = |filter: &crate::settings::SavedFilter| {
        let colour = filter.colours()?;
        let tint = Tint { name: filter.name.as_str().into(), colour };
        Some(ColourRule { filter: zoned(Filter::parse(&filter.text).ok()?, utc), tint })
    };
    filters.iter().filter_map(rule).collect()
}

/// A filter whose times are meant as the log shows them.
pub fn zoned(filter: Filter, utc: bool) -> Filter {
    if utc { filter.in_zone(Zone::utc()) } else { filter }
}

impl App {
    /// Brings the colours of the log to what is saved.
    pub(super) fn bring_colours(&mut self) {
        let settings = self.memory.settings();
        if let Some(tab) = &mut self.tab {
            tab.colours.bring(&settings.filters, settings.preferences.utc, &tab.capture);
        }
    }

    /// Changes the saved filters.
    pub(super) fn perform_on_saved(&mut self, action: SavedAction) {
        let outcome = match action {
            SavedAction::Save(filter)
                if self.memory.is_token_in(&filter.text) || self.memory.is_token_in(&filter.name) =>
            {
                Err(FilterTrouble::Secret)
            }
            SavedAction::Save(filter) => {
                let said = format!("The filter “{}” is saved.", filter.name.trim());
                self.memory.change().filters.save(filter).map(|()| self.say(Notice::done(said)))
            }
            SavedAction::Rename { to, .. } if self.memory.is_token_in(&to) => Err(FilterTrouble::Secret),
            SavedAction::Rename { name, to } => {
                let place = self.memory.settings().filters.named(&name).map(|(place, _)| place);
                place.map_or(Ok(()), |place| self.memory.change().filters.rename(place, &to))
            }
            SavedAction::Paint { place, colour, on } => {
                self.memory.change().filters.paint(place, colour, on);
                Ok(())
            }
            SavedAction::Raise(place) => {
                self.memory.change().filters.raise(place);
                Ok(())
            }
            SavedAction::Remove(place) => {
                self.memory.remove_filter(place);
                Ok(())
            }
            SavedAction::UndoRemove => self.memory.undo_remove_filter(),
        };
        if let Err(trouble) = outcome {
            self.say(Notice::error(trouble.to_string()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::SavedFilter;

    #[test]
    fn only_filters_that_are_on_and_can_be_read_colour_rows() {
        let mut filters = Filters::default();
        for (name, text, on) in
            [("a", "type:ping", true), ("b", "type:pong", false), ("c", "colection:x", true)]
        {
            let filter = SavedFilter { name: name.to_owned(), text: text.to_owned(), colour: Some(2), on };
            filters.save(filter).unwrap();
        }
        let colouring = colouring(&filters, true);
        let tints: Vec<_> = colouring.iter().map(|rule| (&*rule.tint.name, rule.tint.colour)).collect();
        assert_eq!(tints, [("a", 2)]);
        assert_eq!(colouring[0].filter, Filter::parse("type:ping").unwrap().in_zone(Zone::utc()));
    }
}
