//! `ekatong pupil`: pupils.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};
use ekatong_core::domain::correction::RecordPart;
use ekatong_core::error::{Code, Problem};
use ekatong_host::Exit;
use serde_json::{Value, json};
use uuid::Uuid;

use super::entry::{self, Add};
use super::transfer::{self, Transfer};
use super::{Fields, Page, class_of, export, id, step_result};
use crate::failure::Failure;
use crate::output::{Output, list, moment, next_page, number, text, yes};
use crate::resolve::{ClassFilter, ClassPlace, class_filter, class_place};
use crate::secrets;
use crate::session::{Context, Session, signed_in};

#[derive(Debug, Subcommand)]
pub(crate) enum Pupil {
    /// 录入一名新生，存为草稿或直接提交
    Add(Add),
    /// 提交学生给区里
    Submit(Submit),
    /// 按证件号码查找
    Find {
        /// 证件号码；写 - 从标准输入读取
        #[arg(long, value_name = "号码", allow_hyphen_values = true)]
        id_number: String,
    },
    /// 查看一名学生的档案，可以看某一天的
    Show(Show),
    /// 更正一名学生的资料，须写原因
    Edit(Edit),
    /// 按姓名、拼音、学籍号、证件号码、家长手机或班级搜索
    Search(Search),
    /// 查看学生
    List(List),
    /// 删除学生，放入回收站，到期前可以恢复
    Delete {
        /// 学生编号，用逗号分开
        #[arg(value_name = "编号", value_delimiter = ',', required = true, value_parser = id)]
        ids: Vec<Uuid>,
        /// 原因
        #[arg(long, value_name = "原因")]
        reason: String,
    },
    /// 从回收站恢复学生
    Restore {
        /// 学生编号
        #[arg(value_name = "编号", value_parser = id)]
        pupil: Uuid,
        /// 另一个班级，例如 7-3；不填则回到原来的班级
        #[arg(long, value_name = "班级", value_parser = class_place)]
        class: Option<ClassPlace>,
    },
    /// 转入转出
    #[command(subcommand)]
    Transfer(Transfer),
    /// 按学校、年级、班级统计人数
    Statistics {
        /// 区县代码
        #[arg(long, value_name = "代码")]
        district: Option<String>,
        /// 学校代码
        #[arg(long, value_name = "代码")]
        school: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// 学生编号
    #[arg(value_name = "编号", value_parser = id)]
    id: Uuid,
    /// 这一天结束时的档案，例如 2026-09-01
    #[arg(long, value_name = "日期")]
    as_of: Option<String>,
    /// 显示证件号码、手机等隐私内容；须写原因，会记入审计
    #[arg(long, requires = "reason")]
    reveal: bool,
    /// 原因
    #[arg(long, value_name = "原因", requires = "reveal")]
    reason: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Edit {
    /// 学生编号
    #[arg(value_name = "编号", value_parser = id)]
    id: Uuid,
    /// 要更正的内容，例如 {"name":"林知夏"}；写 - 从标准输入读取
    #[arg(value_name = "JSON")]
    fields: String,
    /// 原因
    #[arg(long, value_name = "原因")]
    reason: String,
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
    #[command(flatten)]
    page: Page,
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
    /// 只看回收站里的学生
    #[arg(long)]
    deleted: bool,
    #[command(flatten)]
    page: Page,
    /// 把全部符合的学生导出为工作簿
    #[arg(long, value_name = "文件.xlsx", conflicts_with_all = ["limit", "after"])]
    out: Option<PathBuf>,
    /// 覆盖已有的文件
    #[arg(long)]
    force: bool,
    /// 导出时不遮盖证件号码和手机；限区级和市级，须写原因
    #[arg(long, requires_all = ["out", "reason"])]
    unmasked: bool,
    /// 原因
    #[arg(long, value_name = "原因", requires = "unmasked")]
    reason: Option<String>,
}

pub(crate) async fn run(command: Pupil, context: &Context) -> Result<Exit, Failure> {
    match command {
        Pupil::Add(command) => entry::add(command, context).await,
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
        Pupil::Show(command) => {
            signed_in(context, async |session| show(session, command).await).await
        }
        Pupil::Edit(command) => {
            let fields = secrets::argument(command.fields)?;
            signed_in(context, async |session| {
                edit(session, command.id, &fields, &command.reason).await
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
                    .page(search.page)
                    .done();
                session.show("pupil.list", request, table).await
            })
            .await
        }
        Pupil::List(command) => {
            signed_in(context, async |session| pupils(session, command).await).await
        }
        Pupil::Statistics { district, school } => {
            signed_in(context, async |session| {
                let school = session.maybe_school_id(school.as_deref()).await?;
                let request = Fields::new()
                    .maybe("district", district)
                    .maybe("schoolId", school.map(|id| id.to_string()))
                    .done();
                session.show("pupil.statistics", request, statistics).await
            })
            .await
        }
        Pupil::Delete { ids, reason } => {
            signed_in(context, async |session| {
                let request = json!({ "ids": ids, "reason": reason });
                let answer = session.call("pupil.delete", request).await?;
                Ok(step_result(session.output, &answer, "已删除"))
            })
            .await
        }
        Pupil::Restore { pupil, class } => {
            signed_in(context, async |session| {
                let request = Fields::new()
                    .with("id", pupil.to_string())
                    .maybe("grade", class.map(|class| class.grade))
                    .maybe("classNumber", class.map(|class| class.number))
                    .done();
                session
                    .show("pupil.restore", request, |output, pupil| {
                        table(output, &json!({ "items": [pupil] }));
                    })
                    .await
            })
            .await
        }
        Pupil::Transfer(command) => transfer::run(command, context).await,
    }
}

async fn pupils(session: &Session, command: List) -> Result<Exit, Failure> {
    let school = session.maybe_school_id(command.school.as_deref()).await?;
    let class = command.class;
    let filter = Fields::new()
        .maybe("district", command.district)
        .maybe("schoolId", school.map(|id| id.to_string()))
        .maybe(
            "grade",
            command.grade.or(class.and_then(|class| class.grade)),
        )
        .maybe("classNumber", class.map(|class| class.number))
        .maybe("name", command.name)
        .maybe("applicationState", command.state)
        .maybe("importId", command.import.map(|id| id.to_string()))
        .maybe("deleted", command.deleted.then_some(true));
    let Some(out) = command.out else {
        let request = filter.page(command.page).done();
        return session.show("pupil.list", request, table).await;
    };
    let request = Fields::new()
        .with("filter", filter.done())
        .with("unmasked", command.unmasked)
        .maybe("reason", command.reason)
        .done();
    let out = (out.as_path(), command.force);
    export(session, "pupil.export", request, out, "名学生").await
}

fn statistics(output: Output, answer: &Value) {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut row = |school: &str, place: String, count: &Value| {
        rows.push(vec![
            school.to_owned(),
            place,
            number(count, "pupils").to_string(),
        ]);
    };
    for school in list(answer, "schools") {
        let name = text(school, "schoolName");
        for grade in list(school, "grades") {
            row(name, text(grade, "gradeName").to_owned(), grade);
        }
        row(name, "合计".to_owned(), school);
    }
    for class in list(answer, "classes") {
        let place = class_of(class);
        row("", place, class);
    }
    output.table(&["学校", "年级、班级", "人数"], &rows);
    output.line(&format!("共 {} 名学生", number(answer, "total")));
}

/// Every masked field, for `--reveal`.
const MASKED: [&str; 5] = ["paper", "birthDate", "studentNumber", "address", "phones"];

async fn show(session: &Session, command: Show) -> Result<Exit, Failure> {
    let request = Fields::new()
        .with("id", command.id.to_string())
        .maybe("asOf", command.as_of.clone());
    let mut page = session.call("pupil.show", request.done()).await?;
    if command.reveal {
        let request = Fields::new()
            .with("id", command.id.to_string())
            .with("fields", json!(MASKED))
            .with("reason", command.reason.unwrap_or_default())
            .maybe("asOf", command.as_of);
        let revealed = session.call("pupil.reveal", request.done()).await?;
        if let Some(page) = page.as_object_mut() {
            page.insert("revealed".to_owned(), revealed);
        }
    }
    session.output.answer(&page, print_page);
    Ok(Exit::Done)
}

async fn edit(session: &Session, id: Uuid, fields: &str, reason: &str) -> Result<Exit, Failure> {
    let Ok(Value::Object(mut request)) = serde_json::from_str(fields) else {
        return Err(Problem::new(Code::RequestInvalid)
            .message("更正内容应为 JSON 对象，例如 {\"name\":\"林知夏\"}。")
            .into());
    };
    // Who corrects by command has seen no version: it is that of this moment, unless named.
    if !request.contains_key("version") {
        let page = session
            .call("pupil.show", json!({ "id": id.to_string() }))
            .await?;
        request.insert("version".to_owned(), json!(number(&page, "version")));
    }
    request.insert("id".to_owned(), json!(id.to_string()));
    request.insert("reason".to_owned(), json!(reason));
    session
        .show("pupil.edit", Value::Object(request), |output, answer| {
            let parts: Vec<&str> = list(answer, "corrected")
                .iter()
                .filter_map(Value::as_str)
                .filter_map(RecordPart::from_stored)
                .map(RecordPart::zh)
                .collect();
            output.line(&if parts.is_empty() {
                "没有改动。".to_owned()
            } else {
                format!("已更正：{}。", parts.join("、"))
            });
        })
        .await
}

fn print_page(output: Output, page: &Value) {
    let revealed = page.get("revealed").cloned().unwrap_or_default();
    let clear = |field: &str, masked: &str| -> String {
        let shown = text(&revealed, field);
        let shown = if shown.is_empty() { masked } else { shown };
        shown.to_owned()
    };
    let enrolment = page.get("enrolment").cloned().unwrap_or_default();
    let born = page
        .get("birthYear")
        .and_then(Value::as_i64)
        .map_or_else(String::new, |year| year.to_string());
    let mut rows = vec![
        vec!["姓名".to_owned(), text(page, "name").to_owned()],
        vec![
            text(page, "paperKindName").to_owned(),
            clear("paper", text(page, "paperMasked")),
        ],
        vec!["出生日期".to_owned(), clear("birthDate", &born)],
        vec![
            "学籍号".to_owned(),
            clear("studentNumber", text(page, "studentNumberMasked")),
        ],
        vec!["家庭住址".to_owned(), clear("address", "")],
        vec!["学校".to_owned(), text(&enrolment, "schoolName").to_owned()],
        vec!["班级".to_owned(), class_of(&enrolment)],
        vec!["学生状态".to_owned(), text(page, "statusName").to_owned()],
        vec![
            "申请状态".to_owned(),
            text(page, "applicationStateName").to_owned(),
        ],
        vec!["卡号".to_owned(), text(page, "cardNumber").to_owned()],
    ];
    for guardian in list(page, "guardians") {
        let phone = list(&revealed, "phones")
            .iter()
            .find(|phone| text(phone, "guardianId") == text(guardian, "id"))
            .map_or(text(guardian, "phoneMasked"), |phone| text(phone, "phone"));
        rows.push(vec![
            "家长".to_owned(),
            format!(
                "{} {} {phone}",
                text(guardian, "name"),
                text(guardian, "relationName")
            ),
        ]);
    }
    for correction in list(page, "corrections") {
        let parts: Vec<&str> = list(correction, "parts")
            .iter()
            .filter_map(Value::as_str)
            .collect();
        rows.push(vec![
            "更正".to_owned(),
            format!(
                "{} {} {}（{}）",
                moment(correction, "at"),
                text(correction, "by"),
                parts.join("、"),
                text(correction, "reason")
            ),
        ]);
    }
    output.table(&["项目", "内容"], &rows);
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
                class_of(pupil),
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
