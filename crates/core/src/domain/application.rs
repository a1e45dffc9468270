//! States of an application, of a pupil and of an import (model.md), and the tables of
//! their steps: the only places that say which step leads where. The backend refuses by
//! them, and its answers tell the window which steps there are.

use crate::error::{Code, Problem};

words! {
    /// State of an application (新生, 注册报到, 转入; STU-2).
    pub enum ApplicationState {
        /// Saved, not yet submitted.
        Draft = "draft", "草稿";
        /// Waiting for the district.
        Submitted = "submitted", "已提交";
        /// Approved by the district.
        Approved = "approved", "区审核通过";
        /// Sent back with a reason.
        Returned = "returned", "退回";
    }
}

words! {
    /// What is reviewed.
    pub enum ApplicationKind {
        /// A new pupil.
        New = "new", "新生";
        /// A primary leaver at the junior school.
        Registration = "registration", "注册报到";
        /// A pupil of another school.
        TransferIn = "transfer_in", "转入";
    }
}

words! {
    /// A step of an application.
    pub enum ApplicationStep {
        /// Keep what was written.
        Save = "save", "保存";
        /// Give it to the district.
        Submit = "submit", "提交";
        /// The district approves.
        Approve = "approve", "审核通过";
        /// The district sends it back, with a reason.
        Return = "return", "退回";
    }
}

words! {
    /// What the school that a child would leave says to a transfer (STU-8).
    pub enum TransferStep {
        /// It lets the child go: the transfer is submitted to the new district.
        Release = "release", "同意转出";
        /// It keeps the child, with a reason.
        Refuse = "refuse", "不同意转出";
    }
}

words! {
    /// A step of a pupil's own status.
    pub enum PupilStep {
        /// The application as a new pupil was approved.
        Approve = "approve", "审核通过";
        /// Away for a time.
        Suspend = "suspend", "休学";
        /// Back at school.
        Resume = "resume", "复学";
        /// Goes to a school outside.
        Leave = "leave", "转出";
        /// Comes from another school, or from outside.
        Arrive = "arrive", "转入";
        /// Finishes the ladder.
        Graduate = "graduate", "毕业";
        /// Takes a graduation back.
        UndoGraduation = "undo_graduation", "撤销毕业";
        /// Registers at the junior school.
        Register = "register", "注册报到";
        /// Into the recycle bin.
        Delete = "delete", "删除";
    }
}

words! {
    /// A pupil's own status, apart from any application.
    pub enum PupilStatus {
        /// Entered, not yet approved.
        Pending = "pending", "待审核";
        /// At school.
        Enrolled = "enrolled", "在读";
        /// Away for a time.
        Suspended = "suspended", "休学";
        /// Went to a school outside.
        Left = "left", "转出";
        /// Finished the ladder.
        Graduated = "graduated", "毕业";
        /// Deleted, restorable until purged.
        Deleted = "deleted", "已删除";
    }
}

words! {
    /// State of an import.
    pub enum ImportState {
        /// The file is still being read.
        Reading = "reading", "读取中";
        /// Read and checked, nothing written.
        Preview = "preview", "待核对";
        /// Its valid rows were committed, the others wait.
        Partly = "partly", "部分导入";
        /// All rows were committed.
        Committed = "committed", "已导入";
        /// Taken back as a whole.
        Undone = "undone", "已撤销";
        /// Given up before a commit.
        Discarded = "discarded", "已放弃";
    }
}

words! {
    /// What the rows of an import become (IMP-2).
    pub enum ImportOf {
        /// Pupils.
        NewPupils = "new_pupils", "新生信息";
        /// Classes.
        Classes = "classes", "批量建班";
        /// Primary leavers at their junior school.
        Registrations = "registrations", "注册报到";
    }
}

/// The state of a transfer in its own words: its draft waits for the old school.
#[must_use]
pub const fn transfer_state(state: ApplicationState) -> &'static str {
    match state {
        ApplicationState::Draft => "等待转出",
        ApplicationState::Submitted => "已同意转出，等待区审核",
        ApplicationState::Approved => "已转入",
        ApplicationState::Returned => "未同意",
    }
}

impl ApplicationState {
    /// The state after a step: the only place that says which steps there are. A returned
    /// application stays returned while it is repaired, so that its reason stays in view.
    ///
    /// # Errors
    /// `application.state`, naming the state and the step.
    pub fn after(self, step: ApplicationStep) -> Result<Self, Problem> {
        match (step, self) {
            (ApplicationStep::Save, Self::Draft) => Ok(Self::Draft),
            (ApplicationStep::Save, Self::Returned) => Ok(Self::Returned),
            (ApplicationStep::Submit, Self::Draft | Self::Returned) => Ok(Self::Submitted),
            (ApplicationStep::Approve, Self::Submitted) => Ok(Self::Approved),
            (ApplicationStep::Return, Self::Submitted) => Ok(Self::Returned),
            (
                ApplicationStep::Save
                | ApplicationStep::Submit
                | ApplicationStep::Approve
                | ApplicationStep::Return,
                _,
            ) => Err(Problem::new(Code::ApplicationState).message(format!(
                "这份申请现在是“{}”，不能{}，请刷新后查看。",
                self.zh(),
                step.zh()
            ))),
        }
    }

