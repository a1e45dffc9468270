//! What an operation is given: its transaction, the person, the time, the ports.

use std::sync::Arc;

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::Value;

use crate::access::{Actor, Permission, Place, Reach, forbidden};
use crate::domain::time::Timestamp;
use crate::error::{Code, OpError};
use crate::id::SchoolId;
use crate::ports::{Ports, Progress, UnitOfWork};

/// What the audit log keeps of a change.
#[derive(Debug, Clone, Default)]
pub struct AuditNote {
    /// District whose chain it belongs to; empty for the city's.
    pub district: String,
    /// School, if one is concerned.
    pub school: Option<SchoolId>,
    /// One Chinese line without personal data.
    pub summary: String,
    /// Subjects, before and after; without personal data in clear.
    pub detail: Value,
    /// Pupils and imports it is about: their pages show it.
    pub subjects: Vec<uuid::Uuid>,
}

impl AuditNote {
    /// A note of the city's chain.
    #[must_use]
    pub fn city(summary: impl Into<String>) -> Self {
        Self {
            summary: summary.into(),
            ..Self::default()
        }
    }

    /// A note of a district's chain.
    #[must_use]
    pub fn district(district: impl Into<String>, summary: impl Into<String>) -> Self {
        Self {
            district: district.into(),
            summary: summary.into(),
            ..Self::default()
        }
    }

    /// A note about a school.
    #[must_use]
    pub fn school(
        district: impl Into<String>,
        school: SchoolId,
        summary: impl Into<String>,
    ) -> Self {
        Self {
            school: Some(school),
            ..Self::district(district, summary)
        }
    }

    /// Adds what was before and after.
    #[must_use]
    pub fn with(mut self, detail: Value) -> Self {
        self.detail = detail;
        self
    }

    /// Names pupils and imports that it is about, so that their pages show it.
    #[must_use]
    pub fn about(mut self, subjects: impl IntoIterator<Item = uuid::Uuid>) -> Self {
        self.subjects.extend(subjects);
        self
    }
}

/// Context of one operation inside one transaction.
pub struct Cx {
    /// The transaction; dispatch commits it.
    pub uow: Box<dyn UnitOfWork>,
    /// What the host gave.
    pub ports: Ports,
    /// The moment of the operation, by the backend's clock.
    pub now: Timestamp,
    /// Where the request comes from; `local` on this machine.
    pub address: String,
    pub(crate) actor: Option<Actor>,
    pub(crate) reach: Reach,
    pub(crate) audit: Option<AuditNote>,
    pub(crate) keep_on_refusal: bool,
}

impl Cx {
    /// The person.
    ///
    /// # Errors
    /// `session.required` when nobody is signed in.
    pub fn actor(&self) -> Result<&Actor, OpError> {
        self.actor
            .as_ref()
            .ok_or_else(|| Code::SessionRequired.into())
    }

    /// Where the person holds the operation's permission.
    #[must_use]
    pub const fn reach(&self) -> &Reach {
        &self.reach
    }

    /// Today in Asia/Shanghai.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.now.date()
    }

    /// Says what the audit log keeps; dispatch writes it with the changes.
    pub fn note(&mut self, note: AuditNote) {
        self.audit = Some(note);
    }

    /// Lets the changes last although the operation refuses: failed sign-ins are counted.
    pub const fn keep_changes_on_refusal(&mut self) {
        self.keep_on_refusal = true;
    }

    /// Checks a further permission in a place.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn require(&self, permission: Permission, place: &Place) -> Result<(), OpError> {
        if self.actor()?.reach(permission).covers(place) {
            Ok(())
        } else {
            Err(forbidden(permission))
        }
    }
}

/// Context of long work that reads, parses and checks outside a write
/// transaction and commits in one short one (model.md, Job).
pub struct Job {
    /// What the host gave.
    pub ports: Ports,
    /// The person.
    pub actor: Actor,
    /// The moment the work began, by the backend's clock.
    pub now: Timestamp,
    /// Hears how far the work is.
    pub progress: Arc<dyn Progress>,
    pub(crate) op: &'static str,
    pub(crate) address: String,
    pub(crate) idempotency: Option<(String, [u8; 32])>,
    pub(crate) finished: bool,
}

impl Job {
    /// Stops when the person cancelled.
    ///
    /// # Errors
    /// `cancelled`.
    pub fn checkpoint(&self) -> Result<(), OpError> {
        if self.progress.cancelled() {
            Err(Code::Cancelled.into())
        } else {
            Ok(())
        }
    }

    /// Today in Asia/Shanghai.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.now.date()
    }

    /// Commits the closing transaction with its audit entry and the answer of its
    /// idempotency key. Every job ends here.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn finish<T: Serialize + Sync>(
        &mut self,
        mut uow: Box<dyn UnitOfWork>,
        note: AuditNote,
        answer: &T,
    ) -> Result<(), OpError> {
        let entry = crate::audit::entry(
            Some(&self.actor),
            &self.address,
            self.op,
            self.now,
            "done",
            note,
        );
        uow.append_audit(&entry).await?;
        if let Some((key, body)) = &self.idempotency {
            let text = serde_json::to_string(answer)
                .map_err(|source| OpError::internal("encoding an answer", source))?;
            let first = uow
                .put_idempotent(self.actor.account, self.op, key, body, &text, self.now.ms())
                .await?;
            if !first {
                uow.rollback().await?;
                return Err(Code::Busy.into());
            }
        }
        uow.commit().await?;
        self.finished = true;
        Ok(())
    }
}
