//! 新生录入 by keys alone: a school enters a pupil, the district sends it back, the school mends it.

use ekatong_tests::photos::{jpeg, photo, portrait};
use ekatong_tests::window::Window;
use ekatong_tests::workbook::id_number;
use serde_json::json;
use thirtyfour::Key;

use crate::axe;
use crate::keyboard::{key, tab_to};
use crate::photos::{drop_on, file, look};
use crate::world::{PASSWORD, World, go, id, menu, sign_in, sign_out};

/// Presses a key while another is held.
async fn chord(window: &Window, held: Key, pressed: &str) {
    window.press(&format!("{}{pressed}", held.value())).await;
}

async fn value(window: &Window, hook: &str) -> String {
    let script = "const box = document.querySelector('[data-testid=\"' + arguments[0] + '\"]');
        const field = box?.matches('input') ? box : box?.querySelector('input');
        return field?.value ?? ''";
    let value = window.run(script, vec![hook.into()]).await;
    value.as_str().unwrap_or_default().to_owned()
}

async fn holds(window: &Window, hook: &str, text: &str) {
    window
        .wait_for(format!("{hook} holds {text:?}"), async || {
            value(window, hook).await == text
        })
        .await;
}

/// Waits until Enter would choose this entry of an open list.
async fn marked(window: &Window, entry: &str) {
    let script = "return document.querySelector(
        '.ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option-active')?.textContent";
    window
        .wait_for(format!("{entry} is marked"), async || {
            window.run(script, vec![]).await == entry
        })
        .await;
}

