//! All that is on record about one pupil, and its corrections.

use async_trait::async_trait;
use ekatong_core::id::{PupilId, SchoolId};
use ekatong_core::ports::{
    ApplicationRow, EnrolmentRow, GuardianRow, Names as _, OrderStepRow, PupilCountRow, PupilFile,
    PupilRow, PupilVersionRow, Stored,
};

use super::super::index;
use super::{Sql, Tx, each, maybe};

#[async_trait]
impl PupilFile for Tx {
    async fn pupil_row(&mut self, id: PupilId) -> Stored<Option<PupilRow>> {
        const DOING: &str = "reading a pupil";
        let mut sql = Sql::new(
            "SELECT p.id, p.district, p.school_id, p.name, p.gender, p.birth_date, p.paper_kind, \
             p.nationality, p.paper_sealed, p.paper_index, p.student_number_sealed, \
             p.student_number_index, p.address_sealed, p.status, p.application_state, \
             p.created_at, p.version FROM pupil p WHERE p.id = ",
        );
        sql.bind(id.0).push(&self.lock("p"));
        let row = self.first(sql, DOING).await?;
        maybe(row, DOING, |c| {
            Ok(PupilRow {
                id: c.id()?,
                district: c.take()?,
                school_id: c.id()?,
                name: c.take()?,
                gender: c.take()?,
                birth_date: c.take()?,
                paper_kind: c.take()?,
                nationality: c.take()?,
                paper_sealed: c.take()?,
                paper_index: c.fixed()?,
                student_number_sealed: c.take()?,
                student_number_index: c.fixed_or_none()?,
                address_sealed: c.take()?,
                status: c.take()?,
                application_state: c.take()?,
                created_at: c.take()?,
                version: c.take()?,
            })
        })
    }

