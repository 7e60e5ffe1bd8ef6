//! `--completions` and `--man`: what a shell and `man` want to know, made from the definitions of the arguments.

use std::io::{self, Write};

use clap::{CommandFactory, ValueEnum};
use clap_complete::generate;
use clap_complete::shells::{Bash, Fish, PowerShell, Zsh};
use clap_complete_nushell::Nushell;
use clap_mangen::Man;
use roff::{Roff, bold, roman};

use super::arguments::{EXAMPLES, EXIT_CODES};
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
    let page = Man::new(Arguments::command().after_help(""));
    page.render_title(out)?;
    page.render_name_section(out)?;
    page.render_synopsis_section(out)?;
    page.render_description_section(out)?;
    page.render_options_section(out)?;
    let mut rest = Roff::new();
    rest.control("SH", ["EXIT STATUS"]).text([roman("Of --check:")]);
    for (code, meaning) in EXIT_CODES {
        rest.control("TP", []).text([bold(*code)]).text([roman(*meaning)]);
    }
    rest.control("SH", ["EXAMPLES"]);
    for (example, meaning) in EXAMPLES {
        rest.control("TP", []).text([bold(*example)]).text([roman(*meaning)]);
    }
    rest.control("SH", ["FILES"]).control("TP", []).text([bold("portolan.toml, .portolan.toml")]);
    rest.text([roman("What is asked of the files in its folder and below; the nearest one counts.")]);
    rest.control("SH", ["ENVIRONMENT"]).control("TP", []).text([bold("NO_COLOR")]);
    rest.text([roman("Where it is set, nothing is coloured unless --color says so.")]);
    rest.control("TP", []).text([bold("GITHUB_ACTIONS")]);
    rest.text([roman("Where it is true, --check takes the format github unless told otherwise.")]);
    rest.to_writer(out)?;
    page.render_version_section(out)?;
    Ok(Outcome::Clean)
}
