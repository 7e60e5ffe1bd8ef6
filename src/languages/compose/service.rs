//! A service, section by section.

use super::Reader;
use super::ports::{EXPOSE, PORTS};
use super::scalar::{name_of, text_of};
use super::settings::environment_role;
use super::yaml::Node;
use crate::languages::addresses::label_role;
use crate::languages::{FileKind, Language, Scope, ScopeKind};
use crate::port::Role;
use crate::text::Span;

impl Reader<'_> {
    /// Reads the service `name`.
    pub(super) fn service(&mut self, name: Node<'_>, body: Node<'_>) {
        self.scan.scopes.push(Scope {
            kind: ScopeKind::Service,
            name: name_of(name).into(),
            span: name.span(),
            extent: extent(name, body),
            section: 0,
            user: None,
        });
        let scope = Some(self.scan.scopes.len() - 1);

        // The `ports` of what is merged here may be overridden, and count when it is merged elsewhere.
        let mut has_ports = body.has("ports");
        let merged_place =
            if has_ports { "merged into a service with ports" } else { "merged into a service" };
        let mappings = self.with_merged(body, "service", merged_place);
        for (index, mapping) in mappings.iter().enumerate() {
            let takes_ports = index == 0 || !has_ports;
            has_ports = has_ports || mapping.has("ports");
            if self.has_aliases {
                // The ports come first: a scalar that is a port here and something else there is a port.
                let lists = mapping.values("ports").filter(|_| takes_ports);
                lists.for_each(|ports| self.ports(ports, PORTS, scope));
                mapping.values("expose").for_each(|ports| self.ports(ports, EXPOSE, scope));
                continue;
            }
            // In the order of the file, so that the ports need not be sorted.
            for (key, value) in mapping.entries() {
                match key.raw() {
                    "ports" if !takes_ports => {}
                    "ports" => self.ports(value, PORTS, scope),
                    "expose" => self.ports(value, EXPOSE, scope),
                    key => self.section(key, value, scope),
                }
            }
        }
        if self.has_aliases {
            for (key, value) in mappings.into_iter().flat_map(Node::entries) {
                self.section(key.raw(), value, scope);
            }
        }
    }

    /// Reads the value of `key` in a service, if ports can stand there in text.
    fn section(&mut self, key: &str, value: Node<'_>, scope: Option<usize>) {
        match key {
            "build" => {
                self.build(value, scope);
                self.dockerfile(value);
            }
            "command" | "entrypoint" => self.words(value, Role::Command, scope),
            "deploy" => {
                for labels in self.fields("labels", value, "deploy") {
                    self.settings(labels, "labels", label_role, scope);
                }
            }
            "env_file" => self.files(value, "path", FileKind::Variables),
            "environment" => self.settings(value, "environment", environment_role, scope),
            "extends" => {
                for file in value.values("file") {
                    self.files(file, "", FileKind::Compose);
                }
            }
            "healthcheck" => {
                for test in self.fields("test", value, "healthcheck") {
                    self.words(test, Role::Healthcheck, scope);
                }
            }
            "labels" => self.settings(value, "labels", label_role, scope),
            "logging" => {
                for options in self.fields("options", value, "logging") {
                    self.settings(options, "options", |_| Role::Option, scope);
                }
            }
            _ => {}
        }
    }

    /// The values that the mapping `node`, with what it merges, has for `name`.
    fn fields<'t>(&mut self, name: &str, node: Node<'t>, place: &'static str) -> Vec<Node<'t>> {
        let mappings = self.with_merged(node, place, place);
        mappings.into_iter().flat_map(|mapping| mapping.values(name)).collect()
    }

    fn build(&mut self, build: Node<'_>, scope: Option<usize>) {
        for (key, value) in self.entries(build, "build") {
            match key.raw() {
                "args" => self.settings(value, "args", |_| Role::Variable, scope),
                "dockerfile_inline" if value.is_block() && self.is_new(value, "dockerfile_inline") => {
                    self.scan.embed(value.raw(), Language::Dockerfile, value.span().start);
                }
                _ => {}
            }
        }
    }

    /// Reads a command: a text, or a list of words, which are read as one text as an option and its value may be two.
    fn words(&mut self, command: Node<'_>, role: Role, scope: Option<usize>) {
        if !self.is_new(command, role.kind()) {
            return;
        }
        let mut text = text_of(command);
        for word in command.items() {
            if self.is_new(word, "value") {
                text.push_resolved(" ", Span::default());
                text.push_whole(&text_of(word));
            }
        }
        self.free_text(&self.values.interpolate(text), role, scope);
    }
}

/// From the name of a service to the end of its body. A body that an alias brings stands elsewhere.
fn extent(name: Node<'_>, body: Node<'_>) -> Span {
    let outer = name.outer_span();
    let end = body.last().outer_span().end;
    let own = name.text().get(outer.start..end).map_or(0, |own| own.trim_end().len());
    Span::new(outer.start, outer.end.max(outer.start + own))
}
