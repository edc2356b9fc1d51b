//! The prompts of a template: what it says to the author, which must not stay in an OKEP.
//!
//! Texts are compared sentence by sentence, blind to case, markup, punctuation, line breaks and the
//! organisation in a URL. A sentence is a hash of its words; nothing is copied.

use super::sentences::{self, Sentence, line_hash};
use crate::markdown::document::{Block, BlockKind, Document};
use crate::markdown::names::Name;
use crate::markdown::placeholder::is_placeholder;
use std::cell::LazyCell;
use std::collections::HashSet;
use std::hash::BuildHasher;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// A sentence of this many words is a prompt wherever it is; a shorter one only as a whole block.
const TELLING_WORDS: usize = 4;
/// A whole block of fewer words is never a prompt.
const FEWEST_WORDS: usize = 2;

static HASHER: foldhash::fast::FixedState = foldhash::fast::FixedState::with_seed(0);

/// Every sentence of some template revisions.
#[derive(Debug, Default)]
pub struct Prompts {
    /// The hash of each sentence, and whether it was a block of its own.
    sentences: foldhash::HashMap<u64, bool>,
    /// The hash of each line, whatever it is part of.
    lines: foldhash::HashSet<u64>,
    /// The hash of each run of some words in them.
    shingles: foldhash::HashSet<u64>,
    /// Whether whole blocks in parentheses are among them, as many templates write their prompts.
    in_parentheses: bool,
    /// The blocks, as hashes of their text, that are known to have nothing in common with them: from one version of a
    /// document to the next most stay the same.
    foreign: Mutex<foldhash::HashSet<u64>>,
}

/// A run of sentences in a document that are prompts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    /// From the first word to the last.
    pub span: Range<usize>,
    /// Whether it is all of its block, so that the block's lines may go.
    pub whole_block: bool,
    /// Index of the block in the document.
    pub block: usize,
}

impl Prompts {
    /// Every sentence of a template but those of its headings and its `issue` line.
    pub fn of(template: &Document, issue: Option<&Range<usize>>) -> Self {
        let lines = template.text.as_str().lines().map(line_hash).collect();
        let mut prompts = Prompts { lines, ..Prompts::default() };
        if asks_in_comments(template, issue) {
            return prompts;
        }
        let mut sentences = Vec::new();
        for block in &template.blocks {
            let learn = |shingle| prompts.shingles.insert(shingle);
            sentences::sentences(template, &block.span, issue, learn, &mut sentences);
            prompts.in_parentheses |= is_in_parentheses(template, block);
            for sentence in sentences.iter().filter(|s| s.words >= FEWEST_WORDS || !s.alone) {
                *prompts.sentences.entry(sentence.hash).or_default() |= sentence.alone;
            }
        }
        prompts
    }

    /// Adds those of another revision, before any document is compared with them: `foreign` is not cleared.
    pub fn add(&mut self, other: &Prompts) {
        for (sentence, alone) in &other.sentences {
            *self.sentences.entry(*sentence).or_default() |= alone;
        }
        self.lines.extend(&other.lines);
        self.shingles.extend(&other.shingles);
        self.in_parentheses |= other.in_parentheses;
    }

    /// Whether a line is one of a template.
    pub fn has_line(&self, line: &str) -> bool {
        self.lines.contains(&line_hash(line))
    }

