#!/bin/sh
# Tests the plugin in a real Neovim, 0.7 or later: what that version can do, it is asked for.
#
#   PORTOLAN        the server, an absolute path
#   EDITOR_PROGRAM  the Neovim, an absolute path
#   DEMO            a copy of tests/demo that may be written to
#   OUT             an existing folder for logs and text screenshots
#
# With PORTOLAN_EDITORS=required a machine without tmux fails; elsewhere it tests no screens.
set -eu

: "${PORTOLAN:?}" "${EDITOR_PROGRAM:?}" "${DEMO:?}" "${OUT:?}"
demo=$DEMO
export PORTOLAN DEMO OUT
TEST=$(cd "$(dirname "$0")" && pwd)
PLUGIN=$(dirname "$TEST")
export TEST PLUGIN

HOME=$(mktemp -d)
export HOME
SOCKET=$HOME/tmux
clean_up() {
  # A Neovim whose terminal is taken away does not always end, so it is asked to.
  tries=0
  while [ -S "$SOCKET" ] && [ "$tries" -lt 50 ] && tmux -S "$SOCKET" has-session 2>"$HOME/tmux-error"; do
    tmux -S "$SOCKET" send-keys Escape Escape ':qall!' Enter 2>"$HOME/tmux-error" || true
    tries=$((tries + 1))
    sleep 0.1
  done
  ! [ -S "$SOCKET" ] || tmux -S "$SOCKET" kill-server 2>"$HOME/tmux-error" || true
  # A Neovim that was killed may be writing still.
  rm -rf "$HOME" 2>/dev/null || { sleep 1; rm -rf "$HOME"; }
}
trap clean_up EXIT
trap 'exit 1' INT TERM

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# Nothing of the user's is read, and nothing is left behind.
DEMO=$HOME/demo
export XDG_CONFIG_HOME="$HOME/config" XDG_DATA_HOME="$HOME/data" XDG_STATE_HOME="$HOME/state"
export XDG_CACHE_HOME="$HOME/cache" XDG_RUNTIME_DIR="$HOME/run" TMPDIR="$HOME/tmp"
export XDG_CONFIG_DIRS="$HOME/none" XDG_DATA_DIRS="$HOME/none"
unset NVIM NVIM_APPNAME NVIM_LOG_FILE NVIM_LISTEN_ADDRESS VIMINIT EXINIT MYVIMRC TMUX
mkdir -p "$XDG_CONFIG_HOME/nvim" "$XDG_STATE_HOME" "$XDG_CACHE_HOME" "$XDG_RUNTIME_DIR" "$TMPDIR" "$HOME/bin"
chmod 700 "$XDG_RUNTIME_DIR"

# The server as users have it, on the PATH. It tells when it starts and how it ends.
SERVERS=$HOME/servers
export SERVERS
: >"$SERVERS"
cat >"$HOME/bin/portolan" <<'EOF'
#!/bin/sh
[ "$1" = --stdio ] || exec "$PORTOLAN" "$@"
trap : TERM
echo "start $$" >>"$SERVERS"
status=0
"$PORTOLAN" "$@" || status=$?
echo "end $$ $status" >>"$SERVERS"
EOF
chmod +x "$HOME/bin/portolan"
editor_path=$HOME/bin:$PATH

version=$("$EDITOR_PROGRAM" --version | sed -n '1s/^NVIM v//p')
[ -n "$version" ] || fail "$EDITOR_PROGRAM --version does not say that it is Neovim"
case $version in 0.[0-9].* | 0.10.*) is_old=1 ;; *) is_old= ;; esac
echo "Neovim $version"

