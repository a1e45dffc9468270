//! `ekatong order`: card orders.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};
use ekatong_core::domain::order::OrderState;
use ekatong_host::Exit;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Fields, Page, class_of, export, id, step_result};
use crate::failure::Failure;
use crate::output::{Output, list, moment, next_page, number, text, yes};
use crate::resolve::{ClassFilter, ClassPlace, class_filter, class_place};
use crate::session::{Context, Session, signed_in};

#[derive(Debug, Subcommand)]
pub(crate) enum Order {
    /// 申请制卡（--ids 为学生编号）
    Request(Request),
    /// 区审核通过
    Approve(Which),
    /// 确认制卡
    Confirm(Which),
    /// 退回，须写原因
    Return(WhichWithReason),
    /// 撤回确认，须写原因
    Withdraw(WhichWithReason),
    /// 提交草稿和被退回的订单
    Submit(Which),
    /// 重新制卡：制卡失败的订单回到区审核通过
    Retry(Which),
    /// 发卡
    Deliver(Which),
    /// 作废，须写原因
    Cancel(WhichWithReason),
    /// 查看一张订单的全部步骤
    Show {
        /// 订单编号
        #[arg(value_name = "编号", value_parser = id)]
        id: Uuid,
    },
    /// 制卡检查：列出会被挡在制卡文件之外的订单、原因和改法
    Check(Filter),
    /// 核对区县和学校：列出与学校登记或学生现在就读的学校不一致的订单
    Mismatches(Mismatches),
    /// 按学校登记更正订单的区县和学校，须写原因
    Correct(Correct),
    /// 按确认制卡时间查看订单
    List(List),
    /// 按状态统计订单
    Counts(Filter),
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("which").required(true).args(["school", "ids"])))]
pub(crate) struct Which {
    /// 学校代码
    #[arg(long, value_name = "代码")]
    school: Option<String>,
    /// 班级：年级-序号，例如 7-3
    #[arg(long, value_name = "班级", value_parser = class_place, requires = "school")]
    class: Option<ClassPlace>,
    /// 编号，用逗号分开
    #[arg(long, value_name = "编号", value_delimiter = ',', value_parser = id)]
    ids: Vec<Uuid>,
}

#[derive(Debug, Args)]
pub(crate) struct Request {
    #[command(flatten)]
    which: Which,
    /// 种类：new 新办、replacement 补办、exchange 换卡（默认新办）
    #[arg(long, value_name = "种类")]
    kind: Option<String>,
    /// 补办或换卡的原因
    #[arg(long, value_name = "原因")]
    reason: Option<String>,
    /// 只存为草稿，不申请
    #[arg(long)]
    draft: bool,
}

#[derive(Debug, Args)]
pub(crate) struct WhichWithReason {
    #[command(flatten)]
    which: Which,
    /// 原因
    #[arg(long, value_name = "原因")]
    reason: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Within {
    /// 区县代码
    #[arg(long, value_name = "代码")]
    district: Option<String>,
    /// 学校代码
    #[arg(long, value_name = "代码")]
    school: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Mismatches {
    #[command(flatten)]
    within: Within,
    #[command(flatten)]
    page: Page,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("which").required(true).args(["ids", "all"])))]
pub(crate) struct Correct {
    /// 订单编号，用逗号分开
    #[arg(long, value_name = "编号", value_delimiter = ',', value_parser = id,
        conflicts_with_all = ["district", "school"])]
    ids: Vec<Uuid>,
    /// 全部不一致的订单
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    within: Within,
    /// 原因
    #[arg(
        long,
        value_name = "原因",
        default_value = "",
        hide_default_value = true
    )]
    reason: String,
}

