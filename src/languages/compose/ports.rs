//! `ports` and `expose`.

use super::yaml::Node;
use super::{Reader, interpolated};
use crate::languages::port_spec::{self, Roles};
use crate::languages::sourced::Sourced;
use crate::port::Role;
use crate::text::Span;

/// The roles in `ports`.
pub const PORTS: Roles = Roles { host: Role::Host, container: Role::Container };

/// The roles in `expose`, where a mapping is a mistake.
pub const EXPOSE: Roles = Roles { host: Role::ServiceExpose, container: Role::ServiceExpose };

impl Reader {
    /// Reads a list of ports in the short and the long syntax.
    pub(super) fn ports(&mut self, list: Node<'_>, roles: Roles, scope: Option<usize>) {
        if !self.is_new(list, "ports") {
            return;
        }
        for item in list.items() {
            if !self.is_new(item, "value") {
                continue;
            }
            let spec = if item.is_mapping() { self.long_syntax(item) } else { interpolated(item) };
            port_spec::push_ports(&spec, roles, scope, &mut self.scan);
        }
    }

    /// What the [long syntax](https://github.com/compose-spec/compose-spec/blob/main/05-services.md#long-syntax-4) of
    /// `item` is in the short one. Each part of it knows where it stands.
    fn long_syntax(&mut self, item: Node<'_>) -> Sourced {
        let entries = self.entries(item, "long syntax");
        let field = |name: &str| {
            let value = entries.iter().find(|(key, _)| key.raw() == name);
            value.map(|(_, value)| interpolated(*value)).filter(|text| !text.text().is_empty())
        };
        let separator = |spec: &mut Sourced, text| spec.push_resolved(text, Span::default());
        let mut spec = Sourced::default();
        if let Some(address) = field("host_ip") {
            spec.push_whole(&address);
            separator(&mut spec, ":");
        }
        if let Some(published) = field("published") {
            spec.push_whole(&published);
        }
        if !spec.text().is_empty() {
            separator(&mut spec, ":");
        }
        if let Some(target) = field("target") {
            spec.push_whole(&target);
        }
        if let Some(protocol) = field("protocol") {
            separator(&mut spec, "/");
            spec.push_whole(&protocol);
        }
        spec
    }
}
