//! Whether the configuration of a hook manager has okep called: pre-commit and prek, husky, lefthook.
//!
//! It reads their files in the working tree and changes none. What it cannot understand calls nothing.

use crate::cli::hook_text::{Calls, WantedCall, calls};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// Whether pre-commit or prek would run the hook `id`, or one that calls okep, in the git hook `name`;
/// `script` is the text of theirs.
pub fn pre_commit(root: Option<&Path>, script: &str, name: &str, id: &str, wanted: WantedCall) -> Calls {
    let Some(root) = root else { return Calls::Perhaps };
    let named = script.split_once("--config=").map(|(_, rest)| rest);
    let named = named.and_then(|rest| rest.split([' ', ')', '"', '\'', '\n']).find(|part| !part.is_empty()));
    let usual = [".pre-commit-config.yaml", ".pre-commit-config.yml", "prek.toml"];
    let Some(config) = named.into_iter().chain(usual).find_map(|file| read(&root.join(file))) else {
        return Calls::Not;
    };
    let hooks = list(&config["repos"]).iter().flat_map(|repo| list(&repo["hooks"]));
    let lists = |hook: &Value| match hook["entry"].as_str() {
        Some(entry) => calls(entry, wanted, true) == Calls::Surely,
        None => hook["id"] == id,
    };
    let mut matching = hooks.filter(|hook| lists(hook)).peekable();
    if matching.peek().is_none() {
        return Calls::Not;
    }
    let at_stage = |hook: &Value| match hook["stages"].as_array() {
        None => true,
        Some(stages) => stages
            .iter()
            .filter_map(Value::as_str)
            .any(|stage| stage == name || name.strip_prefix("pre-") == Some(stage)),
    };
    if matching.any(at_stage) { Calls::Surely } else { Calls::Not }
}

/// The file that husky runs for the git hook at `path`, where that is husky's own.
pub fn husky(path: &Path, name: &str) -> Option<PathBuf> {
    let folder = path.parent()?;
    let above = folder.parent()?;
    let is_husky = folder.ends_with("_")
        && (above.ends_with(".husky") || folder.join("h").is_file() || folder.join("husky.sh").is_file());
    is_husky.then(|| above.join(name))
}

/// Whether a file that husky runs, with `sh -e`, calls okep.
pub fn of_husky(file: &Path, wanted: WantedCall) -> Calls {
    fs::read_to_string(file).map_or(Calls::Not, |text| calls(&text, wanted, true))
}

/// Whether a command of lefthook's configuration for the git hook `name` calls okep.
pub fn lefthook(root: Option<&Path>, name: &str, wanted: WantedCall) -> Calls {
    let Some(root) = root else { return Calls::Perhaps };
    let files = ["lefthook.yml", "lefthook.yaml", ".lefthook.yml", ".lefthook.yaml", "lefthook.toml"];
    let config = files.iter().find_map(|file| read(&root.join(file)));
    match config.is_some_and(|config| runs(&config[name], wanted)) {
        true => Calls::Surely,
        false => Calls::Not,
    }
}

fn runs(value: &Value, wanted: WantedCall) -> bool {
    match value {
        Value::Object(fields) => fields.iter().any(|(name, value)| match value.as_str() {
            Some(line) => name == "run" && calls(line, wanted, false) == Calls::Surely,
            None => runs(value, wanted),
        }),
        Value::Array(values) => values.iter().any(|value| runs(value, wanted)),
        _ => false,
    }
}

fn read(path: &Path) -> Option<Value> {
    let text = fs::read_to_string(path).ok()?;
    match path.extension().is_some_and(|ending| ending == "toml") {
        true => toml::from_str(&text).ok(),
        false => serde_yaml::from_str(&text).ok(),
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
