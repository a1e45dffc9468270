//! Every operation × every role × own and foreign scope (model.md, Who may do what).

use ekatong_core::error::OpError;
use ekatong_core::registry::{Kind, OPERATIONS};
use ekatong_tests::app::World;
use ekatong_tests::both_engines;
use ekatong_tests::photos::photo;
use serde_json::{Value, json};

/// Logins of the world's accounts, one a role.
const ROLES: [&str; 6] = ["admin", "district", "school", "card", "operator", "auditor"];

/// Who may, by the table of model.md: c(ity admin), d(istrict admin), s(chool staff), k (card office),
/// o(perator), a(uditor). Written here by hand, so that a slip in the code's table shows.
const MAY: &[(&str, &str)] = &[
    ("account.list", "cdo"),
    ("account.create", "cd"),
    ("account.setGrants", "cd"),
    ("account.disable", "cd"),
    ("account.enable", "cd"),
    ("account.reset", "cdo"),
    ("account.unlock", "cdo"),
    ("setting.list", "cd"),
    ("setting.set", "cd"),
    ("home.summary", "cdskoa"),
    ("district.list", "cdsk"),
    ("district.create", "c"),
    ("district.rename", "c"),
    ("school.list", "cdsk"),
    ("school.get", "cdsk"),
    ("school.create", "cd"),
    ("school.edit", "cd"),
    ("school.setYear", "cd"),
    ("grade.list", "cdsk"),
    ("grade.matrix", "cdsk"),
    ("grade.previewLadder", "cd"),
    ("grade.createLadder", "cd"),
    ("class.list", "cdsk"),
    ("class.create", "cds"),
    ("class.edit", "cds"),
    ("class.renumber", "cds"),
    ("class.close", "cds"),
    ("class.reopen", "cds"),
    ("class.delete", "cds"),
    ("import.guide", "cds"),
    ("import.template", "cds"),
    ("import.preview", "cds"),
    ("import.show", "cds"),
    ("import.rows", "cds"),
    ("import.nextProblem", "cds"),
    ("import.open", "cds"),
    ("import.edit", "cds"),
    ("import.replace", "cds"),
    ("import.acceptSuggestions", "cds"),
    ("import.undoEdit", "cds"),
    ("import.redoEdit", "cds"),
    ("import.recheck", "cds"),
    ("import.errorWorkbook", "cds"),
    ("import.commit", "cds"),
    ("import.discard", "cds"),
    ("import.doctor", "cds"),
    ("import.held", "cds"),
    ("import.undo", "cds"),
    ("import.list", "cds"),
    ("pupil.list", "cdsk"),
    ("pupil.find", "cdsk"),
    ("pupil.show", "cdsk"),
    ("pupil.reveal", "cds"),
    ("pupil.check", "cds"),
    ("pupil.create", "cds"),
    ("pupil.unfinished", "cds"),
    ("pupil.open", "cds"),
    ("pupil.save", "cds"),
    ("pupil.edit", "cds"),
    ("pupil.export", "cdsk"),
    ("pupil.statistics", "cdsk"),
    ("pupil.submit", "cds"),
    ("photo.preview", "cds"),
    ("photo.items", "cds"),
    ("photo.import", "cds"),
    ("photo.discard", "cds"),
    ("photo.list", "cds"),
    ("photo.check", "cds"),
    ("photo.show", "cds"),
    ("photo.examine", "cds"),
    ("photo.replace", "cds"),
    ("photo.remove", "cds"),
    ("photo.recycled", "cds"),
    ("photo.restore", "cds"),
    ("review.list", "cd"),
    ("review.show", "cd"),
    ("review.approve", "cd"),
    ("review.return", "cd"),
    ("pupil.delete", "cds"),
    ("pupil.restore", "cds"),
    ("registration.create", "cds"),
    ("registration.submit", "cds"),
    ("registration.withdraw", "cds"),
    ("registration.list", "cds"),
    ("transfer.request", "cds"),
    ("transfer.release", "cds"),
    ("transfer.refuse", "cds"),
    ("transfer.withdraw", "cds"),
    ("transfer.list", "cds"),
    ("order.request", "cds"),
    ("order.approve", "cd"),
    ("order.confirm", "k"),
    ("order.withdraw", "k"),
    ("order.return", "cdk"),
    ("order.list", "cdsk"),
    ("order.counts", "cdsk"),
    ("order.totals", "cdsk"),
    ("order.export", "cdsk"),
    ("order.mismatches", "cdk"),
    ("order.correct", "cdk"),
    ("order.submit", "cds"),
    ("order.retry", "k"),
    ("order.deliver", "cdsk"),
    ("order.cancel", "cdsk"),
    ("order.show", "cdsk"),
    ("order.check", "cdsk"),
    ("batch.templates", "cdk"),
    ("batch.saveTemplate", "k"),
    ("batch.deleteTemplate", "k"),
    ("batch.preview", "k"),
    ("batch.create", "k"),
    ("batch.list", "cdk"),
    ("batch.show", "cdk"),
    ("batch.lines", "cdk"),
    ("batch.export", "k"),
    ("batch.discard", "k"),
    ("batch.previewReturn", "k"),
    ("batch.return", "k"),
    ("batch.fail", "k"),
    ("batch.close", "k"),
    ("card.find", "cdsk"),
    ("card.show", "cdsk"),
    ("card.lose", "k"),
    ("card.restore", "k"),
    ("card.invalidate", "k"),
    ("extension.list", "cdk"),
    ("extension.add", "k"),
    ("extension.template", "k"),
    ("extension.import", "k"),
    ("extension.preview", "cdk"),
    ("extension.clean", "k"),
    ("extension.undo", "k"),
    ("extension.runs", "cdk"),
    ("extension.records", "cdk"),
    ("audit.list", "dskoa"),
    ("audit.export", "dskoa"),
    ("audit.verify", "a"),
    ("audit.purge", "o"),
];

