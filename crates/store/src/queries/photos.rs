//! Photos of pupils: the rows about them.

use async_trait::async_trait;
use ekatong_core::id::{AccountId, PhotoBatchId, PhotoId, PupilId, SchoolId};
use ekatong_core::ports::{
    NewPhotoRecord, PhotoAddress, PhotoBatchRecord, PhotoFacts, PhotoItemRecord, PhotoPupil,
    PhotoRecord, Photos, Stored,
};
use uuid::Uuid;

use super::super::{index, lock_photo_files};
use super::{Cols, ROWS, Row, Sql, Tx, each, maybe};

const PHOTO: &str = "SELECT f.id, f.address, f.size, f.width, f.height, f.created_at, \
    f.pupil_id, p.name, p.district, p.school_id, c.grade, c.number, f.recycled_at, \
    a.display_name, f.reason FROM photo f";
/// The account is that of the recycling, if there was one.
const PHOTO_JOIN: &str = " CROSS JOIN pupil p CROSS JOIN class c LEFT JOIN account a \
    ON a.id = f.recycled_by WHERE p.id = f.pupil_id AND c.id = p.class_id";
const BATCH: &str = "SELECT b.id, b.district, b.school_id, b.source, b.state, b.account_id, \
    b.created_at, b.imported_at FROM photo_batch b";

fn facts(c: &mut Cols<'_>) -> Stored<PhotoFacts> {
    Ok(PhotoFacts {
        id: c.id()?,
        address: c.id()?,
        size: c.take()?,
        width: c.take()?,
        height: c.take()?,
        created_at: c.take()?,
    })
}

/// As [`facts`], where there may be none.
fn facts_or_none(c: &mut Cols<'_>) -> Stored<Option<PhotoFacts>> {
    let (id, address) = (c.id_or_none()?, c.id_or_none()?);
    let (size, width, height) = (c.take()?, c.take()?, c.take()?);
    let created_at: Option<i64> = c.take()?;
    Ok(match (id, address, size, width, height, created_at) {
        (Some(id), Some(address), Some(size), Some(width), Some(height), Some(created_at)) => {
            Some(PhotoFacts {
                id,
                address,
                size,
                width,
                height,
                created_at,
            })
        }
        _ => None,
    })
}

fn photo(c: &mut Cols<'_>) -> Stored<PhotoRecord> {
    Ok(PhotoRecord {
        facts: facts(c)?,
        pupil_id: c.id()?,
        pupil_name: c.take()?,
        district: c.take()?,
        school_id: c.id()?,
        grade: c.take()?,
        class_number: c.take()?,
        recycled_at: c.take()?,
        recycled_by: c.take()?,
        reason: c.take()?,
    })
}

fn batch(c: &mut Cols<'_>) -> Stored<PhotoBatchRecord> {
    Ok(PhotoBatchRecord {
        id: c.id()?,
        district: c.take()?,
        school_id: c.id()?,
        source: c.take()?,
        state: c.take()?,
        account_id: c.id()?,
        created_at: c.take()?,
        imported_at: c.take()?,
    })
}

