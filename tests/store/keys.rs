//! The vault, the wrapped key, the recovery code, and that nothing is readable in the file.

use ekatong_core::id::PupilId;
use ekatong_core::ports::{Cipher, IndexOf, SealedAt};
use ekatong_store::Vault;
use ekatong_store::keys::{
    DataKey, KeyError, RecoveryCode, RecoveryCodeError, Secret, WrapKind, random_key,
};

use crate::both;
use crate::place::{Home, NOW, Place, World, enter, id, pupil};

both!(wrapped_keys_are_kept_replaced_and_removed);

fn at(row: PupilId) -> SealedAt {
    SealedAt {
        table: "pupil",
        column: "paper",
        row: row.0,
    }
}

#[test]
fn a_value_opens_in_its_place_only() {
    let vault = Vault::new(&DataKey::generate().unwrap()).unwrap();
    let row = id();
    let sealed = vault.seal(at(row), b"320508201309189918").unwrap();
    assert_eq!(vault.open(at(row), &sealed).unwrap(), b"320508201309189918");
    assert_ne!(sealed, vault.seal(at(row), b"320508201309189918").unwrap());
    assert!(vault.open(at(id()), &sealed).is_err(), "another row");
    let mut elsewhere = at(row);
    elsewhere.column = "address";
    assert!(vault.open(elsewhere, &sealed).is_err(), "another column");
    elsewhere = at(row);
    elsewhere.table = "guardian";
    assert!(vault.open(elsewhere, &sealed).is_err(), "another table");
    for i in 0..sealed.len() {
        let mut altered = sealed.clone();
        altered[i] ^= 1;
        assert!(vault.open(at(row), &altered).is_err(), "byte {i}");
        assert!(vault.open(at(row), &sealed[..i]).is_err(), "cut at {i}");
    }
    let other = Vault::new(&DataKey::generate().unwrap()).unwrap();
    let refused = other.open(at(row), &sealed).unwrap_err();
    assert!(!format!("{refused:?}").contains("320508"));
    assert_eq!(
        vault
            .open(at(row), &vault.seal(at(row), b"").unwrap())
            .unwrap(),
        b""
    );
}

#[test]
fn hashes_differ_by_use_and_key() {
    let vault = Vault::new(&DataKey::from_bytes([1; 32])).unwrap();
    let other = Vault::new(&DataKey::from_bytes([2; 32])).unwrap();
    let uses = [
        IndexOf::Paper,
        IndexOf::StudentNumber,
        IndexOf::Phone,
        IndexOf::BankCard,
        IndexOf::Address,
    ];
    let mut seen = std::collections::HashSet::new();
    for of in uses {
        assert_eq!(vault.index(of, "x"), vault.index(of, "x"));
        assert!(seen.insert(vault.index(of, "x")));
        assert!(seen.insert(other.index(of, "x")));
    }
    assert_ne!(vault.chain(b"ab", b"c"), vault.chain(b"a", b"bc"));
    // Stored hashes must be found again by every later version.
    let known = vault.index(IndexOf::Phone, "13812345678");
    assert_eq!(
        known.map(|b| format!("{b:02x}")).concat(),
        "73cd32b420d1d36657376b49e50e7222"
    );
}

#[test]
fn each_way_opens_the_key_and_only_with_its_secret() {
    let key = DataKey::generate().unwrap();
    let (ring, other_ring) = (random_key().unwrap(), random_key().unwrap());
    let (code, other_code) = (
        RecoveryCode::generate().unwrap(),
        RecoveryCode::generate().unwrap(),
    );
    for (way, right, wrong) in [
        (
            "keyring:a",
            Secret::Keyring(&ring),
            Secret::Keyring(&other_ring),
        ),
        (
            "passphrase",
            Secret::Passphrase("春眠不觉晓"),
            Secret::Passphrase("春眠不觉晓 "),
        ),
        (
            "recovery",
            Secret::Recovery(&code),
            Secret::Recovery(&other_code),
        ),
    ] {
        let wrapped = key.wrap(way, &right, NOW).unwrap();
        assert_eq!(wrapped.unwrap(&right).unwrap(), key);
        assert_eq!(wrapped.unwrap(&wrong).unwrap_err(), KeyError::WrongSecret);
        let mut renamed = wrapped.clone();
        renamed.id.push('x');
        assert_eq!(renamed.unwrap(&right).unwrap_err(), KeyError::WrongSecret);
        let mut cut = wrapped.clone();
        cut.sealed.truncate(5);
        assert_eq!(cut.unwrap(&right).unwrap_err(), KeyError::UnknownForm);
        let mut newer = wrapped.clone();
        newer.sealed[0] = 9;
        assert_eq!(newer.unwrap(&right).unwrap_err(), KeyError::UnknownForm);
    }
    let wrapped = key
        .wrap("passphrase", &Secret::Passphrase("a"), NOW)
        .unwrap();
    let refused = wrapped.unwrap(&Secret::Recovery(&code)).unwrap_err();
    assert_eq!(refused, KeyError::WrongKind);
    assert_eq!(format!("{key:?} {code:?}"), "DataKey(…) RecoveryCode(…)");
}

