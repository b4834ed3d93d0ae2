//! The jobs under way: what each does, how far it is, and a way to stop it.

use egui::{Frame, Layout, Panel, ProgressBar, RichText, Ui};

use crate::ui::action::Action;
use crate::ui::button::{Button, Look};
use crate::ui::figures::{bytes, count, counted};
use crate::ui::theme::tokens;

/// What the steps of a job are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Events written.
    Events,
    /// Messages read.
    Messages,
    /// Bytes read.
    Bytes,
}

/// A job as the window shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobView {
    /// Which; for [`Action::CancelJob`].
    pub id: u64,
    /// What it does: `Export to log.csv`.
    pub name: String,
    /// Steps done.
    pub done: u64,
    /// Steps in all; 0 while that isn't known.
    pub of: u64,
    /// What a step is.
    pub unit: Unit,
    /// It was asked to stop.
    pub stopping: bool,
}

impl JobView {
    /// How far it is, in words.
    #[must_use]
    pub fn words(&self) -> String {
        if self.stopping {
            return "stopping".to_owned();
        }
        match (self.unit, self.of) {
            (_, 0) => "getting ready".to_owned(),
            (Unit::Events, of) => format!("{} of {}", count(self.done), counted(of, "event")),
            (Unit::Messages, of) => format!("{} of {}", count(self.done), counted(of, "message")),
            (Unit::Bytes, of) => format!("{} of {}", bytes(self.done), bytes(of)),
        }
    }

    /// How far it is, from 0 to 1.
    fn fraction(&self) -> f32 {
        if self.of == 0 {
            return 0.0;
        }
        // In thousandths, which a float holds exactly.
        let thousandths = (u128::from(self.done) * 1000 / u128::from(self.of)).min(1000);
        f32::from(u16::try_from(thousandths).unwrap_or(1000)) / 1000.0
    }
}

/// Paints a strip with a line for each job, above the status bar; nothing while there is none.
pub fn jobs_ui(ui: &mut Ui, jobs: &[JobView], actions: &mut Vec<Action>) {
    if jobs.is_empty() {
        return;
    }
    let t = tokens(ui);
    let frame = Frame::new().fill(t.raised).inner_margin(egui::Margin::symmetric(12, 4));
    Panel::bottom("jobs").frame(frame).show(ui, |ui| {
        for job in jobs {
            ui.push_id(job.id, |ui| job_ui(ui, job, actions));
        }
    });
}

fn job_ui(ui: &mut Ui, job: &JobView, actions: &mut Vec<Action>) {
    let t = tokens(ui);
    ui.horizontal(|ui| {
        ui.label(&job.name);
        ui.add(ProgressBar::new(job.fraction()).desired_width(220.0).desired_height(6.0));
        ui.label(RichText::new(job.words()).color(t.dim));
        ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
            let cancel = Button::new("Cancel").small().look(Look::Quiet).enabled(!job.stopping);
            let response =
                cancel.show(ui).on_hover_text(format!("Stop: {}. No half-written file stays", job.name));
            if response.clicked() {
                actions.push(Action::CancelJob(job.id));
            }
        });
    });
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::*;

    fn job() -> JobView {
        JobView {
            id: 7,
            name: "Export to a.csv".to_owned(),
            done: 500,
            of: 2000,
            unit: Unit::Events,
            stopping: false,
        }
    }

    #[test]
    fn a_job_shows_how_far_it_is_and_can_be_stopped() {
        let mut harness = Harness::builder().with_context_setup(crate::ui::theme::install).build_ui_state(
            |ui, (jobs, actions): &mut (Vec<JobView>, Vec<Action>)| jobs_ui(ui, jobs, actions),
            (vec![job()], Vec::new()),
        );
        harness.run();
        harness.get_by_label("Export to a.csv");
        harness.get_by_label("500 of 2\u{a0}000 events");
        harness.get_by_label("Cancel").click();
        harness.run();
        assert_eq!(harness.state().1, [Action::CancelJob(7)]);
    }

    #[test]
    fn far_is_never_too_far() {
        assert!((job().fraction() - 0.25).abs() < f32::EPSILON);
        assert!((JobView { done: 9, of: 3, ..job() }.fraction() - 1.0).abs() < f32::EPSILON);
        let unknown = JobView { of: 0, ..job() };
        assert!(unknown.fraction() < f32::EPSILON && unknown.words() == "getting ready");
        assert_eq!(JobView { unit: Unit::Bytes, ..job() }.words(), "500 B of 2.0 KB");
    }
}
