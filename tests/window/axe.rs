//! Accessibility of a page as axe sees it.

use std::path::Path;

use ekatong_tests::window::Window;
use serde_json::Value;

/// Fails when the page as it stands has serious findings.
pub(crate) async fn check(window: &Window, page: &str) {
    let known = window.run("return typeof window.axe", vec![]).await;
    if known == "undefined" {
        let source =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/node_modules/axe-core/axe.min.js");
        let source = std::fs::read_to_string(&source)
            .unwrap_or_else(|error| panic!("{}: {error}; run `npm ci` in ui", source.display()));
        window.run(&source, vec![]).await;
    }
    let script = "const done = arguments[0];
        window.axe.run(document, { resultTypes: ['violations'] }).then(
            result => done(result.violations
                .filter(v => v.impact === 'serious' || v.impact === 'critical')
                .map(v => [v.id, v.help, ...v.nodes.slice(0, 4).map(n => n.target.join(' ') + ' — ' + n.failureSummary)].join('\\n  '))),
            error => done(['axe failed: ' + error]))";
    let found = window.run_async(script, vec![]).await;
    let found: Vec<String> = match found {
        Value::Array(list) => list
            .iter()
            .filter_map(|line| line.as_str().map(str::to_owned))
            .collect(),
        other => panic!("{page}: {other}"),
    };
    assert!(found.is_empty(), "{page}:\n{}", found.join("\n"));
}
