//! Numbers of cards (rules §5).

use super::text;
use crate::error::{Code, Problem};

words! {
    /// State of a card.
    pub enum CardState {
        /// In use.
        Valid = "valid", "正常";
        /// Reported lost; can be found again.
        Lost = "lost", "挂失";
        /// Made invalid for good.
        Invalid = "invalid", "作废";
        /// Another card took its place.
        Replaced = "replaced", "已换新卡";
    }
}

words! {
    /// A step of a card.
    pub enum CardStep {
        /// Came back from the bureau.
        Make = "make", "制成";
        /// Reported lost.
        Lose = "lose", "挂失";
        /// Found again.
        Restore = "restore", "解除挂失";
        /// Made invalid, with a reason.
        Invalidate = "invalidate", "作废";
        /// A new card took its place.
        Replace = "replace", "换新卡";
    }
}

impl CardState {
    /// The state after a step: the only place that says which steps there are.
    ///
    /// # Errors
    /// `card.state`, naming the state and the step.
    pub fn after(self, step: CardStep) -> Result<Self, Problem> {
        match (step, self) {
            (CardStep::Lose, Self::Valid) => Ok(Self::Lost),
            (CardStep::Restore, Self::Lost) => Ok(Self::Valid),
            (CardStep::Invalidate, Self::Valid | Self::Lost) => Ok(Self::Invalid),
            (CardStep::Replace, Self::Valid | Self::Lost) => Ok(Self::Replaced),
            (
                CardStep::Make
                | CardStep::Lose
                | CardStep::Restore
                | CardStep::Invalidate
                | CardStep::Replace,
                _,
            ) => Err(Problem::new(Code::CardState).message(format!(
                "卡现在是“{}”，不能{}，请刷新后查看。",
                self.zh(),
                step.zh()
            ))),
        }
    }
}

impl CardStep {
    /// True for the steps that a person takes and must give a reason for.
    #[must_use]
    pub const fn needs_reason(self) -> bool {
        matches!(self, Self::Lose | Self::Invalidate)
    }
}

/// E卡通号, 卡序列号 or 市民卡卡号: letters and digits, compared without case.
///
/// The text as it came is kept beside the normalised one: readers disagree on
/// byte order and base, and only the raw text shows later which one wrote it.
/// It is never converted between hexadecimal and decimal.
#[derive(Debug, Clone, Eq)]
pub struct CardNo {
    number: String,
    raw: String,
}

impl CardNo {
    /// Reads 1–32 letters and digits; white space is dropped.
    ///
    /// # Errors
    /// `card.number_invalid`.
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        let number = text::code(raw);
        let fits =
            (1..=32).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_alphanumeric());
        if !fits {
            return Err(Problem::new(Code::CardNumberInvalid));
        }
        Ok(Self {
            number,
            raw: raw.to_owned(),
        })
    }

    /// The number in upper case, as it is searched and shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.number
    }

    /// The text as it came.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.raw
    }
}

impl PartialEq for CardNo {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_whole_table_of_steps() {
        use CardState as S;
        use CardStep as T;
        let allowed = [
            (S::Valid, T::Lose, S::Lost),
            (S::Lost, T::Restore, S::Valid),
            (S::Valid, T::Invalidate, S::Invalid),
            (S::Lost, T::Invalidate, S::Invalid),
            (S::Valid, T::Replace, S::Replaced),
            (S::Lost, T::Replace, S::Replaced),
        ];
        for state in S::ALL {
            for step in T::ALL {
                let want = allowed
                    .iter()
                    .find(|(from, by, _)| *from == state && *by == step)
                    .map(|(_, _, to)| *to);
                assert_eq!(state.after(step).ok(), want, "{state:?} {step:?}");
            }
        }
    }

    #[test]
    fn case_does_not_count() {
        let card = CardNo::parse(" 04a1b2c3 ").unwrap();
        assert_eq!(card.as_str(), "04A1B2C3");
        assert_eq!(card.raw(), " 04a1b2c3 ");
        assert_eq!(card, CardNo::parse("04A1B2C3").unwrap());
        for raw in ["", " ", "04-A1", "卡号", &"9".repeat(33)] {
            assert_eq!(
                CardNo::parse(raw).unwrap_err().code,
                Code::CardNumberInvalid
            );
        }
    }

    proptest! {
        #[test]
        fn parses_to_itself(raw in any::<String>()) {
            if let Ok(card) = CardNo::parse(&raw) {
                prop_assert_eq!(CardNo::parse(card.as_str()).unwrap(), card);
            }
        }
    }
}
