//! From a compose file to its [`Stack`]: which files it brings along, and in which order they are merged.
//!
//! Follows [how compose merges files](https://github.com/compose-spec/compose-spec/blob/main/13-merge.md),
//! [`include`](https://github.com/compose-spec/compose-spec/blob/main/14-include.md) and
//! [`extends`](https://github.com/compose-spec/compose-spec/blob/main/05-services.md#extends). Files that name each other in
//! a circle are read once.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use smallvec::SmallVec;
use smol_str::SmolStr;

use super::allowance::Allowance;
use super::paths::{key, resolved};
use super::{Body, By, Member, Part, Service, Stack, Tree};
use crate::languages::{self, Environment, Extends, Include, Language, MergeTag, Scan, Setting};

/// The names of the compose file that a folder's project begins with, the strongest first.
const BASES: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/// The names of the file that is merged over it, the strongest first.
const OVERRIDES: [&str; 4] = [
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
];

/// What the list of variables is called that holds for all of a folder's project.
const VARIABLES: &str = ".env";

/// How many files a stack has at most; the rest is a gap.
const MOST_FILES: usize = 2000;

/// How many services are followed that extend each other.
const DEEPEST: usize = 32;

/// Whether a compose file brings along the file called `name` that lies beside it, though it does not name it. A disk may take
/// capitals for small letters.
#[must_use]
pub fn is_brought_along(name: &OsStr) -> bool {
    OVERRIDES.iter().chain([&VARIABLES]).any(|own| name.eq_ignore_ascii_case(own))
}

/// Which of `paths`, the compose files of a project, stacks begin with: all but those that are merged over another one by
/// their names. In the order of `paths`.
#[must_use]
pub fn roots<'p>(paths: impl IntoIterator<Item = &'p Path>) -> Vec<PathBuf> {
    let paths: Vec<&Path> = paths.into_iter().collect();
    let folders: HashSet<_> =
        paths.iter().filter(|path| is_named(path, &BASES)).map(|path| path.parent()).collect();
    let is_root = |path: &&Path| !is_named(path, &OVERRIDES) || !folders.contains(&path.parent());
    paths.into_iter().filter(is_root).map(Path::to_owned).collect()
}

/// The stack that begins with the compose file at `root`. One that is nothing without another, since it does not say what
/// its services are made from, is merged over that.
#[must_use]
pub fn link(root: &Path, tree: &dyn Tree) -> Stack {
    let mut linker = Linker {
        tree,
        stack: Stack { root: root.to_owned(), ..Stack::default() },
        folders: Vec::new(),
        by_path: HashMap::new(),
        layers: Vec::new(),
        is_layer: HashSet::new(),
        names: HashMap::new(),
        widths: HashMap::new(),
        stages: HashMap::new(),
        configs: HashMap::new(),
        allowance: Allowance::new(),
    };
    linker.load(root);
    let mut services = linker.services();
    linker.merge(&mut services);
    linker.build(&mut services);
    linker.configure(&mut services);
    linker.read_lists(&services);
    linker.stack.services = Arc::new(services);
    linker.refer();
    linker.stack.has_gaps |= linker.allowance.is_spent();
    linker.stack
}

/// A stack in the making.
pub struct Linker<'t> {
    /// Where the files come from.
    tree: &'t dyn Tree,
    /// What is known so far.
    pub stack: Stack,
    /// For each file the folder from which its paths count.
    pub folders: Vec<PathBuf>,
    /// Each file by its [key].
    by_path: HashMap<OsString, usize>,
    /// The compose files whose services are the stack's, the weakest first.
    layers: Vec<usize>,
    /// The compose files that are layers, or are about to be.
    is_layer: HashSet<usize>,
    /// For each compose file of which a service is extended, its services by their names.
    names: HashMap<usize, HashMap<SmolStr, usize>>,
    /// For each of those files how much it says of each of its services.
    widths: HashMap<usize, Vec<usize>>,
    /// For each file with Dockerfiles in it the stages, in the order of the file.
    pub stages: HashMap<usize, Arc<[usize]>>,
    /// For each name the `configs` of that name: the files and their indexes there.
    pub configs: HashMap<String, Vec<(usize, usize)>>,
    /// How much may still be told of services that have something in common.
    pub allowance: Allowance,
}

