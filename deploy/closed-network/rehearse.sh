#!/usr/bin/env bash
# The whole life of an installation, in a fresh folder and without network:
# install → serve → ask → back up → destroy → restore → serve → the same answer.
# Usage: rehearse.sh WHEELHOUSE [FOLDER]. Prints what it does, and how long the whole took.
set -euo pipefail
wheelhouse=$(cd "$1" && pwd)
folder=${2:-$(mktemp -d)}
question=カードをなくした
city=kokubunji

# A network of its own with nothing in it but this machine, where the system lets us; else at least no index and no proxy.
if [ -z "${MADOGUCHI_REHEARSAL_INSIDE:-}" ] && unshare --user --map-root-user --net true 2>/dev/null; then
  export MADOGUCHI_REHEARSAL_INSIDE=1
  exec unshare --user --map-root-user --net bash -c 'ip link set lo up && exec bash "$@"' - "$0" "$wheelhouse" "$folder"
fi
unset PIP_FIND_LINKS PIP_INDEX_URL PIP_EXTRA_INDEX_URL PYTHONPATH
export PIP_CONFIG_FILE=/dev/null PIP_NO_INDEX=1 PYTHONSAFEPATH=1
export http_proxy=http://127.0.0.1:9 https_proxy=http://127.0.0.1:9 no_proxy=127.0.0.1
if [ -n "${MADOGUCHI_REHEARSAL_INSIDE:-}" ]; then
  echo "ネットワーク: この機械の中だけ（ほかへはつながりません）"
else
  echo "ネットワーク: 取得先も中継もなし"
fi

place="$folder/madoguchi"
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true' EXIT

start() {
  "$place/bin/madoguchi" serve > "$folder/serve.log" 2>&1 &
  server=$!
  for _ in $(seq 150); do
    "$place/bin/madoguchi-health" "http://127.0.0.1:$MADOGUCHI_PORT/readyz" 2>/dev/null && return
    kill -0 "$server" 2>/dev/null || break
    sleep 0.2
  done
  cat "$folder/serve.log" >&2
  exit 1
}
finish() {
  kill -TERM "$server"
  local ended=0
  wait "$server" || ended=$?
  server=
  # It finishes what is under way and then ends by the signal it was sent (128 + 15).
  [ "$ended" -eq 0 ] || [ "$ended" -eq 143 ] || { echo "serve は $ended で終わりました" >&2; exit 1; }
}
# What the page says to the question: its text alone, because times and one-time values differ.
ask() {
  "$place/bin/python" - "$MADOGUCHI_PORT" "$city" "$question" <<'PYTHON'
import re, sys, urllib.parse, urllib.request
port, city, question = sys.argv[1:]
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
page = opener.open(f"http://127.0.0.1:{port}/lookup/{city}?q={urllib.parse.quote(question)}", timeout=30).read().decode()
main = page[page.index("<main"):page.index("</main>")]
print("\n".join(line.strip() for line in re.sub(r"<[^>]+>", "\n", main).splitlines() if line.strip()))
PYTHON
}

echo "== 入れる"
"$wheelhouse/install.sh" "$place"
set -a
. "$place/etc/madoguchi.env"
MADOGUCHI_PORT=$("$place/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
set +a
cd "$place"
echo "== 動かして聞く"
start
ask > "$folder/before.txt"
grep -q "出典" "$folder/before.txt" || { echo "答えに出典がありません" >&2; exit 1; }
echo "== 動いたまま、写しを取る"
madoguchi="$place/bin/madoguchi"
"$madoguchi" staff add kanri --name 管理者 > /dev/null
"$madoguchi" db backup "$folder/backup.db"
"$madoguchi" staff list > "$folder/staff-before.txt"
finish
echo "== こわす"
rm -rf "$place/var"
if "$madoguchi" db check > /dev/null 2>&1; then echo "データベースが残っています" >&2; exit 1; fi
echo "== 戻す"
"$madoguchi" db restore "$folder/backup.db"
"$madoguchi" db check
"$madoguchi" staff list > "$folder/staff-after.txt"
cmp "$folder/staff-before.txt" "$folder/staff-after.txt"
echo "== もう一度動かして、同じ答えか見る"
start
ask > "$folder/after.txt"
finish
diff "$folder/before.txt" "$folder/after.txt"
echo "同じ答えでした（${SECONDS} 秒）"
