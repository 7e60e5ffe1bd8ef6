//! The program: arguments to a face, a face to an exit code.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use clap::CommandFactory;
use portolan::cli::{self, Arguments};
use portolan::lsp;

fn main() -> ExitCode {
    let arguments = Arguments::given();
    if let Some(outcome) = cli::run(&arguments) {
        return outcome.into();
    }
    if !arguments.paths.is_empty() {
        let said = "say what to do with the paths: --check reports what is wrong in them, --list prints their ports, --chart who \
             reaches which";
        Arguments::command().error(clap::error::ErrorKind::MissingRequiredArgument, said).exit();
    }
    if !arguments.stdio && io::stdin().is_terminal() {
        // Nothing is left to do where nobody reads the help.
        let _ = Arguments::command().print_help();
        return ExitCode::SUCCESS;
    }
    lsp::serve()
}
