//! `ekatong import`: workbooks into the staging area, and from there on record.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use ekatong_core::error::OpError;
use ekatong_host::{Exit, HostError, chosen};
use serde_json::{Value, json};
use uuid::Uuid;

use super::template::saved;
use super::{Fields, Page, id};
use crate::failure::Failure;
use crate::output::{Output, list, moment, next_page, number, text};
use crate::session::{Context, Session, check_free, signed_in};

/// Rows asked for at once.
const PAGE: i64 = 500;

const NEW_PUPILS: &str = "new_pupils";
const CLASSES: &str = "classes";
const REGISTRATIONS: &str = "registrations";
const KINDS: [&str; 3] = [NEW_PUPILS, CLASSES, REGISTRATIONS];
const STATES: [&str; 5] = ["preview", "partly", "committed", "undone", "discarded"];

#[derive(Debug, Subcommand)]
pub(crate) enum Import {
    /// 导入新生信息；不加 --commit 时只核对，结果保留
    NewPupils(Workbook),
    /// 批量建班；不加 --commit 时只核对，结果保留
    Classes(Workbook),
    /// 批量注册报到；不加 --commit 时只核对，结果保留
    Registrations(Workbook),
    /// 查看导入记录
    List {
        /// 学校代码
        #[arg(long, value_name = "代码")]
        school: Option<String>,
        /// 种类
        #[arg(long, value_name = "种类", value_parser = KINDS)]
        kind: Option<String>,
        /// 状态
        #[arg(long, value_name = "状态", value_parser = STATES)]
        state: Option<String>,
        #[command(flatten)]
        page: Page,
    },
    /// 查看一次导入
    Show {
        /// 导入编号
        #[arg(value_name = "编号", value_parser = id)]
        import: Uuid,
    },
    /// 撤销一次导入：学生或班级如同没有录入过，可以重新导入
    Undo {
        /// 导入编号
        #[arg(value_name = "编号", value_parser = id)]
        import: Uuid,
        /// 保留已有后续办理的，只撤销其余的
        #[arg(long)]
        keep_held: bool,
    },
    /// 证件号诊断：被表格软件改动的号码可能是哪些，与哪些已登记的学生相符；不写入
    Doctor {
        /// 新生信息工作簿（.xlsx、.xls、.csv）
        #[arg(value_name = "文件")]
        file: PathBuf,
        /// 学校代码
        #[arg(long, value_name = "代码")]
        school: String,
    },
    /// 放弃一次只核对过的导入
    Discard {
        /// 导入编号
        #[arg(value_name = "编号", value_parser = id)]
        import: Uuid,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Workbook {
    /// 工作簿（.xlsx、.xls、.csv）；改好的错误工作簿接着原来的导入
    #[arg(value_name = "文件")]
    file: PathBuf,
    /// 学校代码
    #[arg(long, value_name = "代码")]
    school: String,
    /// 提交：valid 只提交正确的行，all 全部正确才提交
    #[arg(long, value_name = "方式", value_parser = ["valid", "all"])]
    commit: Option<String>,
    /// 同时提交给区里
    #[arg(long, requires = "commit")]
    submit: bool,
    /// 有错误或提醒时，另存标出错误的工作簿
    #[arg(long, value_name = "文件.xlsx")]
    errors_to: Option<PathBuf>,
    /// 覆盖已有的文件
    #[arg(long, requires = "errors_to")]
    force: bool,
    /// 导入编号（UUID）：相同编号重复运行不会重复写入
    #[arg(long, value_name = "编号", value_parser = id)]
    import_id: Option<Uuid>,
}

pub(crate) async fn run(command: Import, context: &Context) -> Result<Exit, Failure> {
    match command {
        Import::NewPupils(new) => workbook(context, NEW_PUPILS, new).await,
        Import::Classes(new) => workbook(context, CLASSES, new).await,
        Import::Registrations(new) => workbook(context, REGISTRATIONS, new).await,
        Import::List {
            school,
            kind,
            state,
            page,
        } => {
            signed_in(context, async |session| {
                let school = session.maybe_school_id(school.as_deref()).await?;
                let request = Fields::new()
                    .maybe("schoolId", school.map(|id| id.to_string()))
                    .maybe("kind", kind)
                    .maybe("state", state)
                    .page(page)
                    .done();
                session.show("import.list", request, table).await
            })
            .await
        }
        Import::Show { import } => {
            signed_in(context, async |session| {
                session
                    .show("import.open", json!({ "importId": import }), one)
                    .await
            })
            .await
        }
        Import::Undo { import, keep_held } => {
            signed_in(context, async |session| {
                let request = json!({ "importId": import, "keepHeld": keep_held });
                let answer = session.job("import.undo", request).await?;
                session.output.answer(&answer, |output, answer| {
                    output.line(&format!(
                        "已撤销 {} 行，保留 {} 行。",
                        number(answer, "undone"),
                        number(answer, "held")
                    ));
                });
                Ok(Exit::Done)
            })
            .await
        }
        Import::Doctor { file, school } => {
            let chosen = chosen::read(&file);
            signed_in(context, async |session| {
                let request = Fields::new().with("kind", NEW_PUPILS);
                let summary = preview(session, request, &file, &school, chosen?.bytes).await?;
                let answer = doctor(session, text(&summary, "id")).await?;
                session.output.answer(&answer, diagnosis);
                Ok(Exit::Done)
            })
            .await
        }
        Import::Discard { import } => {
            signed_in(context, async |session| {
                session
                    .show(
                        "import.discard",
                        json!({ "importId": import }),
                        |output, _| output.line("已放弃。"),
                    )
                    .await
            })
            .await
        }
    }
}

async fn workbook(context: &Context, kind: &str, new: Workbook) -> Result<Exit, Failure> {
    if let Some(out) = &new.errors_to {
        check_free(out, new.force)?;
    }
    let bytes = chosen::read(&new.file).map(|file| file.bytes);
    signed_in(context, async |session| {
        let outcome = match bytes {
            Ok(bytes) => check_and_commit(session, kind, &new, bytes).await,
            Err(error) => Err(error.into()),
        };
        finish(session.output, &new, outcome)
    })
    .await
}

/// What an import came to.
struct Outcome {
    summary: Value,
    problems: Vec<Value>,
    refused: Option<OpError>,
    /// The answer of `import.errorWorkbook`, when one was wanted and something is wrong.
    marked: Value,
}

/// Stages a file and previews it as the import that the request describes.
async fn preview(
    session: &Session,
    request: Fields,
    file: &Path,
    school: &str,
    bytes: Vec<u8>,
) -> Result<Value, Failure> {
    let school = session.school_id(school).await?;
    let file_name = file
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let blob = session.stage(&file_name, &bytes).await?;
    drop(bytes);
    let request = request
        .with("schoolId", school.to_string())
        .with("blobId", blob.to_string())
        .with("fileName", file_name)
        .done();
    session.job("import.preview", request).await
}

/// The damaged numbers of all pages. The form is stable.
async fn doctor(session: &Session, import: &str) -> Result<Value, Failure> {
    let mut rows: Vec<Value> = Vec::new();
    let mut after = Value::Null;
    loop {
        let request = json!({ "importId": import, "after": after, "limit": PAGE });
        let page = session.call("import.doctor", request).await?;
        rows.extend(list(&page, "rows").iter().cloned());
        after = page.get("next").cloned().unwrap_or_default();
        if after.is_null() {
            return Ok(json!({ "importId": import, "rows": rows }));
        }
    }
}

/// Row after row: what stands there, what to do, which numbers there are to pick from.
fn diagnosis(output: Output, answer: &Value) {
    let rows = list(answer, "rows");
    for row in rows {
        output.line(&format!(
            "第 {} 行 {}（{}）：{}",
            number(row, "row"),
            text(row, "name"),
            text(row, "cell"),
            text(row, "message")
        ));
        match text(row, "fromStudentNumber") {
            "" => {}
            number => output.line(&format!("    {number}  学籍号")),
        }
        for proposal in list(row, "proposals") {
            output.line(&format!(
                "    {}  {} {} {} 班 {}",
                text(proposal, "number"),
                text(proposal, "schoolName"),
                text(proposal, "gradeName"),
                number(proposal, "classNumber"),
                text(proposal, "statusName")
            ));
        }
        for number in list(row, "candidates").iter().filter_map(Value::as_str) {
            output.line(&format!("    {number}"));
        }
    }
    output.line(&format!("被改动的证件号码共 {} 个。", rows.len()));
    output.line(&format!("导入编号：{}", text(answer, "importId")));
}

async fn check_and_commit(
    session: &Session,
    kind: &str,
    new: &Workbook,
    bytes: Vec<u8>,
) -> Result<Outcome, Failure> {
    let request = Fields::new()
        .with("kind", kind)
        .maybe("importId", new.import_id.map(|id| id.to_string()));
    let mut summary = preview(session, request, &new.file, &new.school, bytes).await?;
    let import = text(&summary, "id").to_owned();
    let reread = summary.get("reread").cloned();
    let mut refused = None;
    if let Some(mode) = &new.commit {
        let request = json!({ "importId": import, "mode": mode, "submit": new.submit });
        match session.job("import.commit", request).await {
            Ok(committed) => summary = committed,
            Err(Failure::Host(HostError::Op(error @ OpError::Rejected(_)))) => {
                // What the second look found is in the preview by now.
                let shown = session
                    .call("import.show", json!({ "importId": import }))
                    .await?;
                summary = shown.get("summary").cloned().unwrap_or(shown);
                refused = Some(error);
            }
            Err(other) => return Err(other),
        }
    }
    let mut problems = problems(session, &summary).await?;
    if let Some(reread) = reread {
        problems.splice(0..0, list(&reread, "notes").iter().cloned());
        if let Some(summary) = summary.as_object_mut() {
            summary.insert("reread".to_owned(), reread);
        }
    }
    let mut marked = Value::Null;
    if let Some(out) = &new.errors_to
        && number(&summary, "errors") + number(&summary, "warnings") > 0
    {
        let request = json!({ "importId": import });
        marked = session.job("import.errorWorkbook", request).await?;
        session.save(&marked, out, new.force).await?;
        saved(&mut marked, out);
    }
    Ok(Outcome {
        summary,
        problems,
        refused,
        marked,
    })
}

/// Problems of the file and of every row.
async fn problems(session: &Session, summary: &Value) -> Result<Vec<Value>, Failure> {
    let mut problems: Vec<Value> = list(summary, "fileProblems").to_vec();
    let mut start = 0;
    loop {
        let request = json!({ "importId": text(summary, "id"), "start": start, "limit": PAGE, "onlyProblems": true });
        let page = session.call("import.rows", request).await?;
        let rows = list(&page, "rows");
        for row in rows {
            problems.extend(list(row, "problems").iter().cloned());
        }
        start += i64::try_from(rows.len()).unwrap_or(PAGE);
        if rows.is_empty() || start >= number(&page, "total") {
            return Ok(problems);
        }
    }
}

/// Prints what became of the file. The JSON form is stable.
fn finish(
    output: Output,
    new: &Workbook,
    outcome: Result<Outcome, Failure>,
) -> Result<Exit, Failure> {
    let (summary, mut problems, marked, refusal) = match outcome {
        Ok(Outcome {
            summary,
            problems,
            refused,
            marked,
        }) => (summary, problems, marked, refused.map(Failure::from)),
        // A file that was refused as a whole has the same form, without rows.
        Err(failure) if failure.exit() == Exit::Rejected => {
            (Value::Null, Vec::new(), Value::Null, Some(failure))
        }
        Err(failure) => return Err(failure),
    };
    if let Some(refusal) = &refusal {
        problems.splice(0..0, refusal.problems());
    }
    let exit = refusal.map_or(Exit::Done, |refusal| refusal.exit());
    if output.is_json() {
        let import = match text(&summary, "id") {
            "" => new
                .import_id
                .map_or(Value::Null, |id| id.to_string().into()),
            id => id.into(),
        };
        let problems: Vec<Value> = problems.iter().map(stable).collect();
        output.json(
            &Fields::new()
                .with("importId", import)
                .with("rows", number(&summary, "rows"))
                .with("valid", number(&summary, "valid"))
                .with("committed", number(&summary, "committed"))
                .with("problems", problems)
                .maybe("errorsTo", marked.get("out").cloned())
                .maybe("reread", summary.get("reread").cloned())
                .done(),
        );
        return Ok(exit);
    }
    output.problems(&problems);
    if !summary.is_null() {
        output.line(&format!(
            "共 {} 行，可导入 {} 行，有错误 {} 行，有提醒 {} 行，已导入 {} 行。",
            number(&summary, "rows"),
            number(&summary, "valid"),
            number(&summary, "errors"),
            number(&summary, "warnings"),
            number(&summary, "committed")
        ));
        if let Some(reread) = summary.get("reread") {
            output.line(&format!(
                "这是改好的错误工作簿：更新 {} 行，未改 {} 行，已导入 {} 行，不属于这次导入 {} 行。",
                number(reread, "applied"),
                number(reread, "unchanged"),
                number(reread, "committed"),
                number(reread, "unmatched")
            ));
        }
        output.line(&format!("导入编号：{}", text(&summary, "id")));
        if !marked.is_null() {
            output.line(&format!("错误工作簿已保存：{}", text(&marked, "out")));
            match text(&marked, "fresh") {
                "" => {}
                why => output.note(why),
            }
        }
        if new.commit.is_none() {
            output.note(
                "只核对，没有写入。确认后加 --commit valid（只提交正确的行）或 --commit all。",
            );
        }
    }
    Ok(exit)
}

/// A problem with every key, those without a value as `null`.
fn stable(problem: &Value) -> Value {
    const KEYS: [&str; 8] = [
        "sheet",
        "row",
        "column",
        "heading",
        "code",
        "severity",
        "message",
        "suggestion",
    ];
    KEYS.iter()
        .fold(Fields::new(), |fields, key| {
            fields.with(key, problem.get(key).cloned().unwrap_or_default())
        })
        .done()
}

fn one(output: Output, import: &Value) {
    let import = import.get("summary").unwrap_or(import);
    table(output, &json!({ "items": [import] }));
    output.problems(list(import, "fileProblems"));
}

fn table(output: Output, answer: &Value) {
    let rows: Vec<Vec<String>> = list(answer, "items")
        .iter()
        .map(|import| {
            let count = |key| number(import, key).to_string();
            vec![
                text(import, "id").to_owned(),
                text(import, "schoolName").to_owned(),
                text(import, "kindName").to_owned(),
                text(import, "fileName").to_owned(),
                text(import, "stateName").to_owned(),
                count("rows"),
                count("valid"),
                count("errors"),
                count("committed"),
                moment(import, "createdAt"),
                text(import, "createdBy").to_owned(),
            ]
        })
        .collect();
    output.table(
        &[
            "编号",
            "学校",
            "种类",
            "文件",
            "状态",
            "行数",
            "可导入",
            "错误",
            "已导入",
            "时间",
            "账号",
        ],
        &rows,
    );
    next_page(output, answer);
}
