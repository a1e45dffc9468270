//! `ekatong template`: workbooks to fill in.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use ekatong_host::Exit;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::session::{Context, check_free, signed_in};

#[derive(Debug, Subcommand)]
pub(crate) enum Template {
    /// 新生信息导入模板
    NewPupils(Save),
    /// 批量建班导入模板
    Classes(Save),
    /// 注册报到导入模板
    Registrations(Save),
}

#[derive(Debug, Args)]
pub(crate) struct Save {
    /// 学校代码
    #[arg(long, value_name = "代码")]
    school: String,
    /// 保存为
    #[arg(long, value_name = "文件.xlsx")]
    out: PathBuf,
    /// 覆盖已有的文件
    #[arg(long)]
    force: bool,
}

pub(crate) async fn run(command: Template, context: &Context) -> Result<Exit, Failure> {
    let (kind, template) = match command {
        Template::NewPupils(template) => ("new_pupils", template),
        Template::Classes(template) => ("classes", template),
        Template::Registrations(template) => ("registrations", template),
    };
    check_free(&template.out, template.force)?;
    signed_in(context, async |session| {
        let school = session.school_id(&template.school).await?;
        let request = json!({ "schoolId": school, "kind": kind });
        let mut answer = session.job("import.template", request).await?;
        session.save(&answer, &template.out, template.force).await?;
        saved(&mut answer, &template.out);
        session.output.answer(&answer, |output, _| {
            output.line(&format!("已保存：{}", template.out.display()))
        });
        Ok(Exit::Done)
    })
    .await
}

/// Adds where a staged file was written.
pub(crate) fn saved(answer: &mut Value, out: &std::path::Path) {
    if let Some(answer) = answer.as_object_mut() {
        answer.insert("out".to_owned(), out.display().to_string().into());
    }
}
