//! Production batches (制卡批次): their states, and the ledger that closes them (CARD-5).

use crate::error::{Code, Problem};

words! {
    /// State of a batch.
    pub enum BatchState {
        /// Made, its package not yet handed over: it can still be given up.
        Open = "open", "待移交";
        /// Its package is with the bureau: it stays as it is.
        HandedOver = "handed_over", "已移交";
        /// Every order has its result.
        Closed = "closed", "已结清";
        /// Given up before it was handed over.
        Discarded = "discarded", "已放弃";
    }
}

words! {
    /// Result of a line of a batch.
    pub enum LineResult {
        /// None yet.
        Waiting = "waiting", "待结果";
        /// Made.
        Made = "made", "已制卡";
        /// Could not be made.
        Failed = "failed", "制卡失败";
    }
}

impl BatchState {
    /// # Errors
    /// `batch.state` unless the batch is in this state; `what` names the step.
    pub fn require(self, wanted: Self, what: &str) -> Result<(), Problem> {
        if self == wanted {
            return Ok(());
        }
        Err(Problem::new(Code::BatchState).message(format!(
            "批次现在是“{}”，不能{what}，请刷新后查看。",
            self.zh()
        )))
    }
}

/// The ledger of a batch: ordered = made + failed + missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ledger {
    /// Orders.
    pub ordered: i64,
    /// Cards made.
    pub made: i64,
    /// Failures.
    pub failed: i64,
}

impl Ledger {
    /// Orders without a result.
    #[must_use]
    pub const fn missing(self) -> i64 {
        self.ordered - self.made - self.failed
    }

    /// # Errors
    /// `batch.not_settled` while something is missing.
    pub fn settled(self) -> Result<(), Problem> {
        if self.missing() == 0 {
            return Ok(());
        }
        Err(Problem::new(Code::BatchNotSettled).message(format!(
            "共 {} 张，已制卡 {} 张，失败 {} 张，还有 {} 张没有结果，不能结清。请读入结果文件，或登记制卡失败。",
            self.ordered,
            self.made,
            self.failed,
            self.missing()
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ledger_that_does_not_add_up_is_not_settled() {
        let mut ledger = Ledger {
            ordered: 3,
            made: 1,
            failed: 1,
        };
        assert_eq!(ledger.missing(), 1);
        let problem = ledger.settled().unwrap_err();
        assert_eq!(problem.code, Code::BatchNotSettled);
        assert!(problem.message.contains("还有 1 张"));
        ledger.made += 1;
        assert!(ledger.settled().is_ok());
    }

    #[test]
    fn a_batch_takes_a_step_in_its_state_only() {
        for state in BatchState::ALL {
            let open = state.require(BatchState::Open, "放弃");
            assert_eq!(open.is_ok(), state == BatchState::Open);
            if let Err(problem) = open {
                assert!(problem.message.contains(state.zh()));
            }
        }
    }
}
