//! New pupils from Excel (IMP-1 to IMP-6, IMP-8, STU-1).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ekatong_core::dispatch::Call;
use ekatong_core::error::Code;
use ekatong_core::ports::Progress;
use ekatong_tests::app::{START, World};
use ekatong_tests::both_engines;
use ekatong_tests::workbook::{HEADINGS, all_text, child, id_number, new_pupils};
use serde_json::{Value, json};

/// (row, column, code) of every problem that is an error.
fn errors(problems: &[Value]) -> Vec<(i64, String, String)> {
    problems
        .iter()
        .filter(|problem| problem["severity"] == "error")
        .map(|problem| {
            let text = |key: &str| problem[key].as_str().unwrap_or_default().to_owned();
            (
                problem["row"].as_i64().unwrap(),
                text("column"),
                text("code"),
            )
        })
        .collect()
}

both_engines! {
    async fn the_template_prints_the_schools_own_classes(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let staff = test.sign_in("school").await;
        let class = world.classes(&world.junior).await[0].clone();
        test.done(&staff, "class.edit", json!({ "id": class["id"], "version": 1, "nickname": "启航" })).await;
        let file = test.done(&staff, "import.template", json!({ "schoolId": world.junior })).await;
        assert_eq!(file["fileName"], "新生信息导入模板-平江中学.xlsx");
        let blob = serde_json::from_value(file["blobId"].clone()).unwrap();
        let (name, bytes) = test.app.fetch(Some(&staff), blob).await.unwrap();
        let text = all_text(bytes, &name);
        for heading in HEADINGS {
            assert!(text.contains(heading), "{heading}");
        }
        assert!(text.contains("年级填 7，班级填 1") && text.contains("年级填 7，班级填 3") && text.contains("启航"));
        assert!(!text.contains("卡号"), "there is no card-number column");
        let guide = test.done(&staff, "import.guide", json!({ "schoolId": world.junior })).await;
        assert_eq!(guide["rowLimit"], 500);
        assert_eq!(guide["classes"].as_array().unwrap().len(), 3);
    }

    async fn every_error_is_found_in_one_pass_with_its_place(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let staff = test.sign_in("school").await;
        let mut rows: Vec<_> = (0..10).map(|n| child(n, 7, 1 + n % 3)).collect();
        rows[1][3] = "320508201309189917".to_owned();
        rows[2][4] = "七年级".to_owned();
        rows[3][5] = "9".to_owned();
        rows[4][5] = "3班".to_owned();
        rows[5][9] = "12345".to_owned();
        rows[6][0] = "张?明".to_owned();
        rows[7][2] = "护照".to_owned();
        rows[8] = rows[0].clone();
        rows[9][3] = rows[6][3].clone();
        let preview = test.preview(&staff, &world.junior, "新生.xlsx", &new_pupils(&rows)).await.unwrap();
        let import = preview["id"].as_str().unwrap();
        let problems = test.problems(&staff, import).await;
        let mut found = errors(&problems);
        found.sort();
        let at = |row: i64, column: &str, code: &str| (row, column.to_owned(), code.to_owned());
        let mut expected = vec![
            at(3, "D", "paper.check"),
            at(4, "E", "row.grade_invalid"),
            at(5, "F", "class.unknown"),
            at(6, "F", "row.class_invalid"),
            at(7, "J", "phone.invalid"),
            at(8, "A", "pupil.name_lost"),
            at(9, "C", "paper.kind_not_in_bulk"),
            at(10, "D", "row.repeated"),
        ];
        // Row 8 has an error of its own, so that its number need not be compared with row 11's.
        found.retain(|(row, _, code)| !(code == "row.conflict" && (*row == 8 || *row == 11)));
        found.iter_mut().filter(|f| f.2 == "row.repeated").for_each(|f| f.1 = "D".to_owned());
        expected.sort();
        assert_eq!(found, expected, "{problems:#?}");
        for problem in &problems {
            assert_eq!(problem["sheet"], "新生信息");
            let message = problem["message"].as_str().unwrap();
            assert!(!message.contains("320508201309189917") && !message.contains("12345"), "no personal data: {message}");
        }
        let class = problems.iter().find(|p| p["code"] == "class.unknown").unwrap();
        assert_eq!(class["message"], "七年级没有 9 班。现有 1–3 班。");
        let grade = problems.iter().find(|p| p["code"] == "row.grade_invalid").unwrap();
        assert_eq!((grade["heading"].as_str(), grade["suggestion"].as_str()), (Some("年级"), Some("7")));
        let shown = test.done(&staff, "import.show", json!({ "importId": import })).await;
        assert_eq!(shown["summary"]["rows"], 10);
        assert!(shown["groups"].as_array().unwrap().iter().any(|g| g["code"] == "class.unknown" && g["firstRow"] == 5));
        // Nothing is written by a preview.
        assert_eq!(test.done(&staff, "pupil.list", json!({})).await["items"], json!([]));
        // All or nothing …
        let all = json!({ "importId": import, "mode": "all" });
        assert_eq!(test.refused(&staff, "import.commit", all).await, ["import.has_errors"]);
        assert_eq!(test.done(&staff, "pupil.list", json!({})).await["items"], json!([]));
        // … or the valid rows, the others staying in the preview.
        let valid = preview["valid"].as_i64().unwrap();
        let done = test.done(&staff, "import.commit", json!({ "importId": import, "mode": "valid" })).await;
        assert_eq!((done["committed"].as_i64(), done["state"].as_str()), (Some(valid), Some("partly")));
        assert_eq!(test.done(&staff, "pupil.list", json!({})).await["items"].as_array().unwrap().len() as i64, valid);
    }

    async fn saving_and_submitting_have_the_backends_moments(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let staff = test.sign_in("school").await;
        let pupils = world.pupils(&staff, &world.junior, 0, 3).await;
        let list = test.done(&staff, "pupil.list", json!({})).await;
        for pupil in list["items"].as_array().unwrap() {
            assert_eq!((pupil["applicationState"].as_str(), pupil["firstSavedAt"].as_i64()), (Some("draft"), Some(START)));
            assert!(pupil["submittedAt"].is_null());
            assert!(pupil["paperMasked"].as_str().unwrap().ends_with(|c: char| c.is_ascii_alphanumeric()));
        }
        test.clock.set(START + 60_000);
        let done = test.done(&staff, "pupil.submit", json!({ "schoolId": world.junior, "ids": [pupils[0]] })).await;
        assert_eq!(done["done"], 1);
        test.clock.set(START + 90_000);
        let rest = test.done(&staff, "pupil.submit", json!({ "schoolId": world.junior, "grade": 7, "classNumber": 1 })).await;
        assert!(rest["done"].as_i64().unwrap() <= 1);
        let again = test.done(&staff, "pupil.submit", json!({ "schoolId": world.junior, "ids": [pupils[0]] })).await;
        assert_eq!((again["done"].as_i64(), again["problems"][0]["code"].as_str()), (Some(0), Some("application.submitted")));
        let list = test.done(&staff, "pupil.list", json!({ "applicationState": "submitted" })).await;
        let first = list["items"].as_array().unwrap().iter().find(|p| p["id"] == json!(pupils[0])).unwrap();
        assert_eq!((first["firstSavedAt"].as_i64(), first["submittedAt"].as_i64()), (Some(START), Some(START + 60_000)));
    }

    async fn a_commit_with_submit_records_both(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let staff = test.sign_in("school").await;
        let preview = test.preview(&staff, &world.junior, "新生.xlsx", &new_pupils(&[child(0, 7, 1)])).await.unwrap();
        let request = json!({ "importId": preview["id"], "mode": "all", "submit": true });
        let done = test.done(&staff, "import.commit", request.clone()).await;
        assert_eq!((done["committed"].as_i64(), done["submittedAt"].as_i64()), (Some(1), Some(START)));
        // Again: nothing new, the same answer.
        let again = test.done(&staff, "import.commit", request).await;
        assert_eq!(again, done);
        let list = test.done(&staff, "pupil.list", json!({ "importId": preview["id"] })).await;
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
        assert_eq!(list["items"][0]["submittedAt"], START);
    }

    async fn the_same_child_is_never_entered_twice(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let staff = test.sign_in("school").await;
        world.pupils(&staff, &world.junior, 0, 1).await;
        world.pupils(&world.admin, &world.foreign, 50, 1).await;
        let mut rows = [child(0, 7, 2), child(50, 7, 2), child(51, 7, 2)];
        // Told at once, whatever else is wrong with the row.
        rows[0][9] = "12".to_owned();
        let preview = test.preview(&staff, &world.junior, "新生.xlsx", &new_pupils(&rows)).await.unwrap();
        assert_eq!((preview["valid"].as_i64(), preview["duplicates"].as_i64()), (Some(1), Some(2)));
        let problems = test.problems(&staff, preview["id"].as_str().unwrap()).await;
        let message = |row: i64| problems.iter().find(|p| p["row"] == row && p["code"] == "pupil.duplicate").unwrap()["message"].as_str().unwrap();
        assert!(message(2).contains("平江中学 七年级 1 班"), "one's own school is named: {}", message(2));
        assert!(message(3).contains("已在其他学校登记") && !message(3).contains("枫桥"), "a school outside is not");
        let found = test.done(&staff, "pupil.find", json!({ "idNumber": id_number(0, 7) })).await;
        assert_eq!(found["pupil"]["schoolName"], "平江中学");
        let found = test.done(&staff, "pupil.find", json!({ "idNumber": id_number(50, 7) })).await;
        assert_eq!((found["pupil"].is_null(), found["elsewhere"].as_bool()), (true, Some(true)));
    }

    async fn what_changed_since_the_preview_is_reported_and_nothing_is_half_done(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let staff = test.sign_in("school").await;
        let rows: Vec<_> = (0..6).map(|n| child(n, 7, 1 + n % 3)).collect();
        let first = test.preview(&staff, &world.junior, "甲.xlsx", &new_pupils(&rows)).await.unwrap();
        assert_eq!(first["valid"], 6);
        // Meanwhile one child is entered elsewhere, and class 3 is closed.
        world.pupils(&world.admin, &world.foreign, 0, 1).await;
        let class = world.classes(&world.junior).await[2].clone();
        test.done(&staff, "class.close", json!({ "id": class["id"], "version": class["version"] })).await;
        let request = json!({ "importId": first["id"], "mode": "all" });
        assert_eq!(test.refused(&staff, "import.commit", request).await, ["import.has_errors"]);
        assert_eq!(test.done(&staff, "pupil.list", json!({})).await["items"], json!([]));
        let problems = test.problems(&staff, first["id"].as_str().unwrap()).await;
        let mut found = errors(&problems).into_iter().map(|(row, _, code)| (row, code)).collect::<Vec<_>>();
        found.sort();
        let at = |row: i64, code: &str| (row, code.to_owned());
        assert_eq!(found, [at(2, "pupil.duplicate"), at(4, "class.closed"), at(7, "class.closed")]);
        let done = test.done(&staff, "import.commit", json!({ "importId": first["id"], "mode": "valid" })).await;
        assert_eq!(done["committed"], 3);
    }

    async fn fifty_people_commit_the_same_child(engine: Engine) {
        let world = Arc::new(World::new(engine).await);
        let bytes = new_pupils(&[child(0, 7, 1)]);
        let mut imports = Vec::new();
        for _ in 0..50 {
            let preview = world.test.preview(&world.admin, &world.junior, "新生.xlsx", &bytes).await.unwrap();
            assert_eq!(preview["valid"], 1);
            imports.push(preview["id"].clone());
        }
        let mut tasks = Vec::new();
        for import in imports {
            let world = Arc::clone(&world);
            let request = json!({ "importId": import, "mode": "all" });
            tasks.push(tokio::spawn(async move { world.test.call(Some(&world.admin), "import.commit", request).await }));
        }
        let (mut done, mut refused) = (0, 0);
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => done += 1,
                Err(error) if error.has(Code::ImportHasErrors) || error.has(Code::PupilDuplicate) => refused += 1,
                Err(error) => panic!("{error:?}"),
            }
        }
        assert_eq!((done, refused), (1, 49));
        let list = world.test.done(&world.admin, "pupil.list", json!({})).await;
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
    }

    async fn the_row_limit_is_a_setting_of_the_district(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let rows: Vec<_> = (0..501).map(|n| child(n, 7, 1 + n % 3)).collect();
        let bytes = new_pupils(&rows);
        let error = test.preview(&world.admin, &world.junior, "多.xlsx", &bytes).await.unwrap_err();
        assert!(error.has(Code::FileTooManyRows));
        let message = &error.problems()[0].message;
        assert!(message.contains("501") && message.contains("500"), "{message}");
        let district = test.sign_in("district").await;
        test.done(&district, "setting.set", json!({ "key": "import.row_limit", "value": "600", "district": "320508" })).await;
        let preview = test.preview(&world.admin, &world.junior, "多.xlsx", &bytes).await.unwrap();
        assert_eq!(preview["valid"], 501);
        let error = test.preview(&world.admin, &world.foreign, "多.xlsx", &bytes).await.unwrap_err();
        assert!(error.has(Code::FileTooManyRows), "the other district keeps the city's limit");
        for value in ["499", "100001", "many"] {
            let request = json!({ "key": "import.row_limit", "value": value, "district": "320508" });
            assert_eq!(test.refused(&district, "setting.set", request).await, ["setting.invalid"]);
        }
    }

    async fn an_import_is_kept_and_can_be_given_up(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let staff = test.sign_in("school").await;
        let preview = test.preview(&staff, &world.junior, "新生.xlsx", &new_pupils(&[child(0, 7, 1)])).await.unwrap();
        let list = test.done(&staff, "import.list", json!({})).await;
        assert_eq!((list["items"][0]["fileName"].as_str(), list["items"][0]["state"].as_str()), (Some("新生.xlsx"), Some("preview")));
        let gone = test.done(&staff, "import.discard", json!({ "importId": preview["id"] })).await;
        assert_eq!(gone["state"], "discarded");
        let commit = json!({ "importId": preview["id"], "mode": "valid" });
        assert_eq!(test.refused(&staff, "import.commit", commit).await, ["import.closed"]);
        // A file that is refused as a whole leaves nothing behind.
        assert!(test.preview(&staff, &world.junior, "假.xlsx", b"not a workbook").await.is_err());
        assert_eq!(test.done(&staff, "import.list", json!({})).await["items"].as_array().unwrap().len(), 1);
    }

    async fn no_number_stands_in_clear_in_the_database(engine: Engine) {
        let world = World::new(engine).await;
        let staff = world.test.sign_in("school").await;
        let row = child(7, 7, 1);
        world.pupils(&staff, &world.junior, 7, 1).await;
        // Searching and failing leave traces in audit entries and imports, which must hold none either.
        world.test.done(&staff, "pupil.find", json!({ "idNumber": row[3] })).await;
        let _ = world.test.preview(&staff, &world.junior, "新生.xlsx", &new_pupils(std::slice::from_ref(&row))).await;
        if engine == ekatong_store::Engine::Sqlite {
            let mut files = 0;
            for entry in std::fs::read_dir(world.test.folder.path()).unwrap() {
                let bytes = std::fs::read(entry.unwrap().path()).unwrap();
                files += 1;
                for secret in [&row[3], &row[9], &row[6]] {
                    assert!(!bytes.windows(secret.len()).any(|w| w == secret.as_bytes()));
                }
                // The name is there in clear: the test does look into the right files.
            }
            assert!(files >= 2, "the database and its WAL");
        }
    }

    async fn a_merged_cell_in_the_data_refuses_every_row_it_covers(engine: Engine) {
        let world = World::new(engine).await;
        let staff = world.test.sign_in("school").await;
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        let plain = rust_xlsxwriter::Format::new();
        sheet.merge_range(0, 0, 0, 10, "平江中学 2026 级新生", &plain).unwrap();
        for (column, heading) in (0..).zip(HEADINGS) {
            sheet.write_string(2, column, heading).unwrap();
        }
        for (at, row) in (3..).zip((0..4).map(|n| child(n, 7, 1))) {
            for (column, text) in (0..).zip(&row) {
                sheet.write_string(at, column, text).unwrap();
            }
        }
        // The address of rows 5 and 6 is one cell.
        sheet.merge_range(4, 10, 5, 10, "梧桐路 2 号", &plain).unwrap();
        let bytes = book.save_to_buffer().unwrap();
        let preview = world.test.preview(&staff, &world.junior, "合并.xlsx", &bytes).await.unwrap();
        assert_eq!((preview["rows"].as_i64(), preview["headingRow"].as_i64(), preview["valid"].as_i64()), (Some(4), Some(3), Some(2)));
        let problems = world.test.problems(&staff, preview["id"].as_str().unwrap()).await;
        let at = |row: i64| (row, "K".to_owned(), "cell.merged".to_owned());
        assert_eq!(errors(&problems), [at(5), at(6)]);
    }

    async fn workbooks_of_other_programs_are_read(engine: Engine) {
        // Made by tests/fixtures/workbooks/make.py with the program of their name; all hold the same table.
        let world = World::new(engine).await;
        let staff = world.test.sign_in("school").await;
        for name in ["import-openpyxl.xlsx", "import-xlsxwriter.xlsx", "import-libreoffice.xlsx", "import-xlwt.xls"] {
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/workbooks").join(name);
            let bytes = std::fs::read(path).unwrap();
            let preview = world.test.preview(&staff, &world.junior, name, &bytes).await.unwrap();
            assert_eq!((preview["rows"].as_i64(), preview["valid"].as_i64()), (Some(4), Some(2)), "{name}");
            let problems = world.test.problems(&staff, preview["id"].as_str().unwrap()).await;
            let at = |row: i64, column: &str, code: &str| (row, column.to_owned(), code.to_owned());
            assert_eq!(
                errors(&problems),
                [
                    at(3, "D", "paper.precision"),
                    at(4, "E", "row.grade_invalid"),
                    at(4, "F", "row.class_invalid"),
                ],
                "{name}"
            );
        }
    }

    async fn a_csv_keeps_what_excel_would_lose(engine: Engine) {
        // The same table, written in GB18030 by a program that knew no name's last character.
        let world = World::new(engine).await;
        let staff = world.test.sign_in("school").await;
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/workbooks/import.csv");
        let preview = world.test.preview(&staff, &world.junior, "导出.csv", &std::fs::read(path).unwrap()).await.unwrap();
        assert_eq!((preview["sheet"].as_str(), preview["rows"].as_i64()), (Some("导出"), Some(4)));
        let problems = world.test.problems(&staff, preview["id"].as_str().unwrap()).await;
        let at = |row: i64, column: &str, code: &str| (row, column.to_owned(), code.to_owned());
        // Row 3 has the digits that row 2 has: nothing was lost, and the child is there twice.
        assert_eq!(
            errors(&problems),
            [
                at(2, "D", "row.conflict"),
                at(3, "D", "row.conflict"),
                at(4, "E", "row.grade_invalid"),
                at(4, "F", "row.class_invalid"),
            ]
        );
        let lost = problems.iter().find(|p| p["code"] == "pupil.name_lost").unwrap();
        assert_eq!((lost["row"].as_i64(), lost["severity"].as_str()), (Some(2), Some("warning")));
    }

    async fn a_cancelled_preview_leaves_nothing(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        test.done(&world.admin, "setting.set", json!({ "key": "import.row_limit", "value": "5000" })).await;
        let rows: Vec<_> = (0..5000).map(|n| child(n, 7, 1 + n % 3)).collect();
        let blob = test.app.stage(Some(&world.admin), "多.xlsx", &new_pupils(&rows)).await.unwrap();
        let progress = Arc::new(CancelAt { row: 3000, cancelled: AtomicBool::new(false) });
        let mut call = Call::local(
            "import.preview",
            json!({ "schoolId": world.junior, "blobId": blob, "fileName": "多.xlsx" }),
            Some(world.admin.clone()),
        );
        call.progress = Arc::clone(&progress) as Arc<dyn Progress>;
        assert!(test.app.dispatch(call).await.unwrap_err().has(Code::Cancelled));
        assert!(progress.cancelled(), "it was far enough to be cancelled");
        assert_eq!(test.done(&world.admin, "import.list", json!({})).await["items"], json!([]));
    }

    async fn a_reading_that_a_crash_cut_off_is_forgotten(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let bytes = new_pupils(&[child(0, 7, 1)]);
        let preview = test.preview(&world.admin, &world.junior, "甲.xlsx", &bytes).await.unwrap();
        // As a process leaves it that ends while it reads.
        let mut uow = test.app.ports().store.write().await.unwrap();
        let id = serde_json::from_value(preview["id"].clone()).unwrap();
        let mut record = uow.import(id).await.unwrap().unwrap();
        record.state = "reading".to_owned();
        uow.update_import(&record).await.unwrap();
        uow.commit().await.unwrap();
        // The same id goes on with the same file …
        let again = json!({ "schoolId": world.junior, "fileName": "甲.xlsx", "importId": id,
            "blobId": test.app.stage(Some(&world.admin), "甲.xlsx", &bytes).await.unwrap() });
        let again = test.done(&world.admin, "import.preview", again).await;
        assert_eq!((again["state"].as_str(), again["valid"].as_i64()), (Some("preview"), Some(1)));
        // … and refuses another file.
        let other = json!({ "schoolId": world.junior, "fileName": "乙.xlsx", "importId": id,
            "blobId": test.app.stage(Some(&world.admin), "乙.xlsx", &new_pupils(&[child(1, 7, 1)])).await.unwrap() });
        assert_eq!(test.refused(&world.admin, "import.preview", other).await, ["idempotency.mismatch"]);
        // One that nobody goes on with is dropped by a later preview.
        let mut uow = test.app.ports().store.write().await.unwrap();
        let mut record = uow.import(id).await.unwrap().unwrap();
        record.state = "reading".to_owned();
        uow.update_import(&record).await.unwrap();
        uow.commit().await.unwrap();
        test.clock.advance(2 * 60 * 60 * 1000);
        let admin = test.sign_in("admin").await;
        test.preview(&admin, &world.junior, "丙.xlsx", &new_pupils(&[child(2, 7, 1)])).await.unwrap();
        let list = test.done(&admin, "import.list", json!({})).await;
        let names: Vec<&str> = list["items"].as_array().unwrap().iter().map(|i| i["fileName"].as_str().unwrap()).collect();
        assert_eq!(names, ["丙.xlsx"]);
    }
}