#[tokio::test]
async fn a_pupil_is_entered_returned_and_mended_by_keys_alone() {
    let world = World::new().await;
    let school = world.school("3132000101", "平江中学", "311").await;
    world.classes(&school, 7, &[1, 2, 3]).await;
    let grant = json!({ "role": "school_staff", "district": "320508", "schoolId": school });
    world.account("school", "徐蕾", grant).await;
    let grant = json!({ "role": "district_admin", "district": "320508" });
    world.account("district", "周敏", grant).await;
    // Another child of the same name, birth date and guardian, with another number.
    let twin = {
        let number = id_number(1, 7);
        let tail = if &number[14..17] == "001" {
            "003"
        } else {
            "001"
        };
        ekatong_tests::workbook::with_check_digit(&format!("{}{tail}", &number[..14]))
    };
    let guardian = json!([{ "name": "林晓岚", "relation": "母亲", "phone": "13800000009" }]);
    let form = json!({ "name": "林知夏", "paperNumber": twin, "grade": "7", "class": "1", "guardians": guardian });
    world
        .done(
            "pupil.create",
            json!({ "schoolId": school, "form": form, "submit": true }),
        )
        .await;
    let data = world.close().await;
    let window = data.launch().open().await;
    window.find(&id("sign-in-login")).await;
    window.press("school").await;
    key(&window, Key::Tab).await;
    window.press(PASSWORD).await;
    key(&window, Key::Enter).await;
    window.find(&id("page-home")).await;
    tab_to(&window, "menu-entry").await;
    key(&window, Key::Enter).await;
    window.find(&id("state-empty")).await;
    axe::check(&window, "no drafts yet").await;
    tab_to(&window, "entry-new").await;
    key(&window, Key::Enter).await;

    // The number comes first; a wrong digit is told before the field is left.
    window.find(&id("entry-paperNumber")).await;
    tab_to(&window, "entry-paperNumber").await;
    let number = id_number(1, 7);
    let wrong = format!(
        "{}{}",
        &number[..17],
        if number.ends_with('1') { '2' } else { '1' }
    );
    window.press(&wrong).await;
    window.shows("证件号码的校验位不对").await;
    key(&window, Key::Backspace).await;
    window.press(&number[17..]).await;
    window.find(&id("entry-derived-gender")).await;
    window.find(&id("entry-derived-birthDate")).await;
    holds(
        &window,
        "entry-birthDate",
        &format!("{}-{}-{}", &number[6..10], &number[10..12], &number[12..14]),
    )
    .await;
    key(&window, Key::Tab).await;
    window.press("林知夏").await;
    // Gender is filled in, the birth date is not to be typed.
    key(&window, Key::Tab).await;
    key(&window, Key::Tab).await;
    tab_to(&window, "entry-place").await;
    window.press("7-2").await;
    marked(&window, "七年级 2 班").await;
    key(&window, Key::Enter).await;
    tab_to(&window, "entry-guardian-0-name").await;
    window.press("林晓岚").await;
    key(&window, Key::Tab).await;
    window.press("母").await;
    marked(&window, "母亲").await;
    key(&window, Key::Enter).await;
    key(&window, Key::Tab).await;

    // Submitted without a phone: told, and the field has the focus.
    chord(&window, Key::Control, &Key::Enter.value().to_string()).await;
    window.shows("家长手机未填").await;
    let focused = "return document.activeElement.closest('[data-field]')?.dataset.field";
    window
        .wait_for("the phone has the focus", async || {
            window.run(focused, vec![]).await == "guardians.0.phone"
        })
        .await;
    window.press("138 0000 0009").await;
    window.find(&id("entry-near")).await;
    window.shows("疑似重复").await;
    axe::check(&window, "the form of a new pupil").await;
    window.screenshot("entry-form").await;
    window.resize(1920, 1080).await;
    window.screenshot("entry-form-1920").await;
    window.resize(1280, 800).await;
    chord(&window, Key::Control, "s").await;
    window.shows("已保存 林知夏").await;
    window.find(&id("entry-times")).await;
    // Left, a field shows what was understood.
    key(&window, Key::Tab).await;
    holds(&window, "entry-guardian-0-phone", "13800000009").await;

    // Leaving with something unsaved is asked about.
    tab_to(&window, "entry-address").await;
    window.press("姑苏区梧桐路 8 号").await;
    go(&window, "#/entry").await;
    window.shows("有未保存的修改").await;
    key(&window, Key::Enter).await;
    window
        .wait_for("the question is gone", async || {
            window.find_all(".ant-modal-confirm").await.is_empty()
        })
        .await;
    holds(&window, "entry-address", "姑苏区梧桐路 8 号").await;
    tab_to(&window, "entry-address").await;
    chord(&window, Key::Control, &Key::Enter.value().to_string()).await;
    window.shows("已提交 林知夏，等待区里审核").await;
    window.find(&id("state-empty")).await;
    sign_out(&window).await;

    // The district sees both records side by side and sends this one back.
    sign_in(&window, "district", PASSWORD).await;
    window.click(&id("todo-pupils_to_review")).await;
    window.find(&id("page-review")).await;
    window.click(&id("review-suspected")).await;
    let rows = async || window.find_all("[data-testid^=review-row-]").await.len();
    window
        .wait_for("the two are listed", async || rows().await == 2)
        .await;
    window.screenshot("review-suspected").await;
    let opened = window.find_all("[data-testid^=review-open-]").await;
    opened[1].click().await.unwrap();
    window.find(&id("review-near")).await;
    window.shows(&twin).await;
    axe::check(&window, "two records side by side").await;
    window.screenshot("review-near").await;
    window.click(&id("review-look-return")).await;
    window
        .fill(
            &id("review-reason"),
            "请核对是否与七年级 1 班的林知夏为同一人",
        )
        .await;
    window.click(&id("review-reason-submit")).await;
    window
        .wait_for("none is suspected any more", async || rows().await < 2)
        .await;
    sign_out(&window).await;

    // The school finds it on its first page, with the reason above the form.
    sign_in(&window, "school", PASSWORD).await;
    window.screenshot("home-school-returned").await;
    tab_to(&window, "todo-pupils_returned").await;
    key(&window, Key::Enter).await;
    window.find("[data-testid^=entry-row-]").await;
    window
        .shows("请核对是否与七年级 1 班的林知夏为同一人")
        .await;
    axe::check(&window, "returned applications").await;
    window.screenshot("entry-returned-list").await;
    window.find("[data-testid^=entry-open-]").await;
    let open = window
        .run(
            "return document.querySelector('[data-testid^=entry-open-]').dataset.testid",
            vec![],
        )
        .await;
    tab_to(&window, open.as_str().unwrap()).await;
    key(&window, Key::Enter).await;
    window.find(&id("entry-returned")).await;
    axe::check(&window, "a returned application").await;
    window.screenshot("entry-returned").await;
    tab_to(&window, "entry-name").await;
    key(&window, Key::End).await;
    window.press("然").await;
    chord(&window, Key::Control, &Key::Enter.value().to_string()).await;
    window.shows("已提交 林知夏然，等待区里审核").await;
    window.find(&id("state-empty")).await;
    window.close().await;

    let mut world = data.reopen("district").await;
    world.become_("district").await;
    let list = world
        .done("review.list", json!({ "filter": { "state": "submitted" } }))
        .await;
    let mended = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["pupilName"] == "林知夏然")
        .unwrap();
    assert_eq!(mended["suspected"], false, "another name is another child");
    assert_eq!(mended["classNumber"], 2);
    assert!(mended["submittedAt"].as_i64() > mended["firstSavedAt"].as_i64());
}

