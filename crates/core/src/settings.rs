//! Settings of the city and of districts: one table with names, defaults and ranges.

use std::borrow::Cow;

use crate::domain::application::PupilStatus;
use crate::domain::extension::ExtensionPolicy;
use crate::error::{Code, OpError, Problem};
use crate::ports::UnitOfWork;

/// What a setting accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepts {
    /// A whole number, both ends included.
    Whole {
        /// Smallest.
        min: u32,
        /// Largest.
        max: u32,
    },
    /// One of these words: (value, name for people).
    OneOf(&'static [(&'static str, &'static str)]),
    /// Any of these words, with commas between them; the empty text for none.
    AnyOf(&'static [(&'static str, &'static str)]),
    /// Any text of 1 to so many characters.
    Text {
        /// Characters at most.
        max: usize,
    },
}

/// A setting.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Key.
    pub key: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// What it does.
    pub note: &'static str,
    /// Default.
    pub default: &'static str,
    /// What it accepts.
    pub accepts: Accepts,
    /// True when a district may set its own value.
    pub per_district: bool,
}

/// Row limit of an import file (IMP-4).
pub const ROW_LIMIT: Setting = Setting {
    key: "import.row_limit",
    name: "单个导入文件的最多行数",
    note: "超过的文件在读取前就会被拒绝。",
    default: "500",
    accepts: Accepts::Whole {
        min: 500,
        max: 100_000,
    },
    per_district: true,
};

const IMPORT_DAYS: Setting = Setting {
    key: "import.keep_days",
    name: "导入记录的内容保留多少天",
    note: "到期后删除文件和逐行内容，只留下时间、文件名和行数。",
    default: "180",
    accepts: Accepts::Whole { min: 1, max: 3650 },
    per_district: true,
};

const PUPIL_DAYS: Setting = Setting {
    key: "pupil.keep_deleted_days",
    name: "删除的学生保留多少天",
    note: "到期前可以在回收站恢复；到期后彻底清除，不能恢复。",
    default: "90",
    accepts: Accepts::Whole { min: 1, max: 3650 },
    per_district: true,
};

const PHOTO_KILOBYTES: Setting = Setting {
    key: "photo.max_kb",
    name: "照片最大多少 KB",
    note: "制卡中心的上限。更大的照片在导入时自动缩小。",
    default: "60",
    accepts: Accepts::Whole { min: 20, max: 500 },
    per_district: true,
};

const PHOTO_DAYS: Setting = Setting {
    key: "photo.recycle_days",
    name: "照片在回收站保留多少天",
    note: "换下或移除的照片在回收站里可以恢复，到期后彻底删除。",
    default: "30",
    accepts: Accepts::Whole { min: 1, max: 365 },
    per_district: true,
};

const IDLE_MINUTES: Setting = Setting {
    key: "session.idle_minutes",
    name: "空闲多少分钟后锁定窗口",
    note: "锁定后输入密码继续，未保存的内容保留。",
    default: "15",
    accepts: Accepts::Whole { min: 1, max: 120 },
    per_district: false,
};

const SESSION_HOURS: Setting = Setting {
    key: "session.max_hours",
    name: "一次登录最长多少小时",
    note: "到时须重新登录。",
    default: "12",
    accepts: Accepts::Whole { min: 1, max: 24 },
    per_district: false,
};

const PASSWORD_PROFILE: Setting = Setting {
    key: "password.profile",
    name: "密码规则",
    note: "等保：至少 10 位，大写、小写、数字、符号四类中的三类，定期更换，不重复最近 5 次。简明：只看长度和常见密码。",
    default: "dengbao",
    accepts: Accepts::OneOf(&[("dengbao", "等保"), ("owasp", "简明")]),
    per_district: false,
};

const PASSWORD_DAYS: Setting = Setting {
    key: "password.max_age_days",
    name: "密码有效天数",
    note: "等保规则下，超过天数须修改密码。",
    default: "90",
    accepts: Accepts::Whole { min: 1, max: 3650 },
    per_district: false,
};

