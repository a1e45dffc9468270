//! Single entry of new pupils (新生录入): the form, its checks, and the child that is on record.

use std::sync::Arc;

use ekatong_core::dispatch::Call;
use ekatong_core::error::{Code, OpError, Severity};
use ekatong_tests::app::{START, World};
use ekatong_tests::both_engines;
use ekatong_tests::workbook::{self, id_number};
use serde_json::{Value, json};

/// A made-up child of grade 7 as a clerk fills the form in.
pub(crate) fn form(n: usize) -> Value {
    json!({
        "name": "沈青禾",
        "paperNumber": id_number(n, 7),
        "grade": "7",
        "class": "1",
        "address": "姑苏区梧桐路 8 号",
        "guardians": [{ "name": "沈大禾", "relation": "父亲", "phone": format!("1370000{n:04}") }],
    })
}

/// The form with some fields as given; null leaves one out.
pub(crate) fn with(mut form: Value, fields: Value) -> Value {
    for (key, value) in fields.as_object().unwrap() {
        form[key] = value.clone();
    }
    form
}

pub(crate) async fn create(world: &World, token: &str, form: Value, submit: bool) -> Value {
    let request = json!({ "schoolId": world.junior, "form": form, "submit": submit });
    world.test.done(token, "pupil.create", request).await
}

async fn check(world: &World, token: &str, form: Value) -> Value {
    let request = json!({ "schoolId": world.junior, "form": form });
    world.test.done(token, "pupil.check", request).await
}

