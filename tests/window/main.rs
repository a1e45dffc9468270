//! The real window, driven through WebDriver.

mod shell;