impl Linker<'_> {
    /// What the file of that index says of ports.
    pub fn scan(&self, file: usize) -> &Scan {
        &self.stack.files[file].scan
    }

    /// The file at `path`, as a part of the stack; `None` where there is none to be read, or one too many.
    pub fn open(
        &mut self,
        path: &Path,
        language: Option<Language>,
        part: Part,
        environment: &Arc<Environment>,
    ) -> Option<usize> {
        self.ask(path);
        if let Some(known) = self.position(path) {
            return (self.stack.files[known].file.language == language).then_some(known);
        }
        if self.stack.files.len() >= MOST_FILES {
            return None;
        }
        let file = self.tree.file(path, language).filter(|file| file.language == language)?;
        let scan = file.scan_in(environment);
        let environment = Arc::clone(environment);
        self.stack.files.push(Member { file, scan, part, environment });
        self.folders.push(path.parent().unwrap_or(path).to_owned());
        let index = self.stack.files.len() - 1;
        self.by_path.insert(key(path).into_owned(), index);
        Some(index)
    }

    /// Notes that something hangs on the file or folder at `path`.
    fn ask(&mut self, path: &Path) {
        if self.tree.may_change() {
            Arc::make_mut(&mut self.stack.asked).insert(path.to_owned());
        }
    }

    /// The index of the file at `path`, if it is a part of the stack.
    pub fn position(&self, path: &Path) -> Option<usize> {
        self.by_path.get(&*key(path)).copied()
    }

    /// The files right in `folder`.
    pub fn files_in(&mut self, folder: &Path) -> Vec<PathBuf> {
        self.ask(folder);
        let files = self.tree.files_in(folder);
        if self.allowance.take(files.len()) { files } else { Vec::new() }
    }

    /// The variables in the lists at `paths`, a later one winning.
    fn variables(&mut self, paths: impl IntoIterator<Item = PathBuf>) -> Environment {
        let mut environment = Environment::default();
        for path in paths {
            let Some(index) = self.open(&path, None, Part::Variables, &Arc::default()) else { continue };
            let variables = &self.stack.files[index].file.variables;
            environment.extend(variables.iter().map(|it| (it.name.clone(), it.value.clone())));
        }
        environment
    }

    /// Reads the lists of variables that the containers of `services` have.
    fn read_lists(&mut self, services: &[Service]) {
        for body in services.iter().flat_map(|service| &service.bodies) {
            for list in self.own(*body).wiring.env_files.clone() {
                if let Some(path) = resolved(&self.folders[body.file], &list.value) {
                    self.open(&path, None, Part::Variables, &Arc::default());
                }
            }
        }
    }

    /// Reads the files that the stack begins with.
    fn load(&mut self, root: &Path) {
        let folder = root.parent().unwrap_or(root).to_owned();
        // The compose file comes first, so its variables are read before it is a part of the stack.
        let list = folder.join(VARIABLES);
        self.ask(&list);
        let variables = self.tree.file(&list, None);
        let own = variables.iter().flat_map(|file| &file.variables);
        let environment =
            Arc::new(own.map(|it| (it.name.clone(), it.value.clone())).collect::<Environment>());
        for (index, path) in self.first_files(root, &folder, &environment).iter().enumerate() {
            let part = if index == 0 { Part::Base } else { Part::Override };
            self.layer(path, &folder, &environment, part, 0);
        }
        self.variables([list]);
    }

    /// The files that are merged over each other, where the stack begins with the one at `root`.
    fn first_files(&mut self, root: &Path, folder: &Path, environment: &Arc<Environment>) -> Vec<PathBuf> {
        if let Some(named) = environment.get("COMPOSE_FILE") {
            let separator = environment.get("COMPOSE_PATH_SEPARATOR").unwrap_or(":");
            let named: Vec<_> =
                named.split(separator).filter_map(|path| resolved(folder, path.trim())).collect();
            if named.iter().any(|path| path == root) {
                return named;
            }
        }
        let compose = Some(Language::Compose);
        let mut found = |name: &&str| {
            let path = folder.join(name);
            self.ask(&path);
            self.tree.file(&path, compose).map(|_| path)
        };
        let base = BASES.iter().find_map(&mut found);
        if base.as_deref() == Some(root) {
            let merged = OVERRIDES.iter().find_map(&mut found);
            return [root.to_owned()].into_iter().chain(merged).collect();
        }
        let made = |path: &Path| {
            let file = self.tree.file(path, compose);
            let made = |scan: &Scan| {
                let services = scan.services.iter();
                let name = |service: &languages::Service| scan.scopes[service.scope].name.clone();
                services.map(|service| (name(service), is_made(service))).collect::<Vec<_>>()
            };
            file.map(|file| made(&file.scan)).unwrap_or_default()
        };
        let unmade: Vec<SmolStr> =
            made(root).into_iter().filter(|(_, is_made)| !is_made).map(|(name, _)| name).collect();
        let makes = |path: &Path| {
            let made: HashSet<SmolStr> =
                made(path).into_iter().filter(|(_, is_made)| *is_made).map(|(name, _)| name).collect();
            unmade.iter().all(|name| made.contains(name))
        };
        match base.filter(|base| !unmade.is_empty() && makes(base)) {
            Some(base) => vec![base, root.to_owned()],
            None => {
                self.stack.has_gaps |= !unmade.is_empty();
                vec![root.to_owned()]
            }
        }
    }

    /// Reads a compose file whose services are the stack's, those that it includes before it.
    fn layer(
        &mut self,
        path: &Path,
        folder: &Path,
        environment: &Arc<Environment>,
        part: Part,
        depth: usize,
    ) {
        let opened = self.open(path, Some(Language::Compose), part, environment);
        let Some(file) = opened.filter(|_| depth < DEEPEST) else {
            self.stack.has_gaps = true;
            return;
        };
        // A file that is on its way includes itself.
        if !self.is_layer.insert(file) {
            return;
        }
        self.folders[file] = folder.to_owned();
        for include in self.scan(file).includes.clone() {
            self.include(&include, folder, environment, depth);
        }
        self.layers.push(file);
    }

    fn include(&mut self, include: &Include, folder: &Path, environment: &Arc<Environment>, depth: usize) {
        let resolve = |path: &Setting| resolved(folder, &path.value);
        let paths: Vec<PathBuf> = include.paths.iter().filter_map(resolve).collect();
        self.stack.has_gaps |= paths.len() < include.paths.len();
        // Of files that all include each other, each is asked for again and again.
        let is_read = |path: &PathBuf| self.position(path).is_some_and(|file| self.is_layer.contains(&file));
        if paths.iter().all(is_read) {
            return;
        }
        let own = include
            .project_directory
            .as_ref()
            .map_or_else(|| paths.first().and_then(|path| path.parent()).map(Path::to_owned), resolve);
        let Some(own) = own else {
            self.stack.has_gaps = true;
            return;
        };
        let lists: Vec<PathBuf> = if include.env_files.is_empty() {
            vec![own.join(VARIABLES)]
        } else {
            include.env_files.iter().filter_map(resolve).collect()
        };
        let mut inner = self.variables(lists);
        let adds_some = inner.iter().any(|(name, _)| environment.get(name).is_none());
        let inner = if adds_some && self.allowance.take(environment.iter().count()) {
            inner.extend(environment.iter().map(|(name, value)| (name.to_owned(), value.to_owned())));
            Arc::new(inner)
        } else {
            Arc::clone(environment)
        };
        for path in paths {
            self.layer(&path, &own, &inner, Part::Included, depth + 1);
        }
    }

    fn note_names(&mut self, file: usize) {
        let scan = self.scan(file);
        let services = scan.services.iter().enumerate();
        let names =
            services.map(|(index, service)| (scan.scopes[service.scope].name.clone(), index)).collect();
        let widths = widths(scan);
        self.names.insert(file, names);
        self.widths.insert(file, widths);
    }

    /// The services by their names, in the order of the files, each with where it is spoken of.
    fn services(&mut self) -> Vec<Service> {
        let layers = self.layers.clone();
        let scans: Vec<Arc<Scan>> =
            layers.iter().map(|&file| Arc::clone(&self.stack.files[file].scan)).collect();
        let count = scans.iter().map(|scan| scan.services.len()).max().unwrap_or_default();
        let mut services = Vec::<Service>::with_capacity(count);
        let mut known = HashMap::<&SmolStr, usize>::with_capacity(count);
        for (file, scan) in layers.into_iter().zip(&scans) {
            for (index, own) in scan.services.iter().enumerate() {
                let (name, tag) = (&scan.scopes[own.scope].name, own.wiring.merging.whole);
                let at = *known.entry(name).or_insert_with(|| {
                    services.push(Service { name: name.clone(), ..Service::default() });
                    services.len() - 1
                });
                let service = &mut services[at];
                if tag.is_some() {
                    service.bodies.clear();
                }
                if tag != Some(MergeTag::Reset) {
                    service.has_gaps |= self.push_bodies(file, index, &mut service.bodies);
                }
            }
        }
        // What is reset is as if nobody had named it.
        services.retain(|service| !service.bodies.is_empty());
        services
    }

    /// Adds what the service of that index in `file` is made from, and itself; tells whether some of it is not there.
    fn push_bodies(&mut self, file: usize, service: usize, bodies: &mut SmallVec<[Body; 1]>) -> bool {
        if self.scan(file).services[service].wiring.extends.is_none() {
            let body = Body { file, service, by: By::Itself };
            bodies.push(body);
            return self.own(body).wiring.is_cut;
        }
        let mut chain = vec![Body { file, service, by: By::Itself }];
        let mut at = (file, service);
        let mut has_gaps = false;
        while let Some(extends) = self.scan(at.0).services[at.1].wiring.extends.clone() {
            let next = self.extended(at.0, &extends);
            let Some(next) = next.filter(|_| chain.len() < DEEPEST) else {
                has_gaps = true;
                break;
            };
            if chain.iter().any(|body| (body.file, body.service) == next) {
                break;
            }
            chain.push(Body { file: next.0, service: next.1, by: By::Extends });
            at = next;
        }
        let taken_over: usize = chain[1..].iter().map(|body| self.widths[&body.file][body.service]).sum();
        if !self.allowance.take(taken_over) {
            chain.truncate(1);
            has_gaps = true;
        }
        has_gaps |= chain.iter().any(|body| self.own(*body).wiring.is_cut);
        bodies.extend(chain.into_iter().rev());
        has_gaps
    }

    /// The service that one in `file` extends: its file and its index there.
    fn extended(&mut self, file: usize, extends: &Extends) -> Option<(usize, usize)> {
        let other = match &extends.file {
            None => file,
            Some(path) => {
                let path = resolved(&self.folders[file], &path.value)?;
                let environment = Arc::clone(&self.stack.files[file].environment);
                self.open(&path, Some(Language::Compose), Part::Included, &environment)?
            }
        };
        if !self.names.contains_key(&other) {
            self.note_names(other);
        }
        let service = *self.names.get(&other)?.get(&extends.service.value)?;
        Some((other, service))
    }
}

