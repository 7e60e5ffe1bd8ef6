//! What can be said on the command line.

use std::path::PathBuf;

use clap::{ArgGroup, Parser, ValueEnum};

use super::formats::OutputArguments;
use super::generate::Shell;
use super::policy::PolicyArguments;
use super::settings::SettingsArguments;
use super::sources::SourceArguments;
use super::version::version;
use super::wrapped;
use crate::languages::Language;
use crate::report::printable;

/// The chart of the ports in your config files.
///
/// Portolan reads Dockerfiles, compose files and nginx configuration. It knows what each port number is, and says which
/// are reserved, deregistered, malformed, clashing or out of range.
#[derive(Debug, Parser)]
#[command(
    name = "portolan",
    version = version(),
    max_term_width = 100,
    group = ArgGroup::new("mode"),
    override_usage = "portolan --check [--fix|--diff] [PATH]...\n       \
        portolan --list [PATH]...\n       \
        portolan --chart [PATH]...\n       \
        portolan --lookup <PORT|NAME>\n       \
        portolan --explain <RULE> | --rules | --compat\n       \
        portolan --completions <SHELL> | --man\n       \
        portolan --stdio",
    after_help = after_help(),
)]
pub struct Arguments {
    /// Report what is wrong with the ports in files
    #[arg(long, group = "mode")]
    pub check: bool,

    /// Print every port in files, and where it stands
    #[arg(long, group = "mode")]
    pub list: bool,

    /// Print who reaches which port: from the host into the services of compose files, and from one to another
    #[arg(long, group = "mode")]
    pub chart: bool,

    /// Print what the registry knows of a port number or service name; `postg*` asks for all that begin so
    #[arg(long, group = "mode", value_name = "PORT|NAME")]
    pub lookup: Option<String>,

    /// Print the page of a rule
    #[arg(long, group = "mode", value_name = "RULE")]
    pub explain: Option<String>,

    /// Print the list of rules
    #[arg(long, group = "mode")]
    pub rules: bool,

    /// Print the rules of other linters beside ours
    #[arg(long, group = "mode")]
    pub compat: bool,

    /// Print the completions of the arguments for a shell: bash, zsh, fish, powershell or nushell
    #[arg(long, group = "mode", value_enum, value_name = "SHELL", hide_possible_values = true)]
    pub completions: Option<Shell>,

    /// Print the manual page, as `man` reads it
    #[arg(long, group = "mode")]
    pub man: bool,

    /// Serve an editor over standard input and output; so does no mode at all where standard input is no terminal
    #[arg(long, group = "mode")]
    pub stdio: bool,

    /// Files, and folders to walk; `-` is standard input, no path the current folder
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Which files are read, and as what
    #[command(flatten)]
    pub sources: SourceArguments,

    /// Which rules look, and what else is asked of them
    #[command(flatten)]
    pub settings: SettingsArguments,

    /// Mend what can be mended without changing what a file does, and report the rest
    #[arg(long, help_heading = "What to fix", group = "mending", requires = "check", conflicts_with_all = OTHER_MODES)]
    pub fix: bool,

    /// Print what --fix would change as a patch, and change nothing
    #[arg(long, help_heading = "What to fix", group = "mending", requires = "check", conflicts_with_all = OTHER_MODES)]
    pub diff: bool,

    /// With --fix or --diff: also the fixes that change what a file does
    #[arg(long, help_heading = "What to fix", requires = "mending")]
    pub unsafe_fixes: bool,

    /// What a check fails for
    #[command(flatten)]
    pub policy: PolicyArguments,

    /// In which form the output is, and where it goes
    #[command(flatten)]
    pub output: OutputArguments,
}

impl Arguments {
    /// What the program was started with. Where that makes no sense the program says so and ends; nothing of what it was
    /// started with moves the cursor then.
    #[must_use]
    pub fn given() -> Self {
        Self::try_parse().unwrap_or_else(|error| {
            let shown = std::env::args_os().map(|argument| printable(&argument.to_string_lossy()));
            // What is well understood only if it is written otherwise is not repeated in what is said of it.
            Self::try_parse_from(shown).err().unwrap_or(error).exit()
        })
    }
}

/// What the exit codes of --check mean.
pub const EXIT_CODES: &[(&str, &str)] = &[
    ("0", "nothing found, or nothing as bad as --fail-on says, by default a warning"),
    (
        "1",
        "something as bad, or more warnings than --max-warnings, that --fix did not mend; with --diff, a difference",
    ),
    (
        "2",
        "something could not be done, and the rest was: a path that does not exist, a file that cannot be read (one that is too large is passed over), a wrong \
         argument, a mistake in portolan.toml, a report without a place",
    ),
];

/// What can be typed, and what it does where that is not plain.
pub const EXAMPLES: &[(&str, &str)] = &[
    ("portolan --check", "every file below here that .gitignore does not hide"),
    ("portolan --check compose.yaml nginx/", "a file and a folder"),
    ("portolan --check --fix", "mend what can be mended safely"),
    ("portolan --check --diff --unsafe-fixes", "show what else could be"),
    ("portolan --check - --stdin-filename Dockerfile < Dockerfile", ""),
    ("git ls-files -z | portolan --check --files-from -", ""),
    ("portolan --check --output-file sarif=portolan.sarif --output-file junit=portolan.xml", ""),
    ("portolan --check --baseline portolan-baseline.json --write-baseline", ""),
    ("portolan --check --diff-base origin/main", "only what this branch touches"),
    ("portolan --chart", "who reaches which port"),
    ("portolan --chart compose.yaml --output-format svg > ports.svg", ""),
    ("portolan --lookup 585", "what the registry knows of a number"),
    ("portolan --lookup postgres", "and of a name"),
    ("portolan --lookup 'postg*'", "and of every name that begins so"),
];

/// The end of the help.
fn after_help() -> String {
    /// How wide a line is, and an example that has its meaning beside it.
    const WIDTHS: [usize; 2] = [95, 42];
    let mut help = "Exit codes of --check:\n".to_owned();
    for (code, meaning) in EXIT_CODES {
        let lines = wrapped(meaning, WIDTHS[0] - 5).join("\n     ");
        help.push_str(&format!("  {code}  {lines}\n"));
    }
    help.push_str("\nExamples:");
    for (example, meaning) in EXAMPLES {
        help.push_str(format!("\n  {example:<0$}{meaning}", WIDTHS[1]).trim_end_matches(' '));
    }
    help
}

/// The modes that read no files, or mend none.
const OTHER_MODES: [&str; 9] =
    ["list", "chart", "lookup", "explain", "rules", "compat", "completions", "man", "stdio"];

/// A language by its name on the command line.
#[derive(Clone, Copy, Debug)]
pub struct LanguageName(pub Language);

impl ValueEnum for LanguageName {
    fn value_variants<'a>() -> &'a [Self] {
        const NAMES: [LanguageName; Language::ALL.len()] =
            [LanguageName(Language::ALL[0]), LanguageName(Language::ALL[1]), LanguageName(Language::ALL[2])];
        &NAMES
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.name()))
    }
}
