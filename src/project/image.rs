//! What a service is made from: an image of somebody else's, or a stage of a Dockerfile.

use std::path::PathBuf;
use std::sync::Arc;

use smol_str::SmolStr;

use super::link::Linker;
use super::paths::resolved;
use super::ports::inside;
use super::{Body, Image, Part, Place, Service};
use crate::languages::{Build, Environment, Language, Scan};
use crate::port::Role;
use crate::text::Span;

/// How many stages are followed that are built upon each other.
const DEEPEST: usize = 64;

/// What is built for a service.
struct Wanted {
    /// The file with the Dockerfile, if it is there.
    file: Option<usize>,
    /// The bytes of the Dockerfile in it.
    within: Option<Span>,
    target: Option<SmolStr>,
}

impl Linker<'_> {
    /// Finds out what each of `services` is made from.
    pub fn build(&mut self, services: &mut [Service]) {
        for service in services {
            service.image = match self.wanted(&service.bodies) {
                Some(Wanted { file, within, target }) => {
                    let built = file.and_then(|file| self.built(file, within, target.as_deref()));
                    service.has_gaps |= built.is_none();
                    built.unwrap_or_default()
                }
                None => match self.value(&service.bodies, "image", |it| it.image.as_ref()) {
                    Some((_, image)) if !image.value.contains('$') => Image::Named(image.value.clone()),
                    _ => Image::Unknown,
                },
            };
        }
    }

    /// What is to be built; `None` where nothing is.
    fn wanted(&mut self, bodies: &[Body]) -> Option<Wanted> {
        let kept = self.added_up(bodies, "build");
        let builds: Vec<(Body, &Build)> =
            kept.iter().filter_map(|&body| Some((body, self.own(body).wiring.build.as_deref()?))).collect();
        // A later file may say no more than the target: what it leaves open is said before.
        let (body, _) = builds.last()?;
        let target =
            builds.iter().rev().find_map(|(_, build)| build.target.as_ref()).map(|it| it.value.clone());
        if let Some((body, build)) = builds.iter().rev().find(|(_, build)| build.inline.is_some()) {
            return Some(Wanted { file: Some(body.file), within: build.inline, target });
        }
        let context = builds.iter().rev().find(|(_, build)| build.context.is_some());
        let (from, context) =
            context.map_or((body, "."), |(body, build)| (body, build.context.as_deref().unwrap_or(".")));
        let dockerfile = builds.iter().rev().find_map(|(_, build)| build.dockerfile.as_deref());
        let path = self
            .context(from.file, context)
            .and_then(|context| resolved(&context, dockerfile.unwrap_or("Dockerfile")));
        let given = builds.iter().flat_map(|(body, build)| build.args.iter().map(move |it| (body, it)));
        let arguments = given.map(|(body, (name, value))| {
            // One without a value has that of a variable of the same name, which may be set anywhere.
            let outer = || self.stack.files[body.file].environment.get(name).map(SmolStr::from);
            (name.clone(), value.clone().or_else(outer).unwrap_or_else(|| "$".into()))
        });
        let arguments = Arc::new(arguments.collect::<Environment>());
        let file = path.and_then(|path| self.dockerfile(path, &arguments));
        Some(Wanted { file, within: None, target })
    }

    /// The folder that `context` is, as the compose `file` names it.
    fn context(&self, file: usize, context: &str) -> Option<PathBuf> {
        resolved(&self.folders[file], context)
    }

    /// The Dockerfile at `path`. One that is built with other arguments for another service says there what it says here,
    /// where nobody gives it any.
    fn dockerfile(&mut self, path: PathBuf, arguments: &Arc<Environment>) -> Option<usize> {
        let file = self.open(&path, Some(Language::Dockerfile), Part::Dockerfile, arguments)?;
        let member = &mut self.stack.files[file];
        if member.environment != *arguments {
            member.environment = Arc::default();
            member.scan = Arc::clone(&member.file.scan);
        }
        Some(file)
    }

    /// What comes of building `target`, or the last stage, of the Dockerfile in `file`, or in those bytes of it; `None` where
    /// that is more than can be told.
    fn built(&mut self, file: usize, within: Option<Span>, target: Option<&str>) -> Option<Image> {
        let scan = Arc::clone(&self.stack.files[file].scan);
        let within = within.unwrap_or(Span::new(0, usize::MAX));
        let place = |stage: usize| scan.scopes[scan.stages[stage].scope].span;
        let all = self.stages.entry(file).or_insert_with(|| {
            let mut stages: Vec<usize> = (0..scan.stages.len()).collect();
            stages.sort_by_key(|&stage| place(stage).start);
            stages.into()
        });
        let from = all.partition_point(|&stage| place(stage).start < within.start);
        let to = all.partition_point(|&stage| place(stage).start < within.end);
        let own = &all[from..to];
        let said: usize = own.iter().map(|&stage| 1 + scan.stages[stage].instructions.len()).sum();
        if !self.allowance.take(said + inside(&scan.uses, within).count()) {
            return None;
        }
        let is_target = |stage: &&usize, number: usize| {
            let name = &scan.scopes[scan.stages[**stage].scope].name;
            target.is_some_and(|target| name.eq_ignore_ascii_case(target) || target.parse() == Ok(number))
        };
        let first = match target {
            None => own.last(),
            Some(_) => own
                .iter()
                .enumerate()
                .find(|(number, stage)| is_target(stage, *number))
                .map(|(_, stage)| stage),
        };
        let Some(&first) = first else { return Some(Image::Unknown) };
        let based = |stage: &usize| scan.stages[*stage].base;
        let stages: Vec<usize> = std::iter::successors(Some(first), based).take(DEEPEST).collect();
        let base = stages.last().map(|&stage| scan.stages[stage].image.clone()).unwrap_or_default();
        let ports = exposed(&scan, within, &stages).map(|port| Place { file, port }).collect();
        Some(Image::Built { file, stages, ports, base })
    }
}

/// The ports that those stages, which stand in `within`, expose, in the order of the file.
fn exposed<'s>(scan: &'s Scan, within: Span, stages: &'s [usize]) -> impl Iterator<Item = usize> + 's {
    let is_of = move |scope: Option<usize>| {
        scope.is_some_and(|scope| stages.iter().any(|&stage| scan.stages[stage].scope == scope))
    };
    let is_own = move |&index: &usize| {
        let port = &scan.uses[index];
        let is_trigger = port.entry.is_some_and(|entry| scan.entries[entry].is_trigger);
        port.role == Role::Expose && !is_trigger && is_of(port.scope)
    };
    inside(&scan.uses, within).filter(is_own)
}
