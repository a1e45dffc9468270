#!/usr/bin/env bash
# Installs what the project needs from Debian or Ubuntu and is not there yet:
#
#   .ci/system-packages.sh build|window|postgres|keyring|all ...
#
# Answers at once when all is there. Without root and sudo it names what is
# missing and stops. Rust and Node are not installed here, only looked for.
set -euo pipefail

build=(build-essential pkg-config libwebkit2gtk-4.1-dev)
# The screen, the driver, Chinese glyphs, what takes a picture of a screen, and what asks a window to close.
window=(xvfb webkit2gtk-driver fonts-noto-cjk imagemagick xdotool)
postgres=(postgresql)
# A secret service of the tests' own.
keyring=(dbus gnome-keyring)

die() {
  printf '\n%s\n%s\n' "$1" "$2" >&2
  exit 1
}

require_program() { # name, what to do, the same in Chinese
  command -v "$1" >/dev/null || die "$1 is missing: $2" "缺少 $1：$3"
}

require_program cargo "install Rust 1.95 or later (https://rustup.rs)" "请安装 Rust 1.95 或更高版本（https://rustup.rs）"
require_program node "install Node.js 20 or later (https://nodejs.org)" "请安装 Node.js 20 或更高版本（https://nodejs.org）"
require_program npm "it comes with Node.js 20 or later" "npm 随 Node.js 20 一同安装"
node_version=$(node --version)
node_major=${node_version#v}
node_major=${node_major%%.*}
[ "$node_major" -ge 20 ] ||
  die "Node.js $node_version is too old: 20 or later is needed" "Node.js $node_version 版本过低：需要 20 或更高版本"

wanted=()
for purpose in "${@:-all}"; do
  case "$purpose" in
    build) wanted+=("${build[@]}") ;;
    window) wanted+=("${window[@]}") ;;
    postgres) wanted+=("${postgres[@]}") ;;
    keyring) wanted+=("${keyring[@]}") ;;
    all) wanted+=("${build[@]}" "${window[@]}" "${postgres[@]}" "${keyring[@]}") ;;
    *) die "unknown purpose: $purpose" "未知用途：$purpose" ;;
  esac
done

command -v dpkg-query >/dev/null ||
  die "This is not Debian or Ubuntu. Install the equivalents of: ${wanted[*]}" \
    "本机不是 Debian 或 Ubuntu，请自行安装与以上软件包相当的软件。"

installed=$(dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p')
missing=()
for name in "${wanted[@]}"; do
  grep -qxF "$name" <<<"$installed" || missing+=("$name")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  by_hand="sudo apt-get install --no-install-recommends ${missing[*]}"
  command -v sudo >/dev/null ||
    die "These packages are missing, and installing them needs root: $by_hand" "缺少上列软件包，安装需要管理员权限。"
  # Without a terminal nobody can type a password.
  if ! sudo -n true 2>/dev/null && [ ! -t 0 ]; then
    die "These packages are missing, and sudo asks for a password: $by_hand" "缺少上列软件包，请先手工执行以上命令。"
  fi
  as_root=(sudo)
fi

echo "installing: ${missing[*]}"
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120)
"${apt[@]}" update </dev/null
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! "${apt[@]}" install -y --no-install-recommends "${missing[@]}" </dev/null >"$log" 2>&1; then
  tail -n 30 "$log" >&2
  die "apt-get could not install: ${missing[*]}" "软件包安装失败，请查看以上信息。"
fi