/// Operations whose request names no place, so that there is no foreign one: they are narrowed instead,
/// which the tests of their nouns show.
const NARROWED: &[&str] = &[
    "account.list",
    "home.summary",
    "district.list",
    "pupil.find",
    "district.create",
    "district.rename",
    "import.preview",
    "audit.purge",
    "card.find",
    "extension.undo",
    "extension.records",
];

/// Things of one district that requests name.
struct Things {
    district: String,
    school: String,
    grade: String,
    class: Value,
    import: String,
    pupil: String,
    order: String,
    photo_batch: String,
    photo: String,
    account: String,
    template: String,
    batch: String,
    card: String,
}

async fn things(world: &World, district: &str, school: &str, first: usize) -> Things {
    let test = &world.test;
    let admin = &world.admin;
    let pupil = world.pupils(admin, school, first, 1).await.remove(0);
    let order = {
        test.done(admin, "order.request", json!({ "pupilIds": [pupil] }))
            .await;
        let list = test
            .done(
                admin,
                "order.list",
                json!({ "filter": { "schoolId": school } }),
            )
            .await;
        list["items"][0]["id"].as_str().unwrap().to_owned()
    };
    let bytes =
        ekatong_tests::workbook::new_pupils(&[ekatong_tests::workbook::child(first + 1, 7, 1)]);
    let import = test
        .preview(admin, school, "待核对.xlsx", &bytes)
        .await
        .unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let (template, batch, card) = card_things(world, district, school, first + 2).await;
    let name = format!("{}.jpg", ekatong_tests::workbook::id_number(first, 7));
    let blob = test
        .app
        .stage(Some(admin), &name, &photo(first))
        .await
        .unwrap();
    let request = json!({ "schoolId": school, "blobIds": [blob], "source": "a" });
    let photo_batch = test.done(admin, "photo.preview", request).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    test.done(
        admin,
        "photo.import",
        json!({ "batchId": photo_batch, "take": [] }),
    )
    .await;
    let page = test.done(admin, "pupil.show", json!({ "id": pupil })).await;
    let photo = page["photo"]["id"].as_str().unwrap().to_owned();
    let login = format!("staff{district}");
    let account = test
        .account(
            &login,
            ekatong_core::access::Role::SchoolStaff,
            Some(district),
            Some(school),
        )
        .await
        .to_string();
    Things {
        district: district.to_owned(),
        school: school.to_owned(),
        grade: world.grade(school, 7).await,
        class: world.classes(school).await.remove(2),
        import,
        pupil,
        order,
        photo_batch,
        photo,
        account,
        template,
        batch,
        card,
    }
}

