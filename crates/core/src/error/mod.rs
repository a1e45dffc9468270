//! How operations fail: problems a person can mend, or an internal fault.
//!
//! To add a problem: one line in [`code`], one text in [`zh`]; the exhaustive
//! match there refuses to compile until the text exists.

pub mod code;
pub mod problem;
pub mod zh;

pub use code::Code;
pub use problem::{Place, Problem, Severity};

/// Why an operation did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum OpError {
    /// The request is refused; every problem says what to do.
    #[error("rejected: {}", codes(.0))]
    Rejected(Vec<Problem>),
    /// Something under the rules broke. The text is English, for the log, and
    /// holds no personal data.
    #[error("internal fault while {doing}: {source}")]
    Internal {
        /// What was being done.
        doing: &'static str,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

fn codes(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(|p| p.code.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}

impl OpError {
    /// Wraps a cause from outside the rules.
    pub fn internal(
        doing: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Internal {
            doing,
            source: source.into(),
        }
    }

    /// The problems of a refusal; empty for an internal fault.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Rejected(problems) => problems,
            Self::Internal { .. } => &[],
        }
    }

    /// True when one of the problems has this code.
    #[must_use]
    pub fn has(&self, code: Code) -> bool {
        self.problems().iter().any(|p| p.code == code)
    }
}

impl From<Problem> for OpError {
    fn from(problem: Problem) -> Self {
        Self::Rejected(vec![problem])
    }
}

impl From<Code> for OpError {
    fn from(code: Code) -> Self {
        Problem::new(code).into()
    }
}

impl From<Vec<Problem>> for OpError {
    fn from(problems: Vec<Problem>) -> Self {
        Self::Rejected(problems)
    }
}
