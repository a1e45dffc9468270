//! Who may do what: the one table of roles and permissions (model.md).
//!
//! A permission is held within a reach: everywhere, some districts, some schools.
//! [`dispatch`](crate::dispatch) compares the reach with the place a request
//! touches; lists are narrowed to it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::error::{Code, OpError, Problem};
use crate::id::{AccountId, SchoolId};
use crate::ports::{AccountRecord, GrantRecord, SessionRecord};

/// A role (角色).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 市级管理员.
    CityAdmin,
    /// 区级管理员.
    DistrictAdmin,
    /// 学校管理员.
    SchoolStaff,
    /// 卡务.
    CardOffice,
    /// 运维.
    Operator,
    /// 审计员.
    Auditor,
}

/// Something that may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Create and rename districts; city-wide settings.
    ManageDistricts,
    /// Create and change schools, ladders, school years.
    ManageSchools,
    /// District settings.
    ManageSettings,
    /// See schools, grades and classes.
    ReadOrganisation,
    /// Create and change classes.
    ManageClasses,
    /// Import, enter and submit pupils.
    EnterPupils,
    /// Approve or return applications of pupils (新生, 注册报到, 转入); see what they say.
    ReviewPupils,
    /// See pupils, masked.
    ReadPupils,
    /// See masked fields of pupils, with a reason.
    RevealPupils,
    /// Export lists of pupils with what is masked elsewhere.
    ExportPupils,
    /// Request card orders.
    RequestOrders,
    /// Approve or return card orders.
    ReviewOrders,
    /// Confirm card orders and withdraw the confirmation.
    ConfirmOrders,
    /// Correct the district and the school of card orders by the school's record.
    CorrectOrders,
    /// See card orders.
    ReadOrders,
    /// Make production batches, hand them over, read their result files; column templates.
    ManageBatches,
    /// See production batches.
    ReadBatches,
    /// Report cards lost, find them again, make them invalid.
    ManageCards,
    /// Find cards and see their pages.
    ReadCards,
    /// Add to the list of temporary validity extensions, clean it, read terminals' files.
    ManageExtensions,
    /// See temporary validity extensions and what would be cleaned.
    ReadExtensions,
    /// Create, change and disable accounts.
    ManageAccounts,
    /// Unlock accounts and reset passwords.
    UnlockAccounts,
    /// Read the audit log, or the part of it that is one's own.
    ReadAudit,
    /// Check the audit log's chain.
    VerifyAudit,
    /// Health of the system.
    ReadHealth,
    /// Start the system's own jobs.
    RunJobs,
}

use Permission as P;

impl Role {
    /// Every role.
    pub const ALL: [Self; 6] = [
        Self::CityAdmin,
        Self::DistrictAdmin,
        Self::SchoolStaff,
        Self::CardOffice,
        Self::Operator,
        Self::Auditor,
    ];

