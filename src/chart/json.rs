//! For programs: the chart as JSON.

use serde::Serialize;
use serde_json::Value;
use smol_str::SmolStr;

use super::{Chart, End, Mention, Network, Node, NodeKind, Number, Port, PortState, Published, Sheet, words};
use crate::report::harmless;

/// The chart as JSON on several lines, with a line end.
#[must_use]
pub fn json(chart: &Chart) -> String {
    harmless(&serde_json::to_string_pretty(&JsonChart::from(chart)).expect(WHOLE)).into_owned() + "\n"
}

/// The chart as a value of JSON.
#[must_use]
pub fn value(chart: &Chart) -> Value {
    serde_json::to_value(JsonChart::from(chart)).expect(WHOLE)
}

/// Why a chart can always be written.
const WHOLE: &str = "a chart holds nothing but strings, numbers and lists";

#[derive(Serialize)]
struct JsonChart<'a> {
    /// What the keys mean; it changes where one of them goes or means something else.
    version: u32,
    stacks: Vec<JsonSheet<'a>>,
}

#[derive(Serialize)]
struct JsonSheet<'a> {
    /// The compose file that the stack begins with, and those that are merged over it.
    files: Vec<&'a str>,
    /// Whether every compose file that it names could be read.
    complete: bool,
    published: Vec<JsonPublished<'a>>,
    services: Vec<JsonNode<'a>>,
    /// What services lead to that is none of the stack.
    elsewhere: Vec<JsonNode<'a>>,
    links: Vec<JsonLink<'a>>,
}

/// A number: null where it is not known, and then `text` is what stands in its place.
#[derive(Serialize)]
struct JsonNumber {
    port_first: Option<u32>,
    port_last: Option<u32>,
    transport: &'static str,
    text: String,
}

#[derive(Serialize)]
struct JsonPublished<'a> {
    /// Null: every address of the host.
    address: Option<&'a str>,
    #[serde(flatten)]
    number: JsonNumber,
    /// Whether only the host itself reaches it.
    local: bool,
    to: JsonEnd<'a>,
    /// The services that publish the same port.
    conflicts: Vec<&'a str>,
    mark: Option<&'static str>,
    #[serde(flatten)]
    at: JsonPlace<'a>,
}

#[derive(Serialize)]
struct JsonNode<'a> {
    name: &'a str,
    /// Null where the files do not tell.
    image: Option<&'a str>,
    /// `own`, `host`, `none`, or `service:` and a name.
    network: String,
    profiles: &'a [SmolStr],
    mark: Option<&'static str>,
    ports: Vec<JsonPort<'a>>,
}

#[derive(Serialize)]
struct JsonPort<'a> {
    #[serde(flatten)]
    number: JsonNumber,
    /// Who is known there.
    service: Option<&'a str>,
    mark: Option<&'static str>,
    mentions: Vec<JsonMention<'a>>,
}

#[derive(Serialize)]
struct JsonLink<'a> {
    from: JsonOrigin<'a>,
    to: JsonEnd<'a>,
    scheme: Option<&'a str>,
    mentions: Vec<JsonMention<'a>>,
}

#[derive(Serialize)]
struct JsonOrigin<'a> {
    service: &'a str,
    /// The ports behind which the way begins; none where that is not known.
    ports: Vec<JsonNumber>,
}

#[derive(Serialize)]
struct JsonEnd<'a> {
    service: &'a str,
    #[serde(flatten)]
    number: JsonNumber,
}

#[derive(Serialize)]
struct JsonMention<'a> {
    /// As `--list` calls it.
    kind: &'static str,
    #[serde(flatten)]
    place: JsonPlace<'a>,
}

#[derive(Serialize)]
struct JsonPlace<'a> {
    file: &'a str,
    line: usize,
    column: usize,
}

impl<'a> From<&'a Chart> for JsonChart<'a> {
    fn from(chart: &'a Chart) -> Self {
        Self { version: 1, stacks: chart.sheets.iter().map(|sheet| JsonSheet::of(chart, sheet)).collect() }
    }
}

