//! What is known of the real proposals; runs where `OKEP_TEST_CORPUS` names a clone of them.

use super::repo::{json, notes, of_rule};
use serde_json::Value;
use std::path::PathBuf;

fn corpus() -> Option<Value> {
    let dir = PathBuf::from(std::env::var_os("OKEP_TEST_CORPUS")?);
    Some(json(&dir, &[]))
}

fn of_number<'a>(story: &'a Value, number: u64, rule: &str) -> Vec<&'a Value> {
    of_rule(story, rule).into_iter().filter(|f| f["number"] == number).collect()
}

#[test]
fn the_real_history_is_reported_as_it_was() {
    let Some(story) = corpus() else { return };
    assert_eq!(story["walk"]["commits"], 810);
    // With the template, thirteen files ever carried a number.
    let okeps = story["okeps"].as_array().expect("a list");
    assert_eq!(okeps.len(), 12);
    let dates: Vec<&str> =
        story["template"].as_array().expect("a list").iter().filter_map(|t| t["date"].as_str()).collect();
    assert_eq!(dates, ["2024-05-20", "2025-10-09", "2025-12-10", "2026-03-03"]);
    assert_eq!(story["template"][2]["added"][0], "Backwards Compatibility");

    let okep = okeps.iter().find(|o| o["number"] == 4380).expect("it landed");
    assert_eq!(okep["landed"]["date"], "2025-02-14");
    assert_eq!(okep["landed"]["pull_request"], 4366);
    assert_eq!(okep["registered"]["days_after_landing"], 82);
    let unregistered = of_number(&story, 4380, "not-in-nav");
    assert_eq!(unregistered.len(), 1, "a plugin that hides the menu in between settles nothing");
    assert_eq!(
        (&unregistered[0]["age_days"], &unregistered[0]["cause"]),
        (&82.into(), &"registration".into())
    );
    assert_eq!(unregistered[0]["fixed"]["date"], "2025-05-07");

    // Each was at fault on its topic branch alone.
    assert!(of_number(&story, 5494, "not-in-nav").is_empty());
    assert!(of_number(&story, 5552, "foreign-issue").is_empty());
    assert!(!notes(&story).contains(&"missing-object".to_owned()));
}

#[test]
fn the_counts_are_those_of_a_check_of_the_tip() {
    let Some(dir) = std::env::var_os("OKEP_TEST_CORPUS").map(PathBuf::from) else { return };
    let output = super::repo::run(&dir, &["check", "--rev", "HEAD", "--format", "json"]);
    let check: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    let story = json(&dir, &[]);
    for (told, judged) in story["okeps"].as_array().iter().zip(check["okeps"].as_array()) {
        for (told, judged) in told.iter().zip(judged) {
            for key in ["path", "number", "title", "errors", "warnings", "hints"] {
                assert_eq!(told[key], judged[key], "{key} of {}", told["path"]);
            }
        }
    }
}
