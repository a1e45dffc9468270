#!/usr/bin/env bash
# Opens the console on a sample district (`make run`).
#
#   .ci/run-demo.sh check          is there a screen? before anything is built
#   .ci/run-demo.sh open BIN_DIR   makes the district if need be, opens the window
#
# DISPLAY_MODE=virtual opens it on a screen of its own and leaves a picture;
# DISPLAY_SECONDS closes that one after so many seconds.
set -euo pipefail
cd "$(dirname "$0")/.."

picture=$PWD/ekatong.png
width=1280 height=800

case "${DISPLAY_MODE:-}" in
  virtual | "") ;;
  *) echo "DISPLAY_MODE is either virtual or not set, not: $DISPLAY_MODE" >&2; exit 1 ;;
esac
if [ -z "${DISPLAY_MODE:-}" ] && [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  cat >&2 <<'TEXT'
There is no screen here: neither DISPLAY nor WAYLAND_DISPLAY is set.
  on a desktop:          open a terminal there, then `make run`
  over ssh:              `ssh -X`, then `make run`
  without any screen:    `make run DISPLAY_MODE=virtual` (a picture is left in ./ekatong.png)
本机没有图形界面：可用 make run DISPLAY_MODE=virtual 在虚拟屏幕上打开，并生成截图 ./ekatong.png
TEXT
  exit 1
fi
[ "${1:-}" != check ] || exit 0
programs=$2

# ---- the sample district ----

demo=${XDG_DATA_HOME:-$HOME/.local/share}/ekatong-demo
export EKATONG_DATA=$demo/data
mkdir -p "$demo"
# Many machines have no keyring. The demo does not ask for one: its passphrase
# lies beside its data, which hold nobody's secrets.
if [ -z "${EKATONG_PASSPHRASE:-}" ]; then
  if [ ! -s "$demo/passphrase" ]; then
    (umask 077 && head -c 18 /dev/urandom | base64 >"$demo/passphrase")
  fi
  EKATONG_PASSPHRASE=$(<"$demo/passphrase")
fi
export EKATONG_PASSPHRASE
if [ ! -e "$demo/complete" ]; then
  # Half a district of an interrupted start would look like a fault.
  rm -rf "$EKATONG_DATA"
  echo "making the sample district …"
  "$programs/ekatong" demo
  touch "$demo/complete"
fi
echo "sample district: $EKATONG_DATA (delete $demo to start anew)"

# ---- the window ----

if [ -z "${DISPLAY_MODE:-}" ]; then
  exec "$programs/ekatong-desktop"
fi

scratch=$(mktemp -d)
screen='' window=''
finish() {
  trap - EXIT INT TERM
  for process in $window $screen; do
    kill "$process" 2>/dev/null || true
    wait "$process" 2>/dev/null || true
  done
  rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 0' INT TERM

# It chooses a free number itself and says which.
mkfifo "$scratch/number"
Xvfb -displayfd 3 -screen 0 "${width}x${height}x24" -nolisten tcp 3>"$scratch/number" >/dev/null 2>&1 &
screen=$!
read -r -t 20 number <"$scratch/number"
export DISPLAY=:$number GDK_BACKEND=x11
unset WAYLAND_DISPLAY

# Without a window manager nobody may move it off the screen: its remembered place
# must not be that of a real one.
XDG_CONFIG_HOME=$scratch/config "$programs/ekatong-desktop" &
window=$!

# It has painted when the picture has many colours and stays as it is.
before='' painted=''
for _ in $(seq 150); do
  kill -0 "$window" 2>/dev/null || { echo "the console ended before it showed anything" >&2; exit 1; }
  import -silent -window root "$scratch/shot.png"
  now=$(identify -format '%k %#' "$scratch/shot.png")
  if [ "${now%% *}" -gt 24 ] && [ "$now" = "$before" ]; then
    painted=yes
    break
  fi
  before=$now
  sleep 0.2
done
mv "$scratch/shot.png" "$picture"
[ -n "$painted" ] || { echo "the console has painted nothing in 30 seconds: see $picture" >&2; exit 1; }
echo "the console is open on the virtual screen $DISPLAY; picture: $picture"
if [ -n "${DISPLAY_SECONDS:-}" ]; then
  timeout "$DISPLAY_SECONDS" tail --pid="$window" -f /dev/null || true
else
  echo "Ctrl-C closes it"
  wait "$window"
fi
