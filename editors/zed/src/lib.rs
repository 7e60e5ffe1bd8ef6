//! The Zed extension: finds the program `portolan` and starts it as a language server.
//!
//! It downloads nothing. What a file is, the server sees by itself.

use zed_extension_api::settings::{CommandSettings, LspSettings};
use zed_extension_api::{Command, Extension, LanguageServerId, Result, Worktree, register_extension};

/// The name of the server in the manifest, in Zed's settings and on the PATH.
const SERVER: &str = "portolan";

struct Portolan;

impl Extension for Portolan {
    fn new() -> Self {
        Self
    }

    fn language_server_command(&mut self, _: &LanguageServerId, worktree: &Worktree) -> Result<Command> {
        let settings = LspSettings::for_worktree(SERVER, worktree)?;
        command(settings.binary, || worktree.which(SERVER))
    }
}

register_extension!(Portolan);

/// How the server is started: as `settings` say, and where they say nothing, as it is found on the PATH.
fn command(settings: Option<CommandSettings>, find: impl FnOnce() -> Option<String>) -> Result<Command> {
    let (path, arguments, env) =
        settings.map_or((None, None, None), |settings| (settings.path, settings.arguments, settings.env));
    let command = path.or_else(find).ok_or_else(|| {
        format!(
            "`{SERVER}` is not on the PATH; install it, or set `lsp.{SERVER}.binary.path` in Zed's settings"
        )
    })?;
    Ok(Command {
        command,
        args: arguments.unwrap_or_else(|| vec!["--stdio".to_owned()]),
        env: env.into_iter().flatten().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(path: Option<&str>, arguments: Option<&[&str]>) -> CommandSettings {
        CommandSettings {
            path: path.map(str::to_owned),
            arguments: arguments.map(|arguments| arguments.iter().map(|it| (*it).to_owned()).collect()),
            env: None,
        }
    }

    fn found() -> Option<String> {
        Some("/usr/bin/portolan".to_owned())
    }

    #[test]
    fn the_program_on_the_path_is_started() {
        let command = command(None, found).unwrap();
        assert_eq!(
            (command.command.as_str(), command.args.as_slice()),
            ("/usr/bin/portolan", &["--stdio".to_owned()][..])
        );
        assert!(command.env.is_empty());
    }

    #[test]
    fn settings_come_before_the_path() {
        let command = command(Some(settings(Some("/opt/portolan"), None)), found).unwrap();
        assert_eq!(
            (command.command.as_str(), command.args.as_slice()),
            ("/opt/portolan", &["--stdio".to_owned()][..])
        );
    }

    #[test]
    fn settings_without_a_path_change_the_rest() {
        let mut settings = settings(None, Some(&["--stdio", "--more"]));
        settings.env = Some([("RUST_BACKTRACE".to_owned(), "1".to_owned())].into());
        let command = command(Some(settings), found).unwrap();
        assert_eq!(command.command, "/usr/bin/portolan");
        assert_eq!(command.args, ["--stdio", "--more"]);
        assert_eq!(command.env, [("RUST_BACKTRACE".to_owned(), "1".to_owned())]);
    }

    #[test]
    fn a_missing_program_is_told() {
        let error = command(None, || None).unwrap_err();
        assert!(error.contains("lsp.portolan.binary.path"), "{error}");
    }
}
