//! `ekatong pupil add`: one new pupil, with every kind of paper.

use std::path::PathBuf;

use clap::Args;
use ekatong_core::error::{Code, Problem};
use ekatong_host::{Exit, chosen};
use serde_json::{Map, Value, json};

use super::Fields;
use crate::failure::Failure;
use crate::output::{Output, list, moment, text};
use crate::secrets;
use crate::session::{Context, signed_in};

#[derive(Debug, Args)]
pub(crate) struct Add {
    /// 学校代码
    #[arg(long, value_name = "代码")]
    school: String,
    /// 新生信息，例如 {"name":"林知夏","paperNumber":"…","grade":7,"class":3,"guardianName":"林晓岚","guardianRelation":"母亲","guardianPhone":"…"}；写 - 从标准输入读取
    #[arg(value_name = "JSON", allow_hyphen_values = true)]
    pupil: String,
    /// 同时提交给区里；不写则存为草稿
    #[arg(long)]
    submit: bool,
    /// 照片文件，JPEG 或 PNG
    #[arg(long, value_name = "文件")]
    photo: Option<PathBuf>,
}

/// Keys of a flat guardian, and how the form calls them.
const GUARDIAN: [(&str, &str); 7] = [
    ("guardianName", "name"),
    ("guardianRelation", "relation"),
    ("guardianPhone", "phone"),
    ("guardianPaperKind", "paperKind"),
    ("guardianNationality", "nationality"),
    ("guardianPaperNumber", "paperNumber"),
    ("bankCard", "bankCard"),
];
const PUPIL: [&str; 10] = [
    "name",
    "gender",
    "birthDate",
    "paperKind",
    "paperNumber",
    "nationality",
    "grade",
    "class",
    "studentNumber",
    "address",
];

pub(super) async fn add(command: Add, context: &Context) -> Result<Exit, Failure> {
    let form = form(&secrets::argument(command.pupil)?)?;
    let photo = command.photo.as_deref().map(chosen::read).transpose()?;
    signed_in(context, async |session| {
        let school = session.school_id(&command.school).await?;
        let photo = match photo {
            Some(file) => Some(session.stage(&file.name, &file.bytes).await?.to_string()),
            None => None,
        };
        let request = Fields::new()
            .with("schoolId", school.to_string())
            .with("form", form)
            .with("submit", command.submit)
            .maybe("photoBlobId", photo)
            .done();
        session.show("pupil.create", request, entered).await
    })
    .await
}

/// The form of a flat JSON object: one guardian beside the pupil, or `guardians` for several.
fn form(text: &str) -> Result<Value, Failure> {
    let refuse = |message: String| Problem::new(Code::RequestInvalid).message(message);
    let Ok(Value::Object(given)) = serde_json::from_str(text) else {
        return Err(refuse(
            "新生信息应为 JSON 对象，例如 {\"name\":\"林知夏\",\"grade\":7,\"class\":3}。"
                .to_owned(),
        )
        .into());
    };
    let (mut form, mut guardian) = (Map::new(), Map::new());
    let mut guardians: Vec<Value> = Vec::new();
    for (key, value) in given {
        if let Some((_, name)) = GUARDIAN.iter().find(|(flat, _)| *flat == key) {
            guardian.insert((*name).to_owned(), written(value));
        } else if PUPIL.contains(&key.as_str()) {
            form.insert(key, written(value));
        } else if let ("guardians", Value::Array(all)) = (key.as_str(), value) {
            guardians.extend(all.into_iter().map(written));
        } else {
            return Err(refuse(format!("没有“{key}”这一项，请核对写法。")).into());
        }
    }
    if !guardian.is_empty() {
        guardians.insert(0, Value::Object(guardian));
    }
    form.insert("guardians".to_owned(), json!(guardians));
    Ok(Value::Object(form))
}

/// Numbers may be written as such, also in an object; the form takes texts.
fn written(value: Value) -> Value {
    if let Value::Number(number) = &value {
        return Value::String(number.to_string());
    }
    if let Value::Object(fields) = value {
        return Value::Object(fields.into_iter().map(|(k, v)| (k, written(v))).collect());
    }
    value
}

fn entered(output: Output, answer: &Value) {
    let state = text(answer, "stateName");
    output.line(&format!("已录入（{state}）：{}", text(answer, "id")));
    output.note(&format!("首次保存 {}", moment(answer, "firstSavedAt")));
    let submitted = moment(answer, "submittedAt");
    if !submitted.is_empty() {
        output.note(&format!("提交时间 {submitted}"));
    }
    output.problems(list(answer, "problems"));
    for near in list(answer, "near") {
        output.note(&format!(
            "疑似重复：{} {} {} {}",
            text(near, "name"),
            text(near, "paper"),
            text(near, "schoolName"),
            text(near, "className"),
        ));
    }
}
