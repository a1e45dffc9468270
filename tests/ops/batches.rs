//! Production batches, result files and cards (CARD-1, CARD-4, CARD-5, CARD-7).

use std::io::Read as _;

use ekatong_core::access::Role;
use ekatong_core::id::PupilId;
use ekatong_core::ports::SealedAt;
use ekatong_tests::app::{START, World};
use ekatong_tests::{both_engines, workbook};
use serde_json::{Value, json};

const DAY: i64 = 86_400_000;

/// Headings of the shipped template's result file.
const RESULT: [&str; 8] = [
    "制卡编号",
    "姓名",
    "卡号",
    "卡序列号",
    "市民卡卡号",
    "制卡结果",
    "失败原因",
    "有效期至",
];

fn items(list: &Value) -> Vec<Value> {
    list["items"].as_array().unwrap().clone()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// A world whose card office is signed in, with confirmed orders of so many children.
struct Office {
    world: World,
    card: String,
}

impl Office {
    async fn new(engine: ekatong_store::Engine) -> Self {
        let world = World::new(engine).await;
        let card = world.test.sign_in("card").await;
        Self { world, card }
    }

    /// Ids of confirmed orders, in the order of the pupils.
    async fn confirmed(&self, first: usize, count: usize) -> Vec<String> {
        let world = &self.world;
        let pupils = world
            .pupils(&world.admin, &world.junior, first, count)
            .await;
        world.photos(&world.junior, first, count).await;
        self.confirm(&json!({ "pupilIds": pupils })).await
    }

    /// Requests, approves and confirms; the ids of the orders.
    async fn confirm(&self, request: &Value) -> Vec<String> {
        let (test, admin) = (&self.world.test, &self.world.admin);
        test.done(admin, "order.request", request.clone()).await;
        let list = json!({ "filter": { "state": "requested" }, "limit": 500 });
        let ids: Vec<String> = items(&test.done(admin, "order.list", list).await)
            .iter()
            .map(|order| text(&order["id"]))
            .collect();
        test.done(admin, "order.approve", json!({ "ids": ids }))
            .await;
        test.done(&self.card, "order.confirm", json!({ "ids": ids }))
            .await;
        ids
    }

    async fn create(&self, ids: &[String]) -> Value {
        let answer = self
            .world
            .test
            .done(&self.card, "batch.create", json!({ "ids": ids }))
            .await;
        answer["batch"].clone()
    }

    /// Name and bytes of the batch's package.
    async fn export(&self, batch: &Value) -> (String, Vec<u8>) {
        let answer = self
            .world
            .test
            .done(&self.card, "batch.export", json!({ "id": batch["id"] }))
            .await;
        let blob = serde_json::from_value(answer["blobId"].clone()).unwrap();
        self.world
            .test
            .app
            .fetch(Some(&self.card), blob)
            .await
            .unwrap()
    }

    async fn lines(&self, batch: &Value) -> Vec<Value> {
        let request = json!({ "id": batch["id"], "limit": 500 });
        items(
            &self
                .world
                .test
                .done(&self.card, "batch.lines", request)
                .await,
        )
    }

    async fn order(&self, id: &str) -> Value {
        self.world
            .test
            .done(&self.world.admin, "order.show", json!({ "id": id }))
            .await
    }

    /// Runs one of the two operations on a result file.
    async fn result(
        &self,
        batch: &Value,
        op: &str,
        rows: &[[String; 8]],
        mode: Option<&str>,
    ) -> Result<Value, ekatong_core::error::OpError> {
        let mut all: Vec<Vec<String>> = vec![RESULT.map(str::to_owned).to_vec()];
        all.extend(rows.iter().map(|row| row.to_vec()));
        let bytes = workbook::table("结果", &all);
        let test = &self.world.test;
        let blob = test
            .app
            .stage(Some(&self.card), "结果.xlsx", &bytes)
            .await
            .unwrap();
        let mut request = json!({ "id": batch["id"], "blobId": blob, "fileName": "结果.xlsx" });
        if let Some(mode) = mode {
            request["mode"] = json!(mode);
        }
        test.call(Some(&self.card), op, request).await
    }
}

fn made(line: &Value, card: &str, serial: &str) -> [String; 8] {
    [
        text(&line["lineNo"]),
        text(&line["pupilName"]),
        card.to_owned(),
        serial.to_owned(),
        format!("2150{card}"),
        "成功".to_owned(),
        String::new(),
        "2027-08-31".to_owned(),
    ]
}

fn failed(line: &Value, reason: &str) -> [String; 8] {
    let mut row = made(line, "", "");
    row[4] = String::new();
    row[5] = "失败".to_owned();
    row[6] = reason.to_owned();
    row[7] = String::new();
    row
}

/// Files of a package by name.
fn unpacked(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|at| {
            let mut file = archive.by_index(at).unwrap();
            let mut content = Vec::new();
            file.read_to_end(&mut content).unwrap();
            (file.name().unwrap().into_owned(), content)
        })
        .collect()
}

/// The production file of a package.
fn sheet(files: &[(String, Vec<u8>)]) -> &(String, Vec<u8>) {
    files
        .iter()
        .find(|(name, _)| name.starts_with("320508-"))
        .unwrap()
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    hex::encode(sha2::Sha256::digest(bytes))
}