    /// The state of a transfer after the old school's word: of one that waits for it, or
    /// that was refused or returned before.
    ///
    /// # Errors
    /// `application.state`, naming the state and the step.
    pub fn decided(self, step: TransferStep) -> Result<Self, Problem> {
        match (step, self) {
            (TransferStep::Release, Self::Draft | Self::Returned) => Ok(Self::Submitted),
            (TransferStep::Refuse, Self::Draft | Self::Returned) => Ok(Self::Returned),
            (TransferStep::Release | TransferStep::Refuse, _) => {
                Err(Problem::new(Code::ApplicationState).message(format!(
                    "这份转入申请现在是“{}”，不能{}，请刷新后查看。",
                    transfer_state(self),
                    step.zh()
                )))
            }
        }
    }

    /// The steps that are possible now, in the order of their declaration.
    #[must_use]
    pub fn steps(self) -> Vec<ApplicationStep> {
        ApplicationStep::ALL
            .into_iter()
            .filter(|step| self.after(*step).is_ok())
            .collect()
    }
}

impl ApplicationStep {
    /// True for the steps that are the district's to take.
    #[must_use]
    pub const fn by_district(self) -> bool {
        matches!(self, Self::Approve | Self::Return)
    }
}

impl PupilStatus {
    /// The status after a step: the only place that says which steps there are. What is
    /// deleted comes back by [`Self::restored`].
    ///
    /// # Errors
    /// `pupil.status`, naming the status and the step.
    pub fn after(self, step: PupilStep) -> Result<Self, Problem> {
        match (step, self) {
            (PupilStep::Approve, Self::Pending) => Ok(Self::Enrolled),
            (PupilStep::Suspend, Self::Enrolled) => Ok(Self::Suspended),
            (PupilStep::Resume, Self::Suspended) => Ok(Self::Enrolled),
            (PupilStep::Leave, Self::Enrolled | Self::Suspended) => Ok(Self::Left),
            (PupilStep::Arrive, Self::Enrolled | Self::Suspended | Self::Left) => {
                Ok(Self::Enrolled)
            }
            (PupilStep::Graduate, Self::Enrolled | Self::Suspended) => Ok(Self::Graduated),
            (PupilStep::UndoGraduation, Self::Graduated) => Ok(Self::Enrolled),
            // Whatever its primary school has done about it so far.
            (
                PupilStep::Register,
                Self::Pending | Self::Enrolled | Self::Suspended | Self::Left | Self::Graduated,
            ) => Ok(Self::Enrolled),
            (
                PupilStep::Delete,
                Self::Pending | Self::Enrolled | Self::Suspended | Self::Left | Self::Graduated,
            ) => Ok(Self::Deleted),
            (
                PupilStep::Approve
                | PupilStep::Suspend
                | PupilStep::Resume
                | PupilStep::Leave
                | PupilStep::Arrive
                | PupilStep::Graduate
                | PupilStep::UndoGraduation
                | PupilStep::Register
                | PupilStep::Delete,
                _,
            ) => Err(self.refuse(step.zh())),
        }
    }

    /// The status after a deletion is taken back: the one before it.
    ///
    /// # Errors
    /// `pupil.status` when the pupil is not deleted.
    pub fn restored(self, before: Self) -> Result<Self, Problem> {
        match (self, before) {
            (
                Self::Deleted,
                Self::Pending | Self::Enrolled | Self::Suspended | Self::Left | Self::Graduated,
            ) => Ok(before),
            (_, _) => Err(self.refuse("恢复")),
        }
    }

    fn refuse(self, step: &str) -> Problem {
        Problem::new(Code::PupilStatus).message(format!(
            "该学生现在是“{}”，不能{step}，请刷新后查看。",
            self.zh()
        ))
    }
}

macro_rules! parse_by_word {
    ($name:ident, $what:literal) => {
        impl $name {
            /// Reads the stable or the Chinese word.
            ///
            /// # Errors
            /// `request.invalid`.
            pub fn parse(raw: &str) -> Result<Self, Problem> {
                Self::find(raw).ok_or_else(|| {
                    Problem::new(Code::RequestInvalid)
                        .message(concat!($what, "不正确，请从列表中选择。"))
                })
            }
        }
    };
}