# The code block below a heading of the README, which is what users paste.
readme() {
  block=$(awk -v heading="$1" '
    /^#/ { here = $0 == heading }
    here && /^```$/ { if (inside) exit }
    here && inside { print }
    here && /^```lua$/ { inside = 1 }' "$PLUGIN/README.md")
  [ -n "$block" ] || fail "README.md has no Lua below the heading $1"
  printf '%s\n' "$block"
}

# The plugin where Neovim's own packages are. :helptags writes into the copy.
install_plugin() {
  package=$XDG_DATA_HOME/nvim/site/pack/portolan/start/portolan
  mkdir -p "$package"
  for part in doc ftdetect lsp lua; do cp -R "$PLUGIN/$part" "$package/"; done
}

# run NAME: runs NAME.lua in a Neovim of its own, and waits until its servers are gone.
run() {
  name=$1
  log=$OUT/neovim-$version-$name.log
  done=$HOME/done
  # Outside of any project, whatever project $DEMO is in.
  rm -rf "$HOME/demo" "$HOME/files"
  cp -R "$demo" "$HOME/demo"
  rm -rf "$done" "$XDG_STATE_HOME/nvim/lsp.log" "$XDG_CACHE_HOME/nvim/lsp.log"
  status=0
  export NAME="$name" DONE="$done"
  timeout 240 env PATH="$editor_path" "$EDITOR_PROGRAM" --headless -n -c "luafile $TEST/check.lua" 2>"$log" || status=$?
  for lsp_log in "$XDG_STATE_HOME/nvim/lsp.log" "$XDG_CACHE_HOME/nvim/lsp.log"; do
    [ ! -f "$lsp_log" ] || cp "$lsp_log" "$OUT/neovim-$version-$name.lsp.log"
  done
  if [ "$status" != 0 ] || ! [ -f "$done" ]; then
    cat "$log" >&2
    fail "$name.lua in Neovim $version, exit code $status; the log is $log"
  fi
  servers_are_gone "$name"
}

# Every server that was started has ended, and because it was asked to.
servers_are_gone() {
  tries=0
  until [ "$(grep -c '^start' "$SERVERS")" = "$(grep -c '^end' "$SERVERS")" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 600 ] || fail "$1: a server runs on after :qall: $(cat "$SERVERS")"
    sleep 0.1
  done
  wrong=$(grep '^end' "$SERVERS" | grep -v ' 0$' || true)
  [ -z "$wrong" ] || fail "$1: a server did not end with exit code 0 after :qall: $wrong"
  if [ -s "$SERVERS" ]; then
    echo "ok: the server is gone after :qall, with exit code 0"
  fi
  : >"$SERVERS"
}

install_plugin
init=$XDG_CONFIG_HOME/nvim/init.lua
run names

: >"$init"
run disabled

if [ "$is_old" ]; then
  readme '## Neovim 0.7 to 0.10' >"$init"
else
  readme '## Install' >"$init"
fi
readme '## Fix on save' >>"$init"
readme '## Other files' >"$HOME/other-files.lua"
run files
run server
run fix
run features
run help

editor_path=$HOME/none
run missing
editor_path=$HOME/bin:$PATH

if [ ! "$is_old" ]; then
  rm -rf "$XDG_DATA_HOME/nvim/site"
  mkdir -p "$XDG_CONFIG_HOME/nvim/lsp"
  cp "$PLUGIN/lsp/portolan.lua" "$XDG_CONFIG_HOME/nvim/lsp/"
  readme '## Install' >"$init"
  run alone
  rm -r "$XDG_CONFIG_HOME/nvim/lsp"
  install_plugin
fi

if ! command -v tmux >/dev/null; then
  [ "${PORTOLAN_EDITORS:-}" != required ] || fail 'tmux is not installed: the screens cannot be tested'
  echo 'tmux is not installed: the screens are not tested'
  exit 0
fi

screen() {
  tmux -S "$SOCKET" capture-pane -p
}

# sees TEXT: waits until it stands on the screen.
sees() {
  tries=0
  until screen | grep -qF -- "$1"; do
    tries=$((tries + 1))
    if [ "$tries" -ge 600 ]; then
      screen >&2
      fail "the screen does not show: $1"
    fi
    sleep 0.1
  done
  echo "ok: the screen shows: $1"
}

cat >>"$init" <<'EOF'
vim.diagnostic.config({ virtual_text = true })
EOF
port_line=$(grep -n ':5432/webmail' "$DEMO/compose.yaml" | cut -d: -f1)
tmux -S "$SOCKET" -f /dev/null new-session -d -x 120 -y 44 \
  "PATH='$editor_path' TERM=screen-256color '$EDITOR_PROGRAM' -n '$DEMO/compose.yaml'"
sees 'port 994 is reserved by IANA'
tmux -S "$SOCKET" send-keys "${port_line}G" 0f5 K
sees 'PostgreSQL'
sees 'port 994 is reserved by IANA'
screen >"$OUT/neovim-$version.txt"
# Completion. Neovim 0.7 does not ask the server by itself, and shows what begins with what is typed alone.
typed=postg
choose=C-y
if [ "$is_old" ]; then
  typed=543
  choose='C-n C-y'
fi
tmux -S "$SOCKET" send-keys Escape ':set omnifunc=v:lua.vim.lsp.omnifunc' Enter "9Go- \"$typed" C-x C-o
sees 'PostgreSQL, 5432/tcp'
screen >"$OUT/neovim-$version-completion.txt"
# shellcheck disable=SC2086 # Several keys.
tmux -S "$SOCKET" send-keys $choose Escape
sees '- "5432"'
tmux -S "$SOCKET" send-keys Escape Escape ':qall!' Enter
tries=0
while tmux -S "$SOCKET" has-session 2>"$HOME/tmux-error"; do
  tries=$((tries + 1))
  [ "$tries" -lt 600 ] || fail 'Neovim does not end after :qall!'
  sleep 0.1
done
[ "$(grep -c '^start' "$SERVERS")" = 1 ] || fail "one server was to be started in the terminal: $(cat "$SERVERS")"
servers_are_gone terminal