#[async_trait]
impl Photos for Tx {
    async fn photo_pupils(
        &mut self,
        school: SchoolId,
        missing: bool,
        after: Option<(String, PupilId)>,
        limit: u32,
    ) -> Stored<Vec<PhotoPupil>> {
        const DOING: &str = "reading pupils for their photos";
        let mut sql = Sql::new(
            "SELECT p.id, p.name, c.grade, c.number, p.paper_kind, p.paper_sealed, \
             p.student_number_sealed",
        );
        if !missing {
            sql.push(", f.id, f.address, f.size, f.width, f.height, f.created_at");
        }
        sql.push(" FROM pupil p")
            .push(&index("pupil_school_name"))
            .push(" CROSS JOIN class c");
        if !missing {
            sql.push(" LEFT JOIN photo f ON f.pupil_id = p.id AND f.state = 'current'");
        }
        sql.push(
            " WHERE c.id = p.class_id AND p.status IN ('pending', 'enrolled', 'suspended') \
             AND p.school_id = ",
        )
        .bind(school.0);
        if missing {
            // One look into the index a pupil; a join would read all photos there are.
            sql.push(
                " AND (SELECT f.id FROM photo f WHERE f.pupil_id = p.id \
                 AND f.state = 'current') IS NULL",
            );
        }
        if let Some((name, id)) = after {
            sql.push(" AND (p.name, p.id) > (")
                .bind(name)
                .push(", ")
                .bind(id.0)
                .push(")");
        }
        sql.push(" ORDER BY p.name, p.id").limit(limit);
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, |c| {
            Ok(PhotoPupil {
                id: c.id()?,
                name: c.take()?,
                grade: c.take()?,
                class_number: c.take()?,
                paper_kind: c.take()?,
                paper_sealed: c.take()?,
                student_number_sealed: c.take()?,
                photo: if missing { None } else { facts_or_none(c)? },
            })
        })
    }

    async fn current_photos(&mut self, pupils: &[PupilId]) -> Stored<Vec<(PupilId, PhotoFacts)>> {
        const DOING: &str = "reading current photos";
        let mut found = Vec::new();
        for chunk in pupils.chunks(ROWS) {
            let mut sql = Sql::new(
                "SELECT f.pupil_id, f.id, f.address, f.size, f.width, f.height, f.created_at \
                 FROM photo f WHERE f.state = 'current' AND f.pupil_id IN ",
            );
            sql.list(chunk.iter().map(|pupil| pupil.0));
            sql.push(&self.lock("f"));
            let rows = self.all(sql, DOING).await?;
            found.extend(each(&rows, DOING, |c| Ok((c.id()?, facts(c)?)))?);
        }
        Ok(found)
    }

    async fn photos_at(&mut self, addresses: &[PhotoAddress]) -> Stored<Vec<PhotoRecord>> {
        const DOING: &str = "looking for equal photos";
        let mut found = Vec::new();
        for chunk in addresses.chunks(ROWS) {
            let mut sql = Sql::new(PHOTO);
            sql.push(PHOTO_JOIN)
                .push(" AND f.state = 'current' AND f.address IN ")
                .list(chunk.iter().map(|address| address.0));
            let rows = self.all(sql, DOING).await?;
            found.extend(each(&rows, DOING, photo)?);
        }
        Ok(found)
    }

    async fn photo(&mut self, id: PhotoId) -> Stored<Option<PhotoRecord>> {
        const DOING: &str = "reading a photo";
        let mut sql = Sql::new(PHOTO);
        sql.push(PHOTO_JOIN).push(" AND f.id = ").bind(id.0);
        sql.push(&self.lock("f"));
        let row = self.first(sql, DOING).await?;
        maybe(row, DOING, photo)
    }

    async fn insert_photos(&mut self, photos: &[NewPhotoRecord]) -> Stored<()> {
        for chunk in photos.chunks(ROWS) {
            let mut sql = Sql::new(
                "INSERT INTO photo (id, pupil_id, address, size, width, height, state, \
                 created_at, created_by) VALUES ",
            );
            sql.rows(chunk, |f, photo| {
                f.v(photo.facts.id.0)
                    .v(photo.pupil_id.0)
                    .v(photo.facts.address.0)
                    .v(photo.facts.size)
                    .v(photo.facts.width)
                    .v(photo.facts.height)
                    .v("current")
                    .v(photo.facts.created_at)
                    .v(photo.account_id.0);
            });
            self.run(sql, "keeping photos").await?;
        }
        Ok(())
    }

    async fn recycle_photos(
        &mut self,
        photos: &[PhotoId],
        by: AccountId,
        reason: &str,
        now: i64,
    ) -> Stored<i64> {
        let mut done = 0;
        for chunk in photos.chunks(ROWS) {
            let mut sql = Sql::new("UPDATE photo SET state = 'recycled', recycled_at = ");
            sql.bind(now)
                .push(", recycled_by = ")
                .bind(by.0)
                .push(", reason = ")
                .bind(reason)
                .push(" WHERE state = 'current' AND id IN ")
                .list(chunk.iter().map(|photo| photo.0));
            done += self.run(sql, "recycling photos").await?;
        }
        Ok(done)
    }

    async fn restore_photo(&mut self, photo: PhotoId) -> Stored<()> {
        let sql = Sql::new(
            "UPDATE photo SET state = 'current', recycled_at = NULL, recycled_by = NULL, \
             reason = NULL WHERE id = $1",
        )
        .arg(photo.0);
        self.run(sql, "restoring a photo").await.map(drop)
    }

    async fn recycled_photos(
        &mut self,
        school: SchoolId,
        after: Option<(i64, PhotoId)>,
        limit: u32,
    ) -> Stored<Vec<PhotoRecord>> {
        const DOING: &str = "reading recycled photos";
        // Thirty days of recycled photos are few; the pupils of a school may be many.
        let mut sql = Sql::new(PHOTO);
        sql.push(&index("photo_recycled"))
            .push(PHOTO_JOIN)
            .push(" AND f.state = 'recycled' AND p.school_id = ")
            .bind(school.0);
        if let Some((at, id)) = after {
            sql.push(" AND (f.recycled_at, f.id) < (")
                .bind(at)
                .push(", ")
                .bind(id.0)
                .push(")");
        }
        sql.push(" ORDER BY f.recycled_at DESC, f.id DESC")
            .limit(limit);
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, photo)
    }

    async fn photos_to_purge(
        &mut self,
        district: &str,
        before: i64,
        limit: u32,
    ) -> Stored<Vec<PhotoRecord>> {
        const DOING: &str = "looking for photos recycled long ago";
        let mut sql = Sql::new(PHOTO);
        sql.push(&index("photo_recycled"))
            .push(PHOTO_JOIN)
            .push(" AND f.state = 'recycled' AND f.recycled_at < ")
            .bind(before)
            .push(" AND p.district = ")
            .bind(district)
            .push(" ORDER BY f.recycled_at, f.id")
            .limit(limit)
            .push(&self.lock("f"));
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, photo)
    }

    async fn delete_photos(&mut self, photos: &[PhotoId]) -> Stored<()> {
        for chunk in photos.chunks(ROWS) {
            let mut sql = Sql::new("DELETE FROM photo WHERE state = 'recycled' AND id IN ");
            sql.list(chunk.iter().map(|photo| photo.0));
            self.run(sql, "forgetting photos").await?;
        }
        Ok(())
    }

    async fn insert_photo_batch(&mut self, batch: &PhotoBatchRecord) -> Stored<()> {
        let sql = Sql::new(
            "INSERT INTO photo_batch (id, district, school_id, source, state, account_id, \
             created_at, imported_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .arg(batch.id.0)
        .arg(batch.district.as_str())
        .arg(batch.school_id.0)
        .arg(batch.source.as_str())
        .arg(batch.state.as_str())
        .arg(batch.account_id.0)
        .arg(batch.created_at)
        .arg(batch.imported_at);
        self.run(sql, "starting a batch of photos").await.map(drop)
    }

    async fn photo_batch(&mut self, id: PhotoBatchId) -> Stored<Option<PhotoBatchRecord>> {
        const DOING: &str = "reading a batch of photos";
        let mut sql = Sql::new(BATCH);
        sql.push(" WHERE b.id = ").bind(id.0);
        sql.push(&self.lock("b"));
        let row = self.first(sql, DOING).await?;
        maybe(row, DOING, batch)
    }

    async fn update_photo_batch(&mut self, batch: &PhotoBatchRecord) -> Stored<()> {
        let sql = Sql::new("UPDATE photo_batch SET state = $1, imported_at = $2 WHERE id = $3")
            .arg(batch.state.as_str())
            .arg(batch.imported_at)
            .arg(batch.id.0);
        self.run(sql, "changing a batch of photos").await.map(drop)
    }

    async fn photo_batches_to_purge(
        &mut self,
        before: i64,
        limit: u32,
    ) -> Stored<Vec<PhotoBatchRecord>> {
        const DOING: &str = "looking for old batches of photos";
        let mut sql = Sql::new(BATCH);
        sql.push(&index("photo_batch_created"))
            .push(" WHERE b.created_at < ")
            .bind(before)
            .push(" ORDER BY b.created_at")
            .limit(limit)
            .push(&self.lock("b"));
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, batch)
    }

    async fn delete_photo_batch(&mut self, id: PhotoBatchId) -> Stored<()> {
        let sql = Sql::new("DELETE FROM photo_batch WHERE id = $1").arg(id.0);
        self.run(sql, "forgetting a batch of photos")
            .await
            .map(drop)
    }

    async fn insert_photo_items(
        &mut self,
        batch: PhotoBatchId,
        items: &[PhotoItemRecord],
    ) -> Stored<()> {
        for chunk in items.chunks(ROWS) {
            let mut sql = Sql::new(
                "INSERT INTO photo_item (batch_id, number, name_sealed, pupil_id, state, \
                 photo_id, address, size, width, height, current_id, problems) VALUES ",
            );
            sql.rows(chunk, |f, item| {
                f.v(batch.0)
                    .v(item.number)
                    .v(item.name_sealed.as_slice())
                    .v(item.pupil_id.map(|pupil| pupil.0))
                    .v(item.state.as_str())
                    .v(item.facts.map(|facts| facts.id.0))
                    .v(item.facts.map(|facts| facts.address.0))
                    .v(item.facts.map(|facts| facts.size))
                    .v(item.facts.map(|facts| facts.width))
                    .v(item.facts.map(|facts| facts.height))
                    .v(item.current.map(|photo| photo.0))
                    .v(item.problems.as_str());
            });
            self.run(sql, "staging photos").await?;
        }
        Ok(())
    }

    async fn photo_items(
        &mut self,
        batch: PhotoBatchId,
        state: Option<&str>,
        after: i64,
        limit: u32,
    ) -> Stored<Vec<PhotoItemRecord>> {
        const DOING: &str = "reading staged photos";
        let mut sql = Sql::new(
            "SELECT i.number, i.name_sealed, i.pupil_id, i.state, i.photo_id, i.address, i.size, \
             i.width, i.height, b.created_at, i.current_id, i.problems FROM photo_item i \
             CROSS JOIN photo_batch b WHERE b.id = i.batch_id AND i.batch_id = ",
        );
        sql.bind(batch.0);
        if let Some(state) = state {
            sql.push(" AND i.state = ").bind(state);
        }
        sql.push(" AND i.number > ")
            .bind(after)
            .push(" ORDER BY i.number")
            .limit(limit);
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, |c| {
            Ok(PhotoItemRecord {
                number: c.take()?,
                name_sealed: c.take()?,
                pupil_id: c.id_or_none()?,
                state: c.take()?,
                facts: facts_or_none(c)?,
                current: c.id_or_none()?,
                problems: c.take()?,
            })
        })
    }

    async fn photo_item_counts(&mut self, batch: PhotoBatchId) -> Stored<Vec<(String, i64)>> {
        const DOING: &str = "counting staged photos";
        let sql = Sql::new(
            "SELECT state, COUNT(*) FROM photo_item WHERE batch_id = $1 \
             GROUP BY state ORDER BY state",
        )
        .arg(batch.0);
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, |c| Ok((c.take()?, c.take()?)))
    }

    async fn set_photo_items(
        &mut self,
        batch: PhotoBatchId,
        numbers: &[i64],
        state: &str,
    ) -> Stored<()> {
        for chunk in numbers.chunks(ROWS) {
            let mut sql = Sql::new("UPDATE photo_item SET state = ");
            sql.bind(state)
                .push(" WHERE batch_id = ")
                .bind(batch.0)
                .push(" AND number IN ")
                .list(chunk.iter().copied());
            self.run(sql, "changing staged photos").await?;
        }
        Ok(())
    }

    async fn needed_photos(&mut self, addresses: &[PhotoAddress]) -> Stored<Vec<PhotoAddress>> {
        const DOING: &str = "looking for what needs a file";
        let mut needed = Vec::new();
        for text in [
            "SELECT address FROM photo WHERE address IN ",
            "SELECT address FROM photo_item WHERE address IN ",
        ] {
            for chunk in addresses.chunks(ROWS) {
                let mut sql = Sql::new(text);
                sql.list(chunk.iter().map(|address| address.0));
                let rows: Vec<Row> = self.all(sql, DOING).await?;
                needed.extend(each(&rows, DOING, |c| {
                    c.take::<Uuid>().map(PhotoAddress::from)
                })?);
            }
        }
        Ok(needed)
    }

    async fn lock_photo_files(&mut self) -> Stored<()> {
        match lock_photo_files() {
            None => Ok(()),
            Some(text) => self
                .all(Sql::new(text), "waiting for the files of photos")
                .await
                .map(drop),
        }
    }
}
