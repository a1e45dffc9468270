//! Takes out of the list who leaves by the district's policy (清理临时增效), CARD-6.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use super::cleaning::LeavingCount;
use super::cleaning::{self, By};
use super::preview::day;
use super::{ExtensionRunView, the_district};
use crate::context::{AuditNote, Cx};
use crate::error::OpError;
use crate::ops::touches;

/// Which list, on which day.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CleanExtensionsRequest {
    /// District code; may be left out by who has one district only.
    #[ts(optional)]
    pub district: Option<String>,
    /// Day whose rules count; today by default.
    #[ts(optional)]
    pub date: Option<String>,
}

/// Who left.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CleanExtensionsResponse {
    /// Entries that left.
    #[ts(type = "number")]
    pub removed: i64,
    /// The same by reason.
    pub counts: Vec<LeavingCount>,
    /// The cleaning, by which it can be undone; absent when nobody left.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub run: Option<ExtensionRunView>,
}

touches!(CleanExtensionsRequest, self => match &self.district {
    Some(code) => Touched::District(code.clone()),
    None => Touched::Filtered,
});

/// The same as the preview says; a second time on the same day nobody is left to leave.
///
/// # Errors
/// `district.unknown`, `date_range.invalid`.
pub async fn run(
    cx: &mut Cx,
    request: CleanExtensionsRequest,
) -> Result<CleanExtensionsResponse, OpError> {
    let on = day(request.date.as_deref(), cx.now.day())?.date();
    let reach = cx.reach().clone();
    let now = cx.now;
    let (account, login) = {
        let actor = cx.actor()?;
        (actor.account, actor.login.clone())
    };
    let by = By::Hand(account);
    let district = the_district(&mut *cx.uow, &reach, request.district.as_deref()).await?;
    let plan = cleaning::plan(&mut *cx.uow, &district.code, on, by).await?;
    let done = cleaning::carry_out(&mut *cx.uow, &district, &plan, on, by, now).await?;
    let counts = plan.counts();
    let Some((mut run, note)) = done else {
        let summary = format!("清理临时增效（{on}）：没有需要移出的");
        cx.note(AuditNote::district(district.code, summary));
        return Ok(CleanExtensionsResponse {
            removed: 0,
            counts,
            run: None,
        });
    };
    cx.note(note);
    run.run_by_login = Some(login);
    Ok(CleanExtensionsResponse {
        removed: run.removed,
        counts,
        run: Some(ExtensionRunView::new(run, now)),
    })
}