    /// What the role may do within its scope: the table of model.md.
    #[must_use]
    pub const fn permissions(self) -> &'static [Permission] {
        match self {
            Self::CityAdmin => &[
                P::ManageDistricts,
                P::ManageSchools,
                P::ManageSettings,
                P::ReadOrganisation,
                P::ManageClasses,
                P::EnterPupils,
                P::ReviewPupils,
                P::ReadPupils,
                P::RevealPupils,
                P::ExportPupils,
                P::RequestOrders,
                P::ReviewOrders,
                P::CorrectOrders,
                P::ReadOrders,
                P::ReadBatches,
                P::ReadCards,
                P::ReadExtensions,
                P::ManageAccounts,
                P::UnlockAccounts,
            ],
            Self::DistrictAdmin => &[
                P::ManageSchools,
                P::ManageSettings,
                P::ReadOrganisation,
                P::ManageClasses,
                P::EnterPupils,
                P::ReviewPupils,
                P::ReadPupils,
                P::RevealPupils,
                P::ExportPupils,
                P::RequestOrders,
                P::ReviewOrders,
                P::CorrectOrders,
                P::ReadOrders,
                P::ReadBatches,
                P::ReadCards,
                P::ReadExtensions,
                P::ManageAccounts,
                P::UnlockAccounts,
                P::ReadAudit,
            ],
            Self::SchoolStaff => &[
                P::ReadOrganisation,
                P::ManageClasses,
                P::EnterPupils,
                P::ReadPupils,
                P::RevealPupils,
                P::RequestOrders,
                P::ReadOrders,
                P::ReadCards,
                P::ReadAudit,
            ],
            Self::CardOffice => &[
                P::ReadOrganisation,
                P::ReadPupils,
                P::ConfirmOrders,
                P::CorrectOrders,
                P::ReadOrders,
                P::ManageBatches,
                P::ReadBatches,
                P::ManageCards,
                P::ReadCards,
                P::ManageExtensions,
                P::ReadExtensions,
                P::ReadAudit,
            ],
            Self::Operator => &[P::UnlockAccounts, P::ReadAudit, P::ReadHealth, P::RunJobs],
            Self::Auditor => &[P::ReadAudit, P::VerifyAudit],
        }
    }

    /// Which part of the audit log the role reads.
    #[must_use]
    pub const fn audit_view(self) -> AuditView {
        match self {
            Self::Auditor => AuditView::All,
            Self::DistrictAdmin => AuditView::Business,
            Self::SchoolStaff | Self::CardOffice => AuditView::Own,
            Self::Operator => AuditView::Technical,
            Self::CityAdmin => AuditView::Nothing,
        }
    }

    /// Roles whose accounts this role creates and changes, within its scope.
    #[must_use]
    pub const fn manages(self) -> &'static [Self] {
        match self {
            Self::CityAdmin => &Self::ALL,
            Self::DistrictAdmin => &[Self::SchoolStaff, Self::CardOffice],
            Self::SchoolStaff | Self::CardOffice | Self::Operator | Self::Auditor => &[],
        }
    }

    /// Name in the database and in answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CityAdmin => "city_admin",
            Self::DistrictAdmin => "district_admin",
            Self::SchoolStaff => "school_staff",
            Self::CardOffice => "card_office",
            Self::Operator => "operator",
            Self::Auditor => "auditor",
        }
    }

    /// Name for people.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Self::CityAdmin => "市级管理员",
            Self::DistrictAdmin => "区级管理员",
            Self::SchoolStaff => "学校管理员",
            Self::CardOffice => "卡务",
            Self::Operator => "运维",
            Self::Auditor => "审计员",
        }
    }

    /// The role of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }

    /// Whether the role goes with a scope of this width; the database checks the same.
    #[must_use]
    pub const fn allows_scope(self, district: bool, school: bool) -> bool {
        match self {
            Self::CityAdmin | Self::Operator => !district && !school,
            Self::DistrictAdmin => district && !school,
            Self::SchoolStaff => school,
            Self::CardOffice | Self::Auditor => !school,
        }
    }
}

/// The part of the audit log a role reads (model.md: separation of roles).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditView {
    /// Nothing.
    Nothing,
    /// One's own actions.
    Own,
    /// Sign-ins, accounts, settings, everywhere.
    Technical,
    /// The district's business.
    Business,
    /// Everything of the scope.
    All,
}

/// Where a permission holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Everywhere.
    City,
    /// In these districts and these further schools; both empty: nowhere.
    Parts {
        /// Whole districts.
        districts: Vec<String>,
        /// Single schools, with their district.
        schools: Vec<(String, SchoolId)>,
    },
}

/// Where something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The whole city.
    City,
    /// A district.
    District(String),
    /// A school of a district.
    School(String, SchoolId),
}

impl Place {
    /// Where a stored grant holds.
    #[must_use]
    pub fn of_grant(record: &GrantRecord) -> Self {
        match (&record.district, record.school_id) {
            (Some(district), Some(school)) => Self::School(district.clone(), school),
            (Some(district), None) => Self::District(district.clone()),
            (None, _) => Self::City,
        }
    }
}

impl Reach {
    /// True when it holds in this place.
    #[must_use]
    pub fn covers(&self, place: &Place) -> bool {
        match (self, place) {
            (Self::City, _) => true,
            (Self::Parts { .. }, Place::City) => false,
            (Self::Parts { districts, .. }, Place::District(code)) => districts.contains(code),
            (Self::Parts { districts, schools }, Place::School(code, id)) => {
                districts.contains(code) || schools.iter().any(|(_, school)| school == id)
            }
        }
    }

    /// True when it holds somewhere.
    #[must_use]
    pub fn is_somewhere(&self) -> bool {
        match self {
            Self::City => true,
            Self::Parts { districts, schools } => !districts.is_empty() || !schools.is_empty(),
        }
    }
}

/// A role with its scope, as held by an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Role.
    pub role: Role,
    /// Where.
    pub place: Place,
}

impl Grant {
    /// Reads a stored grant; none for a role that this version does not know.
    #[must_use]
    pub fn from_record(record: &GrantRecord) -> Option<Self> {
        Some(Self {
            role: Role::parse(&record.role)?,
            place: Place::of_grant(record),
        })
    }
}

/// The person behind a request.
#[derive(Debug, Clone)]
pub struct Actor {
    /// Account.
    pub account: AccountId,
    /// Login.
    pub login: String,
    /// Name shown.
    pub display_name: String,
    /// Grants.
    pub grants: Vec<Grant>,
    /// Where from.
    pub address: String,
    /// SHA-256 of the session's token.
    pub token_hash: [u8; 32],
    /// The password must be changed before anything else.
    pub must_change: bool,
    /// End of the session at the latest.
    pub expires_at: i64,
}