/// Code, field and severity of each problem.
pub(crate) fn told(answer: &Value) -> Vec<(String, String, String)> {
    let text = |problem: &Value, key: &str| problem[key].as_str().unwrap_or("").to_owned();
    answer["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| (text(p, "code"), text(p, "field"), text(p, "severity")))
        .collect()
}

/// Code and field of each error of a refused entry.
async fn refused(
    world: &World,
    token: &str,
    form: Value,
    submit: bool,
) -> Vec<(&'static str, String)> {
    let request = json!({ "schoolId": world.junior, "form": form, "submit": submit });
    match world.test.call(Some(token), "pupil.create", request).await {
        Err(OpError::Rejected(problems)) => problems
            .into_iter()
            .map(|p| {
                assert_eq!(p.severity, Severity::Error);
                (p.code.as_str(), p.field.unwrap_or_default())
            })
            .collect(),
        other => panic!("not refused: {other:?}"),
    }
}

async fn message(world: &World, token: &str, school: &str, form: Value) -> (Code, String) {
    let request = json!({ "schoolId": school, "form": form });
    let error = world
        .test
        .call(Some(token), "pupil.create", request)
        .await
        .unwrap_err();
    let problem = &error.problems()[0];
    assert_eq!(problem.field.as_deref(), Some("paperNumber"));
    (problem.code, problem.message.clone())
}

/// An approved pupil of a class of grade 6 of the primary school, with this number.
async fn primary_pupil(world: &World, number: &str) {
    let test = &world.test;
    let grade = world.grade(&world.primary, 6).await;
    let classes = json!({ "gradeId": grade, "numbers": [2] });
    test.done(&world.admin, "class.create", classes).await;
    let pupil = json!({ "paperNumber": number, "grade": "6", "class": "2" });
    let form = with(form(0), pupil);
    let request = json!({ "schoolId": world.primary, "form": form, "submit": true });
    let entered = test.done(&world.admin, "pupil.create", request).await;
    let items = json!({ "items": [{ "id": entered["id"] }] });
    assert_eq!(
        test.done(&world.admin, "review.approve", items).await["done"],
        1
    );
}

both_engines! {
    async fn every_kind_of_paper_is_entered(engine: Engine) {
        let world = World::new(engine).await;
        let school = world.test.sign_in("school").await;
        let own = json!({ "gender": "女", "birthDate": "2014年3月5日" });
        for (kind, number, nationality, stored, derived) in [
            ("居民身份证", "320508 20140305 992X".to_owned(), None, None, true),
            ("hmt_residence", workbook::with_check_digit("81000020140305002"), None, None, true),
            ("foreign_pr", workbook::with_check_digit("93284020140305002"), None, None, true),
            ("foreign_pr", "usa110000000012".to_owned(), None, Some("USA110000000012"), false),
            ("回乡证", "h1234567801".to_owned(), None, Some("H1234567801"), false),
            ("tw_permit", "12345678".to_owned(), None, None, false),
            ("passport", "E1234567".to_owned(), Some("usa"), None, false),
            ("passport", "E1234567".to_owned(), Some("CAN"), None, false),
            ("其他", "A-1/b".to_owned(), None, Some("A-1/B"), false),
        ] {
            let number = if number.starts_with("320508 ") { workbook::with_check_digit("32050820140305992") } else { number };
            let paper = json!({ "paperKind": kind, "paperNumber": number, "nationality": nationality });
            let mut filled = with(form(0), paper);
            if !derived {
                // Without them a submission is refused: the paper does not say them.
                let lacking = refused(&world, &school, filled.clone(), true).await;
                assert_eq!(lacking, [("gender.missing", "gender".to_owned()), ("birth_date.missing", "birthDate".to_owned())], "{kind}");
                filled = with(filled, own.clone());
            }
            let entered = create(&world, &school, filled, true).await;
            assert_eq!(entered["state"], "submitted", "{kind}");
            let review = world.test.done(&world.admin, "review.show", json!({ "id": entered["id"] })).await;
            let want = stored.map_or(number.replace(' ', ""), str::to_owned);
            assert_eq!(review["paperNumber"], want, "{kind}");
            assert_eq!(review["birthDate"], "2014-03-05", "{kind}");
            assert_eq!(review["gender"], "female", "{kind}");
            assert_eq!(review["nationality"], json!(nationality.map(str::to_uppercase)), "{kind}");
            // A renewed permit is the same child.
            let again = if kind == "回乡证" { "H1234567802" } else { &number };
            let again = with(form(7), json!({ "paperKind": kind, "paperNumber": again, "nationality": nationality }));
            assert_eq!(refused(&world, &school, again, false).await, [("pupil.duplicate", "paperNumber".to_owned())], "{kind}");
        }
    }

    async fn the_live_check_tells_what_is_wrong_and_nothing_of_what_is_empty(engine: Engine) {
        let world = World::new(engine).await;
        let school = world.test.sign_in("school").await;
        let nothing = check(&world, &school, json!({})).await;
        assert_eq!(nothing, json!({ "form": { "guardians": [] }, "derived": [], "problems": [], "near": [] }));
        let begun = json!({ "name": " 沈 ", "guardians": [{ "paperKind": "resident_id" }, { "phone": "0512-65123456" }] });
        assert_eq!(told(&check(&world, &school, begun).await), [
            ("pupil.name_length".to_owned(), "name".to_owned(), "error".to_owned()),
            ("phone.not_mobile".to_owned(), "guardians.1.phone".to_owned(), "warning".to_owned()),
        ]);
        // Filled from the number, whatever the writing.
        let number = id_number(1, 7);
        let spaced = format!("{} {}", &number[..6], &number[6..]);
        let filled = check(&world, &school, json!({ "paperNumber": spaced })).await;
        assert_eq!(filled["derived"], json!(["gender", "birthDate"]));
        assert_eq!(filled["form"]["paperNumber"], number);
        assert_eq!(filled["form"]["birthDate"], format!("{}-{}-{}", &number[6..10], &number[10..12], &number[12..14]));
        assert_eq!(filled["form"]["gender"], "female", "sequence 000 is even");
        // A gender of one's own is kept, with a warning.
        let other = check(&world, &school, json!({ "paperNumber": number, "gender": "男" })).await;
        assert_eq!(told(&other), [("gender.mismatch".to_owned(), "gender".to_owned(), "warning".to_owned())]);
        assert_eq!((&other["form"]["gender"], &other["derived"]), (&json!("male"), &json!(["birthDate"])));
        let wrong = json!({
            "name": "?", "paperKind": "学生证", "paperNumber": "1", "gender": "M", "birthDate": "明天",
            "grade": "七年级", "class": "0", "studentNumber": "G1", "address": "路".repeat(201),
            "guardians": [{
                "name": "1", "relation": "邻居", "phone": "12", "paperNumber": "32050820130918991X", "bankCard": "62220",
            }],
        });
        let codes: Vec<(String, String)> = told(&check(&world, &school, wrong).await).into_iter().map(|(code, field, _)| (code, field)).collect();
        let want = [
            ("pupil.name_lost", "name"), ("paper.kind_unknown", "paperKind"), ("gender.invalid", "gender"),
            ("birth_date.invalid", "birthDate"), ("grade.invalid", "grade"), ("class.invalid", "class"),
            ("student_number.invalid", "studentNumber"), ("text.too_long", "address"),
            ("pupil.name_character", "guardians.0.name"), ("relation.unknown", "guardians.0.relation"),
            ("phone.invalid", "guardians.0.phone"), ("paper.check", "guardians.0.paperNumber"),
            ("bank_card.invalid", "guardians.0.bankCard"),
        ];
        assert_eq!(codes, want.map(|(code, field)| (code.to_owned(), field.to_owned())));
        // Which passport it is cannot be told without its country; its form can.
        let passport = check(&world, &school, json!({ "paperKind": "passport", "paperNumber": "E12" })).await;
        assert_eq!(told(&passport)[0].0, "paper.form");
        let known = check(&world, &school, json!({ "grade": "7", "class": "9" })).await;
        assert_eq!(known["problems"][0]["message"], "七年级没有 9 班。现有 1–3 班。");
        let young = check(&world, &school, json!({ "paperNumber": id_number(1, 3), "grade": "7" })).await;
        assert_eq!(told(&young), [("age.off".to_owned(), "class".to_owned(), "warning".to_owned())]);
        // Two looks left nothing behind: no record, no entry in the audit log.
        let entries = world.test.done(&school, "audit.list", json!({})).await;
        assert!(!entries.to_string().contains("pupil.check"));
    }

    async fn a_submission_is_told_everything_at_once_and_a_draft_may_lack_some(engine: Engine) {
        let world = World::new(engine).await;
        let school = world.test.sign_in("school").await;
        let all = |list: &[(&'static str, &str)]| list.iter().map(|(code, field)| (*code, (*field).to_owned())).collect::<Vec<_>>();
        assert_eq!(refused(&world, &school, json!({}), true).await, all(&[
            ("pupil.name_missing", "name"), ("paper.missing", "paperNumber"), ("gender.missing", "gender"),
            ("birth_date.missing", "birthDate"), ("grade.invalid", "grade"), ("class.invalid", "class"),
            ("guardian.name_missing", "guardians.0.name"), ("relation.missing", "guardians.0.relation"),
            ("phone.missing", "guardians.0.phone"),
        ]));
        assert_eq!(refused(&world, &school, json!({ "paperKind": "passport" }), false).await, all(&[
            ("pupil.name_missing", "name"), ("paper.missing", "paperNumber"), ("nationality.invalid", "nationality"),
            ("grade.invalid", "grade"), ("class.invalid", "class"),
        ]));
        let passport = with(form(0), json!({ "paperKind": "passport", "paperNumber": "E1234567", "nationality": "US" }));
        assert_eq!(refused(&world, &school, passport, false).await, all(&[("nationality.invalid", "nationality")]));
        let closed = world.classes(&world.junior).await.remove(2);
        world.test.done(&school, "class.close", json!({ "id": closed["id"], "version": closed["version"] })).await;
        assert_eq!(refused(&world, &school, with(form(0), json!({ "class": "3" })), false).await, all(&[("class.closed", "class")]));
        let crowd = json!({ "guardians": vec![json!({ "name": "沈大禾" }); 9] });
        assert_eq!(refused(&world, &school, with(form(0), crowd), false).await, all(&[("text.too_long", "guardians")]));
        let nameless = json!({ "guardians": [{ "phone": "13700000000" }] });
        assert_eq!(refused(&world, &school, with(form(0), nameless), false).await, all(&[("guardian.name_missing", "guardians.0.name")]));

        // A draft is kept with what is there, and told what a submission still needs.
        let bare = with(form(0), json!({ "guardians": [{ "name": "沈大禾" }] }));
        let draft = create(&world, &school, bare, false).await;
        assert_eq!((&draft["state"], &draft["firstSavedAt"]), (&json!("draft"), &json!(START)));
        assert!(draft["submittedAt"].is_null());
        let warned: Vec<(String, String)> = told(&draft).into_iter().filter(|t| t.2 == "warning").map(|t| (t.0, t.1)).collect();
        assert_eq!(warned, [("relation.missing", "guardians.0.relation"), ("phone.missing", "guardians.0.phone")].map(|(a, b)| (a.to_owned(), b.to_owned())));
        // Nor can it be submitted from a list, one by one or with its class.
        for which in [json!({ "ids": [draft["id"]] }), json!({ "grade": 7, "classNumber": 1 })] {
            let request = with(which, json!({ "schoolId": world.junior }));
            let answer = world.test.done(&school, "pupil.submit", request).await;
            assert_eq!((&answer["done"], &answer["problems"][0]["code"]), (&json!(0), &json!("pupil.incomplete")));
            assert_eq!(answer["problems"][0]["subjectName"], "沈青禾");
        }
    }

    async fn several_guardians_have_papers_and_cards_that_are_sealed(engine: Engine) {
        let world = World::new(engine).await;
        let school = world.test.sign_in("school").await;
        let guardians = json!([
            { "name": "沈大禾", "relation": "父亲", "phone": "+1 (202) 555-0143", "paperKind": "passport", "nationality": "usa", "paperNumber": "E7654321", "bankCard": "6222 0212 3456 7895" },
            {},
            { "name": "林晓岚", "relation": "52", "phone": "0512-65123456", "paperNumber": "320508198503059921" },
        ]);
        let number = workbook::with_check_digit("32050819850305992");
        let mut guardians = guardians;
        guardians[2]["paperNumber"] = json!(number);
        let entered = create(&world, &school, with(form(0), json!({ "guardians": guardians, "studentNumber": format!("G{}", id_number(1, 7)) })), false).await;
        let warned: Vec<String> = told(&entered).into_iter().map(|t| format!("{} {}", t.0, t.1)).collect();
        assert_eq!(warned, [
            "student_number.mismatch studentNumber", "phone.not_mobile guardians.0.phone", "bank_card.check guardians.0.bankCard",
            "phone.not_mobile guardians.2.phone",
        ]);
        let page = world.test.done(&school, "pupil.show", json!({ "id": entered["id"] })).await;
        let shown = page["guardians"].as_array().unwrap();
        assert_eq!(shown.len(), 2);
        assert_eq!((&shown[0]["paperMasked"], &shown[0]["bankCardMasked"]), (&json!("E7****21"), &json!("************7895")));
        let clear = ["E7654321", "6222021234567895", "12025550143", "051265123456", number.as_str(), &id_number(0, 7), "梧桐路"];
        for text in clear {
            assert!(!page.to_string().contains(text), "{text} on the page");
        }
        let fields = json!(["guardianPapers", "bankCards", "phones"]);
        let revealed = world.test.done(&school, "pupil.reveal", json!({ "id": entered["id"], "fields": fields, "reason": "家长来电" })).await;
        assert_eq!(revealed["guardianPapers"][1]["number"], number);
        assert_eq!(revealed["bankCards"], json!([{ "guardianId": shown[0]["id"], "number": "6222021234567895" }]));
        assert_eq!(revealed["phones"][0]["phone"], "+12025550143");
        // A landline finds its children.
        let found = world.test.done(&school, "pupil.list", json!({ "text": "0512-65123456" })).await;
        assert_eq!(found["items"].as_array().unwrap().len(), 1);
        // A correction by the page of the pupil leaves what it does not name.
        let kept: Vec<Value> = shown.iter().map(|g| json!({ "id": g["id"], "name": g["name"], "relation": g["relation"] })).collect();
        let edit = json!({ "id": entered["id"], "version": 1, "reason": "改名", "guardians": [kept[0], with(kept[1].clone(), json!({ "name": "林小岚" }))] });
        world.test.done(&school, "pupil.edit", edit).await;
        let page = world.test.done(&school, "pupil.show", json!({ "id": entered["id"] })).await;
        assert_eq!(page["guardians"][0]["bankCardMasked"], "************7895");
        assert_eq!(page["guardians"][1]["name"], "林小岚");
        // Nothing of it stands in clear in the database.
        let dump = world.test.dump().await;
        assert!(dump.contains("沈青禾") && dump.contains("林小岚"), "the name is clear text: the right place was looked at");
        for text in clear {
            assert!(!dump.contains(text), "{text} in the database");
        }
    }

    async fn a_child_on_record_is_refused_and_a_primary_leaver_registers(engine: Engine) {
        let world = World::new(engine).await;
        let school = world.test.sign_in("school").await;
        create(&world, &school, form(0), false).await;
        assert_eq!(message(&world, &school, &world.junior, form(0)).await, (Code::PupilDuplicate, "该学生已登记在平江中学 七年级 1 班，请核对证件号码，不要重复录入。".to_owned()));
        // Elsewhere: where it is, for those who may see it.
        assert_eq!(message(&world, &world.admin, &world.foreign, form(0)).await.1, "该学生已登记在平江中学 七年级 1 班，请核对证件号码，不要重复录入。");
        let away = json!({ "schoolId": world.foreign, "form": form(1) });
        world.test.done(&world.admin, "pupil.create", away).await;
        assert_eq!(message(&world, &school, &world.junior, form(1)).await, (Code::PupilDuplicate, "该学生已在其他学校登记，请提出转入申请，或联系区级管理员。".to_owned()));
        let live = check(&world, &school, form(1)).await;
        assert_eq!(live["problems"].as_array().unwrap().last().unwrap()["code"], "pupil.duplicate");

        let number = id_number(5, 6);
        primary_pupil(&world, &number).await;
        let leaver = with(form(0), json!({ "paperNumber": number }));
        assert_eq!(message(&world, &school, &world.junior, leaver.clone()).await, (Code::PupilLeaver, "该学生是其他学校的小学毕业生，请使用注册报到，不要作为新生录入。".to_owned()));
        let told = message(&world, &world.admin, &world.junior, leaver.clone()).await.1;
        assert_eq!(told, "该学生是梧桐实验小学 六年级 2 班的小学毕业生，请使用注册报到，不要作为新生录入。");
        // A primary school cannot register anybody.
        let primary = with(leaver, json!({ "grade": "6", "class": "2" }));
        assert_eq!(message(&world, &world.admin, &world.primary, primary).await.0, Code::PupilDuplicate);
        // An import says the same of its row.
        let mut rows = vec![workbook::child(40, 7, 1), workbook::child(41, 7, 1)];
        rows[1][3] = number.clone();
        rows[1][6] = String::new();
        let preview = world.test.preview(&school, &world.junior, "新生.xlsx", &workbook::new_pupils(&rows)).await.unwrap();
        assert_eq!((&preview["valid"], &preview["duplicates"]), (&json!(1), &json!(1)));
        let problems = world.test.problems(&school, preview["id"].as_str().unwrap()).await;
        let errors: Vec<&Value> = problems.iter().filter(|p| p["severity"] == "error").collect();
        assert_eq!(errors.len(), 1);
        assert_eq!((&errors[0]["code"], &errors[0]["row"], &errors[0]["column"]), (&json!("pupil.leaver"), &json!(3), &json!("D")));
        assert!(errors[0]["message"].as_str().unwrap().contains("请使用注册报到"));
    }

    async fn of_fifty_who_enter_one_child_one_does(engine: Engine) {
        let world = Arc::new(World::new(engine).await);
        let mut tasks = Vec::new();
        for n in 0..50 {
            let world = Arc::clone(&world);
            tasks.push(tokio::spawn(async move {
                let school = if n % 2 == 0 { &world.junior } else { &world.foreign };
                let request = json!({ "schoolId": school, "form": form(0), "submit": n % 3 == 0 });
                loop {
                    match world.test.call(Some(&world.admin), "pupil.create", request.clone()).await {
                        Err(error) if error.has(Code::Busy) => {}
                        other => return other,
                    }
                }
            }));
        }
        let mut entered = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => entered += 1,
                Err(error) => assert!(error.has(Code::PupilDuplicate), "{error:?}"),
            }
        }
        assert_eq!(entered, 1);
        let list = world.test.done(&world.admin, "pupil.list", json!({})).await;
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
        assert_eq!(list["items"][0]["guardianName"], "沈大禾");
    }

    async fn a_repeated_press_enters_one_child(engine: Engine) {
        let world = World::new(engine).await;
        let payload = json!({ "schoolId": world.junior, "form": form(0) });
        let mut answers = Vec::new();
        for _ in 0..2 {
            let mut call = Call::local("pupil.create", payload.clone(), Some(world.admin.clone()));
            call.key = Some("press-1".to_owned());
            answers.push(world.test.app.dispatch(call).await.unwrap());
        }
        assert_eq!(answers[0], answers[1], "the second is not refused as a duplicate: it is the first one's answer");
    }
}
