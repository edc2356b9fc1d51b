//! What a fix changes, in a few lines for the eye: only changed lines, numbered, the changed words
//! marked. It is not a patch; [`diff`](super::diff) writes those.

use super::{BAD, DIM, GOOD, Terminal, escape_control, prefix, quotable, width};
use crate::rules::finding::{Edit, Fix};
use crate::text::Text;
use anstyle::Style;
use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

/// A line longer than this many bytes is not searched for changed words.
const LONG_LINE: usize = 2000;

/// The lines `fix` takes away and puts in, `indent` columns in and about `limit` lines in all.
///
/// `home` is the file the reader has in mind: any other is named. A file whose text is not at hand is
/// named without its lines. Edits that lie outside the file or overlap are clamped or left out.
pub fn short(
    fix: &Fix,
    home: &str,
    texts: &BTreeMap<String, Arc<Text>>,
    terminal: &Terminal,
    indent: usize,
    limit: usize,
) -> String {
    let mut out = String::new();
    for rename in &fix.renames {
        let arrow = terminal.glyph("→", "->");
        let line = format!("rename {} {arrow} {}", escape_control(&rename.from), escape_control(&rename.to));
        let _ = writeln!(out, "{:indent$}{line}", "");
    }
    let mut files: BTreeMap<&str, Vec<&Edit>> = BTreeMap::new();
    for edit in &fix.edits {
        files.entry(&edit.path).or_default().push(edit);
    }
    let per_file = (limit / files.len().max(1)).max(2);
    for (path, edits) in files {
        if path != home {
            let _ = writeln!(out, "{:indent$}{}", "", terminal.paint(DIM, &escape_control(path)));
        }
        if let Some(text) = texts.get(path) {
            write_blocks(&mut out, &blocks(text, &edits), terminal, indent, per_file);
        }
    }
    out
}

/// A run of lines that are all taken away or all put in.
struct DiffBlock {
    glyph: char,
    lines: Vec<DiffLine>,
}

struct DiffLine {
    number: usize,
    /// Pieces of the line; the marked ones are what changed in it.
    pieces: Vec<(bool, String)>,
}

fn write_blocks(out: &mut String, blocks: &[DiffBlock], terminal: &Terminal, indent: usize, limit: usize) {
    let per_block = (limit / blocks.len().max(1)).max(2);
    let numbers = blocks.iter().flat_map(|b| &b.lines).map(|l| l.number).max().unwrap_or(0);
    let margin = numbers.to_string().len();
    let room = terminal.width.saturating_sub(indent + margin + 3).max(8);
    let mut written = 0;
    let mut left_out = 0;
    for block in blocks {
        // A line that says "1 more line" takes as much room as the line itself.
        let all = block.lines.len() <= per_block + 1;
        let shown = if written >= limit.max(2) {
            0
        } else if all {
            block.lines.len()
        } else {
            per_block
        };
        if shown > 0 && left_out > 0 {
            write_more(out, std::mem::take(&mut left_out), terminal, indent + margin + 1);
        }
        for line in &block.lines[..shown] {
            let style = if block.glyph == '-' { BAD } else { GOOD };
            let number = terminal.paint(DIM, &format!("{:margin$}", line.number));
            let text = clipped(&line.pieces, room, style, terminal);
            let glyph = terminal.paint(style, &block.glyph.to_string());
            let line = format!("{:indent$}{number} {glyph} {text}", "");
            let _ = writeln!(out, "{}", line.trim_end());
        }
        written += shown;
        left_out += block.lines.len() - shown;
    }
    if left_out > 0 {
        write_more(out, left_out, terminal, indent + margin + 1);
    }
}

fn write_more(out: &mut String, lines: usize, terminal: &Terminal, indent: usize) {
    let text = format!("{} {}", terminal.ellipsis(), super::count(lines, "more line"));
    let _ = writeln!(out, "{:indent$}{}", "", terminal.paint(DIM, &text));
}