#[test]
fn a_recovery_code_forgives_and_finds_slips() {
    let code = RecoveryCode::generate().unwrap();
    let shown = code.show();
    assert_eq!(shown.len(), 47);
    assert_eq!(shown.split('-').count(), 8);
    assert!(shown.split('-').all(|g| g.len() == 5));
    assert_eq!(RecoveryCode::parse(&shown).unwrap(), code);
    let typed = shown
        .to_lowercase()
        .replace('-', "  ")
        .replace('0', "o")
        .replace('1', "l");
    assert_eq!(RecoveryCode::parse(&typed).unwrap(), code);
    assert_eq!(RecoveryCode::parse(&shown.replace('1', "I")).unwrap(), code);
    let short = RecoveryCode::parse(&shown[..46]).unwrap_err();
    assert_eq!(short, RecoveryCodeError::Length { found: 39 });
    let wrong = RecoveryCode::parse(&shown.replacen('-', "-U", 1)).unwrap_err();
    assert_eq!(wrong, RecoveryCodeError::Character { at: 6 });
    // Every single wrong letter, and every swap of neighbours.
    let letters: Vec<char> = shown.chars().filter(|c| *c != '-').collect();
    let mut missed = 0;
    let mut tried = 0;
    for i in 0..letters.len() {
        for c in "0123456789ABCDEFGHJKMNPQRSTVWXYZ".chars() {
            let mut typed = letters.clone();
            typed[i] = c;
            if typed != letters {
                tried += 1;
                let text: String = typed.into_iter().collect();
                missed += usize::from(RecoveryCode::parse(&text).is_ok());
            }
        }
        if i > 0 && letters[i] != letters[i - 1] {
            let mut typed = letters.clone();
            typed.swap(i, i - 1);
            tried += 1;
            let text: String = typed.into_iter().collect();
            missed += usize::from(RecoveryCode::parse(&text).is_ok());
        }
    }
    assert!(tried > 1_240);
    assert!(
        missed <= 1,
        "one in a million is missed, not {missed} of {tried}"
    );
}

async fn wrapped_keys_are_kept_replaced_and_removed(place: Place) {
    let key = DataKey::generate().unwrap();
    let code = RecoveryCode::generate().unwrap();
    assert!(place.db.key_wraps().await.unwrap().is_empty());
    let recovery = key.wrap("recovery", &Secret::Recovery(&code), NOW).unwrap();
    let words = key
        .wrap("passphrase", &Secret::Passphrase("一二三四"), NOW)
        .unwrap();
    place
        .db
        .change_key_wraps(&[recovery.clone(), words.clone()], &[])
        .await
        .unwrap();
    assert_eq!(
        place.db.key_wraps().await.unwrap(),
        [words, recovery.clone()]
    );
    let ring = random_key().unwrap();
    let ring = key.wrap("keyring:1", &Secret::Keyring(&ring), NOW).unwrap();
    let again = key
        .wrap("recovery", &Secret::Recovery(&code), NOW + 1)
        .unwrap();
    place
        .db
        .change_key_wraps(&[ring.clone(), again.clone()], &["passphrase", "none"])
        .await
        .unwrap();
    let kept = place.second().await.key_wraps().await.unwrap();
    assert_eq!(kept, [ring, again]);
    assert_eq!(kept[1].kind, WrapKind::Recovery);
    assert_eq!(kept[1].unwrap(&Secret::Recovery(&code)).unwrap(), key);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_personal_is_readable_in_the_file_or_its_log() {
    let place = Place::sqlite().await;
    let world = World::make(&place).await;
    let paper = "320508201309189918";
    enter(&place, &[pupil(&place, &world, 0, "张三", paper)]).await;
    let Home::Folder(folder) = &place.home else {
        unreachable!("SQLite has a folder");
    };
    let look = |text: &str| {
        let mut found = Vec::new();
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let path = file.unwrap().path();
            let bytes = std::fs::read(&path).unwrap();
            if bytes.windows(text.len()).any(|w| w == text.as_bytes()) {
                found.push(path.file_name().unwrap().to_owned());
            }
        }
        found
    };
    // The name is clear text: it shows that the search finds what is there.
    assert_eq!(look("张三"), ["ekatong.db-wal"]);
    assert!(look(paper).is_empty());
    assert!(look("13812345678").is_empty());
    place.db.checkpoint().await.unwrap();
    assert_eq!(look("张三"), ["ekatong.db"]);
    assert!(look(paper).is_empty());
    assert!(look(&paper[6..]).is_empty());
    assert!(look("13812345678").is_empty());
}
