//! `environment`, `labels`, `args` and options: names with values, as a mapping or as a list of `NAME=value`.

use super::Reader;
use super::yaml::Node;
use crate::languages::addresses::names_port;
use crate::languages::sourced::Sourced;
use crate::port::{PortRange, PortUse, Role};

impl Reader<'_> {
    /// Reads the settings in `node`, each in the role that `role_of` gives to its name.
    pub(super) fn settings(
        &mut self,
        node: Node<'_>,
        place: &'static str,
        role_of: fn(&str) -> Role,
        scope: Option<usize>,
    ) {
        for (name, value) in self.entries(node, place) {
            if self.is_new(value, "value") && may_hold_port(value) {
                self.setting(name.raw(), &self.interpolated(value), role_of(name.raw()), scope);
            }
        }
        if node.is_mapping() || !self.is_new(node, place) {
            return;
        }
        for item in node.items() {
            if !self.is_new(item, "value") || !may_hold_port(item) {
                continue;
            }
            let setting = self.interpolated(item);
            if let Some((name, value)) = setting.text().split_once('=') {
                let value_start = setting.text().len() - value.len();
                let value = setting.slice(value_start..setting.text().len());
                self.setting(name, &value, role_of(name), scope);
            }
        }
    }

    /// Reads one setting: the number of one that is named like a port, and of any other what its text tells, if `role`
    /// is one of text.
    fn setting(&mut self, name: &str, value: &Sourced<'_>, role: Role, scope: Option<usize>) {
        let whole = 0..value.text().len();
        // Labels have long names: `traefik.tcp.routers.port-80.priority` names no port.
        let last = name.rsplit('.').next().unwrap_or(name);
        if names_port(last)
            && let Some(range) = PortRange::parse(value.text())
        {
            let variable = value.variable(whole.clone()).cloned().map(Box::new);
            self.scan.uses.push(PortUse {
                variable,
                scope,
                ..PortUse::new(value.span(whole), Some(range), role)
            });
        } else if !role.is_structural() {
            self.free_text(value, role, scope);
        }
    }
}

/// Whether a port can stand in the scalar `value`, in digits or as a variable.
fn may_hold_port(value: Node<'_>) -> bool {
    value.raw().bytes().any(|byte| byte.is_ascii_digit() || byte == b'$')
}

/// The role of a variable in `environment`. Proxies such as nginx-proxy learn from `VIRTUAL_PORT` where to send
/// requests.
pub fn environment_role(name: &str) -> Role {
    if name == "VIRTUAL_PORT" { Role::Router } else { Role::Environment }
}
