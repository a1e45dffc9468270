//! Settings of the city and of districts.

pub mod list;
pub mod set;

use schemars::JsonSchema;
use serde::Serialize;
use ts_rs::TS;

use crate::settings::{Accepts, Setting, value};

/// A word that a setting accepts.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SettingChoice {
    /// Stored value.
    pub value: String,
    /// Name for people.
    pub name: String,
}

/// A setting as shown.
#[derive(Debug, Clone, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SettingView {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
    /// What it does.
    pub note: String,
    /// Value that holds.
    pub value: String,
    /// Default.
    pub default_value: String,
    /// True when the value was set here, not inherited.
    pub own: bool,
    /// True when a district may set its own value.
    pub per_district: bool,
    /// Smallest number accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub min: Option<u32>,
    /// Largest number accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub max: Option<u32>,
    /// Words accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub choices: Option<Vec<SettingChoice>>,
    /// True when several of the words may be chosen, with commas between them.
    pub several: bool,
}

pub(crate) fn view(
    setting: &Setting,
    city: &[(String, String)],
    own: &[(String, String)],
    of_district: bool,
) -> SettingView {
    let (min, max, choices) = match setting.accepts {
        Accepts::Whole { min, max } => (Some(min), Some(max), None),
        Accepts::Text { .. } => (None, None, None),
        Accepts::OneOf(words) | Accepts::AnyOf(words) => (
            None,
            None,
            Some(
                words
                    .iter()
                    .map(|(value, name)| SettingChoice {
                        value: (*value).to_owned(),
                        name: (*name).to_owned(),
                    })
                    .collect(),
            ),
        ),
    };
    let stored = if of_district { own } else { city };
    SettingView {
        key: setting.key.to_owned(),
        name: setting.name.to_owned(),
        note: setting.note.to_owned(),
        value: value(setting, city, own),
        default_value: setting.default.to_owned(),
        own: stored.iter().any(|(key, _)| key == setting.key),
        per_district: setting.per_district,
        min,
        max,
        choices,
        several: matches!(setting.accepts, Accepts::AnyOf(_)),
    }
}
