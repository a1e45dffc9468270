#!/usr/bin/env bash
# Feeds random input to what reads files and cells: `.ci/fuzz.sh SECONDS [TARGET …]`.
# Needs cargo-fuzz (`cargo install cargo-fuzz`). Each target runs for so long;
# prints how many inputs it ran and what it found, and fails when it found anything.
set -euo pipefail
cd "$(dirname "$0")/../tests/fuzz"
seconds=${1:?seconds}
shift
targets=("$@")
[ $# -gt 0 ] || targets=(workbook csv cell)

# Instrumentation is not stable yet.
export RUSTC_BOOTSTRAP=1
found=0
for target in "${targets[@]}"; do
  # New inputs are kept apart from those of the repository.
  grown=target/corpus/$target
  mkdir -p "$grown"
  log=target/$target.log
  if cargo fuzz run --fuzz-dir . "$target" "$grown" "corpus/$target" -- \
      -max_total_time="$seconds" -max_len=65536 -timeout=20 -rss_limit_mb=1024 -print_final_stats=1 >"$log" 2>&1; then
    result="nothing found"
  else
    result="FOUND: see tests/fuzz/$log"
    found=1
  fi
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  printf '%-10s %12s inputs  %s\n' "$target" "${runs:-0}" "$result"
done
exit $found
