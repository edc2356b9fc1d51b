//! The content security policy: nothing may run, style or load but the page's own style and script.

use sha2::{Digest, Sha256};

/// Our own style or script as it goes into the page: a browser reads line ends as `\n` before it hashes.
pub fn own(source: &str) -> String {
    source.replace("\r\n", "\n")
}

/// The policy for a page with just this style and this script.
pub fn policy(style: &str, script: &str) -> String {
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(style),
        hash(script)
    )
}

fn hash(text: &str) -> String {
    base64(&Sha256::digest(text.as_bytes()))
}

fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let at = |i: usize| u32::from(three.get(i).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for i in 0..4 {
            let glyph = SIGNS[(bits >> (18 - 6 * i)) as usize & 63];
            out.push(if i <= three.len() { glyph.into() } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_as_everybody_has_it() {
        let check = |text: &str, expected: &str| assert_eq!(base64(text.as_bytes()), expected);
        check("", "");
        check("M", "TQ==");
        check("Ma", "TWE=");
        check("Man", "TWFu");
        check("light work?", "bGlnaHQgd29yaz8=");
    }

    #[test]
    fn the_hash_is_that_of_the_text() {
        assert_eq!(hash(""), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        assert_eq!(own("a\r\nb\n"), "a\nb\n");
    }
}
