//! Open orders whose place does not fit.

use async_trait::async_trait;
use ekatong_core::id::{AccountId, ApplicationId, PupilId};
use ekatong_core::ports::{
    MismatchQuery, MismatchRecord, Mismatches, OrderPlaceRecord, PresentPlace, PupilPlaceRecord,
    Stored,
};

use super::super::index;
use super::{ROWS, Sql, Tx, each};

/// An order, its school and class; its pupil and the school of their record; the class
/// that the pupil is enrolled in now; and an application on its way that names another
/// district than its school's. The states are those of the index, word for word.
const FROM: &str = " CROSS JOIN school s CROSS JOIN class c CROSS JOIN pupil p \
    CROSS JOIN school t LEFT JOIN enrolment e ON e.pupil_id = p.id AND e.end_at IS NULL \
    AND p.status IN ('pending','enrolled','suspended') \
    LEFT JOIN class k ON k.id = e.class_id LEFT JOIN school m ON m.id = k.school_id \
    LEFT JOIN application a ON a.id = (SELECT x.id FROM application x CROSS JOIN school u \
    WHERE x.pupil_id = p.id AND u.id = x.school_id AND x.district <> u.district \
    AND x.state IN ('draft','submitted','returned') ORDER BY x.id LIMIT 1) \
    WHERE o.state IN ('draft','requested','approved','confirmed','in_production','failed') \
    AND s.id = o.school_id AND c.id = o.class_id AND p.id = o.pupil_id AND t.id = p.school_id \
    AND (o.district <> s.district OR c.school_id <> o.school_id OR p.district <> t.district \
    OR k.school_id <> o.school_id OR k.school_id <> p.school_id OR a.id IS NOT NULL)";

#[async_trait]
impl Mismatches for Tx {
    async fn order_mismatches(
        &mut self,
        query: &MismatchQuery,
        after: Option<PupilId>,
        limit: u32,
    ) -> Stored<Vec<MismatchRecord>> {
        const DOING: &str = "looking for places that do not fit";
        let mut found = Vec::new();
        // Without ids one block that all orders fall into.
        let blocks: Vec<Option<&[_]>> = match &query.ids {
            None => vec![None],
            Some(ids) => ids.chunks(ROWS).map(Some).collect(),
        };
        for block in blocks {
            let mut sql = Sql::new(
                "SELECT o.id, o.state, CASE WHEN o.state = 'in_production' THEN o.batch_no END, \
                 o.district, o.school_id, o.class_id, c.school_id, o.grade, c.number, \
                 o.enrolment_id, p.id, p.name, p.status, p.district, p.school_id, p.class_id, \
                 p.grade, e.id, k.id, k.school_id, k.grade, a.id, a.district, a.school_id \
                 FROM card_order o",
            );
            if block.is_none() {
                sql.push(&index("card_order_open"));
            }
            sql.push(FROM);
            if let Some(ids) = block {
                sql.push(" AND o.id IN ").list(ids.iter().map(|id| id.0));
            }
            if let Some(district) = &query.district {
                sql.push(" AND (o.district = ")
                    .bind(district.as_str())
                    .push(" OR s.district = ")
                    .bind(district.as_str())
                    .push(" OR m.district = ")
                    .bind(district.as_str())
                    .push(")");
            }
            if let Some(school) = query.school {
                sql.push(" AND (o.school_id = ")
                    .bind(school.0)
                    .push(" OR k.school_id = ")
                    .bind(school.0)
                    .push(")");
            }
            if let Some(after) = after {
                sql.push(" AND o.pupil_id > ").bind(after.0);
            }
            sql.push(" ORDER BY o.pupil_id").limit(limit);
            let rows = self.all(sql, DOING).await?;
            found.extend(each(&rows, DOING, |c| {
                Ok(MismatchRecord {
                    id: c.id()?,
                    state: c.take()?,
                    batch_no: c.take()?,
                    district: c.take()?,
                    school_id: c.id()?,
                    class_id: c.id()?,
                    class_school_id: c.id()?,
                    grade: c.take()?,
                    class_number: c.take()?,
                    enrolment_id: c.id()?,
                    pupil_id: c.id()?,
                    pupil_name: c.take()?,
                    status: c.take()?,
                    pupil_district: c.take()?,
                    pupil_school_id: c.id()?,
                    pupil_class_id: c.id()?,
                    pupil_grade: c.take()?,
                    present: match (
                        c.id_or_none()?,
                        c.id_or_none()?,
                        c.id_or_none()?,
                        c.take::<Option<i64>>()?,
                    ) {
                        (Some(enrolment_id), Some(class_id), Some(school_id), Some(grade)) => {
                            Some(PresentPlace {
                                enrolment_id,
                                class_id,
                                school_id,
                                grade,
                            })
                        }
                        _ => None,
                    },
                    application: match (c.id_or_none()?, c.take()?, c.id_or_none()?) {
                        (Some(id), Some(district), Some(school)) => Some((id, district, school)),
                        _ => None,
                    },
                })
            })?);
        }
        Ok(found)
    }

