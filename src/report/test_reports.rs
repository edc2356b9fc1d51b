//! Reports built by hand for the tests of the renderers.

use crate::audit::report::{Issue, OkepSummary, Report, Reported};
use crate::files::Note;
use crate::git::Revision;
use crate::rules::finding::{Edit, Finding, Fix, Related, Severity};
use crate::text::Text;
use std::ops::Range;
use std::sync::Arc;

pub const TEMPLATE: &str = "docs/okeps/okep-4368-template.md";

pub fn empty() -> Report {
    Report::default()
}

pub fn finding(rule: &'static str, severity: Severity, path: &str, message: &str) -> Finding {
    let okep = path.ends_with(".md").then_some(path);
    let mut finding =
        crate::rules::rule(rule).expect("it is a rule").about(okep, path, "", message.to_owned());
    finding.severity = severity;
    finding
}

pub fn okep(path: &str, number: u64, title: &str, landed: &str) -> OkepSummary {
    OkepSummary {
        path: path.to_owned(),
        number: Some(number),
        title: Some(title.to_owned()),
        issue: Some(Issue {
            number,
            url: format!("https://github.com/ovn-org/ovn-kubernetes/issues/{number}"),
        }),
        landed: Some(revision("53926b5c0ffee53926b5c0ffee53926b5c0ffee5", landed)),
        in_nav: Some(true),
        in_index: None,
    }
}

pub fn revision(commit: &str, date: &str) -> Revision {
    Revision { commit: commit.to_owned(), date: date.to_owned() }
}

impl Report {
    pub fn with_text(mut self, path: &str, text: &str) -> Self {
        self.texts.insert(path.to_owned(), Arc::new(Text::new(text.as_bytes())));
        self
    }

    pub fn with_okep(mut self, okep: OkepSummary) -> Self {
        self.okeps.push(okep);
        self
    }

    pub fn with(mut self, finding: Finding) -> Self {
        self.findings.push(Reported { finding, baseline: None });
        self
    }

    /// The span of the first `needle` in the text at `path`.
    pub fn span(&self, path: &str, needle: &str) -> Range<usize> {
        let at = self.texts[path].as_str().find(needle).expect("the sample holds it");
        at..at + needle.len()
    }
}

impl Finding {
    pub fn at(mut self, report: &Report, needle: &str) -> Self {
        self.place = Some(report.texts[&self.path].place(report.span(&self.path, needle)));
        self
    }

    pub fn subject(mut self, subject: &str) -> Self {
        self.subject = subject.to_owned();
        self
    }

    pub fn helped(mut self, help: &str) -> Self {
        self.help.push(help.to_owned());
        self
    }

    pub fn fixed(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }

    pub fn relating(mut self, report: &Report, path: &str, needle: &str, message: &str) -> Self {
        let place = report.texts[path].place(report.span(path, needle));
        self.related.push(Related { path: path.to_owned(), place: Some(place), message: message.to_owned() });
        self
    }

    pub fn grandfathered(mut self, date: &str) -> Self {
        self.grandfathered = Some(revision("53926b5c0ffee53926b5c0ffee53926b5c0ffee5", date));
        self
    }
}

pub const BAD_OKEP: &str = "\
# OKEP-5193: User Defined Networks

