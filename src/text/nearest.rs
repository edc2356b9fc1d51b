//! The word that somebody who mistyped one probably meant.

/// The candidate that is nearest to `word`, where one is near: at most a third of its letters differ, and at
/// most four.
pub fn nearest<'c>(word: &str, candidates: &[&'c str]) -> Option<&'c str> {
    let limit = (word.chars().count() / 3).clamp(1, 4);
    let near = candidates.iter().map(|candidate| (strsim::osa_distance(word, candidate), *candidate)).min();
    near.filter(|(distance, _)| *distance <= limit).map(|(_, candidate)| candidate)
}

/// "; did you mean `x`?" for the nearest candidate, or nothing.
pub fn did_you_mean(word: &str, candidates: &[&str]) -> String {
    nearest(word, candidates).map_or(String::new(), |near| format!("; did you mean `{near}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let rules = ["missing-issue", "missing-section"];
        assert_eq!(nearest("mising-section", &rules), Some("missing-section"));
        assert_eq!(nearest("banana", &rules), None);
        assert_eq!(nearest("chekc", &["check", "new"]), Some("check"));
        assert_eq!(nearest("docs", &["demo", "new"]), None);
        assert_eq!(did_you_mean("misssing-issue", &rules), "; did you mean `missing-issue`?");
    }
}
