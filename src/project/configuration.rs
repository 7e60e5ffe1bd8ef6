//! The nginx configuration that a service has from the project: mounted into its container, copied into its image, or
//! standing in the compose file, and what that includes.

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use smol_str::format_smolstr;

use super::link::Linker;
use super::paths::{has_wildcards, matches, resolved, split, within_container};
use super::ports::inside;
use super::{Body, Fragment, Image, Part, Service};
use crate::languages::{
    Config, Directive, Language, NameVerdict, Part as Embedded, Scan, ScopeKind, by_name,
};
use crate::text::Span;

/// How many files of configuration a service has at most.
const MOST: usize = 256;

/// The folders below which nginx is configured, and from which the paths in its main file count.
const HOMES: [&str; 6] = [
    "/etc/nginx",
    "/usr/local/nginx/conf",
    "/usr/local/openresty/nginx/conf",
    "/opt/bitnami/nginx/conf",
    "/etc/openresty",
    "/etc/angie",
];

/// The folders below those whose files are usually included, by distributions and images.
const USUAL: [&str; 9] = [
    "conf.d",
    "http.d",
    "sites-enabled",
    "sites-available",
    "server_blocks",
    "stream.d",
    "stream-conf.d",
    "snippets",
    "templates",
];

/// The folders in which nginx has no configuration: what it serves, writes and logs.
const DATA: [&str; 4] = ["/usr/share/", "/var/", "/srv/", "/tmp/"];

/// What a container has from the project.
#[derive(Default)]
struct Container {
    /// Paths in the container, each with the file or folder of the project that is there; a later one hides an earlier.
    places: Vec<(String, PathBuf)>,
}

