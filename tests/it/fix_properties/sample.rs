//! Generated repositories: an OKEP that is right, and what people do to it.

use okep::files::Tree;
use proptest::prelude::*;

pub const TEMPLATE: &str = "\
# OKEP-1000: Sample Template

* Issue: [#1000](https://github.com/org/net/issues/1000)
(Please open an issue for each proposal first. Then use its number for the file as well.)

## Problem Statement

(Say in one or two sentences what is wrong today.)

## Goals

(A list of what the proposal is to reach.)

## Future Goals

## User-Stories/Use-Cases

Tell who wants what and for which reason here.

* As an admin I want to be left alone

## Proposed Solution

What is the solution that you propose to us?

### API Details

(Every field with its type, default and validation.)

### Testing Details

* Unit tests
* Tests of the whole feature on a real cluster

## Known Risks and Limitations

## Alternatives

(What else was thought of? Why not?)

## References

(Every link that a reader needs belongs here.)
";

pub const CLEAN: &str = "\
# OKEP-7: Quiet Links

* Issue: [#7](https://github.com/org/net/issues/7)

## Problem Statement

Links are noisy. See [goals](#goals).

## Goals

* Silence
* Nothing else

## Future Goals

None

## User-Stories/Use-Cases

### Story 1: Sleep

As an operator, I want to sleep.

### Story 2: Work

As a developer, I want to listen.

## Proposed Solution

Turn them off.

### API Details

| field | type |
|---|---|
| `quiet` | bool |

```yaml
# a comment
quiet: true
```

### Testing Details

* One test, with `code`.

## Known Risks and Limitations

<!-- nobody knows -->
Sleep may be too deep.

## Alternatives

None

## References

* [The other one](okep-8-loud-links.md#goals)
";

/// A page outside the proposal folder.
pub const GUIDE: &str = "docs/guide.md";

/// One thing that somebody does to a document; numbers choose where.
#[derive(Debug, Clone)]
pub enum Harm {
    DropSection(u8),
    /// Another name for a section.
    Rename(u8, u8),
    /// One level deeper or higher for one heading.
    Level(u8, bool),
    Shift(bool),
    Swap(u8, u8),
    Duplicate(u8),
    Empty(u8),
    Prompt(u8),
    Fence(u8),
    Title(u8),
    Issue(u8),
    Glue(u8),
    Setext(u8),
    Insert(u8, u8),
}

#[derive(Debug, Clone)]
pub struct Case {
    pub harms: Vec<Harm>,
    pub ending: u8,
    pub bom: bool,
    pub no_final_break: bool,
    pub front_matter: bool,
    pub foreign_byte: bool,
    pub name: u8,
    pub nav: u8,
    pub index: u8,
}

pub fn harm() -> impl Strategy<Value = Harm> {
    prop_oneof![
        any::<u8>().prop_map(Harm::DropSection),
        any::<(u8, u8)>().prop_map(|(a, b)| Harm::Rename(a, b)),
        any::<(u8, bool)>().prop_map(|(a, b)| Harm::Level(a, b)),
        any::<bool>().prop_map(Harm::Shift),
        any::<(u8, u8)>().prop_map(|(a, b)| Harm::Swap(a, b)),
        any::<u8>().prop_map(Harm::Duplicate),
        any::<u8>().prop_map(Harm::Empty),
        any::<u8>().prop_map(Harm::Prompt),
        any::<u8>().prop_map(Harm::Fence),
        any::<u8>().prop_map(Harm::Title),
        any::<u8>().prop_map(Harm::Issue),
        any::<u8>().prop_map(Harm::Glue),
        any::<u8>().prop_map(Harm::Setext),
        any::<(u8, u8)>().prop_map(|(a, b)| Harm::Insert(a, b)),
    ]
}

pub fn case() -> impl Strategy<Value = Case> {
    let form = (0..4u8, prop::bool::weighted(0.1), prop::bool::weighted(0.2), prop::bool::weighted(0.1));
    let rest = (prop::bool::weighted(0.05), 0..7u8, 0..8u8, 0..5u8);
    (prop::collection::vec(harm(), 0..5), form, rest).prop_map(|(harms, form, rest)| Case {
        harms,
        ending: form.0,
        bom: form.1,
        no_final_break: form.2,
        front_matter: form.3,
        foreign_byte: rest.0,
        name: rest.1,
        nav: rest.2,
        index: rest.3,
    })
}

impl Case {
    /// Whether headings stand inside HTML that other harms may tear apart: then a fix may be left out.
    pub fn is_wild(&self) -> bool {
        self.harms.iter().any(|h| matches!(h, Harm::Insert(_, what) if [2, 7].contains(&(what % 10))))
    }

    pub fn tree(&self) -> Tree {
        let mut tree = Tree::default();
        tree.insert("docs/okeps/okep-1000-template.md", TEMPLATE.as_bytes());
        let path = format!("docs/okeps/{}", self.file());
        tree.insert(path, self.document());
        let other = CLEAN.replace("OKEP-7", "OKEP-8").replace("[#7]", "[#8]").replace("issues/7", "issues/8");
        let other = other.replace("Quiet Links", "Loud Links").replace("okep-8-loud-links.md", self.link());
        tree.insert("docs/okeps/okep-8-loud-links.md", other.as_bytes());
        let guide = format!("[Quiet](okeps/{}#goals) and [Loud](okeps/okep-8-loud-links.md)\n", self.link());
        tree.insert(GUIDE, ended(&guide, self.ending));
        tree.insert("mkdocs.yml", ended(&self.nav(), self.ending));
        if let Some(index) = self.index() {
            tree.insert("docs/okeps/index.md", ended(&index, self.ending));
        }
        tree
    }

    pub fn file(&self) -> &'static str {
        [
            "okep-7-quiet-links.md",
            "OKEP-7-quiet-links.md",
            "okep_7_Quiet Links.md",
            "quiet-links.md",
            "okep-7-quiet-links/proposal.md",
            "okep-9-quiet-links.md",
            "okep-7-quiet-links/okep-7-quiet-links.md",
        ][usize::from(self.name)]
    }

    pub fn link(&self) -> &'static str {
        match self.file() {
            "okep_7_Quiet Links.md" => "okep_7_Quiet%20Links.md",
            file => file,
        }
    }

    fn nav(&self) -> String {
        let file = self.file();
        let own = match self.nav {
            0 => String::new(),
            1 => format!("    - Quiet Links: okeps/{file}\n"),
            2 => "    - Quiet: okeps/okep-7-silent-links.md\n".to_owned(),
            3 => format!("    # - Quiet: okeps/{file}\n"),
            4 => format!("    - 'Quiet Links': \"okeps/{file}\" # see there\n"),
            5 => format!("    - okeps/{file}\n    - Gone: okeps/okep-5-gone.md\n"),
            6 => {
                return "site_name: x\nnav:\n  - {Home: index.md}\n  - OKEPs: [okeps/okep-8-loud-links.md]"
                    .into();
            }
            _ => return "site_name: x\n".to_owned(),
        };
        format!(
            "site_name: x # the site\nnav:\n  - Home: index.md\n  - OKEPs:\n{own}    - Loud Links: okeps/okep-8-loud-links.md\n  # the end\nplugins:\n  - search\n"
        )
    }

    fn index(&self) -> Option<String> {
        let link = self.link();
        Some(match self.index {
            0 => return None,
            1 => format!("# OKEPs\n\n* [Quiet]({link})\n* [Loud](okep-8-loud-links.md)\n"),
            2 => {
                "# OKEPs\n\n| OKEP | Area |\n|---|---|\n| [OKEP-8: Loud](okep-8-loud-links.md) | x |\n".into()
            }
            3 => "# OKEPs\n\n* [Loud](okep-8-loud-links.md)\n* [Gone](okep-5-gone.md)\n  and so on".into(),
            _ => format!(
                "# OKEPs\n\n* [Old](okep-7-old.md)\n* [Loud][8]\n\n[8]: okep-8-loud-links.md\n[7]: <{link}>\n"
            ),
        })
    }

    pub fn document(&self) -> Vec<u8> {
        let mut text = CLEAN.to_owned();
        self.harms.iter().for_each(|harm| text = harmed(&text, harm));
        if self.front_matter {
            text = format!("---\ntitle: Quiet\n---\n\n{text}");
        }
        if self.no_final_break {
            text.truncate(text.trim_end().len());
        }
        let mut bytes = ended(&text, self.ending);
        if self.foreign_byte && bytes.len() > 40 {
            let at = bytes.len() / 2;
            bytes[at] = 0xff;
        }
        if self.bom {
            bytes.splice(0..0, *b"\xef\xbb\xbf");
        }
        bytes
    }
}

/// Line endings: LF, CRLF, every third one CRLF, or CRLF but for the last.
fn ended(text: &str, ending: u8) -> Vec<u8> {
    let lines = text.split_inclusive('\n').enumerate();
    let last = text.matches('\n').count();
    let crlf = |i: usize| match ending {
        0 => false,
        1 => true,
        2 => i.is_multiple_of(3),
        _ => i + 1 < last,
    };
    lines
        .flat_map(|(i, l)| if crlf(i) { l.replace('\n', "\r\n") } else { l.to_owned() }.into_bytes())
        .collect()
}

/// The document in pieces that begin with a heading.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = vec![String::new()];
    let mut fenced = false;
    for line in text.split_inclusive('\n') {
        fenced ^= line.starts_with("```");
        if !fenced && line.starts_with('#') {
            pieces.push(String::new());
        }
        pieces.last_mut().expect("starts with one").push_str(line);
    }
    pieces.retain(|p| !p.is_empty());
    pieces
}

#[expect(clippy::too_many_lines, reason = "one arm for each kind of damage")]
fn harmed(text: &str, harm: &Harm) -> String {
    let mut parts = pieces(text);
    if parts.len() < 2 {
        return text.to_owned();
    }
    let count = parts.len();
    let at = |n: &u8| 1 + usize::from(*n) % (count - 1);
    let relevel = |part: &String, deeper: bool| match part.strip_prefix('#') {
        _ if deeper => format!("#{part}"),
        Some(rest) if rest.starts_with('#') => rest.to_owned(),
        _ => part.clone(),
    };
    match harm {
        Harm::DropSection(n) => drop(parts.remove(at(n))),
        Harm::Rename(n, how) => {
            let part = &mut parts[at(n)];
            let (heading, body) =
                part.split_once('\n').map_or((part.clone(), String::new()), |(h, b)| (h.into(), b.into()));
            let heading: String = match how % 6 {
                0 => heading.to_lowercase(),
                1 => heading.replace(['-', '/'], " "),
                2 => format!("{heading} of it"),
                3 => format!("{heading} ##"),
                4 => heading.replace("Details", "Strategy"),
                _ => format!("## *{}*", heading.trim_start_matches(['#', ' '])),
            };
            *part = format!("{heading}\n{body}");
        }
        Harm::Level(n, deeper) => parts[at(n)] = relevel(&parts[at(n)], *deeper),
        Harm::Shift(deeper) => parts[1..].iter_mut().for_each(|p| *p = relevel(p, *deeper)),
        Harm::Swap(a, b) => parts.swap(at(a), at(b)),
        Harm::Duplicate(n) => {
            let copy = parts[at(n)].clone();
            parts.push(copy);
        }
        Harm::Empty(n) => {
            let part = &mut parts[at(n)];
            *part = format!("{}\n\n", part.lines().next().unwrap_or_default());
        }
        Harm::Prompt(n) => {
            let prompts: Vec<&str> =
                TEMPLATE.split("\n\n").filter(|p| !p.starts_with('#') && !p.contains("Issue:")).collect();
            let prompt = prompts[usize::from(*n) % prompts.len()].trim();
            let place = at(n);
            match n % 3 {
                0 => {
                    parts[place] =
                        format!("{}\n\n{prompt}\n\n", parts[place].lines().next().unwrap_or_default())
                }
                1 => parts[place].push_str(&format!("{prompt}\n\n")),
                _ => parts[place].push_str(&format!("{prompt} But no.\n\n")),
            }
        }
        Harm::Fence(n) => {
            let fence =
                ["```\ncode\n\n", "  ~~~~yaml\n  a: b\n\n", "* x\n\n  ```go\n  f()\n\n"][usize::from(*n) % 3];
            let place = at(n);
            parts[place].push_str(fence);
        }
        Harm::Title(n) => {
            let title = [
                "# okep 7 - Quiet Links\n\n",
                "# Quiet Links\n\n",
                "## OKEP-7: Quiet Links\n\n",
                "# OKEP 7 : **Quiet** `Links`\n\n",
                "OKEP-7 Quiet\nLinks\n===\n\n",
                "",
                "# OKEP-70: Quiet Links\n\n",
                "# OKEP-XXXX: Title\n\n",
            ][usize::from(*n) % 8];
            let rest = parts[0].split_once("\n\n").map_or(String::new(), |(_, rest)| rest.to_owned());
            parts[0] = format!("{title}{rest}");
        }
        Harm::Issue(n) => {
            let issue = [
                "- Issue: [\\#7](https://github.com/org/net/issues/7)\n",
                "* Issue: [#7](https://github.com/old/net/issues/7)\n",
                "* issue: <http://github.com/org/net/issues/7>\n",
                "* Issue: [#7][i]\n\n[i]: https://github.com/org/net/issues/7\n",
                "Issue: TBD\n",
                "",
                "* Issue: [#70](https://github.com/org/net/issues/7)\n",
                "* Tracking Issue: see [#7 there](https://github.com/org/net/issues/7#note)\n",
                "* Issue: [#9](https://github.com/org/net/pull/9)\n",
                "* Issue: https://github.com/other/thing/issues/7\n(Then use its number for the file as well.)\n",
            ][usize::from(*n) % 10];
            let title = parts[0].split_once("\n\n").map_or(parts[0].clone(), |(title, _)| title.to_owned());
            parts[0] = format!("{title}\n\n{issue}\n");
        }
        Harm::Glue(n) => {
            let part = &mut parts[at(n)];
            *part = match n % 3 {
                0 => part.replacen("# ", "#", 1),
                1 => format!(" {part}"),
                _ => part.replacen("\n\n", "\n", 1),
            };
        }
        Harm::Setext(n) => {
            let part = &mut parts[at(n)];
            if let Some((heading, body)) = part.split_once('\n') {
                let line = if heading.starts_with("# ") { "===" } else { "---" };
                *part = format!("{}\n{line}\n{body}", heading.trim_start_matches(['#', ' ']));
            }
        }
        Harm::Insert(n, what) => {
            let text = [
                "Text with trailing blanks.  \n",
                "> ## A quoted heading\n\n",
                "<div markdown>\n\n## Inside\n\n</div>\n\n",
                "TBD\n\n",
                "- item\n  - deeper\n\n      code\n\n",
                "[ref]: okep-8-loud-links.md \"Title\"\n\n[ref] and ![img](x.png)\n\n",
                "\u{a0}用户\u{202e}\t\n\n",
                "<!-- open\n\n## hidden\n-->\n\n",
                "\n\n\n",
                "---\n\n***\n",
            ][usize::from(*what) % 10];
            let place = at(n);
            parts[place].push_str(text);
        }
    }
    parts.concat()
}
