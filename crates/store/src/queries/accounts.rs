//! Accounts, role grants, sessions, idempotency keys.

use async_trait::async_trait;
use ekatong_core::error::OpError;
use ekatong_core::id::AccountId;
use ekatong_core::ports::{
    AccountFilter, AccountRecord, Accounts, AddressFailures, GrantRecord, SessionRecord, Stored,
};
use uuid::{Builder, Uuid};

use super::super::index;
use super::{Cols, ROWS, Sql, Tx, contains, each, maybe};

/// How long the answer of a key is kept: longer than any client tries again.
const KEYS_KEPT_MS: i64 = 7 * 24 * 60 * 60 * 1000;

const ACCOUNT: &str = "SELECT a.id, a.login, a.display_name, a.password_hash, \
                       a.password_changed_at, a.must_change, a.disabled, a.failures, \
                       a.locked_until, a.last_sign_in_at, a.created_at, a.version FROM account a";

fn account(c: &mut Cols<'_>) -> Stored<AccountRecord> {
    Ok(AccountRecord {
        id: c.id()?,
        login: c.take()?,
        display_name: c.take()?,
        password_hash: c.take()?,
        password_changed_at: c.take()?,
        must_change: c.take()?,
        disabled: c.take()?,
        failures: c.take()?,
        locked_until: c.take()?,
        last_sign_in_at: c.take()?,
        created_at: c.take()?,
        version: c.take()?,
    })
}

const GRANT: &str = "SELECT g.account_id, g.role, g.district, d.name, g.school_id, s.name \
                     FROM role_grant g LEFT JOIN district d ON d.code = g.district \
                     LEFT JOIN school s ON s.id = g.school_id WHERE g.account_id IN ";
const GRANT_ORDER: &str = " ORDER BY g.account_id, g.id";

fn grant(c: &mut Cols<'_>) -> Stored<(AccountId, GrantRecord)> {
    Ok((
        c.id()?,
        GrantRecord {
            role: c.take()?,
            district: c.take()?,
            district_name: c.take()?,
            school_id: c.id_or_none()?,
            school_name: c.take()?,
        },
    ))
}

