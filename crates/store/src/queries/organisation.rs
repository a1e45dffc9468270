//! Districts, schools, grades, classes, settings.

use std::collections::HashSet;

use async_trait::async_trait;
use ekatong_core::id::{ClassId, GradeId, SchoolId};
use ekatong_core::ports::{
    ClassRecord, DistrictRecord, GradeRecord, Organisation, SchoolFilter, SchoolRecord, Stored,
};

use super::super::{index, share};
use super::{Cols, ROWS, Sql, Tx, contains, each, maybe, starts};

const SCHOOL: &str = "SELECT s.id, s.district, d.name, s.code, s.name, s.kind, s.school_year, \
                      s.version FROM school s";
const SCHOOL_JOIN: &str = " CROSS JOIN district d WHERE d.code = s.district";

fn school(c: &mut Cols<'_>) -> Stored<SchoolRecord> {
    Ok(SchoolRecord {
        id: c.id()?,
        district: c.take()?,
        district_name: c.take()?,
        code: c.take()?,
        name: c.take()?,
        kind: c.take()?,
        school_year: c.take()?,
        version: c.take()?,
    })
}

fn schools_where() -> Sql {
    let mut sql = Sql::new(SCHOOL);
    sql.push(SCHOOL_JOIN);
    sql
}

const GRADE: &str = "SELECT g.id, g.school_id, g.number, g.name, g.graduating, \
                     g.manual_promotion, \
                     (SELECT COUNT(*) FROM class c WHERE c.grade_id = g.id) FROM grade g";

fn grade(c: &mut Cols<'_>) -> Stored<GradeRecord> {
    Ok(GradeRecord {
        id: c.id()?,
        school_id: c.id()?,
        number: c.take()?,
        name: c.take()?,
        graduating: c.take()?,
        manual_promotion: c.take()?,
        classes: c.take()?,
    })
}

const CLASS: &str = "SELECT c.id, c.school_id, s.district, c.grade_id, c.grade, c.school_year, \
                     c.number, c.nickname, c.remark, c.open, \
                     (SELECT COUNT(*) FROM pupil p WHERE p.class_id = c.id AND p.status <> 'deleted'), c.version \
                     FROM class c CROSS JOIN school s WHERE s.id = c.school_id";

fn class(c: &mut Cols<'_>) -> Stored<ClassRecord> {
    Ok(ClassRecord {
        id: c.id()?,
        school_id: c.id()?,
        district: c.take()?,
        grade_id: c.id()?,
        grade: c.take()?,
        school_year: c.take()?,
        number: c.take()?,
        nickname: c.take()?,
        remark: c.take()?,
        open: c.take()?,
        pupils: c.take()?,
        version: c.take()?,
    })
}

