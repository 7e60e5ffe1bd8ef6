#!/bin/sh
# Portolan in a real Helix, which runs in tmux and is read from its screen: run.sh
#
# PORTOLAN        the server, EDITOR_PROGRAM Helix's program
# DEMO            a copy of tests/demo that may be changed
# OUT             a folder for the screens and Helix's log
set -u

: "${PORTOLAN:?}" "${EDITOR_PROGRAM:?}" "${DEMO:?}" "${OUT:?}"
here=$(cd "$(dirname "$0")" && pwd)
seconds=60

fail() {
    echo "FAILED: $1" >&2
    screen >&2
    exit 1
}

passed() {
    echo "ok: $1"
}

command -v tmux >/dev/null || {
    echo "FAILED: tmux is not installed, and Helix needs a terminal" >&2
    exit 1
}

T=$(mktemp -d) || exit 1
clean() {
    [ ! -e "$T/cache/helix/helix.log" ] || cp "$T/cache/helix/helix.log" "$OUT/helix.log"
    tmux -S "$T/tmux" kill-server 2>/dev/null
    rm -rf "$T"
}
trap clean EXIT
trap 'exit 1' HUP INT TERM

# The server writes down its process, so that it is known how often it started and whether it is gone.
mkdir -p "$T/bin" "$T/config/helix" "$T/data" "$T/home"
cp "$here/../languages.toml" "$T/config/helix/languages.toml" || exit 1
cat >"$T/bin/portolan" <<'SERVER'
#!/bin/sh
echo $$ >>"$PROCESSES"
exec "$PORTOLAN" "$@"
SERVER
chmod +x "$T/bin/portolan"
export PROCESSES="$T/processes" PORTOLAN EDITOR_PROGRAM
: >"$PROCESSES"
export HOME="$T/home" XDG_CONFIG_HOME="$T/config" XDG_CACHE_HOME="$T/cache" XDG_DATA_HOME="$T/data"
export XDG_STATE_HOME="$T/data" PATH="$T/bin:$PATH" SHELL=/bin/sh COLORTERM=truecolor LC_ALL=C.UTF-8
unset TMUX TMUX_PANE

tm() {
    tmux -S "$T/tmux" -f /dev/null "$@"
}

screen() {
    tm capture-pane -p 2>/dev/null
}

# until_true WHAT COMMAND…: waits until the command succeeds.
until_true() {
    what=$1
    shift
    end=$(($(date +%s) + seconds))
    until "$@"; do
        [ "$(date +%s)" -lt "$end" ] || fail "expected within $seconds s: $what; the screen shows"
        sleep 0.1
    done
}

# shows TEXT: whether the screen does. shows_line REGEX: whether a line of it does.
shows() {
    screen | grep -qF -- "$1"
}

shows_line() {
    screen | grep -qE -- "$1"
}

shows_not() {
    ! shows "$1"
}

has_file_line() {
    grep -qE -- "$2" "$1"
}

# helix FILE: opens it in a new Helix.
helix() {
    export FILE="$1"
    tm kill-server 2>/dev/null
    tm new-session -d -x 130 -y 42 -c "$DEMO" "exec \"\$EDITOR_PROGRAM\" -v \"\$FILE\" 2>\"$T/stderr\"" \
        || fail "tmux could not start"
    until_true "Helix shows its status line" shows_line '^ NOR '
}

keys() {
    tm send-keys "$@"
}

type_command() {
    keys ":"
    keys -l "$1"
    keys Enter
}

# at LINE TEXT: puts the cursor on the first TEXT from the line on.
at() {
    type_command "goto $1"
    keys g h /
    keys -l "$2"
    keys Enter
    until_true "Helix is back in normal mode" shows_line '^ NOR '
}

keep_screen() {
    screen >"$OUT/helix-$1.txt"
}

is_gone() {
    ! tm has-session 2>/dev/null
}

no_server_runs() {
    while read -r process; do
        case $(ps -o stat= -p "$process" 2>/dev/null) in
        '' | Z*) ;;
        *) return 1 ;;
        esac
    done <"$PROCESSES"
}

quit() {
    type_command "quit-all!"
    until_true "Helix ends" is_gone
    until_true "the server's process ends with Helix" no_server_runs
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
type_command "open $DEMO/Dockerfile"
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
type_command "open $DEMO/nginx.conf"
until_true "585 is underlined in nginx.conf, line 32" \
    shows_line '^● +32 +proxy_pass webmail:585; +port 585 was deregistered'
until_true "994 is underlined in nginx.conf, line 36" shows_line '^● +36 +listen 994 ssl; +port 994 is reserved'
keep_screen nginx
passed "nginx.conf, lines 32 and 36: ports 585 and 994"

[ "$(wc -l <"$PROCESSES")" -eq 1 ] || fail "expected one server for all files, started: $(cat "$PROCESSES")"
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
type_command "open $DEMO/Cargo.toml"
until_true "Cargo.toml is open" shows 'name = "demo"'
type_command "open $DEMO/compose.yaml"
until_true "994 is underlined in compose.yaml" shows "port 994 is reserved"
[ "$(wc -l <"$PROCESSES")" -eq 1 ] || fail "expected a server for compose.yaml alone, started: $(cat "$PROCESSES")"
type_command "open $DEMO/values.yaml"
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
