//! The tree says what it means: directions, versions, codes, words.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every file below a folder with one of these extensions.
fn files(folder: &str, extensions: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && !["node_modules", "dist", "target", "gen"].contains(&name.as_str())
            {
                open.push(path);
            } else if path
                .extension()
                .is_some_and(|e| extensions.contains(&e.to_string_lossy().as_ref()))
            {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Crates of ours that a crate's product code depends on.
fn ours(manifest: &str) -> BTreeSet<String> {
    let mut inside = false;
    let mut found = BTreeSet::new();
    for line in read(manifest).lines() {
        if line.starts_with('[') {
            inside = line == "[dependencies]" || line == "[build-dependencies]";
        } else if inside && let Some(name) = line.strip_prefix("ekatong-") {
            found.insert(name.split([' ', '.', '=']).next().unwrap().to_owned());
        }
    }
    found
}

#[test]
fn crates_depend_in_one_direction() {
    for (manifest, allowed) in [
        ("crates/core/Cargo.toml", &[][..]),
        ("crates/store/Cargo.toml", &["core"]),
        ("crates/sheet/Cargo.toml", &["core"]),
        ("crates/photo/Cargo.toml", &["core"]),
        (
            "crates/host/Cargo.toml",
            &["core", "store", "sheet", "photo"],
        ),
        ("crates/cli/Cargo.toml", &["core", "host", "store", "sheet"]),
        ("src-tauri/Cargo.toml", &["core", "host"]),
    ] {
        let allowed: BTreeSet<String> = allowed.iter().map(|name| (*name).to_owned()).collect();
        let ours = ours(manifest);
        assert!(
            ours.is_subset(&allowed),
            "{manifest} depends on {:?}",
            ours.difference(&allowed)
        );
    }
}

#[test]
fn the_rules_know_no_window_network_database_or_file() {
    let manifest = read("crates/core/Cargo.toml");
    for stranger in [
        "tauri",
        "axum",
        "sqlx",
        "reqwest",
        "calamine",
        "rust_xlsxwriter",
        "keyring",
    ] {
        assert!(
            !manifest.lines().any(|line| line.starts_with(stranger)),
            "core depends on {stranger}"
        );
    }
    for path in files("crates/core/src", &["rs"]) {
        let text = fs::read_to_string(&path).unwrap();
        for stranger in ["std::fs", "std::net", "std::env", "SystemTime"] {
            assert!(!text.contains(stranger), "{}: {stranger}", path.display());
        }
    }
}

#[test]
fn both_engines_have_the_same_migrations() {
    let names = |engine: &str| -> BTreeSet<String> {
        files(&format!("migrations/{engine}"), &["sql"])
            .iter()
            .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
            .collect()
    };
    let sqlite = names("sqlite");
    assert_eq!(sqlite, names("postgres"));
    for (expected, name) in (1..).zip(&sqlite) {
        assert!(
            name.starts_with(&format!("{expected:04}_")),
            "{name}: versions run without gaps"
        );
    }
}

#[test]
fn every_code_is_used_by_the_rules() {
    let mut sources = String::new();
    for path in files("crates", &["rs"])
        .into_iter()
        .chain(files("src-tauri/src", &["rs"]))
    {
        let name = path.to_string_lossy().replace('\\', "/");
        if !name.ends_with("error/code.rs") && !name.ends_with("error/zh.rs") {
            sources.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
    for code in ekatong_core::error::Code::ALL {
        assert!(
            sources.contains(&format!("Code::{code:?}")),
            "{code} is given by nothing: delete it"
        );
    }
}

#[test]
fn an_operation_is_one_file_named_as_on_the_wire() {
    for operation in ekatong_core::registry::OPERATIONS {
        let (noun, verb) = operation.name.split_once('.').unwrap();
        let mut file = String::new();
        for c in verb.chars() {
            if c.is_ascii_uppercase() {
                file.push('_');
            }
            file.push(c.to_ascii_lowercase());
        }
        // `return` is a word of the language.
        let file = if file == "return" {
            "return_".to_owned()
        } else {
            file
        };
        let path = root().join(format!("crates/core/src/ops/{noun}/{file}.rs"));
        assert!(
            path.exists(),
            "{} has no {}",
            operation.name,
            path.display()
        );
    }
}

#[test]
fn nothing_needs_what_lies_outside_the_project() {
    for folder in ["crates", "src-tauri", "tests", "ui/src", ".ci"] {
        for path in files(folder, &["rs", "toml", "ts", "tsx", "sh"]) {
            let text = fs::read_to_string(&path).unwrap();
            let outside = concat!("../", "shared/");
            assert!(
                !text.lines().any(|line| line.contains(outside)
                    && !line.contains("import")
                    && !line.contains("from")),
                "{} reaches outside",
                path.display()
            );
        }
    }
}
