//! What people do: one folder a noun, one file a use case.
//!
//! A file holds the request, the response, what the request touches, and `run`.
//! It is listed in [`crate::registry`]; checking, recording and committing are
//! dispatch's work.

pub mod account;
pub mod audit;
pub mod batch;
pub mod card;
pub mod class;
pub mod district;
pub mod export;
pub mod extension;
pub mod grade;
pub mod home;
pub mod import;
pub mod moving;
pub mod order;
pub mod page;
pub mod photo;
pub mod pupil;
pub mod registration;
pub mod review;
pub mod school;
pub mod session;
pub mod setting;
pub mod transfer;

/// Says what a request touches, in one line a request.
macro_rules! touches {
    ($request:ty, $self:ident => $touched:expr) => {
        impl crate::touches::Touches for $request {
            fn touches(&$self) -> crate::touches::Touched {
                use crate::touches::Touched;
                $touched
            }
        }
    };
}
pub(crate) use touches;
