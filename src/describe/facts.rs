//! What the tables know of a number: who listens there, what is wrong with it, its statuses, and what else there is to say.

use super::Markup;
use crate::port::Transport;
use crate::registry::{self, Assignment, Status, TeamPort, TeamPorts};

/// What the team and the tables know of a number, as plain text of several lines.
#[must_use]
pub fn number(number: u16, team: &TeamPorts) -> String {
    let markup = Markup::Plain;
    let mut lines = Vec::new();
    for row in team.at(number) {
        let transport = row.transport.map(|transport| format!("/{transport}")).unwrap_or_default();
        lines.push(format!("{number}{transport}  {}", of_team(row, markup)));
    }
    for (transports, words) in by_words(number, markup) {
        let transports: Vec<&str> = transports.into_iter().map(Transport::name).collect();
        lines.push(format!("{number}/{}  {words}", transports.join(", ")));
    }
    if lines.is_empty() {
        lines.push(format!("{number}  Nobody is known to have this number."));
    }
    for row in registry::wikipedia(number) {
        let cells = Transport::ALL.map(|transport| (transport, row.listing(transport).name()));
        let cells: Vec<String> = cells
            .iter()
            .filter(|(_, listing)| !listing.is_empty())
            .map(|(transport, listing)| format!("{transport} {listing}"))
            .collect();
        let variant = row.variant.map(|variant| format!(" [{variant}]")).unwrap_or_default();
        let note = if row.note.is_empty() { String::new() } else { format!("; {}", row.note) };
        lines.push(format!("  Wikipedia{variant}: {}: {}{note}", row.service, cells.join(", ")));
    }
    let own = team.find(number, Transport::Tcp);
    lines.push(format!("  {}", remarks(number, Transport::Tcp, own, markup)));
    lines.join("\n")
}

/// Whose the port of a team's row is: its service, and what else the row tells.
fn of_team(row: &TeamPort, markup: Markup) -> String {
    let ports = if row.range.is_single() { "a port".to_owned() } else { format!("one of {}", row.range) };
    let mut words = format!("{}, {ports} of your own.", markup.bold(&markup.text(&row.service)));
    if !row.note.is_empty() {
        words.push_str(&format!(" {}", markup.text(&row.note)));
        words.push_str(if row.note.ends_with(['.', '!', '?']) { "" } else { "." });
    }
    if !row.url.is_empty() {
        let text = markup.text(&row.url);
        // Anything else could end the link early, or do more than open a page.
        let is_plain =
            row.url.chars().all(|it| it.is_ascii_graphic() && !matches!(it, '(' | ')' | '<' | '>' | '\\'));
        let is_page = row.url.starts_with("https://") || row.url.starts_with("http://");
        // Inside a link an address is no link of its own.
        let in_link = || text.replace("\\://", "://");
        let shown = if is_plain && is_page { markup.link(&in_link(), &row.url) } else { text };
        words.push_str(&format!(" {shown}"));
    }
    words
}

/// What there is to say of a number, each sentence with the transports of which it is true; where somebody listens
/// comes first.
fn by_words(number: u16, markup: Markup) -> Vec<(Vec<Transport>, String)> {
    let mut said: Vec<(Vec<Transport>, String)> = Vec::new();
    let (used, unused): (Vec<_>, Vec<_>) = Transport::ALL
        .into_iter()
        .map(|transport| (transport, service(number, transport, &[], markup)))
        .partition(|(_, service)| service.is_some());
    for (transport, service) in used.into_iter().chain(unused) {
        let words =
            service.into_iter().chain(trouble(number, transport, markup)).collect::<Vec<_>>().join(". ");
        match said.iter_mut().find(|(_, known)| *known == words) {
            Some((transports, _)) => transports.push(transport),
            None => said.push((vec![transport], words)),
        }
    }
    said.retain(|(_, words)| !words.is_empty());
    said
}

/// The paragraphs on a single number: who it is, what is wrong with it, its statuses, what else is known. A number of the
/// team's own is theirs first.
pub fn paragraphs(
    number: u16,
    transport: Transport,
    around: &[&str],
    team: &TeamPorts,
    markup: Markup,
) -> Vec<String> {
    let mut title = vec![markup.bold(&markup.code(&format!("{number}/{transport}")))];
    let (own, elsewhere) = (team.find(number, transport), service(number, transport, around, markup));
    title.extend(own.map(|row| of_team(row, markup)).or_else(|| elsewhere.clone()));
    let mut top = title.join(" ");
    if let (Some(_), Some(elsewhere)) = (own, elsewhere) {
        top = format!("{top}\n\nElsewhere {elsewhere}");
    }
    if let Some(trouble) = trouble(number, transport, markup) {
        top = format!("{top}\n\n{trouble}");
    }
    vec![top, statuses(number, markup), remarks(number, transport, own, markup)]
}

