//! Imports that people trust: repaired in the grid, repaired in Excel, taken back.

use std::path::{Path, PathBuf};
use std::time::Instant;

use ekatong_tests::window::Window;
use ekatong_tests::workbook::{Child, HEADINGS, child, new_pupils, table, texts};
use serde_json::{Value, json};
use thirtyfour::Key;

use crate::axe;
use crate::world::{Data, World, id, menu};

const GRADE: usize = 4;
const CLASS: usize = 5;
const PHONE: usize = 9;

/// A junior school with the classes 1–3 of grade 7 and its staff `school`; its id.
async fn school(world: &World) -> String {
    let school = world.school("3132000101", "平江中学", "311").await;
    world.classes(&school, 7, &[1, 2, 3]).await;
    let grant = json!({ "role": "school_staff", "district": "320508", "schoolId": school });
    world.account("school", "徐蕾", grant).await;
    school
}

async fn data() -> (Data, tempfile::TempDir) {
    let world = World::new().await;
    school(&world).await;
    (world.close().await, tempfile::tempdir().expect("a folder"))
}

fn children(count: usize) -> Vec<Child> {
    (0..count).map(|n| child(n, 7, 1 + n % 3)).collect()
}

fn file(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("writing a file");
    path
}

/// Chooses a file in 新生导入 and waits for its report.
async fn choose(window: &Window, path: &Path) {
    menu(window, "import-new").await;
    window.upload(&id("import-file"), path).await;
    window.find(&id("import-field")).await;
}

/// Drops a file on the window as the system reports it.
async fn drop_file(window: &Window, path: &Path) {
    let event = json!({
        "target": { "kind": "Any" },
        "event": "tauri://drag-drop",
        "payload": { "paths": [path], "position": { "x": 400, "y": 400 } },
    });
    window
        .invoke("plugin:event|emit_to", event)
        .await
        .expect("dropping a file");
}

async fn press(window: &Window, keys: &[Key]) {
    let keys: String = keys.iter().map(Key::value).collect();
    window.press(&keys).await;
}

async fn text_of(window: &Window, hook: &str) -> String {
    let script = "return document.querySelector(arguments[0])?.innerText ?? ''";
    let text = window.run(script, vec![id(hook).into()]).await;
    text.as_str().unwrap_or_default().to_owned()
}

async fn shows_in(window: &Window, hook: &str, text: &str) {
    window
        .wait_for(format!("{hook} shows {text:?}"), async || {
            text_of(window, hook).await.contains(text)
        })
        .await;
}

async fn counts(window: &Window, which: &str, text: &str) {
    shows_in(window, &format!("import-count-{which}"), text).await;
}

/// Waits until the cursor of the grid is on this cell.
async fn at(window: &Window, row: u32, column: &str) {
    let cell = format!(
        "{} [data-col={column}][aria-selected=true]",
        id(&format!("import-row-{row}"))
    );
    window.find(&cell).await;
}

async fn cell(window: &Window, row: u32, column: &str) -> Value {
    let script = "const cell = document.querySelector(arguments[0]);
        return cell && [cell.textContent, cell.dataset.severity ?? '', cell.dataset.edited ?? ''];";
    let selector = format!("{} [data-col={column}]", id(&format!("import-row-{row}")));
    window.run(script, vec![selector.into()]).await
}