    async fn place_orders(
        &mut self,
        places: &[OrderPlaceRecord],
        (step, reason): (&str, &str),
        by: AccountId,
        now: i64,
    ) -> Stored<()> {
        const DOING: &str = "giving orders another place";
        for chunk in places.chunks(ROWS) {
            let mut sql = Sql::new(
                "UPDATE card_order SET version = version + 1, district = v.column2, \
                 school_id = v.column3, class_id = v.column4, grade = v.column5, \
                 enrolment_id = v.column6 FROM (VALUES ",
            );
            sql.rows(chunk, |f, place| {
                f.v(place.id.0)
                    .v(place.district.as_str())
                    .v(place.school_id.0)
                    .v(place.class_id.0)
                    .v(place.grade)
                    .v(place.enrolment_id);
            })
            .push(") AS v WHERE card_order.id = v.column1");
            self.run(sql, DOING).await?;

            // The version has just been raised, so it numbers the events.
            let mut sql = Sql::new(
                "INSERT INTO order_event (at, account_id, step, reason, order_id, number, state) \
                 SELECT ",
            );
            sql.bind(now)
                .push(", ")
                .bind(by.0)
                .push(", ")
                .bind(step)
                .push(", ")
                .bind(reason)
                .push(", o.id, o.version, o.state FROM card_order o WHERE o.id IN ")
                .list(chunk.iter().map(|place| place.id.0));
            self.run(sql, DOING).await?;
        }
        Ok(())
    }

    async fn place_pupils(&mut self, places: &[PupilPlaceRecord]) -> Stored<()> {
        for chunk in places.chunks(ROWS) {
            let mut sql = Sql::new(
                "UPDATE pupil SET version = version + 1, district = v.column2, \
                 school_id = v.column3, class_id = v.column4, grade = v.column5 FROM (VALUES ",
            );
            sql.rows(chunk, |f, place| {
                f.v(place.id.0)
                    .v(place.district.as_str())
                    .v(place.school_id.0)
                    .v(place.class_id.0)
                    .v(place.grade);
            })
            .push(") AS v WHERE pupil.id = v.column1");
            self.run(sql, "giving pupils another place").await?;
        }
        Ok(())
    }

    async fn place_applications(&mut self, places: &[(ApplicationId, String)]) -> Stored<()> {
        for chunk in places.chunks(ROWS) {
            let mut sql = Sql::new(
                "UPDATE application SET version = version + 1, district = v.column2 FROM (VALUES ",
            );
            sql.rows(chunk, |f, (id, district)| {
                f.v(id.0).v(district.as_str());
            })
            .push(") AS v WHERE application.id = v.column1");
            self.run(sql, "giving applications another district")
                .await?;
        }
        Ok(())
    }
}