both_engines! {
    async fn a_batch_from_confirmed_orders_to_cards(engine: Engine) {
        let office = Office::new(engine).await;
        let (test, card) = (&office.world.test, &office.card);
        let orders = office.confirmed(0, 4).await;
        let preview = test.done(card, "batch.preview", json!({ "filter": { "confirmedFrom": "2026-09-01" } })).await;
        assert_eq!((preview["ready"].as_i64(), preview["leftOut"].as_i64()), (Some(4), Some(0)));
        let shown = preview["rows"].to_string();
        assert!(shown.contains("********") && !shown.contains(&workbook::id_number(0, 7)), "masked: {shown}");
        let batch = office.create(&orders).await;
        assert_eq!(batch["batchNo"], "320508-20260901-01");
        assert_eq!((batch["ordered"].as_i64(), batch["missing"].as_i64(), batch["state"].as_str()), (Some(4), Some(4), Some("open")));
        for order in &orders {
            let page = office.order(order).await;
            assert_eq!((page["order"]["state"].as_str(), page["order"]["batchNo"].as_str()), (Some("in_production"), Some("320508-20260901-01")));
        }

        // The package holds what its manifest says, and is the same for ever.
        let (name, bytes) = office.export(&batch).await;
        assert_eq!(name, "320508-20260901-01.zip");
        let files = unpacked(&bytes);
        let manifest: Value = serde_json::from_slice(&files.iter().find(|(name, _)| name == "manifest.json").unwrap().1).unwrap();
        assert_eq!((&manifest["orders"], &manifest["photos"]), (&json!(4), &json!(4)));
        for file in manifest["files"].as_array().unwrap() {
            let (_, content) = files.iter().find(|(name, _)| file["name"] == name.as_str()).unwrap();
            assert_eq!(file["bytes"], content.len());
            assert_eq!(file["sha256"], sha256(content));
        }
        // A photo for each row, by the number that the row bears.
        for n in 0..4 {
            let name = format!("照片/{}.JPG", workbook::id_number(n, 7));
            let (_, photo) = files.iter().find(|(file, _)| *file == name).unwrap();
            assert_eq!(image::load_from_memory(photo).unwrap().width(), 358);
        }
        let (name, sheet) = sheet(&files);
        let table = workbook::all_text(sheet.clone(), name);
        assert!(table.contains(&workbook::id_number(0, 7)), "whole numbers: {table}");
        assert!(table.contains("320508-20260901-01-00001"));
        assert_eq!(table.lines().count(), 5);
        test.clock.set(START + 40 * DAY);
        let mut office = office;
        office.card = office.world.test.sign_in("card").await;
        office.world.admin = office.world.test.sign_in("admin").await;
        assert_eq!(office.export(&batch).await.1, bytes, "the same bytes");
        let (test, card) = (&office.world.test, &office.card);
        let shown = test.done(card, "batch.show", json!({ "id": batch["id"] })).await;
        assert_eq!((shown["batch"]["packageSha256"].clone(), shown["batch"]["state"].as_str()), (json!(sha256(&bytes)), Some("handed_over")));
        assert_eq!(test.refused(card, "batch.discard", json!({ "id": batch["id"], "reason": "试" })).await, ["batch.state"]);

        // Three results of four: the ledger does not add up, so it is not closed.
        let lines = office.lines(&batch).await;
        let rows = [made(&lines[0], "E0001", "04a1b2c3"), made(&lines[1], "e0002", "04A1B2C4"), failed(&lines[2], "照片不清")];
        let preview = office.result(&batch, "batch.previewReturn", &rows, None).await.unwrap();
        assert_eq!((preview["made"].as_i64(), preview["failed"].as_i64(), preview["errors"].as_i64(), preview["committed"].as_bool()), (Some(2), Some(1), Some(0), Some(false)));
        assert!(items(&test.done(card, "card.find", json!({ "number": "E0001" })).await).is_empty(), "a preview writes nothing");
        let report = office.result(&batch, "batch.return", &rows, None).await.unwrap();
        assert_eq!((report["batch"]["made"].as_i64(), report["batch"]["failed"].as_i64(), report["batch"]["missing"].as_i64()), (Some(2), Some(1), Some(1)));
        assert_eq!(test.refused(card, "batch.close", json!({ "id": batch["id"] })).await, ["batch.not_settled"]);
        // The same file once more changes nothing.
        let again = office.result(&batch, "batch.return", &rows, None).await.unwrap();
        assert_eq!((again["made"].as_i64(), again["unchanged"].as_i64(), again["batch"]["version"].clone()), (Some(0), Some(3), report["batch"]["version"].clone()));
        assert_eq!(test.done(card, "batch.show", json!({ "id": batch["id"] })).await["results"].as_array().unwrap().len(), 1);
        // What never comes is noted by hand; then every order has its result.
        let missing = test.done(card, "batch.lines", json!({ "id": batch["id"], "result": "waiting" })).await;
        let number = missing["items"][0]["number"].clone();
        assert_eq!(test.refused(card, "batch.fail", json!({ "id": batch["id"], "numbers": [number], "reason": " " })).await, ["reason.required"]);
        assert_eq!(test.refused(card, "batch.fail", json!({ "id": batch["id"], "numbers": [lines[0]["number"]], "reason": "丢失" })).await, ["result.conflict"]);
        assert_eq!(test.refused(card, "batch.fail", json!({ "id": batch["id"], "numbers": [99], "reason": "丢失" })).await, ["result.line_unknown"]);
        test.done(card, "batch.fail", json!({ "id": batch["id"], "numbers": [number], "reason": "邮寄丢失" })).await;
        let closed = test.done(card, "batch.close", json!({ "id": batch["id"] })).await;
        assert_eq!((closed["state"].as_str(), closed["missing"].as_i64()), (Some("closed"), Some(0)));
        assert_eq!(office.result(&batch, "batch.return", &rows, None).await.unwrap_err().problems()[0].code.as_str(), "batch.state");

        // One box for the three numbers, whatever the letters' case.
        for number in ["E0001", "e0001", "04A1b2c3", " 04 a1 b2 c3 ", "2150E0001"] {
            let found = items(&test.done(card, "card.find", json!({ "number": number })).await);
            assert_eq!(found.len(), 1, "{number}");
            assert_eq!((found[0]["cardNo"].as_str(), found[0]["serialNo"].as_str(), found[0]["serialRaw"].as_str()), (Some("E0001"), Some("04A1B2C3"), Some("04a1b2c3")));
        }
        let first = &items(&test.done(card, "card.find", json!({ "number": "E0001" })).await)[0];
        let page = test.done(card, "card.show", json!({ "id": first["id"] })).await;
        assert_eq!(page["extensions"][0]["validUntil"], "2027-08-31");
        assert_eq!(page["orders"][0]["state"], "produced");
        // The failed one goes back to the district's approval and into the next batch.
        let bad = text(&lines[2]["orderId"]);
        let page = office.order(&bad).await;
        assert_eq!((page["order"]["state"].as_str(), page["order"]["reason"].as_str()), (Some("failed"), Some("照片不清")));
        test.done(card, "order.retry", json!({ "ids": [bad] })).await;
        let page = office.order(&bad).await;
        assert_eq!((page["order"]["state"].as_str(), page["order"]["confirmedAt"].as_i64()), (Some("approved"), None));
        test.done(card, "order.confirm", json!({ "ids": [bad] })).await;
        assert_eq!(office.create(std::slice::from_ref(&bad)).await["batchNo"], "320508-20261011-01");
        // Handed out.
        test.done(card, "order.deliver", json!({ "ids": [lines[0]["orderId"]] })).await;
        let page = office.order(&text(&lines[0]["orderId"])).await;
        assert_eq!(page["order"]["state"], "delivered");
        let steps: Vec<&str> = page["events"].as_array().unwrap().iter().map(|e| e["stepName"].as_str().unwrap()).collect();
        assert_eq!(steps, ["申请制卡", "审核通过", "确认制卡", "加入批次", "制卡完成", "发卡"]);
        assert!(page["events"].as_array().unwrap().iter().all(|e| e["by"].is_string() && e["at"].is_i64()), "who and when");
    }

    async fn what_fails_a_check_stays_out_and_is_listed(engine: Engine) {
        let office = Office::new(engine).await;
        let (test, card) = (&office.world.test, &office.card);
        let orders = office.confirmed(0, 5).await;
        let pupils: Vec<String> = {
            let list = test.done(card, "order.list", json!({ "limit": 10 })).await;
            orders.iter().map(|id| text(&items(&list).iter().find(|o| o["id"] == id.as_str()).unwrap()["pupilId"])).collect()
        };
        assert_eq!(test.done(card, "order.check", json!({})).await, json!({ "checked": 5, "faulty": 0, "faults": [] }));
        // As records of an older program, or a hand, would have left them.
        test.execute("UPDATE pupil SET gender = NULL WHERE name LIKE '王%'").await;
        test.execute("UPDATE pupil SET name = '张?' WHERE name LIKE '张%'").await;
        test.execute("UPDATE card_order SET district = '320505' WHERE pupil_id IN (SELECT id FROM pupil WHERE name LIKE '李%')").await;
        let check = test.done(&office.world.admin, "order.check", json!({})).await;
        let mut codes: Vec<(String, String)> = check["faults"].as_array().unwrap().iter().map(|f| (text(&f["code"]), text(&f["mend"]))).collect();
        codes.sort();
        let expected = [("order.gender_missing", "pupil"), ("order.school_district", "order"), ("pupil.name_lost", "pupil")];
        assert_eq!(codes, expected.map(|(code, mend)| (code.to_owned(), mend.to_owned())));
        assert_eq!(check["faulty"], 3);
        // Narrowed by school as every list.
        let school = json!({ "filter": { "schoolId": office.world.foreign } });
        assert_eq!(test.done(&office.world.admin, "order.check", school).await["checked"], 0);
        // Four of the five are of the card office's district; two of these pass.
        let created = test.done(card, "batch.create", json!({ "filter": {} })).await;
        assert_eq!((created["batch"]["ordered"].as_i64(), created["leftOut"].as_i64()), (Some(2), Some(2)));
        let names: Vec<&str> = created["faults"].as_array().unwrap().iter().map(|f| f["pupilName"].as_str().unwrap()).collect();
        assert_eq!(names.len(), 2);
        let left = test.done(card, "order.list", json!({ "filter": { "state": "confirmed" } })).await;
        assert_eq!(items(&left).len(), 2, "they stay confirmed");
        // Nothing but faults: no batch at all.
        assert_eq!(test.refused(card, "batch.create", json!({ "filter": {} })).await[0], "batch.nothing_ready");
        // A fault between the batch and its hand-over takes the order out again.
        let batch = &created["batch"];
        test.execute("UPDATE pupil SET gender = NULL WHERE name LIKE '刘%'").await;
        let exported = test.done(card, "batch.export", json!({ "id": batch["id"] })).await;
        assert_eq!((exported["batch"]["ordered"].as_i64(), exported["faults"].as_array().unwrap().len()), (Some(1), 1));
        let out = text(&exported["faults"][0]["orderId"]);
        let page = office.order(&out).await;
        assert_eq!((page["order"]["state"].as_str(), page["order"]["batchId"].as_str()), (Some("confirmed"), None));
        assert_eq!(page["faults"][0]["code"], "order.gender_missing");
        assert_eq!(pupils.len(), 5);
        // An order that is in a batch is not in a second one.
        let busy = text(&office.lines(batch).await[0]["orderId"]);
        let preview = test.done(card, "batch.preview", json!({ "ids": [busy] })).await;
        assert_eq!((preview["ready"].as_i64(), preview["faults"][0]["code"].as_str()), (Some(0), Some("order.in_batch")));
    }

    async fn a_batch_is_given_up_until_it_is_handed_over(engine: Engine) {
        let office = Office::new(engine).await;
        let (test, card) = (&office.world.test, &office.card);
        let orders = office.confirmed(0, 2).await;
        let batch = office.create(&orders).await;
        assert_eq!(test.refused(card, "batch.discard", json!({ "id": batch["id"], "reason": "" })).await, ["reason.required"]);
        let discarded = test.done(card, "batch.discard", json!({ "id": batch["id"], "reason": "选错了日期" })).await;
        assert_eq!(discarded["state"], "discarded");
        assert_eq!(test.refused(card, "batch.export", json!({ "id": batch["id"] })).await, ["batch.state"]);
        let again = office.create(&orders).await;
        assert_eq!(again["batchNo"], "320508-20260901-02", "a number is used once");
        let list = items(&test.done(card, "batch.list", json!({})).await);
        let states: Vec<&str> = list.iter().map(|b| b["state"].as_str().unwrap()).collect();
        assert_eq!(states, ["open", "discarded"], "newest first");
        assert_eq!(items(&test.done(card, "batch.list", json!({ "state": "open", "limit": 1 })).await).len(), 1);
        assert_eq!(test.refused(card, "batch.list", json!({ "state": "lost" })).await, ["request.invalid"]);
        assert_eq!(test.refused(card, "batch.lines", json!({ "id": batch["id"], "result": "lost" })).await, ["request.invalid"]);
        // Orders of two districts are two batches.
        test.account("cardcity", Role::CardOffice, None, None).await;
        let city = test.sign_in("cardcity").await;
        let office = Office { card: city.clone(), ..office };
        let foreign = office.world.pupils(&office.world.admin, &office.world.foreign, 50, 1).await;
        office.world.photos(&office.world.foreign, 50, 1).await;
        let foreign = office.confirm(&json!({ "pupilIds": foreign })).await;
        let local = office.confirmed(60, 1).await;
        let both = json!({ "ids": [foreign[0], local[0]] });
        assert_eq!(office.world.test.refused(&city, "batch.create", both).await, ["batch.districts"]);
        assert_eq!(office.create(&foreign).await["batchNo"], "320505-20260901-01");
    }

    async fn a_wrong_result_file_names_its_cells_and_writes_nothing(engine: Engine) {
        let office = Office::new(engine).await;
        let (test, card) = (&office.world.test, &office.card);
        let orders = office.confirmed(0, 4).await;
        let batch = office.create(&orders).await;
        let lines = office.lines(&batch).await;
        let early = office.result(&batch, "batch.return", &[made(&lines[0], "E1", "A1")], None).await.unwrap_err();
        assert_eq!(early.problems()[0].code.as_str(), "batch.state", "not handed over yet");
        office.export(&batch).await;
        let mut stranger = made(&lines[1], "E2", "A2");
        stranger[0] = "320508-20260901-09-00001".to_owned();
        let mut misnamed = made(&lines[2], "E3", "A3");
        misnamed[1] = "别人".to_owned();
        let rows = [made(&lines[0], "E1", "A1"), stranger, misnamed, made(&lines[3], "e1", "A4")];
        let preview = office.result(&batch, "batch.previewReturn", &rows, None).await.unwrap();
        let problems: Vec<(String, i64, String, String)> = preview["problems"].as_array().unwrap().iter()
            .map(|p| (text(&p["code"]), p["row"].as_i64().unwrap(), text(&p["column"]), text(&p["sheet"]))).collect();
        let expected = [("result.line_unknown", 3, "A"), ("result.mismatch", 4, "B"), ("card.number_taken", 5, "C"), ("card.number_taken", 5, "E")];
        assert_eq!(problems, expected.map(|(code, row, column)| (code.to_owned(), row, column.to_owned(), "结果".to_owned())));
        assert_eq!(office.result(&batch, "batch.return", &rows, Some("all")).await.unwrap_err().problems()[0].code.as_str(), "result.has_errors");
        assert_eq!(office.result(&batch, "batch.return", &rows, Some("some")).await.unwrap_err().problems()[0].code.as_str(), "request.invalid");
        assert_eq!(office.lines(&batch).await[0]["result"], "waiting", "nothing was written");
        let report = office.result(&batch, "batch.return", &rows, Some("valid")).await.unwrap();
        assert_eq!((report["made"].as_i64(), report["errors"].as_i64(), report["batch"]["missing"].as_i64()), (Some(1), Some(3), Some(3)));
        // A number of another batch's card, and another result for a line that has one.
        let more = office.confirmed(20, 1).await;
        let second = office.create(&more).await;
        office.export(&second).await;
        let line = office.lines(&second).await.remove(0);
        for (card_no, serial) in [("E1", "B1"), ("E9", "a1")] {
            let taken = office.result(&second, "batch.previewReturn", &[made(&line, card_no, serial)], None).await.unwrap();
            assert_eq!(taken["problems"][0]["code"], "card.number_taken", "{card_no} {serial}");
        }
        let other = office.result(&batch, "batch.previewReturn", &[made(&lines[0], "E7", "A1")], None).await.unwrap();
        assert_eq!(other["problems"][0]["code"], "result.conflict");
        // A file without the headings of the template is refused as a whole.
        let bytes = workbook::table("结果", &[vec!["姓名".to_owned(), "卡号".to_owned()], vec!["王".to_owned(), "E1".to_owned()]]);
        let blob = test.app.stage(Some(card), "别的.xlsx", &bytes).await.unwrap();
        let request = json!({ "id": batch["id"], "blobId": blob, "fileName": "别的.xlsx" });
        assert_eq!(test.refused(card, "batch.previewReturn", request).await, ["column.missing"]);
    }

    async fn a_new_card_takes_the_place_of_the_old(engine: Engine) {
        let office = Office::new(engine).await;
        let (test, card) = (&office.world.test, &office.card);
        let staff = test.sign_in("school").await;
        let orders = office.confirmed(0, 1).await;
        let pupil = text(&office.order(&orders[0]).await["order"]["pupilId"]);
        let batch = office.create(&orders).await;
        office.export(&batch).await;
        let line = office.lines(&batch).await.remove(0);
        office.result(&batch, "batch.return", &[made(&line, "E1", "0a")], None).await.unwrap();
        let old = items(&test.done(card, "card.find", json!({ "number": "E1" })).await).remove(0);
        assert_eq!((old["state"].as_str(), old["steps"].clone()), (Some("valid"), json!(["lose", "invalidate"])));

        // A first card is not made twice; another one needs a reason.
        let first = test.done(&staff, "order.request", json!({ "pupilIds": [pupil] })).await;
        assert_eq!((first["done"].as_i64(), first["problems"][0]["code"].as_str()), (Some(0), Some("order.card_valid")));
        let bare = json!({ "pupilIds": [pupil], "kind": "replacement" });
        assert_eq!(test.refused(&staff, "order.request", bare).await, ["reason.required"]);
        let request = json!({ "pupilIds": [pupil], "kind": "replacement", "reason": "书包丢失" });
        let orders = office.confirm(&request).await;
        let page = office.order(&orders[0]).await;
        assert_eq!((page["order"]["kind"].as_str(), page["order"]["requestReason"].as_str(), page["oldCard"]["stateName"].as_str()), (Some("replacement"), Some("书包丢失"), Some("挂失")));
        let batch = office.create(&orders).await;
        let (_, bytes) = office.export(&batch).await;
        let files = unpacked(&bytes);
        let (name, sheet) = sheet(&files);
        let table = workbook::all_text(sheet.clone(), name);
        assert!(table.contains("补办\tE1"), "the file names the old card: {table}");
        let line = office.lines(&batch).await.remove(0);
        office.result(&batch, "batch.return", &[made(&line, "E2", "0b")], None).await.unwrap();
        let state = async |number: &str| text(&items(&test.done(card, "card.find", json!({ "number": number })).await)[0]["state"]);
        assert_eq!((state("E1").await.as_str(), state("E2").await.as_str()), ("replaced", "valid"));

        // Lost, found again, made invalid: by the card office alone, with a reason.
        let new = text(&items(&test.done(card, "card.find", json!({ "number": "e2" })).await)[0]["id"]);
        assert_eq!(test.refused(&staff, "card.lose", json!({ "id": new, "reason": "丢失" })).await, ["forbidden"]);
        assert_eq!(test.refused(card, "card.lose", json!({ "id": new, "reason": "" })).await, ["reason.required"]);
        test.done(card, "card.lose", json!({ "id": new, "reason": "家长电话挂失" })).await;
        assert_eq!(test.done(card, "card.restore", json!({ "id": new })).await["state"], "valid");
        assert_eq!(test.refused(card, "card.restore", json!({ "id": new })).await, ["card.state"]);
        test.done(card, "card.invalidate", json!({ "id": new, "reason": "芯片损坏" })).await;
        assert_eq!(test.refused(card, "card.lose", json!({ "id": new, "reason": "再次" })).await, ["card.state"]);
        let page = test.done(&staff, "card.show", json!({ "id": new })).await;
        let steps: Vec<&str> = page["events"].as_array().unwrap().iter().map(|e| e["stepName"].as_str().unwrap()).collect();
        assert_eq!(steps, ["制成", "挂失", "解除挂失", "作废"]);
        assert_eq!((page["others"][0]["cardNo"].as_str(), page["card"]["steps"].clone()), (Some("E1"), json!([])));
        // A broken card that is invalid already is exchanged, too.
        let exchange = json!({ "pupilIds": [pupil], "kind": "exchange", "reason": "芯片损坏" });
        assert_eq!(test.done(&staff, "order.request", exchange).await["done"], 1);
        // A child whose card is older than the records: only a warning.
        let others = office.world.pupils(&office.world.admin, &office.world.junior, 30, 1).await;
        let unknown = json!({ "pupilIds": others, "kind": "exchange", "reason": "改名" });
        let done = test.done(&staff, "order.request", unknown).await;
        assert_eq!((done["done"].as_i64(), done["problems"][0]["code"].as_str(), done["problems"][0]["severity"].as_str()), (Some(1), Some("order.old_card_unknown"), Some("warning")));
        // Cards of another district are not found, nor shown.
        test.account("cardother", Role::CardOffice, Some("320505"), None).await;
        let other = test.sign_in("cardother").await;
        assert!(items(&test.done(&other, "card.find", json!({ "number": "E1" })).await).is_empty());
        assert_eq!(test.refused(&other, "card.show", json!({ "id": new })).await, ["forbidden"]);
        assert_eq!(test.refused(&other, "card.find", json!({ "number": "卡" })).await, ["card.number_invalid"]);
        assert_eq!(test.refused(card, "card.show", json!({ "id": pupil })).await, ["card.unknown"]);
    }

    async fn extensions_are_found_whatever_case_they_were_written_in(engine: Engine) {
        let office = Office::new(engine).await;
        let (test, card) = (&office.world.test, &office.card);
        let orders = office.confirmed(0, 1).await;
        let batch = office.create(&orders).await;
        office.export(&batch).await;
        let line = office.lines(&batch).await.remove(0);
        let mut row = made(&line, "E1", "04a1B2c3");
        row[7] = String::new();
        office.result(&batch, "batch.return", &[row], None).await.unwrap();
        // Records of other systems, in every case; one of them twice, one of another card.
        let mut uow = test.app.ports().store.write().await.unwrap();
        let by = uow.account_by_login("card").await.unwrap().unwrap().id;
        let record = |raw: &str, on: &str, until: &str| ekatong_core::ports::CardExtensionRecord {
            id: ekatong_core::id::new(),
            serial_no: raw.to_uppercase(),
            serial_raw: raw.to_owned(),
            source: "file".to_owned(),
            extended_on: on.to_owned(),
            valid_until: until.to_owned(),
            note: None,
            recorded_at: START,
            recorded_by: by,
        };
        let records = [
            record("04a1b2c3", "2025-09-01", "2026-08-31"),
            record("04A1B2C3", "2026-09-01", "2027-08-31"),
            record("04A1b2C3", "2024-09-01", "2025-08-31"),
            record("04a1b2c3", "2026-09-01", "2027-08-31"),
            record("04a1b2c4", "2026-09-01", "2027-08-31"),
        ];
        assert_eq!(uow.insert_card_extensions(&records).await.unwrap(), 4);
        uow.commit().await.unwrap();
        let found = items(&test.done(card, "card.find", json!({ "number": "04a1b2C3" })).await).remove(0);
        let page = test.done(card, "card.show", json!({ "id": found["id"] })).await;
        let shown: Vec<(&str, &str)> = page["extensions"].as_array().unwrap().iter()
            .map(|x| (x["serialRaw"].as_str().unwrap(), x["validUntil"].as_str().unwrap())).collect();
        assert_eq!(shown, [("04A1b2C3", "2025-08-31"), ("04a1b2c3", "2026-08-31"), ("04A1B2C3", "2027-08-31")]);
    }

    async fn the_first_page_tells_what_waits_for_the_card_office(engine: Engine) {
        let office = Office::new(engine).await;
        let test = &office.world.test;
        let waits = async |token: &str| {
            let home = test.done(token, "home.summary", json!({})).await;
            let all: Vec<(String, i64)> = home["todos"].as_array().unwrap().iter()
                .map(|todo| (text(&todo["key"]), todo["count"]["count"].as_i64().unwrap())).collect();
            all
        };
        let one = |key: &str, count: i64| vec![(key.to_owned(), count)];
        let orders = office.confirmed(0, 3).await;
        assert_eq!(waits(&office.card).await, one("orders_to_batch", 3));
        let batch = office.create(&orders).await;
        assert_eq!(waits(&office.card).await, one("batches_to_export", 1));
        office.export(&batch).await;
        assert_eq!(waits(&office.card).await, []);
        let overdue = async |token: &str| items(&test.done(token, "batch.list", json!({ "overdue": true })).await).len();
        // Fourteen days by default; to the day it is not overdue yet.
        test.clock.advance(14 * DAY);
        let card = test.sign_in("card").await;
        assert_eq!((waits(&card).await.len(), overdue(&card).await), (0, 0));
        test.clock.advance(1);
        assert_eq!((waits(&card).await, overdue(&card).await), (one("batches_overdue", 1), 1));
        // Each district has its own patience; the city's card office sees all districts'.
        let admin = test.sign_in("admin").await;
        test.account("cardcity", Role::CardOffice, None, None).await;
        let city = test.sign_in("cardcity").await;
        assert_eq!((waits(&city).await, overdue(&city).await), (one("batches_overdue", 1), 1));
        test.done(&admin, "setting.set", json!({ "district": "320508", "key": "batch.overdue_days", "value": "30" })).await;
        assert_eq!((waits(&card).await.len(), overdue(&card).await, overdue(&city).await), (0, 0, 0));
        assert!(waits(&admin).await.iter().all(|(key, _)| !key.starts_with("batches")), "the card office's work");
    }

    async fn a_cards_page_has_every_extension_whoever_told_of_it(engine: Engine) {
        let office = Office::new(engine).await;
        let (test, card) = (&office.world.test, &office.card);
        let orders = office.confirmed(0, 1).await;
        let batch = office.create(&orders).await;
        office.export(&batch).await;
        let line = office.lines(&batch).await.remove(0);
        office.result(&batch, "batch.return", &[made(&line, "e1", "04a1B2c3")], None).await.unwrap();
        // Terminals write any of the three numbers, each as it likes; one is of another card.
        let mut uow = test.app.ports().store.write().await.unwrap();
        let by = uow.account_by_login("card").await.unwrap().unwrap().id;
        let terminal = |raw: &str, days: i64| ekatong_core::ports::TerminalRecord {
            district: "320508".to_owned(),
            card_no: raw.to_uppercase(),
            card_raw: raw.to_owned(),
            extended_at: START + days * DAY,
            terminal: "校门一".to_owned(),
        };
        let records = [terminal("04A1b2C3", -20), terminal("E1", -10), terminal("2150e1", -5), terminal("04a1b2c4", -1)];
        assert_eq!(uow.insert_terminal_records(&records, by, START).await.unwrap(), 4);
        uow.commit().await.unwrap();
        // A temporary one that has run out and left the list, and one in it.
        let pupil = &line["pupilId"];
        let add = |reason: &str, expires: Value| json!({ "pupilIds": [pupil], "reason": reason, "expiresOn": expires });
        test.done(card, "extension.add", add("补卡期间", json!("2026-09-10"))).await;
        test.clock.advance(15 * DAY);
        let card = &test.sign_in("card").await;
        let cleaned = test.done(card, "extension.clean", json!({ "district": "320508" })).await;
        assert_eq!(cleaned["removed"], 1, "{cleaned}");
        test.done(card, "extension.add", add("暑期集训", Value::Null)).await;

        let found = items(&test.done(card, "card.find", json!({ "number": "04a1b2C3" })).await).remove(0);
        let page = test.done(card, "card.show", json!({ "id": found["id"] })).await;
        let shown: Vec<(&str, Option<&str>, &str)> = page["extensions"].as_array().unwrap().iter()
            .map(|x| (x["originName"].as_str().unwrap(), x["serialRaw"].as_str(), x["extendedOn"].as_str().unwrap())).collect();
        assert_eq!(shown, [
            ("终端记录", Some("04A1b2C3"), "2026-08-12"),
            ("终端记录", Some("E1"), "2026-08-22"),
            ("终端记录", Some("2150e1"), "2026-08-27"),
            ("制卡结果", Some("04a1B2c3"), "2026-09-01"),
            ("临时增效", shown[4].1, "2026-09-01"),
            ("临时增效", shown[5].1, "2026-09-16"),
        ]);
        let notes: Vec<Option<&str>> = page["extensions"].as_array().unwrap().iter().map(|x| x["note"].as_str()).collect();
        assert_eq!(notes[0], Some("校门一"));
        assert_eq!((notes[4], notes[5]), (Some("补卡期间；2026-09-16 移出：到期"), Some("暑期集训")));
        assert_eq!(page["extensions"][4]["validUntil"], "2026-09-09", "it left on the tenth");
    }

    async fn templates_are_data_of_the_district(engine: Engine) {
        let office = Office::new(engine).await;
        let (test, card) = (&office.world.test, &office.card);
        let list = test.done(card, "batch.templates", json!({ "district": "320508" })).await;
        let names: Vec<&str> = list["items"].as_array().unwrap().iter().map(|t| t["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["工作簿样式", "文本样式（国标编码）"]);
        let mut content = list["items"][1]["content"].clone();
        content["columns"][0]["heading"] = json!(" ");
        let bad = json!({ "district": "320508", "name": "", "content": content });
        assert_eq!(test.refused(card, "batch.saveTemplate", bad).await, ["template.invalid", "template.invalid"]);
        content["columns"][0]["heading"] = json!("批号");
        let save = |id: &Value, version: &Value, name: &str| json!({ "district": "320508", "id": id, "version": version, "name": name, "content": content });
        let saved = test.done(card, "batch.saveTemplate", save(&Value::Null, &Value::Null, "苏州制卡厂")).await;
        assert_eq!(test.refused(card, "batch.saveTemplate", save(&Value::Null, &Value::Null, "苏州制卡厂")).await, ["template.name_taken"]);
        assert_eq!(test.refused(card, "batch.saveTemplate", save(&saved["id"], &json!(9), "苏州制卡厂")).await, ["version.conflict"]);
        let saved = test.done(card, "batch.saveTemplate", save(&saved["id"], &saved["version"], "制卡厂")).await;
        assert_eq!(saved["version"], 2);

        // Text in the national encoding; too little of it is not handed over.
        let few = office.confirmed(0, 2).await;
        let batch = test.done(card, "batch.create", json!({ "ids": few, "template": "制卡厂" })).await["batch"].clone();
        assert_eq!(test.refused(card, "batch.export", json!({ "id": batch["id"] })).await, ["batch.file_small"]);
        test.done(card, "batch.discard", json!({ "id": batch["id"], "reason": "太少" })).await;
        office.confirmed(10, 20).await;
        let batch = test.done(card, "batch.create", json!({ "filter": {}, "template": "制卡厂" })).await["batch"].clone();
        assert_eq!(batch["ordered"], 22);
        // The batch keeps its template, whatever becomes of it.
        test.done(card, "batch.deleteTemplate", json!({ "id": saved["id"] })).await;
        assert_eq!(test.refused(card, "batch.deleteTemplate", json!({ "id": saved["id"] })).await, ["template.unknown"]);
        assert_eq!(test.refused(card, "batch.preview", json!({ "filter": {}, "template": "制卡厂" })).await, ["selection.empty"]);
        let (_, bytes) = office.export(&batch).await;
        let files = unpacked(&bytes);
        let (name, csv) = sheet(&files);
        assert!(name.ends_with(".csv"));
        assert!(files.iter().all(|(name, _)| !name.starts_with("照片")), "one file, as the template says");
        assert!(std::str::from_utf8(csv).is_err(), "GB18030");
        let table = workbook::all_text(csv.clone(), name);
        assert!(table.starts_with("批号\t序号\t证件号码"), "{table}");
        // Its result file tells orders by their papers.
        let mut rows = vec![["证件号码", "姓名", "卡号", "芯片号", "市民卡卡号", "结果代码", "备注"].map(str::to_owned).to_vec()];
        let lines = office.lines(&batch).await;
        let numbers: Vec<usize> = (0..2).chain(10..30).collect();
        for n in &numbers {
            let child = workbook::child(*n, 7, 1);
            rows.push(vec![child[3].to_lowercase(), child[0].clone(), format!("E{n}"), format!("c{n}"), String::new(), "0".to_owned(), String::new()]);
        }
        let blob = test.app.stage(Some(card), "r.xlsx", &workbook::table("r", &rows)).await.unwrap();
        let report = test.done(card, "batch.return", json!({ "id": batch["id"], "blobId": blob, "fileName": "r.xlsx" })).await;
        assert_eq!((report["made"].as_i64(), report["batch"]["missing"].as_i64(), lines.len()), (Some(22), Some(0), 22));
        test.done(card, "batch.close", json!({ "id": batch["id"] })).await;
    }

    async fn a_code_table_or_a_field_that_says_nothing_keeps_an_order_out(engine: Engine) {
        let office = Office::new(engine).await;
        let (test, card) = (&office.world.test, &office.card);
        let orders = office.confirmed(0, 1).await;
        let list = test.done(card, "batch.templates", json!({ "district": "320508" })).await;
        let mut content = list["items"][0]["content"].clone();
        content["columns"][3]["codes"] = json!([{ "from": "其他", "to": "9" }]);
        content["columns"].as_array_mut().unwrap().push(json!({ "heading": "国籍", "source": "nationality" }));
        test.done(card, "batch.saveTemplate", json!({ "district": "320508", "name": "严", "content": content })).await;
        let preview = test.done(card, "batch.preview", json!({ "ids": orders })).await;
        assert_eq!(preview["templateName"], "严", "the district's own comes first");
        let faults: Vec<(&str, &str)> = preview["faults"].as_array().unwrap().iter().map(|f| (f["code"].as_str().unwrap(), f["mend"].as_str().unwrap())).collect();
        assert_eq!(faults, [("batch.code_missing", "template"), ("batch.field_empty", "pupil")]);
        let sample = test.done(card, "batch.preview", json!({ "ids": orders, "template": "工作簿样式" })).await;
        assert_eq!(sample["ready"], 1);
        assert_eq!(test.refused(card, "batch.preview", json!({ "ids": orders, "template": "没有" })).await, ["template.unknown"]);
    }

    async fn photos_block_the_export_each_with_its_cause(engine: Engine) {
        let office = Office::new(engine).await;
        let (test, card) = (&office.world.test, &office.card);
        // Asking for the cards only warns, in numbers.
        let pupils = office.world.pupils(&office.world.admin, &office.world.junior, 0, 7).await;
        office.world.photos(&office.world.junior, 0, 6).await;
        let asked = test.done(&office.world.admin, "order.request", json!({ "pupilIds": pupils })).await;
        assert_eq!(asked["done"], 7);
        let warned: Vec<(&str, &str)> = asked["problems"].as_array().unwrap().iter()
            .map(|p| (p["code"].as_str().unwrap(), p["severity"].as_str().unwrap())).collect();
        assert_eq!(warned, [("photo.missing", "warning")]);
        assert!(asked["problems"][0]["message"].as_str().unwrap().starts_with("1 名学生"));
        let list = json!({ "filter": { "state": "requested" }, "limit": 500 });
        let orders = items(&test.done(&office.world.admin, "order.list", list).await);
        let ids: Vec<&Value> = orders.iter().map(|order| &order["id"]).collect();
        test.done(&office.world.admin, "order.approve", json!({ "ids": ids })).await;
        test.done(card, "order.confirm", json!({ "ids": ids })).await;

        // What a disk does to files: one is gone, three are not what they were.
        let whole = ekatong_tests::photos::photo(3);
        let bad: [Option<&[u8]>; 4] = [None, Some(&[7; 1024]), Some(&[7; 5000]), Some(&whole[..4000])];
        let ids: Vec<PupilId> = orders.iter().map(|order| serde_json::from_value(order["pupilId"].clone()).unwrap()).collect();
        let mut uow = test.app.ports().store.read().await.unwrap();
        let photos = uow.current_photos(&ids).await.unwrap();
        uow.rollback().await.unwrap();
        assert_eq!(photos.len(), 6);
        for ((_, photo), bad) in photos.iter().zip(bad) {
            let ports = test.app.ports();
            let at = SealedAt { table: "photo", column: "file", row: photo.address.0 };
            match bad {
                None => ports.photos.delete(&[photo.address]).await.unwrap(),
                Some(bytes) => {
                    let clear = [&0_u32.to_be_bytes()[..], bytes].concat();
                    let sealed = ports.cipher.seal(at, &clear).unwrap();
                    ports.photos.put(vec![(photo.address, sealed)]).await.unwrap();
                }
            }
        }
        let told = |answer: &Value| {
            let mut all: Vec<(String, String)> = answer["faults"].as_array().unwrap().iter().map(|f| (text(&f["code"]), text(&f["mend"]))).collect();
            all.sort();
            all
        };
        let expected = |codes: &[&str]| -> Vec<(String, String)> {
            codes.iter().map(|code| ((*code).to_owned(), "photo".to_owned())).collect()
        };
        // What is seen without opening a photo is told at once …
        let check = test.done(card, "order.check", json!({})).await;
        assert_eq!((told(&check), check["faulty"].as_i64()), (expected(&["photo.lost", "photo.missing"]), Some(2)));
        let created = test.done(card, "batch.create", json!({ "filter": {} })).await;
        assert_eq!((created["batch"]["ordered"].as_i64(), told(&created)), (Some(5), expected(&["photo.lost", "photo.missing"])));
        // … the rest when the package is made: what fails stays out and is listed.
        let exported = test.done(card, "batch.export", json!({ "id": created["batch"]["id"] })).await;
        assert_eq!((exported["batch"]["ordered"].as_i64(), told(&exported)), (Some(2), expected(&["photo.not_image", "photo.too_small", "photo.truncated"])));
        let left = test.done(card, "order.list", json!({ "filter": { "state": "confirmed" } })).await;
        assert_eq!(items(&left).len(), 5, "they stay confirmed");
        let (_, bytes) = office.export(&created["batch"]).await;
        let files = unpacked(&bytes);
        let photos: Vec<&String> = files.iter().map(|(name, _)| name).filter(|name| name.starts_with("照片/")).collect();
        assert_eq!((photos.len(), workbook::all_text(sheet(&files).1.clone(), "a.xlsx").lines().count()), (2, 3), "a photo a row");
        let page = test.done(card, "batch.show", json!({ "id": created["batch"]["id"] })).await;
        let names: Vec<String> = page["files"].as_array().unwrap().iter().map(|f| text(&f["name"])).collect();
        assert_eq!(names, [sheet(&files).0.as_str(), "照片（2 张）"]);
        // A batch of bad photos only is not made at all.
        let again = test.done(card, "batch.create", json!({ "filter": {} })).await;
        let refused = test.refused(card, "batch.export", json!({ "id": again["batch"]["id"] })).await;
        assert_eq!(refused[0], "batch.nothing_ready");
        // Whatever becomes of the photos, the package stays as it was handed over.
        test.execute("DELETE FROM photo").await;
        assert_eq!(office.export(&created["batch"]).await.1, bytes);
    }

    async fn photos_are_named_as_the_template_says(engine: Engine) {
        let office = Office::new(engine).await;
        let (test, card) = (&office.world.test, &office.card);
        let orders = office.confirmed(0, 2).await;
        let list = test.done(card, "batch.templates", json!({ "district": "320508" })).await;
        let mut content = list["items"][0]["content"].clone();
        for photos in ["oldCard", "lineNo"] {
            content["photos"] = json!(photos);
            test.done(card, "batch.saveTemplate", json!({ "district": "320508", "name": photos, "content": content })).await;
        }
        let preview = test.done(card, "batch.preview", json!({ "ids": orders, "template": "oldCard" })).await;
        let faults: Vec<(&str, &str)> = preview["faults"].as_array().unwrap().iter().map(|f| (f["code"].as_str().unwrap(), f["mend"].as_str().unwrap())).collect();
        assert_eq!(faults, [("batch.field_empty", "template"); 2], "a new card replaces none");
        content["photos"] = json!("shoe");
        let bad = json!({ "district": "320508", "name": "照片", "content": content });
        assert_eq!(test.refused(card, "batch.saveTemplate", bad).await, ["template.invalid"]);
        let made = test.done(card, "batch.create", json!({ "ids": orders, "template": "lineNo" })).await;
        let files = unpacked(&office.export(&made["batch"]).await.1);
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).filter(|name| name.starts_with("照片/")).collect();
        assert_eq!(names, ["照片/320508-20260901-01-00001.JPG", "照片/320508-20260901-01-00002.JPG"]);
    }
}
