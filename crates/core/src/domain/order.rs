//! Card orders (制卡订单): their states and the one table of steps (CARD-1).

use crate::access::Permission;
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
    /// A date by which orders can be narrowed beside their confirmation (CARD-2).
    pub enum OrderDate {
        /// When the card was asked for.
        Requested = "requested", "申请制卡时间";
        /// When the district approved.
        Approved = "approved", "区审核通过时间";
        /// When the order was sent back.
        Returned = "returned", "退回时间";
    }
}

words! {
    /// A step of a card order.
    pub enum OrderStep {
        /// Write it down without asking for the card yet.
        Save = "save", "保存草稿";
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
        /// Put into a production batch.
        Batch = "batch", "加入批次";
        /// Take out of a batch that is not handed over.
        Release = "release", "移出批次";
        /// The bureau's result file says that the card is made.
        Make = "make", "制卡完成";
        /// The bureau could not make it.
        Fail = "fail", "制卡失败";
        /// Go on with an order that failed, from the district's approval.
        Retry = "retry", "重新制卡";
        /// Hand the card to the pupil.
        Deliver = "deliver", "发卡";
        /// Give the order up, with a reason.
        Cancel = "cancel", "作废";
        /// Correct its district and school by the school's record, with a reason; the state
        /// stays, so that no line of the table is about it.
        Correct = "correct", "更正区县和学校";
    }
}

/// One line of the table of steps.
struct Transition {
    step: OrderStep,
    from: &'static [OrderState],
    to: OrderState,
    /// One of these is needed in the order's place; none of them for steps that are
    /// part of a batch's own operations.
    by: &'static [Permission],
}