#[derive(Debug, Args)]
pub(crate) struct Filter {
    /// 确认制卡的首日，例如 2026-09-01
    #[arg(long, value_name = "日期")]
    confirmed_from: Option<String>,
    /// 确认制卡的末日（含）
    #[arg(long, value_name = "日期")]
    confirmed_to: Option<String>,
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
    /// 状态，例如 requested、approved、confirmed，或“确认制卡”
    #[arg(long, value_name = "状态")]
    state: Option<String>,
    /// 姓名的开头，或完整的证件号码
    #[arg(long, value_name = "文字")]
    text: Option<String>,
    /// 再按另一种日期筛选：requested 申请制卡、approved 区审核通过、returned 退回
    #[arg(long, value_name = "日期种类")]
    other_date: Option<String>,
    /// 另一种日期的首日
    #[arg(long, value_name = "日期")]
    other_from: Option<String>,
    /// 另一种日期的末日（含）
    #[arg(long, value_name = "日期")]
    other_to: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    filter: Filter,
    #[command(flatten)]
    page: Page,
    /// 只要合计：按状态和学校，不列出订单
    #[arg(long, conflicts_with_all = ["out", "grade", "class", "state", "text", "other_date", "other_from", "other_to"])]
    totals: bool,
    /// 把全部符合的订单导出为工作簿，或以 .csv 结尾的文本
    #[arg(long, value_name = "文件.xlsx", conflicts_with_all = ["limit", "after"])]
    out: Option<PathBuf>,
    /// 覆盖已有的文件
    #[arg(long)]
    force: bool,
}

impl Filter {
    async fn request(self, session: &Session) -> Result<Value, Failure> {
        let school = session.maybe_school_id(self.school.as_deref()).await?;
        // An unknown state goes on as it is, for the operation to refuse.
        let state = self.state.map(|state| {
            OrderState::parse(&state).map_or(state, |known| known.as_str().to_owned())
        });
        Ok(Fields::new()
            .maybe("confirmedFrom", self.confirmed_from)
            .maybe("confirmedTo", self.confirmed_to)
            .maybe("district", self.district)
            .maybe("schoolId", school.map(|id| id.to_string()))
            .maybe(
                "grade",
                self.grade.or(self.class.and_then(|class| class.grade)),
            )
            .maybe("classNumber", self.class.map(|class| class.number))
            .maybe("state", state)
            .maybe("text", self.text)
            .maybe("otherDate", self.other_date)
            .maybe("otherFrom", self.other_from)
            .maybe("otherTo", self.other_to)
            .done())
    }
}

impl Within {
    async fn request(self, session: &Session) -> Result<Fields, Failure> {
        let school = session.maybe_school_id(self.school.as_deref()).await?;
        Ok(Fields::new()
            .maybe("district", self.district)
            .maybe("schoolId", school.map(|id| id.to_string())))
    }
}

impl WhichWithReason {
    async fn request(&self, session: &Session) -> Result<Fields, Failure> {
        let request = self.which.request(session).await?;
        // Without one the operation refuses.
        Ok(request.with("reason", self.reason.as_deref().unwrap_or_default()))
    }
}

impl Which {
    /// Those named, or those of the school or class that can take the step.
    async fn request(&self, session: &Session) -> Result<Fields, Failure> {
        if !self.ids.is_empty() {
            return Ok(Fields::new().with("ids", json!(self.ids)));
        }
        let school = session.maybe_school_id(self.school.as_deref()).await?;
        let filter = Fields::new()
            .maybe("schoolId", school.map(|id| id.to_string()))
            .maybe("grade", self.class.map(|class| class.grade))
            .maybe("classNumber", self.class.map(|class| class.number))
            .done();
        Ok(Fields::new().with("filter", filter))
    }
}

