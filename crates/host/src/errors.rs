//! Why a host could not do its part, with code and Chinese text.

use ekatong_core::error::{Code, OpError};
use ekatong_store::OpenError;
use ekatong_store::keys::{KeyError, RecoveryCodeError};
use serde_json::{Value, json};

use crate::folder::FolderError;

/// Why a host could not do its part.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// An operation refused or broke.
    #[error(transparent)]
    Op(#[from] OpError),
    /// There is no data in this place yet.
    #[error("there is no data at {0}")]
    NotInitialised(String),
    /// There is data already.
    #[error("there is data at {0} already")]
    AlreadyInitialised(String),
    /// The data key needs a passphrase or the recovery code.
    #[error("the data key is locked")]
    Locked {
        /// True when a passphrase opens it.
        passphrase: bool,
    },
    /// The passphrase does not open the key.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// The text is no recovery code.
    #[error("the recovery code has a wrong form: {0}")]
    RecoveryForm(#[from] RecoveryCodeError),
    /// The recovery code does not open the key.
    #[error("the recovery code is wrong")]
    WrongRecovery,
    /// There is no keyring, so a passphrase is needed.
    #[error("there is no keyring, and no passphrase was given")]
    PassphraseNeeded,
    /// The passphrase is too short.
    #[error("the passphrase is too short")]
    PassphraseShort,
    /// The database holds no wrapped key: something removed them.
    #[error("the database holds no key")]
    KeyMissing,
    /// The key could not be handled.
    #[error("handling the data key failed: {0}")]
    Key(#[source] KeyError),
    /// The data folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The database.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The demo is made in a place of its own only.
    #[error("the database holds real data, no demo")]
    NotDemo,
    /// The demo was asked for something it cannot make.
    #[error("the demo cannot be made: {0}")]
    DemoSize(String),
}

/// How a program ends: its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Something broke.
    Internal = 1,
    /// The command line.
    Usage = 2,
    /// Refused, with problems.
    Rejected = 3,
    /// Not signed in, or not allowed.
    Denied = 4,
}

/// The exit code of an operation's failure.
#[must_use]
pub fn exit_of(error: &OpError) -> Exit {
    const DENIED: [Code; 6] = [
        Code::Forbidden,
        Code::SessionRequired,
        Code::SessionLocked,
        Code::SignInRefused,
        Code::SignInLocked,
        Code::PasswordMustChange,
    ];
    match error {
        OpError::Internal { .. } => Exit::Internal,
        OpError::Rejected(problems) if problems.iter().any(|p| DENIED.contains(&p.code)) => {
            Exit::Denied
        }
        OpError::Rejected(_) => Exit::Rejected,
    }
}

impl HostError {
    /// Stable code, in the manner of the operations' codes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Op(error) => error
                .problems()
                .first()
                .map_or("internal", |problem| problem.code.as_str()),
            Self::NotInitialised(_) => "data.missing",
            Self::AlreadyInitialised(_) => "data.exists",
            Self::Locked { .. } => "key.locked",
            Self::WrongPassphrase => "key.wrong_passphrase",
            Self::RecoveryForm(_) => "key.recovery_form",
            Self::WrongRecovery => "key.wrong_recovery",
            Self::PassphraseNeeded => "key.passphrase_needed",
            Self::PassphraseShort => "key.passphrase_short",
            Self::KeyMissing => "key.missing",
            Self::Key(_) => "internal",
            Self::Folder(FolderError::Network { .. }) => "folder.network",
            Self::Folder(FolderError::InUse(_)) => "folder.in_use",
            Self::Folder(FolderError::Nowhere) => "folder.nowhere",
            Self::Folder(FolderError::Io { .. }) => "folder.failed",
            Self::Open(OpenError::Missing(_)) => "data.missing",
            Self::Open(OpenError::Newer { .. }) => "database.newer",
            Self::Open(OpenError::Changed { .. }) => "database.changed",
            Self::Open(OpenError::Foreign) => "database.foreign",
            Self::Open(OpenError::Address) => "database.address",
            Self::Open(OpenError::Full) => Code::StorageFull.as_str(),
            Self::Open(OpenError::Failed { .. }) => "database.failed",
            Self::NotDemo => "demo.real_data",
            Self::DemoSize(_) => "demo.size",
        }
    }

    /// What is wrong and what to do, in Chinese.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::Op(OpError::Rejected(problems)) => {
                problems.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>().join("\n")
            }
            Self::Op(OpError::Internal { .. }) | Self::Key(_) => "程序内部出错，详情已写入日志，请联系运维。".to_owned(),
            Self::NotInitialised(place) => {
                format!("这里还没有数据：{place}。请先用 ekatong init 建立，或用 ekatong demo 建立演示数据。")
            }
            Self::AlreadyInitialised(place) => format!("这里已有数据，不能再次建立：{place}。"),
            Self::Locked { passphrase: true } => {
                "数据密钥已上锁，请输入口令（或设置 EKATONG_PASSPHRASE）；忘记口令时用恢复码：ekatong key recover。".to_owned()
            }
            Self::Locked { passphrase: false } => {
                "这台电脑或这个系统用户还打不开数据，请用恢复码打开一次：ekatong key recover。".to_owned()
            }
            Self::WrongPassphrase => "口令不对，请重新输入。".to_owned(),
            Self::RecoveryForm(RecoveryCodeError::Length { found }) => {
                format!("恢复码应为 40 个字母和数字，现在是 {found} 个，请核对。")
            }
            Self::RecoveryForm(RecoveryCodeError::Character { at }) => {
                format!("恢复码的第 {at} 个字符不属于恢复码，请核对。")
            }
            Self::RecoveryForm(RecoveryCodeError::Check) => "恢复码有一个字符抄错了，请逐个核对。".to_owned(),
            Self::WrongRecovery => "恢复码不是这份数据的，请核对。".to_owned(),
            Self::PassphraseNeeded => {
                "本机没有可用的密钥环，请设置一个口令（EKATONG_PASSPHRASE）来保护数据。".to_owned()
            }
            Self::PassphraseShort => "口令至少要有 8 个字符，请换一个。".to_owned(),
            Self::KeyMissing => "数据库里没有数据密钥，数据可能已损坏，请从备份恢复。".to_owned(),
            Self::Folder(FolderError::Network { path, kind }) => format!(
                "数据文件夹在网络盘（{kind}）上：{}。网络盘上的锁不可靠，几台电脑同时写会损坏数据。请改用本机磁盘，或多台电脑共用时使用区级服务器。",
                path.display()
            ),
            Self::Folder(FolderError::InUse(path)) => {
                format!("数据正被其他程序使用：{}。请关闭其他窗口或等其他命令结束后再试。", path.display())
            }
            Self::Folder(FolderError::Nowhere) => "系统没有给出用户的数据文件夹，请用 --data 指定。".to_owned(),
            Self::Folder(FolderError::Io { source, .. }) => {
                format!("数据文件夹不能使用（{}），请检查路径和权限。", io_zh(source))
            }
            Self::Open(OpenError::Missing(path)) => format!("找不到数据文件：{}。", path.display()),
            Self::Open(OpenError::Newer { found, known }) => {
                format!("数据由更新版本的程序建立（数据版本 {found}，本程序支持到 {known}），请升级程序后再打开。")
            }
            Self::Open(OpenError::Changed { version }) => {
                format!("数据库结构（第 {version} 步）与本程序不一致，可能已损坏，请联系运维。")
            }
            Self::Open(OpenError::Foreign) => "这不是本程序的数据库，请核对位置。".to_owned(),
            Self::Open(OpenError::Address) => "数据库地址应写成 postgres://用户@主机/数据库名。".to_owned(),
            Self::Open(OpenError::Full) => ekatong_core::error::zh::text(Code::StorageFull).to_owned(),
            Self::Open(OpenError::Failed { .. }) => "连接或读取数据库失败，请检查地址、密码和网络；详情已写入日志。".to_owned(),
            Self::NotDemo => "这里已有真实数据，不能放入演示数据。请用 --data 指定一个空文件夹。".to_owned(),
            Self::DemoSize(why) => why.clone(),
        }
    }

    /// The exit code of a program that ends with this.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Self::Op(error) => exit_of(error),
            Self::Key(_) | Self::KeyMissing => Exit::Internal,
            Self::Folder(FolderError::Io { .. }) | Self::Open(OpenError::Failed { .. }) => {
                Exit::Internal
            }
            Self::Open(OpenError::Address)
            | Self::DemoSize(_)
            | Self::Folder(FolderError::Nowhere) => Exit::Usage,
            Self::Locked { .. } | Self::WrongPassphrase | Self::WrongRecovery => Exit::Denied,
            Self::RecoveryForm(_)
            | Self::PassphraseNeeded
            | Self::PassphraseShort
            | Self::NotInitialised(_)
            | Self::AlreadyInitialised(_)
            | Self::NotDemo
            | Self::Folder(FolderError::Network { .. } | FolderError::InUse(_))
            | Self::Open(
                OpenError::Missing(_)
                | OpenError::Newer { .. }
                | OpenError::Changed { .. }
                | OpenError::Foreign
                | OpenError::Full,
            ) => Exit::Rejected,
        }
    }

    /// The field of a form that is wrong, if it is one.
    const fn field(&self) -> Option<&'static str> {
        match self {
            Self::WrongPassphrase | Self::PassphraseNeeded | Self::PassphraseShort => {
                Some("passphrase")
            }
            Self::RecoveryForm(_) | Self::WrongRecovery => Some("recoveryCode"),
            Self::Op(_)
            | Self::NotInitialised(_)
            | Self::AlreadyInitialised(_)
            | Self::Locked { .. }
            | Self::KeyMissing
            | Self::Key(_)
            | Self::Folder(_)
            | Self::Open(_)
            | Self::NotDemo
            | Self::DemoSize(_) => None,
        }
    }

    /// The problems as the operations write them; empty for an internal fault.
    #[must_use]
    pub fn problems(&self) -> Vec<Value> {
        if let Self::Op(error) = self {
            return error
                .problems()
                .iter()
                .filter_map(|problem| serde_json::to_value(problem).ok())
                .collect();
        }
        if matches!(self, Self::Key(_)) {
            return Vec::new();
        }
        let mut problem =
            json!({ "code": self.code(), "severity": "error", "message": self.message() });
        if let (Some(field), Some(object)) = (self.field(), problem.as_object_mut()) {
            object.insert("field".to_owned(), field.into());
        }
        vec![problem]
    }
}

fn io_zh(error: &std::io::Error) -> &'static str {
    use std::io::ErrorKind;
    #[expect(clippy::wildcard_enum_match_arm, reason = "the list of kinds is open")]
    match error.kind() {
        ErrorKind::PermissionDenied => "没有权限",
        ErrorKind::NotFound => "找不到",
        ErrorKind::NotADirectory => "不是文件夹",
        ErrorKind::StorageFull => "磁盘已满",
        ErrorKind::ReadOnlyFilesystem => "磁盘只读",
        _ => "读写出错",
    }
}
