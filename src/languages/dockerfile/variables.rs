//! The variables of a Dockerfile: what `ENV` and `ARG` give a value, and who sees it.

use std::rc::Rc;

use foldhash::{HashMap, HashMapExt};

use crate::languages::Environment;
use crate::languages::sourced::UNKNOWN;
use crate::port::PortUse;
use crate::text::Span;

/// Every variable of a file, and the stage that is being read.
///
/// The text that comes out of variables is bounded by the length of the file, so that one that doubles itself again and
/// again takes no more than linear time.
#[derive(Debug)]
pub struct Variables<'e> {
    /// The arguments that the build is given.
    given: &'e Environment,
    definitions: Vec<Definition>,
    /// The definitions before the first stage, by name.
    global: HashMap<String, usize>,
    stages: Vec<Stage>,
    /// The stage that is being read: an index into `stages`.
    stage: Option<usize>,
    /// How many bytes may still come out of variables.
    allowance: usize,
}

/// What an `ENV` or `ARG` says of one variable.
#[derive(Debug, Default)]
pub struct Definition {
    /// Its value; `None` where the file does not tell it.
    pub value: Option<Rc<str>>,
    /// Where that stands; where an argument has none, its name.
    pub span: Span,
    /// The definitions that the value is made of, by their numbers.
    pub parts: Vec<usize>,
    /// The numbers in the value, which are ports once something uses them as such.
    pub ports: Vec<PortUse>,
    /// Who says it.
    pub by: By,
}

/// Who gives a variable its value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum By {
    /// `ARG`.
    #[default]
    Argument,
    /// `ENV`.
    Environment,
    /// Whoever builds the file.
    Builder,
}

impl Definition {
    /// Where the file says it; `None` where it does not.
    pub fn place(&self) -> Option<Span> {
        (self.by != By::Builder).then_some(self.span)
    }
}

#[derive(Debug)]
struct Stage {
    /// The stage that it is built upon.
    base: Option<usize>,
    /// The latest of its own definitions, by name.
    names: HashMap<String, usize>,
}

/// How many stages, each built upon the next, are asked for a variable: more than anybody stacks.
const DEEPEST: usize = 64;

impl<'e> Variables<'e> {
    /// No variables yet, of a file of `length` bytes whose build is `given` some arguments.
    pub fn new(length: usize, given: &'e Environment) -> Self {
        Self {
            given,
            definitions: Vec::new(),
            global: HashMap::new(),
            stages: Vec::new(),
            stage: None,
            allowance: length.saturating_add(4096),
        }
    }

    /// Leaves the stage: what follows sees what was defined before the first one, as `FROM` does.
    pub const fn close_stage(&mut self) {
        self.stage = None;
    }

    /// Enters a new stage that is built upon the stage `base`, and gives its number, from 0.
    pub fn open_stage(&mut self, base: Option<usize>) -> usize {
        let number = self.stages.len();
        self.stages.push(Stage { base, names: HashMap::new() });
        self.stage = Some(number);
        number
    }

    /// Gives `name` a definition.
    pub fn define(&mut self, name: &str, definition: Definition) {
        let number = self.definitions.len();
        self.definitions.push(definition);
        self.names().insert(name.to_owned(), number);
    }

    /// Declares the argument `name`, which stands at `span`. It takes the value that it has before the first stage; one
    /// that a build must give a value has none.
    pub fn declare(&mut self, name: &str, span: Span) {
        if let Some(&number) = self.global.get(name) {
            self.names().insert(name.to_owned(), number);
        } else if self.find(name).is_none() {
            self.define(name, Definition { span, ..Definition::default() });
        }
    }

    /// Gives the argument `name`, which stands at `span`, the value that the build gives it, if it does. What `ENV` says
    /// of it is stronger.
    pub fn give(&mut self, name: &str, span: Span) -> bool {
        let Some(value) = self.given.get(name) else { return false };
        let is_set = |number| self.definition(number).by == By::Environment;
        if !self.find(name).is_some_and(is_set) {
            let is_known = value != UNKNOWN.encode_utf8(&mut [0; 4]) && self.allow(value.len());
            let value = is_known.then(|| Rc::from(value));
            self.define(name, Definition { value, span, by: By::Builder, ..Definition::default() });
        }
        true
    }

    /// The number of the definition that `name` refers to.
    pub fn find(&self, name: &str) -> Option<usize> {
        let Some(mut stage) = self.stage else {
            return self.global.get(name).copied();
        };
        for _ in 0..DEEPEST {
            let Stage { base, names } = &self.stages[stage];
            if let Some(&number) = names.get(name) {
                return Some(number);
            }
            stage = (*base)?;
        }
        None
    }

    /// The definition of that number.
    pub fn definition(&self, number: usize) -> &Definition {
        &self.definitions[number]
    }

    /// Takes the ports out of the definitions of those numbers, and out of all that they are made of.
    pub fn take_ports(&mut self, mut numbers: Vec<usize>) -> Vec<PortUse> {
        let mut ports = Vec::new();
        while let Some(number) = numbers.pop() {
            let definition = &mut self.definitions[number];
            ports.append(&mut definition.ports);
            numbers.append(&mut definition.parts);
        }
        ports
    }

    /// Whether `bytes` more may come out of variables; if so, they count as taken.
    pub fn allow(&mut self, bytes: usize) -> bool {
        let left = self.allowance.checked_sub(bytes);
        self.allowance = left.unwrap_or(self.allowance);
        left.is_some()
    }

    /// What is defined where the reading is.
    fn names(&mut self) -> &mut HashMap<String, usize> {
        match self.stage {
            Some(stage) => &mut self.stages[stage].names,
            None => &mut self.global,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::environment::NOTHING;

    fn set(variables: &mut Variables, name: &str, value: &str) {
        variables.define(name, Definition { value: Some(Rc::from(value)), ..Definition::default() });
    }

    fn get<'a>(variables: &'a Variables, name: &str) -> Option<&'a str> {
        variables.find(name).and_then(|number| variables.definition(number).value.as_deref())
    }

    #[test]
    fn a_global_argument_is_seen_where_it_is_declared_again() {
        let mut variables = Variables::new(0, &NOTHING);
        set(&mut variables, "PORT", "80");
        variables.open_stage(None);
        assert_eq!(variables.find("PORT"), None);
        variables.declare("PORT", Span::default());
        assert_eq!(get(&variables, "PORT"), Some("80"));
    }

    #[test]
    fn a_declaration_without_a_value_takes_none_away() {
        let mut variables = Variables::new(0, &NOTHING);
        variables.open_stage(None);
        variables.declare("A", Span::new(3, 4));
        let declared = variables.find("A").unwrap();
        assert_eq!(variables.definition(declared).span, Span::new(3, 4));
        set(&mut variables, "A", "1");
        variables.declare("A", Span::default());
        assert_eq!(get(&variables, "A"), Some("1"));
    }

    #[test]
    fn a_stage_sees_what_it_is_built_upon() {
        let mut variables = Variables::new(0, &NOTHING);
        for stage in 0..DEEPEST + 1 {
            variables.open_stage(stage.checked_sub(1));
            set(&mut variables, &format!("V{stage}"), "x");
        }
        assert_eq!(get(&variables, "V1"), Some("x"));
        assert_eq!(get(&variables, "V0"), None, "too deep");
        variables.open_stage(None);
        assert_eq!(get(&variables, "V64"), None, "another image");
    }
}
