//! The real window, driven as a person would.
//!
//! Each [`Window`] has its own virtual screen, its own WebDriver, and its own home
//! folder, so that tests run side by side and never meet the developer's data,
//! keyring or display. `EKATONG_TEST_DISPLAY=:0` shows the windows on a real one.
//!
//! Nothing here sleeps for a fixed time: every helper waits for its condition and
//! fails after [`PATIENCE`], saying what it waited for, with a picture of the window.
//!
//! The program is `ekatong-desktop` beside the tests, built with the feature
//! `custom-protocol` (`make test` does), or what `EKATONG_DESKTOP` names.

use std::ffi::{OsStr, OsString};
use std::fmt::Display;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::error::WebDriverError;
use thirtyfour::{By, Capabilities, Key, WebDriver, WebElement};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConnectionExt as _, EventMask, MapState,
};
use x11rb::rust_connection::RustConnection;

/// How long a condition may take to come true.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// How often a condition is looked at.
const GLANCE: Duration = Duration::from_millis(40);

/// Where pictures are written, when set.
const SHOTS: &str = "EKATONG_SHOTS";

/// How a window is opened.
#[derive(Debug)]
pub struct Launch {
    data_dir: PathBuf,
    environment: Vec<(OsString, OsString)>,
    size: (u32, u32),
}

impl Launch {
    /// A window on this data folder, 1280 × 800.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            environment: Vec::new(),
            size: (1280, 800),
        }
    }

    /// One more variable for the program.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Another size.
    #[must_use]
    pub fn size(mut self, width: u32, height: u32) -> Self {
        self.size = (width, height);
        self
    }

    /// Opens the window and waits for its page.
    ///
    /// # Panics
    /// When the program, the virtual screen or the WebDriver is missing or does
    /// not start.
    pub async fn open(self) -> Window {
        let program = program();
        let home = tempfile::tempdir().expect("a home folder");
        let (screen, display) = screen();
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .and_then(|listener| listener.local_addr())
            .expect("a free port")
            .port();

        let inside = |name: &str| home.path().join(name);
        let mut command = Command::new("WebKitWebDriver");
        command
            .arg(format!("--port={port}"))
            .arg("--host=127.0.0.1")
            .envs(self.environment)
            // Without it a new session waits for ever.
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("EKATONG_DATA", &self.data_dir)
            .env("EKATONG_SAVE_DIR", inside("saved"))
            .env("DISPLAY", &display)
            .env("GDK_BACKEND", "x11")
            .env("HOME", home.path())
            .env("XDG_DATA_HOME", inside("data"))
            .env("XDG_CONFIG_HOME", inside("config"))
            .env("XDG_CACHE_HOME", inside("cache"))
            .env("XDG_RUNTIME_DIR", inside("run"))
            // No bus: neither the developer's keyring nor another window is found.
            .env(
                "DBUS_SESSION_BUS_ADDRESS",
                format!("unix:path={}", inside("run/none").display()),
            )
            .env("NO_AT_BRIDGE", "1")
            .env_remove("WAYLAND_DISPLAY")
            .current_dir(home.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(inside("stderr.log")).expect("a log"))
            // The program is its child: one group, ended together.
            .process_group(0);
        for folder in ["data", "config", "cache", "run", "saved"] {
            std::fs::create_dir(inside(folder)).expect("a folder");
        }
        let server = command.spawn().unwrap_or_else(|error| {
            panic!("WebKitWebDriver does not start ({error}): run `make system-packages`")
        });
        // Holds the processes from here on, so that a failure below ends them.
        let processes = Processes { server, screen };
        let driver = connect(port, &program, home.path()).await;
        let window = Window {
            driver: Some(driver),
            display,
            _processes: processes,
            home,
        };
        window.resize(self.size.0, self.size.1).await;
        window
            .wait_for("the page is loaded", async || {
                window.run("return document.readyState", vec![]).await == json!("complete")
            })
            .await;
        let address = window.run("return location.href", vec![]).await;
        assert!(
            address
                .as_str()
                .is_some_and(|url| url.starts_with("tauri:")),
            "{} looks for a development server ({address}): build it with --features custom-protocol",
            program.display()
        );
        window
    }
}

/// The window of one test.
#[derive(Debug)]
pub struct Window {
    driver: Option<WebDriver>,
    display: String,
    _processes: Processes,
    home: TempDir,
}

