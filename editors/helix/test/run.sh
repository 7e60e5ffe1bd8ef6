#!/bin/sh
# Portolan in a real Helix: run.sh, with the environment that screen.sh describes.
set -u

# shellcheck disable=SC2034 # screen.sh reads it.
editor=helix
here=$(cd "$(dirname "$0")" && pwd)
. "$here/screen.sh"

mkdir -p "$T/config/helix"
cp "$here/../languages.toml" "$T/config/helix/languages.toml" || exit 1

keep_logs() {
    [ ! -e "$T/cache/helix/helix.log" ] || cp "$T/cache/helix/helix.log" "$OUT/helix.log"
}

# helix FILE: opens it in a new Helix.
helix() {
    export FILE="$1"
    in_terminal "\"\$EDITOR_PROGRAM\" -v \"\$FILE\" 2>\"$T/stderr\""
    until_true "Helix shows its status line" shows_line '^ NOR '
}

# at LINE TEXT: puts the cursor on the first TEXT from the line on.
at() {
    type_command "goto $1"
    keys g h /
    keys -l "$2"
    keys Enter
    until_true "Helix is back in normal mode" shows_line '^ NOR '
}

# Compose: diagnostics, hover, an edit.
helix "$DEMO/compose.yaml"
until_true "994 is underlined in compose.yaml, line 9" \
    shows_line '^● +9 +- "994:994" +port 994 is reserved by IANA'
passed "compose.yaml, line 9: port 994 is reserved"

at 16 5432
keys Space k
until_true "hover on 5432 says postgresql" shows "assigned at IANA as postgresql"
keep_screen compose
passed "hover on 5432 in compose.yaml says postgresql"
keys Escape
until_true "Escape closes the hover" shows_not "assigned at IANA as postgresql"

at 8 994
type_command "goto 9"
keys x d
until_true "without line 9 nothing is said of 994" shows_not "port 994 is reserved"
keys u
until_true "with line 9 again, 994 is underlined" shows "port 994 is reserved"
passed "an edit clears the diagnostic, its undoing brings it back"

# Dockerfile: diagnostics, a code action.
type_command "open Dockerfile"
until_true "585 is underlined in the Dockerfile, line 11" \
    shows_line '^● +11 +EXPOSE .*585 +port 585 was deregistered on 2006-04-25'
keep_screen dockerfile
passed "Dockerfile, line 11: port 585 was deregistered"

at 11 585
keys Space a
until_true "a code action replaces 585" shows "Replace 585 with 993"
keep_screen code-action
keys Enter
until_true "the code action leaves no 585" shows_not 585
type_command "write"
# shellcheck disable=SC2016 # The variable is the Dockerfile's.
until_true "the Dockerfile on disk exposes 993" \
    has_file_line "$DEMO/Dockerfile" '^EXPOSE \$\{HTTP_PORT\} 143 993$'
passed "the code action replaces 585 with 993"

# nginx: diagnostics.
type_command "open nginx.conf"
until_true "585 is underlined in nginx.conf, line 32" \
    shows_line '^● +32 +proxy_pass webmail:585; +port 585 was deregistered'
until_true "994 is underlined in nginx.conf, line 36" shows_line '^● +36 +listen 994 ssl; +port 994 is reserved'
keep_screen nginx
passed "nginx.conf, lines 32 and 36: ports 585 and 994"

[ "$(servers_started)" -eq 1 ] || fail "expected one server for all files, started: $(cat "$PROCESSES")"
quit
passed "one server for all files, and it ends with Helix"

# Names that Helix itself does not know.
for name in compose.override.yaml docker-compose.dev.yml web-compose.yml; do
    cp "$DEMO/compose.yaml" "$DEMO/$name"
    helix "$DEMO/$name"
    until_true "994 is underlined in $name" shows_line '^● +9 .*port 994 is reserved'
    quit
done
mkdir -p "$DEMO/http.d" "$DEMO/sites-enabled"
for name in site.nginx http.d/default.conf sites-enabled/example.org; do
    cp "$DEMO/nginx.conf" "$DEMO/$name"
    helix "$DEMO/$name"
    type_command "goto 36"
    until_true "994 is underlined in $name" shows "port 994 is reserved"
    quit
done
passed "more names of compose and nginx files"

# Other YAML and TOML: no server. What would be underlined in values.yaml is there.
: >"$PROCESSES"
cp "$DEMO/compose.yaml" "$DEMO/values.yaml"
printf '[package]\nname = "demo"\n' >"$DEMO/Cargo.toml"
helix "$DEMO/values.yaml"
type_command "open Cargo.toml"
until_true "Cargo.toml is open" shows 'name = "demo"'
type_command "open compose.yaml"
until_true "994 is underlined in compose.yaml" shows "port 994 is reserved"
[ "$(servers_started)" -eq 1 ] || fail "expected a server for compose.yaml alone, started: $(cat "$PROCESSES")"
type_command "open values.yaml"
until_true "values.yaml is shown" shows_line '^ NOR +values.yaml'
if shows "port 994 is reserved"; then fail "values.yaml is no compose file, and 994 is underlined in it"; fi
for name in values.yaml Cargo.toml; do
    if grep -q "portolan.* -> .*didOpen.*$name" "$T/cache/helix/helix.log"; then fail "the server was told of $name"; fi
done
grep -q 'portolan.* -> .*didOpen.*compose.yaml' "$T/cache/helix/helix.log" \
    || fail "expected in Helix's log that the server was told of compose.yaml"
quit
passed "nothing starts for values.yaml and Cargo.toml"

# The server's own configuration, which lies at the top of the project; a .git makes the folder one.
printf "ignore = ['no-such-rule']\n" >"$DEMO/portolan.toml"
mkdir -p "$DEMO/.git"
helix "$DEMO/portolan.toml"
until_true "the mistake is underlined in portolan.toml" shows "no rule or set is called"
keep_screen configuration
quit
passed "a mistake in portolan.toml is underlined"
