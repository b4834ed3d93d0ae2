//! What may come into the tree of dependencies: the two lists of `deny.toml` that matter most, checked here
//! because not every machine has the tool that reads the whole file.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use serde_json::Value;

use super::root;

/// The licences of `deny.toml`, `[licenses] allow`.
fn allowed_licences(policy: &str) -> BTreeSet<String> {
    let list = section(policy, "licenses").split_once("allow = [").expect("deny.toml lists licences").1;
    let list = list.split_once(']').expect("the list ends").0;
    quoted(list).into_iter().map(str::to_owned).collect()
}

/// The crates of `deny.toml`, `[bans] deny`, with their reasons.
fn banned_crates(policy: &str) -> Vec<(String, String)> {
    let lines = section(policy, "bans").lines().filter(|line| line.contains("crate = "));
    lines
        .map(|line| match quoted(line).as_slice() {
            [name, reason] => ((*name).to_owned(), (*reason).to_owned()),
            other => panic!("a ban needs a crate and a reason: {other:?}"),
        })
        .collect()
}

/// The text of one table of a TOML file.
fn section<'a>(policy: &'a str, name: &str) -> &'a str {
    let from = policy.split_once(&format!("\n[{name}]\n")).unwrap_or_else(|| panic!("no [{name}]")).1;
    from.find("\n[").map_or(from, |end| &from[..end])
}

/// What stands in double quotes, comments left out.
fn quoted(text: &str) -> Vec<&str> {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    lines.flat_map(|line| line.split('"').skip(1).step_by(2)).collect()
}

/// Whether an SPDX expression can be met with the allowed licences: `OR` needs one side, `AND` both.
fn is_allowed(expression: &str, allowed: &BTreeSet<String>) -> bool {
    // The old way to write OR.
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let met = any_of(&words, &mut at, allowed);
    met && at == words.len()
}

fn any_of(words: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut met = all_of(words, at, allowed);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        met |= all_of(words, at, allowed);
    }
    met
}

fn all_of(words: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut met = true;
    loop {
        met &= match words.get(*at) {
            Some(&"(") => {
                *at += 1;
                let inner = any_of(words, at, allowed);
                *at += 1;
                inner
            }
            Some(name) => {
                let exception = (words.get(*at + 1) == Some(&"WITH")).then(|| words.get(*at + 2)).flatten();
                let full = exception.map_or((*name).to_owned(), |with| format!("{name} WITH {with}"));
                *at += if exception.is_some() { 3 } else { 1 };
                // An exception only adds permissions.
                allowed.contains(&full) || allowed.contains(*name)
            }
            None => return false,
        };
        if words.get(*at) != Some(&"AND") {
            return met;
        }
        *at += 1;
    }
}

/// Whether `line` has the absolute path `folder`, and not a longer path that ends like it.
pub fn names_folder(line: &str, folder: &str) -> bool {
    let is_inside = |before: char| before.is_alphanumeric() || "._-~}$*".contains(before);
    line.match_indices(folder).any(|(at, _)| !line[..at].ends_with(is_inside))
}

fn policy() -> String {
    fs::read_to_string(root().join("deny.toml")).expect("deny.toml can be read")
}

#[test]
fn no_banned_crate_is_locked() {
    let banned = banned_crates(&policy());
    assert!(banned.iter().any(|(name, _)| name == "openssl-sys"), "the list was not read: {banned:?}");
    let lock = fs::read_to_string(root().join("Cargo.lock")).expect("Cargo.lock can be read");
    let locked: BTreeSet<&str> = lock.lines().filter_map(|line| line.strip_prefix("name = ")).collect();
    assert!(locked.contains("\"harewire\""), "Cargo.lock was not understood");
    for (name, reason) in banned {
        assert!(!locked.contains(format!("\"{name}\"").as_str()), "{name} must not be in the tree: {reason}");
    }
}

/// For the platform the test runs on; the packages of others need not be on this machine.
#[test]
fn every_licence_is_allowed() {
    let allowed = allowed_licences(&policy());
    let host = Command::new(env!("CARGO")).args(["-vV"]).output().expect("cargo runs");
    let host = String::from_utf8(host.stdout).expect("UTF-8");
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).expect("cargo names its platform");
    let answer = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked", "--offline", "--filter-platform", host])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
    let metadata: Value = serde_json::from_slice(&answer.stdout).expect("cargo prints JSON");
    let packages = metadata["packages"].as_array().expect("a list");
    assert!(packages.len() > 100, "only {} packages were found", packages.len());
    let refused: Vec<String> = packages
        .iter()
        .filter(|package| !package["license"].as_str().is_some_and(|licence| is_allowed(licence, &allowed)))
        .map(|package| format!("{} {}: {}", package["name"], package["version"], package["license"]))
        .collect();
    assert!(refused.is_empty(), "deny.toml does not allow these licences:\n{}", refused.join("\n"));
}

#[test]
fn licence_expressions_are_understood() {
    let allowed = BTreeSet::from(["MIT".to_owned(), "Apache-2.0".to_owned(), "Zlib".to_owned()]);
    for good in [
        "MIT",
        "MIT OR GPL-3.0",
        "GPL-3.0/MIT",
        "(GPL-3.0 OR MIT) AND Zlib",
        "Apache-2.0 WITH LLVM-exception",
        "MIT AND (Zlib OR X)",
    ] {
        assert!(is_allowed(good, &allowed), "{good}");
    }
    for bad in ["GPL-3.0", "MIT AND GPL-3.0", "(MIT OR Zlib) AND X", "", "X OR Y", "MIT Zlib"] {
        assert!(!is_allowed(bad, &allowed), "{bad}");
    }
    assert_eq!(quoted("a \"b\"\n# \"c\"\n\"d\", \"e\""), ["b", "d", "e"]);
}

#[test]
fn only_absolute_paths_are_paths_of_a_machine() {
    let folder = ["/wo", "rk/"].concat();
    assert!(names_folder(&format!("in {folder}x"), &folder));
    assert!(names_folder(&format!("\"{folder}"), &folder));
    assert!(!names_folder(&format!("net{folder}x.rs"), &folder));
}
