# Vim in tmux, read from its screen. Sourced by run.sh.
#
# PORTOLAN        the server, EDITOR_PROGRAM Vim's program
# DEMO            a copy of tests/demo that may be changed
# OUT             a folder for screens and logs

: "${PORTOLAN:?}" "${EDITOR_PROGRAM:?}" "${DEMO:?}" "${OUT:?}"
seconds=60

passed() {
    echo "ok: $1"
}

# fail WHAT: ends the test with what was expected, and what the screen shows instead.
fail() {
    echo "FAILED: $1" >&2
    screen >&2
    exit 1
}

command -v tmux >/dev/null || {
    echo "FAILED: tmux is not installed, and Vim needs a terminal" >&2
    exit 1
}

T=$(mktemp -d) || exit 1
clean() {
    tm kill-server 2>/dev/null
    rm -rf "$T"
}
trap clean EXIT
trap 'exit 1' HUP INT TERM

# The server writes down its process, so that it is known how often it started and whether it is gone.
mkdir -p "$T/bin" "$T/config" "$T/data" "$T/home"
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

keep_screen() {
    screen >"$OUT/vim-$1.txt"
}

# in_terminal COMMAND: runs it in a new terminal, in the demo's folder. The last one's tmux may not have ended yet.
in_terminal() {
    until_true "tmux starts" new_terminal "$1"
}

new_terminal() {
    tm new-session -d -x 130 -y 42 -c "$DEMO" "exec $1" 2>/dev/null
}

keys() {
    tm send-keys "$@"
}

# type_command TEXT: at Vim's colon.
type_command() {
    keys ":"
    keys -l "$1"
    keys Enter
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

# shows TEXT, shows_not TEXT: whether the screen does. shows_line REGEX: whether a line of it does.
shows() {
    screen | grep -qF -- "$1"
}

shows_not() {
    ! shows "$1"
}

shows_line() {
    screen | grep -qE -- "$1"
}

has_file_line() {
    grep -qE -- "$2" "$1" 2>/dev/null
}

servers_started() {
    wc -l <"$PROCESSES"
}

no_server_runs() {
    while read -r process; do
        kill -0 "$process" 2>/dev/null || continue
        # What has ended, and nobody has asked for yet, is gone as well.
        case $(ps -o stat= -p "$process") in
        Z*) ;;
        *) return 1 ;;
        esac
    done <"$PROCESSES"
}

terminal_is_gone() {
    ! tm has-session 2>/dev/null
}

# quit: Vim ends without saving, and takes the server with it.
quit() {
    type_command "qa!"
    until_true "Vim ends" terminal_is_gone
    until_true "the server's process ends with Vim" no_server_runs
}