/// How much a compose file says of each of its services: what who extends it says too.
fn widths(scan: &Scan) -> Vec<usize> {
    let mut ports = vec![0; scan.scopes.len()];
    for scope in scan.uses.iter().filter_map(|port| port.scope) {
        ports[scope] += 1;
    }
    let width = |service: &languages::Service| {
        let wiring = &service.wiring;
        let networks = wiring.networks.iter().flatten().map(|network| 1 + network.aliases.len());
        let arguments = wiring.build.as_ref().map_or(0, |build| build.args.len());
        let lists = [
            service.entries.len(),
            service.profiles.len(),
            wiring.links.len(),
            wiring.mounts.len(),
            wiring.configs.len(),
            wiring.env_files.len(),
            wiring.merging.keys.len(),
            arguments,
        ];
        ports[service.scope] + lists.iter().sum::<usize>() + networks.sum::<usize>()
    };
    scan.services.iter().map(width).collect()
}

/// Whether a compose file says what a service is made from.
fn is_made(service: &languages::Service) -> bool {
    service.image.is_some() || service.wiring.build.is_some() || service.wiring.extends.is_some()
}

fn is_named(path: &Path, names: &[&str]) -> bool {
    path.file_name().is_some_and(|name| names.iter().any(|own| name == *own))
}
