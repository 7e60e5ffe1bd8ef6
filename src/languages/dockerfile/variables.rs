//! The variables of a Dockerfile: what `ENV` and `ARG` give a value, and who sees it.

use std::sync::Arc;

use foldhash::{HashMap, HashMapExt};

use crate::languages::Environment;
use crate::languages::joining::count;
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
    said: Said,
    /// The definitions before the first stage, by name.
    global: HashMap<Arc<str>, usize>,
    stages: Vec<Stage>,
    /// The stage that is being read: an index into `stages`.
    stage: Option<usize>,
    /// How many bytes may come out of variables in all.
    allowance: usize,
    /// How many did.
    taken: usize,
    /// Whether more were wanted.
    is_short: bool,
}

/// All that was said of variables, in the order of the file: from any part of it that begins at the start, the variables are
/// made that are seen there.
#[derive(Clone, Debug, Default)]
pub struct Said {
    definitions: Vec<Definition>,
    /// Where a name refers to a definition from then on.
    bindings: Vec<Binding>,
    /// The numbers of the definitions whose ports were taken.
    takes: Vec<usize>,
}

/// How much was said of variables up to a place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    definitions: u32,
    bindings: u32,
    takes: u32,
}

/// A name that refers to a definition.
#[derive(Clone, Debug)]
struct Binding {
    /// The stage in which it does; `None` before the first one.
    stage: Option<usize>,
    name: Arc<str>,
    number: usize,
}

/// What an `ENV` or `ARG` says of one variable.
#[derive(Clone, Debug, Default)]
pub struct Definition {
    /// Its value; `None` where the file does not tell it.
    pub value: Option<Arc<str>>,
    /// Where that stands; where an argument has none, its name.
    pub span: Span,
    /// The definitions that the value is made of, by their numbers.
    pub parts: Vec<usize>,
    /// The numbers in the value, which are ports once something uses them as such.
    pub ports: Vec<PortUse>,
    /// Who says it.
    pub by: By,
    /// Whether its ports were taken, and those of all that it is made of.
    pub is_taken: bool,
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

impl Said {
    /// How much it is.
    pub fn extent(&self) -> Extent {
        Extent {
            definitions: count(&self.definitions),
            bindings: count(&self.bindings),
            takes: count(&self.takes),
        }
    }

    /// Cuts off what was said behind the place up to which `extent` was said, and gives that.
    pub fn cut(&mut self, extent: Extent) -> Self {
        Self {
            definitions: self.definitions.split_off(extent.definitions as usize),
            bindings: self.bindings.split_off(extent.bindings as usize),
            takes: self.takes.split_off(extent.takes as usize),
        }
    }

    /// Takes over what was said behind it.
    pub fn append(&mut self, mut behind: Self) {
        self.definitions.append(&mut behind.definitions);
        self.bindings.append(&mut behind.bindings);
        self.takes.append(&mut behind.takes);
    }

    /// Shows each place in it to `change`, which may move it.
    pub fn for_each_span(&mut self, change: &mut impl FnMut(&mut Span)) {
        for definition in &mut self.definitions {
            change(&mut definition.span);
            definition.ports.iter_mut().for_each(|port| port.for_each_span(change));
        }
    }

    /// The ports that nothing uses as such yet.
    pub fn ports_mut(&mut self) -> impl Iterator<Item = &mut PortUse> {
        self.definitions.iter_mut().flat_map(|definition| &mut definition.ports)
    }
}

#[derive(Debug)]
struct Stage {
    /// The stage that it is built upon.
    base: Option<usize>,
    /// The latest of its own definitions, by name.
    names: HashMap<Arc<str>, usize>,
}

/// How many bytes may come out of the variables of a file of `length` bytes.
pub const fn allowance(length: usize) -> usize {
    length.saturating_add(4096)
}

/// How many stages, each built upon the next, are asked for a variable: more than anybody stacks.
const DEEPEST: usize = 64;

impl<'e> Variables<'e> {
    /// No variables yet, of a file of `length` bytes whose build is `given` some arguments.
    pub fn new(length: usize, given: &'e Environment) -> Self {
        Self {
            given,
            said: Said::default(),
            global: HashMap::new(),
            stages: Vec::new(),
            stage: None,
            allowance: allowance(length),
            taken: 0,
            is_short: false,
        }
    }

