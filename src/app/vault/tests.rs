//! The vault against keyrings that work, hang, refuse and lie. Never the real one.

use std::sync::Mutex;

use crossbeam_channel::{Receiver, Sender};
use keyring_core::api::{CredentialApi, CredentialStore, CredentialStoreApi};
use keyring_core::{Entry, Error, mock};

use super::*;
use crate::directus::Secret;

const HUSH: &str = "planted-vault-secret";

/// How a keyring behaves from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    Locked,
    Refusing,
    /// Says yes and keeps nothing.
    Forgetful,
    /// Gives back another text.
    Lying,
    Damaged,
    Fine,
}

/// A keyring in memory with a mood, and a gate that every call waits at while it is shut.
#[derive(Debug)]
struct Moody {
    mood: Mutex<Mood>,
    entries: Mutex<HashMap<String, Vec<u8>>>,
    gate: Mutex<Option<Receiver<()>>>,
}

impl Moody {
    fn new(mood: Mood) -> Arc<Self> {
        Arc::new(Self { mood: Mutex::new(mood), entries: Mutex::default(), gate: Mutex::default() })
    }

    /// From now on each call waits for one message, or for the sender to be dropped.
    fn shut(&self) -> Sender<()> {
        let (open, gate) = crossbeam_channel::unbounded();
        *self.gate.lock().unwrap() = Some(gate);
        open
    }

