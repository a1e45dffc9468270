//! Signing in by command: wrong passwords, locks, forced changes.

use crate::program::{OTHERS, Program};

#[test]
fn wrong_passwords_lock_and_an_admin_unlocks() {
    let program = Program::sqlite();
    program.init();
    program.add_user("card", &["--role", "card_office"]);
    let wrong = || {
        program.run_as(
            Some(("card", "not the password")),
            &["--json", "district", "list"],
            "",
        )
    };
    for _ in 0..4 {
        let refused = wrong();
        assert_eq!(
            (refused.code, refused.problem().as_str()),
            (4, "sign_in.refused")
        );
    }
    let locked = wrong();
    assert_eq!(
        (locked.code, locked.problem().as_str()),
        (4, "sign_in.locked")
    );
    let right = program.by("card", &["--json", "district", "list"]);
    assert_eq!(
        (right.code, right.problem().as_str()),
        (4, "sign_in.locked"),
        "also with the right password"
    );
    assert_eq!(program.by("admin", &["user", "unlock", "card"]).code, 0);
    assert_eq!(program.by("card", &["district", "list"]).code, 0);

    assert_eq!(program.by("admin", &["user", "disable", "card"]).code, 0);
    assert_eq!(program.by("card", &["district", "list"]).code, 4);
    assert_eq!(program.by("admin", &["user", "enable", "card"]).code, 0);
    assert_eq!(program.by("card", &["district", "list"]).code, 0);
    let users = program.json("admin", &["user", "list", "--role", "card_office"]);
    assert_eq!(users["items"].as_array().unwrap().len(), 1);
}

#[test]
fn a_first_password_is_changed_before_anything_else() {
    let mut program = Program::sqlite();
    program.init();
    let weak = program.with_first_password(
        "short",
        &[
            "--json",
            "user",
            "add",
            "new",
            "--role",
            "operator",
            "--initial-password-env",
            "FIRST",
        ],
    );
    assert_eq!(
        (weak.code, weak.problem().as_str()),
        (3, "password.too_short")
    );
    let made = program.with_first_password(
        OTHERS,
        &[
            "user",
            "add",
            "new",
            "--role",
            "operator",
            "--initial-password-env",
            "FIRST",
        ],
    );
    assert_eq!(made.code, 0, "{made:?}");
    let early = program.by("new", &["--json", "user", "list"]);
    assert_eq!(
        (early.code, early.problem().as_str()),
        (4, "password.must_change")
    );

    program.set("EKATONG_NEW_PASSWORD", "Apple-tree9z");
    assert_eq!(program.by("new", &["user", "passwd"]).code, 0);
    let after = |password| program.run_as(Some(("new", password)), &["--json", "user", "list"], "");
    assert_eq!(after("Apple-tree9z").code, 0);
    assert_eq!(after(OTHERS).problem(), "sign_in.refused");

    let reset = program.with_first_password(
        OTHERS,
        &["user", "reset", "new", "--initial-password-env", "FIRST"],
    );
    assert_eq!(reset.code, 0, "{reset:?}");
    assert_eq!(after(OTHERS).problem(), "password.must_change");
}

#[test]
fn nobody_is_signed_in_without_a_name_or_password() {
    let program = Program::sqlite();
    program.init();
    let nobody = program.run(&["--json", "school", "list"]);
    assert_eq!(
        (nobody.code, nobody.problem().as_str()),
        (4, "session.required")
    );
    let init = program.run(&[
        "--json",
        "init",
        "--district",
        "320508=姑苏区",
        "--admin",
        "admin",
    ]);
    assert_eq!(
        (init.code, init.problem().as_str()),
        (4, "session.required"),
        "an admin without a password"
    );
    let silent = program.run(&["--json", "--as", "admin", "school", "list"]);
    assert_eq!(
        (silent.code, silent.problem().as_str()),
        (4, "session.required")
    );
    assert!(silent.err.is_empty(), "{silent:?}");
}

#[test]
fn settings_are_checked_and_kept() {
    let program = Program::sqlite();
    program.init();
    let set = program.json(
        "admin",
        &[
            "setting",
            "set",
            "import.row_limit",
            "100000",
            "--district",
            "320508",
        ],
    );
    assert_eq!(set["value"], "100000");
    let wrong = program.by(
        "admin",
        &["--json", "setting", "set", "import.row_limit", "10"],
    );
    assert_eq!(
        (wrong.code, wrong.problem().as_str()),
        (3, "setting.invalid")
    );
    let list = program.json("admin", &["setting", "list", "--district", "320508"]);
    assert_eq!(list["items"][0]["value"], "100000");
}
