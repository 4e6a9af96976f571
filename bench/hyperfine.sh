#!/usr/bin/env bash
# Times whole programs: an interpreter that starts, imports a tokenizer, reads a text and prints its number of tokens
# (count_tokens.py), for each tokenizer and each of the talk's three texts. On one core. A tokenizer that prints another number than
# tiktoken is left out. Plain Python, which takes long, has fewer runs.
#
#   bench/hyperfine.sh PYTHON FOLDER [--quick]      writes FOLDER/programs-TEXT.json
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."

python=$1
folder=$2
encoding=cl100k_base
runs=10
texts=(corpora/lyrics.txt corpora/code_of_conduct.txt corpora/fetched/dictionary.txt)
if [[ ${3:-} == --quick ]]; then
  runs=2
  texts=(corpora/lyrics.txt corpora/code_of_conduct.txt)
fi
core=$(taskset -cp $$ | sed 's/.*[ ,-]//')  # the last one that this process may use
unset PYTHONDONTWRITEBYTECODE  # modules are compiled once, as where they are installed
export PYTHONPYCACHEPREFIX=$PWD/.cache/bytecode
export RAYON_NUM_THREADS=1 OMP_NUM_THREADS=1 TOKENIZERS_PARALLELISM=false

mkdir -p "$folder"
"$python" bench/vocabulary_files.py >/dev/null
mapfile -t tokenizers < <("$python" -c 'import sys; sys.path.insert(0, "bench"); import peers
for name in peers.available_peers():
  if name not in peers.FORCED or name.endswith(" pcre2"): print(name)')

for text in "${texts[@]}"; do
  name=$(basename "$text" .txt)
  expected=$("$python" bench/count_tokens.py tiktoken "$encoding" "$text")
  commands=()
  for tokenizer in "${tokenizers[@]}"; do
    command="$python bench/count_tokens.py '$tokenizer' $encoding $text"
    if [[ $(eval "$command") == "$expected" ]]; then
      commands+=(--command-name "$tokenizer" "$command")
    else
      echo "hyperfine.sh: $tokenizer counts other tokens in $text: left out" >&2
    fi
  done
  time_programs() { taskset -c "$core" hyperfine --shell=none --style basic --export-json "$folder/programs-$name$1.json" "${@:2}" >&2; }
  time_programs "" --warmup 1 --runs "$runs" "${commands[@]}"
  python_command="$python bench/count_tokens.py python $encoding $text"
  if [[ $($python_command) == "$expected" ]]; then
    time_programs -python --runs "$((runs < 3 ? runs : 3))" --command-name python "$python_command"
  else
    echo "hyperfine.sh: plain Python counts other tokens in $text: left out" >&2
  fi
done