parse_by_word!(ApplicationState, "申请状态");
parse_by_word!(ApplicationKind, "申请类型");
parse_by_word!(PupilStatus, "学生状态");
parse_by_word!(ImportState, "导入状态");
parse_by_word!(ImportOf, "导入类型");

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_whole_table_of_an_application() {
        use ApplicationState as S;
        use ApplicationStep as T;
        let allowed = [
            (S::Draft, T::Save, S::Draft),
            (S::Returned, T::Save, S::Returned),
            (S::Draft, T::Submit, S::Submitted),
            (S::Returned, T::Submit, S::Submitted),
            (S::Submitted, T::Approve, S::Approved),
            (S::Submitted, T::Return, S::Returned),
        ];
        for state in S::ALL {
            for step in T::ALL {
                let want = allowed
                    .iter()
                    .find(|(from, by, _)| *from == state && *by == step)
                    .map(|(_, _, to)| *to);
                let got = state.after(step);
                assert_eq!(got.as_ref().ok().copied(), want, "{state:?} {step:?}");
                assert_eq!(state.steps().contains(&step), want.is_some());
                if let Err(problem) = got {
                    assert_eq!(problem.code, Code::ApplicationState);
                    assert!(problem.message.contains(state.zh()));
                }
            }
        }
    }

    #[test]
    fn the_old_school_decides_until_the_district_has() {
        use ApplicationState as S;
        use TransferStep as T;
        for state in S::ALL {
            let open = matches!(state, S::Draft | S::Returned);
            for (step, to) in [(T::Release, S::Submitted), (T::Refuse, S::Returned)] {
                let got = state.decided(step);
                assert_eq!(got.as_ref().ok().copied(), open.then_some(to));
                if let Err(problem) = got {
                    assert_eq!(problem.code, Code::ApplicationState);
                    assert!(problem.message.contains(transfer_state(state)));
                }
            }
        }
    }

    #[test]
    fn the_whole_table_of_a_pupil() {
        use PupilStatus as S;
        use PupilStep as T;
        let allowed = [
            (S::Pending, T::Approve, S::Enrolled),
            (S::Enrolled, T::Suspend, S::Suspended),
            (S::Suspended, T::Resume, S::Enrolled),
            (S::Enrolled, T::Leave, S::Left),
            (S::Suspended, T::Leave, S::Left),
            (S::Enrolled, T::Arrive, S::Enrolled),
            (S::Suspended, T::Arrive, S::Enrolled),
            (S::Left, T::Arrive, S::Enrolled),
            (S::Enrolled, T::Graduate, S::Graduated),
            (S::Suspended, T::Graduate, S::Graduated),
            (S::Graduated, T::UndoGraduation, S::Enrolled),
            (S::Pending, T::Register, S::Enrolled),
            (S::Enrolled, T::Register, S::Enrolled),
            (S::Suspended, T::Register, S::Enrolled),
            (S::Left, T::Register, S::Enrolled),
            (S::Graduated, T::Register, S::Enrolled),
        ];
        for status in S::ALL {
            for step in T::ALL {
                let want = match step {
                    T::Delete => (status != S::Deleted).then_some(S::Deleted),
                    T::Approve
                    | T::Suspend
                    | T::Resume
                    | T::Leave
                    | T::Arrive
                    | T::Graduate
                    | T::UndoGraduation
                    | T::Register => allowed
                        .iter()
                        .find(|(from, by, _)| *from == status && *by == step)
                        .map(|(_, _, to)| *to),
                };
                let got = status.after(step);
                assert_eq!(got.as_ref().ok().copied(), want, "{status:?} {step:?}");
                if let Err(problem) = got {
                    assert_eq!(problem.code, Code::PupilStatus);
                    assert!(problem.message.contains(status.zh()));
                }
            }
            for before in S::ALL {
                let restored = status.restored(before).ok();
                let want = (status == S::Deleted && before != S::Deleted).then_some(before);
                assert_eq!(restored, want, "{status:?} {before:?}");
            }
        }
    }

    #[test]
    fn words_are_read_back() {
        for state in ApplicationState::ALL {
            assert_eq!(ApplicationState::parse(state.as_str()).unwrap(), state);
            assert_eq!(ApplicationState::parse(state.zh()).unwrap(), state);
        }
        for kind in ApplicationKind::ALL {
            assert_eq!(ApplicationKind::parse(kind.zh()).unwrap(), kind);
        }
        for status in PupilStatus::ALL {
            assert_eq!(PupilStatus::parse(status.as_str()).unwrap(), status);
        }
        for state in ImportState::ALL {
            assert_eq!(ImportState::parse(state.as_str()).unwrap(), state);
        }
        for kind in ImportOf::ALL {
            assert_eq!(ImportOf::parse(kind.as_str()).unwrap(), kind);
        }
        assert_eq!(
            PupilStatus::parse("gone").unwrap_err().code,
            Code::RequestInvalid
        );
        assert_eq!(
            serde_json::to_string(&PupilStatus::Enrolled).unwrap(),
            "\"enrolled\""
        );
    }

    proptest! {
        #[test]
        fn never_panics(raw in any::<String>()) {
            let _ = ApplicationState::parse(&raw);
            let _ = PupilStatus::parse(&raw);
            let _ = ImportState::parse(&raw);
            let _ = ImportOf::parse(&raw);
        }
    }
}