impl Linker<'_> {
    /// Finds the nginx configuration of each of `services`.
    pub fn configure(&mut self, services: &mut [Service]) {
        self.note_configs();
        for service in services {
            let mut fragments = Vec::new();
            let container = self.container(service);
            self.embedded(&service.bodies, &mut fragments);
            for (target, source) in container.places.clone() {
                self.placed(&target, &source, &mut fragments);
            }
            self.follow(&container, &mut fragments);
            service.configuration = fragments;
        }
    }

    /// Notes where there are `configs` of which name: of several of one name in a file, the first.
    fn note_configs(&mut self) {
        for (file, member) in self.stack.files.iter().enumerate() {
            for (index, config) in member.scan.configs.iter().enumerate() {
                let known = self.configs.entry(config.name.clone()).or_default();
                if known.last().is_none_or(|(last, _)| *last != file) {
                    known.push((file, index));
                }
            }
        }
    }

    /// What the container of `service` has: what its image copies, and over it what is mounted.
    fn container(&mut self, service: &Service) -> Container {
        let mut container = Container::default();
        if let Image::Built { file, stages, .. } = &service.image {
            self.copied(*file, stages, &service.bodies, &mut container);
        }
        for &body in &*self.added_up(&service.bodies, "volumes") {
            for mount in &self.own(body).wiring.mounts {
                container.add(&mount.target, resolved(&self.folders[body.file], &mount.source.value));
            }
        }
        for &body in &*self.added_up(&service.bodies, "configs") {
            for mount in &self.own(body).wiring.configs {
                let Some((file, path)) = self.config(&mount.name.value, |config| config.file.clone()) else {
                    continue;
                };
                let target = mount.target.clone().unwrap_or_else(|| format_smolstr!("/{}", mount.name.value));
                container.add(&target, resolved(&self.folders[file], &path.value));
            }
        }
        container
    }

    /// Adds what the stages of a Dockerfile copy to where nginx is configured. The context is the folder that the build of
    /// the service names.
    fn copied(&mut self, file: usize, stages: &[usize], bodies: &[Body], container: &mut Container) {
        let build = self.value(bodies, "build", |it| it.wiring.build.as_ref());
        let Some((body, build)) = build else { return };
        let context = build.context.clone().unwrap_or_else(|| ".".into());
        let Some(context) = resolved(&self.folders[body.file], &context) else { return };
        // The base comes first.
        for &stage in stages.iter().rev() {
            // They stand by their stages, as those were read.
            let copies = &self.scan(file).copies;
            let from = copies.partition_point(|copy| copy.stage < stage);
            let to = copies.partition_point(|copy| copy.stage <= stage);
            if !self.allowance.take(copies[from..to].iter().map(|copy| copy.sources.len()).sum()) {
                continue;
            }
            let copies = copies[from..to].iter().filter(|copy| is_about_nginx(&copy.target));
            let copies: Vec<_> = copies.cloned().collect();
            for copy in copies {
                let is_folder = copy.target.ends_with('/') || copy.sources.len() > 1;
                for source in &copy.sources {
                    // The context is the root of what is copied.
                    let source = source.trim_start_matches('/');
                    let Some(path) = resolved(&context, if source.is_empty() { "." } else { source }) else {
                        continue;
                    };
                    let (_, name) = split(source);
                    if has_wildcards(name) {
                        let Some(folder) = path.parent() else { continue };
                        for path in self.matching(folder, name) {
                            container.add_into(&copy.target, path);
                        }
                    } else if is_folder && Path::new(name).extension().is_some() {
                        container.add_into(&copy.target, path);
                    } else {
                        container.add(&copy.target, Some(path));
                    }
                }
            }
        }
    }

    /// The files in `folder` whose names `pattern` stands for.
    fn matching(&mut self, folder: &Path, pattern: &str) -> Vec<PathBuf> {
        let mut files = self.files_in(folder);
        files.retain(|path| path.file_name().is_some_and(|name| matches(pattern, &name.to_string_lossy())));
        files
    }

    /// What the config of that name has of something, and the compose file that says so.
    fn config<T>(&self, name: &str, of: impl Fn(&Config) -> Option<T>) -> Option<(usize, T)> {
        let known = self.configs.get(name)?.iter().rev();
        let mut found = known.filter_map(|&(file, index)| Some((file, of(&self.scan(file).configs[index])?)));
        found.next()
    }

    /// Adds the configuration that stands in the compose file itself.
    fn embedded(&self, bodies: &[Body], fragments: &mut Vec<Fragment>) {
        for &body in &*self.added_up(bodies, "configs") {
            for mount in &self.own(body).wiring.configs {
                let Some((file, content)) = self.config(&mount.name.value, |config| config.content) else {
                    continue;
                };
                let is_nginx =
                    |part: &Embedded| part.language == Language::Nginx && part.span.end <= content.end;
                let path = mount.target.clone().unwrap_or_else(|| format_smolstr!("/{}", mount.name.value));
                let parts = &self.scan(file).parts;
                let from = parts.partition_point(|part| part.span.start < content.start);
                let to = parts.partition_point(|part| part.span.start <= content.end);
                let parts = parts[from..to].iter().filter(|part| is_nginx(part));
                let parts = parts.filter(|part| self.may_have(file, part.span));
                fragments.extend(parts.map(|part| Fragment {
                    file,
                    span: part.span,
                    path: path.to_string(),
                }));
            }
        }
    }

    /// Adds the configuration in the file at `source`, or in the folder there, that the container has at `target`.
    fn placed(&mut self, target: &str, source: &Path, fragments: &mut Vec<Fragment>) {
        let is_data = DATA.iter().any(|folder| target.starts_with(folder));
        if is_data || !is_about_nginx(target) && !is_about_nginx(&source.to_string_lossy()) {
            return;
        }
        if may_be_nginx(target, source) && self.add(target, source, fragments) {
            return;
        }
        let is_home = HOMES.contains(&target);
        let folders =
            USUAL.iter().filter(|_| is_home).map(|name| (format!("{target}/{name}"), source.join(name)));
        for (target, folder) in [(target.to_owned(), source.to_owned())].into_iter().chain(folders) {
            for path in self.files_in(&folder) {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let target = format!("{target}/{name}");
                if may_be_nginx(&target, &path) {
                    self.add(&target, &path, fragments);
                }
            }
        }
    }

    /// Adds the file at `source`, if there is one that holds nginx configuration; tells whether it does.
    fn add(&mut self, target: &str, source: &Path, fragments: &mut Vec<Fragment>) -> bool {
        if fragments.len() >= MOST {
            return false;
        }
        let Some(file) = self.open(source, Some(Language::Nginx), Part::Nginx, &Arc::default()) else {
            return false;
        };
        let span = Span::new(0, self.stack.files[file].file.text.len());
        let is_known = fragments.iter().any(|known| (known.file, known.span) == (file, span));
        if !is_known && self.may_have(file, span) {
            fragments.push(Fragment { file, span, path: target.to_owned() });
        }
        true
    }

    /// Whether it can be told of one more service that it has the configuration in those bytes of a file.
    fn may_have(&self, file: usize, span: Span) -> bool {
        let scan = self.scan(file);
        let directives = directives_in(&scan.directives, span).len();
        self.allowance.take(1 + scan.scopes.len() + directives + inside(&scan.uses, span).count())
    }

    /// Adds what the `fragments` include, and what that includes.
    fn follow(&mut self, container: &Container, fragments: &mut Vec<Fragment>) {
        let mut queue: VecDeque<usize> = (0..fragments.len()).collect();
        let mut seen: HashSet<String> = HashSet::new();
        while let Some(index) = queue.pop_front() {
            let fragment = fragments[index].clone();
            let home = HOMES.iter().find(|home| fragment.path.starts_with(**home)).copied();
            let home = home.unwrap_or_else(|| split(&fragment.path).0).to_owned();
            for path in self.included(&fragment) {
                let path = within_container(&home, &path);
                let is_new = seen.insert(path.clone());
                if !is_new || !self.allowance.take(container.places.len()) {
                    continue;
                }
                let first = fragments.len();
                for (target, source) in self.located(container, &path) {
                    self.add(&target, &source, fragments);
                }
                queue.extend(first..fragments.len());
            }
        }
    }

    /// What `fragment` includes, as it writes it.
    fn included(&self, fragment: &Fragment) -> Vec<String> {
        let member = &self.stack.files[fragment.file];
        let text: &str = &member.file.text;
        let directives = directives_in(&member.scan.directives, fragment.span).iter();
        let includes = directives.filter(|it| it.name.of(text) == "include");
        let paths = includes.filter_map(|it| Some(it.arguments.first()?.of(text).to_owned()));
        paths.filter(|path| !path.contains('$')).collect()
    }

    /// The files of the project that the container has at `path`, which may have wildcards in its last part.
    fn located(&mut self, container: &Container, path: &str) -> Vec<(String, PathBuf)> {
        let (folder, name) = split(path);
        if !has_wildcards(name) {
            return container.at(path).map(|source| (path.to_owned(), source)).into_iter().collect();
        }
        if has_wildcards(folder) {
            return Vec::new();
        }
        let mut found: HashMap<String, PathBuf> = HashMap::new();
        if let Some(source) = container.at(folder) {
            for path in self.matching(&source, name) {
                let own = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                found.insert(format!("{folder}/{own}"), path);
            }
        }
        for (target, source) in &container.places {
            let (above, own) = split(target);
            if above == folder && matches(name, own) {
                found.insert(target.clone(), source.clone());
            }
        }
        let mut found: Vec<_> = found.into_iter().collect();
        found.sort();
        found
    }
}

