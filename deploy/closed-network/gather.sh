#!/usr/bin/env bash
# Gathers what a machine without network needs: the locked parts, the program, and the installer. Run by `make wheelhouse`.
# Usage: gather.sh PYTHON FOLDER. The folder is made anew.
set -euo pipefail
python=$1 folder=$2
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

part="$folder.part"
rm -rf "$part"
mkdir -p "$part/wheels"
"$python" -m pip download --quiet --disable-pip-version-check --only-binary :all: --require-hashes \
  --requirement "$root/deploy/requirements.lock" --dest "$part/wheels"
"$python" -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation \
  --wheel-dir "$part/wheels" "$root"

cp "$root/deploy/requirements.lock" "$part/requirements.lock"
cp "$root/deploy/env.example" "$part/env.example"
cp "$here/install.sh" "$part/install.sh"
cp -R "$root/docs/runbooks" "$part/runbooks"
cp -R "$root/deploy/systemd" "$part/systemd"
wheel=$(basename "$part"/wheels/madoguchi-*.whl)
version=${wheel#madoguchi-}
version=${version%%-*}
digest=$(sha256sum "$part/wheels/$wheel" | cut -d' ' -f1)
echo "madoguchi==$version --hash=sha256:$digest" > "$part/program.lock"
"$python" -c 'import sys; print(f"{sys.version_info.major}.{sys.version_info.minor}")' > "$part/python-version"
(cd "$part" && find . -type f ! -name SHA256SUMS -print0 | sort -z | xargs -0 sha256sum > SHA256SUMS)

rm -rf "$folder"
mv "$part" "$folder"
echo "$folder に $(find "$folder/wheels" -name '*.whl' | wc -l) 個の部品を集めました（Python $(cat "$folder/python-version")、$(uname -s) $(uname -m) 用）。"
