//! States of an application, of a pupil and of an import (model.md).

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
parse_by_word!(PupilStatus, "学生状态");
parse_by_word!(ImportState, "导入状态");
parse_by_word!(ImportOf, "导入类型");

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_are_read_back() {
        for state in ApplicationState::ALL {
            assert_eq!(ApplicationState::parse(state.as_str()).unwrap(), state);
            assert_eq!(ApplicationState::parse(state.zh()).unwrap(), state);
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
