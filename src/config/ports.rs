//! The team's own registry, as a configuration writes it.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::names::{Wrong, did_you_mean, listed, word};
use crate::port::{PortRange, Transport};
use crate::registry::{TeamPort, TeamPorts};

/// The largest number that a port can have.
const LARGEST: u32 = 65535;

/// The table of the team's ports, read in the order of their numbers.
#[derive(Debug, Default)]
pub struct Ports(Vec<TeamPort>);

impl From<Ports> for TeamPorts {
    fn from(ports: Ports) -> Self {
        Self { rows: ports.0 }
    }
}

impl<'de> Deserialize<'de> for Ports {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Rows;

        impl<'de> Visitor<'de> for Rows {
            type Value = Ports;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a table of ports")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ports, A::Error> {
                let mut rows = Vec::new();
                while let Some(key) = map.next_key()? {
                    rows.push(map.next_value_seed(At(key))?);
                }
                rows.sort_by_key(|row| (row.range.first, row.range.last, row.transport));
                Ok(Ports(rows))
            }
        }

        deserializer.deserialize_map(Rows)
    }
}

impl JsonSchema for Ports {
    fn schema_name() -> Cow<'static, str> {
        "Ports".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let keys = "^[0-9]+(-[0-9]+)?(/([Tt][Cc][Pp]|[Uu][Dd][Pp]|[Ss][Cc][Tt][Pp]|[Dd][Cc][Cc][Pp]))?$";
        json_schema!({
            "type": "object",
            "additionalProperties": false,
            "patternProperties": { (keys): generator.subschema_for::<Service>() },
        })
    }
}

/// Which ports a row is about: `7070`, `7000-7099`, `5353/udp`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Key {
    range: PortRange,
    transport: Option<Transport>,
}

impl FromStr for Key {
    type Err = Wrong;

    fn from_str(text: &str) -> Result<Self, Wrong> {
        let (numbers, transport) = match text.split_once('/') {
            Some((numbers, transport)) => (numbers, Some(transport_named(transport)?)),
            None => (text, None),
        };
        let wrong = |message: String, help: &str| Err(Wrong { message, help: help.to_owned() });
        let Some(range) = PortRange::parse(numbers) else {
            let help = "it is a number, two with a hyphen between, or either with a transport: `7070`, `7000-7099`, \
                `\"5353/udp\"`";
            return wrong(format!("`{text}` is no port"), help);
        };
        if range.first.min(range.last) == 0 || range.first.max(range.last) > LARGEST {
            return wrong(format!("`{text}` is out of range"), "ports are 1 to 65535");
        }
        if range.is_empty() {
            let help = format!("write `{}-{}`", range.last, range.first);
            return wrong(format!("the range `{text}` ends before it starts"), &help);
        }
        Ok(Self { range, transport })
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        word(deserializer, str::parse)
    }
}

/// Who has the ports of a row: a name, or a table that tells more.
#[derive(Debug)]
struct Service(Row);

/// Who has some ports, and what else there is to know.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ServiceTable")]
struct Row {
    /// What the team calls the service.
    name: String,
    /// The transport; every one if none is given.
    #[serde(default)]
    #[schemars(with = "TransportName")]
    transport: Option<TransportName>,
    /// A page to read.
    #[serde(default)]
    url: String,
    /// What else there is to know.
    #[serde(default)]
    note: String,
}

/// Reads the service at the ports of a key.
struct At(Key);

impl<'de> DeserializeSeed<'de> for At {
    type Value = TeamPort;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<TeamPort, D::Error> {
        let Row { name, transport, url, note } = Service::deserialize(deserializer)?.0;
        if name.trim().is_empty() {
            return Err(D::Error::custom("a service without a name\nsay who has the port"));
        }
        let (Key { range, transport: of_key }, of_row) = (self.0, transport.map(|it| it.0));
        if let (Some(one), Some(other)) = (of_key, of_row)
            && one != other
        {
            return Err(D::Error::custom(format_args!(
                "the row says {other} and its key {one}\nleave one of them out"
            )));
        }
        Ok(TeamPort { range, transport: of_row.or(of_key), service: name, url, note })
    }
}

impl<'de> Deserialize<'de> for Service {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameOrTable;

        impl<'de> Visitor<'de> for NameOrTable {
            type Value = Service;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("the name of a service, or a table with its `name`")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Service, E> {
                let name = name.to_owned();
                Ok(Service(Row { name, transport: None, url: String::new(), note: String::new() }))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Service, A::Error> {
                Row::deserialize(MapAccessDeserializer::new(map)).map(Service)
            }
        }

        deserializer.deserialize_any(NameOrTable)
    }
}

#[derive(Clone, Copy, Debug)]
struct TransportName(Transport);

impl JsonSchema for Service {
    fn schema_name() -> Cow<'static, str> {
        "Service".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Who has the ports: a name, or a table that tells more.",
            "anyOf": [{ "type": "string", "minLength": 1 }, generator.subschema_for::<Row>()],
        })
    }
}

impl JsonSchema for TransportName {
    fn schema_name() -> Cow<'static, str> {
        "Transport".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "enum": Transport::ALL.map(Transport::name) })
    }
}

impl<'de> Deserialize<'de> for TransportName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        word(deserializer, |name| transport_named(name).map(Self))
    }
}

fn transport_named(name: &str) -> Result<Transport, Wrong> {
    Transport::from_name(name).ok_or_else(|| {
        let names = Transport::ALL.map(Transport::name);
        let help = did_you_mean(name, names).unwrap_or_else(|| format!("it is {}", listed(&names, "or")));
        Wrong { message: format!("no transport is called `{name}`"), help }
    })
}
