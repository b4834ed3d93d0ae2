//! Sample data for the tests of the views, and the harness that shows the whole window on it.

use std::sync::Arc;

use egui_kittest::{Harness, HarnessBuilder};

use crate::capture::Notes;
use crate::capture::event::{ClosedBy, Direction, Event, Fact, Message, Payload, Stage, Stamp, What};
use crate::capture::json_tree::{JsonTree, NODE_LIMIT};
use crate::capture::row::{Detail, Level, Row, Tree, uid_colour};
use crate::capture::study::{Study, StudyWish};
use crate::directus::classify;
use crate::session::table::{GapReport, ShownTable};
use crate::session::{Session, Snapshot};
use crate::settings::{Profile, Settings};
use crate::ui::action::{Action, FilterChange};
use crate::ui::capture_list::CaptureList;
use crate::ui::export_view::Scopes;
use crate::ui::lab_view::LabModel;
use crate::ui::log_model::{FilterState, LogModel};
use crate::ui::model::{Demo, Model, Opening, Recent, Recording, Source};
use crate::ui::shell::Shell;
use crate::ui::tab_strip::{TabView, Tabs};
use crate::ui::theme;
use crate::ui::vault_model::VaultModel;

/// 00:27:38.000 UTC on a day in 2026.
const START_US: i64 = 1_795_566_458_000_000;

/// Everything a `Model` borrows, and what the views asked for.
pub struct Scene {
    pub shell: Shell,
    pub actions: Vec<Action>,
    pub snapshot: Snapshot,
    pub rows: Vec<Row>,
    pub hidden: u64,
    pub total: Option<u64>,
    pub detail: Option<Detail>,
    pub wish: StudyWish,
    pub table: Option<ShownTable>,
    pub gaps: Vec<Arc<GapReport>>,
    pub settings: Settings,
    /// The filter in effect.
    pub filter: String,
    pub removed_filter: Option<String>,
    pub live: Option<String>,
    pub replay: bool,
    pub recents: Vec<Recent>,
    pub captures: CaptureList,
    pub opening: Option<Opening>,
    pub notes: Notes,
    pub marked: Option<u64>,
    pub now_us: u64,
    pub vault: VaultModel<'static>,
    pub lab: LabModel,
}

impl Scene {
    /// The first start.
    pub fn first() -> Self {
        Self {
            shell: Shell::default(),
            actions: Vec::new(),
            snapshot: Snapshot::default(),
            rows: Vec::new(),
            hidden: 0,
            total: None,
            detail: None,
            wish: StudyWish::default(),
            table: None,
            gaps: Vec::new(),
            settings: Settings::default(),
            filter: String::new(),
            removed_filter: None,
            live: None,
            replay: false,
            recents: Vec::new(),
            captures: CaptureList::default(),
            opening: None,
            notes: Notes::default(),
            marked: None,
            now_us: 0,
            vault: VaultModel::default(),
            lab: LabModel::default(),
        }
    }