const MAX_FAILURES: Setting = Setting {
    key: "sign_in.max_failures",
    name: "连续登录失败多少次后锁定",
    note: "按账户和来源地址分别计数。",
    default: "5",
    accepts: Accepts::Whole { min: 3, max: 20 },
    per_district: false,
};

const LOCK_MINUTES: Setting = Setting {
    key: "sign_in.lock_minutes",
    name: "登录锁定多少分钟",
    note: "运维或管理员可以提前解锁。",
    default: "15",
    accepts: Accepts::Whole { min: 1, max: 1440 },
    per_district: false,
};

const AUDIT_DAYS: Setting = Setting {
    key: "audit.keep_days",
    name: "审计记录保存天数",
    note: "至少 365 天。更早的记录每天自动清理一次，清理后仍可校验其余记录。",
    default: "730",
    accepts: Accepts::Whole {
        min: 365,
        max: 3650,
    },
    per_district: false,
};

const REVIEW_ORDERS: Setting = Setting {
    key: "review.orders",
    name: "新生审核通过后自动建立制卡订单",
    note: "订单直接是“区审核通过”，时间与审核通过时间相同，不必再审一次。",
    default: "yes",
    accepts: Accepts::OneOf(&[("yes", "建立"), ("no", "不建立")]),
    per_district: true,
};

const REVIEW_REASONS: Setting = Setting {
    key: "review.reasons",
    name: "退回申请的常用原因",
    note: "用分号隔开，退回时可以直接选用。",
    default: "姓名与证件不一致；证件号码有误；家长信息不全；年级或班级有误；请补充证明材料",
    accepts: Accepts::Text { max: 500 },
    per_district: true,
};

const EXTENSION_POLICY: Setting = Setting {
    key: "extension.policy",
    name: "临时增效何时移出名单",
    note: "按日历：9 月 1 日移出初三毕业的，10 月 1 日移出状态不正常的。按月：加入满一个月移出。填了到期日期的，到期都会移出。",
    default: "calendar",
    accepts: Accepts::OneOf(&[("calendar", "按日历"), ("age", "按月")]),
    per_district: true,
};

const EXTENSION_SCHEDULE: Setting = Setting {
    key: "extension.schedule",
    name: "自动清理临时增效",
    note: "每天检查一次，程序没有开着的日子在下次打开时补上。每次清理 30 天内可以撤销。",
    default: "on",
    accepts: Accepts::OneOf(&[("on", "自动"), ("off", "只手工清理")]),
    per_district: true,
};

const EXTENSION_ABNORMAL: Setting = Setting {
    key: "extension.abnormal_statuses",
    name: "临时增效中算作不正常的学生状态",
    note: "10 月 1 日的清理按它移出。已注册报到的小学毕业生算正常。",
    default: "suspended,left,graduated,deleted",
    accepts: Accepts::AnyOf(&[
        ("pending", "待审核"),
        ("suspended", "休学"),
        ("left", "转出"),
        ("graduated", "毕业"),
        ("deleted", "已删除"),
    ]),
    per_district: true,
};

const BATCH_DAYS: Setting = Setting {
    key: "batch.overdue_days",
    name: "制卡批次移交多少天后算逾期",
    note: "移交给制卡单位后超过这些天还没有结清的批次，列在卡务的首页。",
    default: "14",
    accepts: Accepts::Whole { min: 1, max: 365 },
    per_district: true,
};

/// Every setting.
pub const ALL: &[Setting] = &[
    ROW_LIMIT,
    IMPORT_DAYS,
    PUPIL_DAYS,
    PHOTO_KILOBYTES,
    PHOTO_DAYS,
    IDLE_MINUTES,
    SESSION_HOURS,
    PASSWORD_PROFILE,
    PASSWORD_DAYS,
    MAX_FAILURES,
    LOCK_MINUTES,
    AUDIT_DAYS,
    REVIEW_ORDERS,
    REVIEW_REASONS,
    BATCH_DAYS,
    EXTENSION_POLICY,
    EXTENSION_SCHEDULE,
    EXTENSION_ABNORMAL,
];

