//! Generates the window's context from `tauri.conf.json`.

fn main() {
    // Without this line a page built again would not get into the program, and
    // the window would show the old one.
    println!("cargo:rerun-if-changed=../ui/dist");
    tauri_build::build();
}