/// A column template, a batch that is not handed over, and a card of another batch.
async fn card_things(
    world: &World,
    district: &str,
    school: &str,
    first: usize,
) -> (String, String, String) {
    use ekatong_core::access::Role;
    let (test, admin) = (&world.test, &world.admin);
    let login = format!("maker{district}");
    test.account(&login, Role::CardOffice, Some(district), None)
        .await;
    let maker = test.sign_in(&login).await;
    let list = test
        .done(&maker, "batch.templates", json!({ "district": district }))
        .await;
    let save =
        json!({ "district": district, "name": "本区", "content": list["items"][0]["content"] });
    let template = test.done(&maker, "batch.saveTemplate", save).await["id"].clone();
    let mut batches = Vec::new();
    for n in [first, first + 1] {
        let pupils = world.pupils(admin, school, n, 1).await;
        world.photos(school, n, 1).await;
        test.done(admin, "order.request", json!({ "pupilIds": pupils }))
            .await;
        let text = ekatong_tests::workbook::id_number(n, 7);
        let filter = json!({ "filter": { "schoolId": school, "text": text } });
        test.done(admin, "order.approve", filter.clone()).await;
        test.done(&maker, "order.confirm", filter.clone()).await;
        let made = test.done(&maker, "batch.create", filter).await;
        batches.push(made["batch"]["id"].clone());
    }
    test.done(&maker, "batch.export", json!({ "id": batches[1] }))
        .await;
    let lines = test
        .done(&maker, "batch.lines", json!({ "id": batches[1] }))
        .await;
    let number = format!("E{district}");
    let rows = [
        ["制卡编号", "卡号", "制卡结果"].map(str::to_owned).to_vec(),
        vec![
            lines["items"][0]["lineNo"].as_str().unwrap().to_owned(),
            number.clone(),
            "成功".to_owned(),
        ],
    ];
    let bytes = ekatong_tests::workbook::table("结果", &rows);
    let blob = test
        .app
        .stage(Some(&maker), "r.xlsx", &bytes)
        .await
        .unwrap();
    let file = json!({ "id": batches[1], "blobId": blob, "fileName": "r.xlsx" });
    test.done(&maker, "batch.return", file).await;
    let found = test
        .done(&maker, "card.find", json!({ "number": number }))
        .await;
    let text = |id: &Value| id.as_str().unwrap().to_owned();
    (
        text(&template),
        text(&batches[0]),
        text(&found["items"][0]["id"]),
    )
}

