#!/bin/sh
# pipelines/install.sh VERSION FOLDER: puts the portolan of that release, `v0.1.0` or `latest`, into FOLDER, once its checksum is
# that of the release; prints the program's path. Needs curl, and tar or, on Windows, unzip.
set -eu
if [ $# -ne 2 ] || [ -z "$1" ] || [ -z "$2" ]; then
  echo "usage: install.sh VERSION FOLDER" >&2
  exit 2
fi
version=$1 folder=$2
# A mirror is laid out as the page of the releases: a folder for each version, with its archives and SHA256SUMS.
releases=${PORTOLAN_RELEASES:-https://github.com/portolan/portolan/releases/download}
release=$releases/$version
if [ "$version" = latest ] && [ -z "${PORTOLAN_RELEASES:-}" ]; then
  release=https://github.com/portolan/portolan/releases/latest/download
fi

fail() {
  echo "portolan cannot be installed: $1" >&2
  exit 1
}

program=portolan ending=tar.gz
# What is linked with musl runs on every Linux.
case $(uname -s)-$(uname -m) in
  Linux-x86_64 | Linux-amd64) target=x86_64-unknown-linux-musl ;;
  Linux-aarch64 | Linux-arm64) target=aarch64-unknown-linux-musl ;;
  Darwin-x86_64) target=x86_64-apple-darwin ;;
  Darwin-arm64) target=aarch64-apple-darwin ;;
  MINGW*-* | MSYS*-* | CYGWIN*-*) target=x86_64-pc-windows-msvc program=portolan.exe ending=zip ;;
  *) fail "there is no release for $(uname -s) on $(uname -m)" ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fetch() {
  curl --fail --silent --show-error --location --retry 3 --output "$work/$1" "$release/$1" ||
    fail "$release/$1 cannot be fetched"
}

fetch SHA256SUMS
# The line of this machine's archive: its checksum, and its name behind two spaces or a space and an asterisk.
line=$(grep -E "[ *]portolan-[^ ]*$target\.$(echo "$ending" | sed 's/\./\\./')\$" "$work/SHA256SUMS") ||
  fail "the release $version has no archive for $target"
expected=${line%% *} archive=${line##*[ *]}
fetch "$archive"
if command -v sha256sum >/dev/null; then
  found=$(sha256sum <"$work/$archive")
else
  found=$(shasum -a 256 <"$work/$archive")
fi
[ "${found%% *}" = "$expected" ] || fail "$archive has the checksum ${found%% *}, and not $expected"

mkdir "$work/archive"
case $ending in
  zip) unzip -q "$work/$archive" -d "$work/archive" ;;
  *) tar -xzf "$work/$archive" -C "$work/archive" ;;
esac
found=$(find "$work/archive" -type f -name "$program" | head -n 1)
[ -n "$found" ] || fail "there is no $program in $archive"
mkdir -p "$folder"
cp "$found" "$folder/$program"
chmod 755 "$folder/$program"
echo "$folder/$program"