/// Nothing of the page lies outside the window or over something else that is pressed.
async fn in_view(window: &Window, name: &str) {
    let script = "
        const out = [];
        if (document.documentElement.scrollWidth > innerWidth) out.push('the page is wider than the window');
        const boxes = [...document.querySelectorAll('.ek-page button, .ek-page .ant-switch, .ek-page .ant-checkbox-wrapper, .ek-counts > span')]
            .map(e => [e, e.getBoundingClientRect()]).filter(([, r]) => r.width > 0);
        for (const [e, r] of boxes) {
            const scrolls = e.closest('.ek-groups, .ek-cell-panel, .ek-page-scroll, .ek-grid');
            if (r.right > innerWidth + 1 || (!scrolls && r.bottom > innerHeight + 1)) out.push('outside: ' + e.innerText);
            if (e.scrollWidth > e.clientWidth + 2 && e.tagName === 'BUTTON' && e.clientWidth > 0) out.push('cut: ' + e.innerText);
            for (const [f, s] of boxes) {
                if (e === f || e.contains(f) || f.contains(e) || scrolls || f.closest('.ek-groups, .ek-cell-panel')) continue;
                if (r.left < s.right - 1 && s.left < r.right - 1 && r.top < s.bottom - 1 && s.top < r.bottom - 1) out.push('over each other: ' + e.innerText + ' / ' + f.innerText);
            }
        }
        // One scroll bar inside another makes people lose their place.
        const scrolling = [...document.querySelectorAll('.ek-page *')].filter(e => e.scrollHeight > e.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(e).overflowY));
        for (const e of scrolling) if (scrolling.some(f => f !== e && f.contains(e))) out.push('a scroll bar inside another: ' + e.className);
        return out;";
    let found = window.run(script, vec![]).await;
    assert_eq!(found, json!([]), "{name}");
}

/// The page at the three sizes that people have; the smallest is 1366 × 768 at 125 %.
async fn at_all_sizes(window: &Window, name: &str) {
    for (width, height, suffix) in [
        (1093, 614, "-1093"),
        (1366, 768, "-1366"),
        (1920, 1080, "-1920"),
        (1280, 800, ""),
    ] {
        window.resize(width, height).await;
        window
            .wait_for("the page has its new size", async || {
                window.run("return innerWidth", vec![]).await == width
            })
            .await;
        in_view(window, &format!("{name} at {width} × {height}")).await;
        // The handbook shows one size; the others are for whoever looks for what does not fit.
        if suffix.is_empty() || std::env::var_os("EKATONG_SHOTS_ALL").is_some() {
            window.screenshot(&format!("{name}{suffix}")).await;
        }
    }
}

#[tokio::test]
async fn repaired_by_keys_alone() {
    let (data, files) = data().await;
    let mut rows = children(30);
    for row in [2, 3, 4] {
        rows[row][GRADE] = "七年级".to_owned();
    }
    rows[6][CLASS] = "9".to_owned();
    rows[8][PHONE] = "12345".to_owned();
    rows[9][PHONE] = "1391234567".to_owned();
    rows[12] = rows[11].clone();
    rows[12][PHONE] = "13900001111".to_owned();
    let path = file(files.path(), "新生 2026.xlsx", new_pupils(&rows));
    let window = data.window("school").await;
    choose(&window, &path).await;
    counts(&window, "rows", "共 30 行").await;
    counts(&window, "errors", "有错误 8").await;
    // The keys are at the first problem from the beginning.
    at(&window, 4, "E").await;
    axe::check(&window, "repair of an import").await;

    // One suggestion by key, the others of its kind by the button beside the grid.
    press(&window, &[Key::Alt, Key::Enter]).await;
    counts(&window, "errors", "有错误 7").await;
    assert_eq!(cell(&window, 4, "E").await, json!(["7", "", "true"]));
    press(&window, &[Key::F8]).await;
    at(&window, 5, "E").await;
    shows_in(&window, "import-accept-all", "同类全部采用（2 行）").await;
    at_all_sizes(&window, "import-edit").await;
    window.click(&id("import-accept-all")).await;
    counts(&window, "errors", "有错误 5").await;
    // Taken back and done again.
    window.press(&format!("{}z", Key::Control.value())).await;
    counts(&window, "errors", "有错误 7").await;
    window.press(&format!("{}y", Key::Control.value())).await;
    counts(&window, "errors", "有错误 5").await;

    // A class that is not there: typed over; the check is there before the next key.
    press(&window, &[Key::F8]).await;
    at(&window, 8, "F").await;
    window.press("3").await;
    press(&window, &[Key::Enter]).await;
    at(&window, 9, "F").await;
    counts(&window, "errors", "有错误 4").await;
    // F2 goes on in what stands there.
    press(&window, &[Key::F8]).await;
    at(&window, 10, "J").await;
    press(&window, &[Key::F8]).await;
    at(&window, 11, "J").await;
    press(&window, &[Key::F2]).await;
    window.press("8").await;
    press(&window, &[Key::Tab]).await;
    at(&window, 11, "K").await;
    counts(&window, "errors", "有错误 3").await;
    assert_eq!(
        cell(&window, 11, "J").await,
        json!(["13912345678", "", "true"])
    );
    // Esc gives up what was typed.
    press(&window, &[Key::Shift, Key::F8]).await;
    at(&window, 10, "J").await;
    window.press("99").await;
    press(&window, &[Key::Escape]).await;
    assert_eq!(cell(&window, 10, "J").await[0], "12345");

    // With only problems in view the cursor goes to the next of them.
    window.click(&id("import-only-problems")).await;
    window
        .wait_for("only rows with problems are listed", async || {
            let script = "return document.querySelector('[data-testid=import-grid]')?.getAttribute('aria-rowcount')";
            window.run(script, vec![]).await == "5"
        })
        .await;
    window
        .click(&format!("{} [data-col=J]", id("import-row-10")))
        .await;
    window.press("13912345670").await;
    press(&window, &[Key::Enter]).await;
    counts(&window, "errors", "有错误 2").await;
    at(&window, 13, "J").await;

    // Two rows of one child: the number of one of them was wrong.
    let number = rows[29][3].clone();
    let mut other = number[..17].to_owned();
    other.replace_range(14..17, "998");
    let other = ekatong_tests::workbook::with_check_digit(&other);
    press(&window, &[Key::Down]).await;
    press(&window, &[Key::Home]).await;
    for _ in 0..3 {
        press(&window, &[Key::Right]).await;
    }
    at(&window, 14, "D").await;
    window.press(&other).await;
    press(&window, &[Key::Enter]).await;
    counts(&window, "valid", "可导入 30").await;
    counts(&window, "errors", "有错误 0").await;

    // All was kept: the window goes, the repairs stay.
    window.close().await;
    let window = data.window("school").await;
    menu(&window, "imports").await;
    window.click("[data-testid^=import-open-]").await;
    window.find(&id("import-field")).await;
    counts(&window, "valid", "可导入 30").await;
    assert_eq!(cell(&window, 8, "F").await, json!(["3", "", "true"]));
    press(&window, &[Key::Control, Key::Enter]).await;
    window.find(&id("import-result")).await;
    window.shows("已导入 30 名学生").await;
    window.close().await;
}

