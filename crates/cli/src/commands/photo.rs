//! `ekatong photo`: photos from a folder or a zip, and what is wrong with them.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use ekatong_host::{Exit, photos};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Fields, Page, class_of, id};
use crate::failure::Failure;
use crate::output::{Output, list, moment, next_page, number, text};
use crate::session::{Context, Session, signed_in};

/// Files asked for at once.
const PAGE: i64 = 100;

#[derive(Debug, Subcommand)]
pub(crate) enum Photo {
    /// 导入照片：文件名是证件号码或学籍号，不分大小写；已有不同照片的学生不动
    Import(Import),
    /// 检查一所学校的照片：缺照片、照片丢失或损坏、不清晰
    Check {
        /// 学校代码
        #[arg(long, value_name = "代码")]
        school: String,
    },
    /// 移除一名学生的照片，放入回收站
    Remove {
        /// 学生编号
        #[arg(value_name = "编号", value_parser = id)]
        pupil: Uuid,
        /// 原因
        #[arg(long, value_name = "原因")]
        reason: Option<String>,
    },
    /// 查看回收站
    Recycled {
        /// 学校代码
        #[arg(long, value_name = "代码")]
        school: String,
        #[command(flatten)]
        page: Page,
    },
    /// 从回收站恢复一张照片；现有的照片换到回收站
    Restore {
        /// 照片编号
        #[arg(value_name = "编号", value_parser = id)]
        photo: Uuid,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// 文件夹、zip 压缩包或一张照片
    #[arg(value_name = "路径")]
    path: PathBuf,
    /// 学校代码
    #[arg(long, value_name = "代码")]
    school: String,
    /// 只核对，不导入
    #[arg(long)]
    dry_run: bool,
    /// 与现有照片不同的，用新照片替换（旧照片进回收站）
    #[arg(long, conflicts_with = "dry_run")]
    replace: bool,
}

pub(crate) async fn run(command: Photo, context: &Context) -> Result<Exit, Failure> {
    signed_in(context, async |session| match command {
        Photo::Import(wanted) => import(session, &wanted).await,
        Photo::Check { school } => {
            let school = session.school_id(&school).await?;
            let answer = session
                .job("photo.check", json!({ "schoolId": school }))
                .await?;
            session.output.answer(&answer, checked);
            Ok(Exit::Done)
        }
        Photo::Remove { pupil, reason } => {
            // Without a reason the operation refuses.
            let request = json!({ "pupilId": pupil, "reason": reason.unwrap_or_default() });
            session
                .show("photo.remove", request, |output, answer| {
                    output.line(&format!("已移入回收站，照片编号 {}", text(answer, "id")));
                })
                .await
        }
        Photo::Recycled { school, page } => {
            let school = session.school_id(&school).await?;
            let request = Fields::new()
                .with("schoolId", school.to_string())
                .page(page)
                .done();
            session.show("photo.recycled", request, recycled).await
        }
        Photo::Restore { photo } => {
            session
                .show("photo.restore", json!({ "id": photo }), |output, _| {
                    output.line("已恢复");
                })
                .await
        }
    })
    .await
}

async fn import(session: &Session, wanted: &Import) -> Result<Exit, Failure> {
    let school = session.school_id(&wanted.school).await?;
    let bundles = photos::bundles(std::slice::from_ref(&wanted.path))?;
    let source = bundles.name.clone();
    let mut blobs = Vec::new();
    for bundle in bundles {
        let bundle = bundle?;
        blobs.push(session.stage(&bundle.name, &bundle.bytes).await?);
    }
    let request = json!({ "schoolId": school, "blobIds": blobs, "source": source });
    let batch = session.job("photo.preview", request).await?;
    let items = items(session, &batch).await?;
    let batch_id = text(&batch, "id");
    let with = |state: &str| -> Vec<i64> {
        items
            .iter()
            .filter(|item| text(item, "state") == state)
            .map(|item| number(item, "number"))
            .collect()
    };
    let take = if wanted.replace {
        with("differs")
    } else {
        Vec::new()
    };
    let nothing = take.is_empty() && with("new").is_empty();
    let imported = if wanted.dry_run || nothing {
        // A look alone leaves nothing behind.
        session
            .call("photo.discard", json!({ "batchId": batch_id }))
            .await?;
        Value::Null
    } else {
        let request = json!({ "batchId": batch_id, "take": take });
        session.job("photo.import", request).await?
    };
    let answer = json!({ "batch": batch, "items": items, "import": imported });
    session.output.answer(&answer, told);
    // As with other imports: what was refused as a whole is a refusal, a look is not.
    let settled = wanted.dry_run || !nothing || !with("same").is_empty();
    Ok(if settled { Exit::Done } else { Exit::Rejected })
}

/// All files of a batch, without thumbnails.
async fn items(session: &Session, batch: &Value) -> Result<Vec<Value>, Failure> {
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let request = Fields::new()
            .with("batchId", text(batch, "id"))
            .with("plain", true)
            .with("limit", PAGE)
            .maybe("after", after)
            .done();
        let page = session.call("photo.items", request).await?;
        all.extend(list(&page, "items").iter().cloned());
        match text(&page, "next") {
            "" => return Ok(all),
            next => after = Some(next.to_owned()),
        }
    }
}

