//! Tables of the template that an author has left blank.

use super::{Check, Demand, Finding, OkepContext, Per, Rule, Severity};
use crate::markdown::names::Name;
use crate::markdown::tables::{Table, TableRow, tables};
use crate::text::{Pattern, pattern};
use std::ops::Range;

pub static RULE: Rule = Rule {
    id: "unfilled-table",
    severity: Severity::Error,
    offence: "rows of a table of the template that are left blank, or left out of it",
    why: "Each row is a question reviewers will ask. A blank cell does not say whether it was answered or forgotten.",
    bad: "| Dimension | Status | Notes |\n|---|---|---|\n| IPv6 | | |",
    good: "| Dimension | Status | Notes |\n|---|---|---|\n| IPv6 | supported | |",
    check: Check::Okep(Per::Section(check), None),
    demand: Demand::OfTemplate,
    ..Rule::BASE
};

/// Most first cells that a message names.
const SHOWN: usize = 10;

/// One finding for a section, so that filling in one row is not a new one.
fn check(context: &OkepContext, section: usize) -> Option<Finding> {
    let template = context.template();
    let body = &template.document.headings[template.outline.rows[section].heading].body;
    let heading = context.heading_of(section)?;
    let mut asked = tables(&template.document, body);
    asked.retain(|table| table.rows.iter().any(TableRow::is_blank));
    if asked.is_empty() {
        return None;
    }
    let range = range(context, section)?;
    let present = tables(context.document(), &range);
    let answers: Vec<&TableRow> = present.iter().flat_map(|table| &table.rows).collect();
    let names: Vec<&str> = asked.iter().flat_map(|table| &table.rows).map(TableRow::first).collect();
    let answer = |row: &TableRow| answer(row.first(), &answers, &names);
    // Where a table is not there, other text may answer as well.
    let is_there = |asked: &Table| {
        asked.rows.iter().any(|row| row.is_blank() && answer(row).is_some())
            || present.iter().any(|table| has_same_head(table, asked))
    };
    let asked = asked.iter().filter(|table| is_there(table)).flat_map(|table| &table.rows);
    // In whatever spelling the text names a row.
    let text = Name::new(context.document().text.slice(range)).normal;
    let is_open = |row: &&TableRow| match answer(row) {
        Some(answer) => answer.is_blank(),
        None => !text.contains(&Name::new(row.first()).normal),
    };
    let open: Vec<&TableRow> = asked.filter(|row| row.is_blank()).filter(is_open).collect();
    let first = open.iter().find_map(|row| answer(row)).map_or(heading.span.clone(), |row| row.span.clone());
    let more = open.len().checked_sub(SHOWN + 1).map(|more| format!("{} more", more + 1));
    let names = open.iter().take(SHOWN).map(|row| format!("`{}`", row.first()));
    let names: Vec<String> = names.chain(more).collect();
    if names.is_empty() {
        return None;
    }
    let name = context.section_name(section);
    let plural = if open.len() == 1 { "row is" } else { "rows are" };
    let message = format!("{} {plural} not filled in under `{name}`: {}", open.len(), names.join(", "));
    let finding = RULE.at(context, first, name, message);
    Some(finding.help("fill in every row; `not applicable` with a reason is an answer"))
}

/// The row that answers the one of the template that begins with `asked`, among others of these `names`: of the same
/// name, or but for a remark and a plural, or for one part of `IPv4/IPv6`, the part that is left blank.
fn answer<'a>(asked: &str, answers: &[&'a TableRow], names: &[&str]) -> Option<&'a TableRow> {
    let of_name = |asked: &str| {
        let same = answers.iter().find(|row| is_same(row.first(), asked));
        let wanted = bare(asked);
        let is_alike = |row: &&&TableRow| {
            let name = bare(row.first());
            !wanted.is_empty() && name == wanted && !names.iter().any(|other| is_same(other, row.first()))
        };
        same.or_else(|| answers.iter().find(is_alike)).copied()
    };
    let parts = || asked.split('/').map(of_name).collect::<Option<Vec<_>>>();
    of_name(asked).or_else(|| parts()?.into_iter().max_by_key(|row| row.is_blank()))
}

