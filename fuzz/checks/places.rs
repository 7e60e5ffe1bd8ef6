//! Every place that a scan, a finding or a symbol names is a place in the text, and every index leads somewhere.

use portolan::finding::{Edit, Finding};
use portolan::languages::{EntryStyle, Scan, Setting};
use portolan::outline::Symbol;
use portolan::port::Role;
use portolan::text::Span;

/// Every place that a scan names is a place in the text.
pub fn assert_sound(scan: &Scan, text: &str) {
    for port in &scan.uses {
        assert!(text.get(port.span.start..port.span.end).is_some_and(|text| !text.is_empty()), "{port:?}");
        let definition = port.variable.as_ref().and_then(|variable| variable.definition);
        assert!(definition.is_none_or(|span| is_place(text, span)), "{port:?}");
        if let Some(pair) = port.pair {
            let other = &scan.uses[pair];
            let back = other.pair.map(|back| &scan.uses[back]);
            assert!(back.is_some_and(|back| std::ptr::eq(back, port)), "a pair knows each other");
            // Compose's `expose` has no host, so a mapping there is a mistake with two halves of one kind.
            let is_mistake = port.role == Role::ServiceExpose && other.role == Role::ServiceExpose;
            assert!(is_mistake || port.role.is_host() != other.role.is_host(), "{port:?} {other:?}");
        }
        assert!(port.scope.is_none_or(|scope| scope < scan.scopes.len()));
        assert!(port.entry.is_none_or(|entry| entry < scan.entries.len()));
    }
    assert!(scan.uses.is_sorted_by_key(|port| port.span.start), "in the order of the file");
    for scope in &scan.scopes {
        assert!(is_place(text, scope.span) && is_place(text, scope.extent), "{scope:?}");
        assert!(scope.user.as_ref().is_none_or(|user| is_place(text, user.span)), "{scope:?}");
    }
    for file in &scan.files {
        assert!(is_place(text, file.span), "{file:?}");
    }
    for setting in settings(scan) {
        assert!(is_place(text, setting.span), "{setting:?}");
    }
    for copy in &scan.copies {
        assert!(is_place(text, copy.span), "{copy:?}");
        assert!(copy.stage < scan.stages.len() && !copy.sources.is_empty());
    }
    assert_entries_are_sound(scan, text);
    for (at, stage) in scan.stages.iter().enumerate() {
        assert!(stage.scope < scan.scopes.len() && stage.base.is_none_or(|base| base < at), "{stage:?}");
        assert!(stage.instructions.iter().all(|it| is_place(text, it.span)), "{stage:?}");
    }
    for it in &scan.directives {
        assert!(is_place(text, it.name) && is_place(text, it.span), "{it:?}");
        assert!(it.arguments.iter().chain(&it.removal).all(|span| is_place(text, *span)), "{it:?}");
        assert!(it.target.is_none_or(|it| is_place(text, it.scheme) && is_place(text, it.host)), "{it:?}");
        assert!(it.port.is_none_or(|port| port < scan.uses.len()) && it.section < scan.sections.len());
    }
    for spans in [&scan.stretches, &scan.heredocs] {
        assert!(spans.iter().all(|span| is_place(text, *span)) && spans.is_sorted(), "{spans:?}");
    }
    assert!(scan.parts.iter().all(|part| is_place(text, part.span)), "{:?}", scan.parts);
    for it in &scan.breakages {
        assert!(is_place(text, it.span) && !it.message.is_empty(), "{it:?}");
    }
}

/// The entries and the services that have them hang together.
fn assert_entries_are_sound(scan: &Scan, text: &str) {
    for entry in &scan.entries {
        let is_port = |port: Option<usize>| port.is_none_or(|port| port < scan.uses.len());
        assert!(is_place(text, entry.span) && is_port(entry.host) && is_port(entry.container), "{entry:?}");
        if entry.style == EntryStyle::Word {
            let ports = entry.host.iter().chain(&entry.container).map(|&port| scan.uses[port].span);
            let is_in = |port: Span| entry.span.start <= port.start && port.end <= entry.span.end;
            assert!(ports.into_iter().all(is_in), "its ports stand in it: {entry:?}");
        }
        let spans = entry.removal.iter().chain(&entry.address_span);
        assert!(
            spans.chain(entry.fields.iter().map(|it| &it.key)).all(|it| is_place(text, *it)),
            "{entry:?}"
        );
        assert!(entry.scope.is_none_or(|scope| scope < scan.scopes.len()), "{entry:?}");
    }
    for service in &scan.services {
        assert!(service.scope < scan.scopes.len(), "{service:?}");
        assert!(service.entries.iter().all(|&entry| entry < scan.entries.len()), "{service:?}");
        let spans = service.ports.iter().chain(&service.ports_removal);
        assert!(spans.into_iter().all(|span| is_place(text, *span)), "{service:?}");
    }
}

/// The findings are in the order of the file and stand in it, and so do the edits that mend them.
pub fn assert_findings_are_sound(findings: &[Finding], text: &str) {
    assert!(findings.is_sorted_by_key(|finding| finding.span), "in the order of the file");
    for finding in findings {
        assert!(is_place(text, finding.span) && !finding.message.is_empty(), "{finding:?}");
        for related in &finding.related {
            let other = related.file.as_ref().map_or(text, |file| &file.text);
            assert!(is_place(other, related.span), "{finding:?}");
        }
        assert_edits_are_sound(finding.fix.as_ref().map_or(&[], |fix| &fix.edits), text);
    }
}

/// The edits are places in the text, in its order, and apart.
pub fn assert_edits_are_sound(edits: &[Edit], text: &str) {
    assert!(edits.iter().all(|edit| is_place(text, edit.span)), "{edits:?}");
    assert!(edits.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start), "{edits:?}");
}

/// Every symbol lies within the one around it, and what is shown of it lies in it.
pub fn assert_nested(symbols: &[Symbol], around: Span) {
    for symbol in symbols {
        assert!(around.start <= symbol.span.start && symbol.span.end <= around.end, "{symbol:?}");
        let selection = symbol.selection;
        assert!(symbol.span.start <= selection.start && selection.end <= symbol.span.end, "{symbol:?}");
        assert_nested(&symbol.children, symbol.span);
    }
}

/// Whether `span` covers whole characters of `text`.
pub fn is_place(text: &str, span: Span) -> bool {
    text.get(span.start..span.end).is_some()
}

/// What a scan says of how things hang together.
fn settings(scan: &Scan) -> Vec<&Setting> {
    let mut settings = Vec::new();
    for service in &scan.services {
        let wiring = &service.wiring;
        settings.extend(&service.image);
        let rare = [&service.network_mode, &service.replicas, &wiring.container_name, &wiring.hostname];
        settings.extend(rare.into_iter().flatten().map(|it| &**it));
        let networks = wiring.networks.iter().flatten();
        settings.extend(networks.flat_map(|network| network.aliases.iter().chain([&network.name])));
        settings.extend(wiring.extends.iter().flat_map(|it| it.file.iter().chain([&it.service])));
        settings.extend(wiring.links.iter().chain(&wiring.env_files));
        settings.extend(wiring.mounts.iter().map(|mount| &mount.source));
        settings.extend(wiring.configs.iter().map(|config| &config.name));
        settings.extend(wiring.build.iter().filter_map(|build| build.target.as_ref()));
    }
    settings.extend(scan.includes.iter().flat_map(|it| it.paths.iter().chain(&it.env_files)));
    settings.extend(scan.configs.iter().filter_map(|config| config.file.as_ref()));
    settings
}
