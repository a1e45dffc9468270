//! A new value for a setting (修改设置).

use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

pub use super::SettingView;
use crate::context::{AuditNote, Cx};
use crate::error::{Code, OpError, Problem};
use crate::ops::touches;
use crate::settings::Setting;

/// Which setting, and its value.
#[derive(Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetSettingRequest {
    /// Key.
    pub key: String,
    /// Value as text.
    pub value: String,
    /// District code; absent for the city's.
    #[ts(optional)]
    pub district: Option<String>,
}

touches!(SetSettingRequest, self => match &self.district {
    Some(code) => Touched::District(code.clone()),
    None => Touched::City,
});

/// # Errors
/// `setting.unknown`, `setting.invalid`, `forbidden`, `district.unknown`.
pub async fn run(cx: &mut Cx, request: SetSettingRequest) -> Result<SettingView, OpError> {
    let setting = Setting::find(&request.key)
        .ok_or_else(|| Problem::new(Code::SettingUnknown).field("key"))?;
    let district = request.district.unwrap_or_default();
    if !district.is_empty() && !setting.per_district {
        return Err(Problem::new(Code::SettingUnknown)
            .field("key")
            .message(format!("“{}”只能由市级统一设置。", setting.name))
            .into());
    }
    let value = setting.parse(&request.value)?;
    let city = cx.uow.settings("").await?;
    let own = if district.is_empty() {
        Vec::new()
    } else {
        cx.uow.settings(&district).await?
    };
    let before = crate::settings::value(setting, &city, &own);
    cx.uow
        .put_setting(&district, setting.key, &value, cx.now.ms())
        .await?;
    cx.note(
        AuditNote::district(
            district.clone(),
            format!(
                "{}：{} → {}",
                setting.name,
                setting.shown(&before),
                setting.shown(&value)
            ),
        )
        .with(serde_json::json!({ "key": setting.key, "before": before, "after": value })),
    );
    let city = cx.uow.settings("").await?;
    let own = if district.is_empty() {
        Vec::new()
    } else {
        cx.uow.settings(&district).await?
    };
    Ok(super::view(setting, &city, &own, !district.is_empty()))
}
