//! Cards and their validity extensions.

use std::collections::BTreeSet;

use async_trait::async_trait;
use ekatong_core::id::{AccountId, CardId, PupilId};
use ekatong_core::ports::{
    CardEventRow, CardExtensionRecord, CardNumberKind, CardRecord, CardStepRecord, Cards,
    NewCardRecord, Stored,
};

use super::{Cols, ROWS, Sql, Tx, each, maybe};

const CARD: &str = "SELECT k.id, k.pupil_id, p.name, p.district, p.school_id, s.name, p.grade, \
    c.number, p.paper_kind, p.paper_sealed, k.order_id, k.card_no, k.card_raw, k.serial_no, \
    k.serial_raw, k.citizen_no, k.state, k.made_at, k.version FROM card k CROSS JOIN pupil p \
    CROSS JOIN school s CROSS JOIN class c WHERE p.id = k.pupil_id AND s.id = p.school_id \
    AND c.id = p.class_id AND ";

fn card(c: &mut Cols<'_>) -> Stored<CardRecord> {
    Ok(CardRecord {
        id: c.id()?,
        pupil_id: c.id()?,
        pupil_name: c.take()?,
        district: c.take()?,
        school_id: c.id()?,
        school_name: c.take()?,
        grade: c.take()?,
        class_number: c.take()?,
        paper_kind: c.take()?,
        paper_sealed: c.take()?,
        order_id: c.id()?,
        card_no: c.take()?,
        card_raw: c.take()?,
        serial_no: c.take()?,
        serial_raw: c.take()?,
        citizen_no: c.take()?,
        state: c.take()?,
        made_at: c.take()?,
        version: c.take()?,
    })
}

const fn column(kind: CardNumberKind) -> &'static str {
    match kind {
        CardNumberKind::Card => "card_no",
        CardNumberKind::Serial => "serial_no",
        CardNumberKind::Citizen => "citizen_no",
    }
}

#[async_trait]
impl Cards for Tx {
    async fn insert_cards(
        &mut self,
        cards: &[NewCardRecord],
        by: AccountId,
        now: i64,
    ) -> Stored<()> {
        const DOING: &str = "making cards";
        // In the order of a unique key, so that two transactions wait, not lock each other out.
        let mut sorted: Vec<&NewCardRecord> = cards.iter().collect();
        sorted.sort_by(|a, b| a.card_no.cmp(&b.card_no));
        for chunk in sorted.chunks(ROWS) {
            let mut sql = Sql::new(
                "INSERT INTO card (id, pupil_id, order_id, card_no, card_raw, serial_no, \
                 serial_raw, citizen_no, citizen_raw, state, made_at) VALUES ",
            );
            sql.rows(chunk, |f, card| {
                let serial = card.serial.as_ref();
                let citizen = card.citizen.as_ref();
                f.v(card.id.0)
                    .v(card.pupil_id.0)
                    .v(card.order_id.0)
                    .v(card.card_no.as_str())
                    .v(card.card_raw.as_str())
                    .v(serial.map(|(number, _)| number.as_str()))
                    .v(serial.map(|(_, raw)| raw.as_str()))
                    .v(citizen.map(|(number, _)| number.as_str()))
                    .v(citizen.map(|(_, raw)| raw.as_str()))
                    .v("valid")
                    .v(now);
            });
            self.run(sql, DOING).await?;
            let mut sql = Sql::new(
                "INSERT INTO card_event (card_id, number, step, state, at, account_id) VALUES ",
            );
            sql.rows(chunk, |f, card| {
                f.v(card.id.0).v(1_i64).v("make").v("valid").v(now).v(by.0);
            });
            self.run(sql, DOING).await?;
            let mut sql = Sql::new("UPDATE card_order SET card_no = v.column2 FROM (VALUES ");
            sql.rows(chunk, |f, card| {
                f.v(card.order_id.0).v(card.card_no.as_str());
            })
            .push(") AS v WHERE card_order.id = v.column1");
            self.run(sql, DOING).await?;
        }
        Ok(())
    }

    async fn cards_by_number(&mut self, number: &str) -> Stored<Vec<CardRecord>> {
        const DOING: &str = "looking for a card by number";
        let mut found: Vec<CardRecord> = Vec::new();
        // Three look-ups, each through its own unique key.
        for kind in [
            CardNumberKind::Card,
            CardNumberKind::Serial,
            CardNumberKind::Citizen,
        ] {
            let mut sql = Sql::new(CARD);
            sql.push("k.").push(column(kind)).push(" = ").bind(number);
            let row = self.first(sql, DOING).await?;
            if let Some(card) = maybe(row, DOING, card)?
                && !found.iter().any(|other| other.id == card.id)
            {
                found.push(card);
            }
        }
        Ok(found)
    }