    /// The prompts left in a document, and whether other text resembles a prompt so much that an
    /// earlier revision of the template may hold it. The document's `issue` line is none of them, even
    /// where it is the template's own.
    pub fn leftovers(&self, document: &Document, issue: Option<&Range<usize>>) -> (Vec<Leftover>, bool) {
        let mut found: Vec<Leftover> = Vec::new();
        let mut resembles = false;
        if self.sentences.is_empty() {
            return (found, false);
        }
        let (mut sentences, mut in_part) = (Vec::new(), Vec::new());
        let foreign = || self.foreign.lock().unwrap_or_else(PoisonError::into_inner);
        for (index, block) in document.blocks.iter().enumerate() {
            if block.kind == BlockKind::Item && (block.has_children || stays(document, block)) {
                continue;
            }
            let holds_issue = issue.is_some_and(|i| i.start < block.span.end && block.span.start < i.end);
            let text = HASHER.hash_one(document.text.slice(block.span.clone()));
            if !holds_issue && foreign().contains(&text) {
                continue;
            }
            let in_parentheses = self.in_parentheses && is_in_parentheses(document, block);
            let is_known = |shingle| self.shingles.contains(&shingle);
            sentences::sentences(document, &block.span, issue, is_known, &mut sentences);
            // The form of the template's prompts, in words of another revision perhaps.
            let in_form = in_parentheses && sentences.iter().map(|s| s.words).sum::<usize>() >= TELLING_WORDS;
            let touches = |s: &Sentence| s.shingles.1 > 0 || self.sentences.contains_key(&s.hash);
            if !in_form && !sentences.iter().any(touches) {
                foreign().extend((!holds_issue).then_some(text));
                continue;
            }
            let mut prompts = self.among(&sentences);
            let parts = if prompts.contains(&false) { self.parts(document, block) } else { Vec::new() };
            if parts.len() > 1 {
                sentences.clear();
                for part in parts {
                    sentences::sentences(document, &part, issue, is_known, &mut in_part);
                    sentences.extend(in_part.drain(..).map(|part| Sentence { alone: false, ..part }));
                }
                prompts = self.among(&sentences);
            }
            resembles |= in_form && !prompts.iter().all(|p| *p);
            let whole = !holds_issue && !prompts.is_empty() && prompts.iter().all(|p| *p);
            let sentences: Vec<_> = sentences.iter().zip(prompts).collect();
            let mut runs = sentences.chunk_by(|(_, one), (_, next)| one == next).peekable();
            while let Some(run) = runs.next() {
                if let [(first, true), ..] = run {
                    let span = first.span.start..run[run.len() - 1].0.span.end;
                    let answer = runs.peek().and_then(|next| next.last());
                    let answer = answer.map(|(last, _)| span.end..last.span.end);
                    if !answer.is_some_and(|answer| self.goes_on(document, &span, answer)) {
                        found.push(Leftover { span, whole_block: whole, block: index });
                    }
                } else {
                    let is_alike = |s: &Sentence| s.shingles.0 > 1 && s.shingles.1 * 2 >= s.shingles.0;
                    resembles |= run.iter().any(|(sentence, _)| is_alike(sentence));
                }
            }
        }
        let is_contents = names_section(document);
        found.retain(|l| !is_contents(&document.blocks[l.block]));
        let whole: HashSet<usize> = found.iter().filter(|l| l.whole_block).map(|l| l.block).collect();
        let mut left_whole = HashSet::new();
        found.retain(|l| !l.whole_block || self.is_left(document, l.block, &whole, &mut left_whole));
        let left: HashSet<usize> = found.iter().filter(|l| l.whole_block).map(|l| l.block).collect();
        let is_between = |index: &usize| left.contains(&(index + 2)) && !left.contains(&(index + 1));
        // One word of the template, such as `e.g`, is a prompt between others.
        for block in left.iter().filter(|index| is_between(index)).map(|index| index + 1) {
            let span = document.blocks[block].span.clone();
            let text = document.text.slice(span.clone());
            if text.split_whitespace().count() < FEWEST_WORDS && self.has_line(text) {
                found.push(Leftover { span, whole_block: true, block });
            }
        }
        found.sort_by_key(|leftover| leftover.span.start);
        (found, resembles)
    }

    /// The lines of a block in runs that a template has and runs that it has not: without a blank line between them, a
    /// prompt and its answer are one paragraph.
    fn parts(&self, document: &Document, block: &Block) -> Vec<Range<usize>> {
        let lines = document.text.slice(block.span.clone()).split_inclusive('\n');
        let lines: Vec<(bool, usize)> = lines.map(|line| (self.has_line(line), line.len())).collect();
        let runs = lines.chunk_by(|(one, _), (next, _)| one == next);
        let mut end = block.span.start;
        runs.map(|run| {
            let start = end;
            end += run.iter().map(|(_, length)| length).sum::<usize>();
            start..end
        })
        .collect()
    }

    /// Whether a question of the template has the author's answer behind it, in the same block.
    fn goes_on(&self, document: &Document, question: &Range<usize>, answer: Range<usize>) -> bool {
        const MARKS: [char; 4] = [' ', '*', '_', '`'];
        let (text, answer) = (document.text.slice(question.clone()), document.text.slice(answer));
        let answer = answer.trim_start_matches(|c: char| !c.is_alphanumeric());
        !text.starts_with('(')
            && text.trim_end_matches(MARKS).ends_with('?')
            && !is_placeholder(answer)
            && !answer.lines().next().is_some_and(|line| self.has_line(line))
    }

    /// Whether the prompt that is a block of its own was left in place; `left_whole` are the blocks above that were, in
    /// runs of nothing but prompts. What is below such a run answers no more than a question at its end.
    fn is_left(
        &self,
        document: &Document,
        index: usize,
        prompts: &HashSet<usize>,
        left_whole: &mut HashSet<usize>,
    ) -> bool {
        let block = &document.blocks[index];
        let section = |block: &Block| document.headings.partition_point(|h| h.span.start < block.span.start);
        let before =
            index.checked_sub(1).map(|i| &document.blocks[i]).filter(|b| section(b) == section(block));
        let goes_on = before.is_some_and(|before| {
            let between = before.span.end..block.span.start;
            left_whole.contains(&(index - 1)) && !document.matter.iter().any(|at| between.contains(at))
        });
        let is_run = goes_on || before.is_none_or(|before| before.kind != block.kind);
        let text = document.text.slice(block.span.clone()).trim();
        let is_left = goes_on && !text.ends_with([':', '?']) || !self.is_answered(document, index, prompts);
        if is_left && is_run {
            left_whole.insert(index);
        }
        is_left
    }

