#!/usr/bin/env bash
# Installs まどぐち from this folder, without any network: virtual environment, settings, database, knowledge.
# Usage: install.sh FOLDER [SETTINGS]   (for example /opt/madoguchi /etc/madoguchi/madoguchi.env)
# Run again from a newer folder it upgrades: the settings stay, the database is backed up first and then migrated.
# MADOGUCHI_USER: who runs the commands on the database; MADOGUCHI_BACKUPS: the folder for the backup before an upgrade.
set -euo pipefail
umask 022
here=$(cd "$(dirname "$0")" && pwd)
say() { echo "$*"; }
stop() { echo "$*" >&2; exit 1; }

[ $# -eq 1 ] || [ $# -eq 2 ] || stop "使い方: install.sh 入れる先のフォルダー（例: /opt/madoguchi） [設定のファイル]"
target=$1
[ $# -eq 1 ] || [ -r "$2" ] || stop "設定のファイル $2 を読めません。"
wanted=$(cat "$here/python-version")
python=${PYTHON:-$(command -v "python$wanted" || true)}
[ -n "$python" ] || stop "Python $wanted がありません。先に OS の媒体から python$wanted と python$wanted-venv を入れてください。"
[ "$("$python" -c 'import sys; print(f"{sys.version_info.major}.{sys.version_info.minor}")')" = "$wanted" ] \
  || stop "この一そろいは Python $wanted 用です。"
(cd "$here" && sha256sum --check --quiet SHA256SUMS) || stop "運ぶあいだにファイルが壊れたか、変わっています。もう一度写してください。"

mkdir -p "$target"
target=$(cd "$target" && pwd)
say "1/4 部品を入れます（$target）"
[ -x "$target/bin/python" ] || "$python" -m venv "$target"
pip=("$target/bin/python" -m pip --isolated --disable-pip-version-check --quiet install
  --no-index --no-cache-dir --find-links "$here/wheels" --require-hashes)
"${pip[@]}" --requirement "$here/requirements.lock"
"${pip[@]}" --no-deps --requirement "$here/program.lock"

say "2/4 設定を用意します"
mkdir -p "$target/etc" "$target/docs"
rm -rf "$target/docs/runbooks" "$target/systemd"
cp -R "$here/runbooks" "$target/docs/runbooks"
cp -R "$here/systemd" "$target/systemd"
cp "$here/env.example" "$target/etc/env.example"
settings=${2:-$target/etc/madoguchi.env}
backups=${MADOGUCHI_BACKUPS:-$target/var/backups}
new=
if [ ! -e "$settings" ]; then
  new=1
  install -d -m 0750 "$target/var" "$backups"
  (umask 077 && "$target/bin/python" -c 'import secrets; print(secrets.token_hex(32))' > "$target/etc/hash_key")
  (umask 027 && printf '%s\n' \
    "# まどぐちの設定。ほかの設定は env.example を見て、ここに書き足します。" \
    "MADOGUCHI_MODE=production" \
    "MADOGUCHI_DATABASE_URL=sqlite:///$target/var/madoguchi.db" \
    "MADOGUCHI_HASH_KEY_FILE=$target/etc/hash_key" > "$settings")
fi
say "  $settings"

set -a
# shellcheck source=/dev/null
. "$settings"
set +a
export PYTHONSAFEPATH=1
cd "$target"
madoguchi() {
  if [ -n "${MADOGUCHI_USER:-}" ]; then
    runuser --user "$MADOGUCHI_USER" -- "$target/bin/madoguchi" "$@"
  else
    "$target/bin/madoguchi" "$@"
  fi
}
if [ -n "$new" ]; then
  say "3/4 データベースを作ります"
else
  say "3/4 データベースの写しを取ってから、表を新しくします"
  [ -d "$backups" ] || install -d -m 0750 ${MADOGUCHI_USER:+-o "$MADOGUCHI_USER"} "$backups"
  madoguchi db backup "$backups"
fi
madoguchi db upgrade

say "4/4 知識を取り込みます"
madoguchi pack import
say "入りました。次は $target/docs/runbooks/closed-network.md の「動かす」を見てください。"