/// The words of a cell, without a remark in brackets.
fn bare(cell: &str) -> Vec<String> {
    static REMARK: Pattern = Pattern::new(|| pattern(r"<[^>]*>|\([^)]*\)|\[[^\]]*\]"));
    Name::new(&REMARK.replace_all(cell, " ")).words
}

fn is_same(one: &str, other: &str) -> bool {
    Name::new(one).normal == Name::new(other).normal
}

/// Whether two tables begin with the same column, and one has all the others of the other one.
fn has_same_head(one: &Table, other: &Table) -> bool {
    let is_shared = |name: &&String| other.head.iter().any(|other| is_same(name, other));
    let starts = one.head.first().zip(other.head.first()).is_some_and(|(one, other)| is_same(one, other));
    starts && one.head.iter().filter(is_shared).count() >= one.head.len().min(other.head.len()).max(2)
}

/// The section with what the author has put inside of it, up to the next one that the template has.
fn range(context: &OkepContext, section: usize) -> Option<Range<usize>> {
    let row = context.alignment.matches[section]?.row;
    let rows = &context.okep.outline.rows;
    let is_next = |next: &usize| {
        context.alignment.section_of[*next].is_some()
            || context.alignment.levels[*next] <= context.alignment.levels[row]
    };
    let next = (row + 1..rows.len()).find(is_next);
    let end = next.map_or(context.document().text.len(), |next| context.heading(next).span.start);
    Some(context.heading(row).span.end..end)
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{
        OKEP, TEMPLATE, TEMPLATE_PATH, check, check_files, planned, tree, with,
    };

    const TABLE: &str = "| Cup | Hot | Why |\n|---|---|---|\n| Mug | | |\n| Glass | | |\n| Bowl | | |\n";

    /// Checks what is under `Alternatives`, where the template has a table to fill in.
    #[track_caller]
    fn check_table(answer: &str, expected: &[&str]) {
        let template = TEMPLATE.replace("(Other designs", &format!("{TABLE}\n(Other designs"));
        check_files(&[(TEMPLATE_PATH, &template), (OKEP, &with("Coffee.\n", answer))], expected);
    }

    const FOUND: &str = "unfilled-table:31 Alternatives";

    #[test]
    fn rows_left_blank_are_one_finding() {
        check_table(TABLE, &[FOUND]);
        check_table(&TABLE.replace("| Mug | | |", "| Mug |"), &[FOUND]);
        check_table(&TABLE.replace("| Mug | |", "| Mug | yes |"), &["unfilled-table:32 Alternatives"]);
        check_table(
            &TABLE.replace("|---|---|---|\n", "|---|---|---|\n| Pot | yes | |\n"),
            &["unfilled-table:32 Alternatives"],
        );
        check_table(&format!("Some words.\n\n{TABLE}"), &["unfilled-table:33 Alternatives"]);
        check_table(&format!("### Cups\n\n{TABLE}"), &["unfilled-table:33 Alternatives"]);
    }

    #[test]
    fn rows_left_out_of_the_table_are_found_too() {
        let filled = TABLE.replace("| Mug | |", "| Mug | yes |").replace("| Bowl | |", "| Bowl | no |");
        let without = filled.replace("| Glass | | |\n", "");
        check_table(&without, &["unfilled-table:27 Alternatives"]);
        check_table(&format!("{without}\nA glass is never hot.\n"), &[]);
    }

    #[test]
    fn a_row_is_named_in_any_spelling() {
        let check = |text: &str, expected: &[&str]| {
            let table = "| Cup | Hot | Why |\n|---|---|---|\n| Tea glass | | |\n| Bowl | | |\n";
            let template = TEMPLATE.replace("(Other designs", &format!("{table}\n(Other designs"));
            let answer = format!(
                "{}\n{text}\n",
                table.replace("| Tea glass | | |\n", "").replace("| | |", "| no | |")
            );
            check_files(&[(TEMPLATE_PATH, &template), (OKEP, &with("Coffee.\n", &answer))], expected);
        };
        for text in ["No tea-glasses.", "A TEA GLASS breaks.", "A *tea glass* breaks."] {
            check(text, &[]);
        }
        check("Glasses break.", &["unfilled-table:27 Alternatives"]);
    }

    #[test]
    fn all_rows_left_out_of_the_table_are_found_too() {
        let found = &["unfilled-table:27 Alternatives"];
        check_table("| Cup | Hot | Why |\n|---|---|---|\n", found);
        check_table("| cup | Why |\n|---|---|\n| Pot | yes |\n", found);
        check_table("| Cup | Hot | Why |\n|---|---|---|\n\nMug, glass and bowl are hot.\n", &[]);
        check_table("| Cup | Price |\n|---|---|\n| Pot | 7 |\n", &[]);
    }

    #[test]
    fn a_table_that_is_filled_in_is_left_alone() {
        let filled = TABLE.replace("| | |", "| yes | |");
        check_table(&filled, &[]);
        // The order of rows and columns and their names are the author's.
        check_table("| Why | Cup |\n|---|---|\n| x | Mug |\n", &[]);
        check_table("| Cup | Warm? |\n|---|---|\n| bowl | yes |\n| Glass | no |\n| **Mug** | yes |\n", &[]);
        // No table but other text is an answer.
        check_table("All cups are hot.\n", &[]);
        check_table("None\n", &[]);
    }

    #[test]
    fn remarks_plurals_and_parts_do_not_count() {
        let check_cups = |asked: &str, rows: &str, expected: &[&str]| {
            let table = |rows: &str| format!("| Cup | Hot |\n|---|---|\n{rows}");
            let template = TEMPLATE.replace("(Other designs", &format!("{}\n(Other designs", table(asked)));
            let document = with("Coffee.\n", &table(rows));
            check_files(&[(TEMPLATE_PATH, &template), (OKEP, &document)], expected);
        };
        for asked in ["Mug (required)", "Mug<br>(default)", "mugs", "Mug/Glass"] {
            check_cups(&format!("| {asked} | |\n"), "| Mug | yes |\n| Glass | no |\n", &[]);
        }
        check_cups("| Mug/Glass | |\n", "| Mug | yes |\n| Glass | |\n", &["unfilled-table:32 Alternatives"]);
        check_cups("| Mug/Glass | |\n", "| Mug | yes |\n", &["unfilled-table:27 Alternatives"]);
        // The remark is all that two rows differ by.
        let both = "| Mug (red) | |\n| Mug (blue) | |\n";
        check_cups(both, "| Mug (blue) | yes |\n", &["unfilled-table:27 Alternatives"]);
        check_cups(
            "| Layer 2 | |\n| Pot | |\n",
            "| Layer 3 | yes |\n| Pot | no |\n",
            &["unfilled-table:27 Alternatives"],
        );
    }

    #[test]
    fn a_table_that_the_template_fills_in_itself_asks_nothing() {
        let table = TABLE.replace("| | |", "| yes | since 1.0 |");
        let template = TEMPLATE.replace("(Other designs", &format!("{table}\n(Other designs"));
        check_files(&[(TEMPLATE_PATH, &template), (OKEP, &with("Coffee.\n", TABLE))], &[]);
        check(&with("Coffee.\n", TABLE), &[]);
    }

    #[test]
    fn the_message_names_the_rows() {
        let template = TEMPLATE.replace("(Other designs", &format!("{TABLE}\n(Other designs"));
        let found = planned(&tree(&[(TEMPLATE_PATH, &template), (OKEP, &with("Coffee.\n", TABLE))]));
        let found = found.iter().find(|f| f.rule == "unfilled-table").expect("it is found");
        assert_eq!(found.message, "3 rows are not filled in under `Alternatives`: `Mug`, `Glass`, `Bowl`");
        assert!(found.fix.is_none());
    }
}