impl Container {
    fn add(&mut self, target: &str, source: Option<PathBuf>) {
        /// How much a container has from the project at most.
        const MOST: usize = 1024;
        if let Some(source) = source.filter(|_| self.places.len() < MOST && target.starts_with('/')) {
            self.places.push((within_container("", target), source));
        }
    }

    /// Adds a file that is put into a folder of the container.
    fn add_into(&mut self, folder: &str, source: PathBuf) {
        let name = source.file_name().unwrap_or_default().to_string_lossy().into_owned();
        self.add(&format!("{folder}/{name}"), Some(source));
    }

    /// What the container has at `path` from the project: what is put right there or, below a folder, into that.
    fn at(&self, path: &str) -> Option<PathBuf> {
        let within = self.places.iter().rev().filter_map(|(target, source)| {
            let rest = path.strip_prefix(target.as_str())?;
            let rest = if target == "/" || rest.is_empty() { rest } else { rest.strip_prefix('/')? };
            Some((target.len(), if rest.is_empty() { source.clone() } else { source.join(rest) }))
        });
        // Of what is put in the same place the last hides the others: it comes first here.
        within.min_by_key(|(length, _)| Reverse(*length)).map(|(_, source)| source)
    }
}

/// Those of `directives`, which are in the order of the file, that stand in `span`.
fn directives_in(directives: &[Directive], span: Span) -> &[Directive] {
    let from = directives.partition_point(|directive| directive.span.start < span.start);
    let to = directives.partition_point(|directive| directive.span.start < span.end);
    &directives[from..to]
}

/// Whether the file at `source`, which a container has at `target`, is configuration of nginx by its names.
fn may_be_nginx(target: &str, source: &Path) -> bool {
    use NameVerdict::{Is, Likely, Maybe};
    let is_named =
        |path: &str| matches!(by_name(path), Is(it) | Likely(it) | Maybe(it) if it == Language::Nginx);
    is_named(&source.to_string_lossy()) || is_named(target) || target.ends_with(".template")
}

/// Whether a path names nginx or one of its kin.
fn is_about_nginx(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    ["nginx", "openresty", "angie", "tengine"].iter().any(|name| path.contains(name))
}

/// The upstreams that the `fragments` define, each by its name with the file and the scope where it stands.
pub fn upstreams(
    fragments: &[Fragment],
    scan_of: impl Fn(usize) -> Arc<Scan>,
) -> HashMap<String, (usize, usize)> {
    let mut upstreams = HashMap::new();
    for fragment in fragments {
        let scan = scan_of(fragment.file);
        for (index, scope) in scan.scopes.iter().enumerate() {
            let is_within = fragment.span.start <= scope.span.start && scope.span.end <= fragment.span.end;
            if scope.kind == ScopeKind::Upstream && is_within {
                upstreams.entry(scope.name.to_ascii_lowercase()).or_insert((fragment.file, index));
            }
        }
    }
    upstreams
}
