//! The values that the variables of a file have from elsewhere.

use std::collections::BTreeMap;

/// Variables with the values that somebody gives them: a list of variables, the arguments of a build.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Environment(BTreeMap<String, String>);

/// That of a file of which nobody gives the variables a value.
pub(super) static NOTHING: Environment = Environment(BTreeMap::new());

impl Environment {
    /// Whether no variable has a value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of the variable `name`; with a `$` in it where that is not known in full.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Every variable with its value, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Gives the variable `name` a `value`, in place of the one before.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.insert(name.into(), value.into());
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

impl<N: Into<String>, V: Into<String>> Extend<(N, V)> for Environment {
    fn extend<I: IntoIterator<Item = (N, V)>>(&mut self, variables: I) {
        self.0.extend(variables.into_iter().map(|(name, value)| (name.into(), value.into())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::{Language, scan, scan_in};
    use crate::port::PortUse;

    /// The ports of `text` where `PORT` is 8080 and `HOST` is 127.0.0.1: each as it is written, with its number, its address
    /// and its variable.
    fn ports(text: &str, language: Language) -> Vec<String> {
        let environment = Environment::from_iter([("PORT", "8080"), ("HOST", "127.0.0.1"), ("X", "$")]);
        let describe = |port: &PortUse| {
            let number = port.range.map_or_else(|| "?".to_owned(), |range| range.to_string());
            let address = port.address.as_deref().unwrap_or_default();
            let variable = port.variable.as_ref().map_or_else(String::new, |variable| {
                format!(
                    " by {}{}",
                    variable.name,
                    if variable.definition.is_some() { " of the file" } else { "" }
                )
            });
            format!("{} = {address}@{number}{variable}", port.span.of(text))
        };
        scan_in(text, language, &environment).uses.iter().map(describe).collect()
    }

    #[test]
    fn the_ports_of_a_compose_file() {
        let text = "\u{feff}services:
  a:
    ports: ['$HOST:${PORT:-80}:80', '${OTHER:-81}:8${PORT+1}', '$X:82']
    expose: [\"${PORT}\"]
    environment: {PORT: $PORT, URL: 'http://$HOST:${PORT}/'}
    command: --port $PORT
";
        let expected = [
            "${PORT:-80} = 127.0.0.1@8080 by PORT",
            "80 = @80",
            "81 = @81 by OTHER",
            "8${PORT+1 = @81 by PORT",
            "$X = @? by X",
            "82 = @82",
            "${PORT} = @8080 by PORT",
            "$PORT = @8080 by PORT",
            "${PORT} = 127.0.0.1@8080 by PORT",
            "$PORT = @8080 by PORT",
        ];
        assert_eq!(ports(text, Language::Compose), expected);
    }

    #[test]
    fn the_arguments_of_a_dockerfile() {
        let expose = |lines: &str| {
            let found = ports(&format!("{lines}\nEXPOSE $PORT\n"), Language::Dockerfile);
            found.into_iter().filter(|port| port.starts_with("$PORT = ")).collect::<Vec<_>>()
        };
        let given = ["$PORT = @8080 by PORT"];
        for lines in [
            "ARG PORT\nFROM a\nARG PORT",
            "ARG PORT=80\nFROM a\nARG PORT",
            "FROM a\nARG PORT=80",
            "FROM a\nARG PORT",
            "FROM a AS b\nARG PORT\nFROM b",
        ] {
            assert_eq!(expose(lines), given, "{lines}");
        }
        assert_eq!(expose("FROM a"), ["$PORT = @? by PORT"], "not declared");
        assert_eq!(expose("ARG PORT\nFROM a"), ["$PORT = @? by PORT"], "declared elsewhere");
        assert_eq!(expose("FROM a\nENV PORT=80"), ["$PORT = @80 by PORT of the file"]);
        assert_eq!(expose("FROM a\nENV PORT=80\nARG PORT"), ["$PORT = @80 by PORT of the file"]);
        assert_eq!(expose("FROM a\nARG PORT\nENV PORT=9$PORT"), ["$PORT = @98080 by PORT of the file"]);
        let text = "ARG PORT=80\nARG HOST=a\nFROM $HOST:$PORT\n";
        assert_eq!(ports(text, Language::Dockerfile), ["80 = @80"], "the default stands there all the same");
        let environment = Environment::from_iter([("HOST", "nginx"), ("PORT", "1")]);
        assert_eq!(scan_in(text, Language::Dockerfile, &environment).stages[0].image, "nginx:1");
    }

    #[test]
    fn nginx_has_none() {
        assert_eq!(ports("server { listen $PORT; listen 80; }", Language::Nginx).last().unwrap(), "80 = @80");
    }

    #[test]
    fn a_long_argument_again_and_again_takes_linear_space() {
        let environment = Environment::from_iter([("A", "1".repeat(100_000))]);
        let text = format!("FROM a\n{}", "ARG A\nENV B=$A\n".repeat(10_000));
        assert_eq!(scan_in(&text, Language::Dockerfile, &environment), scan(&text, Language::Dockerfile));
    }
}