pub(crate) async fn run(command: Order, context: &Context) -> Result<Exit, Failure> {
    signed_in(context, async |session| match command {
        Order::Request(request) => {
            let which = request.which;
            let school = session.maybe_school_id(which.school.as_deref()).await?;
            let payload = Fields::new()
                .maybe(
                    "pupilIds",
                    (!which.ids.is_empty()).then(|| json!(which.ids)),
                )
                .maybe("schoolId", school.map(|id| id.to_string()))
                .maybe("grade", which.class.map(|class| class.grade))
                .maybe("classNumber", which.class.map(|class| class.number))
                .maybe("kind", request.kind)
                .maybe("reason", request.reason)
                .with("draft", request.draft)
                .done();
            let answer = session.call("order.request", payload).await?;
            let done = if request.draft {
                "已存为草稿"
            } else {
                "已申请"
            };
            Ok(step_result(session.output, &answer, done))
        }
        Order::Approve(which) => {
            let request = which.request(session).await?;
            step(session, request, "order.approve", "已审核通过").await
        }
        Order::Confirm(which) => {
            let request = which.request(session).await?;
            step(session, request, "order.confirm", "已确认").await
        }
        Order::Return(which) => {
            let request = which.request(session).await?;
            step(session, request, "order.return", "已退回").await
        }
        Order::Withdraw(which) => {
            let request = which.request(session).await?;
            step(session, request, "order.withdraw", "已撤回").await
        }
        Order::Submit(which) => {
            let request = which.request(session).await?;
            step(session, request, "order.submit", "已提交").await
        }
        Order::Retry(which) => {
            let request = which.request(session).await?;
            step(session, request, "order.retry", "已回到区审核通过").await
        }
        Order::Deliver(which) => {
            let request = which.request(session).await?;
            step(session, request, "order.deliver", "已发卡").await
        }
        Order::Cancel(which) => {
            let request = which.request(session).await?;
            step(session, request, "order.cancel", "已作废").await
        }
        Order::Show { id } => session.show("order.show", json!({ "id": id }), page).await,
        Order::Check(filter) => {
            let request = json!({ "filter": filter.request(session).await? });
            session.show("order.check", request, checked).await
        }
        Order::Mismatches(command) => {
            let request = command.within.request(session).await?;
            let request = request.page(command.page).done();
            session.show("order.mismatches", request, mismatches).await
        }
        Order::Correct(command) => {
            let request = command.within.request(session).await?;
            let request = if command.all {
                request.with("all", true)
            } else {
                request.with("ids", json!(command.ids))
            };
            let request = request.with("reason", command.reason);
            step(session, request, "order.correct", "已更正").await
        }
        Order::List(list) => show(session, list).await,
        Order::Counts(filter) => {
            let request = json!({ "filter": filter.request(session).await? });
            session.show("order.counts", request, counts).await
        }
    })
    .await
}

/// Takes a step and says how many orders took it.
async fn step(session: &Session, request: Fields, op: &str, done: &str) -> Result<Exit, Failure> {
    let answer = session.call(op, request.done()).await?;
    Ok(step_result(session.output, &answer, done))
}

async fn show(session: &Session, command: List) -> Result<Exit, Failure> {
    if command.totals {
        let filter = command.filter;
        let school = session.maybe_school_id(filter.school.as_deref()).await?;
        let request = Fields::new()
            .maybe("confirmedFrom", filter.confirmed_from)
            .maybe("confirmedTo", filter.confirmed_to)
            .maybe("district", filter.district)
            .maybe("schoolId", school.map(|id| id.to_string()))
            .page(command.page)
            .done();
        return session.show("order.totals", request, totals).await;
    }
    let Some(out) = command.out else {
        let request = Fields::new()
            .with("filter", command.filter.request(session).await?)
            .page(command.page)
            .done();
        return session.show("order.list", request, table).await;
    };
    let csv = out
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
    let request = json!({
        "filter": command.filter.request(session).await?,
        "format": if csv { "csv" } else { "xlsx" },
    });
    let out = (out.as_path(), command.force);
    export(session, "order.export", request, out, "张订单").await
}

fn totals(output: Output, answer: &Value) {
    let words = |of: &Value| {
        list(of, "states")
            .iter()
            .map(|state| format!("{} {}", text(state, "name"), number(state, "orders")))
            .collect::<Vec<_>>()
            .join("、")
    };
    output.line(&format!(
        "共 {} 张订单：{}",
        number(answer, "orders"),
        words(answer)
    ));
    let rows: Vec<Vec<String>> = list(answer, "items")
        .iter()
        .map(|school| {
            vec![
                text(school, "schoolCode").to_owned(),
                text(school, "schoolName").to_owned(),
                number(school, "orders").to_string(),
                words(school),
            ]
        })
        .collect();
    output.table(&["学校代码", "学校", "合计", "按状态"], &rows);
    next_page(output, answer);
}

fn page(output: Output, answer: &Value) {
    let order = answer.get("order").cloned().unwrap_or_default();
    output.line(&format!(
        "{}  {}  {}  {}（{}）",
        text(&order, "pupilName"),
        text(&order, "schoolName"),
        class_of(&order),
        text(&order, "stateName"),
        text(&order, "kindName")
    ));
    for (name, key) in [
        ("申请原因", "requestReason"),
        ("批次", "batchNo"),
        ("E卡通号", "cardNo"),
    ] {
        let value = text(&order, key);
        if !value.is_empty() {
            output.line(&format!("{name}：{value}"));
        }
    }
    let rows: Vec<Vec<String>> = list(answer, "events")
        .iter()
        .map(|event| {
            vec![
                moment(event, "at"),
                text(event, "stepName").to_owned(),
                text(event, "stateName").to_owned(),
                text(event, "by").to_owned(),
                text(event, "reason").to_owned(),
            ]
        })
        .collect();
    output.table(&["时间", "步骤", "之后的状态", "经办人", "原因"], &rows);
    faults(output, answer);
}

