//! Tokens by which the rows of a workbook given back are known again (IMP-7).
//!
//! A token names the import and the row's position in it. It survives sorting,
//! deleting and inserting rows; its last digits tell a token that was typed or
//! dragged from one that was written here.

use sha2::{Digest, Sha256};
use uuid::Uuid;

const MARK: &str = "EK";

/// The token of a row; `position` from 0.
#[must_use]
pub fn write(import: Uuid, position: u32) -> String {
    let text = format!("{MARK}-{}-{position}", import.simple());
    let check = check(&text);
    format!("{text}-{check}")
}

/// The import and position of a token; none for any other text.
#[must_use]
pub fn parse(token: &str) -> Option<(Uuid, u32)> {
    let token = token.trim();
    let (text, given) = token.rsplit_once('-')?;
    if check(text) != given {
        return None;
    }
    let (head, position) = text.rsplit_once('-')?;
    let import = head.strip_prefix(MARK)?.strip_prefix('-')?;
    Some((Uuid::try_parse(import).ok()?, position.parse().ok()?))
}

fn check(text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    hex::encode(hash.get(..2).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tokens_are_read_back_and_others_are_not() {
        let import = Uuid::from_u128(0x0198_ffff_ffff_7fff_8fff_ffff_ffff_ffff);
        let token = write(import, 99_999);
        assert!(token.len() < 64 && token.is_ascii());
        assert_eq!(parse(&format!(" {token} ")), Some((import, 99_999)));
        // Excel's fill handle counts up what looks like a number at the end.
        let dragged = token.replace("-99999-", "-100000-");
        for wrong in [
            "",
            "EK",
            "核对标记",
            dragged.as_str(),
            &token.to_lowercase(),
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>()) {
            let _ = parse(&text);
        }
    }
}