* Issue: [#5193](https://github.com/ovn-org/ovn-kubernetes/issues/5193)

# Problem Statement

Pods can join one network only, and it is everybody's.

# Goals

* Namespaced networks.

# Future-Goals

* EVPN.

# Proposed Solution

What is the proposed solution to solve the problem statement? See [the plan](#plan).

# Testing

TBD
";

/// One OKEP with a finding of most kinds.
pub fn small() -> Report {
    let path = "docs/okeps/okep-5193-user-defined-networks.md";
    let mkdocs = "mkdocs.yml";
    let report = empty()
        .with_text(path, BAD_OKEP)
        .with_text(TEMPLATE, "# OKEP-4368: Template\n\n# Problem Statement\n\n# Goals\n\n# Future Goals\n")
        .with_text(
            mkdocs,
            "nav:\n  - Home: README.md\n  - OKEPs:\n    - OKEP-4368: okeps/okep-4368-template.md\n",
        )
        .with_okep(OkepSummary {
            in_nav: Some(false),
            ..okep(path, 5193, "User Defined Networks", "2025-02-14")
        });
    let heading = report.span(path, "Future-Goals");
    let prompt = report.span(path, "What is the proposed solution to solve the problem statement? ");
    let issue = report.span(path, "ovn-org/ovn-kubernetes/issues");
    let end = report.texts[mkdocs].len();
    let foreign = finding(
        "foreign-issue",
        Severity::Warning,
        path,
        "the issue link names `ovn-org/ovn-kubernetes`, not `ovn-kubernetes/ovn-kubernetes`",
    )
    .at(&report, "ovn-org/ovn-kubernetes")
    .subject("ovn-org/ovn-kubernetes")
    .grandfathered("2025-12-10")
    .fixed(Fix::safe(
        "name the template's repository",
        vec![Edit::replace(path, issue, "ovn-kubernetes/ovn-kubernetes/issues")],
    ));
    let mut foreign = foreign;
    foreign.severity = Severity::Hint;
    let renamed = finding(
        "renamed-section",
        Severity::Warning,
        path,
        "`Future-Goals` is another spelling of `Future Goals`",
    )
    .at(&report, "# Future-Goals")
    .subject("Future Goals")
    .relating(&report, TEMPLATE, "# Future Goals", "the template's heading")
    .fixed(Fix::safe(
        "rename the heading to `Future Goals`",
        vec![Edit::replace(path, heading, "Future Goals")],
    ));
    let prompt =
        finding("template-text", Severity::Error, path, "template prompt left in `Proposed Solution`")
            .at(&report, "What is the proposed solution to solve the problem statement?")
            .subject("Proposed Solution")
            .helped("answer the question and delete it")
            .fixed(Fix::suggested("delete the prompt", vec![Edit::replace(path, prompt, "")]));
    let missing = finding("missing-section", Severity::Error, path, "section `Alternatives` is missing")
        .subject("Alternatives")
        .helped("add `# Alternatives` after `Testing`")
        .fixed(Fix::suggested(
            "add the section",
            vec![Edit::insert(path, BAD_OKEP.len(), "\n# Alternatives\n\nTBD\n")],
        ));
    let stub = finding("stub-section", Severity::Warning, path, "section `Testing` only says `TBD`")
        .at(&report, "TBD")
        .subject("Testing")
        .helped("write it, or write `None`");
    let mut nav = finding(
        "not-in-nav",
        Severity::Error,
        mkdocs,
        "`okeps/okep-5193-user-defined-networks.md` is not in `nav`",
    )
    .at(&report, "- OKEP-4368")
    .subject("docs/okeps/okep-5193-user-defined-networks.md")
    .helped("add `OKEP-5193: okeps/okep-5193-user-defined-networks.md`")
    .fixed(Fix::safe(
        "add it to `nav`",
        vec![Edit::insert(mkdocs, end, "    - OKEP-5193: okeps/okep-5193-user-defined-networks.md\n")],
    ));
    nav.okep = Some(path.to_owned());
    report.with(missing).with(foreign).with(renamed).with(prompt).with(stub).with(nav)
}

const TITLES: [(u64, &str, &str); 12] = [
    (4368, "Layer 2 primary networks with a transit router", "2024-11-20"),
    (4380, "Network QoS", "2024-12-02"),
    (5085, "Localnet API for ClusterUserDefinedNetworks", "2025-02-27"),
    (5088, "EVPN support", "2025-09-16"),
    (5094, "Primary UDN Layer2 topology improvements", "2025-04-30"),
    (5193, "用户定义网络 🚀 user-defined network segmentation for everybody", "2025-02-14"),
    (5224, "Connecting User Defined Networks", "2025-10-21"),
    (5233, "Preconfigured UDN addresses", "2025-07-15"),
    (5259, "No-overlay mode", "2025-08-11"),
    (5296, "BGP integration", "2025-06-04"),
    (5552, "Dynamic UDN node allocation", "2025-10-01"),
    (5674, "OpenFlow\u{1b}[31m hardware \u{202e}offload", "2025-11-19"),
];

const SECTIONS: [&str; 14] = [
    "Problem Statement",
    "Goals",
    "Non-Goals",
    "Future Goals",
    "Introduction",
    "User-Stories/Use-Cases",
    "Proposed Solution",
    "API Details",
    "Implementation Details",
    "Testing Details",
    "Documentation Details",
    "Risks, Known Limitations and Mitigations",
    "OVN Kubernetes Version Skew",
    "Alternatives",
];

/// Twelve OKEPs and about two hundred findings.
pub fn large() -> Report {
    let mut report = empty();
    for (number, title, landed) in TITLES {
        let words = title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty());
        let slug = words.map(str::to_lowercase).collect::<Vec<_>>().join("-");
        let path = format!("docs/okeps/okep-{number}-{slug}.md");
        let mut text =
            format!("# OKEP-{number}: {title}\n\n- Issue: [\\#{number}](https://example.org/{number})\n");
        for section in SECTIONS {
            text += &format!("\n## {section}\n\nWhat there is to know of {section}, in a line or two.\n");
        }
        report = report.with_text(&path, &text).with_okep(okep(&path, number, title, landed));
    }
    let paths: Vec<String> = report.okeps.iter().map(|o| o.path.clone()).collect();
    for (i, path) in paths.iter().enumerate() {
        // Every third OKEP has hints alone.
        let bad = i % 3 != 2;
        for (j, section) in SECTIONS.iter().enumerate() {
            let heading = format!("## {section}");
            let line = format!("What there is to know of {section}");
            let one = |rule, severity, message: &str| finding(rule, severity, path, message).subject(section);
            let one = match (i + j) % 6 {
                0 if j > 9 => {
                    one("missing-section", Severity::Hint, &format!("section `{section}` is missing"))
                        .grandfathered("2025-12-10")
                }
                1 if bad => {
                    let end = report.span(path, &heading).end;
                    one(
                        "renamed-section",
                        Severity::Warning,
                        &format!("`{section}` is another spelling of `{section} Too`"),
                    )
                    .at(&report, &heading)
                    .fixed(Fix::safe("rename the heading", vec![Edit::insert(path, end, " Too")]))
                }
                2 if bad => {
                    let prompt = report.texts[path].line_range(report.span(path, &line).start);
                    one(
                        "template-text",
                        Severity::Error,
                        &format!("template prompt left in `{section}`: `{line}`"),
                    )
                    .at(&report, &line)
                    .helped("answer it and delete it")
                    .fixed(Fix::suggested("delete the prompt", vec![Edit::replace(path, prompt, "")]))
                }
                3 => {
                    one("extra-section", Severity::Hint, &format!("the template has no section `{section}`"))
                        .at(&report, &heading)
                }
                4 if bad => one("empty-section", Severity::Warning, &format!("section `{section}` is empty"))
                    .at(&report, &heading)
                    .relating(&report, path, "- Issue:", "the issue is here"),
                5 if bad => {
                    one("missing-section", Severity::Error, &format!("section `{section}` is missing"))
                        .helped("add it")
                }
                _ => {
                    one("story-form", Severity::Hint, &format!("no story in `{section}` says who wants what"))
                        .at(&report, &heading)
                }
            };
            report = report.with(one);
        }
    }
    report.notes.push(Note::new("shallow", "shallow clone: landing dates before 2025-01-01 are unknown"));
    report.notes.push(Note::at("not-utf8", "docs/okeps/okep-5674-x.md", "3 bytes are not UTF-8"));
    report
}
