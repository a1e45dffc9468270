#!/usr/bin/env bash
# Packs what `make release` built into a .deb and a .rpm, and looks inside.
set -euo pipefail
cd "$(dirname "$0")/.."
programs=$1

# The bundler takes the window's program itself; the command line goes beside it.
files=$(printf '{"/usr/bin/ekatong":"%s"}' "$(realpath "$programs/ekatong")")
CI=true ui/node_modules/.bin/tauri bundle --bundles deb,rpm \
  --config "{\"bundle\":{\"linux\":{\"deb\":{\"files\":$files},\"rpm\":{\"files\":$files}}}}"

newest() { find "$programs/bundle/$1" -maxdepth 1 -name "*.$1" -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d' ' -f2-; }
deb=$(newest deb)
rpm=$(newest rpm)
contents=$(dpkg-deb --contents "$deb")
for wanted in usr/bin/ekatong usr/bin/ekatong-desktop usr/share/applications/ekatong.desktop \
  usr/share/icons/hicolor/128x128/apps/ekatong-desktop.png; do
  grep -qE " (\./)?$wanted\$" <<<"$contents" || { printf '%s is missing in %s:\n%s\n' "$wanted" "$deb" "$contents" >&2; exit 1; }
done
[ "$(dpkg-deb --field "$deb" Package)" = ekatong ] || { echo "the package is not named ekatong" >&2; exit 1; }
ls -lh "$deb" "$rpm" | awk '{ print $5, $9 }'
