//! What checking a file needs to know about a school: nothing else is looked up
//! while rows are read, so a stored snapshot is enough for work without a network.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::class::{self, ClassNo};
use crate::domain::grade::GradeNo;

/// A school with its grades and the classes of its current school year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// Name of the school.
    pub school_name: String,
    /// Code of the school.
    pub school_code: String,
    /// `2026-2027`.
    pub school_year: String,
    /// Data rows that a file may have (IMP-4).
    pub row_limit: u32,
    /// Its grades.
    pub grades: Vec<SnapshotGrade>,
    /// Today in Asia/Shanghai: no birth date lies after it.
    pub today: NaiveDate,
}

/// A grade with its classes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SnapshotGrade {
    /// Number, 1–9.
    pub number: u8,
    /// Its classes.
    pub classes: Vec<SnapshotClass>,
}

/// A class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SnapshotClass {
    /// 班级序号, 1–99.
    pub number: u8,
    /// Id.
    pub class_id: Uuid,
    /// 班级昵称.
    pub nickname: Option<String>,
    /// False once closed: no pupils are added to it.
    pub open: bool,
}

impl Snapshot {
    /// The grade of this number, if the school has it.
    #[must_use]
    pub fn grade(&self, number: GradeNo) -> Option<&SnapshotGrade> {
        self.grades.iter().find(|g| g.number == number.get())
    }

    /// The numbers of the grades it has, in rising order.
    #[must_use]
    pub fn grade_numbers(&self) -> Vec<GradeNo> {
        GradeNo::ALL
            .into_iter()
            .filter(|number| self.grade(*number).is_some())
            .collect()
    }

    /// Grades and open classes in rising order: what templates and the import page list.
    #[must_use]
    pub fn open_classes(&self) -> Vec<(GradeNo, ClassNo, &SnapshotClass)> {
        let mut all = Vec::new();
        for number in self.grade_numbers() {
            let Some(grade) = self.grade(number) else {
                continue;
            };
            let mut classes: Vec<_> = grade
                .classes
                .iter()
                .filter(|class| class.open)
                .filter_map(|class| Some((number, ClassNo::new(class.number).ok()?, class)))
                .collect();
            classes.sort_by_key(|(_, class, _)| *class);
            all.extend(classes);
        }
        all
    }
}

impl SnapshotGrade {
    /// The class of this number, open or closed.
    #[must_use]
    pub fn class(&self, number: ClassNo) -> Option<&SnapshotClass> {
        self.classes.iter().find(|c| c.number == number.get())
    }

    /// Numbers of its open classes for people, `1–8、12`; empty when it has none.
    #[must_use]
    pub fn open_list(&self) -> String {
        class::list_zh(
            self.classes
                .iter()
                .filter(|class| class.open)
                .filter_map(|class| ClassNo::new(class.number).ok()),
        )
    }
}