/// The line in at most `room` columns: what changed stays in sight, the start of the line where it can.
fn clipped(pieces: &[(bool, String)], room: usize, style: Style, terminal: &Terminal) -> String {
    let whole: usize = pieces.iter().map(|p| width(&p.1)).sum();
    let before: usize = pieces.iter().take_while(|p| !p.0).map(|p| width(&p.1)).sum();
    let dots = width(terminal.ellipsis());
    let marked = pieces.iter().any(|p| p.0);
    let mut skip =
        if whole > room && marked && before + 12 > room { before.saturating_sub(room / 3) } else { 0 };
    let mut out = String::new();
    let mut left = room;
    if skip > 0 {
        out.push_str(&terminal.paint(DIM, terminal.ellipsis()));
        left = left.saturating_sub(dots);
    }
    let mut rest = whole.saturating_sub(skip);
    for (mark, piece) in pieces {
        let head = prefix(piece, skip);
        skip = skip.saturating_sub(width(piece));
        let piece = &piece[head.len()..];
        let style = if *mark { style.underline().bold() } else { style };
        if rest <= left {
            out.push_str(&terminal.paint(style, piece));
            rest = rest.saturating_sub(width(piece));
            left = left.saturating_sub(width(piece));
        } else {
            let fits = prefix(piece, left.saturating_sub(dots));
            out.push_str(&terminal.paint(style, fits));
            if fits.len() < piece.len() {
                out.push_str(&terminal.paint(DIM, terminal.ellipsis()));
                break;
            }
            rest = rest.saturating_sub(width(piece));
            left = left.saturating_sub(width(piece));
        }
    }
    out
}

/// The changed lines of one file, in order.
fn blocks(text: &Text, edits: &[&Edit]) -> Vec<DiffBlock> {
    let mut blocks = Vec::new();
    let mut shift = 0isize;
    for (lines, new) in regions(text, edits) {
        let old = &text.as_str()[lines.clone()];
        let first = text.line_of(lines.start);
        let new_first = first.saturating_add_signed(shift);
        blocks.extend(compare(old, &new, first, new_first));
        shift += new.matches('\n').count() as isize - old.matches('\n').count() as isize;
    }
    blocks
}

/// Whole lines that edits touch, as a byte range, with what stands there afterwards.
fn regions(text: &Text, edits: &[&Edit]) -> Vec<(Range<usize>, String)> {
    let mut edits: Vec<(Range<usize>, &str)> = edits
        .iter()
        .map(|e| (text.place(e.start..e.end.max(e.start)).span.into(), e.replacement.as_str()))
        .collect();
    // Stable: insertions at one place keep the order in which the fix names them.
    edits.sort_by_key(|(span, _)| (span.start, span.end));
    let mut regions: Vec<(Range<usize>, String)> = Vec::new();
    let mut done = 0;
    for (span, replacement) in edits {
        if span.start < done {
            continue;
        }
        let lines = text.line_range(span.start).start..text.line_range(span.end).end;
        match regions.last_mut() {
            Some((range, new)) if lines.start < range.end => {
                // The region's end is still unedited: what follows the last edit is copied anew.
                new.truncate(new.len() - (range.end - done));
                new.push_str(&text.as_str()[done..span.start]);
                new.push_str(replacement);
                new.push_str(&text.as_str()[span.end..lines.end]);
                range.end = lines.end;
            }
            _ => {
                let (head, tail) = (lines.start..span.start, span.end..lines.end);
                let new = [&text.as_str()[head], replacement, &text.as_str()[tail]].concat();
                regions.push((lines, new));
            }
        }
        done = span.end;
    }
    regions
}