    /// Whether a prompt is an item or a line that names what the author has put below it: a list, a paragraph, a
    /// table or code, before the next line of the template. What is in parentheses is a prompt even then.
    fn is_answered(&self, document: &Document, index: usize, prompts: &HashSet<usize>) -> bool {
        let block = &document.blocks[index];
        let text = document.text.slice(block.span.clone()).trim();
        if is_in_parentheses(document, block) || text.contains('\n') {
            return false;
        }
        let heading = document.headings.partition_point(|h| h.span.start < block.span.start);
        let end = document.headings.get(heading).map_or(document.text.len(), |h| h.span.start);
        let next = document.blocks.get(index + 1).filter(|next| next.span.start < end);
        let below = block.span.end..next.map_or(end, |next| next.marker.unwrap_or(next.span.start));
        // A table or code of the author's own.
        let own = |line: &str| line.contains(|c: char| c.is_alphanumeric()) && !self.has_line(line);
        if document.matter.iter().any(|at| below.contains(at)) {
            return document.text.slice(below).lines().any(own);
        }
        let Some(next) = next else { return false };
        // A further item of the same list is below it only if it announces one.
        let is_below =
            block.kind != BlockKind::Item || next.kind != BlockKind::Item || text.ends_with([':', '?']);
        let below = document.text.slice(next.span.clone());
        is_below && !prompts.contains(&(index + 1)) && !self.has_line(below) && !is_placeholder(below)
    }

    /// Which sentences of a block are prompts; a short one only if the one next to it is.
    fn among(&self, sentences: &[Sentence]) -> Vec<bool> {
        let known = |s: &Sentence| self.sentences.get(&s.hash).copied();
        let telling =
            |s: &Sentence| known(s).is_some_and(|alone| s.words >= TELLING_WORDS || (s.alone && alone));
        let mut prompts: Vec<bool> = sentences.iter().map(telling).collect();
        let short: Vec<bool> = sentences.iter().map(|s| known(s).is_some()).collect();
        for i in 1..prompts.len() {
            prompts[i] |= prompts[i - 1] && short[i];
        }
        for i in (1..prompts.len()).rev() {
            prompts[i - 1] |= prompts[i] && short[i - 1];
        }
        prompts
    }
}

/// Whether all of a block is in parentheses, emphasis around them left out.
fn is_in_parentheses(document: &Document, block: &Block) -> bool {
    let text = document.text.slice(block.span.clone()).trim_matches([' ', '\t', '\n', '\r', '*', '_']);
    text.starts_with('(') && text.ends_with(')')
}

/// Whether a template asks its questions in HTML comments for the most part, so that what it shows is meant to stay.
fn asks_in_comments(template: &Document, issue: Option<&Range<usize>>) -> bool {
    let count = |text: &str| text.split_whitespace().count();
    let comments = template.html.iter().map(|range| template.text.slice(range.clone()));
    let hidden: usize = comments.filter(|html| html.trim_start().starts_with("<!--")).map(count).sum();
    let is_issue = |b: &&Block| issue.is_some_and(|i| i.start < b.span.end && b.span.start < i.end);
    let shown = template.blocks.iter().filter(|b| !is_issue(b));
    hidden > shown.map(|b| count(template.text.slice(b.span.clone()))).sum()
}

/// Whether a list item is one that every OKEP may have as the template has it: a task, a field below the title such as
/// `Status: draft`, or a link to a section of the page itself, with what it is about behind it.
fn stays(document: &Document, item: &Block) -> bool {
    let text = document.text.slice(item.span.clone()).trim();
    let is_preamble = document.headings.get(1).is_some_and(|section| item.span.start < section.span.start);
    if ["[ ]", "[x]", "[X]"].iter().any(|task| text.starts_with(task)) || is_preamble && is_field(text) {
        return true;
    }
    let links = document.links_in(&item.span);
    let Some(first) = links.first() else { return false };
    let before = document.text.slice(item.span.start..first.span.start.max(item.span.start));
    !before.contains(char::is_alphabetic) && links.iter().all(|link| link.target.starts_with('#'))
}

/// Whether a text is a name and a value of one word, which is no placeholder such as `TBD` or `YYYY`.
fn is_field(text: &str) -> bool {
    let Some((name, value)) = text.split_once(':') else { return false };
    let mut letters = value.trim_matches([' ', '*', '_', '`']).chars();
    name.chars().all(|c| c.is_alphanumeric() || " *_-".contains(c))
        && letters.next().is_some_and(char::is_alphabetic)
        && letters.all(char::is_lowercase)
        && !is_placeholder(value)
}

/// Whether a list item has the name of a section of the page, as in a table of contents without links.
fn names_section(document: &Document) -> impl Fn(&Block) -> bool {
    let name = |text: &str| Name::new(text).normal;
    let names: LazyCell<HashSet<String>, _> =
        LazyCell::new(move || document.headings.iter().map(|h| name(&h.text)).collect());
    move |item| item.kind == BlockKind::Item && names.contains(&name(document.text.slice(item.span.clone())))
}

#[cfg(test)]
mod tests;
