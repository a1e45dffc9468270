//! The pages' types are those of the operations.

use std::path::Path;

/// `UPDATE_API=1 cargo test -p ekatong-core --test typescript` writes the file.
#[test]
fn the_pages_have_the_types_of_the_operations() -> Result<(), std::io::Error> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/api.gen.ts");
    let text = ekatong_core::registry::typescript();
    if std::env::var_os("UPDATE_API").is_some() {
        std::fs::write(&path, &text)?;
    }
    let written = std::fs::read_to_string(&path)?;
    assert!(
        written == text,
        "ui/src/api.gen.ts is out of date; write it with: UPDATE_API=1 cargo test -p ekatong-core --test typescript"
    );
    Ok(())
}
