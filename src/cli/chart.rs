//! `--chart`: who reaches which port, in each stack of a project.

use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::formats::{ChartForm, DrawingFormat};
use super::place::Source;
use super::progress::Progress;
use super::settings::Configurations;
use super::walk;
use super::{Arguments, Outcome, complain, ended, standard_output};
use crate::chart::{self, Chart};
use crate::discovery::{Disk, absolute};
use crate::languages::Language;
use crate::project::{Stack, link, outermost, roots};

/// How many bytes of files are kept for those that several stacks share.
const KEPT: usize = 64 << 20;

/// Draws the chart of the stacks that begin in what `arguments` name.
pub fn run(arguments: &Arguments) -> Outcome {
    let form = match arguments.output.chart() {
        Ok(form) => form,
        Err(why) => return complain(why),
    };
    let Ok(team) = Configurations::new(arguments).team() else { return Outcome::Failed };
    let disk = Disk::new(KEPT).limited(arguments.sources.most_of_others());
    let (files, outcome) = compose_files(arguments, &disk);
    let stacks: Vec<Arc<Stack>> =
        roots(files.iter().map(PathBuf::as_path)).iter().map(|root| Arc::new(link(root, &disk))).collect();
    let chart = Chart::new(&outermost(&stacks), &absolute(Path::new(".")), &team);
    if chart.is_empty() && outcome == Outcome::Clean {
        // Where standard error is closed there is nobody to tell.
        let _ = writeln!(anstream::stderr(), "portolan: there is no compose file, and so no stack to chart");
    }
    let text = match form {
        ChartForm::Table => chart::table(&chart),
        ChartForm::Json => chart::json(&chart),
        ChartForm::Drawing(DrawingFormat::Mermaid) => chart::mermaid(&chart),
        ChartForm::Drawing(DrawingFormat::Dot) => chart::dot(&chart),
        ChartForm::Drawing(DrawingFormat::Svg) => chart::svg(&chart),
    };
    let mut out = standard_output(arguments);
    ended(out.write_all(text.as_bytes()).and_then(|()| out.flush()).map(|()| outcome))
}

/// The compose files among what `arguments` name, and how the search ended. What they hold is learned by the `disk`.
fn compose_files(arguments: &Arguments, disk: &Disk) -> (Vec<PathBuf>, Outcome) {
    let learn = |source: &Source<'_>| {
        let path = absolute(source.path);
        disk.learn(&path, source.text.into(), source.language);
        (source.language == Language::Compose).then_some(path)
    };
    let mut files = Vec::new();
    let outcome = walk::visit(arguments, &Progress::new(), learn, |path| {
        files.extend(path);
        ControlFlow::Continue(())
    });
    (files, outcome)
}