#[tokio::test]
async fn a_whole_column_and_a_pasted_block() {
    let (data, files) = data().await;
    let mut rows = children(40);
    for row in rows.iter_mut().take(25) {
        row[GRADE] = "初一".to_owned();
    }
    let path = file(files.path(), "新生.xlsx", new_pupils(&rows));
    let window = data.window("school").await;
    choose(&window, &path).await;
    counts(&window, "errors", "有错误 25").await;
    at(&window, 2, "E").await;
    window.click(&id("import-replace")).await;
    shows_in(&window, "import-replace-count", "将修改 25 行").await;
    window.fill(&id("import-replace-to"), "7").await;
    axe::check(&window, "replacing in a column").await;
    press(&window, &[Key::Enter]).await;
    counts(&window, "errors", "有错误 0").await;
    window.shows("已修改 25 格").await;
    // The way back is offered beside it.
    window.click(&id("undo")).await;
    counts(&window, "errors", "有错误 25").await;

    // A block as a spreadsheet copies it.
    window
        .click(&format!("{} [data-col=E]", id("import-row-2")))
        .await;
    let script = "const field = document.querySelector('[data-testid=import-field]');
        const data = new DataTransfer();
        data.setData('text/plain', '7\\t1\\r\\n7\\t2\\r\\n7\\t3\\r\\n');
        field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));";
    window.run(script, vec![]).await;
    counts(&window, "errors", "有错误 22").await;
    assert_eq!(cell(&window, 4, "F").await[0], "3");
    window.press(&format!("{}z", Key::Control.value())).await;
    counts(&window, "errors", "有错误 25").await;
    window.close().await;
}

