//! Where the data is: a folder of this machine, or a PostgreSQL database.

use std::path::PathBuf;

use crate::errors::HostError;
use crate::folder::Folder;

/// Names the data folder, instead of the platform's.
pub const DATA_DIR: &str = "EKATONG_DATA";
/// Names a PostgreSQL database, instead of a folder.
pub const DATABASE: &str = "EKATONG_DATABASE";

/// Where the data is.
#[derive(Clone, PartialEq, Eq)]
pub enum Place {
    /// A SQLite file in a folder.
    Folder(Folder),
    /// `postgres://…`; the password may come from `PGPASSWORD`.
    Postgres(String),
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown())
    }
}

impl Place {
    /// What was named, else what the environment names, else the platform's folder.
    /// A named folder wins over a database of the environment.
    ///
    /// # Errors
    /// `database.address` for anything but `postgres://…`; `folder.nowhere`.
    pub fn choose(data: Option<PathBuf>, database: Option<String>) -> Result<Self, HostError> {
        let of_env = |name| std::env::var(name).ok().filter(|text| !text.is_empty());
        let database = match (database, &data) {
            (Some(address), _) => Some(address),
            (None, Some(_)) => None,
            (None, None) => of_env(DATABASE),
        };
        if let Some(address) = database {
            return Self::postgres(address);
        }
        let folder = data.or_else(|| {
            std::env::var_os(DATA_DIR)
                .filter(|text| !text.is_empty())
                .map(PathBuf::from)
        });
        match folder {
            Some(path) => Ok(Self::Folder(Folder::new(path))),
            None => Ok(Self::Folder(Folder::of_platform()?)),
        }
    }

    fn postgres(address: String) -> Result<Self, HostError> {
        if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            Ok(Self::Postgres(address))
        } else {
            Err(HostError::Open(ekatong_store::OpenError::Address))
        }
    }

    /// The folder, if it is one.
    #[must_use]
    pub const fn folder(&self) -> Option<&Folder> {
        match self {
            Self::Folder(folder) => Some(folder),
            Self::Postgres(_) => None,
        }
    }

    /// For people and logs: without a password.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Folder(folder) => folder.path().display().to_string(),
            Self::Postgres(address) => {
                match (address.split_once("://"), address.rsplit_once('@')) {
                    (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://{rest}"),
                    (_, _) => address.clone(),
                }
            }
        }
    }

    /// True when the address holds a password, which other users of the machine could read in the list of processes.
    #[must_use]
    pub fn holds_password(&self) -> bool {
        match self {
            Self::Folder(_) => false,
            Self::Postgres(address) => address
                .split_once("://")
                .and_then(|(_, rest)| rest.split('/').next()?.rsplit_once('@'))
                .is_some_and(|(user, _)| user.contains(':')),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_shown() {
        let place = Place::Postgres("postgres://u:secret@db/x".to_owned());
        assert!(place.holds_password());
        assert_eq!(format!("{place:?}"), "postgres://db/x");
        assert!(!Place::Postgres("postgres://u@db/x".to_owned()).holds_password());
        assert!(Place::choose(None, Some("mysql://x".to_owned())).is_err());
    }
}
