//! The `ekatong` program: everything the window does, by command.
//!
//! One file a noun under `commands/`; each command is a session: sign in, ask the
//! one door, print, sign out. No rule stands here. To add a command: an arm in its
//! noun's file; to add a noun: a file and two lines in [`args`].

mod args;
mod commands;
mod failure;
mod output;
mod progress;
mod resolve;
mod secrets;
mod session;

use std::process::ExitCode;

use ekatong_host::{Exit, Place, logging, memory, reading};

use crate::failure::Failure;
use crate::output::Output;
use crate::session::Context;

fn main() -> ExitCode {
    memory::keep_little();
    if let Some(end) = reading::serve_if_asked() {
        return end;
    }
    let json = std::env::args_os().any(|argument| argument == "--json");
    let cli = match args::parse() {
        Ok(cli) => cli,
        Err(error) => return ExitCode::from(args::report(&error, Output::new(json)) as u8),
    };
    let output = Output::new(cli.json);
    let end = run(cli, output).unwrap_or_else(|failure| output.failure(&failure));
    ExitCode::from(end as u8)
}

fn run(cli: args::Cli, output: Output) -> Result<Exit, Failure> {
    let place = Place::choose(cli.data, cli.database.clone())?;
    if cli.database.is_some() && place.holds_password() {
        output.note("提醒：命令行里的数据库密码会被本机其他用户看到，请改用环境变量 PGPASSWORD。");
    }
    // A folder that is not there yet is made by the command that needs it, not by its log.
    logging::start(place.folder().filter(|folder| folder.path().is_dir()));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::internal("starting", error))?;
    let context = Context {
        place,
        login: cli.acting,
        output,
    };
    runtime.block_on(commands::run(cli.command, &context))
}
