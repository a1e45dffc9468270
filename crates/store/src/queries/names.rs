//! Names that pupils bear.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use ekatong_core::domain::search;
use ekatong_core::id::{ClassId, SchoolId};
use ekatong_core::ports::{Names, Stored};

use super::super::index;
use super::{ROWS, Sql, Tx, each, end_of_prefix};

const INSERT: &str = "INSERT INTO name_token (token, name) VALUES ";

#[async_trait]
impl Names for Tx {
    async fn learn_names(&mut self, names: &[&str]) -> Stored<()> {
        const DOING: &str = "making names known";
        // In the order of the key: two transactions with the same names wait for each
        // other and do not deadlock.
        let heads: BTreeMap<(String, &str), ()> = names
            .iter()
            .map(|name| ((search::head(name), *name), ()))
            .collect();
        let heads: Vec<&(String, &str)> = heads.keys().collect();
        let mut tokens: BTreeSet<(String, String)> = BTreeSet::new();
        for chunk in heads.chunks(ROWS) {
            // Only new names come back; most children are called as others are.
            let mut sql = Sql::new(INSERT);
            sql.rows(chunk, |f, (head, name)| {
                f.v(head.as_str()).v(*name);
            })
            .push(" ON CONFLICT (token, name) DO NOTHING RETURNING name");
            let rows = self.all(sql, DOING).await?;
            for name in each(&rows, DOING, |c| c.take::<String>())? {
                let head = search::head(&name);
                let others = search::tokens(&name).into_iter();
                tokens.extend(
                    others
                        .filter(|token| *token != head)
                        .map(|token| (token, name.clone())),
                );
            }
        }
        let tokens: Vec<(String, String)> = tokens.into_iter().collect();
        for chunk in tokens.chunks(ROWS) {
            let mut sql = Sql::new(INSERT);
            sql.rows(chunk, |f, (token, name)| {
                f.v(token.as_str()).v(name.as_str());
            })
            .push(" ON CONFLICT (token, name) DO NOTHING");
            self.run(sql, DOING).await?;
        }
        Ok(())
    }

    async fn names_by_token(
        &mut self,
        start: &str,
        after: Option<(&str, &str)>,
        limit: u32,
    ) -> Stored<Vec<(String, String)>> {
        const DOING: &str = "looking for names";
        let mut sql = Sql::new("SELECT t.token, t.name FROM name_token t WHERE t.token >= ");
        sql.bind(start);
        if let Some(end) = end_of_prefix(start) {
            sql.push(" AND t.token < ").bind(end);
        }
        if let Some((token, name)) = after {
            sql.push(" AND (t.token, t.name) > (")
                .bind(token)
                .push(", ")
                .bind(name)
                .push(")");
        }
        sql.push(" ORDER BY t.token, t.name").limit(limit);
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, |c| Ok((c.take()?, c.take()?)))
    }

    async fn names_of_school(&mut self, school: SchoolId) -> Stored<Vec<String>> {
        const DOING: &str = "reading the names of a school";
        // The index holds all that is asked for: a school's few thousand names are one short walk.
        let mut sql = Sql::new("SELECT DISTINCT p.name FROM pupil p");
        sql.push(&index("pupil_school_name"))
            .push(" WHERE p.school_id = ")
            .bind(school.0)
            .push(" ORDER BY p.name");
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, |c| c.take())
    }

    async fn names_borne(&mut self, after: Option<&str>, limit: u32) -> Stored<Vec<String>> {
        const DOING: &str = "reading names";
        let mut sql = Sql::new("SELECT DISTINCT p.name FROM pupil p");
        sql.push(&index("pupil_name"))
            .push(" WHERE p.name > ")
            .bind(after.unwrap_or_default())
            .push(" ORDER BY p.name")
            .limit(limit);
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, |c| c.take())
    }

    async fn classes_numbered(
        &mut self,
        district: Option<&str>,
        school: Option<SchoolId>,
        grade: i64,
        number: i64,
    ) -> Stored<Vec<ClassId>> {
        const DOING: &str = "looking for classes of a number";
        let mut sql = Sql::new(
            "SELECT c.id FROM school s CROSS JOIN class c WHERE c.school_id = s.id \
             AND c.school_year = s.school_year AND c.grade = ",
        );
        sql.bind(grade).push(" AND c.number = ").bind(number);
        if let Some(school) = school {
            sql.push(" AND s.id = ").bind(school.0);
        }
        if let Some(district) = district {
            sql.push(" AND s.district = ").bind(district);
        }
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, |c| c.id())
    }
}
