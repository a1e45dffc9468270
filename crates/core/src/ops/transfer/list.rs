//! Transfers to and from one's schools (查看转入转出).

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

use crate::context::Cx;
use crate::domain::application::{ApplicationKind, ApplicationState};
use crate::error::OpError;
use crate::id::SchoolId;
pub use crate::ops::moving::ListMovesResponse;
use crate::ops::moving::{self, Listing, MoveSide};
use crate::ops::touches;
use crate::ports::MoveFilter;

/// Filter and page.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListTransfersRequest {
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
    /// `next` of the page before.
    #[ts(optional)]
    pub after: Option<String>,
    /// Rows of the page, 1–500; 50 by default.
    #[ts(optional)]
    pub limit: Option<u32>,
}

touches!(ListTransfersRequest, self => Touched::Filtered);

/// # Errors
/// `forbidden` for a district or school outside the reach.
pub async fn run(cx: &mut Cx, request: ListTransfersRequest) -> Result<ListMovesResponse, OpError> {
    let listing = Listing {
        kind: ApplicationKind::TransferIn,
        side: request.side.unwrap_or_default(),
        district: request.district,
        school: request.school_id,
        filter: MoveFilter {
            state: request.state,
            ..MoveFilter::default()
        },
        after: request.after,
        limit: request.limit,
    };
    moving::list(cx, listing).await
}
