//! stub
use std::collections::BTreeMap;
/// stub
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment(BTreeMap<String, String>);
impl Environment {
    /// stub
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
    /// stub
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// stub
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(a, b)| (a.as_str(), b.as_str()))
    }
}
impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(it: I) -> Self {
        Self(it.into_iter().collect())
    }
}
impl Extend<(String, String)> for Environment {
    fn extend<I: IntoIterator<Item = (String, String)>>(&mut self, it: I) {
        self.0.extend(it)
    }
}