#[async_trait]
impl Accounts for Tx {
    async fn accounts(
        &mut self,
        filter: &AccountFilter,
        after: Option<String>,
        limit: u32,
    ) -> Stored<Vec<AccountRecord>> {
        const DOING: &str = "reading accounts";
        if filter.districts.as_ref().is_some_and(Vec::is_empty) {
            // `NOT IN ()` would let every district pass.
            return Ok(Vec::new());
        }
        let mut sql = Sql::new(ACCOUNT);
        sql.push(&index("account_login")).push(" WHERE a.login > ");
        sql.bind(after.unwrap_or_default());
        if let Some(districts) = &filter.districts {
            // An account without grants belongs to nobody, so not to these districts either.
            sql.push(" AND EXISTS (SELECT 1 FROM role_grant g WHERE g.account_id = a.id)")
                .push(
                    " AND NOT EXISTS (SELECT 1 FROM role_grant g WHERE g.account_id = a.id \
                     AND (g.district IS NULL OR g.district NOT IN ",
                )
                .list(districts.iter().map(String::as_str))
                .push("))");
        }
        if let Some(role) = &filter.role {
            sql.push(
                " AND EXISTS (SELECT 1 FROM role_grant g WHERE g.account_id = a.id AND g.role = ",
            )
            .bind(role.as_str())
            .push(")");
        }
        if let Some(text) = filter.text.as_deref().filter(|t| !t.is_empty()) {
            sql.push(" AND (a.login LIKE ")
                .bind(contains(text))
                .push(" ESCAPE '\\' OR lower(a.display_name) LIKE ")
                .bind(contains(text))
                .push(" ESCAPE '\\')");
        }
        sql.push(" ORDER BY a.login").limit(limit);
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, account)
    }

    async fn account(&mut self, id: AccountId) -> Stored<Option<AccountRecord>> {
        const DOING: &str = "reading an account";
        let mut sql = Sql::new(ACCOUNT);
        sql.push(" WHERE a.id = ").bind(id.0);
        let row = self.first(sql, DOING).await?;
        maybe(row, DOING, account)
    }

    async fn account_by_login(&mut self, login: &str) -> Stored<Option<AccountRecord>> {
        const DOING: &str = "reading an account by login";
        let mut sql = Sql::new(ACCOUNT);
        sql.push(" WHERE a.login = ")
            .bind(login)
            .push(&self.lock("a"));
        let row = self.first(sql, DOING).await?;
        maybe(row, DOING, account)
    }

    async fn insert_account(&mut self, account: &AccountRecord) -> Stored<()> {
        let sql = Sql::new(
            "INSERT INTO account (id, login, display_name, password_hash, password_changed_at, \
             must_change, disabled, failures, locked_until, last_sign_in_at, created_at, version) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .arg(account.id.0)
        .arg(account.login.as_str())
        .arg(account.display_name.as_str())
        .arg(account.password_hash.as_str())
        .arg(account.password_changed_at)
        .arg(account.must_change)
        .arg(account.disabled)
        .arg(account.failures)
        .arg(account.locked_until)
        .arg(account.last_sign_in_at)
        .arg(account.created_at)
        .arg(account.version);
        self.run(sql, "creating an account").await.map(drop)
    }

    async fn update_account(&mut self, account: &AccountRecord) -> Stored<bool> {
        let sql = Sql::new(
            "UPDATE account SET display_name = $1, password_hash = $2, password_changed_at = $3, \
             must_change = $4, disabled = $5, failures = $6, locked_until = $7, \
             last_sign_in_at = $8, version = version + 1 WHERE id = $9 AND version = $10",
        )
        .arg(account.display_name.as_str())
        .arg(account.password_hash.as_str())
        .arg(account.password_changed_at)
        .arg(account.must_change)
        .arg(account.disabled)
        .arg(account.failures)
        .arg(account.locked_until)
        .arg(account.last_sign_in_at)
        .arg(account.id.0)
        .arg(account.version);
        Ok(self.run(sql, "changing an account").await? == 1)
    }

    async fn record_sign_in(&mut self, account: &AccountRecord) -> Stored<()> {
        let sql = Sql::new(
            "UPDATE account SET failures = $1, locked_until = $2, last_sign_in_at = $3, \
             password_hash = $4 WHERE id = $5",
        )
        .arg(account.failures)
        .arg(account.locked_until)
        .arg(account.last_sign_in_at)
        .arg(account.password_hash.as_str())
        .arg(account.id.0);
        self.run(sql, "recording a sign-in").await.map(drop)
    }

    async fn count_city_role(&mut self, role: &str) -> Stored<i64> {
        let sql = Sql::new(
            "SELECT COUNT(*) FROM account a WHERE NOT a.disabled AND EXISTS \
             (SELECT 1 FROM role_grant g WHERE g.account_id = a.id AND g.role = $1 \
             AND g.district IS NULL AND g.school_id IS NULL)",
        )
        .arg(role);
        self.number(sql, "counting accounts of a role").await
    }

    async fn password_history(&mut self, id: AccountId, limit: u32) -> Stored<Vec<String>> {
        const DOING: &str = "reading old passwords";
        let sql = Sql::new(
            "SELECT hash FROM password_history WHERE account_id = $1 \
             ORDER BY changed_at DESC LIMIT $2",
        )
        .arg(id.0)
        .arg(i64::from(limit));
        let rows = self.all(sql, DOING).await?;
        each(&rows, DOING, |c| c.take())
    }

    async fn push_password(&mut self, id: AccountId, hash: &str, now: i64) -> Stored<()> {
        // Two changes within one millisecond stand one after the other.
        let sql = Sql::new(
            "INSERT INTO password_history (account_id, changed_at, hash) \
             SELECT $1, CASE WHEN MAX(h.changed_at) >= $2 THEN MAX(h.changed_at) + 1 ELSE $3 END, \
             $4 FROM password_history h WHERE h.account_id = $5",
        )
        .arg(id.0)
        .arg(now)
        .arg(now)
        .arg(hash)
        .arg(id.0);
        self.run(sql, "keeping an old password").await.map(drop)
    }

    async fn grants(&mut self, id: AccountId) -> Stored<Vec<GrantRecord>> {
        let found = self.grants_of(&[id]).await?;
        Ok(found.into_iter().map(|(_, grant)| grant).collect())
    }

    async fn grants_of(&mut self, ids: &[AccountId]) -> Stored<Vec<(AccountId, GrantRecord)>> {
        const DOING: &str = "reading grants";
        let mut found = Vec::new();
        for chunk in ids.chunks(ROWS) {
            let mut sql = Sql::new(GRANT);
            sql.list(chunk.iter().map(|id| id.0)).push(GRANT_ORDER);
            let rows = self.all(sql, DOING).await?;
            found.extend(each(&rows, DOING, grant)?);
        }
        Ok(found)
    }

    async fn put_grants(&mut self, id: AccountId, grants: &[GrantRecord]) -> Stored<()> {
        const DOING: &str = "writing grants";
        let sql = Sql::new("DELETE FROM role_grant WHERE account_id = $1").arg(id.0);
        self.run(sql, DOING).await?;
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|e| OpError::internal(DOING, e))?;
        let first = Builder::from_random_bytes(random).into_uuid().as_u128();
        let mut ids = (0..).map(|n| Uuid::from_u128(first.wrapping_add(n)));
        for chunk in grants.chunks(ROWS) {
            let mut sql = Sql::new(
                "INSERT INTO role_grant (id, account_id, role, district, school_id) VALUES ",
            );
            let numbered: Vec<(Uuid, &GrantRecord)> = ids.by_ref().zip(chunk).collect();
            sql.rows(&numbered, |f, (grant_id, g)| {
                f.v(*grant_id)
                    .v(id.0)
                    .v(g.role.as_str())
                    .v(g.district.as_deref())
                    .v(g.school_id.map(|s| s.0));
            });
            self.run(sql, DOING).await?;
        }
        Ok(())
    }

    async fn address_failures(&mut self, address: &str) -> Stored<AddressFailures> {
        const DOING: &str = "reading failures of an address";
        let mut sql = Sql::new(
            "SELECT f.failures, f.last_at, f.locked_until FROM sign_in_failure f \
             WHERE f.address = ",
        );
        sql.bind(address).push(&self.lock("f"));
        let row = self.first(sql, DOING).await?;
        let found = maybe(row, DOING, |c| {
            Ok(AddressFailures {
                failures: c.take()?,
                last_at: c.take()?,
                locked_until: c.take()?,
            })
        })?;
        Ok(found.unwrap_or_default())
    }

    async fn put_address_failures(
        &mut self,
        address: &str,
        failures: AddressFailures,
    ) -> Stored<()> {
        let sql = Sql::new(
            "INSERT INTO sign_in_failure (address, failures, last_at, locked_until) \
             VALUES ($1, $2, $3, $4) ON CONFLICT (address) DO UPDATE SET \
             failures = excluded.failures, last_at = excluded.last_at, \
             locked_until = excluded.locked_until",
        )
        .arg(address)
        .arg(failures.failures)
        .arg(failures.last_at)
        .arg(failures.locked_until);
        self.run(sql, "writing failures of an address")
            .await
            .map(drop)
    }

    async fn session(&mut self, token_hash: &[u8; 32]) -> Stored<Option<SessionRecord>> {
        const DOING: &str = "reading a session";
        let sql = Sql::new(
            "SELECT token_hash, account_id, address, created_at, last_seen, expires_at \
             FROM session WHERE token_hash = $1",
        )
        .arg(token_hash.as_slice());
        let row = self.first(sql, DOING).await?;
        maybe(row, DOING, |c| {
            Ok(SessionRecord {
                token_hash: c.fixed()?,
                account_id: c.id()?,
                address: c.take()?,
                created_at: c.take()?,
                last_seen: c.take()?,
                expires_at: c.take()?,
            })
        })
    }

    async fn insert_session(&mut self, session: &SessionRecord) -> Stored<()> {
        let sql = Sql::new(
            "INSERT INTO session (token_hash, account_id, address, created_at, last_seen, \
             expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .arg(session.token_hash.as_slice())
        .arg(session.account_id.0)
        .arg(session.address.as_str())
        .arg(session.created_at)
        .arg(session.last_seen)
        .arg(session.expires_at);
        self.run(sql, "starting a session").await.map(drop)
    }

    async fn touch_session(&mut self, token_hash: &[u8; 32], now: i64) -> Stored<()> {
        let sql =
            Sql::new("UPDATE session SET last_seen = $1 WHERE token_hash = $2 AND last_seen < $3")
                .arg(now)
                .arg(token_hash.as_slice())
                .arg(now);
        self.run(sql, "touching a session").await.map(drop)
    }

    async fn delete_session(&mut self, token_hash: &[u8; 32]) -> Stored<()> {
        let sql = Sql::new("DELETE FROM session WHERE token_hash = $1").arg(token_hash.as_slice());
        self.run(sql, "ending a session").await.map(drop)
    }

    async fn delete_sessions(&mut self, id: AccountId, but: Option<&[u8; 32]>) -> Stored<()> {
        let mut sql = Sql::new("DELETE FROM session WHERE account_id = ");
        sql.bind(id.0);
        if let Some(but) = but {
            sql.push(" AND token_hash <> ").bind(but.as_slice());
        }
        self.run(sql, "ending sessions").await.map(drop)
    }

    async fn sweep(&mut self, now: i64) -> Stored<()> {
        const DOING: &str = "sweeping";
        let sql = Sql::new("DELETE FROM session WHERE expires_at <= $1").arg(now);
        self.run(sql, DOING).await?;
        let sql = Sql::new("DELETE FROM idempotency WHERE at < $1").arg(now - KEYS_KEPT_MS);
        self.run(sql, DOING).await?;
        let sql = Sql::new("DELETE FROM blob WHERE expires_at <= $1").arg(now);
        self.run(sql, DOING).await?;
        Ok(())
    }

    async fn idempotent(
        &mut self,
        account: AccountId,
        op: &str,
        key: &str,
    ) -> Stored<Option<([u8; 32], String)>> {
        const DOING: &str = "reading the answer of a key";
        let sql = Sql::new(
            "SELECT body_hash, answer FROM idempotency \
             WHERE account_id = $1 AND op = $2 AND key = $3",
        )
        .arg(account.0)
        .arg(op)
        .arg(key);
        let row = self.first(sql, DOING).await?;
        maybe(row, DOING, |c| Ok((c.fixed()?, c.take()?)))
    }

    async fn put_idempotent(
        &mut self,
        account: AccountId,
        op: &str,
        key: &str,
        body: &[u8; 32],
        answer: &str,
        now: i64,
    ) -> Stored<bool> {
        let sql = Sql::new(
            "INSERT INTO idempotency (account_id, op, key, body_hash, answer, at) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (account_id, op, key) DO NOTHING",
        )
        .arg(account.0)
        .arg(op)
        .arg(key)
        .arg(body.as_slice())
        .arg(answer)
        .arg(now);
        Ok(self.run(sql, "claiming a key").await? == 1)
    }
}
