//! Keyring, passphrase, recovery code: with a real keyring, by more than one user.

use crate::program::{ADMIN, Program};

fn opens(program: &Program) -> bool {
    let done = program.by("admin", &["--json", "district", "list"]);
    if done.code != 0 {
        assert_eq!(
            (done.code, done.problem().as_str()),
            (4, "key.locked"),
            "{done:?}"
        );
    }
    done.code == 0
}

#[test]
fn a_keyring_opens_for_its_user_and_the_code_for_a_second_one() {
    let mut program = Program::keyring("first");
    let code = program.init();
    assert!(opens(&program));
    let state = program.run(&["--json", "status"]).json();
    assert_eq!(
        (state["state"].as_str(), state["keyStore"].as_str()),
        (Some("ready"), Some("keyring"))
    );

    program.be(Some("second"));
    assert!(!opens(&program), "a keyring belongs to one user");
    let slip = code.replacen(|c: char| c.is_ascii_digit(), "Z", 1);
    let wrong = program.run_as(None, &["--json", "key", "recover", "-"], &slip);
    assert_eq!(
        (wrong.code, wrong.problem().as_str()),
        (3, "key.recovery_form"),
        "{wrong:?}"
    );
    let done = program.run_as(
        None,
        &["--json", "key", "recover", "-"],
        &code.to_lowercase(),
    );
    assert_eq!(done.code, 0, "{done:?}");
    assert!(opens(&program), "once was enough");

    program.be(Some("first"));
    assert!(opens(&program), "the first user's own way stays");

    // A new code: the old one and the other user's keyring open nothing any more.
    let new = program.json("admin", &["key", "rewrap"])["recoveryCode"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(opens(&program));
    program.be(Some("second"));
    assert!(!opens(&program));
    let old = program.run_as(None, &["--json", "key", "recover", "-"], &code);
    assert_eq!(
        (old.code, old.problem().as_str()),
        (4, "key.wrong_recovery")
    );
    program.set("EKATONG_RECOVERY_CODE", &new);
    assert_eq!(program.run(&["key", "recover"]).code, 0);
    assert!(opens(&program));
}

#[test]
fn without_a_keyring_a_passphrase_is_needed() {
    let mut program = Program::sqlite();
    program.unset("EKATONG_PASSPHRASE");
    let arguments = [
        "--json",
        "init",
        "--district",
        "320508=姑苏区",
        "--admin",
        "admin",
    ];
    let none = program.run_with_password(ADMIN, &arguments);
    assert_eq!(
        (none.code, none.problem().as_str()),
        (3, "key.passphrase_needed"),
        "{none:?}"
    );
    program.set("EKATONG_PASSPHRASE", "short");
    assert_eq!(
        program.run_with_password(ADMIN, &arguments).problem(),
        "key.passphrase_short"
    );

    program.set("EKATONG_PASSPHRASE", "correct horse battery");
    let code = program.init();
    assert!(opens(&program));
    program.unset("EKATONG_PASSPHRASE");
    assert!(!opens(&program));
    program.set("EKATONG_PASSPHRASE", "wrong horse battery");
    let wrong = program.by("admin", &["--json", "district", "list"]);
    assert_eq!(
        (wrong.code, wrong.problem().as_str()),
        (4, "key.wrong_passphrase")
    );

    // A forgotten passphrase is replaced by means of the code.
    program.set("EKATONG_PASSPHRASE", "another horse battery");
    let recovered = program.run_as(None, &["--json", "key", "recover", "-"], &code);
    assert_eq!(recovered.code, 0, "{recovered:?}");
    assert!(opens(&program));

    program.set("NEW", "third horse battery");
    assert_eq!(
        program
            .by("admin", &["key", "rewrap", "--new-passphrase-env", "NEW"])
            .code,
        0
    );
    program.set("EKATONG_PASSPHRASE", "third horse battery");
    assert!(opens(&program));
}

#[test]
fn a_passphrase_of_the_environment_is_used_beside_a_keyring() {
    let mut program = Program::keyring("first").with("EKATONG_PASSPHRASE", "correct horse battery");
    program.init();
    assert!(opens(&program));
    program.unset("EKATONG_PASSPHRASE");
    assert!(!opens(&program), "the keyring was left alone");
    // A machine without a keyring opens the same folder by the passphrase.
    program.be(None);
    program.set("EKATONG_PASSPHRASE", "correct horse battery");
    assert!(opens(&program));
}

#[test]
fn keys_are_for_the_admin_and_the_operator() {
    let program = Program::sqlite();
    program.init();
    program.add_user("card", &["--role", "card_office"]);
    let refused = program.by("card", &["--json", "key", "rewrap"]);
    assert_eq!((refused.code, refused.problem().as_str()), (4, "forbidden"));
}
