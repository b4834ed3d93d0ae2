//! What the app does with live tables: opens, closes, orders and exports them.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::app::App;
use super::files::Outcome;
use super::notice::Notice;
use crate::capture::WholeFile;
use crate::capture::export::harmless;
use crate::directus::rows::members;
use crate::engine::Opening;
use crate::session::table::{LiveRow, RowState, ShownTable};
use crate::ui::path_prompt::Errand;
use crate::ui::table_action::TableAction;

impl App {
    pub(super) fn perform_on_table(&mut self, action: TableAction) {
        let Some(tab) = &mut self.tab else { return };
        match action {
            TableAction::Open(subscription) => {
                let opening = Opening { subscription, until: None };
                match tab.capture.table(opening, &self.wake) {
                    Ok(table) => {
                        tab.table = Some(table);
                        self.shell.show_table();
                    }
                    Err(error) => self.say(Notice::error(error.to_string())),
                }
            }
            TableAction::Close => tab.table = None,
            TableAction::Wish(wish) => {
                if let Some(table) = &tab.table {
                    table.wish(&wish);
                }
            }
            TableAction::Export => self.ask_path(Errand::ExportTable),
        }
    }

    /// Writes the rows shown as CSV, in their order, all columns.
    pub(super) fn export_table(&mut self, path: PathBuf) {
        let Some(table) = self.tab.as_ref().and_then(|tab| tab.table.as_ref()) else {
            self.say(Notice::info(
                "There is no table to export. Open one with “Show rows” in the card of a subscription.",
            ));
            return;
        };
        let shown = table.shown();
        self.job("export table", move || {
            Outcome::Said(match write_csv(&shown, &path) {
                Ok(rows) => Notice::done(format!("{rows} rows were written to {}.", path.display())),
                Err(error) => Notice::error(format!(
                    "{} can't be written: {error}. Choose another place; the rows themselves are safe.",
                    path.display()
                )),
            })
        });
    }
}

fn write_csv(shown: &ShownTable, path: &Path) -> std::io::Result<usize> {
    let mut target = WholeFile::create(path)?;
    let rows = csv_of(shown, &mut target)?;
    target.finish(true)?;
    Ok(rows)
}

/// Writes the rows that are not deleted; a row too large to be kept has its key and the number of its event.
fn csv_of(shown: &ShownTable, to: impl Write) -> std::io::Result<usize> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to);
    let columns = &shown.rows.columns;
    writer.write_record(columns.iter().map(|column| harmless(column).into_owned()))?;
    let mut written = 0;
    for row in shown.rows_from(0, usize::MAX).into_iter().flatten() {
        if row.state != RowState::Deleted {
            let fields = record(row, columns, shown.rows.key.name().map(AsRef::as_ref));
            writer.write_record(&fields)?;
            written += 1;
        }
    }
    writer.flush()?;
    Ok(written)
}

fn record(row: &LiveRow, columns: &[std::sync::Arc<str>], key: Option<&str>) -> Vec<String> {
    let fields: Vec<_> = members(&row.text).collect();
    let value = |column: &str| match fields.iter().find(|(name, _)| name == column) {
        Some((_, value)) => plain(value),
        None if row.withheld && Some(column) == key => row.key.as_deref().unwrap_or_default().to_owned(),
        None => String::new(),
    };
    columns.iter().map(|column| value(column)).collect()
}

/// A text as it reads, but so that no spreadsheet takes it for a formula; `null` as nothing; all else as JSON.
fn plain(value: &str) -> String {
    if value == "null" {
        return String::new();
    }
    let text = serde_json::from_str::<String>(value).map(|text| harmless(&text).into_owned());
    text.unwrap_or_else(|_| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directus::EventName;
    use crate::session::table::{Table, TableEvent, TableQuery};

    #[test]
    fn rows_are_written_as_they_read_and_formulas_are_harmless() {
        let mut table = Table::new(TableQuery::default());
        let hear = |table: &mut Table, seq, event, text: &str| {
            table.apply(TableEvent { seq, at_us: 0, event, text });
        };
        let rows = r#"{"data":[{"id":1,"t":"a,\"b\""},{"id":2,"t":"=1+1","n":-5},{"id":3,"t":null,"n":{"a":1}},{"id":4}]}"#;
        hear(&mut table, 1, EventName::Init, rows);
        hear(&mut table, 2, EventName::Delete, r#"{"data":[4]}"#);
        let shown = ShownTable { rows: table.snapshot(), ..ShownTable::default() };
        let mut csv = Vec::new();
        assert_eq!(csv_of(&shown, &mut csv).unwrap(), 3);
        let text = String::from_utf8(csv).unwrap();
        let lines: Vec<_> = text.split("\r\n").collect();
        assert_eq!(lines, ["id,t,n", r#"1,"a,""b""","#, "2,'=1+1,-5", r#"3,,"{""a"":1}""#, ""]);
    }
}