impl<'a> JsonSheet<'a> {
    fn of(chart: &'a Chart, sheet: &'a Sheet) -> Self {
        let end =
            |end: End| JsonEnd { service: &sheet.nodes[end.node].name, number: number(sheet.port(end)) };
        let nodes = |is_wanted: fn(&Node) -> bool| {
            sheet.nodes.iter().filter(|node| is_wanted(node)).map(|node| JsonNode::of(chart, node)).collect()
        };
        let published = |it: &'a Published| JsonPublished {
            address: it.address.as_deref(),
            number: JsonNumber::of(&it.number, it.transport.name()),
            local: it.is_local(),
            to: end(it.to),
            conflicts: it.conflicts.iter().map(|&node| sheet.nodes[node].name.as_str()).collect(),
            mark: match it.number {
                _ if !it.conflicts.is_empty() => Some("conflict"),
                Number::Known(..) => None,
                Number::Unknown(_) => Some("unknown"),
                Number::Random => Some("random"),
            },
            at: JsonPlace::of(chart, &it.at),
        };
        let links = sheet.links.iter().map(|link| {
            let from = &sheet.nodes[link.from];
            JsonLink {
                from: JsonOrigin {
                    service: &from.name,
                    ports: link.through.iter().map(|&port| number(&from.ports[port])).collect(),
                },
                to: end(link.to),
                scheme: link.scheme.as_deref(),
                mentions: JsonMention::all(chart, &link.mentions),
            }
        });
        Self {
            files: sheet.files.iter().map(|&file| chart.files[file].name.as_str()).collect(),
            complete: !sheet.has_gaps,
            published: sheet.published.iter().map(published).collect(),
            services: nodes(|node| node.kind == NodeKind::Service),
            elsewhere: nodes(|node| node.kind != NodeKind::Service),
            links: links.collect(),
        }
    }
}

fn number(port: &Port) -> JsonNumber {
    JsonNumber::of(&port.number, port.transport.name())
}

impl JsonNumber {
    fn of(number: &Number, transport: &'static str) -> Self {
        let range = number.range();
        Self {
            port_first: range.map(|range| range.first),
            port_last: range.map(|range| range.last),
            transport,
            text: words::number(number),
        }
    }
}

impl<'a> JsonNode<'a> {
    fn of(chart: &'a Chart, node: &'a Node) -> Self {
        let network = match &node.network {
            Network::Own => "own".to_owned(),
            Network::Host => "host".to_owned(),
            Network::Of(other) => format!("service:{other}"),
            Network::Alone => "none".to_owned(),
        };
        let port = |port: &'a Port| JsonPort {
            number: number(port),
            service: Some(port.service.as_str()).filter(|service| !service.is_empty()),
            mark: match port.state {
                _ if port.number.range().is_none() => Some("unknown"),
                PortState::Declared => None,
                PortState::Assumed => Some("assumed"),
                PortState::Dangling => Some("dangling"),
            },
            mentions: JsonMention::all(chart, &port.mentions),
        };
        Self {
            name: &node.name,
            image: Some(node.image.as_str()).filter(|image| !image.is_empty()),
            network,
            profiles: &node.profiles,
            mark: (node.kind == NodeKind::Missing).then_some("dangling"),
            ports: node.ports.iter().map(port).collect(),
        }
    }
}

impl<'a> JsonMention<'a> {
    fn all(chart: &'a Chart, mentions: &'a [Mention]) -> Vec<Self> {
        let one = |mention: &'a Mention| Self {
            kind: mention.role.map_or("name", crate::port::Role::kind),
            place: JsonPlace::of(chart, mention),
        };
        mentions.iter().map(one).collect()
    }
}

impl<'a> JsonPlace<'a> {
    fn of(chart: &'a Chart, mention: &Mention) -> Self {
        Self { file: &chart.files[mention.file].name, line: mention.line, column: mention.column }
    }
}