/// A request for a thing; where it would change something, it is one that the operation refuses
/// after permission and place were checked.
fn request(op: &str, t: &Things) -> Value {
    let stale = json!({ "id": t.class["id"], "version": 999 });
    match op {
        "account.create" => {
            json!({ "login": "x", "displayName": "", "password": "", "grants": [{ "role": "school_staff", "schoolId": t.school }] })
        }
        "account.setGrants" => json!({ "id": t.account, "version": 999, "grants": [] }),
        "account.disable" | "account.enable" | "account.unlock" => json!({ "id": t.account }),
        "account.reset" => json!({ "id": t.account, "password": "short" }),
        "setting.list" => json!({ "district": t.district }),
        "setting.set" => {
            json!({ "district": t.district, "key": "import.row_limit", "value": "none" })
        }
        "account.list" | "home.summary" | "district.list" | "audit.purge" => json!({}),
        "district.create" | "district.rename" => json!({ "code": "1", "name": "" }),
        "school.list" | "grade.matrix" => json!({ "district": t.district }),
        "school.get" => json!({ "id": t.school }),
        "school.create" => json!({ "district": t.district, "code": "", "name": "", "kind": "" }),
        "school.edit" => json!({ "id": t.school, "version": 999 }),
        "school.setYear" => json!({ "id": t.school, "version": 999, "schoolYear": "2026-2027" }),
        "grade.list" | "import.guide" | "import.template" | "class.list" => {
            json!({ "schoolId": t.school })
        }
        "grade.previewLadder" | "grade.createLadder" => json!({ "schoolIds": [t.school] }),
        "class.create" => json!({ "gradeId": t.grade, "numbers": [] }),
        "class.edit" | "class.close" | "class.reopen" | "class.delete" => stale,
        "class.renumber" => json!({ "id": t.class["id"], "version": 999, "number": 5 }),
        "import.preview" => {
            json!({ "schoolId": t.school, "blobId": t.import, "fileName": "a.xlsx" })
        }
        "import.show"
        | "import.open"
        | "import.discard"
        | "import.doctor"
        | "import.held"
        | "import.undo"
        | "import.undoEdit"
        | "import.redoEdit"
        | "import.recheck"
        | "import.errorWorkbook" => {
            json!({ "importId": t.import })
        }
        "import.edit" => {
            json!({ "importId": t.import, "edits": [{ "row": 1, "column": "none", "value": "" }] })
        }
        "import.replace" => {
            json!({ "importId": t.import, "column": "none", "from": "", "to": "" })
        }
        "import.acceptSuggestions" => json!({ "importId": t.import, "code": "class.unknown" }),
        "import.rows" => json!({ "importId": t.import, "start": 0, "limit": 1 }),
        "import.nextProblem" => json!({ "importId": t.import, "afterRow": 0 }),
        "import.commit" => json!({ "importId": t.import, "mode": "all" }),
        "import.list" => json!({ "schoolId": t.school }),
        "photo.preview" => json!({ "schoolId": t.school, "blobIds": [], "source": "" }),
        "photo.items" => json!({ "batchId": t.photo_batch }),
        "photo.import" => json!({ "batchId": t.photo_batch, "take": [999] }),
        "photo.discard" => json!({ "batchId": t.photo_batch }),
        "photo.list" | "photo.check" | "photo.recycled" => json!({ "schoolId": t.school }),
        "photo.show" | "photo.restore" => json!({ "id": t.photo }),
        "photo.examine" => json!({ "schoolId": t.school, "blobId": t.import }),
        "photo.replace" => json!({ "pupilId": t.pupil, "blobId": t.import }),
        "photo.remove" => json!({ "pupilId": t.pupil, "reason": " " }),
        "pupil.list" => json!({ "schoolId": t.school }),
        "pupil.find" => json!({ "idNumber": "abc" }),
        "pupil.show" => json!({ "id": t.pupil }),
        "pupil.reveal" => json!({ "id": t.pupil, "fields": [], "reason": "" }),
        "pupil.check" | "pupil.create" => json!({ "schoolId": t.school, "form": {} }),
        "pupil.unfinished" => json!({ "schoolId": t.school, "state": "draft" }),
        "pupil.open" => json!({ "id": t.pupil }),
        "pupil.save" => json!({ "id": t.pupil, "version": 999, "form": {} }),
        "pupil.edit" => json!({ "id": t.pupil, "version": 999, "reason": "" }),
        "pupil.export" => json!({ "filter": { "schoolId": t.school } }),
        "pupil.statistics" => json!({ "schoolId": t.school }),
        "pupil.submit" => json!({ "schoolId": t.school, "ids": [] }),
        "review.list" => json!({ "filter": { "schoolId": t.school } }),
        "review.show" => json!({ "id": t.pupil }),
        "review.approve" => json!({ "items": [{ "id": t.pupil, "version": 999 }] }),
        "review.return" => json!({ "items": [{ "id": t.pupil }], "reason": " " }),
        "pupil.delete" => json!({ "ids": [t.pupil], "reason": " " }),
        "pupil.restore" => json!({ "id": t.pupil }),
        "registration.create" => {
            json!({ "schoolId": t.school, "name": "", "paperNumber": "", "grade": 7, "classNumber": 1 })
        }
        "registration.submit" | "registration.withdraw" => {
            json!({ "schoolId": t.school, "ids": [] })
        }
        "registration.list" | "transfer.list" => json!({ "schoolId": t.school }),
        "transfer.request" => {
            json!({ "schoolId": t.school, "paperNumber": "", "grade": 7, "classNumber": 1, "reason": " " })
        }
        "transfer.release" => json!({ "fromSchoolId": t.school, "id": t.pupil }),
        "transfer.refuse" => json!({ "fromSchoolId": t.school, "id": t.pupil, "reason": " " }),
        "transfer.withdraw" => json!({ "schoolId": t.school, "id": t.pupil }),
        "order.request" => json!({ "pupilIds": [t.pupil], "kind": "none" }),
        "order.approve" | "order.confirm" => json!({ "ids": [t.order] }),
        "order.withdraw" | "order.return" => json!({ "ids": [t.order], "reason": " " }),
        "order.totals" => json!({ "schoolId": t.school }),
        "order.list" | "order.counts" | "order.export" => {
            json!({ "filter": { "schoolId": t.school } })
        }
        "order.submit" | "order.retry" | "order.deliver" | "order.check" => {
            json!({ "ids": [t.order] })
        }
        "order.cancel" => json!({ "ids": [t.order], "reason": " " }),
        "order.mismatches" => json!({ "schoolId": t.school }),
        "order.correct" => json!({ "ids": [t.order], "reason": "核对" }),
        "order.show" => json!({ "id": t.order }),
        "batch.templates" => json!({ "district": t.district }),
        "batch.saveTemplate" => {
            json!({ "district": t.district, "name": "", "content": {
                "format": "", "encoding": "", "columns": [], "result": { "cardNo": "" } } })
        }
        "batch.deleteTemplate" => json!({ "id": t.template }),
        "batch.preview" | "batch.create" => json!({ "ids": [t.order], "template": "none" }),
        "batch.list" => json!({ "district": t.district }),
        "batch.show" | "batch.lines" | "batch.close" => json!({ "id": t.batch }),
        // A batch that is handed over stays as it is for whoever comes next.
        "batch.export" => json!({ "id": t.batch }),
        "batch.discard" => json!({ "id": t.batch, "reason": " " }),
        "batch.fail" => json!({ "id": t.batch, "numbers": [], "reason": " " }),
        "batch.previewReturn" | "batch.return" => {
            json!({ "id": t.batch, "blobId": t.import, "fileName": "a.xlsx" })
        }
        "card.find" => json!({ "number": "卡" }),
        "card.show" | "card.restore" => json!({ "id": t.card }),
        "card.lose" | "card.invalidate" => json!({ "id": t.card, "reason": " " }),
        "extension.list" | "extension.runs" | "extension.preview" | "extension.template" => {
            json!({ "district": t.district })
        }
        "extension.add" => json!({ "pupilIds": [t.pupil], "reason": " " }),
        "extension.import" => {
            json!({ "district": t.district, "blobId": t.import, "fileName": "a.xlsx" })
        }
        "extension.clean" => json!({ "district": t.district, "date": "none" }),
        "extension.undo" => json!({ "runId": t.import }),
        "extension.records" => json!({ "number": "04A1" }),
        "audit.list" | "audit.export" | "audit.verify" => json!({ "district": t.district }),
        other => panic!("no request for {other}: add one here"),
    }
}

