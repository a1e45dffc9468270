//! Accounts within one's reach (查看账户).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::AccountView;
use crate::access::{Reach, Role};
use crate::context::Cx;
use crate::error::OpError;
use crate::ops::page::{decode_cursor, limit, next};
use crate::ops::touches;
use crate::ports::AccountFilter;

/// Filter and page.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListAccountsRequest {
    /// Part of login or name.
    #[ts(optional)]
    pub text: Option<String>,
    /// Only with this role.
    #[ts(optional)]
    pub role: Option<Role>,
    /// `next` of the page before.
    #[ts(optional)]
    pub after: Option<String>,
    /// Rows of the page, 1–500; 50 by default.
    #[ts(optional)]
    pub limit: Option<u32>,
}

/// A page by login.
#[derive(Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListAccountsResponse {
    /// Accounts.
    pub items: Vec<AccountView>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub next: Option<String>,
}

touches!(ListAccountsRequest, self => Touched::Filtered);

/// # Errors
/// `request.invalid` for a forged cursor.
pub async fn run(
    cx: &mut Cx,
    request: ListAccountsRequest,
) -> Result<ListAccountsResponse, OpError> {
    let limit = limit(request.limit);
    let filter = AccountFilter {
        districts: match cx.reach() {
            Reach::City => None,
            Reach::Parts { districts, .. } => Some(districts.clone()),
        },
        role: request.role.map(|role| role.as_str().to_owned()),
        text: request
            .text
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty()),
    };
    let after = decode_cursor(request.after.as_deref())?;
    let accounts = cx.uow.accounts(&filter, after, limit).await?;
    let next = next(&accounts, limit, |account| &account.login);
    let ids: Vec<_> = accounts.iter().map(|account| account.id).collect();
    let grants = cx.uow.grants_of(&ids).await?;
    let now = cx.now.ms();
    let items = accounts
        .into_iter()
        .map(|account| {
            let own = grants
                .iter()
                .filter(|(id, _)| *id == account.id)
                .map(|(_, grant)| grant.clone())
                .collect();
            AccountView::new(account, own, now)
        })
        .collect();
    Ok(ListAccountsResponse { items, next })
}