    /// A connection that stands, with three subscriptions and some rows.
    pub fn live() -> Self {
        let mut folder = Folder::default();
        folder.connect();
        folder.sent(r#"{"type":"subscribe","collection":"messages","event":"create","query":{"fields":["user","text"]},"uid":"messages-1"}"#);
        folder.came(r#"{"type":"subscription","event":"init","data":[],"uid":"messages-1"}"#);
        folder.sent(r#"{"type":"subscribe","collection":"orders","query":{"filter":{"status":{"_eq":"open"}}},"uid":"orders-2"}"#);
        folder.came(r#"{"type":"subscription","event":"init","data":[{"id":1},{"id":2}],"uid":"orders-2"}"#);
        folder.sent(r#"{"type":"subscribe","collection":"invoices","uid":"invoices-3"}"#);
        folder.came(
            r#"{"type":"subscribe","status":"error","error":{"code":"FORBIDDEN","message":"You don't have permission to access this."},"uid":"invoices-3"}"#,
        );
        for number in 0..40 {
            folder.sent(&format!(r#"{{"type":"ping","uid":"p-{number}"}}"#));
            folder.now_us += 17_000 + (number * 7919) % 23_000;
            folder.came(&format!(r#"{{"type":"pong","uid":"p-{number}"}}"#));
            folder.now_us += 900_000;
            folder.came(r#"{"type":"subscription","event":"create","data":[{"user":"Ben","text":"Hello World!"}],"uid":"messages-1"}"#);
        }
        folder.came(r#"{"type":"ping"}"#);
        folder.sent(r#"{"type":"pong"}"#);
        let mut settings = Settings::default();
        settings.history.push(r#"{ "type": "ping", "uid": "p-1" }"#);
        let now_us = folder.now_us + 11_500_000;
        let mut shell = Shell::default();
        shell.reveal(8);
        shell.edit(
            concat!(
                "{ \"type\": \"items\", \"action\": \"create\", \"collection\": \"messages\",\n",
                "  \"data\": { \"text\": \"Hello Universe!\", \"user\": \"Rijk\" },\n",
                "  \"uid\": \"create-7\" }"
            )
            .to_owned(),
        );
        Self {
            shell,
            snapshot: folder.session.snapshot(),
            rows: rows(),
            detail: Some(detail()),
            settings,
            live: Some("Production".to_owned()),
            now_us,
            ..Self::first()
        }
    }

    /// A connect that was refused.
    pub fn failed() -> Self {
        let mut folder = Folder::default();
        folder.fact(Fact::Connect {
            url: "wss://cms.example.com/websocket".to_owned(),
            transport: "full".to_owned(),
            mode: "handshake".to_owned(),
            credential: "static token".to_owned(),
            attempt: 1,
            unverified: false,
            login_first: false,
        });
        folder.fact(Fact::Error {
            stage: Stage::Tcp,
            message: "cms.example.com refused the connection on port 443".to_owned(),
            cause: "Nothing listens there: the server is down, or the port is another one".to_owned(),
            advice: "Check the URL and that Directus runs, then connect again".to_owned(),
        });
        folder.fact(Fact::Close { code: Some(1006), reason: String::new(), by: ClosedBy::Network });
        folder.fact(Fact::Retry { attempt: 2, delay_ms: 3000 });
        let row = |seq, kind: &str, summary: &str, level| Row {
            seq,
            time_us: START_US,
            kind: kind.to_owned(),
            summary: summary.to_owned(),
            level,
            ..Row::default()
        };
        let rows = vec![
            row(1, "connect", "wss://cms.example.com/websocket · handshake · static token", Level::Normal),
            row(2, "error", "cms.example.com refused the connection on port 443", Level::Error),
            row(3, "close", "closed by the network, no Close frame", Level::Error),
            row(4, "retry", "attempt 2 in 3.0 s", Level::Warning),
        ];
        Self {
            snapshot: folder.session.snapshot(),
            rows,
            live: Some("Production".to_owned()),
            now_us: folder.now_us,
            ..Self::first()
        }
    }

    /// The first screen of someone who was here before.
    pub fn returning() -> Self {
        let mut settings = Settings::default();
        for (name, url) in
            [("Production", "https://cms.example.com"), ("Staging", "https://staging.example.com/cms")]
        {
            let profile = Profile { name: name.to_owned(), url: url.to_owned(), ..Profile::default() };
            settings.last_profile = settings.add(profile);
        }
        let recent = |name: &str, when: &str, bytes| Recent { name: name.into(), when: when.into(), bytes };
        let recents = vec![
            recent("cms.example.com_2026-11-23_232741.ndjson", "today, 23:27", 2_900_000_000),
            recent("checkout-bug.ndjson", "yesterday, 18:02", 412_000),
        ];
        Self { settings, recents, ..Self::first() }
    }

    /// The tab on the screen, if there is one.
    fn tabs(&self) -> Vec<TabView> {
        let view = |name: &String| TabView {
            name: name.clone(),
            phase: self.snapshot.phase,
            is_live: !self.replay,
            ..TabView::default()
        };
        self.live.iter().map(view).collect()
    }

    /// One frame.
    pub fn show(&mut self, ui: &mut egui::Ui) {
        let count = u64::try_from(self.rows.len()).unwrap();
        let total = self.total.unwrap_or(count);
        let log = LogModel {
            folded: 0,
            rows: total,
            hidden: self.hidden,
            window_start: total - count,
            window: &self.rows,
            selected: self
                .shell
                .selected()
                .and_then(|place| self.rows.get(usize::try_from(place).ok()?))
                .map(|row| row.seq),
            marked: self.marked,
            mark: self.rows.iter().find(|row| Some(row.seq) == self.marked).map(Row::stamp),
            time: self.settings.preferences.time,
            columns: Some(&self.settings.columns),
            notes: Some(&self.notes),
            filter: FilterState {
                text: &self.filter,
                fitting: total,
                looked: total,
                of: total,
                ..FilterState::default()
            },
            saved: Some(&self.settings.filters),
            removed_filter: self.removed_filter.as_deref(),
            ..LogModel::default()
        };
        let path = "captures/prod-2026-11-23.ndjson";
        let recording = Recording {
            on: true,
            file: "prod-2026-11-23.ndjson",
            path,
            bytes: 2_900_000_000,
            opening: self.opening,
            ..Recording::default()
        };
        let tabs = self.tabs();
        let model = Model {
            now_us: self.now_us,
            snapshot: &self.snapshot,
            log,
            detail: self.detail.as_ref(),
            study: &Study::default(),
            wish: &self.wish,
            table: self.table.as_ref(),
            gaps: &self.gaps,
            settings: &self.settings,
            source: self
                .live
                .as_deref()
                .map_or(Source::Nothing, if self.replay { Source::Recording } else { Source::Live }),
            tabs: Tabs { views: &tabs, current: 0 },
            recording,
            demo: Demo::Off,
            recents: &self.recents,
            captures: &self.captures,
            vault: self.vault,
            jobs: &[],
            lab: &self.lab,
            scopes: Scopes::default(),
            banner: None,
            removed_profile: None,
        };
        // The harness leaves a margin that the real window has not.
        let whole = egui::UiBuilder::new().max_rect(ui.ctx().content_rect());
        let before = self.actions.len();
        ui.scope_builder(whole, |ui| self.shell.show(ui, &model, &mut self.actions));
        // As the app does after the frame: the box shows what is in effect.
        for action in self.actions.iter().skip(before) {
            match action {
                Action::Filter(FilterChange::Set(text)) => text.clone_into(&mut self.filter),
                Action::Filter(FilterChange::Add(text)) => self.filter = format!("{} {text}", self.filter),
                Action::Filter(FilterChange::Clear) => self.filter.clear(),
                _ => {}
            }
        }
    }

    /// The window on this scene.
    pub fn harness(self, dark: bool, size: (f32, f32)) -> Harness<'static, Self> {
        let theme = if dark { egui::Theme::Dark } else { egui::Theme::Light };
        let builder: HarnessBuilder<Self> = Harness::builder();
        let mut harness = builder
            .with_size(egui::vec2(size.0, size.1))
            .with_theme(theme)
            .with_context_setup(theme::install)
            .build_ui_state(|ui, scene: &mut Self| scene.show(ui), self);
        harness.run();
        harness
    }

    /// What was asked for, without the rows and the texts that views want to see.
    pub fn wishes(&self) -> Vec<Action> {
        self.actions
            .iter()
            .filter(|action| !matches!(action, Action::ShowRows(_) | Action::Study(_)))
            .cloned()
            .collect()
    }
}

#[derive(Default)]
pub(super) struct Folder {
    pub(super) session: Session,
    seq: u64,
    pub(super) now_us: u64,
}

impl Folder {
    fn push(&mut self, what: What) {
        self.seq += 1;
        self.now_us += 1000;
        let time_us = START_US + i64::try_from(self.now_us).unwrap();
        let stamp = Stamp { time_us, elapsed_us: self.now_us };
        self.session.apply(self.seq, &Event::new(stamp, what));
    }

    pub(super) fn fact(&mut self, fact: Fact) {
        self.push(What::Fact(Box::new(fact)));
    }

    fn message(&mut self, direction: Direction, text: &str) {
        let size = u64::try_from(text.len()).unwrap();
        let class = classify(text);
        self.push(What::Message(Message { direction, payload: Payload::Text(text.into()), size, class }));
    }

    pub(super) fn sent(&mut self, text: &str) {
        self.message(Direction::Out, text);
    }

    pub(super) fn came(&mut self, text: &str) {
        self.message(Direction::In, text);
    }

    pub(super) fn connect(&mut self) {
        let url = "wss://cms.example.com/websocket".to_owned();
        self.fact(Fact::Connect {
            url: url.clone(),
            transport: "full".to_owned(),
            mode: "handshake".to_owned(),
            credential: "static token".to_owned(),
            attempt: 1,
            unverified: false,
            login_first: false,
        });
        let host = "cms.example.com".to_owned();
        self.fact(Fact::Resolved { host, addresses: vec!["192.0.2.7".to_owned()], took_us: 9_000 });
        self.fact(Fact::Connected {
            address: "192.0.2.7:443".to_owned(),
            via: String::new(),
            took_us: 14_000,
        });
        let (protocol, cipher) = ("TLSv1.3".to_owned(), "TLS13_AES_256_GCM_SHA384".to_owned());
        self.fact(Fact::Secured {
            protocol,
            cipher,
            certificates: Vec::new(),
            accepted: String::new(),
            took_us: 31_000,
        });
        let reason = "Switching Protocols".to_owned();
        let (headers, body) = (Vec::new(), String::new());
        self.fact(Fact::Response { status: 101, reason, headers, body, took_us: 22_000 });
        self.fact(Fact::Open { url, subprotocol: String::new() });
        self.sent(r#"{"type":"auth","access_token":"[masked 1]"}"#);
        self.now_us += 48_000;
        self.came(r#"{"type":"auth","status":"ok"}"#);
    }
}

type Line = (u64, u64, Option<Direction>, &'static str, &'static str, &'static str, u64, u64, Level);

fn lines() -> [Line; 15] {
    let (down, up) = (Some(Direction::In), Some(Direction::Out));
    let normal = Level::Normal;
    [
        (183, 4, up, "subscribe", "orders-2", "orders · all events · status = open", 141, 22_000, normal),
        (184, 26, down, "init", "orders-2", "orders · 12 rows", 4_100, 0, normal),
        (185, 913, down, "create", "messages-1", "messages #1201 · Ben “Hello World!”", 246, 0, normal),
        (186, 1_402, up, "subscribe", "invoices-3", "invoices · all events", 96, 31_000, normal),
        (
            187,
            1_433,
            down,
            "error",
            "invoices-3",
            "FORBIDDEN · You don't have permission to access this",
            212,
            0,
            Level::Error,
        ),
        (188, 2_010, down, "create", "messages-1", "messages #1202 · Rijk “Hello Universe!”", 248, 0, normal),
        (189, 2_871, down, "ping", "", "heartbeat of the server", 15, 0, Level::Dim),
        (190, 3_272, up, "update", "", "items · orders #4711 · status, total", 163, 38_000, normal),
        (
            198,
            3_310,
            down,
            "update",
            "orders-2",
            "orders #4711 · status draft → open · total 90.00 → 99.90",
            412,
            0,
            normal,
        ),
        (199, 3_311, down, "items", "", "orders #4711 · reply to #8411190", 398, 38_000, normal),
        (200, 4_002, up, "create", "", "items · orders · no answer for 12 s", 171, 0, Level::Warning),
        (201, 5_118, down, "delete", "orders-2", "orders #77", 74, 0, Level::Warning),
        (
            202,
            6_540,
            down,
            "create",
            "messages-1",
            "messages #1203 · Kevin “Hello Everyone Everywhere All At Once!”",
            271,
            0,
            normal,
        ),
        (
            203,
            12_002,
            None,
            "close",
            "",
            "closed by server, no code: the ping stayed without an answer",
            0,
            0,
            Level::Error,
        ),
        (204, 13_020, None, "open", "", "wss://cms.example.com/websocket", 0, 124_000, Level::Good),
    ]
}

/// The rows of the mock.
pub fn rows() -> Vec<Row> {
    let mut before = None;
    let mut rows = Vec::new();
    for (seq, at_ms, direction, kind, uid, summary, size, round_trip, level) in lines() {
        let elapsed_us = at_ms * 1000;
        rows.push(Row {
            seq: 8_411_000 + seq,
            time_us: START_US + i64::try_from(elapsed_us).unwrap(),
            elapsed_us,
            delta_us: before.map(|before: u64| elapsed_us - before),
            direction,
            kind: kind.to_owned(),
            event: if direction.is_some() { "message" } else { kind }.to_owned(),
            uid: uid.to_owned(),
            uid_colour: uid_colour(uid),
            summary: summary.to_owned(),
            size: direction.is_some().then_some(size),
            round_trip_us: (round_trip > 0).then_some(round_trip),
            level,
            automatic: kind == "ping",
            ..Row::default()
        });
        before = Some(elapsed_us);
    }
    rows
}

/// The selected row of the mock.
pub fn detail() -> Detail {
    let text: Arc<str> = r#"{"type":"subscription","event":"update","uid":"orders-2","data":[{"id":4711,"status":"open","total":99.90,"customer":{"id":7,"name":"Rijk","vip":true},"lines":[{"sku":"a"},{"sku":"b"}],"date_updated":"2026-11-23T23:27:41Z","paid":false}]}"#.into();
    let tree = Tree::Json(Arc::new(JsonTree::parse(&text, NODE_LIMIT).unwrap()));
    let row = rows().remove(8);
    let meaning =
        vec!["The row as the user of this login may read it now, not the change itself.".to_owned()];
    Detail { row, text, tree, meaning, ..Detail::default() }
}
