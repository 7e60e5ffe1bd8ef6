//! Any files can be linked: what a stack says leads to places in its files, and there is a chart of it in every form.

use std::path::Path;
use std::sync::Arc;

use portolan::chart::{Chart, dot, json, mermaid, svg, table};
use portolan::config::Settings;
use portolan::describe::{Markup, around};
use portolan::lint::judge;
use portolan::project::{Files, Place, Stack, View, link, outermost, roots};
use portolan::registry::TeamPorts;

use super::SEPARATOR;
use super::places::{assert_findings_are_sound, assert_sound, is_place};

/// How many files of an input are read, and how many ports of a stack are asked about.
const MOST: usize = 8;

/// Links the files of `input`: behind each separator stand the path of one, a line end and its text.
pub fn project(input: &str) {
    let files = input.split(SEPARATOR).filter_map(|file| file.split_once('\n')).take(MOST);
    let files: Vec<(String, &str)> = files.map(|(path, text)| (format!("/p/{path}"), text)).collect();
    let tree = Files::new(files.iter().map(|(path, text)| (path.as_str(), *text)));
    let linked = || -> Vec<Arc<Stack>> {
        roots(tree.compose_files()).iter().map(|root| Arc::new(link(root, &tree))).collect()
    };
    let stacks = linked();
    for stack in &stacks {
        assert_stack_is_sound(stack);
    }
    let chart_of =
        |stacks: &[Arc<Stack>]| Chart::new(&outermost(stacks), Path::new("/p"), &TeamPorts::default());
    let chart = chart_of(&stacks);
    assert_eq!(chart, chart_of(&linked()), "twice the same");
    for write in [table, json, dot, mermaid, svg] {
        let _ = write(&chart);
    }
}

/// What a stack says of its files is in them, and so is what is found with it.
fn assert_stack_is_sound(stack: &Arc<Stack>) {
    let text_of = |file: usize| &*stack.files[file].file.text;
    for (index, member) in stack.files.iter().enumerate() {
        let file = &member.file;
        assert_sound(&member.scan, &file.text);
        let is_again = stack.files[..index].iter().any(|it| it.file.path == file.path);
        assert!(!is_again, "{} is here twice", file.path.display());
        if let Some(language) = file.language {
            let views = [View { stack: Arc::clone(stack), file: index }];
            let findings = judge(&file.text, language, &file.scan, &views, &Settings::default());
            assert_findings_are_sound(&findings, &file.text);
        }
    }
    for service in stack.services.iter() {
        assert!(service.configuration.iter().all(|it| is_place(text_of(it.file), it.span)), "{service:?}");
    }
    for it in stack.references.iter() {
        assert!(it.from < stack.services.len() && it.to < stack.services.len(), "{it:?}");
    }
    let mentions = stack.mentions().into_iter().map(|(_, mention)| mention.place);
    let ports = stack.files.iter().enumerate();
    let ports = ports.flat_map(|(file, it)| (0..it.scan.uses.len()).map(move |port| Place { file, port }));
    for place in mentions.take(MOST).chain(ports.take(MOST)) {
        let same = stack.same_port(place);
        assert!(same.iter().all(|it| it.place.port < stack.files[it.place.file].scan.uses.len()));
        for place in stack.definitions(place) {
            let _ = stack.port(place);
        }
        for (file, span) in stack.renamed(place).unwrap_or_default() {
            let written = &text_of(file)[span.start..span.end];
            assert!(written.parse::<u32>().is_ok(), "{written} is no number");
        }
        let _ = around(&[(Arc::clone(stack), place)], |path| path.display().to_string(), Markup::Markdown);
    }
}