/// Who listens there: what people mean first, IANA's name beside it where the two differ. Of several products the one
/// that the words around the port speak of comes first.
fn service(number: u16, transport: Transport, around: &[&str], markup: Markup) -> Option<String> {
    let mut practice: Vec<_> = registry::in_practice(number).filter(|it| it.transport == transport).collect();
    practice.sort_by_key(|it| {
        let is_spoken_of = |name: &str| around.iter().any(|word| name.contains(&word.to_ascii_lowercase()));
        !it.names().any(is_spoken_of)
    });
    let assigned = registry::assignments_on(number, transport).find(|it| !it.service.is_empty());
    let by_iana = assigned.map(|it| match it.title {
        "" => markup.code(it.service),
        title => format!("{} {}", markup.code(it.service), markup.text(title)),
    });
    if practice.is_empty() {
        return by_iana;
    }
    let products: Vec<&str> = practice.iter().map(|it| it.product).collect();
    let products = markup.bold(&markup.text(&either(&products)));
    let is_the_same =
        assigned.is_some_and(|it| practice.iter().any(|own| own.names().any(|name| name == it.service)));
    Some(match by_iana {
        Some(_) if is_the_same => products,
        Some(name) => format!("{products}, at IANA {name}"),
        None => format!("{products}, without a name at IANA"),
    })
}

/// What is wrong with the number, in plain words.
fn trouble(number: u16, transport: Transport, markup: Markup) -> Option<String> {
    let record = registry::assignments_on(number, transport).next();
    let Some(record) = record else {
        return (number >= 49152).then(|| "Dynamic: IANA assigns no port from 49152 on.".to_owned());
    };
    let words = in_words(&record, markup);
    match record.status {
        Status::Assigned => None,
        Status::Unassigned => registry::in_practice(number).next().is_none().then_some(words),
        _ => Some(words),
    }
}

/// The status of a record as a sentence.
fn in_words(record: &Assignment, markup: Markup) -> String {
    let date = if record.date.is_empty() { String::new() } else { format!(" on {}", record.date) };
    let mut words = match record.status {
        Status::Assigned => "Assigned.".to_owned(),
        Status::Historic => "Historic: the service is out of use, or has another name today.".to_owned(),
        Status::Reserved => format!("{}: IANA keeps the number for itself.", markup.bold("Reserved")),
        Status::HeldBack => format!("Kept free: the number belongs to {}.", owners(record.first, markup)),
        Status::Deregistered => {
            format!("{}: IANA withdrew the assignment{date}.", markup.bold("Deregistered"))
        }
        Status::Unassigned => "Nobody has this number at IANA.".to_owned(),
    };
    let former: Vec<String> = former_names(record).iter().map(|name| markup.code(name)).collect();
    if !former.is_empty() && record.status != Status::Assigned {
        words.push_str(&format!(" Once {}.", former.join(", ")));
    }
    if !record.replacement.is_empty() {
        let instead = replacement(record, markup);
        let verb = if record.status == Status::Reserved { "In practice" } else { "Use" };
        words.push_str(&format!(" {verb} {instead}."));
    }
    words
}

/// The names that a record's number had before, each once.
fn former_names(record: &Assignment) -> Vec<&'static str> {
    let mut names: Vec<&str> = Vec::new();
    for former in registry::formerly(record.first) {
        let is_of_the_record =
            former.transport.is_none() || record.transport.is_none_or(|own| former.transport == Some(own));
        if is_of_the_record && !names.contains(&former.service) {
            names.push(former.service);
        }
    }
    names
}

/// What to use instead of a record's number, with the name of the service there.
fn replacement(record: &Assignment, markup: Markup) -> String {
    let named = record.replacement_port().and_then(|port| registry::assignments(port).next());
    match named {
        Some(assignment) => {
            format!("{} ({})", markup.bold(record.replacement), markup.code(assignment.service))
        }
        None => markup.bold(record.replacement),
    }
}

/// Who has the number on the transports where somebody has it.
fn owners(number: u16, markup: Markup) -> String {
    let mut owners: Vec<String> = Vec::new();
    for assignment in registry::assignments(number).filter(|it| it.status == Status::Assigned) {
        let on = assignment.transport.map(|transport| format!(" on {transport}")).unwrap_or_default();
        let owner = format!("{}{on}", markup.code(assignment.service));
        if !owners.contains(&owner) {
            owners.push(owner);
        }
    }
    owners.join(" and ")
}

/// What the number is on each transport, a line each; transports of which the same is true share one.
fn statuses(number: u16, markup: Markup) -> String {
    let mut rows: Vec<StatusRow> = Vec::new();
    for transport in Transport::ALL {
        let Some(row) = status_row(number, transport, markup) else { continue };
        match rows.iter_mut().find(|known| {
            (&known.status, &known.names, &known.listed) == (&row.status, &row.names, &row.listed)
        }) {
            Some(known) => known.transports.push_str(&format!(", {transport}")),
            None => rows.push(row),
        }
    }
    let line = |row: &StatusRow| {
        let StatusRow { transports, status, names, listed } = row;
        let names = if names.is_empty() { String::new() } else { format!(" as {names}") };
        let listed =
            if listed.is_empty() { String::new() } else { format!("; in Wikipedia's list: {listed}") };
        format!("{transports}: {status} at IANA{names}{listed}")
    };
    markup.list(&rows.iter().map(line).collect::<Vec<_>>())
}