impl Setting {
    /// The setting of this key.
    #[must_use]
    pub fn find(key: &str) -> Option<&'static Self> {
        ALL.iter().find(|setting| setting.key == key)
    }

    /// A stored value as people read it.
    #[must_use]
    pub fn shown<'v>(&self, value: &'v str) -> Cow<'v, str> {
        match self.accepts {
            Accepts::Whole { .. } | Accepts::Text { .. } => Cow::Borrowed(value),
            Accepts::OneOf(words) => Cow::Borrowed(name_of(words, value)),
            Accepts::AnyOf(_) if value.is_empty() => Cow::Borrowed("无"),
            Accepts::AnyOf(words) => {
                let names: Vec<&str> = value.split(',').map(|word| name_of(words, word)).collect();
                Cow::Owned(names.join("、"))
            }
        }
    }

    /// Checks a value and brings it into the stored form.
    ///
    /// # Errors
    /// `setting.invalid` with what is accepted.
    pub fn parse(&self, raw: &str) -> Result<String, Problem> {
        let raw = raw.trim();
        match self.accepts {
            Accepts::Whole { min, max } => match raw.parse::<u32>() {
                Ok(value) if (min..=max).contains(&value) => Ok(value.to_string()),
                Ok(_) | Err(_) => Err(Problem::new(Code::SettingInvalid)
                    .field("value")
                    .message(format!("“{}”请填 {min}–{max} 的整数。", self.name))),
            },
            Accepts::Text { max } => {
                if (1..=max).contains(&raw.chars().count()) {
                    Ok(raw.to_owned())
                } else {
                    Err(Problem::new(Code::SettingInvalid)
                        .field("value")
                        .message(format!("“{}”请填 1–{max} 个字。", self.name)))
                }
            }
            Accepts::AnyOf(words) => {
                let wanted: Vec<&str> = raw
                    .split([',', '，', '、'])
                    .map(str::trim)
                    .filter(|word| !word.is_empty() && *word != "无")
                    .collect();
                let known =
                    |word: &&str| words.iter().any(|(value, zh)| value == word || zh == word);
                if !wanted.iter().all(known) {
                    let names: Vec<&str> = words.iter().map(|(_, zh)| *zh).collect();
                    return Err(Problem::new(Code::SettingInvalid).field("value").message(
                        format!(
                            "“{}”请从这些中选择：{}，可以选几个。",
                            self.name,
                            names.join("、")
                        ),
                    ));
                }
                // In the order of the table, each once.
                let chosen: Vec<&str> = words
                    .iter()
                    .filter(|(value, zh)| wanted.contains(value) || wanted.contains(zh))
                    .map(|(value, _)| *value)
                    .collect();
                Ok(chosen.join(","))
            }
            Accepts::OneOf(words) => words
                .iter()
                .find(|(value, zh)| *value == raw || *zh == raw)
                .map(|(value, _)| (*value).to_owned())
                .ok_or_else(|| {
                    let names: Vec<&str> = words.iter().map(|(_, zh)| *zh).collect();
                    Problem::new(Code::SettingInvalid)
                        .field("value")
                        .message(format!("“{}”请选择：{}。", self.name, names.join("、")))
                }),
        }
    }
}

fn name_of<'v>(words: &'static [(&'static str, &'static str)], value: &'v str) -> &'v str {
    words
        .iter()
        .find(|(word, _)| *word == value)
        .map_or(value, |(_, name)| name)
}

/// How passwords are judged (rules §6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordProfile {
    /// 等保: length, classes, age, history.
    Dengbao,
    /// OWASP: length and common list only.
    Owasp,
}

/// The settings that hold for a session or a district.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Rows of an import file at most.
    pub row_limit: u32,
    /// Days that files and rows of imports are kept.
    pub import_days: u32,
    /// Days that deleted pupils can be restored.
    pub deleted_days: u32,
    /// Kilobytes of a photo at most.
    pub photo_kilobytes: u32,
    /// Days that photos are kept in the recycle folder.
    pub photo_days: u32,
    /// Minutes until an idle session is locked.
    pub idle_minutes: u32,
    /// Hours a session lasts at most.
    pub session_hours: u32,
    /// Password rules.
    pub password_profile: PasswordProfile,
    /// Days until a password must change.
    pub password_days: u32,
    /// Failures until a lock.
    pub max_failures: u32,
    /// Minutes of a lock.
    pub lock_minutes: u32,
    /// Days that audit entries are kept.
    pub audit_days: u32,
    /// Approving a new pupil makes its card order.
    pub review_orders: bool,
    /// Days after which a batch at the bureau is overdue.
    pub batch_days: u32,
}

