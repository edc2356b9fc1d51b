//! User stories without a role and a wish.

use super::{Check, Demand, Finding, OkepContext, Per, Rule, Severity};
use crate::markdown::placeholder::is_stub;
use crate::markdown::prose;
use crate::text::is_one_of;

pub static RULE: Rule = Rule {
    id: "story-form",
    severity: Severity::Hint,
    offence: "user stories without one in the form \"As a ..., I want ...\" that the template asks for",
    why: "A story that names who wants what can be tested and argued about; a description of the \
          feature cannot.",
    bad: "### Story 1\n\nThe node keeps its address when it restarts, which is needed for firewalls.",
    good: "### Story 1\n\nAs a cluster admin, I want nodes to keep their addresses, so that firewalls let them in.",
    check: Check::Okep(Per::Section(check), None),
    demand: Demand::OfTemplate,
    ..Rule::BASE
};

/// A shorter section says that there are no stories, or where they are.
const FEWEST_WORDS: usize = 12;

fn check(context: &OkepContext, section: usize) -> Option<Finding> {
    let is_asked = context.template().template_requirements[section].story;
    let row = context.alignment.matches[section].filter(|_| is_asked)?.row;
    let heading = context.heading(row);
    let document = context.document();
    let range = heading.span.end..document.section_end(context.okep.outline.rows[row].heading);
    // Whoever writes in the first person, or names a person who wants something, has written one.
    if prose::words(document, &range) < FEWEST_WORDS
        || is_stub(document, heading)
        || prose::is_none(document, &range)
        || tells_story(document.text.slice(range.clone()))
        || context.has_prompt(&range)
    {
        return None;
    }
    let message = format!("no story in `{}` says who wants what", heading.text);
    let finding = RULE.at(context, heading.span.clone(), context.section_name(section), message);
    Some(finding.help("begin each with `As a ..., I want ...`; `so that ...` is optional"))
}

/// Whether something says "As ...", somebody wants or needs something, "I" or "we" speak, a user may
/// or should do something, or all of it points to stories that are elsewhere.
fn tells_story(text: &str) -> bool {
    const SPEAKERS: &str = "i we user users admin admins";
    const SAY: &str = "am can d expect have like m may must need should would";
    const WISH: &str = "expect expects need needs requires wish wishes";
    let lower = text.to_ascii_lowercase();
    let words = |text| str::split(text, |c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut pairs = words(&lower).zip(words(&lower).skip(1));
    words(&lower).next().is_some_and(|first| is_one_of("see same", first))
        || words(text).zip(words(text).skip(1)).any(|(word, _)| word == "As")
        || words(&lower).any(|word| is_one_of("persona personas want wants", word))
        || pairs.any(|(word, next)| {
            is_one_of(SPEAKERS, word) && is_one_of(SAY, next) || is_one_of(WISH, word) && next == "to"
        })
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{OKEP, TEMPLATE, TEMPLATE_PATH, found, of_rule, tree, with};

    #[test]
    fn stories_say_who_wants_what_where_the_template_asks_for_it() {
        let asking = TEMPLATE.replace(
            "## Proposed Solution\n",
            "## Stories\n\n1. **As a** [user]\n2. **I want** [goal]\n\n## Proposed Solution\n",
        );
        let stories = |text: &str, template: &str| {
            let section = format!("## Stories\n\n{text}\n## Proposed Solution\n");
            let document = with("## Proposed Solution\n", &section);
            of_rule("story-form", found(&tree(&[(TEMPLATE_PATH, template), (OKEP, &document)])))
        };
        let plain = "### Story 1\n\nThe tea is poured at once when a guest comes in, because the water is hot \
                 already.\n";
        assert_eq!(stories(plain, &asking), ["story-form:17 Stories"]);
        let last = "The dialog gets a new button at the top, next to the others, called Save As.\n";
        assert_eq!(stories(last, &asking), ["story-form:17 Stories"]);
        assert!(stories(plain, TEMPLATE).is_empty(), "nobody asked");
        for quiet in [
            "**As a** *guest*, **I want** tea. It is to be hot and in a cup, so that nobody is burnt by it.\n",
            "### One\n\nThere is a long day before this story begins. In it:\n\n* As an admin I want to see \
         how long each guest has waited.\n",
            "Guests come in from the cold. We want them to get their tea before they have sat down.\n",
            "None, since no guest will ever notice any of what is proposed in the sections below.\n",
            "See the goals.\n",
            "See the stories of the proposal before this one, which adds nothing to the list that is there.\n",
            "A guest of the house needs to be able to drink tea at each of the tables that are there.\n",
            "Cooks of all kitchens want to know how many of the guests have been waiting for their tea.\n",
            "As head cook, tea shall be hot in each of the cups that are carried to the tables.\n",
            "**Persona:** cook. **Goal:** hot tea in each of the cups that are carried to the tables.\n",
            "TBD\n",
        ] {
            assert!(stories(quiet, &asking).is_empty(), "{quiet}");
        }
    }
}
