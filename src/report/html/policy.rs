//! The content security policy: nothing may run, style or load but the page's own style and script.

use base64::prelude::{BASE64_STANDARD as STANDARD, Engine};
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
    STANDARD.encode(Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_the_text() {
        assert_eq!(hash(""), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        assert_eq!(own("a\r\nb\n"), "a\nb\n");
    }
}