    /// The variables where that was `said`, and these stages were opened, each with the one that it is built upon. `taken`
    /// bytes came out of them so far.
    pub fn resume(self, mut said: Said, bases: impl Iterator<Item = Option<usize>>, taken: usize) -> Self {
        let mut stages: Vec<Stage> = bases.map(|base| Stage { base, names: HashMap::new() }).collect();
        let mut global = HashMap::new();
        for Binding { stage, name, number } in &said.bindings {
            let names = stage.and_then(|stage| stages.get_mut(stage)).map_or(&mut global, |it| &mut it.names);
            names.insert(Arc::clone(name), *number);
        }
        said.definitions.iter_mut().for_each(|definition| definition.is_taken = false);
        for &number in &said.takes {
            said.definitions[number].is_taken = true;
        }
        let stage = stages.len().checked_sub(1);
        Self { said, global, stages, stage, taken, ..self }
    }

    /// How much was said so far.
    pub fn extent(&self) -> Extent {
        self.said.extent()
    }

    /// All that was said.
    pub fn into_said(self) -> Said {
        self.said
    }

    /// How many bytes came out of variables so far; `None` where more were wanted than there may.
    pub fn taken(&self) -> Option<usize> {
        (!self.is_short).then_some(self.taken)
    }

    /// Takes over what was said behind it, where `taken` bytes came out of variables.
    pub fn append(&mut self, behind: Said, taken: usize) {
        self.said.append(behind);
        self.taken += taken;
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
        let number = self.said.definitions.len();
        self.said.definitions.push(definition);
        self.bind(Arc::from(name), number);
    }

    /// Lets `name` refer to the definition of that number from here on.
    fn bind(&mut self, name: Arc<str>, number: usize) {
        self.said.bindings.push(Binding { stage: self.stage, name: Arc::clone(&name), number });
        self.names().insert(name, number);
    }

    /// Declares the argument `name`, which stands at `span`. It takes the value that it has before the first stage; one
    /// that a build must give a value has none.
    pub fn declare(&mut self, name: &str, span: Span) {
        if let Some(&number) = self.global.get(name) {
            self.bind(Arc::from(name), number);
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
            let value = is_known.then(|| Arc::from(value));
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
        &self.said.definitions[number]
    }

    /// Takes the ports out of the definitions of those numbers, and out of all that they are made of. Nobody gets them twice.
    pub fn take_ports(&mut self, mut numbers: Vec<usize>) -> Vec<PortUse> {
        let (mut ports, mut taken) = (Vec::new(), Vec::new());
        while let Some(number) = numbers.pop() {
            let definition = &mut self.said.definitions[number];
            if !std::mem::replace(&mut definition.is_taken, true) {
                ports.extend_from_slice(&definition.ports);
                numbers.extend_from_slice(&definition.parts);
                taken.push(number);
            }
        }
        // Of a definition without ports nobody sees whether they are taken.
        if !ports.is_empty() {
            self.said.takes.append(&mut taken);
        }
        ports
    }

    /// Whether `bytes` more may come out of variables; if so, they count as taken.
    pub const fn allow(&mut self, bytes: usize) -> bool {
        let taken = self.taken.saturating_add(bytes);
        if taken > self.allowance {
            self.is_short = true;
            return false;
        }
        self.taken = taken;
        true
    }

    /// What is defined where the reading is.
    fn names(&mut self) -> &mut HashMap<Arc<str>, usize> {
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
        variables.define(name, Definition { value: Some(Arc::from(value)), ..Definition::default() });
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
