//! `ekatong review`: the district's review of applications.

use clap::{ArgGroup, Args, Subcommand};
use ekatong_core::domain::application::{ApplicationKind, ApplicationState};
use ekatong_host::Exit;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Fields, Page, class_of, id, step_result};
use crate::failure::Failure;
use crate::output::{Output, list, moment, next_page, text, yes};
use crate::session::{Context, Session, signed_in};

#[derive(Debug, Subcommand)]
pub(crate) enum Review {
    /// 查看申请，先提交的在前（默认只列等待审核的）
    List(List),
    /// 审核通过
    Approve(Which),
    /// 退回，须写原因
    Return {
        #[command(flatten)]
        which: Which,
        /// 原因
        #[arg(long, value_name = "原因")]
        reason: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// 种类：new 新生、registration 注册报到、transfer_in 转入
    #[arg(long, value_name = "种类")]
    kind: Option<String>,
    /// 状态：submitted 已提交、approved 区审核通过、returned 退回
    #[arg(long, value_name = "状态", default_value = "submitted")]
    state: String,
    /// 只列疑似重复的
    #[arg(long)]
    suspected: bool,
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
#[command(group(ArgGroup::new("which").required(true).args(["school", "ids"])))]
pub(crate) struct Which {
    /// 学校代码：这所学校全部等待审核的申请
    #[arg(long, value_name = "代码")]
    school: Option<String>,
    /// 申请编号，用逗号分开
    #[arg(long, value_name = "编号", value_delimiter = ',', value_parser = id)]
    ids: Vec<Uuid>,
}

impl Which {
    async fn request(&self, session: &Session) -> Result<Fields, Failure> {
        if self.ids.is_empty() {
            let school = session.maybe_school_id(self.school.as_deref()).await?;
            let filter = Fields::new().maybe("schoolId", school.map(|id| id.to_string()));
            return Ok(Fields::new().with("filter", filter.done()));
        }
        let items: Vec<Value> = self.ids.iter().map(|id| json!({ "id": id })).collect();
        Ok(Fields::new().with("items", items))
    }
}

pub(crate) async fn run(command: Review, context: &Context) -> Result<Exit, Failure> {
    signed_in(context, async |session| match command {
        Review::List(list) => {
            let school = session.maybe_school_id(list.school.as_deref()).await?;
            // An unknown word goes on as it is, for the operation to refuse.
            let kind = list.kind.map(|kind| {
                ApplicationKind::find(&kind).map_or(kind, |known| known.as_str().to_owned())
            });
            let state = ApplicationState::find(&list.state)
                .map_or(list.state, |known| known.as_str().to_owned());
            let filter = Fields::new()
                .maybe("kind", kind)
                .with("state", state)
                .maybe("suspected", list.suspected.then_some(true))
                .maybe("district", list.district)
                .maybe("schoolId", school.map(|id| id.to_string()))
                .done();
            let request = Fields::new().with("filter", filter).page(list.page).done();
            session.show("review.list", request, table).await
        }
        Review::Approve(which) => {
            let request = which.request(session).await?.done();
            let answer = session.call("review.approve", request).await?;
            Ok(step_result(session.output, &answer, "已审核通过"))
        }
        Review::Return { which, reason } => {
            // Without a reason the operation refuses.
            let request = which.request(session).await?;
            let request = request.with("reason", reason.unwrap_or_default()).done();
            let answer = session.call("review.return", request).await?;
            Ok(step_result(session.output, &answer, "已退回"))
        }
    })
    .await
}

fn table(output: Output, answer: &Value) {
    let rows: Vec<Vec<String>> = list(answer, "items")
        .iter()
        .map(|item| {
            vec![
                text(item, "kindName").to_owned(),
                text(item, "schoolName").to_owned(),
                class_of(item),
                text(item, "pupilName").to_owned(),
                text(item, "paperMasked").to_owned(),
                if yes(item, "suspected") {
                    format!("{}（疑似重复）", text(item, "stateName"))
                } else {
                    text(item, "stateName").to_owned()
                },
                moment(item, "submittedAt"),
                moment(item, "approvedAt"),
                text(item, "returnedReason").to_owned(),
                text(item, "id").to_owned(),
            ]
        })
        .collect();
    output.table(
        &[
            "种类",
            "学校",
            "班级",
            "姓名",
            "证件号码",
            "状态",
            "提交时间",
            "区审核通过时间",
            "退回原因",
            "编号",
        ],
        &rows,
    );
    next_page(output, answer);
}
