//! Names that pupils bear, by all that one may type to find them (STU-6).

use async_trait::async_trait;

use super::Stored;
use crate::id::{ClassId, SchoolId};

/// Storage of the names that are found by a part of them.
#[async_trait]
pub trait Names {
    /// Makes names known with the tokens of [`crate::domain::search`]; those that are known cost a look-up.
    async fn learn_names(&mut self, names: &[&str]) -> Stored<()>;
    /// Tokens that start with a text, with their names, in the order of both after that pair.
    async fn names_by_token(
        &mut self,
        start: &str,
        after: Option<(&str, &str)>,
        limit: u32,
    ) -> Stored<Vec<(String, String)>>;
    /// The names borne at a school, in their order.
    async fn names_of_school(&mut self, school: SchoolId) -> Stored<Vec<String>>;
    /// Names borne anywhere, in their order after that one.
    async fn names_borne(&mut self, after: Option<&str>, limit: u32) -> Stored<Vec<String>>;
    /// Classes of a grade and number in the current years of the schools of a scope.
    async fn classes_numbered(
        &mut self,
        district: Option<&str>,
        school: Option<SchoolId>,
        grade: i64,
        number: i64,
    ) -> Stored<Vec<ClassId>>;
}
