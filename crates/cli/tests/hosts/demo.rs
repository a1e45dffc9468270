//! Sample districts.

use serde_json::Value;

use crate::program::Program;

const SMALL: [&str; 10] = [
    "demo",
    "--json",
    "--schools",
    "8",
    "--pupils",
    "400",
    "--orders",
    "200",
    "--seed",
    "7",
];

fn password(made: &Value, login: &str) -> String {
    let accounts = made["accounts"].as_array().unwrap();
    accounts
        .iter()
        .find(|account| account["login"] == login)
        .unwrap()["password"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn ask(program: &Program, made: &Value, login: &str, arguments: &[&str]) -> Value {
    let password = password(made, login);
    let done = program.run_as(
        Some((login, &password)),
        &[&["--json"], arguments].concat(),
        "",
    );
    assert_eq!(done.code, 0, "{done:?}");
    done.json()
}

fn names(program: &Program, made: &Value) -> Vec<String> {
    let pupils = ask(
        program,
        made,
        "demo_city",
        &["pupil", "list", "--limit", "500"],
    );
    assert_eq!(pupils["count"]["count"], 400);
    let mut names: Vec<String> = pupils["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pupil| {
            format!(
                "{} {}",
                pupil["name"].as_str().unwrap(),
                pupil["paperMasked"].as_str().unwrap()
            )
        })
        .collect();
    names.sort();
    names
}

#[test]
fn a_demo_is_the_same_for_the_same_seed_but_for_its_passwords() {
    let (one, two) = (Program::sqlite(), Program::sqlite());
    let (first, second) = (one.run(&SMALL).json(), two.run(&SMALL).json());
    assert_eq!(first["counts"]["orders"], 200);
    assert_eq!(names(&one, &first), names(&two, &second));
    assert_ne!(
        password(&first, "demo_city"),
        password(&second, "demo_city")
    );

    let again = one.run(&["demo", "--json"]).json();
    assert_eq!(
        (&again["accounts"], &again["created"]),
        (&first["accounts"], &Value::Bool(false))
    );

    let orders = ask(&one, &first, "demo_card", &["order", "counts"]);
    let with_orders: Vec<&str> = orders["states"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|state| state["count"]["count"] != 0)
        .map(|state| state["state"].as_str().unwrap())
        .collect();
    assert_eq!(
        with_orders,
        [
            "requested",
            "approved",
            "confirmed",
            "in_production",
            "produced",
            "delivered",
            "returned",
            "failed"
        ],
        "{orders}"
    );
    assert_eq!(orders["total"]["count"], 200);
    // One batch came back and one is open; there are cards, photos and extensions to look at.
    let batches = ask(&one, &first, "demo_card", &["batch", "list"]);
    let states: Vec<&str> = batches["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|batch| batch["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["open", "handed_over"], "{batches}");
    let extensions = ask(&one, &first, "demo_card", &["extension", "list"]);
    assert_eq!(extensions["items"].as_array().unwrap().len(), 3);
    let school = ask(&one, &first, "demo_school", &["school", "list"])["items"][0]["code"].clone();
    let code = school.as_str().unwrap();
    let photos = ask(
        &one,
        &first,
        "demo_school",
        &["photo", "check", "--school", code],
    );
    assert_eq!(
        (
            &photos["lost"],
            &photos["poor"],
            photos["good"].as_i64() > Some(15)
        ),
        (&Value::from(0), &Value::from(0), true),
        "{photos}"
    );
    assert_eq!(
        ask(&one, &first, "demo_school", &["school", "list"])["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        ask(&one, &first, "demo_audit", &["audit", "verify"])["intact"],
        true
    );

    // Photos are drawn for most, so that cards can be made; the others show what keeps them out.
    let check = ask(&one, &first, "demo_card", &["order", "check"]);
    let faults = check["faults"].as_array().unwrap();
    assert!(!faults.is_empty() && faults.iter().all(|fault| fault["code"] == "photo.missing"));
    assert!(
        check["faulty"].as_i64().unwrap() * 10 < check["checked"].as_i64().unwrap(),
        "{check}"
    );
    let confirmed = ["order", "list", "--state", "confirmed", "--limit", "1"];
    let district = ask(&one, &first, "demo_card", &confirmed)["items"][0]["district"].clone();
    let create = ["batch", "create", "--district", district.as_str().unwrap()];
    let made = ask(&one, &first, "demo_card", &create);
    let id = made["batch"]["id"].as_str().unwrap();
    let folder = one.path("制卡包");
    std::fs::create_dir(&folder).unwrap();
    let export = ["batch", "export", id, "--out", folder.to_str().unwrap()];
    let exported = ask(&one, &first, "demo_card", &export);
    assert_eq!(exported["faults"], serde_json::json!([]));
}

#[tokio::test]
async fn a_demo_on_postgres_gives_new_passwords_when_asked_again() {
    let program = Program::postgres().await;
    tokio::task::spawn_blocking(move || {
        let first = program.run(&SMALL).json();
        assert_eq!(names(&program, &first).len(), 400);
        let again = program.run(&["demo", "--json"]).json();
        assert_ne!(first["accounts"], again["accounts"]);
        ask(&program, &again, "demo_card", &["order", "list"]);
    })
    .await
    .unwrap();
}

#[test]
fn a_demo_is_never_put_among_real_data() {
    let program = Program::sqlite();
    program.init();
    let refused = program.run(&["demo", "--json"]);
    assert_eq!(
        (refused.code, refused.problem().as_str()),
        (3, "demo.real_data")
    );
    let many = Program::sqlite().run(&["demo", "--json", "--pupils", "5", "--orders", "6"]);
    assert_eq!((many.code, many.problem().as_str()), (2, "demo.size"));
}
