#!/usr/bin/env bash
# What TOKEN_RANKER_HARDENING costs: hardening.sh [ROUNDS] [PROGRAM...]
# Builds the native benches with it and without it in build-hardening/, runs both in turns, ROUNDS (20) times, and prints for each row the
# fastest time of each and their ratio. PROGRAM: scan, phase or both. The texts are those of corpora/fetch.py, cut to 4 MB.
# PCRE2_SOURCE_DIR: the source of PCRE2 (.cache/pcre2). PHASE_OPTIONS: of phase_bench (--rounds=3), such as --kernel=avx2.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."

rounds=${1:-20}
shift || true
programs=("${@:-phase}")
folder=build-hardening
texts=()
mkdir -p "$folder/texts"
for text in en_docs code_c multi cjk; do
  head -c 4000000 "corpora/fetched/$text.txt" > "$folder/texts/$text.txt"
  texts+=("$folder/texts/$text.txt")
done
for hardening in ON OFF; do
  cmake -S . -B "$folder/$hardening" -G Ninja --log-level=WARNING -DCMAKE_BUILD_TYPE=Release -DTOKEN_RANKER_BENCHES=ON \
    -DTOKEN_RANKER_HARDENING=$hardening -DTOKEN_RANKER_PCRE2_SOURCE_DIR="${PCRE2_SOURCE_DIR:-$PWD/.cache/pcre2}" >&2
  cmake --build "$folder/$hardening" --target "${programs[@]/%/_bench}" >&2
done

run() {
  case $2 in
    phase) "$folder/$1/bench/phase_bench" ${PHASE_OPTIONS:---rounds=3} "${texts[@]}" ;;
    scan) "$folder/$1/bench/scan_bench" --seconds=0.05 "${texts[@]}" ;;
  esac
}

for program in "${programs[@]}"; do
  rm -f "$folder/$program".{ON,OFF}
  for ((round = 0; round < rounds; round++)); do
    # Either one comes first in every other round.
    first=ON second=OFF
    [[ $((round % 2)) -eq 0 ]] || first=OFF second=ON
    run $first "$program" >> "$folder/$program.$first"
    run $second "$program" >> "$folder/$program.$second"
  done
  echo "$program: ns per pretoken or start, the fastest of $rounds: with, without, ratio"
  # Rows of phase_bench: text, encoding, kernel, state, …, sum; of scan_bench: text, pattern, kernel, …, "N ns/start".
  awk -v program="$program" '
    program == "phase" && $1 == "text" { for (i = 1; i <= NF; i++) if ($i == "sum") column = i; next }
    program == "phase" { key = $1 " " $2 " " $3 " " $4; value = $column }
    program == "scan" {
      if (!/ns\/start/) next
      key = $1 " " $2 " " $3
      for (i = 1; i <= NF; i++) if ($i == "ns/start") value = $(i - 1)
    }
    { build = FILENAME ~ /\.ON$/ ? "ON" : "OFF"
      if (!((key, build) in best) || value < best[key, build]) best[key, build] = value
      if (!(key in seen)) { seen[key] = 1; order[++count] = key } }
    END {
      for (i = 1; i <= count; i++) {
        ratio = best[order[i], "ON"] / best[order[i], "OFF"]
        printf "%-50s %8.2f %8.2f %6.3f\n", order[i], best[order[i], "ON"], best[order[i], "OFF"], ratio
        sum += log(ratio)
      }
      printf "%-50s %24.3f\n", "geometric mean of the ratios", exp(sum / count)
    }' "$folder/$program.ON" "$folder/$program.OFF"
done
