//! `ekatong call` and `ekatong operations`: the registry as it is.

use clap::Args;
use ekatong_core::error::{Code, Problem};
use ekatong_core::registry::{Kind, OPERATIONS, find};
use ekatong_host::Exit;
use schemars::SchemaGenerator;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::output::{list, text};
use crate::secrets;
use crate::session::{Context, Session, signed_in, unsigned};

#[derive(Debug, Args)]
pub(crate) struct Call {
    /// 操作名称，见 ekatong operations
    #[arg(value_name = "操作")]
    operation: String,
    /// 请求的 JSON；写 - 从标准输入读取
    #[arg(value_name = "JSON", default_value = "{}", allow_hyphen_values = true)]
    request: String,
}

pub(crate) async fn run(command: Call, context: &Context) -> Result<Exit, Failure> {
    let request: Value = serde_json::from_str(&secrets::argument(command.request)?)
        .map_err(|_| Problem::new(Code::RequestInvalid).message("请求不是正确的 JSON。"))?;
    let operation = find(&command.operation).ok_or(Code::OperationUnknown)?;
    let work = async |session: &Session| {
        let answer = session.job(operation.name, request).await?;
        session.output.json(&answer);
        Ok(Exit::Done)
    };
    if operation.kind == Kind::Public {
        unsigned(context, work).await
    } else {
        signed_in(context, work).await
    }
}

/// Name of a kind of operation.
const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Public => "public",
        Kind::SelfService => "selfService",
        Kind::Read => "read",
        Kind::Write => "write",
        Kind::Job => "job",
    }
}

/// Names of fields with commas between them.
fn fields(item: &Value, key: &str) -> String {
    let names: Vec<&str> = list(item, key).iter().filter_map(Value::as_str).collect();
    names.join(",")
}

pub(crate) fn operations(context: &Context) -> Result<Exit, Failure> {
    let all: Vec<Value> = OPERATIONS
        .iter()
        .map(|operation| {
            let schema = |of: fn(&mut SchemaGenerator) -> schemars::Schema| {
                let mut generator = SchemaGenerator::default();
                let mut schema = serde_json::to_value(of(&mut generator)).unwrap_or_default();
                let definitions = generator.take_definitions(true);
                if let Some(object) = schema.as_object_mut()
                    && !definitions.is_empty()
                {
                    object.insert("$defs".to_owned(), Value::Object(definitions));
                }
                schema
            };
            json!({
                "name": operation.name,
                "zh": operation.zh,
                "kind": kind(operation.kind),
                "permission": operation.permission,
                "blobsIn": operation.takes,
                "blobsOut": operation.gives,
                "request": schema(operation.request_schema),
                "response": schema(operation.response_schema),
            })
        })
        .collect();
    let answer = json!({ "operations": all });
    context.output.answer(&answer, |output, _| {
        let rows: Vec<Vec<String>> = all
            .iter()
            .map(|item| {
                let mut row = ["name", "zh", "kind", "permission"]
                    .map(|key| text(item, key).to_owned())
                    .to_vec();
                row.extend(["blobsIn", "blobsOut"].map(|key| fields(item, key)));
                row
            })
            .collect();
        output.table(&["操作", "名称", "方式", "权限", "收文件", "给文件"], &rows);
        output.note("请求的格式：ekatong operations --json");
    });
    Ok(Exit::Done)
}
