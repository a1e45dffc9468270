//! `ekatong import`: workbooks into the staging area, and from there on record.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use ekatong_core::error::OpError;
use ekatong_host::{Exit, HostError, chosen};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Fields, id};
use crate::failure::Failure;
use crate::output::{Output, list, moment, next_page, number, text};
use crate::session::{Context, Session, signed_in};

/// Rows asked for at once.
const PAGE: i64 = 500;

#[derive(Debug, Subcommand)]
pub(crate) enum Import {
    /// 导入新生信息；不加 --commit 时只核对，结果保留
    NewPupils(NewPupils),
    /// 查看导入记录
    List {
        /// 学校代码
        #[arg(long, value_name = "代码")]
        school: Option<String>,
        /// 每页行数（1–500，默认 50）
        #[arg(long, value_name = "行数")]
        limit: Option<u32>,
        /// 下一页的起点
        #[arg(long, value_name = "起点")]
        after: Option<String>,
    },
    /// 查看一次导入
    Show {
        /// 导入编号
        #[arg(value_name = "编号", value_parser = id)]
        import: Uuid,
    },
    /// 放弃一次只核对过的导入
    Discard {
        /// 导入编号
        #[arg(value_name = "编号", value_parser = id)]
        import: Uuid,
    },
}

#[derive(Debug, Args)]
pub(crate) struct NewPupils {
    /// 工作簿
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
    /// 导入编号（UUID）：相同编号重复运行不会重复写入
    #[arg(long, value_name = "编号", value_parser = id)]
    import_id: Option<Uuid>,
}

pub(crate) async fn run(command: Import, context: &Context) -> Result<Exit, Failure> {
    match command {
        Import::NewPupils(new) => {
            let bytes = chosen::read(&new.file).map(|file| file.bytes);
            signed_in(context, async |session| {
                let outcome = match bytes {
                    Ok(bytes) => new_pupils(session, &new, bytes).await,
                    Err(error) => Err(error.into()),
                };
                finish(session.output, &new, outcome)
            })
            .await
        }
        Import::List {
            school,
            limit,
            after,
        } => {
            signed_in(context, async |session| {
                let school = session.maybe_school_id(school.as_deref()).await?;
                let request = Fields::new()
                    .maybe("schoolId", school.map(|id| id.to_string()))
                    .maybe("limit", limit)
                    .maybe("after", after)
                    .done();
                session.show("import.list", request, table).await
            })
            .await
        }
        Import::Show { import } => {
            signed_in(context, async |session| {
                session
                    .show("import.show", json!({ "importId": import }), one)
                    .await
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

/// What an import came to.
struct Outcome {
    summary: Value,
    problems: Vec<Value>,
    refused: Option<OpError>,
}

async fn new_pupils(
    session: &Session,
    new: &NewPupils,
    bytes: Vec<u8>,
) -> Result<Outcome, Failure> {
    let school = session.school_id(&new.school).await?;
    let file_name = new
        .file
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let blob = session.stage(&file_name, &bytes).await?;
    drop(bytes);
    let request = Fields::new()
        .with("schoolId", school.to_string())
        .with("blobId", blob.to_string())
        .with("fileName", file_name)
        .maybe("importId", new.import_id.map(|id| id.to_string()))
        .done();
    let mut summary = session.job("import.preview", request).await?;
    let import = text(&summary, "id").to_owned();
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
    let problems = problems(session, &summary).await?;
    Ok(Outcome {
        summary,
        problems,
        refused,
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
    new: &NewPupils,
    outcome: Result<Outcome, Failure>,
) -> Result<Exit, Failure> {
    let (summary, mut problems, refusal) = match outcome {
        Ok(Outcome {
            summary,
            problems,
            refused,
        }) => (summary, problems, refused.map(Failure::from)),
        // A file that was refused as a whole has the same form, without rows.
        Err(failure) if failure.exit() == Exit::Rejected => {
            (Value::Null, Vec::new(), Some(failure))
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
        output.json(&json!({
            "importId": import,
            "rows": number(&summary, "rows"),
            "valid": number(&summary, "valid"),
            "committed": number(&summary, "committed"),
            "problems": problems.iter().map(stable).collect::<Vec<_>>(),
        }));
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
        output.line(&format!("导入编号：{}", text(&summary, "id")));
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
