//! Any text, read by every rule for a cell: nothing panics, what is accepted is
//! read the same again, and no message repeats what was typed.
#![no_main]

use chrono::NaiveDate;
use ekatong_core::domain::address::Address;
use ekatong_core::domain::class::ClassNo;
use ekatong_core::domain::gender::Gender;
use ekatong_core::domain::grade::GradeNo;
use ekatong_core::domain::name::PersonName;
use ekatong_core::domain::paper::{Paper, PaperKind};
use ekatong_core::domain::phone::MobileNumber;
use ekatong_core::domain::relation::Relation;
use ekatong_core::domain::student_number::StudentNumber;
use ekatong_core::error::Problem;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let today = NaiveDate::from_ymd_opt(2026, 9, 1).expect("a day");
    for kind in PaperKind::ALL {
        if let Err(problems) = Paper::parse(kind, text, Some("USA"), today) {
            problems.iter().for_each(|problem| told(problem, text));
        }
    }
    for read in [PersonName::parse, PersonName::parse_with_losses] {
        match read(text) {
            Ok(name) => {
                let again = read(name.value.as_str()).expect("a name is a name");
                assert_eq!(again.value.as_str(), name.value.as_str());
            }
            Err(problem) => told(&problem, text),
        }
    }
    let problems = [
        GradeNo::parse(text).err(),
        ClassNo::parse(text).err(),
        MobileNumber::parse(text).err(),
        StudentNumber::parse(text).err(),
        Relation::parse(text).err(),
        Address::parse(text).err(),
        Gender::parse(text).err(),
    ];
    for problem in problems.iter().flatten() {
        told(problem, text);
    }
});

/// Problems are logged and shown to people who may not see the cell.
fn told(problem: &Problem, text: &str) {
    assert!(!problem.message.is_empty());
    let digits = text.len() >= 11 && text.bytes().all(|byte| byte.is_ascii_digit());
    assert!(!digits || !problem.message.contains(text), "{}", problem.message);
}