#[derive(Debug)]
struct Processes {
    server: Child,
    screen: Option<Child>,
}

impl Drop for Processes {
    fn drop(&mut self) {
        if let Some(group) = i32::try_from(self.server.id())
            .ok()
            .and_then(rustix::process::Pid::from_raw)
        {
            rustix::process::kill_process_group(group, rustix::process::Signal::KILL).ok();
        }
        self.server.wait().ok();
        if let Some(screen) = &mut self.screen {
            screen.kill().ok();
            screen.wait().ok();
        }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // Ending the session over HTTP would block; the processes are ended instead.
        if let Some(driver) = self.driver.take() {
            driver.leak().ok();
        }
    }
}

impl Window {
    /// Opens a window on this data folder.
    pub async fn open(data_dir: impl Into<PathBuf>) -> Self {
        Launch::new(data_dir).open().await
    }

    /// The driver itself, for what has no helper.
    pub fn driver(&self) -> &WebDriver {
        self.driver.as_ref().expect("the window is open")
    }

    /// Where the window saves files without asking.
    pub fn saved(&self) -> PathBuf {
        self.home.path().join("saved")
    }

    /// Waits until the condition holds.
    ///
    /// # Panics
    /// After [`PATIENCE`].
    pub async fn wait_for(&self, what: impl Display, condition: impl AsyncFn() -> bool) {
        let until = Instant::now() + PATIENCE;
        while !condition().await {
            if Instant::now() > until {
                self.fail(format!("waited in vain until {what}")).await;
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Waits for something to be there: retries `look` while it answers `None` or
    /// fails, as elements come and go while the page draws.
    async fn wait_until_some<T>(
        &self,
        what: impl Display,
        look: impl AsyncFn() -> Result<Option<T>, WebDriverError>,
    ) -> T {
        let until = Instant::now() + PATIENCE;
        loop {
            let seen = look().await;
            if let Ok(Some(found)) = seen {
                return found;
            }
            if Instant::now() > until {
                let why = seen.err().map(|error| format!(": {error}"));
                self.fail(format!(
                    "waited in vain for {what}{}",
                    why.unwrap_or_default()
                ))
                .await;
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// The first element of this selector.
    pub async fn find(&self, css: &str) -> WebElement {
        self.wait_until_some(css, async || {
            Ok(self
                .driver()
                .find_all(By::Css(css))
                .await?
                .into_iter()
                .next())
        })
        .await
    }

    /// All elements of this selector at this moment: between two drawings, for an element that
    /// goes while the driver counts is neither there nor gone.
    pub async fn find_all(&self, css: &str) -> Vec<WebElement> {
        self.wait_until_some(format!("a count of {css}"), async || {
            self.driver().find_all(By::Css(css)).await.map(Some)
        })
        .await
    }

    /// The innermost displayed element whose whole text is this.
    pub async fn by_text(&self, text: &str) -> WebElement {
        let same = format!("normalize-space(.)={}", xpath_text(text));
        let path = format!("//body//*[{same}][not(.//*[{same}])]");
        self.wait_until_some(format!("the text {text:?}"), async || {
            self.displayed(&path).await
        })
        .await
    }

    /// The displayed button, link, tab or menu entry with this text.
    pub async fn control(&self, text: &str) -> WebElement {
        let roles = [
            "button", "link", "tab", "menuitem", "option", "checkbox", "radio",
        ]
        .map(|role| format!("@role='{role}'"))
        .join(" or ");
        let path = format!(
            "//body//*[self::button or self::a or self::label or {roles}][normalize-space(.)={}]",
            xpath_text(text)
        );
        self.wait_until_some(format!("the control {text:?}"), async || {
            self.displayed(&path).await
        })
        .await
    }

    async fn displayed(&self, path: &str) -> Result<Option<WebElement>, WebDriverError> {
        for element in self.driver().find_all(By::XPath(path)).await? {
            if element.is_displayed().await? {
                return Ok(Some(element));
            }
        }
        Ok(None)
    }

    /// Waits until the page shows this text somewhere.
    pub async fn shows(&self, text: &str) {
        self.wait_for(format!("the page shows {text:?}"), async || {
            self.text().await.contains(text)
        })
        .await;
    }

    /// All the text the page shows.
    pub async fn text(&self) -> String {
        let text = self.run("return document.body.innerText", vec![]).await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Clicks the first element of this selector, when it can be clicked.
    pub async fn click(&self, css: &str) {
        self.wait_until_some(format!("a click on {css}"), async || {
            let found = self.driver().find_all(By::Css(css)).await?;
            let Some(element) = found.into_iter().next() else {
                return Ok(None);
            };
            self.click_at_rest(&element).await
        })
        .await;
    }

    /// Clicks an element that stands still; nothing while something on the page still moves.
    // The driver looks where an element is and clicks there. While a dialog slides in or the
    // messages of a form fold away, it is elsewhere by then, and the click meets its neighbour.
    async fn click_at_rest(&self, element: &WebElement) -> Result<Option<()>, WebDriverError> {
        let script = "const [element, done] = arguments;
            element.scrollIntoView({ block: 'nearest' });
            const moving = () => document.getAnimations().some(a => a.playState === 'running'
                && a.effect?.getComputedTiming().iterations !== Infinity);
            const place = () => JSON.stringify(element.getBoundingClientRect());
            const before = place();
            requestAnimationFrame(() => requestAnimationFrame(() => done(!moving() && place() === before)));";
        let arguments = vec![element.to_json()?];
        let rests = self.driver().execute_async(script, arguments).await?;
        if rests.json() != &Value::Bool(true) {
            return Ok(None);
        }
        element.click().await.map(Some)
    }

    /// Clicks the button, link, tab or menu entry with this text.
    pub async fn click_text(&self, text: &str) {
        self.wait_until_some(format!("a click on {text:?}"), async || {
            let control = self.control(text).await;
            self.click_at_rest(&control).await
        })
        .await;
    }

    /// Replaces what a field holds.
    pub async fn fill(&self, css: &str, text: &str) {
        let field = self.find(css).await;
        // `clear` does not reach a React input; and keys and text in one call arrive
        // out of order.
        let select_all = format!("{}a", Key::Control.value());
        let typed = if text.is_empty() {
            Key::Backspace.value().to_string()
        } else {
            text.to_owned()
        };
        for keys in [select_all, typed] {
            if let Err(error) = field.send_keys(keys).await {
                self.fail(format!("typing into {css}: {error}")).await;
            }
        }
    }

    /// Sends keys to whatever has the focus.
    pub async fn press(&self, keys: &str) {
        let until = Instant::now() + PATIENCE;
        loop {
            let pressed = match self.driver().active_element().await {
                Ok(element) => element.send_keys(keys).await,
                Err(error) => Err(error),
            };
            match pressed {
                Ok(()) => return,
                // A button that has just been pressed may be disabled while it works. The
                // driver sends nothing to it then; a person's keys go to the page.
                Err(error)
                    if Instant::now() < until
                        && error.to_string().contains("element not interactable") => {}
                Err(error) => self.fail(format!("pressing {keys:?}: {error}")).await,
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Hands a file to an `<input type="file">`, hidden ones too.
    pub async fn upload(&self, css: &str, path: &Path) {
        let field = self.find(css).await;
        if let Err(error) = field.send_keys(path.display().to_string()).await {
            self.fail(format!("handing {} to {css}: {error}", path.display()))
                .await;
        }
    }

    /// Sets the size of the page's area.
    pub async fn resize(&self, width: u32, height: u32) {
        if let Err(error) = self.driver().set_window_rect(0, 0, width, height).await {
            self.fail(format!("resizing to {width} × {height}: {error}"))
                .await;
        }
    }

    /// Writes a picture of the window to the folder `EKATONG_SHOTS` names, if any.
    ///
    /// # Panics
    /// When it cannot be written.
    pub async fn screenshot(&self, name: &str) {
        if let Some(folder) = std::env::var_os(SHOTS).filter(|folder| !folder.is_empty()) {
            let path = PathBuf::from(folder).join(format!("{name}.png"));
            // A picture taken at once shows what was drawn before the last change.
            let drawn = "const done = arguments[0];
                requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)));";
            self.run_async(drawn, vec![]).await;
            self.picture(&path).await.expect("writing a picture");
            shrink(&path);
        }
    }

    async fn picture(&self, path: &Path) -> Result<(), Box<dyn std::error::Error>> {
        let folder = path.parent().ok_or("a picture needs a folder")?;
        std::fs::create_dir_all(folder)?;
        self.driver().screenshot(path).await?;
        Ok(())
    }

    /// Calls an operation past the page, as a forged request would: what the page
    /// hides must be refused all the same.
    ///
    /// # Errors
    /// What the host answered: `{"problems": […]}` or `{"internal": true, …}`.
    pub async fn call(&self, op: &str, payload: Value) -> Result<Value, Value> {
        self.invoke("call", json!({ "op": op, "payload": payload, "key": null }))
            .await
    }

    /// Invokes any command of the host past the page.
    ///
    /// # Errors
    /// What the host answered instead.
    pub async fn invoke(&self, command: &str, arguments: Value) -> Result<Value, Value> {
        let script = "const [command, payload, done] = arguments;
            window.__TAURI_INTERNALS__.invoke(command, payload)
                .then(value => done({ ok: value }), error => done({ error }));";
        let answer = self
            .driver()
            .execute_async(script, vec![json!(command), arguments])
            .await
            .map(|answer| answer.json().clone());
        match answer {
            Ok(Value::Object(mut answer)) => match answer.remove("error") {
                Some(error) => Err(error),
                None => Ok(answer.remove("ok").unwrap_or_default()),
            },
            other => self.fail(format!("invoking {command}: {other:?}")).await,
        }
    }

    /// Runs a script and gives what it returns.
    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        match self.driver().execute(script, arguments).await {
            Ok(answer) => answer.json().clone(),
            Err(error) => self.fail(format!("running {script:?}: {error}")).await,
        }
    }

    /// Runs a script that answers by calling its last argument, and gives that.
    pub async fn run_async(&self, script: &str, arguments: Vec<Value>) -> Value {
        match self.driver().execute_async(script, arguments).await {
            Ok(answer) => answer.json().clone(),
            Err(error) => self.fail(format!("running {script:?}: {error}")).await,
        }
    }

    /// What the page has complained about since it was loaded: errors written to the
    /// console, exceptions, refused promises, breaches of the content policy.
    pub async fn complaints(&self) -> Vec<String> {
        match self.run("return window.__complaints", vec![]).await {
            Value::Array(list) => list
                .iter()
                .map(|line| line.as_str().unwrap_or_default().to_owned())
                .collect(),
            other => {
                self.fail(format!("the program keeps no complaints: {other}"))
                    .await
            }
        }
    }

    /// Closes the window as a person would, and waits until the program has ended.
    ///
    /// # Panics
    /// When the page complained about something.
    pub async fn close(mut self) {
        let complaints = self.complaints().await;
        assert!(
            complaints.is_empty(),
            "the page complained: {complaints:#?}"
        );
        if let Some(driver) = self.driver.take() {
            driver.quit().await.expect("closing the window");
        }
    }

    /// Asks the window to close as its close button does, and waits until it has.
    ///
    /// # Panics
    /// When it stays.
    pub async fn ask_to_close(mut self) {
        let (screen, number) = RustConnection::connect(Some(&self.display)).expect("the screen");
        let root = screen.setup().roots[number].root;
        let window = program_window(&screen, root).expect("a window to close");
        request_close(&screen, window).expect("asking the window to close");
        let until = Instant::now() + PATIENCE;
        while program_window(&screen, root).is_some() {
            assert!(Instant::now() < until, "the window stays");
            tokio::time::sleep(GLANCE).await;
        }
        if let Some(driver) = self.driver.take() {
            driver.leak().ok();
        }
    }

    /// Ends the test with a picture of the window and what it shows.
    async fn fail(&self, what: String) -> ! {
        let test = std::thread::current()
            .name()
            .unwrap_or("window")
            .replace("::", "-");
        let path = target_dir()
            .join("window-failures")
            .join(format!("{test}.png"));
        let seen = match self.picture(&path).await {
            Ok(()) => format!("picture: {}", path.display()),
            Err(error) => format!("no picture: {error}"),
        };
        let script = "return [location.href, document.body?.innerText, window.__complaints]";
        let state = self
            .driver()
            .execute(script, vec![])
            .await
            .map(|answer| format!("{:#}", answer.json()));
        let log = std::fs::read_to_string(self.home.path().join("stderr.log")).unwrap_or_default();
        panic!("{what}\n{seen}\npage: {state:?}\nprogram: {log}");
    }
}

/// The program's visible window, of all on the screen.
fn program_window(screen: &RustConnection, root: u32) -> Option<u32> {
    let tree = screen.query_tree(root).ok()?.reply().ok()?;
    tree.children.into_iter().find(|window| {
        let seen = || {
            let class =
                screen.get_property(false, *window, AtomEnum::WM_CLASS, AtomEnum::STRING, 0, 64);
            let class = class.ok()?.reply().ok()?.value;
            let shown = screen
                .get_window_attributes(*window)
                .ok()?
                .reply()
                .ok()?
                .map_state;
            Some(class.starts_with(b"ekatong-desktop") && shown == MapState::VIEWABLE)
        };
        seen() == Some(true)
    })
}

/// What a window manager sends when the close button is pressed.
fn request_close(screen: &RustConnection, window: u32) -> Result<(), Box<dyn std::error::Error>> {
    let atom = |name: &str| -> Result<u32, Box<dyn std::error::Error>> {
        Ok(screen.intern_atom(false, name.as_bytes())?.reply()?.atom)
    };
    let data = [atom("WM_DELETE_WINDOW")?, 0, 0, 0, 0];
    let event = ClientMessageEvent::new(32, window, atom("WM_PROTOCOLS")?, data);
    screen
        .send_event(false, window, EventMask::NO_EVENT, event)?
        .check()?;
    Ok(())
}

/// Pictures are part of the repository: few colours, as a page has.
fn shrink(path: &Path) {
    let done = Command::new("convert")
        .arg(path)
        .args(["-strip", "-dither", "None", "-colors", "256"])
        .args(["-define", "png:compression-level=9"])
        .arg(path)
        .status()
        .unwrap_or_else(|error| {
            panic!("ImageMagick does not start ({error}): run `make system-packages`")
        });
    assert!(done.success(), "{} was not shrunk", path.display());
}

/// A text as XPath writes it, whatever quotes it holds.
fn xpath_text(text: &str) -> String {
    if text.contains('\'') {
        format!("concat('{}')", text.replace('\'', r#"', "'", '"#))
    } else {
        format!("'{text}'")
    }
}

/// The folder the tests were built into: `target/debug`.
fn target_dir() -> PathBuf {
    let test = std::env::current_exe().expect("the test's own path");
    test.ancestors()
        .nth(2)
        .expect("a test lies in target/debug/deps")
        .to_owned()
}

fn program() -> PathBuf {
    let program = std::env::var_os("EKATONG_DESKTOP")
        .filter(|path| !path.is_empty())
        .map_or_else(|| target_dir().join("ekatong-desktop"), PathBuf::from);
    assert!(
        program.exists(),
        "{} is missing: run `make test`, or build ekatong-desktop with --features custom-protocol",
        program.display()
    );
    program
}

/// A virtual screen of its own, or the one the developer wants to watch.
fn screen() -> (Option<Child>, String) {
    if let Some(display) = std::env::var("EKATONG_TEST_DISPLAY")
        .ok()
        .filter(|display| !display.is_empty())
    {
        return (None, display);
    }
    let arguments = [
        "-displayfd",
        "1",
        "-screen",
        "0",
        "1920x1080x24",
        "-nolisten",
        "tcp",
    ];
    let mut screen = Command::new("Xvfb")
        .args(arguments.map(OsStr::new))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| {
            panic!("Xvfb does not start ({error}): run `make system-packages`")
        });
    // It chooses a free number and says which.
    let mut number = String::new();
    if let Some(output) = screen.stdout.take() {
        BufReader::new(output).read_line(&mut number).ok();
    }
    assert!(!number.trim().is_empty(), "Xvfb found no free display");
    let display = format!(":{}", number.trim());
    (Some(screen), display)
}

/// Starts a session, which starts the program.
async fn connect(port: u16, program: &Path, home: &Path) -> WebDriver {
    let mut capabilities = Capabilities::new();
    capabilities
        .set(
            "webkitgtk:browserOptions",
            json!({ "binary": program, "args": [] }),
        )
        .expect("capabilities");
    let until = Instant::now() + PATIENCE;
    loop {
        let url = format!("http://127.0.0.1:{port}");
        match WebDriver::new(url, capabilities.clone()).await {
            Ok(driver) => return driver,
            // The WebDriver listens a moment after it was started.
            Err(_) if Instant::now() < until => tokio::time::sleep(GLANCE).await,
            Err(error) => {
                let log = std::fs::read_to_string(home.join("stderr.log")).unwrap_or_default();
                panic!("the window does not open: {error}\n{log}");
            }
        }
    }
}