#[async_trait]
impl Organisation for Tx {
    async fn districts(&mut self) -> Stored<Vec<DistrictRecord>> {
        const DOING: &str = "reading districts";
        let sql = Sql::new(
            "SELECT d.code, d.name, (SELECT COUNT(*) FROM school s WHERE s.district = d.code) \
             FROM district d ORDER BY d.code",
        );
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, |c| {
            Ok(DistrictRecord {
                code: c.take()?,
                name: c.take()?,
                schools: c.take()?,
            })
        })
    }

    async fn insert_district(&mut self, code: &str, name: &str, now: i64) -> Stored<()> {
        let sql = Sql::new("INSERT INTO district (code, name, created_at) VALUES ($1, $2, $3)")
            .arg(code)
            .arg(name)
            .arg(now);
        self.run(sql, "creating a district").await.map(drop)
    }

    async fn rename_district(&mut self, code: &str, name: &str) -> Stored<bool> {
        let sql = Sql::new("UPDATE district SET name = $1 WHERE code = $2")
            .arg(name)
            .arg(code);
        Ok(self.run(sql, "renaming a district").await? == 1)
    }

    async fn schools(
        &mut self,
        filter: &SchoolFilter,
        after: Option<(String, String)>,
        limit: u32,
    ) -> Stored<Vec<SchoolRecord>> {
        const DOING: &str = "reading schools";
        let mut sql = Sql::new(SCHOOL);
        if filter.ids.is_none() && filter.districts.as_ref().is_none_or(|d| d.len() == 1) {
            sql.push(&index("school_district_code"));
        }
        sql.push(SCHOOL_JOIN);
        if let Some(districts) = &filter.districts {
            sql.push(" AND s.district IN ")
                .list(districts.iter().map(String::as_str));
        }
        if let Some(ids) = &filter.ids {
            sql.push(" AND s.id IN ").list(ids.iter().map(|id| id.0));
        }
        if let Some(text) = filter.text.as_deref().filter(|t| !t.is_empty()) {
            sql.push(" AND (lower(s.name) LIKE ")
                .bind(contains(text))
                .push(" ESCAPE '\\' OR lower(s.code) LIKE ")
                .bind(starts(text))
                .push(" ESCAPE '\\')");
        }
        if let Some((district, code)) = after {
            sql.push(" AND (s.district, s.code) > (")
                .bind(district)
                .push(", ")
                .bind(code)
                .push(")");
        }
        sql.push(" ORDER BY s.district, s.code").limit(limit);
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, school)
    }

    async fn school(&mut self, id: SchoolId) -> Stored<Option<SchoolRecord>> {
        const DOING: &str = "reading a school";
        let mut sql = schools_where();
        sql.push(" AND s.id = ").bind(id.0);
        let row = self.first(sql, DOING).await?;
        maybe(row, DOING, school)
    }

    async fn school_by_code(&mut self, code: &str) -> Stored<Option<SchoolRecord>> {
        const DOING: &str = "reading a school by code";
        let mut sql = schools_where();
        sql.push(" AND s.code = ").bind(code);
        let row = self.first(sql, DOING).await?;
        maybe(row, DOING, school)
    }

    async fn schools_by_ids(&mut self, ids: &[SchoolId]) -> Stored<Vec<SchoolRecord>> {
        const DOING: &str = "reading schools by ids";
        let mut found = Vec::with_capacity(ids.len());
        for chunk in ids.chunks(ROWS) {
            let mut sql = schools_where();
            sql.push(" AND s.id IN ").list(chunk.iter().map(|id| id.0));
            let rows = self.all(sql, DOING).await?;
            found.extend(each(&rows, DOING, school)?);
        }
        Ok(found)
    }

    async fn insert_school(&mut self, school: &SchoolRecord, now: i64) -> Stored<()> {
        let sql = Sql::new(
            "INSERT INTO school (id, district, code, name, kind, school_year, created_at, version) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .arg(school.id.0)
        .arg(school.district.as_str())
        .arg(school.code.as_str())
        .arg(school.name.as_str())
        .arg(school.kind.as_str())
        .arg(school.school_year)
        .arg(now)
        .arg(school.version);
        self.run(sql, "creating a school").await.map(drop)
    }

    async fn update_school(&mut self, school: &SchoolRecord) -> Stored<bool> {
        let sql = Sql::new(
            "UPDATE school SET code = $1, name = $2, kind = $3, school_year = $4, \
             version = version + 1 WHERE id = $5 AND version = $6",
        )
        .arg(school.code.as_str())
        .arg(school.name.as_str())
        .arg(school.kind.as_str())
        .arg(school.school_year)
        .arg(school.id.0)
        .arg(school.version);
        Ok(self.run(sql, "changing a school").await? == 1)
    }

    async fn grades(&mut self, schools: &[SchoolId]) -> Stored<Vec<GradeRecord>> {
        const DOING: &str = "reading grades";
        let mut found = Vec::new();
        for chunk in schools.chunks(ROWS) {
            let mut sql = Sql::new(GRADE);
            sql.push(" WHERE g.school_id IN ")
                .list(chunk.iter().map(|id| id.0))
                .push(" ORDER BY g.school_id, g.number");
            let rows = self.all(sql, DOING).await?;
            found.extend(each(&rows, DOING, grade)?);
        }
        if schools.len() > ROWS {
            found.sort_by_key(|g| (g.school_id, g.number));
        }
        Ok(found)
    }

    async fn grade(&mut self, id: GradeId) -> Stored<Option<GradeRecord>> {
        const DOING: &str = "reading a grade";
        let mut sql = Sql::new(GRADE);
        sql.push(" WHERE g.id = ").bind(id.0);
        let row = self.first(sql, DOING).await?;
        maybe(row, DOING, grade)
    }

    async fn insert_grades(&mut self, grades: &[GradeRecord]) -> Stored<()> {
        // One order for all: two transactions that make the same ladders wait, and do not deadlock.
        let mut sorted: Vec<&GradeRecord> = grades.iter().collect();
        sorted.sort_by_key(|g| (g.school_id, g.number));
        for chunk in sorted.chunks(ROWS) {
            let mut sql = Sql::new(
                "INSERT INTO grade (id, school_id, number, name, graduating, manual_promotion) \
                 VALUES ",
            );
            sql.rows(chunk, |f, g| {
                f.v(g.id.0)
                    .v(g.school_id.0)
                    .v(g.number)
                    .v(g.name.as_str())
                    .v(g.graduating)
                    .v(g.manual_promotion);
            })
            .push(" ON CONFLICT (school_id, number) DO NOTHING");
            self.run(sql, "creating grades").await?;
        }
        Ok(())
    }

    async fn update_grade(&mut self, grade: &GradeRecord) -> Stored<()> {
        let sql = Sql::new(
            "UPDATE grade SET name = $1, graduating = $2, manual_promotion = $3 WHERE id = $4",
        )
        .arg(grade.name.as_str())
        .arg(grade.graduating)
        .arg(grade.manual_promotion)
        .arg(grade.id.0);
        self.run(sql, "changing a grade").await.map(drop)
    }

    async fn delete_grade(&mut self, id: GradeId) -> Stored<bool> {
        const DOING: &str = "deleting a grade";
        // The lock waits for transactions that are adding a class; the look
        // after it then sees their class.
        let mut sql = Sql::new("SELECT g.id FROM grade g WHERE g.id = ");
        sql.bind(id.0).push(&self.lock("g"));
        self.first(sql, DOING).await?;
        let sql = Sql::new(
            "DELETE FROM grade WHERE id = $1 \
             AND NOT EXISTS (SELECT 1 FROM class c WHERE c.grade_id = grade.id)",
        )
        .arg(id.0);
        Ok(self.run(sql, DOING).await? == 1)
    }

    async fn classes(
        &mut self,
        school: SchoolId,
        school_year: i64,
        grade: Option<i64>,
    ) -> Stored<Vec<ClassRecord>> {
        const DOING: &str = "reading classes";
        let mut sql = Sql::new(CLASS);
        sql.push(" AND c.school_id = ")
            .bind(school.0)
            .push(" AND c.school_year = ")
            .bind(school_year);
        if let Some(grade) = grade {
            sql.push(" AND c.grade = ").bind(grade);
        }
        sql.push(" ORDER BY c.grade, c.number");
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, class)
    }

    async fn class(&mut self, id: ClassId) -> Stored<Option<ClassRecord>> {
        const DOING: &str = "reading a class";
        let mut sql = Sql::new(CLASS);
        sql.push(" AND c.id = ").bind(id.0);
        let row = self.first(sql, DOING).await?;
        maybe(row, DOING, class)
    }

    async fn classes_by_ids(&mut self, ids: &[ClassId]) -> Stored<Vec<ClassRecord>> {
        const DOING: &str = "reading classes by ids";
        let mut found = Vec::with_capacity(ids.len());
        for chunk in ids.chunks(ROWS) {
            let mut sql = Sql::new(CLASS);
            sql.push(" AND c.id IN ").list(chunk.iter().map(|id| id.0));
            let rows = self.all(sql, DOING).await?;
            found.extend(each(&rows, DOING, class)?);
        }
        Ok(found)
    }

    async fn insert_classes(&mut self, classes: &[ClassRecord], now: i64) -> Stored<Vec<ClassId>> {
        const DOING: &str = "creating classes";
        // One order for all, as for grades.
        let mut sorted: Vec<&ClassRecord> = classes.iter().collect();
        sorted.sort_by_key(|c| (c.school_id, c.school_year, c.grade, c.number));
        let mut created = HashSet::new();
        for chunk in sorted.chunks(ROWS) {
            let mut sql = Sql::new(
                "INSERT INTO class (id, school_id, grade_id, grade, school_year, number, \
                 nickname, remark, open, created_at, version) VALUES ",
            );
            sql.rows(chunk, |f, c| {
                f.v(c.id.0)
                    .v(c.school_id.0)
                    .v(c.grade_id.0)
                    .v(c.grade)
                    .v(c.school_year)
                    .v(c.number)
                    .v(c.nickname.as_deref())
                    .v(c.remark.as_deref())
                    .v(c.open)
                    .v(now)
                    .v(c.version);
            })
            .push(" ON CONFLICT (school_id, school_year, grade, number) DO NOTHING RETURNING id");
            let rows = self.all(sql, DOING).await?;
            created.extend(each(&rows, DOING, |c| c.id::<ClassId>())?);
        }
        Ok(classes
            .iter()
            .map(|c| c.id)
            .filter(|id| created.contains(id))
            .collect())
    }

    async fn update_class(&mut self, class: &ClassRecord) -> Stored<bool> {
        let sql = Sql::new(
            "UPDATE class SET number = $1, nickname = $2, remark = $3, open = $4, \
             version = version + 1 WHERE id = $5 AND version = $6",
        )
        .arg(class.number)
        .arg(class.nickname.as_deref())
        .arg(class.remark.as_deref())
        .arg(class.open)
        .arg(class.id.0)
        .arg(class.version);
        Ok(self.run(sql, "changing a class").await? == 1)
    }

    async fn delete_class(&mut self, id: ClassId, version: i64) -> Stored<bool> {
        const DOING: &str = "deleting a class";
        // As for a grade: first the lock, then a look that sees what others committed.
        let mut sql = Sql::new("SELECT c.id FROM class c WHERE c.id = ");
        sql.bind(id.0).push(&self.lock("c"));
        self.first(sql, DOING).await?;
        let sql = Sql::new(
            "DELETE FROM class WHERE id = $1 AND version = $2 \
             AND NOT EXISTS (SELECT 1 FROM pupil p WHERE p.class_id = class.id) \
             AND NOT EXISTS (SELECT 1 FROM enrolment e WHERE e.class_id = class.id) \
             AND NOT EXISTS (SELECT 1 FROM card_order o WHERE o.class_id = class.id) \
             AND NOT EXISTS (SELECT 1 FROM application a WHERE a.class_id = class.id) \
             AND NOT EXISTS (SELECT 1 FROM class n WHERE n.from_class = class.id)",
        )
        .arg(id.0)
        .arg(version);
        Ok(self.run(sql, DOING).await? == 1)
    }

    async fn lock_classes(&mut self, school: SchoolId, school_year: i64) -> Stored<()> {
        let mut sql = Sql::new("SELECT c.id FROM class c WHERE c.school_id = ");
        sql.bind(school.0)
            .push(" AND c.school_year = ")
            .bind(school_year)
            .push(" ORDER BY c.id");
        if self.writes {
            sql.push(&share("c"));
        }
        self.all(sql, "locking classes").await.map(drop)
    }

    async fn settings(&mut self, district: &str) -> Stored<Vec<(String, String)>> {
        const DOING: &str = "reading settings";
        let sql = Sql::new("SELECT key, value FROM setting WHERE district = $1 ORDER BY key")
            .arg(district);
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, |c| Ok((c.take()?, c.take()?)))
    }

    async fn put_setting(
        &mut self,
        district: &str,
        key: &str,
        value: &str,
        now: i64,
    ) -> Stored<()> {
        let sql = Sql::new(
            "INSERT INTO setting (district, key, value, changed_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (district, key) DO UPDATE SET value = excluded.value, \
             changed_at = excluded.changed_at",
        )
        .arg(district)
        .arg(key)
        .arg(value)
        .arg(now);
        self.run(sql, "writing a setting").await.map(drop)
    }

    async fn meta(&mut self, key: &str) -> Stored<Option<String>> {
        const DOING: &str = "reading a note of the database";
        let sql = Sql::new("SELECT value FROM meta WHERE key = $1").arg(key);
        let row = self.first(sql, DOING).await?;
        maybe(row, DOING, |c| c.take())
    }

    async fn put_meta(&mut self, key: &str, value: &str) -> Stored<()> {
        let sql = Sql::new(
            "INSERT INTO meta (key, value) VALUES ($1, $2) \
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )
        .arg(key)
        .arg(value);
        self.run(sql, "writing a note of the database")
            .await
            .map(drop)
    }
}
