//! `--completions` and `--man`: what a shell and `man` want to know, made from the definitions of the arguments.

use std::io::{self, Write};

use clap::{CommandFactory, ValueEnum};
use clap_complete::generate;
use clap_complete::shells::{Bash, Fish, PowerShell, Zsh};
use clap_complete_nushell::Nushell;
use clap_mangen::Man;

use super::{Arguments, Outcome};

/// A shell that completes arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// Bash.
    Bash,
    /// Zsh.
    Zsh,
    /// Fish.
    Fish,
    /// PowerShell.
    #[value(name = "powershell")]
    PowerShell,
    /// Nushell.
    Nushell,
}

/// Writes the completions for `shell`.
///
/// # Errors
///
/// Those of `out`.
pub fn completions(shell: Shell, out: &mut impl Write) -> io::Result<Outcome> {
    let mut command = Arguments::command();
    let mut script = Vec::new();
    let name = env!("CARGO_PKG_NAME");
    match shell {
        Shell::Bash => generate(Bash, &mut command, name, &mut script),
        Shell::Zsh => generate(Zsh, &mut command, name, &mut script),
        Shell::Fish => generate(Fish, &mut command, name, &mut script),
        Shell::PowerShell => generate(PowerShell, &mut command, name, &mut script),
        Shell::Nushell => generate(Nushell, &mut command, name, &mut script),
    }
    out.write_all(&script)?;
    Ok(Outcome::Clean)
}

/// Writes the manual page, for section 1.
///
/// # Errors
///
/// Those of `out`.
pub fn man(out: &mut impl Write) -> io::Result<Outcome> {
    Man::new(Arguments::command()).render(out)?;
    Ok(Outcome::Clean)
}