    async fn guardians_of(&mut self, id: PupilId) -> Stored<Vec<GuardianRow>> {
        const DOING: &str = "reading guardians";
        let sql = Sql::new(
            "SELECT id, relation, name, phone_sealed, phone_index, paper_kind, nationality, \
             paper_sealed, paper_index, bank_card_sealed, bank_card_index FROM guardian \
             WHERE pupil_id = $1 ORDER BY id",
        )
        .arg(id.0);
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, |c| {
            Ok(GuardianRow {
                id: c.take()?,
                relation: c.take()?,
                name: c.take()?,
                phone_sealed: c.take()?,
                phone_index: c.fixed_or_none()?,
                paper_kind: c.take()?,
                nationality: c.take()?,
                paper_sealed: c.take()?,
                paper_index: c.fixed_or_none()?,
                bank_card_sealed: c.take()?,
                bank_card_index: c.fixed_or_none()?,
            })
        })
    }

    async fn enrolments_of(&mut self, id: PupilId) -> Stored<Vec<EnrolmentRow>> {
        const DOING: &str = "reading enrolments";
        let sql = Sql::new(
            "SELECT s.id, s.name, s.district, c.school_year, c.grade, c.number, c.nickname, \
             e.begin_at, e.end_at, e.reason, e.outcome FROM enrolment e \
             CROSS JOIN class c CROSS JOIN school s \
             WHERE c.id = e.class_id AND s.id = c.school_id AND e.pupil_id = $1 \
             ORDER BY e.begin_at, e.id",
        )
        .arg(id.0);
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, |c| {
            Ok(EnrolmentRow {
                school_id: c.id()?,
                school_name: c.take()?,
                district: c.take()?,
                school_year: c.take()?,
                grade: c.take()?,
                class_number: c.take()?,
                class_nickname: c.take()?,
                begin_at: c.take()?,
                end_at: c.take()?,
                reason: c.take()?,
                outcome: c.take()?,
            })
        })
    }

    async fn applications_of(&mut self, id: PupilId) -> Stored<Vec<ApplicationRow>> {
        const DOING: &str = "reading applications";
        let sql = Sql::new(
            "SELECT a.kind, s.name, a.state, a.channel, a.import_id, a.first_saved_at, \
             a.submitted_at, a.approved_at, a.returned_reason FROM application a \
             CROSS JOIN school s WHERE s.id = a.school_id AND a.pupil_id = $1 ORDER BY a.id",
        )
        .arg(id.0);
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, |c| {
            Ok(ApplicationRow {
                kind: c.take()?,
                school_name: c.take()?,
                state: c.take()?,
                channel: c.take()?,
                import_id: c.take()?,
                first_saved_at: c.take()?,
                submitted_at: c.take()?,
                approved_at: c.take()?,
                returned_reason: c.take()?,
            })
        })
    }

    async fn order_steps_of(&mut self, id: PupilId) -> Stored<Vec<OrderStepRow>> {
        self.order_steps("o.pupil_id", id.0).await
    }

    async fn versions_of(&mut self, id: PupilId) -> Stored<Vec<PupilVersionRow>> {
        const DOING: &str = "reading the versions of a pupil";
        let sql = Sql::new(
            "SELECT v.id, v.pupil_id, v.version, v.until_at, v.account_id, a.display_name, \
             v.reason, v.fields, v.sealed FROM pupil_version v CROSS JOIN account a \
             WHERE a.id = v.account_id AND v.pupil_id = $1 ORDER BY v.version",
        )
        .arg(id.0);
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, |c| {
            Ok(PupilVersionRow {
                id: c.take()?,
                pupil_id: c.id()?,
                version: c.take()?,
                until_at: c.take()?,
                account_id: c.id()?,
                by: c.take()?,
                reason: c.take()?,
                fields: c.take()?,
                sealed: c.take()?,
            })
        })
    }

    async fn insert_version(&mut self, version: &PupilVersionRow) -> Stored<()> {
        let sql = Sql::new(
            "INSERT INTO pupil_version (id, pupil_id, version, until_at, account_id, reason, \
             fields, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .arg(version.id)
        .arg(version.pupil_id.0)
        .arg(version.version)
        .arg(version.until_at)
        .arg(version.account_id.0)
        .arg(version.reason.as_str())
        .arg(version.fields.as_str())
        .arg(version.sealed.as_slice());
        self.run(sql, "keeping a version of a pupil")
            .await
            .map(drop)
    }

    async fn correct_pupil(&mut self, row: &PupilRow) -> Stored<()> {
        let sql = Sql::new(
            "UPDATE pupil SET name = $1, gender = $2, birth_date = $3, paper_kind = $4, \
             nationality = $5, paper_sealed = $6, paper_index = $7, student_number_sealed = $8, \
             student_number_index = $9, address_sealed = $10, version = $11 WHERE id = $12",
        )
        .arg(row.name.as_str())
        .arg(row.gender.as_deref())
        .arg(row.birth_date.as_deref())
        .arg(row.paper_kind.as_str())
        .arg(row.nationality.as_deref())
        .arg(row.paper_sealed.as_slice())
        .arg(row.paper_index.as_slice())
        .arg(row.student_number_sealed.as_deref())
        .arg(row.student_number_index.as_ref().map(<[u8; 16]>::as_slice))
        .arg(row.address_sealed.as_deref())
        .arg(row.version)
        .arg(row.id.0);
        self.run(sql, "correcting a pupil").await?;
        self.learn_names(&[&row.name]).await
    }

    async fn pupil_counts(
        &mut self,
        district: Option<&str>,
        school: Option<SchoolId>,
        by_class: bool,
    ) -> Stored<Vec<PupilCountRow>> {
        const DOING: &str = "counting pupils by class";
        // Each class counts along its own part of an index; no pupil is read.
        let mut sql = Sql::new("SELECT n.id, n.name, n.district, n.grade, ");
        sql.push(if by_class {
            "n.number"
        } else {
            "CAST(NULL AS BIGINT)"
        })
        .push(
            ", COUNT(*), CAST(SUM(n.pupils) AS BIGINT) FROM (SELECT s.id, s.name, s.district, c.grade, c.number, (SELECT COUNT(*) FROM pupil p",
        )
        .push(&index("pupil_class_name"))
        .push(" WHERE p.class_id = c.id) - (SELECT COUNT(*) FROM pupil p")
        .push(&index("pupil_deleted"))
        .push(
            " WHERE p.class_id = c.id AND p.status = 'deleted') AS pupils FROM school s CROSS JOIN class c WHERE c.school_id = s.id AND c.school_year = s.school_year",
        );
        if let Some(district) = district {
            sql.push(" AND s.district = ").bind(district);
        }
        if let Some(school) = school {
            sql.push(" AND s.id = ").bind(school.0);
        }
        let key = if by_class {
            "n.district, n.name, n.id, n.grade, n.number"
        } else {
            "n.district, n.name, n.id, n.grade"
        };
        sql.push(") AS n GROUP BY ")
            .push(key)
            .push(" ORDER BY ")
            .push(key);
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, |c| {
            Ok(PupilCountRow {
                school_id: c.id()?,
                school_name: c.take()?,
                district: c.take()?,
                grade: c.take()?,
                class_number: c.take()?,
                classes: c.take()?,
                pupils: c.take()?,
            })
        })
    }

    async fn put_guardians(&mut self, id: PupilId, guardians: &[GuardianRow]) -> Stored<()> {
        const DOING: &str = "correcting guardians";
        let kept = self.guardians_of(id).await?;
        for old in &kept {
            if !guardians.iter().any(|new| new.id == old.id) {
                let sql = Sql::new("DELETE FROM guardian WHERE id = $1").arg(old.id);
                self.run(sql, DOING).await?;
            }
        }
        for new in guardians {
            let text = if kept.iter().any(|old| old.id == new.id) {
                "UPDATE guardian SET relation = $1, name = $2, phone_sealed = $3, \
                 phone_index = $4, paper_kind = $5, nationality = $6, paper_sealed = $7, \
                 paper_index = $8, bank_card_sealed = $9, bank_card_index = $10 \
                 WHERE pupil_id = $11 AND id = $12"
            } else {
                "INSERT INTO guardian (relation, name, phone_sealed, phone_index, paper_kind, \
                 nationality, paper_sealed, paper_index, bank_card_sealed, bank_card_index, \
                 pupil_id, id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
            };
            let sql = Sql::new(text)
                .arg(new.relation.as_deref())
                .arg(new.name.as_str())
                .arg(new.phone_sealed.as_deref())
                .arg(new.phone_index.as_ref().map(<[u8; 16]>::as_slice))
                .arg(new.paper_kind.as_deref())
                .arg(new.nationality.as_deref())
                .arg(new.paper_sealed.as_deref())
                .arg(new.paper_index.as_ref().map(<[u8; 16]>::as_slice))
                .arg(new.bank_card_sealed.as_deref())
                .arg(new.bank_card_index.as_ref().map(<[u8; 16]>::as_slice))
                .arg(id.0)
                .arg(new.id);
            self.run(sql, DOING).await?;
        }
        Ok(())
    }
}