    fn set(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    fn text(&self) -> String {
        let entries = self.entries.lock().unwrap();
        entries.iter().map(|(name, value)| format!("{name}={}\n", String::from_utf8_lossy(value))).collect()
    }

    fn pass(&self) -> keyring_core::Result<Mood> {
        let gate = self.gate.lock().unwrap().clone();
        if let Some(gate) = gate {
            let _opened = gate.recv();
        }
        // A keyring that quotes what it was given: none of it may be shown.
        match *self.mood.lock().unwrap() {
            Mood::Locked => Err(Error::NoStorageAccess(format!("locked {HUSH}").into())),
            Mood::Refusing => Err(Error::PlatformFailure(format!("no {HUSH}").into())),
            Mood::Damaged => Err(Error::BadEncoding(HUSH.into())),
            mood => Ok(mood),
        }
    }
}

#[derive(Debug)]
struct Store(Arc<Moody>);

#[derive(Debug)]
struct Item(Arc<Moody>, String);

impl CredentialStoreApi for Store {
    fn vendor(&self) -> String {
        "test".into()
    }
    fn id(&self) -> String {
        "test".into()
    }
    fn build(
        &self,
        service: &str,
        user: &str,
        _: Option<&HashMap<&str, &str>>,
    ) -> keyring_core::Result<Entry> {
        Ok(Entry::new_with_credential(Arc::new(Item(Arc::clone(&self.0), format!("{service}/{user}")))))
    }
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

impl CredentialApi for Item {
    fn set_secret(&self, secret: &[u8]) -> keyring_core::Result<()> {
        if self.0.pass()? != Mood::Forgetful {
            self.0.entries.lock().unwrap().insert(self.1.clone(), secret.to_vec());
        }
        Ok(())
    }
    fn get_secret(&self) -> keyring_core::Result<Vec<u8>> {
        if self.0.pass()? == Mood::Lying {
            return Ok(br#"{"harewire":1,"server":"wss://cms.example.com:443","secret":"another"}"#.to_vec());
        }
        self.0.entries.lock().unwrap().get(&self.1).cloned().ok_or(Error::NoEntry)
    }
    fn delete_credential(&self) -> keyring_core::Result<()> {
        self.0.pass()?;
        self.0.entries.lock().unwrap().remove(&self.1).map(|_| ()).ok_or(Error::NoEntry)
    }
    fn get_credential(&self) -> keyring_core::Result<Option<Arc<keyring_core::api::Credential>>> {
        Ok(None)
    }
    fn get_specifiers(&self) -> Option<(String, String)> {
        None
    }
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

/// A vault, its clock, and the bell its keyring rings.
struct Bench {
    vault: Vault,
    now: Instant,
    wake: Wake,
    bell: Receiver<()>,
    news: Vec<VaultNews>,
}

impl Bench {
    fn open(opener: Opener, writes: bool) -> Self {
        let (ring, bell) = crossbeam_channel::unbounded();
        let wake = Wake::new(move || {
            let _nobody = ring.send(());
        });
        let now = Instant::now();
        let mut vault = Vault::default();
        vault.open(opener, writes, &wake, now);
        Self { vault, now, wake, bell, news: Vec::new() }
    }

    fn on(moody: &Arc<Moody>) -> Self {
        let mut bench = Self::open(opener(moody), true);
        bench.until(|vault| vault.asked.is_empty());
        bench
    }

    /// Looks until something is so.
    fn until(&mut self, so: impl Fn(&Vault) -> bool) {
        loop {
            self.wake.heard();
            self.news.extend(self.vault.poll(self.now));
            if so(&self.vault) {
                return;
            }
            self.bell.recv_timeout(Duration::from_secs(20)).expect("the keyring answers");
        }
    }

    fn done(&mut self) {
        self.until(|vault| vault.asked.is_empty());
    }

    /// Everything said so far, as one text.
    fn said(&self) -> String {
        format!("{:?} {:?}", self.news, self.vault.trouble())
    }

    fn connect(&mut self, profile: &Profile) {
        self.vault.fetch(Awaited { profile: profile.clone(), otp: None, beside: false }, self.now);
        self.done();
    }

    fn went(&self) -> bool {
        self.news.iter().any(|news| matches!(news, VaultNews::Go(_)))
    }
}

fn opener(moody: &Arc<Moody>) -> Opener {
    let moody = Arc::clone(moody);
    Box::new(move || {
        let store: Arc<CredentialStore> = Arc::new(Store(Arc::clone(&moody)));
        Ok(store)
    })
}

fn profile(url: &str) -> Profile {
    Profile {
        id: ProfileId(7),
        name: "Production".into(),
        url: url.into(),
        remember: true,
        ..Profile::default()
    }
}

const KEY: Key = (ProfileId(7), CredentialKind::StaticToken);

fn keep(bench: &mut Bench, profile: &Profile) {
    bench.vault.keep(KEY, Secret::new(HUSH));
    bench.vault.settle(profile, bench.now);
}

#[test]
fn a_value_survives_the_window() {
    let moody = Moody::new(Mood::Fine);
    let ours = profile("https://cms.example.com");
    let mut first = Bench::on(&moody);
    assert_eq!(first.vault.state(), KeyringState::Ready);
    keep(&mut first, &ours);
    first.done();
    assert_eq!(first.vault.kept(), [KEY]);
    assert!(moody.text().starts_with("harewire/profile-7-static-token={"), "{}", moody.text());
    // It lies there: nothing is asked again.
    first.vault.settle(&ours, first.now);
    assert!(first.vault.asked.is_empty());

    let mut second = Bench::on(&moody);
    assert_eq!(second.vault.secret(KEY.0, KEY.1), None);
    second.connect(&ours);
    assert!(second.went());
    assert_eq!(second.vault.secret(KEY.0, KEY.1).unwrap().expose(), HUSH);
}

#[test]
fn the_crates_own_mock_does_too() {
    let store = mock::Store::new().unwrap();
    let mut bench = Bench::open(
        Box::new(move || {
            let store: Arc<CredentialStore> = store.clone();
            Ok(store)
        }),
        true,
    );
    keep(&mut bench, &profile("https://cms.example.com"));
    bench.done();
    assert_eq!((bench.vault.kept(), bench.vault.trouble()), (vec![KEY], None));
}

#[test]
fn a_value_never_follows_to_another_server() {
    let moody = Moody::new(Mood::Fine);
    let mut first = Bench::on(&moody);
    keep(&mut first, &profile("https://cms.example.com"));
    first.done();
    for other in ["https://cms.example.org", "https://cms.example.com:8443", "http://cms.example.com:443"] {
        // As after settings that were lost: the same number, another server.
        let mut second = Bench::on(&moody);
        second.connect(&profile(other));
        assert!(!second.went(), "{other}");
        assert_eq!(second.vault.secret(KEY.0, KEY.1), None, "{other}");
        assert!(second.said().contains("belongs to wss://cms.example.com:443"), "{}", second.said());
    }
    // And by editing the URL it is gone from everywhere.
    first.vault.part(&profile("https://cms.example.com"), first.now);
    first.done();
    assert_eq!((moody.text().as_str(), first.vault.secret(KEY.0, KEY.1)), ("", None));
}

#[test]
fn unticked_or_removed_means_deleted() {
    let moody = Moody::new(Mood::Fine);
    let mut bench = Bench::on(&moody);
    let ours = profile("https://cms.example.com");
    for kind in CredentialKind::WITH_SECRET {
        bench.vault.keep((ours.id, kind), Secret::new(HUSH));
        bench.vault.settle(&Profile { credential: kind, ..ours.clone() }, bench.now);
    }
    // Another profile's stays.
    bench.vault.keep((ProfileId(8), KEY.1), Secret::new("other"));
    bench.vault.settle(&Profile { id: ProfileId(8), ..ours.clone() }, bench.now);
    bench.done();
    assert_eq!(moody.text().lines().count(), 5);
    bench.vault.forget(&ours, bench.now);
    bench.done();
    assert_eq!(moody.text().lines().count(), 1, "{}", moody.text());
    assert_eq!(bench.vault.kept(), [(ProfileId(8), KEY.1)]);
    assert!(bench.vault.secret(KEY.0, KEY.1).is_some(), "it is known until the window closes");
}

#[test]
fn a_profile_that_is_not_remembered_never_gets_there() {
    let moody = Moody::new(Mood::Fine);
    let mut bench = Bench::on(&moody);
    keep(&mut bench, &Profile { remember: false, ..profile("https://cms.example.com") });
    bench.done();
    assert_eq!(moody.text(), "");
}

#[test]
fn every_refusal_is_a_sentence_without_a_secret_and_can_be_tried_again() {
    for (mood, word) in [
        (Mood::Locked, "locked"),
        (Mood::Refusing, "refused"),
        (Mood::Damaged, "damaged"),
        (Mood::Forgetful, "give back"),
        (Mood::Lying, "give back"),
    ] {
        let moody = Moody::new(mood);
        let mut bench = Bench::on(&moody);
        keep(&mut bench, &profile("https://cms.example.com"));
        bench.done();
        let said = bench.said();
        assert!(said.contains("kept for this session only") && said.contains(word), "{mood:?}: {said}");
        assert!(!said.contains(HUSH), "{said}");
        assert!(bench.vault.kept().is_empty());
        assert!(bench.vault.secret(KEY.0, KEY.1).is_some(), "the app works on");
        moody.set(Mood::Fine);
        bench.vault.retry(bench.now);
        bench.done();
        assert_eq!((bench.vault.trouble(), bench.vault.kept()), (None, vec![KEY]), "{mood:?}");
    }
}

#[test]
fn a_connection_that_waits_is_told_why_it_waits_in_vain() {
    for (mood, word) in [(Mood::Locked, "locked"), (Mood::Damaged, "damaged"), (Mood::Fine, "holds no token")]
    {
        let moody = Moody::new(mood);
        let mut bench = Bench::on(&moody);
        bench.connect(&profile("https://cms.example.com"));
        let failed = bench.news.iter().any(
            |news| matches!(news, VaultNews::Failed(sentence) if sentence.contains(word) && sentence.ends_with("connect.")),
        );
        assert!(failed && !bench.vault.is_waiting(), "{}", bench.said());
        assert!(!bench.said().contains(HUSH));
    }
}

#[test]
fn a_keyring_that_hangs_keeps_nobody_waiting_and_counts_when_it_comes() {
    let moody = Moody::new(Mood::Fine);
    let ours = profile("https://cms.example.com");
    let mut first = Bench::on(&moody);
    keep(&mut first, &ours);
    first.done();

    let mut bench = Bench::on(&moody);
    let open = moody.shut();
    bench.vault.fetch(Awaited { profile: ours.clone(), otp: None, beside: false }, bench.now);
    bench.until(Vault::is_waiting);
    assert_eq!(bench.vault.patience(bench.now), Some(LIMIT));
    bench.now += LIMIT;
    bench.until(|vault| !vault.is_waiting());
    assert!(bench.said().contains("within 3 s"), "{}", bench.said());
    assert_eq!(bench.vault.patience(bench.now), None, "nothing is due by itself any more");
    assert!(!bench.went());
    drop(open);
    bench.done();
    assert!(!bench.went(), "a connection nobody waits for any more does not begin by itself");
    assert!(bench.said().contains("at hand now"), "{}", bench.said());
    assert_eq!(bench.vault.secret(KEY.0, KEY.1).unwrap().expose(), HUSH);
    assert_eq!(bench.vault.trouble(), None);
}

#[test]
fn what_is_typed_while_the_keyring_hangs_counts_more() {
    let moody = Moody::new(Mood::Fine);
    let ours = profile("https://cms.example.com");
    let mut first = Bench::on(&moody);
    keep(&mut first, &ours);
    first.done();
    let mut bench = Bench::on(&moody);
    let open = moody.shut();
    bench.vault.fetch(Awaited { profile: ours.clone(), otp: None, beside: false }, bench.now);
    bench.vault.keep(KEY, Secret::new("typed"));
    bench.vault.settle(&ours, bench.now);
    drop(open);
    bench.done();
    assert_eq!(bench.vault.secret(KEY.0, KEY.1).unwrap().expose(), "typed");
    assert!(moody.text().contains("typed"), "the newer one is what stays");
}

#[test]
fn no_keyring_means_this_session_only() {
    let missing = || -> Opener { Box::new(|| Err(Error::NoDefaultStore)) };
    let mut bench = Bench::open(missing(), true);
    bench.done();
    assert_eq!(bench.vault.state(), KeyringState::Missing);
    assert!(bench.vault.state().obstacle().unwrap().contains("this session only"));
    assert!(bench.news.is_empty(), "a machine without one is no error");
    let ours = profile("https://cms.example.com");
    keep(&mut bench, &ours);
    assert!(bench.said().contains("no keyring answered"), "{}", bench.said());
    // Another run: the value is gone, and that is said.
    let mut bench = Bench::open(missing(), true);
    bench.connect(&ours);
    assert!(bench.said().contains("Failed") && !bench.went(), "{}", bench.said());
    // One that was never opened at all.
    let mut vault = Vault::default();
    vault.fetch(Awaited { profile: ours, otp: None, beside: false }, Instant::now());
    assert!(matches!(&vault.poll(Instant::now())[..], [VaultNews::Failed(_)]));
}

#[test]
fn a_keyring_that_panics_is_a_missing_one() {
    let mut bench = Bench::open(Box::new(|| panic!("on purpose")), true);
    // A thread that panicked rings no bell.
    while !bench.vault.asked.is_empty() {
        bench.news.extend(bench.vault.poll(bench.now));
        std::thread::yield_now();
    }
    assert_eq!(bench.vault.state(), KeyringState::Missing);
}

#[test]
fn a_second_window_reads_and_writes_only_what_was_rotated() {
    let moody = Moody::new(Mood::Fine);
    let refresh = (ProfileId(7), CredentialKind::RefreshToken);
    let ours = Profile { credential: CredentialKind::RefreshToken, ..profile("https://cms.example.com") };
    let mut first = Bench::on(&moody);
    first.vault.keep(refresh, Secret::new("first"));
    first.vault.settle(&ours, first.now);
    first.done();

    let mut second = Bench::open(opener(&moody), false);
    second.done();
    assert_eq!(second.vault.state(), KeyringState::ReadOnly);
    keep(&mut second, &profile("https://cms.example.com"));
    second.done();
    assert!(
        !moody.text().contains(HUSH),
        "a window that saves no settings may use numbers of other profiles"
    );
    second.connect(&ours);
    assert!(second.went());
    // The old one is dead on the server: not to write the new one would lose the session.
    second.vault.keeper(&ours)(Secret::new("second"));
    second.done();
    assert!(moody.text().contains("second") && !moody.text().contains("first"), "{}", moody.text());
}

#[test]
fn a_rotated_token_stands_before_all_that_is_asked_later() {
    let moody = Moody::new(Mood::Fine);
    let refresh = (ProfileId(7), CredentialKind::RefreshToken);
    let ours = Profile { credential: CredentialKind::RefreshToken, ..profile("https://cms.example.com") };
    let mut bench = Bench::on(&moody);
    let open = moody.shut();
    let keeper = bench.vault.keeper(&ours);
    keeper(Secret::new("one"));
    keeper(Secret::new("two"));
    bench.until(|vault| vault.secret(refresh.0, refresh.1).is_some());
    bench.vault.settle(&ours, bench.now);
    assert_eq!(
        bench.vault.secret(refresh.0, refresh.1).unwrap().expose(),
        "two",
        "at once, for this session"
    );
    // The window closes at once: what was asked is still done, in order.
    drop(bench);
    drop(open);
    while !moody.text().contains("two") {
        std::thread::yield_now();
    }
    assert!(!moody.text().contains("one"));
}

#[test]
fn what_a_keeper_is_given_after_the_box_was_unticked_stays_out_of_the_keyring() {
    let moody = Moody::new(Mood::Fine);
    let refresh = (ProfileId(7), CredentialKind::RefreshToken);
    let ours = Profile { credential: CredentialKind::RefreshToken, ..profile("https://cms.example.com") };
    let mut bench = Bench::on(&moody);
    let keeper = bench.vault.keeper(&ours);
    keeper(Secret::new("one"));
    bench.done();
    assert!(moody.text().contains("one"));
    bench.vault.forget(&ours, bench.now);
    keeper(Secret::new("two"));
    bench.done();
    assert_eq!(moody.text(), "");
    assert_eq!(bench.vault.secret(refresh.0, refresh.1).unwrap().expose(), "two", "the session goes on");
    bench.vault.part(&ours, bench.now);
    keeper(Secret::new("three"));
    bench.done();
    assert_eq!(
        (moody.text().as_str(), bench.vault.secret(refresh.0, refresh.1)),
        ("", None),
        "another server now"
    );
}

#[test]
fn a_window_that_closes_waits_for_what_was_rotated() {
    let moody = Moody::new(Mood::Fine);
    let ours = Profile { credential: CredentialKind::RefreshToken, ..profile("https://cms.example.com") };
    let mut bench = Bench::on(&moody);
    let keeper = bench.vault.keeper(&ours);
    keeper(Secret::new("last"));
    bench.vault.finish();
    assert!(moody.text().contains("last"));
}
