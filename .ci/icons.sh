#!/usr/bin/env bash
# Draws every icon from icons/icon.svg.
set -euo pipefail
cd "$(dirname "$0")/.."

drawn=$(mktemp -d)
trap 'rm -rf "$drawn"' EXIT
ui/node_modules/.bin/tauri icon icons/icon.svg --output "$drawn" >/dev/null 2>&1
# Phones have no console.
cp "$drawn"/{32x32,128x128,128x128@2x,icon,StoreLogo}.png "$drawn"/Square*.png "$drawn"/icon.{ico,icns} icons/
