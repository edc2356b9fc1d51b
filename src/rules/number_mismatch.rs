//! One number for file name, folder, title, link text and link URL.

use super::{Check, Edit, Finding, Fix, OkepContext, Per, Rule, Severity};
use crate::okep::issue::IssueLine;
use crate::okep::right_path;
use crate::okep::title::Title;
use crate::text::path::is_folder_page;
use std::collections::BTreeMap;
use std::ops::Range;

pub static RULE: Rule = Rule {
    id: "number-mismatch",
    severity: Severity::Error,
    offence: "file name, folder, title and issue link have different numbers",
    why: "The number of the tracking issue is the number of the OKEP. Where two numbers appear, readers \
          end up in the wrong discussion.",
    bad: "okep-5224-connecting-udns.md\n\n# OKEP-5242: Connecting UDNs",
    good: "okep-5224-connecting-udns.md\n\n# OKEP-5224: Connecting UDNs",
    check: Check::Okep(Per::Okep(check), Some(fix)),
    fixability: "suggested",
    renames: true,
    ..Rule::BASE
};

/// A number and who carries it; where it is in the document, if it does.
struct Carrier {
    what: &'static str,
    number: u64,
    span: Option<Range<usize>>,
}

/// The numbers of an OKEP, laid side by side.
struct Numbers {
    carriers: Vec<Carrier>,
    /// The number that most of them say, where one is said most; none that another OKEP or the template owns.
    right: Option<u64>,
    /// Those that another owns, with its path.
    owned: Vec<(u64, String)>,
}

fn numbers(context: &OkepContext) -> Option<Numbers> {
    let carriers = carriers(context);
    let mut votes: BTreeMap<u64, usize> = BTreeMap::new();
    for carrier in &carriers {
        *votes.entry(carrier.number).or_insert(0) += 1;
    }
    if votes.len() < 2 {
        return None;
    }
    let template = context.template();
    let owner = |number: u64| match template.number == Some(number) {
        true => template.path.clone(),
        false => context.okep.owner_of(number).map(|owner| owner.path.clone()),
    };
    let owned: Vec<_> = votes.keys().filter_map(|number| Some((*number, owner(*number)?))).collect();
    votes.retain(|number, _| owned.iter().all(|(owned, _)| owned != number));
    let most = votes.values().copied().max();
    let mut leaders = votes.iter().filter(|(_, count)| Some(**count) == most).map(|(number, _)| *number);
    let right = leaders.next().filter(|_| leaders.next().is_none());
    Some(Numbers { carriers, right, owned })
}

fn check(context: &OkepContext) -> Option<Finding> {
    let Numbers { carriers, right, owned } = numbers(context)?;
    let listed: Vec<String> = carriers.iter().map(|c| format!("{} {}", c.what, c.number)).collect();
    let message = format!("numbers disagree: {}", listed.join(", "));
    // Without a right one the others are odd to the first, which is that of the file if its name has one.
    let reference = right.unwrap_or(carriers[0].number);
    let odd = carriers.iter().filter(|carrier| carrier.number != reference);
    let mut finding = match odd.clone().find_map(|c| c.span.clone()) {
        Some(span) => RULE.at(context, span, "number", message),
        None => RULE.absent(context, "number", message),
    };
    for Carrier { what, number, span } in &carriers {
        let other = span.as_ref().filter(|span| !finding.is_at(span));
        finding = finding.related(context, other, &format!("{what} says {number}"));
    }
    let whose = owned.iter().map(|(number, owner)| format!("{number} is the number of `{owner}`"));
    finding.help.extend(whose);
    let Some(right) = right else {
        return Some(finding.help("use the number of the tracking issue everywhere"));
    };
    let says = if owned.is_empty() { "most of them say" } else { "the number here is" };
    finding = finding.help(format!("{says} {right}"));
    finding.help.extend(remedy(context, &odd.collect::<Vec<_>>(), right).err().map(str::to_owned));
    Some(finding)
}

fn fix(context: &OkepContext, _: &Finding) -> Option<Fix> {
    let Numbers { carriers, right, .. } = numbers(context)?;
    let odd: Vec<&Carrier> = carriers.iter().filter(|carrier| Some(carrier.number) != right).collect();
    remedy(context, &odd, right?).ok()
}

/// The fix, or what to do by hand.
fn remedy(context: &OkepContext, odd: &[&Carrier], right: u64) -> Result<Fix, &'static str> {
    let is_odd = |what: &str| odd.iter().any(|c| c.what == what);
    let is_reference = context.okep.issue.as_ref().is_some_and(IssueLine::is_reference);
    let path = &context.okep.path;
    let edits = odd.iter().filter_map(|c| Some(Edit::replace(path, c.span.clone()?, right.to_string())));
    let fix = Fix::suggested(format!("use {right} everywhere"), edits.collect());
    match right_path::with_number(path, right) {
        _ if is_reference && is_odd("link") => {
            Err("if the link's number is wrong, correct it by hand in the link's definition")
        }
        _ if is_odd("folder") => Err("if that number is right, rename the folder by hand"),
        _ if !is_odd("file name") => Ok(fix),
        Some(to) => Ok(fix.and_rename(path, to)),
        None => Err("if that number is right, rename the file by hand"),
    }
}

