//! Bytes that are no UTF-8.

use super::{Check, Finding, OkepContext, Per, Rule, Severity};

pub static RULE: Rule = Rule {
    id: "not-utf8",
    severity: Severity::Error,
    offence: "the file is not valid UTF-8",
    why: "MkDocs refuses to build a page that is not UTF-8, and GitHub shows other characters than the \
          author wrote.",
    bad: "caf\\xe9",
    good: "café",
    check: Check::Okep(Per::Okep(check), None),
    of_bytes: true,
    ..Rule::BASE
};

fn check(context: &OkepContext) -> Option<Finding> {
    let text = &context.document().text;
    let at = text.invalid_at?;
    let bytes = match text.invalid_bytes {
        1 => "1 byte is".to_owned(),
        n => format!("{n} bytes are"),
    };
    let finding = RULE.at(context, at..at + 1, "encoding", format!("{bytes} not UTF-8, the first one here"));
    Some(finding.help("save the file as UTF-8"))
}

#[cfg(test)]
mod tests {
    use crate::rules::test_support::{GOOD, OKEP, found, tree};

    #[test]
    fn bytes_are_utf8() {
        let mut tree = tree(&[]);
        let mut bytes = GOOD.as_bytes().to_vec();
        bytes[20] = 0xff;
        tree.insert(OKEP, bytes);
        assert_eq!(found(&tree), ["not-utf8:1 encoding"]);
    }

    #[test]
    fn nothing_else_is_claimed_of_a_text_that_is_not_known() {
        for page in ["# OKEP-9: Other\n\n[x](gone.md)\n", ""] {
            let utf16: Vec<u8> = page.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let marked = [&b"\xff\xfe"[..], &utf16].concat();
            let mut tree = tree(&[]);
            tree.insert(OKEP, marked);
            assert_eq!(found(&tree), ["not-utf8:1 encoding"], "{page}");
        }
        let utf16: Vec<u8> = GOOD.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let mut unmarked = tree(&[]);
        unmarked.insert(OKEP, utf16);
        assert_eq!(found(&unmarked), ["not-utf8:1 encoding"]);
        let mut latin = tree(&[]);
        latin.insert(OKEP, &b"# OKEP-9: Caf\xe9\n"[..]);
        assert_eq!(found(&latin), ["not-utf8:1 encoding"]);
    }
}