/// What a number is on some transports.
struct StatusRow {
    transports: String,
    status: &'static str,
    names: String,
    listed: String,
}

/// The row of one transport; none where sctp or dccp has nothing to say.
fn status_row(number: u16, transport: Transport, markup: Markup) -> Option<StatusRow> {
    let records: Vec<Assignment> = registry::assignments_on(number, transport).collect();
    let listed: Vec<&str> = registry::wikipedia(number)
        .map(|row| row.listing(transport).name())
        .filter(|listing| !listing.is_empty())
        .collect();
    let is_everyday = matches!(transport, Transport::Tcp | Transport::Udp);
    // A record of every transport tells nothing of the rare ones.
    if !is_everyday && records.iter().all(|it| it.transport.is_none()) && listed.is_empty() {
        return None;
    }
    let mut names: Vec<String> = Vec::new();
    for record in records.iter().filter(|it| !it.service.is_empty()) {
        let name = markup.code(record.service);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Some(StatusRow {
        transports: transport.to_string(),
        status: match records.first().map_or(Status::Unassigned, |it| it.status) {
            Status::HeldBack => "kept free",
            status => status.name(),
        },
        names: names.join(", "),
        listed: listed.join(" / "),
    })
}

/// What else the tables know, each as a short sentence.
fn remarks(number: u16, transport: Transport, own: Option<&TeamPort>, markup: Markup) -> String {
    let mut remarks = Vec::new();
    // Whether others can be overheard there says nothing of the team's service.
    if own.is_none() {
        remarks.extend(security(number, transport, markup));
    }
    if transport == Transport::Tcp && registry::browser_blocked(number).is_some() {
        remarks.push(format!("Browsers refuse to open it ({}).", markup.code("ERR_UNSAFE_PORT")));
    }
    remarks.extend(registry::unauthorized_uses(number).next().map(|other| match other.who {
        "" => "IANA notes that others use it.".to_owned(),
        who => format!("IANA notes that others use it: {}.", markup.text(who)),
    }));
    remarks.extend(
        registry::ranges(number)
            .filter(|range| matches!(range.name, "system" | "user" | "dynamic"))
            .map(|range| format!("{} port ({}–{}).", capitalized(range.name), range.first, range.last)),
    );
    remarks.extend(references(number, transport, markup));
    remarks.join(" ")
}

/// Whether what is said there can be overheard, and where it cannot.
fn security(number: u16, transport: Transport, markup: Markup) -> Option<String> {
    if let Some(cleartext) = registry::cleartext(number, transport) {
        let twins: Vec<String> = cleartext
            .secure_ports
            .into_iter()
            .flatten()
            .filter(|&port| port != number)
            .map(|port| port.to_string())
            .collect();
        let on = if twins.is_empty() {
            String::new()
        } else {
            format!(" on {}", markup.bold(&twins.join(" or ")))
        };
        let instead = match (cleartext.replacement, cleartext.starttls) {
            ("", _) => "switch it off".to_owned(),
            (replacement, false) => format!("use {}{on}", markup.text(replacement)),
            (replacement, true) => {
                format!("upgrade it on this port (STARTTLS), or use {}{on}", markup.text(replacement))
            }
        };
        return Some(format!("{}: {instead}.", markup.bold("Cleartext")));
    }
    let mut practice = registry::in_practice(number).filter(|it| it.transport == transport);
    let (first, is_alone) = (practice.next()?, practice.next().is_none());
    Some(match first.tls_port {
        _ if !is_alone || !first.cleartext => return None,
        Some(port) => {
            format!("Cleartext unless set up otherwise; with TLS on {}.", markup.bold(&port.to_string()))
        }
        None => "Cleartext unless set up otherwise.".to_owned(),
    })
}

/// The RFCs that speak of the number, as links.
fn references(number: u16, transport: Transport, markup: Markup) -> Option<String> {
    let mut seen: Vec<&str> = Vec::new();
    for record in registry::assignments_on(number, transport) {
        for reference in record.reference.split(';').filter(|it| !it.is_empty()) {
            if !seen.contains(&reference) {
                seen.push(reference);
            }
        }
    }
    let linked = |reference: &&str| match reference.strip_prefix("RFC ") {
        Some(rfc) => markup.link(reference, &format!("https://www.rfc-editor.org/rfc/rfc{rfc}")),
        None => markup.text(reference),
    };
    let links: Vec<String> = seen.iter().map(linked).collect();
    (!links.is_empty()).then(|| format!("{}.", links.join(", ")))
}

/// The words with commas and an "or" between.
fn either(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [word] => (*word).to_owned(),
        [words @ .., last] => format!("{} or {last}", words.join(", ")),
    }
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
