//! Adds pupils to the list by hand (添加临时增效), CARD-6.

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

use crate::context::Cx;
use crate::domain::application::PupilStatus;
use crate::domain::card::CardNo;
use crate::domain::extension::ExtensionSource;
use crate::domain::time::Day;
use crate::error::{Code, OpError, Problem};
use crate::id::{ExtensionId, PupilId};
pub use crate::ops::pupil::StepResult;
use crate::ops::pupil::{SubjectProblem, note_of, reason};
use crate::ops::touches;
use crate::ports::{NewExtensionRecord, PupilRecord};

/// Problems that one answer lists.
const PROBLEMS: usize = 200;

/// Whom, and why.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AddExtensionsRequest {
    /// Pupils.
    pub pupil_ids: Vec<PupilId>,
    /// Why; 1–200 characters.
    pub reason: String,
    /// Number of the card in any case, of one pupil.
    #[ts(optional)]
    pub card_no: Option<String>,
    /// First day on which the entry no longer holds; by default the district's policy alone decides.
    #[ts(optional)]
    pub expires_on: Option<String>,
}

touches!(AddExtensionsRequest, self => Touched::Pupils(self.pupil_ids.clone()));

/// # Errors
/// `reason.required`, `text.too_long`, `card.number_invalid`, `date_range.invalid`,
/// `pupil.unknown`, `selection.empty`; of single pupils `extension.open`, `pupil.status`.
pub async fn run(cx: &mut Cx, request: AddExtensionsRequest) -> Result<StepResult, OpError> {
    let reason = reason(&request.reason)?;
    let card_no = card(request.card_no.as_deref(), request.pupil_ids.len())?;
    let expires_on = last_day(request.expires_on.as_deref(), cx.now.day())
        .map_err(|problem| problem.field("expiresOn"))?;
    let account = cx.actor()?.account;
    let pupils = cx.uow.pupils_by_ids(&request.pupil_ids).await?;
    let mut problems = Vec::new();
    let mut wanted = Vec::new();
    for pupil in &pupils {
        if pupil.status == PupilStatus::Deleted.as_str() {
            let problem = Problem::new(Code::PupilStatus)
                .message(format!("{}已被删除，不能加入临时增效名单。", pupil.name));
            problems.push(of(pupil, problem));
            continue;
        }
        wanted.push(NewExtensionRecord {
            id: ExtensionId(crate::id::new()),
            district: pupil.district.clone(),
            pupil_id: pupil.id,
            card_no: card_no.clone(),
            reason: reason.clone(),
            source: ExtensionSource::Hand.as_str(),
            expires_on: expires_on.map(|day| day.to_string()),
        });
    }
    let made = cx
        .uow
        .insert_extensions(&wanted, account, cx.now.ms())
        .await?;
    let made: HashSet<ExtensionId> = made.into_iter().collect();
    let added: HashSet<PupilId> = wanted
        .iter()
        .filter(|entry| made.contains(&entry.id))
        .map(|entry| entry.pupil_id)
        .collect();
    let asked: HashSet<PupilId> = wanted.iter().map(|entry| entry.pupil_id).collect();
    for pupil in &pupils {
        if asked.contains(&pupil.id) && !added.contains(&pupil.id) {
            let problem = Problem::new(Code::ExtensionOpen)
                .message(format!("{}已在临时增效名单中，不用再加。", pupil.name));
            problems.push(of(pupil, problem));
        }
    }
    problems.truncate(PROBLEMS);
    let places: Vec<_> = pupils
        .iter()
        .map(|pupil| (pupil.district.as_str(), pupil.school_id))
        .collect();
    let summary = format!("添加临时增效 {} 名：{reason}", added.len());
    let note = note_of(places, summary)
        .with(serde_json::json!({ "expiresOn": expires_on.map(|day| day.to_string()) }))
        .about(added.iter().map(|id| id.0));
    cx.note(note);
    Ok(StepResult {
        done: i64::try_from(added.len()).unwrap_or(i64::MAX),
        problems,
    })
}

/// The card's number, which one pupil can have.
fn card(raw: Option<&str>, pupils: usize) -> Result<Option<String>, Problem> {
    let Some(raw) = raw.filter(|raw| !raw.trim().is_empty()) else {
        return Ok(None);
    };
    if pupils > 1 {
        return Err(Problem::new(Code::CardNumberInvalid)
            .field("cardNo")
            .message("一次添加几名学生时不能填卡号，请逐个添加。"));
    }
    let card = CardNo::parse(raw).map_err(|problem| problem.field("cardNo"))?;
    Ok(Some(card.as_str().to_owned()))
}

/// A last day that lies ahead.
///
/// # Errors
/// `date_range.invalid`.
pub(super) fn last_day(raw: Option<&str>, today: Day) -> Result<Option<Day>, Problem> {
    let Some(raw) = raw.filter(|raw| !raw.trim().is_empty()) else {
        return Ok(None);
    };
    let day = Day::parse(raw)?;
    if day <= today {
        return Err(Problem::new(Code::DateRangeInvalid)
            .message(format!("到期日期须晚于今天（{today}），到这一天移出名单。")));
    }
    Ok(Some(day))
}

fn of(pupil: &PupilRecord, problem: Problem) -> SubjectProblem {
    SubjectProblem {
        problem,
        subject_id: Some(pupil.id.to_string()),
        subject_name: Some(pupil.name.clone()),
    }
}