    async fn numbers_taken(
        &mut self,
        kind: CardNumberKind,
        numbers: &[String],
    ) -> Stored<Vec<String>> {
        const DOING: &str = "looking for card numbers";
        let mut taken = Vec::new();
        for chunk in numbers.chunks(ROWS) {
            let mut sql = Sql::new("SELECT ");
            sql.push(column(kind))
                .push(" FROM card WHERE ")
                .push(column(kind))
                .push(" IN ")
                .list(chunk.iter().map(String::as_str));
            let rows = self.all(sql, DOING).await?;
            taken.extend(each::<String>(&rows, DOING, |c| c.take())?);
        }
        Ok(taken)
    }

    async fn card(&mut self, id: CardId) -> Stored<Option<CardRecord>> {
        const DOING: &str = "reading a card";
        let mut sql = Sql::new(CARD);
        sql.push("k.id = ").bind(id.0).push(&self.lock("k"));
        let row = self.first(sql, DOING).await?;
        maybe(row, DOING, card)
    }

    async fn cards_of(&mut self, pupils: &[PupilId]) -> Stored<Vec<CardRecord>> {
        const DOING: &str = "reading the cards of pupils";
        let unique: Vec<PupilId> = pupils
            .iter()
            .copied()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let mut found = Vec::new();
        for chunk in unique.chunks(ROWS) {
            let mut sql = Sql::new(CARD);
            sql.push("k.pupil_id IN ")
                .list(chunk.iter().map(|id| id.0))
                .push(" ORDER BY k.pupil_id, k.id")
                .push(&self.lock("k"));
            let rows = self.all(sql, DOING).await?;
            found.extend(each(&rows, DOING, card)?);
        }
        Ok(found)
    }

    async fn step_cards(
        &mut self,
        steps: &[CardStepRecord],
        by: AccountId,
        now: i64,
    ) -> Stored<()> {
        const DOING: &str = "taking steps of cards";
        for chunk in steps.chunks(ROWS) {
            let mut sql =
                Sql::new("UPDATE card SET version = version + 1, state = v.column2 FROM (VALUES ");
            sql.rows(chunk, |f, step| {
                f.v(step.id.0).v(step.state.as_str());
            })
            .push(") AS v WHERE card.id = v.column1");
            self.run(sql, DOING).await?;
            // The version has just been raised, so it numbers the events.
            let mut sql = Sql::new(
                "INSERT INTO card_event (at, account_id, card_id, number, step, state, reason) \
                 SELECT ",
            );
            sql.bind(now)
                .push(", ")
                .bind(by.0)
                .push(", k.id, k.version, v.column2, v.column3, v.column4 FROM (VALUES ")
                .rows(chunk, |f, step| {
                    f.v(step.id.0)
                        .v(step.step.as_str())
                        .v(step.state.as_str())
                        .v(step.reason.as_deref());
                })
                .push(") AS v CROSS JOIN card k WHERE k.id = v.column1");
            self.run(sql, DOING).await?;
        }
        Ok(())
    }

    async fn card_events(&mut self, id: CardId) -> Stored<Vec<CardEventRow>> {
        const DOING: &str = "reading the steps of a card";
        let sql = Sql::new(
            "SELECT e.step, e.state, e.at, a.display_name, e.reason FROM card_event e \
             CROSS JOIN account a WHERE a.id = e.account_id AND e.card_id = $1 ORDER BY e.number",
        )
        .arg(id.0);
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, |c| {
            Ok(CardEventRow {
                step: c.take()?,
                state: c.take()?,
                at: c.take()?,
                by: c.take()?,
                reason: c.take()?,
            })
        })
    }

    async fn card_extensions(&mut self, serial_no: &str) -> Stored<Vec<CardExtensionRecord>> {
        const DOING: &str = "reading the extensions of a card";
        let sql = Sql::new(
            "SELECT id, serial_no, serial_raw, source, extended_on, valid_until, note, \
             recorded_at, recorded_by FROM card_extension WHERE serial_no = $1 \
             ORDER BY serial_no, extended_on, valid_until",
        )
        .arg(serial_no);
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, |c| {
            Ok(CardExtensionRecord {
                id: c.take()?,
                serial_no: c.take()?,
                serial_raw: c.take()?,
                source: c.take()?,
                extended_on: c.take()?,
                valid_until: c.take()?,
                note: c.take()?,
                recorded_at: c.take()?,
                recorded_by: c.id()?,
            })
        })
    }

    async fn insert_card_extensions(&mut self, extensions: &[CardExtensionRecord]) -> Stored<i64> {
        const DOING: &str = "adding extensions of cards";
        let mut new = 0;
        for chunk in extensions.chunks(ROWS) {
            let mut sql = Sql::new(
                "INSERT INTO card_extension (id, serial_no, serial_raw, source, extended_on, \
                 valid_until, note, recorded_at, recorded_by) VALUES ",
            );
            sql.rows(chunk, |f, x| {
                f.v(x.id)
                    .v(x.serial_no.as_str())
                    .v(x.serial_raw.as_str())
                    .v(x.source.as_str())
                    .v(x.extended_on.as_str())
                    .v(x.valid_until.as_str())
                    .v(x.note.as_deref())
                    .v(x.recorded_at)
                    .v(x.recorded_by.0);
            })
            .push(" ON CONFLICT DO NOTHING");
            new += self.run(sql, DOING).await?;
        }
        Ok(new)
    }
}
