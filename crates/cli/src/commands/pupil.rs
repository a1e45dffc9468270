//! `ekatong pupil`: pupils.

use clap::{ArgGroup, Args, Subcommand};
use ekatong_host::Exit;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Fields, id, step_result};
use crate::failure::Failure;
use crate::output::{Output, list, moment, next_page, number, text, yes};
use crate::resolve::{ClassFilter, ClassPlace, class_filter, class_place};
use crate::secrets;
use crate::session::{Context, signed_in};

#[derive(Debug, Subcommand)]
pub(crate) enum Pupil {
    /// 提交学生给区里
    Submit(Submit),
    /// 按证件号码查找
    Find {
        /// 证件号码；写 - 从标准输入读取
        #[arg(long, value_name = "号码", allow_hyphen_values = true)]
        id_number: String,
    },
    /// 按姓名、拼音、学籍号、证件号码、家长手机或班级搜索
    Search(Search),
    /// 查看学生
    List(List),
}

#[derive(Debug, Args)]
pub(crate) struct Search {
    /// 要找的内容，例如 小明、wxm、7-3；写 - 从标准输入读取
    #[arg(value_name = "内容", allow_hyphen_values = true)]
    text: String,
    /// 区县代码
    #[arg(long, value_name = "代码")]
    district: Option<String>,
    /// 学校代码
    #[arg(long, value_name = "代码")]
    school: Option<String>,
    /// 每页行数（1–500，默认 50）
    #[arg(long, value_name = "行数")]
    limit: Option<u32>,
    /// 下一页的起点
    #[arg(long, value_name = "起点")]
    after: Option<String>,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("which").required(true).args(["import", "class", "ids"])))]
pub(crate) struct Submit {
    /// 学校代码
    #[arg(long, value_name = "代码")]
    school: String,
    /// 一次导入的全部学生
    #[arg(long, value_name = "编号", value_parser = id)]
    import: Option<Uuid>,
    /// 一个班级的全部学生，例如 7-3
    #[arg(long, value_name = "班级", value_parser = class_place)]
    class: Option<ClassPlace>,
    /// 学生编号，用逗号分开
    #[arg(long, value_name = "编号", value_delimiter = ',', value_parser = id)]
    ids: Vec<Uuid>,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// 区县代码
    #[arg(long, value_name = "代码")]
    district: Option<String>,
    /// 学校代码
    #[arg(long, value_name = "代码")]
    school: Option<String>,
    /// 年级（1–9）
    #[arg(long, value_name = "年级")]
    grade: Option<i64>,
    /// 班级序号，或 年级-序号
    #[arg(long, value_name = "班级", value_parser = class_filter)]
    class: Option<ClassFilter>,
    /// 姓名的开头
    #[arg(long, value_name = "姓名")]
    name: Option<String>,
    /// 申请状态：draft submitted approved returned
    #[arg(long, value_name = "状态")]
    state: Option<String>,
    /// 导入编号
    #[arg(long, value_name = "编号", value_parser = id)]
    import: Option<Uuid>,
    /// 每页行数（1–500，默认 50）
    #[arg(long, value_name = "行数")]
    limit: Option<u32>,
    /// 下一页的起点
    #[arg(long, value_name = "起点")]
    after: Option<String>,
}

pub(crate) async fn run(command: Pupil, context: &Context) -> Result<Exit, Failure> {
    match command {
        Pupil::Submit(submit) => {
            signed_in(context, async |session| {
                let request = Fields::new()
                    .with(
                        "schoolId",
                        session.school_id(&submit.school).await?.to_string(),
                    )
                    .maybe("importId", submit.import.map(|id| id.to_string()))
                    .maybe("grade", submit.class.map(|class| class.grade))
                    .maybe("classNumber", submit.class.map(|class| class.number))
                    .maybe("ids", (!submit.ids.is_empty()).then(|| json!(submit.ids)))
                    .done();
                let answer = session.call("pupil.submit", request).await?;
                Ok(step_result(session.output, &answer, "已提交"))
            })
            .await
        }
        Pupil::Find { id_number } => {
            let number = secrets::argument(id_number)?;
            signed_in(context, async |session| {
                session
                    .show("pupil.find", json!({ "idNumber": number }), found)
                    .await
            })
            .await
        }
        Pupil::Search(search) => {
            let text = secrets::argument(search.text)?;
            signed_in(context, async |session| {
                let school = session.maybe_school_id(search.school.as_deref()).await?;
                let request = Fields::new()
                    .with("text", text)
                    .maybe("district", search.district)
                    .maybe("schoolId", school.map(|id| id.to_string()))
                    .maybe("limit", search.limit)
                    .maybe("after", search.after)
                    .done();
                session.show("pupil.list", request, table).await
            })
            .await
        }
        Pupil::List(list) => {
            signed_in(context, async |session| {
                let school = session.maybe_school_id(list.school.as_deref()).await?;
                let request = Fields::new()
                    .maybe("district", list.district)
                    .maybe("schoolId", school.map(|id| id.to_string()))
                    .maybe(
                        "grade",
                        list.grade.or(list.class.and_then(|class| class.grade)),
                    )
                    .maybe("classNumber", list.class.map(|class| class.number))
                    .maybe("name", list.name)
                    .maybe("applicationState", list.state)
                    .maybe("importId", list.import.map(|id| id.to_string()))
                    .maybe("limit", list.limit)
                    .maybe("after", list.after)
                    .done();
                session.show("pupil.list", request, table).await
            })
            .await
        }
    }
}

fn found(output: Output, answer: &Value) {
    match answer.get("pupil") {
        Some(pupil) if !pupil.is_null() => table(output, &json!({ "items": [pupil] })),
        _ if yes(answer, "elsewhere") => output.line("该学生已在其他学校登记。"),
        _ => output.line("没有找到。"),
    }
}

fn table(output: Output, answer: &Value) {
    let rows: Vec<Vec<String>> = list(answer, "items")
        .iter()
        .map(|pupil| {
            vec![
                text(pupil, "name").to_owned(),
                text(pupil, "paperMasked").to_owned(),
                text(pupil, "schoolName").to_owned(),
                format!(
                    "{} {}班",
                    text(pupil, "gradeName"),
                    number(pupil, "classNumber")
                ),
                text(pupil, "applicationStateName").to_owned(),
                moment(pupil, "submittedAt"),
                text(pupil, "orderStateName").to_owned(),
                text(pupil, "id").to_owned(),
            ]
        })
        .collect();
    output.table(
        &[
            "姓名",
            "证件号码",
            "学校",
            "班级",
            "申请",
            "提交时间",
            "制卡",
            "编号",
        ],
        &rows,
    );
    if let Some(count) = answer.get("count") {
        let more = if yes(count, "more") { "+" } else { "" };
        output.note(&format!("共 {}{more} 名", number(count, "count")));
    }
    next_page(output, answer);
}
