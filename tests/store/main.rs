//! The store: every function of every port, on both engines, through one suite.
//!
//! A test is an `async fn(Place)`; [`both`] makes of it one for SQLite and one
//! for PostgreSQL.

mod accounts;
mod attacks;
mod audit;
mod blobs;
mod cards;
mod constraints;
mod imports;
mod keys;
mod lifetime;
mod migrations;
mod moves;
mod order_totals;
mod orders;
mod organisation;
mod photos;
mod place;
mod plans;
mod pupils;

/// Runs a test on both engines.
macro_rules! both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name(crate::place::Place::sqlite().await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name(crate::place::Place::postgres().await).await;
            })*
        }
    };
}
pub(crate) use both;
