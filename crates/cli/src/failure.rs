//! Why a command ended without doing its work.

use ekatong_core::error::{Code, OpError, Problem};
use ekatong_host::{Exit, HostError};
use serde_json::{Value, json};

/// Why a command ended without doing its work.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The host or an operation said so.
    Host(HostError),
    /// The command line does not make sense; Chinese.
    Usage(String),
}

impl Failure {
    pub(crate) fn internal(
        doing: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        OpError::internal(doing, source).into()
    }

    /// Nobody is signed in, and this is how to.
    pub(crate) fn sign_in(message: &str) -> Self {
        Problem::new(Code::SessionRequired).message(message).into()
    }

    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Host(error) => error.exit(),
            Self::Usage(_) => Exit::Usage,
        }
    }

    /// As operations write them; empty for an internal fault.
    pub(crate) fn problems(&self) -> Vec<Value> {
        match self {
            Self::Host(error) => error.problems(),
            Self::Usage(message) => {
                vec![json!({ "code": "usage", "severity": "error", "message": message })]
            }
        }
    }
}

impl From<HostError> for Failure {
    fn from(error: HostError) -> Self {
        Self::Host(error)
    }
}

impl From<OpError> for Failure {
    fn from(error: OpError) -> Self {
        Self::Host(error.into())
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        OpError::from(problem).into()
    }
}

impl From<Code> for Failure {
    fn from(code: Code) -> Self {
        OpError::from(code).into()
    }
}
