//! Secrets come from the environment, a prompt without echo, or standard input; never from arguments.

use std::io::{self, IsTerminal as _, Read as _, Write as _};

use crate::failure::Failure;

/// Password of the account that signs in.
pub(crate) const PASSWORD: &str = "EKATONG_PASSWORD";
/// New password of one's own.
pub(crate) const NEW_PASSWORD: &str = "EKATONG_NEW_PASSWORD";
/// The recovery code.
pub(crate) const RECOVERY_CODE: &str = "EKATONG_RECOVERY_CODE";

/// A variable of the environment that is set and not empty.
pub(crate) fn of_env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}

/// True when a person can be asked.
pub(crate) fn person() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks without echo; nothing when nobody can be asked.
pub(crate) fn ask(prompt: &str) -> Result<Option<String>, Failure> {
    if !person() {
        return Ok(None);
    }
    let typed = rpassword::prompt_password(prompt)
        .map_err(|error| Failure::internal("asking for a secret", error))?;
    Ok(Some(typed).filter(|text| !text.is_empty()))
}

/// Asks twice for a new secret.
pub(crate) fn ask_new(prompt: &str) -> Result<Option<String>, Failure> {
    let Some(first) = ask(&format!("{prompt}："))? else {
        return Ok(None);
    };
    if ask("再输入一次：")?.as_deref() == Some(first.as_str()) {
        Ok(Some(first))
    } else {
        Err(Failure::Usage(
            "两次输入不一致，请重新运行命令。".to_owned(),
        ))
    }
}

/// Asks for a line that may be seen.
pub(crate) fn ask_line(prompt: &str) -> Result<Option<String>, Failure> {
    if !person() {
        return Ok(None);
    }
    let asked = write!(io::stderr(), "{prompt}")
        .and_then(|()| io::stderr().flush())
        .and_then(|()| {
            let mut line = String::new();
            io::stdin().read_line(&mut line).map(|_| line)
        });
    let line = asked.map_err(|error| Failure::internal("asking", error))?;
    Ok(Some(line.trim().to_owned()).filter(|text| !text.is_empty()))
}

/// The password that signs in.
pub(crate) fn password() -> Result<String, Failure> {
    match of_env(PASSWORD) {
        Some(password) => Ok(password),
        None => ask("密码：")?.ok_or_else(|| {
            Failure::sign_in("请用环境变量 EKATONG_PASSWORD 给出密码，或在终端中运行以便输入。")
        }),
    }
}

/// A first password of an account: from the named variable, else asked for.
pub(crate) fn first_password(variable: Option<&str>) -> Result<String, Failure> {
    let missing =
        |name: &str| Failure::Usage(format!("环境变量 {name} 没有设置，请把初始密码放在其中。"));
    match variable {
        Some(name) => of_env(name).ok_or_else(|| missing(name)),
        None => ask_new("初始密码")?.ok_or_else(|| {
            Failure::Usage("请用 --initial-password-env 指明放初始密码的环境变量。".to_owned())
        }),
    }
}

/// All of standard input, its last line end dropped.
pub(crate) fn standard_input() -> Result<String, Failure> {
    let mut text = String::new();
    io::stdin()
        .take(16 * 1024 * 1024)
        .read_to_string(&mut text)
        .map_err(|error| Failure::internal("reading standard input", error))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// An argument, or standard input for `-`: paper numbers do not belong into the list of processes.
pub(crate) fn argument(given: String) -> Result<String, Failure> {
    if given == "-" {
        standard_input()
    } else {
        Ok(given)
    }
}
