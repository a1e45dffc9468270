//! `ekatong class`: classes.

use clap::{Args, Subcommand};
use ekatong_core::domain::class::ClassNumbers;
use ekatong_core::error::OpError;
use ekatong_host::Exit;
use serde_json::{Value, json};

use super::Fields;
use crate::failure::Failure;
use crate::output::{Output, list, number, text, yes};
use crate::resolve::{ClassPlace, class_place};
use crate::session::{Context, signed_in};

#[derive(Debug, Subcommand)]
pub(crate) enum Class {
    /// 新建班级，可一次建多个
    Add(Add),
    /// 修改班级昵称和备注
    Edit(Edit),
    /// 修改班级序号
    Renumber(Renumber),
    /// 关闭班级
    Close(Which),
    /// 重新开放已关闭的班级
    Reopen(Which),
    /// 删除没有学生的班级
    Delete(Which),
    /// 查看班级
    List(List),
}

#[derive(Debug, Args)]
pub(crate) struct Which {
    /// 学校代码
    #[arg(long, value_name = "代码")]
    school: String,
    /// 班级：年级-序号，例如 7-3
    #[arg(long, value_name = "班级", value_parser = class_place)]
    class: ClassPlace,
    /// 学年（默认为学校的当前学年）
    #[arg(long, value_name = "学年")]
    school_year: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Add {
    /// 学校代码
    #[arg(long, value_name = "代码")]
    school: String,
    /// 年级（1–9）
    #[arg(long, value_name = "年级")]
    grade: i64,
    /// 班级序号，例如 1-8,12
    #[arg(long, value_name = "序号")]
    numbers: String,
    /// 学年（默认为学校的当前学年）
    #[arg(long, value_name = "学年")]
    school_year: Option<String>,
    /// 班级昵称
    #[arg(long, value_name = "昵称")]
    nickname: Option<String>,
    /// 备注
    #[arg(long, value_name = "备注")]
    remark: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Edit {
    #[command(flatten)]
    which: Which,
    /// 新昵称；写空文字为去掉
    #[arg(long, value_name = "昵称")]
    nickname: Option<String>,
    /// 新备注；写空文字为去掉
    #[arg(long, value_name = "备注")]
    remark: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Renumber {
    #[command(flatten)]
    which: Which,
    /// 新序号（1–99）
    #[arg(long, value_name = "序号")]
    to: u32,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// 学校代码
    #[arg(long, value_name = "代码")]
    school: String,
    /// 学年（默认为学校的当前学年）
    #[arg(long, value_name = "学年")]
    school_year: Option<String>,
    /// 年级（1–9）
    #[arg(long, value_name = "年级")]
    grade: Option<i64>,
}

pub(crate) async fn run(command: Class, context: &Context) -> Result<Exit, Failure> {
    signed_in(context, async |session| match command {
        Class::Add(add) => {
            let numbers = ClassNumbers::parse(&add.numbers)
                .map_err(|problem| OpError::from(problem.field("numbers")))?;
            let numbers: Vec<u8> = numbers
                .as_slice()
                .iter()
                .map(|number| number.get())
                .collect();
            let school = session.school_id(&add.school).await?;
            let grade = session.grade(school, add.grade).await?;
            let request = Fields::new()
                .with("gradeId", grade.to_string())
                .with("numbers", numbers)
                .maybe("schoolYear", add.school_year)
                .maybe("nickname", add.nickname)
                .maybe("remark", add.remark)
                .done();
            session.show("class.create", request, table).await
        }
        Class::Edit(edit) => {
            let which = edit.which;
            let (id, class) = session
                .class_at(&which.school, which.class, which.school_year.as_deref())
                .await?;
            // The operation writes both texts; what was not named stays.
            let request = Fields::new()
                .with("id", id.to_string())
                .with("version", class.version)
                .maybe("nickname", edit.nickname.or(class.nickname))
                .maybe("remark", edit.remark.or(class.remark))
                .done();
            session.show("class.edit", request, one).await
        }
        Class::Renumber(renumber) => {
            let which = renumber.which;
            let (id, class) = session
                .class_at(&which.school, which.class, which.school_year.as_deref())
                .await?;
            let request = json!({ "id": id, "version": class.version, "number": renumber.to });
            session.show("class.renumber", request, one).await
        }
        Class::Close(which) => {
            let (id, class) = session
                .class_at(&which.school, which.class, which.school_year.as_deref())
                .await?;
            session
                .show(
                    "class.close",
                    json!({ "id": id, "version": class.version }),
                    one,
                )
                .await
        }
        Class::Reopen(which) => {
            let (id, class) = session
                .class_at(&which.school, which.class, which.school_year.as_deref())
                .await?;
            session
                .show(
                    "class.reopen",
                    json!({ "id": id, "version": class.version }),
                    one,
                )
                .await
        }
        Class::Delete(which) => {
            let (id, class) = session
                .class_at(&which.school, which.class, which.school_year.as_deref())
                .await?;
            session
                .show(
                    "class.delete",
                    json!({ "id": id, "version": class.version }),
                    |output, _| {
                        output.line("已删除。");
                    },
                )
                .await
        }
        Class::List(list) => {
            let request = Fields::new()
                .with(
                    "schoolId",
                    session.school_id(&list.school).await?.to_string(),
                )
                .maybe("schoolYear", list.school_year)
                .maybe("grade", list.grade)
                .done();
            session.show("class.list", request, table).await
        }
    })
    .await
}

fn row(class: &Value) -> Vec<String> {
    vec![
        text(class, "gradeName").to_owned(),
        number(class, "number").to_string(),
        text(class, "schoolYear").to_owned(),
        text(class, "nickname").to_owned(),
        if yes(class, "open") {
            "开放"
        } else {
            "已关闭"
        }
        .to_owned(),
        number(class, "pupils").to_string(),
        text(class, "remark").to_owned(),
    ]
}

const HEADS: [&str; 7] = ["年级", "班级序号", "学年", "昵称", "状态", "学生数", "备注"];

fn one(output: Output, class: &Value) {
    output.table(&HEADS, &[row(class)]);
}

fn table(output: Output, answer: &Value) {
    let rows: Vec<Vec<String>> = list(answer, "items").iter().map(row).collect();
    output.table(&HEADS, &rows);
}