/// Counts, and each file that a person should look at.
fn told(output: Output, answer: &Value) {
    let batch = answer.get("batch").cloned().unwrap_or_default();
    let counts: Vec<String> = list(&batch, "counts")
        .iter()
        .map(|count| format!("{} {}", text(count, "stateName"), number(count, "count")))
        .collect();
    output.line(&format!(
        "共 {} 个文件：{}",
        number(&batch, "total"),
        counts.join("，")
    ));
    let rows: Vec<Vec<String>> = list(answer, "items")
        .iter()
        .filter(|item| !list(item, "problems").is_empty())
        .map(|item| {
            let pupil = item.get("pupil").cloned().unwrap_or_default();
            let why: Vec<&str> = list(item, "problems")
                .iter()
                .map(|problem| text(problem, "message"))
                .collect();
            vec![
                text(item, "path").to_owned(),
                text(item, "stateName").to_owned(),
                text(&pupil, "name").to_owned(),
                why.join(" "),
            ]
        })
        .collect();
    if !rows.is_empty() {
        output.table(&["文件", "结果", "学生", "说明"], &rows);
    }
    let imported = answer.get("import").cloned().unwrap_or_default();
    if !imported.is_null() {
        output.line(&format!(
            "已导入 {} 张，替换 {} 张，未采用 {} 张。",
            number(&imported, "added"),
            number(&imported, "replaced"),
            number(&imported, "left")
        ));
        output.problems(list(&imported, "problems"));
    }
}

fn checked(output: Output, answer: &Value) {
    output.line(&format!(
        "{} 名学生：照片正常 {}，缺照片 {}，丢失或损坏 {}，不清晰 {}。",
        number(answer, "pupils"),
        number(answer, "good"),
        number(answer, "missing"),
        number(answer, "lost"),
        number(answer, "poor")
    ));
    let rows: Vec<Vec<String>> = list(answer, "items")
        .iter()
        .map(|item| {
            let pupil = item.get("pupil").cloned().unwrap_or_default();
            let why: Vec<&str> = list(item, "problems")
                .iter()
                .map(|problem| text(problem, "message"))
                .collect();
            vec![
                class_of(&pupil),
                text(&pupil, "name").to_owned(),
                why.join(" "),
                text(&pupil, "id").to_owned(),
            ]
        })
        .collect();
    output.table(&["班级", "姓名", "说明", "学生编号"], &rows);
}

fn recycled(output: Output, answer: &Value) {
    let rows: Vec<Vec<String>> = list(answer, "items")
        .iter()
        .map(|item| {
            let pupil = item.get("pupil").cloned().unwrap_or_default();
            let photo = item.get("photo").cloned().unwrap_or_default();
            vec![
                class_of(&pupil),
                text(&pupil, "name").to_owned(),
                moment(item, "recycledAt"),
                text(item, "by").to_owned(),
                text(item, "reason").to_owned(),
                moment(item, "purgedAt"),
                text(&photo, "id").to_owned(),
            ]
        })
        .collect();
    output.table(
        &[
            "班级",
            "姓名",
            "移除时间",
            "经办",
            "原因",
            "清除时间",
            "照片编号",
        ],
        &rows,
    );
    next_page(output, answer);
}