impl Actor {
    /// The person of a session.
    #[must_use]
    pub(crate) fn new(
        account: AccountRecord,
        grants: &[GrantRecord],
        session: &SessionRecord,
    ) -> Self {
        Self {
            account: account.id,
            login: account.login,
            display_name: account.display_name,
            grants: grants.iter().filter_map(Grant::from_record).collect(),
            address: session.address.clone(),
            token_hash: session.token_hash,
            must_change: account.must_change,
            expires_at: session.expires_at,
        }
    }

    /// Where the person holds a permission.
    #[must_use]
    pub fn reach(&self, permission: Permission) -> Reach {
        self.reach_of(|role| role.permissions().contains(&permission))
    }

    /// Where the person holds one of the roles that fit.
    #[must_use]
    pub fn reach_of(&self, fits: impl Fn(Role) -> bool) -> Reach {
        let mut districts = Vec::new();
        let mut schools = Vec::new();
        for grant in self.grants.iter().filter(|grant| fits(grant.role)) {
            match &grant.place {
                Place::City => return Reach::City,
                Place::District(code) => districts.push(code.clone()),
                Place::School(code, id) => schools.push((code.clone(), *id)),
            }
        }
        Reach::Parts { districts, schools }
    }

    /// Every permission held somewhere, in the table's order.
    #[must_use]
    pub fn permissions(&self) -> Vec<Permission> {
        let mut all: Vec<Permission> = self
            .grants
            .iter()
            .flat_map(|grant| grant.role.permissions().iter().copied())
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// Refuses with the role's reason.
#[must_use]
pub fn forbidden(permission: Permission) -> OpError {
    let what = match permission {
        P::ManageDistricts => "只有市级管理员可以管理区县和全市设置。",
        P::ManageSchools => "学校和年级只能由市级或区级管理员建立和修改，请联系区级管理员。",
        P::ManageSettings => "只有市级或区级管理员可以修改设置。",
        P::ManageClasses => "您的账户不能管理这所学校的班级。",
        P::EnterPupils => "您的账户不能在这所学校录入学生。",
        P::RevealPupils => "您的账户不能查看这名学生的隐私内容，请联系学校或区级管理员。",
        P::ExportPupils => "未遮盖的名单只能由市级或区级管理员导出。",
        P::ReviewPupils => "学生申请由学校所在区的区级管理员或市级管理员审核。",
        P::RequestOrders => "您的账户不能为这所学校申请制卡。",
        P::ReviewOrders => "制卡申请由市级或区级管理员审核。",
        P::ConfirmOrders => "制卡由本区卡务确认。",
        P::CorrectOrders => "订单的区县和学校由本区卡务或区级管理员更正。",
        P::ManageAccounts | P::UnlockAccounts => "您的账户不能管理这个账户。",
        P::ReadAudit | P::VerifyAudit => "您的账户不能查看这部分审计记录。",
        P::RunJobs => "系统任务由运维执行。",
        P::ManageBatches => "制卡批次和结果文件由本区卡务处理。",
        P::ManageCards => "卡的挂失和作废由本区卡务办理。",
        P::ManageExtensions => "临时增效由本区卡务办理。",
        P::ReadOrganisation
        | P::ReadPupils
        | P::ReadOrders
        | P::ReadBatches
        | P::ReadCards
        | P::ReadExtensions
        | P::ReadHealth => "您的账户不能查看这些内容。",
    };
    Problem::new(Code::Forbidden).message(what).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn school_staff_hold_no_permission_on_schools_and_grades() {
        assert!(
            !Role::SchoolStaff
                .permissions()
                .contains(&Permission::ManageSchools)
        );
    }

    #[test]
    fn audit_system_and_business_are_different_roles() {
        // rules §6: nobody who changes business data checks the audit chain, and the
        // operator reads no pupil.
        for role in Role::ALL {
            let permissions = role.permissions();
            let audits = permissions.contains(&Permission::VerifyAudit);
            let changes = permissions.contains(&Permission::EnterPupils)
                || permissions.contains(&Permission::ConfirmOrders)
                || permissions.contains(&Permission::ManageAccounts);
            assert!(!(audits && changes), "{role:?}");
        }
        assert!(
            !Role::Operator
                .permissions()
                .contains(&Permission::ReadPupils)
        );
    }

    #[test]
    fn a_district_covers_its_schools_and_no_other() {
        let school = SchoolId(uuid::Uuid::from_u128(1));
        let reach = Reach::Parts {
            districts: vec!["320508".into()],
            schools: vec![],
        };
        assert!(reach.covers(&Place::School("320508".into(), school)));
        assert!(!reach.covers(&Place::School("320505".into(), school)));
        assert!(!reach.covers(&Place::City));
    }
}