/// The lines that differ, with their numbers. Line endings are compared only where nothing else differs.
fn compare(old: &str, new: &str, first: usize, new_first: usize) -> Vec<DiffBlock> {
    let bare = |text: &str| -> Vec<String> {
        let lines = text.split_inclusive('\n').map(|l| l.strip_suffix('\n').unwrap_or(l));
        lines.map(|l| quotable(l.strip_suffix('\r').unwrap_or(l))).collect()
    };
    let with_endings = |text: &str| -> Vec<String> {
        text.split_inclusive('\n').map(|l| escape_control(l).into_owned()).collect()
    };
    let (mut old_lines, mut new_lines) = (bare(old), bare(new));
    if old_lines == new_lines {
        (old_lines, new_lines) = (with_endings(old), with_endings(new));
    }
    let mut blocks = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &old_lines, &new_lines) {
        if let DiffOp::Equal { .. } = op {
            continue;
        }
        let (removed_paths, come) = (&old_lines[op.old_range()], &new_lines[op.new_range()]);
        let pairs: Vec<_> = removed_paths.iter().zip(come).map(|(g, c)| words(g, c)).collect();
        let block = |glyph, lines: &[String], start: usize, side: fn(&Pair) -> &Pieces| DiffBlock {
            glyph,
            lines: (lines.iter().enumerate())
                .map(|(i, line)| DiffLine {
                    number: start + i,
                    pieces: pairs.get(i).map_or_else(|| vec![(false, line.clone())], |p| side(p).clone()),
                })
                .collect(),
        };
        blocks.push(block('-', removed_paths, first + op.old_range().start, |p| &p.0));
        blocks.push(block('+', come, new_first + op.new_range().start, |p| &p.1));
    }
    blocks.retain(|b| !b.lines.is_empty());
    blocks
}

type Pieces = Vec<(bool, String)>;
type Pair = (Pieces, Pieces);

/// Two lines in pieces, those marked that the other lacks. Lines with little in common get no marks.
fn words(old: &str, new: &str) -> Pair {
    let plain = || (vec![(false, old.to_owned())], vec![(false, new.to_owned())]);
    if old.len().max(new.len()) > LONG_LINE {
        return plain();
    }
    let (old_words, new_words) = (split_words(old), split_words(new));
    let ops = capture_diff_slices(Algorithm::Myers, &old_words, &new_words);
    let equal = ops.iter().filter(|op| matches!(op, DiffOp::Equal { .. }));
    let common: usize = equal.flat_map(|op| &old_words[op.old_range()]).map(|w| w.trim().len()).sum();
    if common * 3 < old.trim().len().max(new.trim().len()) {
        return plain();
    }
    let mut pair = Pair::default();
    for op in ops {
        let changed = !matches!(op, DiffOp::Equal { .. });
        pair.0.push((changed, old_words[op.old_range()].concat()));
        pair.1.push((changed, new_words[op.new_range()].concat()));
    }
    pair.0.retain(|p| !p.1.is_empty());
    pair.1.retain(|p| !p.1.is_empty());
    pair
}