fn checked(output: Output, answer: &Value) {
    output.line(&format!(
        "检查了 {} 张订单，{} 张不能制卡",
        number(answer, "checked"),
        number(answer, "faulty")
    ));
    faults(output, answer);
}

fn mismatches(output: Output, answer: &Value) {
    let place = |item: &Value, key: &str| {
        let place = item.get(key).cloned().unwrap_or_default();
        format!(
            "{} {}",
            text(&place, "districtName"),
            text(&place, "schoolName")
        )
    };
    let rows: Vec<Vec<String>> = list(answer, "items")
        .iter()
        .map(|item| {
            let faults: Vec<&str> = list(item, "faults")
                .iter()
                .map(|fault| text(fault, "message"))
                .collect();
            let obstacle = text(item, "obstacle");
            vec![
                text(item, "pupilName").to_owned(),
                class_of(item),
                text(item, "stateName").to_owned(),
                place(item, "place"),
                faults.join(""),
                if obstacle.is_empty() {
                    place(item, "right")
                } else {
                    obstacle.to_owned()
                },
                text(item, "id").to_owned(),
            ]
        })
        .collect();
    output.table(
        &[
            "姓名",
            "班级",
            "状态",
            "订单的区县和学校",
            "哪里不一致",
            "更正为",
            "订单编号",
        ],
        &rows,
    );
    next_page(output, answer);
}

/// Faults of orders, each with its cause and where it is mended.
pub(super) fn faults(output: Output, answer: &Value) {
    let rows: Vec<Vec<String>> = list(answer, "faults")
        .iter()
        .map(|fault| {
            vec![
                text(fault, "schoolName").to_owned(),
                class_of(fault),
                text(fault, "pupilName").to_owned(),
                text(fault, "message").to_owned(),
                text(fault, "mendName").to_owned(),
                text(fault, "orderId").to_owned(),
            ]
        })
        .collect();
    if !rows.is_empty() {
        output.table(&["学校", "班级", "姓名", "原因", "改法", "订单编号"], &rows);
    }
}

/// Faults as problems that name the pupil.
pub(super) fn fault_problems(answer: &Value) -> Vec<Value> {
    list(answer, "faults")
        .iter()
        .map(|fault| {
            let mut problem = fault.clone();
            let message = format!("{}：{}", text(fault, "pupilName"), text(fault, "message"));
            if let Some(problem) = problem.as_object_mut() {
                problem.insert("message".to_owned(), message.into());
            }
            problem
        })
        .collect()
}

fn table(output: Output, answer: &Value) {
    let rows: Vec<Vec<String>> = list(answer, "items")
        .iter()
        .map(|order| {
            vec![
                text(order, "districtName").to_owned(),
                text(order, "schoolName").to_owned(),
                class_of(order),
                text(order, "pupilName").to_owned(),
                text(order, "stateName").to_owned(),
                moment(order, "approvedAt"),
                moment(order, "confirmedAt"),
                text(order, "reason").to_owned(),
                text(order, "id").to_owned(),
            ]
        })
        .collect();
    output.table(
        &[
            "区县",
            "学校",
            "班级",
            "姓名",
            "状态",
            "区审核通过时间",
            "确认制卡时间",
            "原因",
            "编号",
        ],
        &rows,
    );
    next_page(output, answer);
}

fn counts(output: Output, answer: &Value) {
    let capped = |count: Option<&Value>| {
        let count = count.cloned().unwrap_or_default();
        format!(
            "{}{}",
            number(&count, "count"),
            if yes(&count, "more") { "+" } else { "" }
        )
    };
    let mut rows: Vec<Vec<String>> = list(answer, "states")
        .iter()
        .map(|state| vec![text(state, "name").to_owned(), capped(state.get("count"))])
        .collect();
    rows.push(vec!["合计".to_owned(), capped(answer.get("total"))]);
    output.table(&["状态", "张数"], &rows);
}