#[tokio::test]
async fn a_marked_workbook_comes_back() {
    let (data, files) = data().await;
    let mut rows = children(20);
    rows[3][CLASS] = "9".to_owned();
    rows[5][PHONE] = "12".to_owned();
    rows[7][GRADE] = "七年级".to_owned();
    let path = file(files.path(), "新生.xlsx", new_pupils(&rows));
    let window = data.window("school").await;
    choose(&window, &path).await;
    counts(&window, "errors", "有错误 3").await;
    window.click(&id("import-commit")).await;
    window.find(&id("import-result")).await;
    window.shows("已导入 17 名学生").await;
    counts(&window, "errors", "有错误 3").await;
    axe::check(&window, "result of an import with errors").await;
    in_view(&window, "result of an import").await;
    window.click(&id("import-workbook")).await;
    window.shows("已保存到").await;
    let saved = window.saved().join("新生（错误标记）.xlsx");
    let mut sheet = texts(&std::fs::read(&saved).expect("the saved workbook"));
    assert!(
        sheet[4].iter().any(|cell| cell.contains("七年级没有 9 班")),
        "{:?}",
        sheet[4]
    );
    // Two of the three are repaired, and the file is sorted otherwise.
    sheet[4][CLASS] = "2".to_owned();
    sheet[6][PHONE] = "13911112222".to_owned();
    sheet[1..].reverse();
    let repaired = file(files.path(), "改好.xlsx", table("新生信息", &sheet));

    window.click(&id("import-continue")).await;
    window.find(&id("import-field")).await;
    counts(&window, "committed", "已导入 17").await;
    drop_file(&window, &repaired).await;
    shows_in(&window, "import-reread", "更新 2 行").await;
    shows_in(&window, "import-reread", "17 行已导入").await;
    counts(&window, "valid", "可导入 2").await;
    counts(&window, "errors", "有错误 1").await;
    axe::check(&window, "a workbook that came back").await;
    in_view(&window, "a workbook that came back").await;
    window.screenshot("import-reread").await;
    window.click(&id("import-commit")).await;
    window.find(&id("import-result")).await;
    counts(&window, "committed", "已导入 19").await;

    // Once more, from the first page: it leads to the same import and changes nothing.
    window.click(&id("import-again")).await;
    window.find(&id("import-drop")).await;
    drop_file(&window, &repaired).await;
    shows_in(&window, "import-reread", "更新 0 行").await;
    shows_in(&window, "import-reread", "19 行已导入").await;
    // Rows on record are read only, and say so.
    window
        .click(&format!("{} [data-col=A]", id("import-row-2")))
        .await;
    window.press("某").await;
    window.shows("第 2 行已导入，不能在这里修改").await;
    menu(&window, "imports").await;
    window
        .wait_for("there is one import", async || {
            window.find_all("[data-testid^=imports-row-]").await.len() == 1
        })
        .await;
    window.close().await;
}

#[tokio::test]
async fn taken_back_but_for_what_has_moved_on() {
    let world = World::new().await;
    let school = school(&world).await;
    let import = world.pupils(&school, 0, 24).await;
    world
        .done(
            "order.request",
            json!({ "schoolId": school, "grade": 7, "classNumber": 2 }),
        )
        .await;
    let data = world.close().await;
    let files = tempfile::tempdir().expect("a folder");
    let window = data.window("school").await;
    menu(&window, "imports").await;
    window.click(&id(&format!("import-open-{import}"))).await;
    window.find(&id("import-result")).await;
    window.click(&id("import-undo")).await;
    shows_in(&window, "import-undo-free", "将撤销 16 名学生的登记").await;
    shows_in(&window, "import-undo-held", "制卡订单").await;
    axe::check(&window, "taking an import back").await;
    window.screenshot("import-undo").await;
    // The safe answer is under Enter.
    press(&window, &[Key::Enter]).await;
    window
        .wait_for("the dialog is gone", async || {
            window.find_all(&id("import-undo-confirm")).await.is_empty()
        })
        .await;
    counts(&window, "committed", "已导入 24").await;
    window.click(&id("import-undo")).await;
    shows_in(&window, "import-undo-confirm", "撤销 16 名学生").await;
    window.click(&id("import-undo-confirm")).await;
    window.shows("已撤销 16 名学生的导入").await;
    window.shows("保留了 8 名学生").await;
    counts(&window, "undone", "已撤销 16").await;
    axe::check(&window, "an import taken back").await;
    in_view(&window, "an import taken back").await;
    window.click(&id("import-result-rows")).await;
    window
        .find(&format!("{}[data-state=undone]", id("import-row-2")))
        .await;

    // They can be imported again; those that stayed are known.
    let rows = children(24);
    let path = file(files.path(), "新生.xlsx", new_pupils(&rows));
    choose(&window, &path).await;
    counts(&window, "valid", "可导入 16").await;
    counts(&window, "duplicates", "重复 8").await;

    // The history tells all of it.
    menu(&window, "imports").await;
    let listed = async || window.find_all("[data-testid^=imports-row-]").await.len();
    window
        .wait_for("both imports are listed", async || listed().await == 2)
        .await;
    window.shows("已撤销").await;
    axe::check(&window, "history of imports").await;
    in_view(&window, "history of imports").await;
    window.screenshot("import-history").await;
    window.click(&id(&format!("import-detail-{import}"))).await;
    shows_in(&window, "import-detail", "SHA-256").await;
    press(&window, &[Key::Escape]).await;
    crate::world::choose(&window, "imports-state", "已撤销").await;
    window
        .wait_for("one was taken back", async || listed().await == 1)
        .await;
    crate::world::choose(&window, "imports-kind", "批量建班").await;
    window.shows("没有符合条件的导入").await;
    window.close().await;
}