impl Settings {
    /// The city's settings.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn city(uow: &mut dyn UnitOfWork) -> Result<Self, OpError> {
        Ok(Self::from_stored(&uow.settings("").await?, &[]))
    }

    /// A district's settings: its own where it has set one, else the city's.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn district(uow: &mut dyn UnitOfWork, district: &str) -> Result<Self, OpError> {
        let city = uow.settings("").await?;
        let own = uow.settings(district).await?;
        Ok(Self::from_stored(&city, &own))
    }

    /// Reasons that a district's reviewers choose from.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn review_reasons(
        uow: &mut dyn UnitOfWork,
        district: &str,
    ) -> Result<Vec<String>, OpError> {
        let city = uow.settings("").await?;
        let own = uow.settings(district).await?;
        Ok(value(&REVIEW_REASONS, &city, &own)
            .split(['；', ';'])
            .map(str::trim)
            .filter(|reason| !reason.is_empty())
            .map(str::to_owned)
            .collect())
    }

    /// How a district cleans its list of temporary validity extensions (CARD-6).
    ///
    /// # Errors
    /// Those of the store.
    pub async fn extensions(
        uow: &mut dyn UnitOfWork,
        district: &str,
    ) -> Result<ExtensionSettings, OpError> {
        let city = uow.settings("").await?;
        let own = uow.settings(district).await?;
        let text = |setting: &Setting| value(setting, &city, &own);
        Ok(ExtensionSettings {
            policy: ExtensionPolicy::from_stored(&text(&EXTENSION_POLICY))
                .unwrap_or(ExtensionPolicy::Calendar),
            schedule: text(&EXTENSION_SCHEDULE) == "on",
            abnormal: text(&EXTENSION_ABNORMAL)
                .split(',')
                .filter_map(PupilStatus::from_stored)
                .collect(),
        })
    }

    fn from_stored(city: &[(String, String)], own: &[(String, String)]) -> Self {
        let text = |setting: &Setting| value(setting, city, own);
        let number = |setting: &Setting| {
            text(setting)
                .parse()
                .or_else(|_| setting.default.parse())
                .unwrap_or_default()
        };
        Self {
            row_limit: number(&ROW_LIMIT),
            import_days: number(&IMPORT_DAYS),
            deleted_days: number(&PUPIL_DAYS),
            photo_kilobytes: number(&PHOTO_KILOBYTES),
            photo_days: number(&PHOTO_DAYS),
            idle_minutes: number(&IDLE_MINUTES),
            session_hours: number(&SESSION_HOURS),
            password_profile: if text(&PASSWORD_PROFILE) == "owasp" {
                PasswordProfile::Owasp
            } else {
                PasswordProfile::Dengbao
            },
            password_days: number(&PASSWORD_DAYS),
            max_failures: number(&MAX_FAILURES),
            lock_minutes: number(&LOCK_MINUTES),
            audit_days: number(&AUDIT_DAYS),
            review_orders: text(&REVIEW_ORDERS) != "no",
            batch_days: number(&BATCH_DAYS),
        }
    }
}

/// How a district cleans its list of temporary validity extensions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtensionSettings {
    /// When entries leave.
    pub policy: ExtensionPolicy,
    /// Cleaned by itself, too.
    pub schedule: bool,
    /// Statuses that are not normal.
    pub abnormal: Vec<PupilStatus>,
}

/// The value that holds: the district's, else the city's, else the default.
#[must_use]
pub fn value(setting: &Setting, city: &[(String, String)], own: &[(String, String)]) -> String {
    let stored = |list: &[(String, String)]| {
        list.iter()
            .find(|(key, _)| key == setting.key)
            .map(|(_, value)| value.clone())
    };
    stored(own)
        .filter(|_| setting.per_district)
        .or_else(|| stored(city))
        .unwrap_or_else(|| setting.default.to_owned())
}
