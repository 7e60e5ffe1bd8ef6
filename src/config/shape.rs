//! The shape of a `portolan.toml` for those who write one: its keys and words with what they mean, read off its schema.

use std::sync::LazyLock;

use serde_json::Value;

use super::document::schema;

/// What may stand somewhere in a `portolan.toml`. It may be several things: a name or a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// The keys of a table, in alphabetical order.
    pub keys: Vec<Key>,
    /// What stands at the keys of a table that have no names of their own, such as the ports of the team.
    pub row: Option<Box<Shape>>,
    /// What the items of a list are.
    pub item: Option<Box<Shape>>,
    /// The words that it is one of.
    pub words: Vec<Word>,
    /// Whether it is any text.
    pub is_text: bool,
}

/// A key of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its name.
    pub name: String,
    /// What it says, in whole sentences.
    pub about: String,
    /// What stands there.
    pub shape: Shape,
}

/// A word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word.
    pub name: String,
    /// What it means, in whole sentences; may be empty.
    pub about: String,
}

impl Shape {
    /// Whether it is a table and nothing shorter, so that it has a header of its own.
    #[must_use]
    pub fn is_table(&self) -> bool {
        (!self.keys.is_empty() || self.row.is_some()) && !self.is_text
    }

    /// What stands at `path`, a sequence of keys; in a list that is what its items are.
    #[must_use]
    pub fn at<'p>(&self, path: impl IntoIterator<Item = &'p str>) -> Option<&Self> {
        let mut shape = self;
        for name in path {
            let table = shape.item.as_deref().unwrap_or(shape);
            let known = table.keys.iter().find(|key| key.name == name).map(|key| &key.shape);
            shape = known.or(table.row.as_deref())?;
        }
        Some(shape.item.as_deref().unwrap_or(shape))
    }

    fn read(schema: &Value, root: &Value) -> Self {
        let mut shape = Self { is_text: schema["type"] == "string", ..Self::default() };
        if let Some(name) = schema["$ref"].as_str() {
            let target = name.strip_prefix('#').and_then(|path| root.pointer(path));
            shape = target.map(|target| Self::read(target, root)).unwrap_or_default();
        }
        let object = |name: &str| schema[name].as_object().into_iter().flatten();
        shape.keys.extend(object("properties").map(|(name, schema)| Key {
            name: name.clone(),
            about: text(&schema["description"]),
            shape: Self::read(schema, root),
        }));
        if let Some((_, schema)) = object("patternProperties").next() {
            shape.row = Some(Box::new(Self::read(schema, root)));
        }
        if schema["items"].is_object() {
            shape.item = Some(Box::new(Self::read(&schema["items"], root)));
        }
        let list = |name: &str| schema[name].as_array().into_iter().flatten();
        shape.words.extend(list("enum").map(|word| Word { name: text(word), about: String::new() }));
        for part in list("allOf").chain(list("anyOf")).chain(list("oneOf")) {
            if part["const"].is_string() {
                shape.words.push(Word { name: text(&part["const"]), about: text(&part["description"]) });
                continue;
            }
            let part = Self::read(part, root);
            shape.keys.extend(part.keys);
            shape.words.extend(part.words);
            shape.row = shape.row.or(part.row);
            shape.item = shape.item.or(part.item);
            shape.is_text |= part.is_text;
        }
        shape
    }
}

/// The shape of a whole `portolan.toml`.
pub fn shape() -> &'static Shape {
    static SHAPE: LazyLock<Shape> = LazyLock::new(|| {
        let schema = schema();
        Shape::read(schema.as_value(), schema.as_value())
    });
    &SHAPE
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{RULES, SETS};

    #[test]
    fn the_shape_is_that_of_the_schema() {
        let names = |path: &[&str]| {
            let shape = shape().at(path.iter().copied()).expect("the path leads somewhere");
            shape.keys.iter().map(|key| key.name.as_str()).collect::<Vec<_>>()
        };
        let root = [
            "exclude",
            "extend-select",
            "ignore",
            "languages",
            "max-file-size",
            "overrides",
            "ports",
            "select",
            "severity",
        ];
        assert_eq!(names(&[]), root);
        assert_eq!(names(&["overrides"]), ["extend-select", "ignore", "paths", "select", "severity"]);
        assert_eq!(names(&["severity"]).len(), RULES.len());
        assert_eq!(names(&["overrides", "severity"]).len(), RULES.len());
        assert_eq!(names(&["ports", "7070"]), ["name", "note", "transport", "url"]);
        let words = |path: &[&str]| shape().at(path.iter().copied()).map_or(0, |shape| shape.words.len());
        assert_eq!(words(&["select"]), RULES.len() + SETS.len());
        assert_eq!(words(&["severity", "reserved-port"]), 5);
        assert_eq!(words(&["ports", "7070", "transport"]), 4);
        assert_eq!(shape().at(["nothing"]), None);
        assert!(shape().keys.iter().all(|key| !key.about.is_empty()));
        let tables = shape().keys.iter().filter(|key| key.shape.is_table()).map(|key| key.name.as_str());
        assert_eq!(tables.collect::<Vec<_>>(), ["languages", "ports", "severity"]);
    }
}