/// A workbook whose 证件号码 are numbers, as a spreadsheet stores what was typed into a plain cell.
fn with_numbers(rows: &[Child]) -> Vec<u8> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("新生信息").unwrap();
    for (column, heading) in (0..).zip(HEADINGS) {
        sheet.write_string(0, column, heading).unwrap();
    }
    for (at, row) in (1..).zip(rows) {
        for (column, text) in (0..).zip(row) {
            match text.parse::<f64>() {
                // Fifteen digits are kept.
                Ok(number) if column == 3 => {
                    sheet.write_number(at, column, (number / 1000.0).floor() * 1000.0)
                }
                _ => sheet.write_string(at, column, text),
            }
            .unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

#[tokio::test]
async fn a_damaged_number_is_picked_and_never_filled_in() {
    let world = World::new().await;
    let school = school(&world).await;
    // Three are on record already, two are not.
    world.pupils(&school, 0, 3).await;
    let data = world.close().await;
    let files = tempfile::tempdir().expect("a folder");
    let mut rows: Vec<Child> = (0..5).map(|n| child(n, 7, 1 + n % 3)).collect();
    for row in &mut rows {
        row[6] = String::new();
    }
    let path = file(files.path(), "新生.xlsx", with_numbers(&rows));
    let window = data.window("school").await;
    choose(&window, &path).await;
    counts(&window, "errors", "有错误 5").await;
    at(&window, 2, "D").await;
    let damaged = cell(&window, 2, "D").await[0].clone();
    window.click(&id("import-doctor")).await;
    let number = rows[0][3].clone();
    shows_in(&window, "import-doctor-2", &number).await;
    shows_in(&window, "import-doctor-2", "平江中学").await;
    axe::check(&window, "a damaged number").await;
    window.screenshot("import-doctor").await;
    // Looking fills nothing in.
    assert_eq!(cell(&window, 2, "D").await[0], damaged);
    window.click(&id("import-doctor-pick-2")).await;
    shows_in(&window, "import-doctor-2", &format!("已填入 {number}")).await;
    assert_eq!(cell(&window, 2, "D").await[0], number.as_str());
    // A child who is on record is told of as one.
    counts(&window, "duplicates", "重复 1").await;
    press(&window, &[Key::Escape]).await;
    window
        .wait_for("the drawer is closed", async || {
            window.find_all(&id("import-doctor-2")).await.is_empty()
        })
        .await;
    window.close().await;
}

#[tokio::test]
async fn classes_from_a_csv_file() {
    let (data, files) = data().await;
    let text = "\u{feff}年级,班级序号,班级昵称,备注\r\n8,1,启航,\r\n8,2,,新校区\r\n7,3,,\r\n";
    let path = file(files.path(), "八年级班级.csv", text);
    let window = data.window("school").await;
    menu(&window, "organisation").await;
    window.click(&id("class-import")).await;
    window.find(&id("import-drop")).await;
    window.shows("批量建班").await;
    axe::check(&window, "classes from a file").await;
    window.click(&id("import-template")).await;
    window.shows("已保存到").await;
    window.upload(&id("import-file"), &path).await;
    window.find(&id("import-field")).await;
    counts(&window, "valid", "可导入 2").await;
    counts(&window, "errors", "有错误 1").await;
    // Class 3 of grade 7 is there already.
    at(&window, 4, "B").await;
    window.press("4").await;
    press(&window, &[Key::Enter]).await;
    counts(&window, "valid", "可导入 3").await;
    window.click(&id("import-commit-all")).await;
    window.shows("已建立 3 个班级").await;
    window.click(&id("import-open-pupils")).await;
    window.click(&id("class-grade-8")).await;
    window
        .find(&format!("{}[data-state=used]", id("class-cell-2")))
        .await;
    window.close().await;

    // Pupils from a file as a spreadsheet saves it for others.
    let window = data.window("school").await;
    let mut lines = vec![HEADINGS.join(",")];
    lines.extend(children(3).iter().map(|row| row.join(",")));
    let path = file(files.path(), "新生.csv", lines.join("\r\n"));
    choose(&window, &path).await;
    counts(&window, "valid", "可导入 3").await;
    window.close().await;
}

/// How long a person waits from choosing a file to the whole report, as the page sees it.
#[tokio::test]
async fn five_hundred_rows_are_reported_at_once() {
    let (data, files) = data().await;
    let mut rows = children(500);
    for row in rows.iter_mut().step_by(10) {
        row[CLASS] = "9".to_owned();
    }
    let path = file(files.path(), "新生.xlsx", new_pupils(&rows));
    let window = data.window("school").await;
    menu(&window, "import-new").await;
    window.find(&id("import-classes")).await;
    let watch = "window.reported = new Promise(done => {
            document.querySelector('[data-testid=import-file]').addEventListener('change', () => {
                const from = performance.now();
                // Not at frames: without a graphics card there are two a second.
                new MutationObserver((_, observer) => {
                    const there = document.querySelector('[data-testid=import-cell-panel]') && document.querySelector('[data-testid=import-row-2]')
                        && document.querySelector('[data-testid=import-groups]');
                    if (!there) return;
                    observer.disconnect();
                    // When the page is laid out, too.
                    document.body.getBoundingClientRect();
                    done(performance.now() - from);
                }).observe(document.body, { subtree: true, childList: true });
            }, { once: true });
        });";
    window.run(watch, vec![]).await;
    let started = Instant::now();
    window.upload(&id("import-file"), &path).await;
    window.find(&id("import-row-2")).await;
    let outside = started.elapsed();
    let inside = window
        .run_async("window.reported.then(arguments[0])", vec![])
        .await;
    println!(
        "500 rows: full report {:.0} ms after the file was chosen, as the page sees it; {outside:?} through the driver",
        inside.as_f64().unwrap_or_default()
    );
    counts(&window, "errors", "有错误 50").await;

    // A correction is checked against the whole file before the person looks up.
    at(&window, 2, "F").await;
    let watch = "window.checked = new Promise(done => {
            const counter = document.querySelector('[data-testid=import-count-errors]');
            document.addEventListener('keydown', () => {
                const from = performance.now();
                new MutationObserver((_, observer) => {
                    if (!counter.textContent.endsWith(' 49')) return;
                    observer.disconnect();
                    document.body.getBoundingClientRect();
                    done(performance.now() - from);
                }).observe(counter, { subtree: true, childList: true, characterData: true });
            }, { capture: true, once: true });
        });";
    window.press("1").await;
    window.run(watch, vec![]).await;
    press(&window, &[Key::Enter]).await;
    let checked = window
        .run_async("window.checked.then(arguments[0])", vec![])
        .await;
    println!(
        "500 rows: a corrected cell is checked {:.0} ms after Enter",
        checked.as_f64().unwrap_or_default()
    );
    window.close().await;
}
