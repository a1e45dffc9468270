//! Card orders (制卡订单): their states and the one table of steps (CARD-1).

use crate::error::{Code, Problem};

words! {
    /// State of a card order.
    pub enum OrderState {
        /// Being written.
        Draft = "draft", "草稿";
        /// Requested, waiting for the district.
        Requested = "requested", "申请制卡";
        /// Approved by the district, waiting for the card office.
        Approved = "approved", "区审核通过";
        /// Confirmed by the card office, not yet in a batch.
        Confirmed = "confirmed", "确认制卡";
        /// In a batch at the bureau.
        InProduction = "in_production", "制卡中";
        /// Came back as a card.
        Produced = "produced", "已制卡";
        /// Handed out.
        Delivered = "delivered", "已发卡";
        /// Sent back with a reason; can be requested again.
        Returned = "returned", "退回";
        /// The bureau could not make it.
        Failed = "failed", "制卡失败";
        /// Given up with a reason.
        Cancelled = "cancelled", "作废";
    }
}

words! {
    /// A step of a card order.
    pub enum OrderStep {
        /// Ask for the card.
        Request = "request", "申请制卡";
        /// Approve at the district.
        Approve = "approve", "审核通过";
        /// Confirm production.
        Confirm = "confirm", "确认制卡";
        /// Take a confirmation back, with a reason, until the order is in a batch.
        Withdraw = "withdraw", "撤回确认";
        /// Send back to the school, with a reason.
        Return = "return", "退回";
        /// Give up what the district has not seen yet, with a reason.
        Cancel = "cancel", "作废";
    }
}

words! {
    /// Why a card is made.
    pub enum OrderKind {
        /// First card.
        New = "new", "新办";
        /// Lost card.
        Replacement = "replacement", "补办";
        /// Changed data or a broken card.
        Exchange = "exchange", "换卡";
    }
}

impl OrderState {
    /// Reads the stable or the Chinese word.
    ///
    /// # Errors
    /// `request.invalid`.
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        Self::find(raw).ok_or_else(|| {
            Problem::new(Code::RequestInvalid).message("订单状态不正确，请从列表中选择。")
        })
    }

    /// The state after a step: the only place that says which steps there are.
    ///
    /// # Errors
    /// `order.state`, naming the state and the step.
    pub fn after(self, step: OrderStep) -> Result<Self, Problem> {
        match (step, self) {
            (OrderStep::Request, Self::Draft | Self::Returned) => Ok(Self::Requested),
            (OrderStep::Approve, Self::Requested) => Ok(Self::Approved),
            (OrderStep::Confirm, Self::Approved) => Ok(Self::Confirmed),
            (OrderStep::Withdraw, Self::Confirmed) => Ok(Self::Approved),
            (OrderStep::Return, Self::Requested | Self::Approved) => Ok(Self::Returned),
            (OrderStep::Cancel, Self::Draft | Self::Requested) => Ok(Self::Cancelled),
            (
                OrderStep::Request
                | OrderStep::Approve
                | OrderStep::Confirm
                | OrderStep::Withdraw
                | OrderStep::Return
                | OrderStep::Cancel,
                _,
            ) => Err(Problem::new(Code::OrderState).message(format!(
                "订单现在是“{}”，不能{}，请刷新后查看。",
                self.zh(),
                step.zh()
            ))),
        }
    }
}

impl OrderStep {
    /// Reads the stable or the Chinese word.
    ///
    /// # Errors
    /// `request.invalid`.
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        Self::find(raw).ok_or_else(|| {
            Problem::new(Code::RequestInvalid).message("没有这一步操作，请刷新页面后重试。")
        })
    }

    /// True for the steps that take something back: they need a reason.
    #[must_use]
    pub const fn needs_reason(self) -> bool {
        matches!(self, Self::Withdraw | Self::Return | Self::Cancel)
    }
}

impl OrderKind {
    /// Reads the stable or the Chinese word.
    ///
    /// # Errors
    /// `request.invalid`.
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        Self::find(raw).ok_or_else(|| {
            Problem::new(Code::RequestInvalid).message("制卡类型不正确，请填新办、补办或换卡。")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_whole_table_of_steps() {
        let allowed = [
            (OrderState::Draft, OrderStep::Request, OrderState::Requested),
            (
                OrderState::Returned,
                OrderStep::Request,
                OrderState::Requested,
            ),
            (
                OrderState::Requested,
                OrderStep::Approve,
                OrderState::Approved,
            ),
            (
                OrderState::Approved,
                OrderStep::Confirm,
                OrderState::Confirmed,
            ),
            (
                OrderState::Confirmed,
                OrderStep::Withdraw,
                OrderState::Approved,
            ),
            (
                OrderState::Requested,
                OrderStep::Return,
                OrderState::Returned,
            ),
            (
                OrderState::Approved,
                OrderStep::Return,
                OrderState::Returned,
            ),
            (OrderState::Draft, OrderStep::Cancel, OrderState::Cancelled),
            (
                OrderState::Requested,
                OrderStep::Cancel,
                OrderState::Cancelled,
            ),
        ];
        for state in OrderState::ALL {
            for step in OrderStep::ALL {
                let want = allowed
                    .iter()
                    .find(|(from, by, _)| *from == state && *by == step)
                    .map(|(_, _, to)| *to);
                let got = state.after(step);
                assert_eq!(got.as_ref().ok().copied(), want, "{state:?} {step:?}");
                if let Err(problem) = got {
                    assert_eq!(problem.code, Code::OrderState);
                    assert!(problem.message.contains(state.zh()));
                }
            }
        }
    }

    #[test]
    fn words_are_read_back() {
        for state in OrderState::ALL {
            assert_eq!(OrderState::parse(state.as_str()).unwrap(), state);
            assert_eq!(OrderState::from_stored(state.as_str()), Some(state));
            assert_eq!(OrderState::from_stored(state.zh()), None);
        }
        for kind in OrderKind::ALL {
            assert_eq!(OrderKind::parse(kind.zh()).unwrap(), kind);
        }
        assert_eq!(
            serde_json::to_string(&OrderState::InProduction).unwrap(),
            "\"in_production\""
        );
    }

    proptest! {
        #[test]
        fn never_panics(raw in any::<String>()) {
            let _ = OrderState::parse(&raw);
            let _ = OrderKind::parse(&raw);
            let _ = OrderStep::parse(&raw);
        }
    }
}
