//! Registrations of one's schools, as the junior or as the primary school (查看注册报到).

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

use crate::context::Cx;
use crate::domain::application::{ApplicationKind, ApplicationState};
use crate::error::OpError;
use crate::id::{ImportId, SchoolId};
pub use crate::ops::moving::ListMovesResponse;
use crate::ops::moving::{self, Listing, MoveSide};
use crate::ops::touches;
use crate::ports::MoveFilter;

/// Filter and page.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListRegistrationsRequest {
    /// `in`: to these schools (default); `out`: from them.
    #[ts(optional)]
    pub side: Option<MoveSide>,
    /// Only of this district.
    #[ts(optional)]
    pub district: Option<String>,
    /// Only of this school.
    #[ts(optional)]
    pub school_id: Option<SchoolId>,
    /// Only in this state.
    #[ts(optional, as = "Option<ApplicationState>")]
    pub state: Option<String>,
    /// Only those that this import wrote.
    #[ts(optional)]
    pub import_id: Option<ImportId>,
    /// `next` of the page before.
    #[ts(optional)]
    pub after: Option<String>,
    /// Rows of the page, 1–500; 50 by default.
    #[ts(optional)]
    pub limit: Option<u32>,
}

touches!(ListRegistrationsRequest, self => Touched::Filtered);

/// # Errors
/// `forbidden` for a district or school outside the reach.
pub async fn run(
    cx: &mut Cx,
    request: ListRegistrationsRequest,
) -> Result<ListMovesResponse, OpError> {
    let listing = Listing {
        kind: ApplicationKind::Registration,
        side: request.side.unwrap_or_default(),
        district: request.district,
        school: request.school_id,
        filter: MoveFilter {
            state: request.state,
            import: request.import_id,
            ..MoveFilter::default()
        },
        after: request.after,
        limit: request.limit,
    };
    moving::list(cx, listing).await
}
