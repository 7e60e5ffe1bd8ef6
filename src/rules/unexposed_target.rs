//! `unexposed-target`: a published port that the image does not expose.

use std::cell::LazyCell;

use super::{Around, Context, Mentions, Offer, Rule, base_is_known_for, holds, stacks};
use crate::finding::{Finding, Severity};
use crate::languages::Language;
use crate::project::Image;

/// See `unexposed_target.md`.
pub static RULE: Rule = Rule {
    name: "unexposed-target",
    summary: "a published port that the image, by its Dockerfile, does not expose",
    severity: Severity::Hint,
    is_opt_in: false,
    languages: &[Language::Compose],
    tag: None,
    docs: include_str!("unexposed_target.md"),
    check,
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for around in stacks(cx) {
        let mentions = LazyCell::new(|| Mentions::of(around.stack));
        for (index, service) in around.stack.services.iter().enumerate() {
            if matches!(service.mappings[..], [place] if place.file == around.file) {
                let says_nothing = |target| !mentions.hold(around, service, target);
                findings.extend(judge(around, index, says_nothing));
            }
        }
    }
}

/// Judges the one entry in the `ports` of the service of that index; `says_nothing` tells whether nothing else names a port.
fn judge(around: Around<'_>, index: usize, says_nothing: impl Fn(u16) -> bool) -> Option<Finding> {
    let service = &around.stack.services[index];
    let Image::Built { file, ports, .. } = &service.image else { return None };
    let (first, offer) = (around.port(*ports.first()?), Offer::of(around, index)?);
    let [mapping] = offer.mappings[..] else { return None };
    let target = mapping.targets.port().filter(|&target| target > 0)?;
    let exposed = offer.built.as_ref()?.iter().chain(&offer.exposed);
    let is_exposed = { exposed }.any(|&range| holds(range, target));
    if is_exposed
        || service.may_listen_elsewhere
        || base_is_known_for(&service.image, target, mapping.transport)
        || !says_nothing(target)
    {
        return None;
    }
    let what = if ports.len() == 1 { format!("{} alone", first.range?) } else { "others".to_owned() };
    let message = format!("the image of `{}` does not expose {target}, it exposes {what}", service.name);
    let help =
        format!("if the container listens on {target}, add `EXPOSE {target}` to {}", around.name(*file));
    let related = vec![around.related(*file, first.span, "exposed here".to_owned())];
    Some(Finding { help: Some(help), related, ..RULE.finding(mapping.container.span, message) })
}
