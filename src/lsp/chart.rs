//! `portolan/chart`, a request of our own: who reaches which port, as a picture and as data.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tower_lsp::ls_types::{TextDocumentIdentifier, Uri};

use super::convert;
use super::session::Session;
use crate::chart::{self, Chart};
use crate::project::{Stack, outermost};

/// What is to be on the chart.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChartParams {
    /// A file whose stacks are wanted, and no others; if it is in none, or there is none, all of them are.
    pub text_document: Option<TextDocumentIdentifier>,
}

/// The chart.
#[derive(Debug, Serialize)]
pub struct ChartResult {
    /// A picture in SVG, which holds no script. Where its elements have a place, it stands in `data-file`, one of `files`, and
    /// in `data-line` and `data-column`, both counted from 1, the latter in characters.
    svg: String,
    /// The same as data, as `portolan --chart --output-format json` writes it.
    chart: Value,
    /// The files that both speak of, by their names there.
    files: BTreeMap<String, Uri>,
}

/// The chart of the user's stacks.
pub async fn chart(session: &Arc<Session>, params: ChartParams) -> ChartResult {
    let path = params.text_document.and_then(|document| convert::file(&document.uri));
    while session.project.catch_up().await {}
    session.spread();
    let stacks = wanted(session.stacks(), path.as_deref());
    let base = base(&session.documents.folders(), &stacks);
    let configuration = session.documents.configuration_of(&base.join("compose.yaml"));
    let team = configuration.map(|it| it.settings_for(&base.join("compose.yaml")).team).unwrap_or_default();
    // Whoever panics there leaves the client without a chart.
    let drawn = tokio::task::spawn_blocking(move || {
        let chart = Chart::new(&stacks, &base, &team);
        (chart::svg(&chart), chart::value(&chart), chart)
    });
    let (svg, value, chart) = drawn.await.unwrap_or_default();
    let address = |file: chart::ChartFile| Some((file.name, session.documents.address(&file.path)?));
    ChartResult { svg, chart: value, files: chart.files.into_iter().filter_map(address).collect() }
}

/// Those of the stacks that are projects of their own and that the file at `path` is a part of; all, if it is a part of none.
fn wanted(stacks: Vec<Arc<Stack>>, path: Option<&Path>) -> Vec<Arc<Stack>> {
    let stacks = outermost(&stacks);
    let has_it = |stack: &&Arc<Stack>| {
        path.is_some_and(|path| stack.files.iter().any(|member| member.file.path == path))
    };
    let own: Vec<Arc<Stack>> = stacks.iter().filter(has_it).cloned().collect();
    if own.is_empty() { stacks } else { own }
}

/// The folder from which paths are shown: the one that all folders of the workspace are in, or that of the first stack.
fn base(folders: &[PathBuf], stacks: &[Arc<Stack>]) -> PathBuf {
    let shared = folders.iter().cloned().reduce(|one, other| {
        one.components()
            .zip(other.components())
            .take_while(|(one, other)| one == other)
            .map(|it| it.0)
            .collect()
    });
    let first = || stacks.first()?.files.first()?.file.path.parent().map(Path::to_owned);
    shared.or_else(first).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_the_folder_that_all_are_in() {
        let base = |folders: &[&str]| base(&folders.iter().map(PathBuf::from).collect::<Vec<_>>(), &[]);
        assert_eq!(base(&["/home/a/x"]), Path::new("/home/a/x"));
        assert_eq!(base(&["/home/a/x", "/home/a/y/z"]), Path::new("/home/a"));
        assert_eq!(base(&[]), Path::new(""));
    }
}