/// Runs of letters and digits, and every other character on its own.
fn split_words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut in_word = false;
    for (at, c) in line.char_indices() {
        let word = c.is_alphanumeric();
        if at > start && !(word && in_word) {
            words.push(&line[start..at]);
            start = at;
        }
        in_word = word;
    }
    words.push(&line[start..]);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOK: Terminal = Terminal { width: 40, color: false, unicode: true, links: false };

    fn check_with(
        terminal: &Terminal,
        text: &str,
        edits: &[(Range<usize>, &str)],
        limit: usize,
        expected: &str,
    ) {
        let texts = BTreeMap::from([("a.md".to_owned(), Arc::new(Text::new(text.as_bytes())))]);
        let edits = edits.iter().map(|(span, new)| Edit::replace("a.md", span.clone(), *new)).collect();
        let shown = short(&Fix::safe("repair", edits), "a.md", &texts, terminal, 0, limit);
        assert_eq!(shown, expected, "\n{shown}");
    }

    fn check(text: &str, edits: &[(Range<usize>, &str)], expected: &str) {
        check_with(&LOOK, text, edits, 8, expected);
    }

    #[test]
    fn only_changed_lines_are_shown() {
        check("a\nb\nc\n", &[(2..3, "B")], "2 - b\n2 + B\n");
        check("a\nb\nc\n", &[(2..4, "")], "2 - b\n");
        check("a\nb\n", &[(4..4, "c\n")], "3 + c\n");
        check("a\nb", &[(3..3, "\nc")], "3 + c\n");
        check("", &[(0..0, "a\n")], "1 + a\n");
        check("a\n", &[], "");
    }

    #[test]
    fn edits_of_one_line_are_shown_together_and_later_lines_are_renumbered() {
        check("one two\nx\n", &[(0..3, "1"), (4..7, "2")], "1 - one two\n1 + 1 2\n");
        check("a\nb\nc\n", &[(0..2, ""), (4..5, "C")], "1 - a\n3 - c\n2 + C\n");
        check("a\nb\n", &[(2..2, "x\n"), (2..2, "y\n")], "2 + x\n3 + y\n");
    }

    #[test]
    fn line_endings_are_shown_where_nothing_else_changes() {
        check("a\r\nb\r\n", &[(3..4, "B")], "2 - b\n2 + B\n");
        check("a\r\n", &[(1..2, "")], "1 - a\\r\\n\n1 + a\\n\n");
        check("a\u{1b}\n", &[(0..1, "b")], "1 - a\\u{1b}\n1 + b\\u{1b}\n");
    }

    #[test]
    fn both_sides_of_a_long_move_are_shown() {
        let text = "# A\n1\n2\n3\n4\n5\n6\n# B\n";
        let moved = &text[..16];
        check(
            text,
            &[(0..16, ""), (text.len()..text.len(), moved)],
            "\
1 - # A
2 - 1
3 - 2
4 - 3
  … 3 more lines
2 + # A
3 + 1
4 + 2
5 + 3
  … 3 more lines
",
        );
    }

    #[test]
    fn many_changes_are_cut_short() {
        let text = "## A\n".repeat(9);
        let edits: Vec<_> = (0..9).map(|i| (i * 5..i * 5 + 1, "")).collect();
        check_with(&LOOK, &text, &edits, 4, "1 - ## A\n1 + # A\n2 - ## A\n2 + # A\n  … 14 more lines\n");
    }

    #[test]
    fn a_change_far_right_stays_in_sight() {
        let text = format!("{}old end\n", "word ".repeat(20));
        check(
            &text,
            &[(100..103, "new")],
            "\
1 - …d word word old end
1 + …d word word new end
",
        );
    }

    #[test]
    fn changed_words_are_marked() {
        check_with(
            &Terminal { color: true, ..LOOK },
            "# Future-Goals\n",
            &[(8..9, " ")],
            8,
            "\u{1b}[2m1\u{1b}[0m \u{1b}[31m-\u{1b}[0m \
             \u{1b}[31m# Future\u{1b}[0m\u{1b}[1m\u{1b}[4m\u{1b}[31m-\u{1b}[0m\u{1b}[31mGoals\u{1b}[0m\n\
             \u{1b}[2m1\u{1b}[0m \u{1b}[32m+\u{1b}[0m \
             \u{1b}[32m# Future\u{1b}[0m\u{1b}[1m\u{1b}[4m\u{1b}[32m \u{1b}[0m\u{1b}[32mGoals\u{1b}[0m\n",
        );
    }

    #[test]
    fn other_files_and_renames_are_named() {
        let texts = BTreeMap::from([("mkdocs.yml".to_owned(), Arc::new(Text::new(b"- a.md\n")))]);
        let edits = vec![Edit::replace("mkdocs.yml", 2..3, "b"), Edit::insert("c.md", 0, "c")];
        let fix = Fix::suggested("rename", edits).and_rename("a.md", "b.md");
        assert_eq!(
            short(&fix, "a.md", &texts, &LOOK, 2, 8),
            "  rename a.md → b.md\n  c.md\n  mkdocs.yml\n  1 - - a.md\n  1 + - b.md\n"
        );
    }

    #[test]
    fn nonsense_edits_are_clamped() {
        check("ä\n", &[(1..2, "a")], "1 - ä\n1 + a\n");
        check("a\n", &[(7..9, "b\n")], "2 + b\n");
        check("abc\n", &[(0..2, "x"), (1..3, "y")], "1 - abc\n1 + xc\n");
    }
}