#[tokio::test]
async fn one_after_another_and_a_primary_leaver() {
    let world = World::new().await;
    let primary = world.school("2132000101", "梧桐实验小学", "211").await;
    world.classes(&primary, 6, &[1]).await;
    let school = world.school("3132000101", "平江中学", "311").await;
    world.classes(&school, 7, &[1, 2]).await;
    let leaver = json!({
        "name": "沈青禾", "paperNumber": id_number(5, 6), "grade": "6", "class": "1",
        "guardians": [{ "name": "沈大禾", "relation": "父亲", "phone": "13700000001" }],
    });
    let entered = world
        .done(
            "pupil.create",
            json!({ "schoolId": primary, "form": leaver, "submit": true }),
        )
        .await;
    world
        .done(
            "review.approve",
            json!({ "items": [{ "id": entered["id"] }] }),
        )
        .await;
    let grant = json!({ "role": "school_staff", "district": "320508", "schoolId": school });
    world.account("school", "徐蕾", grant).await;
    let data = world.close().await;
    let window = data.window("school").await;
    menu(&window, "entry").await;
    window.click(&id("entry-new")).await;
    window
        .fill(&id("entry-paperNumber"), &id_number(5, 6))
        .await;
    window.shows("请使用注册报到").await;
    window.screenshot("entry-leaver").await;
    for (n, name) in [(1, "安可馨"), (2, "白浩然")] {
        window
            .fill(&id("entry-paperNumber"), &id_number(n, 7))
            .await;
        window.find(&id("entry-derived-birthDate")).await;
        window.fill(&id("entry-name"), name).await;
        if n == 1 {
            crate::world::choose(&window, "entry-place", "七年级 1 班").await;
        }
        window.click(&id("entry-save-next")).await;
        window.shows(&format!("已保存 {name}")).await;
        // The class stays for the next one, all else is empty.
        holds(&window, "entry-name", "").await;
        holds(&window, "entry-paperNumber", "").await;
    }
    window.click(&id("entry-back")).await;
    window
        .wait_for("both drafts are listed", async || {
            window.find_all("[data-testid^=entry-row-]").await.len() == 2
        })
        .await;
    // They lack a guardian: told, and left.
    for row in window.find_all("[data-testid^=entry-row-] .ek-check").await {
        row.click().await.unwrap();
    }
    window.click(&id("entry-submit-these")).await;
    window.find(&id("step-problems")).await;
    window.shows("资料还不完整").await;
    window.close().await;
}

#[tokio::test]
async fn a_photo_goes_with_a_new_pupil() {
    let data = crate::world::junior_school(1).await;
    let files = tempfile::TempDir::new().unwrap();
    let broken = file(&files, "坏.jpg", &photo(1)[..9000]);
    let small = file(&files, "小.jpg", &jpeg(&portrait(2, 180, 220)));
    let good = file(&files, "IMG_0042.JPG", &photo(3));
    let window = data.window("school").await;
    menu(&window, "entry").await;
    window.click(&id("entry-new")).await;
    window
        .fill(&id("entry-paperNumber"), &id_number(5, 7))
        .await;
    window.fill(&id("entry-name"), "沈青禾").await;
    crate::world::choose(&window, "entry-place", "七年级 1 班").await;

    // What is wrong is told at once, before anything is saved.
    window.upload(&id("entry-photo-file"), &broken).await;
    window.find(&id("entry-photo-refused")).await;
    window.shows("后半截丢失").await;
    look(&window, "entry-photo-refused").await;
    window.upload(&id("entry-photo-file"), &small).await;
    window
        .find("[data-testid=entry-photo][data-state=chosen] img")
        .await;
    window.shows("印出来可能不清晰").await;
    assert!(window.find_all(&id("entry-photo-refused")).await.is_empty());
    window.click(&id("entry-photo-leave")).await;
    window
        .find("[data-testid=entry-photo][data-state=none]")
        .await;

    // Dropped on the window; it stands with the draft.
    drop_on(&window, &good).await;
    window
        .find("[data-testid=entry-photo][data-state=chosen] img")
        .await;
    look(&window, "entry-photo").await;
    window.click(&id("entry-save")).await;
    window.shows("已保存 沈青禾").await;
    window
        .find("[data-testid=entry-photo][data-state=stored] img")
        .await;
    window.click(&id("entry-back")).await;
    let script = "const link = [...document.querySelectorAll('[data-testid^=entry-open-]')]
        .find(e => e.textContent.trim() === '沈青禾');
        link?.click();
        return Boolean(link)";
    window
        .wait_for("the draft is listed", async || {
            window.run(script, vec![]).await == true
        })
        .await;
    window
        .find("[data-testid=entry-photo][data-state=stored] img")
        .await;
    window.fill(&id("entry-guardian-0-name"), "沈大禾").await;
    crate::world::choose(&window, "entry-guardian-0-relation", "父亲").await;
    window
        .fill(&id("entry-guardian-0-phone"), "13700000001")
        .await;
    window.click(&id("entry-submit")).await;
    window.shows("已提交 沈青禾").await;
    menu(&window, "pupils").await;
    window.fill(&id("pupils-search"), "沈青禾").await;
    window
        .wait_for("it is found", async || {
            window.find_all("[data-testid^=pupil-row-]").await.len() == 1
        })
        .await;
    window.click("[data-testid^=pupil-open-]").await;
    window
        .find("[data-testid=pupil-photo][data-has=true] img")
        .await;
    assert_eq!(window.complaints().await, Vec::<String>::new());
    window.close().await;
}