/// The only place that says which steps there are, from where, to where and by whom:
/// operations, buttons and labels follow it.
const TRANSITIONS: &[Transition] = &[
    Transition {
        step: OrderStep::Save,
        from: &[],
        to: OrderState::Draft,
        by: &[Permission::RequestOrders],
    },
    Transition {
        step: OrderStep::Request,
        from: &[OrderState::Draft, OrderState::Returned],
        to: OrderState::Requested,
        by: &[Permission::RequestOrders],
    },
    Transition {
        step: OrderStep::Approve,
        from: &[OrderState::Requested],
        to: OrderState::Approved,
        by: &[Permission::ReviewOrders],
    },
    Transition {
        step: OrderStep::Confirm,
        from: &[OrderState::Approved],
        to: OrderState::Confirmed,
        by: &[Permission::ConfirmOrders],
    },
    Transition {
        step: OrderStep::Withdraw,
        from: &[OrderState::Confirmed],
        to: OrderState::Approved,
        by: &[Permission::ConfirmOrders],
    },
    Transition {
        step: OrderStep::Return,
        from: &[
            OrderState::Requested,
            OrderState::Approved,
            OrderState::Failed,
        ],
        to: OrderState::Returned,
        by: &[Permission::ReviewOrders, Permission::ConfirmOrders],
    },
    Transition {
        step: OrderStep::Batch,
        from: &[OrderState::Confirmed],
        to: OrderState::InProduction,
        by: &[],
    },
    Transition {
        step: OrderStep::Release,
        from: &[OrderState::InProduction],
        to: OrderState::Confirmed,
        by: &[],
    },
    Transition {
        step: OrderStep::Make,
        from: &[OrderState::InProduction],
        to: OrderState::Produced,
        by: &[],
    },
    Transition {
        step: OrderStep::Fail,
        from: &[OrderState::InProduction],
        to: OrderState::Failed,
        by: &[],
    },
    Transition {
        step: OrderStep::Retry,
        from: &[OrderState::Failed],
        to: OrderState::Approved,
        by: &[Permission::ConfirmOrders],
    },
    Transition {
        step: OrderStep::Deliver,
        from: &[OrderState::Produced],
        to: OrderState::Delivered,
        by: &[Permission::RequestOrders, Permission::ConfirmOrders],
    },
    // What waits at the school is the school's to give up; what the district or the
    // card office has before it is theirs.
    Transition {
        step: OrderStep::Cancel,
        from: &[
            OrderState::Draft,
            OrderState::Requested,
            OrderState::Returned,
        ],
        to: OrderState::Cancelled,
        by: &[Permission::RequestOrders, Permission::ConfirmOrders],
    },
    Transition {
        step: OrderStep::Cancel,
        from: &[
            OrderState::Approved,
            OrderState::Confirmed,
            OrderState::Failed,
        ],
        to: OrderState::Cancelled,
        by: &[Permission::ReviewOrders, Permission::ConfirmOrders],
    },
];

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

    /// The state after a step.
    ///
    /// # Errors
    /// `order.state`, naming the state and the step.
    pub fn after(self, step: OrderStep) -> Result<Self, Problem> {
        self.transition(step)
            .map(|transition| transition.to)
            .ok_or_else(|| {
                Problem::new(Code::OrderState).message(format!(
                    "订单现在是“{}”，不能{}，请刷新后查看。",
                    self.zh(),
                    step.zh()
                ))
            })
    }

    fn transition(self, step: OrderStep) -> Option<&'static Transition> {
        TRANSITIONS
            .iter()
            .find(|transition| transition.step == step && transition.from.contains(&self))
    }

    /// Who may take a step from here: one of these permissions is needed. Empty for
    /// steps that there are not, or that are part of a batch's own operations.
    #[must_use]
    pub fn permissions(self, step: OrderStep) -> &'static [Permission] {
        self.transition(step)
            .map_or(&[], |transition| transition.by)
    }

    /// True while the pupil can have no other order.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(
            self,
            Self::Draft
                | Self::Requested
                | Self::Approved
                | Self::Confirmed
                | Self::InProduction
                | Self::Failed
        )
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

    /// The state of an order that begins with this step; none for a step on an order
    /// that there is already.
    #[must_use]
    pub const fn begins(self) -> Option<OrderState> {
        match self {
            Self::Save => Some(OrderState::Draft),
            Self::Request => Some(OrderState::Requested),
            Self::Approve
            | Self::Confirm
            | Self::Withdraw
            | Self::Return
            | Self::Batch
            | Self::Release
            | Self::Make
            | Self::Fail
            | Self::Retry
            | Self::Deliver
            | Self::Cancel
            | Self::Correct => None,
        }
    }

    /// True for the steps that take something back: they need a reason.
    #[must_use]
    pub const fn needs_reason(self) -> bool {
        matches!(
            self,
            Self::Withdraw
                | Self::Return
                | Self::Release
                | Self::Fail
                | Self::Cancel
                | Self::Correct
        )
    }

    /// Every permission that allows the step in some state.
    #[must_use]
    pub fn permissions(self) -> Vec<Permission> {
        let mut all: Vec<Permission> = TRANSITIONS
            .iter()
            .filter(|transition| transition.step == self)
            .flat_map(|transition| transition.by.iter().copied())
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

impl OrderKind {
    /// True for a card that takes the place of another: it needs a reason.
    #[must_use]
    pub const fn replaces(self) -> bool {
        matches!(self, Self::Replacement | Self::Exchange)
    }

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
        use OrderState as S;
        use OrderStep as T;
        // Written by hand, so that a slip in the table shows.
        let allowed = [
            (S::Draft, T::Request, S::Requested),
            (S::Returned, T::Request, S::Requested),
            (S::Requested, T::Approve, S::Approved),
            (S::Approved, T::Confirm, S::Confirmed),
            (S::Confirmed, T::Withdraw, S::Approved),
            (S::Requested, T::Return, S::Returned),
            (S::Approved, T::Return, S::Returned),
            (S::Failed, T::Return, S::Returned),
            (S::Confirmed, T::Batch, S::InProduction),
            (S::InProduction, T::Release, S::Confirmed),
            (S::InProduction, T::Make, S::Produced),
            (S::InProduction, T::Fail, S::Failed),
            (S::Failed, T::Retry, S::Approved),
            (S::Produced, T::Deliver, S::Delivered),
            (S::Draft, T::Cancel, S::Cancelled),
            (S::Requested, T::Cancel, S::Cancelled),
            (S::Returned, T::Cancel, S::Cancelled),
            (S::Approved, T::Cancel, S::Cancelled),
            (S::Confirmed, T::Cancel, S::Cancelled),
            (S::Failed, T::Cancel, S::Cancelled),
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
    fn every_step_is_somebodys_or_a_batchs() {
        for state in OrderState::ALL {
            for step in OrderStep::ALL {
                let by = state.permissions(step);
                let of_batch = matches!(
                    step,
                    OrderStep::Batch | OrderStep::Release | OrderStep::Make | OrderStep::Fail
                );
                assert_eq!(
                    !by.is_empty(),
                    state.after(step).is_ok() && !of_batch,
                    "{state:?} {step:?}"
                );
                assert!(by.iter().all(|p| step.permissions().contains(p)));
            }
        }
        // Nobody goes on from a card that was handed out or an order given up.
        for ended in [OrderState::Delivered, OrderState::Cancelled] {
            assert!(!ended.is_open());
            assert!(
                OrderStep::ALL
                    .iter()
                    .all(|step| ended.after(*step).is_err())
            );
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
