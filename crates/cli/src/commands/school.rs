//! `ekatong school`: schools.

use clap::{Args, Subcommand};
use ekatong_host::Exit;
use serde_json::{Value, json};

use super::{Fields, Page};
use crate::failure::Failure;
use crate::output::{Output, list, next_page, text};
use crate::session::{Context, signed_in};

#[derive(Debug, Subcommand)]
pub(crate) enum School {
    /// 新建学校
    Add(Add),
    /// 修改学校
    Edit(Edit),
    /// 设置学校的当前学年
    SetYear(SetYear),
    /// 查看学校
    List(List),
}

#[derive(Debug, Args)]
pub(crate) struct Add {
    /// 学校代码：10 位数字，或临时代码
    #[arg(value_name = "代码")]
    code: String,
    /// 名称
    #[arg(value_name = "名称")]
    name: String,
    /// 办学类型的代码或名称，例如 211、311、312
    #[arg(long, value_name = "类型")]
    kind: String,
    /// 区县代码
    #[arg(long, value_name = "代码")]
    district: String,
    /// 当前学年（默认同全市）
    #[arg(long, value_name = "学年")]
    school_year: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Edit {
    /// 学校代码
    #[arg(value_name = "代码")]
    code: String,
    /// 新代码
    #[arg(long, value_name = "代码")]
    new_code: Option<String>,
    /// 新名称
    #[arg(long, value_name = "名称")]
    name: Option<String>,
    /// 新办学类型
    #[arg(long, value_name = "类型")]
    kind: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct SetYear {
    /// 学校代码
    #[arg(value_name = "代码")]
    code: String,
    /// 学年，例如 2026-2027
    #[arg(value_name = "学年")]
    school_year: String,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// 区县代码
    #[arg(long, value_name = "代码")]
    district: Option<String>,
    /// 名称的一部分，或代码的开头
    #[arg(long, value_name = "文字")]
    text: Option<String>,
    #[command(flatten)]
    page: Page,
}

pub(crate) async fn run(command: School, context: &Context) -> Result<Exit, Failure> {
    signed_in(context, async |session| match command {
        School::Add(add) => {
            let request = Fields::new()
                .with("code", add.code)
                .with("name", add.name)
                .with("kind", add.kind)
                .with("district", add.district)
                .maybe("schoolYear", add.school_year)
                .done();
            session.show("school.create", request, changed).await
        }
        School::Edit(edit) => {
            let school = session.school(&edit.code).await?;
            let request = Fields::new()
                .with("id", school.id.to_string())
                .with("version", school.version)
                .maybe("code", edit.new_code)
                .maybe("name", edit.name)
                .maybe("kind", edit.kind)
                .done();
            session.show("school.edit", request, changed).await
        }
        School::SetYear(set) => {
            let school = session.school(&set.code).await?;
            let request =
                json!({ "id": school.id, "version": school.version, "schoolYear": set.school_year });
            session.show("school.setYear", request, one).await
        }
        School::List(list) => {
            let request = Fields::new()
                .maybe("district", list.district)
                .maybe("text", list.text)
                .page(list.page)
                .done();
            session.show("school.list", request, table).await
        }
    })
    .await
}

fn changed(output: Output, answer: &Value) {
    if let Some(school) = answer.get("school") {
        one(output, school);
    }
    output.problems(list(answer, "problems"));
}

fn one(output: Output, school: &Value) {
    output.line(&format!(
        "{} {}（{}，{}，{} 学年）",
        text(school, "code"),
        text(school, "name"),
        text(school, "kindName"),
        text(school, "districtName"),
        text(school, "schoolYear")
    ));
}

fn table(output: Output, answer: &Value) {
    let rows: Vec<Vec<String>> = list(answer, "items")
        .iter()
        .map(|school| {
            ["code", "name", "kindName", "districtName", "schoolYear"]
                .map(|key| text(school, key).to_owned())
                .into()
        })
        .collect();
    output.table(&["代码", "名称", "办学类型", "区县", "学年"], &rows);
    next_page(output, answer);
}
