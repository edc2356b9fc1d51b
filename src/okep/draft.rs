//! A new OKEP out of the template: number, title and issue filled in, all else kept byte for byte.

use super::template::Template;
use super::title::PREFIX;
use std::ops::Range;

/// The first text of an OKEP: the template, whose own bytes are `bytes`, filled in; and whether the template has an
/// issue line with a link, so that the issue could be filled in.
///
/// The numbers of title and issue line change where they are, so that the template's form stays. What
/// carries no number to change, such as `OKEP-NNNN`, is written anew.
pub fn draft(template: &Template, bytes: &[u8], number: u64, title: &str) -> (Vec<u8>, bool) {
    let mut edits = title_edits(template, number, title);
    let issue = template.issue.as_ref().and_then(|line| Some((line.span.clone(), line.for_number(number)?)));
    let names_issue = issue.is_some();
    edits.extend(issue);
    edits.sort_by_key(|(span, _)| span.start);
    let mut bytes = bytes.to_vec();
    for (span, text) in edits.into_iter().rev() {
        bytes.splice(span, text.into_bytes());
    }
    (bytes, names_issue)
}

fn title_edits(template: &Template, number: u64, title: &str) -> Vec<(Range<usize>, String)> {
    let document = &template.document;
    let whole = format!("{PREFIX}-{number}: {title}");
    let Some(old) = &template.title else {
        let ending = document.text.line_ending();
        let start = document.body_start.max(document.text.bom_len());
        return vec![(start..start, format!("# {whole}{ending}{ending}"))];
    };
    let text = document.headings[old.heading].text_span.clone();
    let in_place = old.number_span.clone().filter(|_| old.well_formed).and_then(|digits| {
        let after = document.text.slice(digits.end..text.end);
        let name = digits.end + after.rfind(&old.name)?;
        let name = (name..name + old.name.len(), title.to_owned());
        Some(vec![(digits, number.to_string()), name])
    });
    in_place.unwrap_or_else(|| vec![(text, whole)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::document::Document;
    use proptest::prelude::*;
    use std::sync::Arc;

    fn check(template: &str, expected: &str) {
        let read = Template::new(None, Arc::new(Document::parse(template.as_bytes())));
        let (bytes, names_issue) = draft(&read, template.as_bytes(), 6500, "Some Title");
        assert_eq!(String::from_utf8(bytes).expect("UTF-8 went in"), expected);
        assert_eq!(names_issue, expected.contains("6500)") || expected.contains("6500>"));
    }

    const LINK: &str = "https://forge.example/o/r/issues";

    #[test]
    fn the_form_of_the_template_stays() {
        check(
            &format!("# OKEP-12: OKEP Template\n\n* Issue: [#12]({LINK}/12)\n(12 prompts)\n\n## Goals\n"),
            &format!("# OKEP-6500: Some Title\n\n* Issue: [#6500]({LINK}/6500)\n(12 prompts)\n\n## Goals\n"),
        );
        check(
            &format!("\u{feff}OKEP-12: Title\r\n===\r\n\r\n- **Issue**: <{LINK}/12>\r\n\r\n## Goals"),
            &format!(
                "\u{feff}OKEP-6500: Some Title\r\n===\r\n\r\n- **Issue**: <{LINK}/6500>\r\n\r\n## Goals"
            ),
        );
        check(
            &format!("---\na: 12\n---\n# OKEP-12: X\n\nIssue: [\\#12]({LINK}/12#note)\n"),
            &format!("---\na: 12\n---\n# OKEP-6500: Some Title\n\nIssue: [\\#6500]({LINK}/6500)\n"),
        );
    }

    #[test]
    fn what_has_no_number_to_change_is_written_anew() {
        check(
            &format!("# OKEP-NNNN: Title\n\n* Issue: [#NNNN]({LINK}/NNNN)\n\n## Goals\n"),
            &format!("# OKEP-6500: Some Title\n\n* Issue: [#6500]({LINK}/6500)\n\n## Goals\n"),
        );
        check(
            &format!("# Template\n\n* Issue: [#12][i]\n\n## Goals\n\n[i]: {LINK}/12\n"),
            &format!(
                "# OKEP-6500: Some Title\n\n* Issue: [#6500]({LINK}/6500)\n\n## Goals\n\n[i]: {LINK}/12\n"
            ),
        );
        check("# OKEP-12: *Odd* Title\n\n## Goals\n", "# OKEP-6500: Some Title\n\n## Goals\n");
        check("## Goals\n", "# OKEP-6500: Some Title\n\n## Goals\n");
        check("\u{feff}", "\u{feff}# OKEP-6500: Some Title\n\n");
    }

    proptest! {
        #[test]
        fn no_template_makes_it_panic(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..12)) {
            let text = pieces.concat();
            let read = Template::new(None, Arc::new(Document::parse(text.as_bytes())));
            let (bytes, _) = draft(&read, text.as_bytes(), 6500, "Some Title");
            prop_assert!(String::from_utf8(bytes).is_ok());
        }
    }

    const PIECES: &[&str] = &[
        "\u{feff}",
        "# ",
        "OKEP",
        "-12",
        ": ",
        "Title",
        " #",
        "\n",
        "\r\n",
        "\n===\n",
        "* Issue: ",
        "Issue",
        "[#12]",
        "[#x]",
        "(https://a.example/o/r/issues/12)",
        "<https://a.example/o/r/pull/12#n>",
        "https://a.example/o/r/issues/x",
        "[i]",
        "\n[i]: https://a.example/o/r/issues/12\n",
        "é",
        "---\n",
        "## Goals",
        "\n\n",
        "```\n",
        "`12`",
    ];
}
