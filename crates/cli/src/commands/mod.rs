//! The commands, one file a noun.

pub(crate) mod audit;
pub(crate) mod batch;
pub(crate) mod call;
pub(crate) mod card;
pub(crate) mod class;
pub(crate) mod demo;
pub(crate) mod district;
mod entry;
pub(crate) mod extension;
pub(crate) mod grade;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod key;
pub(crate) mod order;
pub(crate) mod photo;
pub(crate) mod pupil;
pub(crate) mod registration;
pub(crate) mod review;
pub(crate) mod school;
pub(crate) mod setting;
pub(crate) mod status;
pub(crate) mod template;
mod transfer;
pub(crate) mod user;

use std::path::Path;

use clap::Args;
use ekatong_host::Exit;
use serde_json::{Map, Value};

use crate::args::Noun;
use crate::failure::Failure;
use crate::output::{Output, list, number, text};
use crate::session::{Context, Session, check_free};

/// Runs one command.
pub(crate) async fn run(noun: Noun, context: &Context) -> Result<Exit, Failure> {
    match noun {
        Noun::Init(command) => init::run(command, context).await,
        Noun::Demo(command) => demo::run(command, context).await,
        Noun::Status => status::run(context).await,
        Noun::User(command) => user::run(command, context).await,
        Noun::Setting(command) => setting::run(command, context).await,
        Noun::District(command) => district::run(command, context).await,
        Noun::School(command) => school::run(command, context).await,
        Noun::Grade(command) => grade::run(command, context).await,
        Noun::Class(command) => class::run(command, context).await,
        Noun::Template(command) => template::run(command, context).await,
        Noun::Import(command) => import::run(command, context).await,
        Noun::Pupil(command) => pupil::run(command, context).await,
        Noun::Photo(command) => photo::run(command, context).await,
        Noun::Review(command) => review::run(command, context).await,
        Noun::Registration(command) => registration::run(command, context).await,
        Noun::Order(command) => order::run(command, context).await,
        Noun::Batch(command) => batch::run(command, context).await,
        Noun::Card(command) => card::run(command, context).await,
        Noun::Extension(command) => extension::run(command, context).await,
        Noun::Audit(command) => audit::run(command, context).await,
        Noun::Key(command) => key::run(command, context).await,
        Noun::Call(command) => call::run(command, context).await,
        Noun::Operations => call::operations(context),
    }
}

/// Which page of a list.
#[derive(Debug, Args)]
pub(crate) struct Page {
    /// 每页行数（1–500，默认 50）
    #[arg(long, value_name = "行数")]
    limit: Option<u32>,
    /// 下一页的起点
    #[arg(long, value_name = "起点")]
    after: Option<String>,
}

/// A request of the fields that have a value.
pub(crate) struct Fields(Map<String, Value>);

impl Fields {
    pub(crate) fn new() -> Self {
        Self(Map::new())
    }

    pub(crate) fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.insert(key.to_owned(), value.into());
        self
    }

    pub(crate) fn maybe(self, key: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    pub(crate) fn page(self, page: Page) -> Self {
        self.maybe("limit", page.limit).maybe("after", page.after)
    }

    pub(crate) fn done(self) -> Value {
        Value::Object(self.0)
    }
}

/// Prints what a step over many did. Nothing done and something wrong is a refusal.
pub(crate) fn step_result(output: Output, answer: &Value, what: &str) -> Exit {
    let problems = list(answer, "problems");
    output.answer(answer, |output, answer| {
        output.line(&format!("{what}：{}", number(answer, "done")));
        output.problems(problems);
    });
    let refused = number(answer, "done") == 0
        && problems
            .iter()
            .any(|problem| text(problem, "severity") == "error");
    if refused { Exit::Rejected } else { Exit::Done }
}

/// 七年级 3班: grade and class of an answer.
pub(crate) fn class_of(item: &Value) -> String {
    let (grade, class) = (text(item, "gradeName"), number(item, "classNumber"));
    format!("{grade} {class}班")
}

/// Runs an export, saves its file and says how many `what` it holds.
pub(crate) async fn export(
    session: &Session,
    op: &str,
    request: Value,
    (out, force): (&Path, bool),
    what: &str,
) -> Result<Exit, Failure> {
    check_free(out, force)?;
    let mut answer = session.job(op, request).await?;
    session.save(&answer, out, force).await?;
    template::saved(&mut answer, out);
    session.output.answer(&answer, |output, answer| {
        let rows = number(answer, "rows");
        output.line(&format!("已导出 {rows} {what}：{}", out.display()));
    });
    Ok(Exit::Done)
}

/// Ids written with commas between them.
pub(crate) fn id(text: &str) -> Result<uuid::Uuid, String> {
    text.trim().parse().map_err(|_| "编号的格式不对".to_owned())
}