fn forbidden(answer: &Result<Value, OpError>) -> bool {
    answer
        .as_ref()
        .is_err_and(|error| error.has(ekatong_core::error::Code::Forbidden))
}

both_engines! {
    async fn every_operation_for_every_role_and_scope(engine: Engine) {
        let world = World::new(engine).await;
        let own = things(&world, "320508", &world.junior, 0).await;
        let foreign = things(&world, "320505", &world.foreign, 10).await;
        let mut tokens = Vec::new();
        for login in ROLES {
            tokens.push(world.test.sign_in(login).await);
        }
        for operation in OPERATIONS {
            if matches!(operation.kind, Kind::Public | Kind::SelfService) {
                continue;
            }
            let (_, may) = MAY.iter().find(|(name, _)| *name == operation.name)
                .unwrap_or_else(|| panic!("{} is not in the test's table", operation.name));
            let stranger = world.test.call(None, operation.name, request(operation.name, &own)).await;
            assert!(stranger.is_err_and(|e| e.has(ekatong_core::error::Code::SessionRequired)), "{} for a stranger", operation.name);
            for (login, token) in ROLES.iter().zip(&tokens) {
                let letter = match *login { "admin" => 'c', "card" => 'k', other => other.chars().next().unwrap() };
                let allowed = may.contains(letter);
                let answer = world.test.call(Some(token), operation.name, request(operation.name, &own)).await;
                assert_eq!(!forbidden(&answer), allowed, "{} by {login} in own scope: {answer:?}", operation.name);
                if NARROWED.contains(&operation.name) {
                    continue;
                }
                let answer = world.test.call(Some(token), operation.name, request(operation.name, &foreign)).await;
                let everywhere = matches!(*login, "admin" | "operator") ;
                // One's own actions may be filtered by any district; they stay one's own.
                let own_actions = matches!(*login, "school" | "card") && matches!(operation.name, "audit.list" | "audit.export");
                assert_eq!(!forbidden(&answer), allowed && (everywhere || own_actions), "{} by {login} in a foreign scope: {answer:?}", operation.name);
            }
        }
    }
}

#[test]
fn the_table_names_no_operation_that_is_gone() {
    for (name, _) in MAY {
        assert!(ekatong_core::registry::find(name).is_some(), "{name}");
    }
}
