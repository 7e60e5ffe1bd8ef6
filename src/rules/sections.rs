//! What rules ask of nginx configuration: which directives stand where, and what a part of it may hold beside.

use foldhash::HashMap;

use super::Context;
use crate::languages::{Directive, Module, Scan, ScopeKind};
use crate::text::Span;

/// The directives of nginx of that name.
pub fn directives<'a>(cx: &Context<'a>, name: &'static str) -> impl Iterator<Item = &'a Directive> + use<'a> {
    let (scan, text) = (cx.scan, cx.text);
    scan.directives.iter().filter(move |directive| directive.name.of(text) == name)
}

/// The directive of nginx in which `span` is.
pub fn directive_around(scan: &Scan, span: Span) -> Option<&Directive> {
    let behind = scan.directives.partition_point(|directive| directive.span.start <= span.start);
    let before = &scan.directives[behind.checked_sub(1)?];
    (span.end <= before.span.end).then_some(before)
}

/// Whether one of the words behind the first argument of `directive` is `word`.
pub fn says(cx: &Context<'_>, directive: &Directive, word: &str) -> bool {
    directive.arguments.iter().skip(1).any(|argument| argument.of(cx.text) == word)
}

/// The module whose part of nginx configuration `directive` stands in, as far as the file shows.
pub fn module_around(scan: &Scan, directive: &Directive) -> Module {
    match directive.scope.map(|scope| scan.scopes[scope].kind) {
        Some(ScopeKind::Server(module)) => module,
        _ => scan.sections[directive.section].module,
    }
}

/// For each of [`Scan::sections`] whether it may hold more than the file shows: what a template puts there, and what an
/// `include` brings at a place that `matters`. The files that come with nginx bring neither servers nor upstreams.
pub fn open_sections(cx: &Context<'_>, matters: fn(&Directive) -> bool) -> Vec<bool> {
    let mut open: Vec<bool> = cx.scan.sections.iter().map(|section| section.is_templated).collect();
    for directive in cx.scan.directives.iter().filter(|directive| matters(directive)) {
        let name = directive.name.of(cx.text);
        let is_placeholder = name.starts_with(['$', '%', '@']);
        let path = directive.arguments.first().filter(|_| name == "include");
        open[directive.section] |=
            is_placeholder || path.is_some_and(|path| !comes_with_nginx(path.of(cx.text)));
    }
    open
}

fn comes_with_nginx(path: &str) -> bool {
    matches!(
        path.rsplit('/').next(),
        Some(
            "mime.types"
                | "fastcgi_params"
                | "fastcgi.conf"
                | "uwsgi_params"
                | "scgi_params"
                | "proxy_params"
        )
    )
}

/// The `upstream` blocks of nginx by their section and their name in lower case: indexes into [`Scan::scopes`].
pub fn upstreams(cx: &Context<'_>) -> HashMap<(usize, String), usize> {
    let scopes = cx.scan.scopes.iter().enumerate().filter(|(_, scope)| scope.kind == ScopeKind::Upstream);
    scopes.map(|(index, scope)| ((scope.section, scope.name.to_ascii_lowercase()), index)).collect()
}
