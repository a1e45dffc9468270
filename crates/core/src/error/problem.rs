//! What a person is told about one thing that is wrong.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::code::Code;

/// Whether a problem stops the work or is only worth a look.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, JsonSchema,
)]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// Worth knowing, nothing to do (提示).
    Note,
    /// Accepted, but a person should look (提醒).
    Warning,
    /// Refused (错误).
    Error,
}

/// Where in a workbook a problem stands, in the words Excel uses.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// Name of the sheet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub sheet: Option<String>,
    /// Row number as Excel shows it, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub row: Option<u32>,
    /// Column letter as Excel shows it: `A`, `AB`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub column: Option<String>,
    /// Heading of the column.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub heading: Option<String>,
}

/// One thing that is wrong: stable code, place, Chinese message, and where
/// possible what to write instead (IMP-3).
///
/// The message never holds an ID number, a phone number or an address: problems
/// are logged, stored and shown to people who may not see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// Stable code, `noun.what`; never renamed.
    pub code: Code,
    /// Whether it stops the work.
    pub severity: Severity,
    /// Field of the request, in the request's own spelling; absent for places in a workbook.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub field: Option<String>,
    /// Place in a workbook.
    #[serde(flatten)]
    pub place: Place,
    /// What is wrong, in Chinese, complete in itself.
    pub message: String,
    /// What to write instead, exactly as it should be typed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub suggestion: Option<String>,
}

impl Problem {
    /// An error with the code's own text.
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self {
            code,
            severity: Severity::Error,
            field: None,
            place: Place::default(),
            message: super::zh::text(code).to_owned(),
            suggestion: None,
        }
    }

    /// Replaces the code's general text by one that names the case at hand.
    #[must_use]
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// What to write instead.
    #[must_use]
    pub fn suggest(mut self, suggestion: impl Into<String>) -> Self {
        self.suggestion = Some(suggestion.into());
        self
    }

    /// The request's field that is wrong.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// A warning rather than an error.
    #[must_use]
    pub fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// A note rather than an error.
    #[must_use]
    pub fn note(mut self) -> Self {
        self.severity = Severity::Note;
        self
    }

    /// The place in a workbook.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    /// True when the problem stops the work.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
