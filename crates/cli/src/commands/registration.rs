//! `ekatong registration`: 注册报到; the district reviews it by `ekatong review`.

use clap::{Args, Subcommand};
use ekatong_host::Exit;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Fields, Page, id, step_result};
use crate::failure::Failure;
use crate::output::{Output, list, moment, next_page, number, text, yes};
use crate::resolve::{ClassPlace, class_place};
use crate::secrets;
use crate::session::{Context, signed_in};

#[derive(Debug, Subcommand)]
pub(crate) enum Registration {
    /// 登记一名小学毕业生
    Add(Add),
    /// 提交给区里：一次导入的、指定的，或全部草稿
    Submit {
        /// 学校代码
        #[arg(long, value_name = "代码")]
        school: String,
        /// 导入编号
        #[arg(long, value_name = "编号", value_parser = id, conflicts_with = "ids")]
        import: Option<Uuid>,
        /// 申请编号，用逗号分开
        #[arg(long, value_name = "编号", value_delimiter = ',', value_parser = id)]
        ids: Vec<Uuid>,
    },
    /// 撤回，区里审核通过之前都可以
    Withdraw {
        /// 学校代码
        #[arg(long, value_name = "代码")]
        school: String,
        /// 申请编号，用逗号分开
        #[arg(long, value_name = "编号", value_delimiter = ',', required = true, value_parser = id)]
        ids: Vec<Uuid>,
    },
    /// 查看注册报到
    List(ListMoves),
}

#[derive(Debug, Args)]
pub(crate) struct Add {
    /// 学校代码
    #[arg(long, value_name = "代码")]
    school: String,
    /// 姓名
    #[arg(long, value_name = "姓名")]
    name: String,
    /// 证件类型（默认居民身份证）
    #[arg(long, value_name = "类型")]
    paper_kind: Option<String>,
    /// 证件号码；写 - 从标准输入读取
    #[arg(long, value_name = "号码", allow_hyphen_values = true)]
    id_number: String,
    /// 护照的国籍，三个字母
    #[arg(long, value_name = "国籍")]
    nationality: Option<String>,
    /// 班级，例如 7-3
    #[arg(long, value_name = "班级", value_parser = class_place)]
    class: ClassPlace,
    /// 同时提交给区里
    #[arg(long)]
    submit: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ListMoves {
    /// 学校代码
    #[arg(long, value_name = "代码")]
    school: Option<String>,
    /// 区县代码
    #[arg(long, value_name = "代码")]
    district: Option<String>,
    /// 看转出的一方
    #[arg(long)]
    out: bool,
    /// 状态
    #[arg(long, value_name = "状态", value_parser = ["draft", "submitted", "approved", "returned"])]
    state: Option<String>,
    #[command(flatten)]
    page: Page,
}

pub(crate) async fn run(command: Registration, context: &Context) -> Result<Exit, Failure> {
    match command {
        Registration::Add(add) => {
            let number = secrets::argument(add.id_number)?;
            signed_in(context, async |session| {
                let request = Fields::new()
                    .with(
                        "schoolId",
                        session.school_id(&add.school).await?.to_string(),
                    )
                    .with("name", add.name)
                    .maybe("paperKind", add.paper_kind)
                    .with("paperNumber", number)
                    .maybe("nationality", add.nationality)
                    .with("grade", add.class.grade)
                    .with("classNumber", add.class.number)
                    .with("submit", add.submit)
                    .done();
                session
                    .show("registration.create", request, |output, answer| {
                        table(output, &json!({ "items": [answer.get("registration")] }));
                        for problem in list(answer, "problems") {
                            output.note(text(problem, "message"));
                        }
                    })
                    .await
            })
            .await
        }
        Registration::Submit {
            school,
            import,
            ids,
        } => {
            signed_in(context, async |session| {
                let request = Fields::new()
                    .with("schoolId", session.school_id(&school).await?.to_string())
                    .maybe("importId", import.map(|id| id.to_string()))
                    .maybe("ids", (!ids.is_empty()).then(|| json!(ids)))
                    .done();
                let answer = session.call("registration.submit", request).await?;
                Ok(step_result(session.output, &answer, "已提交"))
            })
            .await
        }
        Registration::Withdraw { school, ids } => {
            signed_in(context, async |session| {
                let school = session.school_id(&school).await?;
                let request = json!({ "schoolId": school, "ids": ids });
                let answer = session.call("registration.withdraw", request).await?;
                Ok(step_result(session.output, &answer, "已撤回"))
            })
            .await
        }
        Registration::List(list) => moves(context, "registration.list", list).await,
    }
}

/// Lists registrations or transfers.
pub(crate) async fn moves(
    context: &Context,
    op: &'static str,
    list: ListMoves,
) -> Result<Exit, Failure> {
    signed_in(context, async |session| {
        let school = session.maybe_school_id(list.school.as_deref()).await?;
        let request = Fields::new()
            .maybe("schoolId", school.map(|id| id.to_string()))
            .maybe("district", list.district)
            .maybe("side", list.out.then_some("out"))
            .maybe("state", list.state)
            .page(list.page)
            .done();
        session.show(op, request, table).await
    })
    .await
}

/// Registrations or transfers for people.
pub(crate) fn table(output: Output, answer: &Value) {
    let rows: Vec<Vec<String>> = list(answer, "items")
        .iter()
        .map(|one| {
            vec![
                text(one, "name").to_owned(),
                text(one, "paperMasked").to_owned(),
                format!("{} {}", text(one, "fromSchoolName"), text(one, "fromClass")),
                format!(
                    "{} {} {} 班",
                    text(one, "schoolName"),
                    text(one, "gradeName"),
                    number(one, "classNumber")
                ),
                text(one, "stateName").to_owned(),
                moment(one, "submittedAt"),
                text(one, "returnedReason").to_owned(),
                text(one, "id").to_owned(),
            ]
        })
        .collect();
    output.table(
        &[
            "姓名",
            "证件号码",
            "原学校",
            "新学校",
            "状态",
            "提交时间",
            "退回原因",
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