fn carriers(context: &OkepContext) -> Vec<Carrier> {
    let (okep, template) = (context.okep, context.template());
    // The template's title is reported as such.
    let is_authors = |title: &&Title| {
        title.number != template.number || Some(title.name.as_str()) != template.title_name()
    };
    let title = okep.title.as_ref().filter(is_authors);
    // The number of a pull request is another one by nature; `foreign-issue` speaks of it.
    let is_issue = |issue: &&IssueLine| issue.link.as_ref().is_none_or(|link| !link.pull_request);
    let issue = okep.issue.as_ref().filter(is_issue);
    let shown = issue.and_then(|issue| issue.shown.as_ref());
    let linked = issue.and_then(|issue| issue.link.as_ref()?.number.as_ref());
    let carriers = [
        ("file name", okep.name.number.filter(|_| !is_folder_page(&okep.path)), None),
        ("folder", okep.folder.as_ref().and_then(|(_, name)| name.number), None),
        ("title", title.and_then(|t| t.number), title.and_then(|t| t.number_span.clone())),
        ("link text", shown.map(|n| n.value), shown.map(|n| n.span.clone())),
        ("link", linked.map(|n| n.value), linked.map(|n| n.span.clone())),
    ];
    let carrier = |(what, number, span)| Some(Carrier { what, number: number?, span });
    carriers.into_iter().filter_map(carrier).collect()
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{
        GOOD, ISSUE, OKEP, TEMPLATE, TEMPLATE_PATH, check, planned, tree, with,
    };

    #[test]
    fn all_numbers_agree() {
        check(&with("# OKEP-7:", "# OKEP-8:"), &["number-mismatch:1 number"]);
        check(&with("[#7]", "[#8]"), &["number-mismatch:3 number"]);
        check(&with("issues/7", "issues/8"), &["number-mismatch:3 number"]);
        check(&with("[#7]", "[\\#7]"), &["malformed-issue:3 issue"]);
        // Digits of a name are no number of an issue.
        check(&with("[#7]", "[Layer2 tea]"), &["malformed-issue:3 issue"]);
        check(&with("[#7]", "[OVN-K8s #7]"), &["malformed-issue:3 issue"]);
        check(&with("[#7]", "[OVN-K8s #8]"), &["malformed-issue:3 issue", "number-mismatch:3 number"]);
    }

    /// The help and the fix of a document, next to the OKEP 7, whose text is `other`.
    fn remedy(path: &str, document: &str, other: &str) -> (Vec<String>, String) {
        let nav = "nav:\n  - okeps/okep-7-faster-tea.md\n  - ";
        let nav = format!("{nav}{}\n", path.trim_start_matches("docs/"));
        let findings = planned(&tree(&[(OKEP, other), (path, document), ("mkdocs.yml", &nav)]));
        let of_rule = |f: &&crate::rules::finding::Finding| f.rule == "number-mismatch" && f.path == path;
        let finding = findings.iter().find(of_rule).expect("the numbers disagree");
        (finding.help.clone(), finding.fix.as_ref().map_or("-".into(), |fix| fix.title.clone()))
    }

    const COPY: &str = "docs/okeps/okep-8-green-tea.md";

    #[test]
    fn a_number_that_another_okep_owns_is_never_right() {
        let owned = format!("7 is the number of `{OKEP}`");
        let own = (vec![owned.clone(), "the number here is 8".to_owned()], "use 8 everywhere".to_owned());
        assert_eq!(remedy(COPY, GOOD, GOOD), own);
        assert_eq!(remedy(COPY, &with("# OKEP-7:", "# OKEP-8:"), GOOD), own);
        let folder = "docs/okeps/okep-8-green-tea/okep-8-green-tea.md";
        assert_eq!(remedy(folder, GOOD, GOOD), own);
        // It was copied under the number of the other.
        let taken = "docs/okeps/okep-7-green-tea.md";
        let (help, _) = remedy(taken, &GOOD.replace('7', "9"), GOOD);
        assert_eq!(help, [&owned[..], "the number here is 9"]);
    }

    #[test]
    fn the_number_of_the_template_is_never_right() {
        let copy = TEMPLATE.replace("OKEP Template", "Green Tea");
        let (help, fix) = remedy(COPY, &copy, GOOD);
        assert_eq!(
            help,
            [format!("1 is the number of `{TEMPLATE_PATH}`"), "the number here is 8".to_owned()]
        );
        assert_eq!(fix, "use 8 everywhere");
    }

    #[test]
    fn links_of_the_page_to_its_title_follow_the_number() {
        let document =
            with("Tea is slow.", "See the [top](#okep-8-faster-tea).").replace("# OKEP-7:", "# OKEP-8:");
        let findings = planned(&tree(&[(OKEP, &document)]));
        let finding = findings.iter().find(|f| f.rule == "number-mismatch").expect("the numbers disagree");
        let edits = finding.fix.iter().flat_map(|fix| &fix.edits);
        let written: Vec<&str> = edits.map(|edit| edit.replacement.as_str()).collect();
        assert_eq!(written, ["7", "okep-7-faster-tea"]);
    }

    #[test]
    fn a_number_that_no_other_okep_owns_is_right_where_most_say_it() {
        // The other one's numbers disagree too, or it has no issue.
        for other in [with("# OKEP-7:", "# OKEP-9:"), with(ISSUE, "Tea.")] {
            assert_eq!(remedy(COPY, GOOD, &other).0, ["most of them say 7"]);
        }
    }
}