both_engines! {
    async fn a_kept_file_is_nobodys_own(engine: Engine) {
        let world = World::new(engine).await;
        let test = &world.test;
        let staff = test.sign_in("school").await;
        let bytes = new_pupils(&[child(0, 7, 1)]);
        let blob = test.app.stage(Some(&staff), "甲.xlsx", &bytes).await.unwrap();
        assert_eq!(test.app.fetch(Some(&staff), blob).await.unwrap().1, bytes);
        let id = uuid::Uuid::now_v7();
        let request = json!({ "schoolId": world.junior, "fileName": "甲.xlsx", "blobId": blob, "importId": id });
        let first = test.done(&staff, "import.preview", request.clone()).await;
        // Whoever staged it may lose the role; the file stays with the import.
        let refused = test.app.fetch(Some(&staff), blob).await.unwrap_err();
        assert_eq!(refused.problems()[0].code.as_str(), "blob.unknown");
        // A call repeated because its answer was lost finds it there, another import does not.
        assert_eq!(test.done(&staff, "import.preview", request.clone()).await["id"], first["id"]);
        let mut other = request;
        other["importId"] = json!(uuid::Uuid::now_v7());
        assert_eq!(test.refused(&staff, "import.preview", other).await, ["blob.unknown"]);
    }
}

/// Progress that cancels at a row.
struct CancelAt {
    row: u64,
    cancelled: AtomicBool,
}

impl Progress for CancelAt {
    fn report(&self, done: u64, _total: u64) {
        if done >= self.row {
            self.cancelled.store(true, Ordering::SeqCst);
        }
    }

    fn cancelled(&self) -> bool {
        self.cancelled.load(Ordering::SeqCst)
    }
}
