//! Districts, schools, grades, classes, settings.

use async_trait::async_trait;

use super::Stored;
use crate::id::{ClassId, GradeId, SchoolId};

/// A district (区县).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DistrictRecord {
    /// 6 digits, GB/T 2260.
    pub code: String,
    /// Name.
    pub name: String,
    /// Number of its schools.
    pub schools: i64,
}

/// A school.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchoolRecord {
    /// Id.
    pub id: SchoolId,
    /// Code of its district.
    pub district: String,
    /// Name of its district.
    pub district_name: String,
    /// National code of 10 digits, or a provisional one.
    pub code: String,
    /// Name.
    pub name: String,
    /// Code of its kind (办学类型).
    pub kind: String,
    /// First calendar year of its current school year.
    pub school_year: i64,
    /// Grows with each change.
    pub version: i64,
}

/// A grade of a school.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GradeRecord {
    /// Id.
    pub id: GradeId,
    /// School.
    pub school_id: SchoolId,
    /// 1–9.
    pub number: i64,
    /// 一年级 … 九年级.
    pub name: String,
    /// Pupils leave the school after it.
    pub graduating: bool,
    /// Promotion is started by a person.
    pub manual_promotion: bool,
    /// Number of its classes, whatever their school year.
    pub classes: i64,
}

/// A class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassRecord {
    /// Id.
    pub id: ClassId,
    /// School.
    pub school_id: SchoolId,
    /// District of the school.
    pub district: String,
    /// Grade.
    pub grade_id: GradeId,
    /// Number of the grade, 1–9.
    pub grade: i64,
    /// First calendar year of its school year.
    pub school_year: i64,
    /// 班级序号, 1–99.
    pub number: i64,
    /// 班级昵称.
    pub nickname: Option<String>,
    /// 备注.
    pub remark: Option<String>,
    /// False once closed.
    pub open: bool,
    /// Pupils whose current class it is.
    pub pupils: i64,
    /// Grows with each change.
    pub version: i64,
}

/// Which schools a list shows.
#[derive(Debug, Clone, Default)]
pub struct SchoolFilter {
    /// Only of these districts; `None` for all.
    pub districts: Option<Vec<String>>,
    /// Only these; `None` for all.
    pub ids: Option<Vec<SchoolId>>,
    /// Part of the name, or start of the code.
    pub text: Option<String>,
}

/// Storage of the organisation.
#[async_trait]
pub trait Organisation {
    /// All districts by code.
    async fn districts(&mut self) -> Stored<Vec<DistrictRecord>>;
    /// # Errors
    /// `district.taken`.
    async fn insert_district(&mut self, code: &str, name: &str, now: i64) -> Stored<()>;
    /// False when there is none.
    async fn rename_district(&mut self, code: &str, name: &str) -> Stored<bool>;

    /// Schools by (district, code), after that pair.
    async fn schools(
        &mut self,
        filter: &SchoolFilter,
        after: Option<(String, String)>,
        limit: u32,
    ) -> Stored<Vec<SchoolRecord>>;
    /// One school.
    async fn school(&mut self, id: SchoolId) -> Stored<Option<SchoolRecord>>;
    /// One school by its code.
    async fn school_by_code(&mut self, code: &str) -> Stored<Option<SchoolRecord>>;
    /// Schools by ids; those that do not exist are left out.
    async fn schools_by_ids(&mut self, ids: &[SchoolId]) -> Stored<Vec<SchoolRecord>>;
    /// # Errors
    /// `school.code_taken`.
    async fn insert_school(&mut self, school: &SchoolRecord, now: i64) -> Stored<()>;
    /// Writes code, name, kind and school year if the version still is `school.version`,
    /// and raises it; false when it is not.
    ///
    /// # Errors
    /// `school.code_taken`.
    async fn update_school(&mut self, school: &SchoolRecord) -> Stored<bool>;

    /// Grades of these schools by (school, number), with their number of classes.
    async fn grades(&mut self, schools: &[SchoolId]) -> Stored<Vec<GradeRecord>>;
    /// One grade.
    async fn grade(&mut self, id: GradeId) -> Stored<Option<GradeRecord>>;
    /// Creates grades; a number that the school has already is left as it is.
    async fn insert_grades(&mut self, grades: &[GradeRecord]) -> Stored<()>;
    /// Writes name and flags.
    async fn update_grade(&mut self, grade: &GradeRecord) -> Stored<()>;
    /// Deletes a grade without classes; false when it has some.
    async fn delete_grade(&mut self, id: GradeId) -> Stored<bool>;

    /// Classes of a school in a year by (grade, number), with their number of pupils.
    async fn classes(
        &mut self,
        school: SchoolId,
        school_year: i64,
        grade: Option<i64>,
    ) -> Stored<Vec<ClassRecord>>;
    /// One class.
    async fn class(&mut self, id: ClassId) -> Stored<Option<ClassRecord>>;
    /// Creates those whose number is free and returns the ids created: the unique key
    /// decides, so two people pressing at once each get what they got first.
    async fn insert_classes(&mut self, classes: &[ClassRecord], now: i64) -> Stored<Vec<ClassId>>;
    /// Writes number, nickname, remark and open if the version still is `class.version`,
    /// and raises it; false when it is not.
    ///
    /// # Errors
    /// `class.number_taken`.
    async fn update_class(&mut self, class: &ClassRecord) -> Stored<bool>;
    /// Deletes a class that nothing refers to, of this version; false otherwise.
    async fn delete_class(&mut self, id: ClassId, version: i64) -> Stored<bool>;
    /// Classes by ids; those that do not exist are left out.
    async fn classes_by_ids(&mut self, ids: &[ClassId]) -> Stored<Vec<ClassRecord>>;
    /// Locks the class rows against closing and deleting until the transaction ends.
    async fn lock_classes(&mut self, school: SchoolId, school_year: i64) -> Stored<()>;

    /// Settings of the city (`""`) or of a district, as written: (key, value).
    async fn settings(&mut self, district: &str) -> Stored<Vec<(String, String)>>;
    /// Writes a setting.
    async fn put_setting(&mut self, district: &str, key: &str, value: &str, now: i64)
    -> Stored<()>;
    /// A note of the database itself: `demo`, `database_id`.
    async fn meta(&mut self, key: &str) -> Stored<Option<String>>;
    /// Writes such a note.
    async fn put_meta(&mut self, key: &str, value: &str) -> Stored<()>;
}
