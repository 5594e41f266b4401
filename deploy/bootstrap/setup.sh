#!/usr/bin/env bash
# Bring a bare Debian 12 machine to the point where Qingshan runs, is built and is tested.
#
# Steps: system packages, Python environment, Node packages, translations, front-end build.
# Each step keeps a stamp with the digest of what it was made from and is passed over while that is unchanged,
# so a second run takes about a second.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly VENV=.venv
readonly OFFICE=frontend/office
readonly OFFICE_BUILT=src/qingshan/interfaces/web/static/web/dist

say() { printf 'setup: %s\n' "$*"; }

fail() {
  printf 'setup: %s\n' "$*" >&2
  exit 1
}

# digest PATH... : one SHA-256 over names and contents of files and folders (without what builds put there).
digest() {
  find "$@" -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -print0 2>/dev/null |
    sort -z | xargs -0 -r sha256sum | sha256sum | cut -d' ' -f1
}

# fresh STAMP DIGEST : is this step already done for this digest?
fresh() { [[ -f $1 && $(<"$1") == "$2" ]]; }

# --- 1. system packages ------------------------------------------------------------------------------------------

# name of the package <tab> a path that proves it is there
system_packages() {
  cat <<'LIST'
postgresql-15	/usr/lib/postgresql/15/bin/initdb
postgresql-15-postgis-3	/usr/share/postgresql/15/extension/postgis.control
postgresql-client-15	/usr/lib/postgresql/15/bin/psql
python3-venv	/usr/lib/python3*/ensurepip/__init__.py
chromium	/usr/bin/chromium
libatomic1	/usr/lib/*/libatomic.so.1
fonts-noto-cjk	/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc
git	/usr/bin/git
make	/usr/bin/make
ca-certificates	/etc/ssl/certs/ca-certificates.crt
LIST
}

install_system_packages() {
  local name proof missing=()
  while IFS=$'\t' read -r name proof; do
    compgen -G "$proof" >/dev/null || missing+=("$name")
  done < <(system_packages)
  # The browser's driver brings a Node.js that needs libatomic. GeoDjango loads GDAL, GEOS and PROJ; they come with PostGIS.
  ((${#missing[@]} == 0)) && return
  command -v apt-get >/dev/null || fail "these packages are needed, and this system has no apt-get: ${missing[*]}"
  local as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null || fail "run once as root, or install sudo: ${missing[*]} must be installed"
    as_root=(sudo)
  fi
  say "apt-get install ${missing[*]}"
  # No system-wide cluster is wanted: this program makes its own.
  if [[ ! -e /etc/postgresql-common/createcluster.conf ]]; then
    "${as_root[@]}" mkdir -p /etc/postgresql-common
    echo 'create_main_cluster = false' | "${as_root[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null
  fi
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-confold "${missing[@]}" >/dev/null
}

# --- 2. Python ---------------------------------------------------------------------------------------------------

find_python() {
  local candidate
  for candidate in "${PYTHON:-}" python3 python3.11 /usr/bin/python3; do
    [[ -n $candidate ]] && command -v "$candidate" >/dev/null || continue
    "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null || continue
    command -v "$candidate"
    return
  done
  fail "Python 3.11 with venv is needed (PYTHON=/path/to/python3.11 names one)"
}

install_python_packages() {
  local stamp=$VENV/.stamp want
  want=$(digest requirements/dev.txt pyproject.toml)-$PWD
  fresh "$stamp" "$want" && return
  if ! "$VENV/bin/python" -c '' 2>/dev/null; then
    say "making $VENV"
    "$(find_python)" -m venv --clear "$VENV"
  fi
  say "installing Python packages"
  "$VENV/bin/python" -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/dev.txt
  "$VENV/bin/python" -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
  printf '%s' "$want" >"$stamp"
}

compile_translations() {
  local po
  while IFS= read -r -d '' po; do
    [[ ${po%.po}.mo -nt $po ]] || "$VENV/bin/pybabel" -q compile -i "$po" -o "${po%.po}.mo"
  done < <(find src -name '*.po' -print0)
}

# --- 3. Node -----------------------------------------------------------------------------------------------------

# Node comes from its Python wheel: the system's may be missing or too old for the front-end tools.
use_wheel_node() {
  local bin
  bin=$("$VENV/bin/python" deploy/bootstrap/node_bin.py)
  export PATH=$bin:$PATH npm_config_fund=false npm_config_audit=false npm_config_update_notifier=false
}

install_node_packages() {
  local stamp=$OFFICE/node_modules/.stamp want
  want=$(digest $OFFICE/package.json $OFFICE/package-lock.json)
  fresh "$stamp" "$want" && return
  say "installing Node packages"
  (cd $OFFICE && npm ci --silent)
  printf '%s' "$want" >"$stamp"
}

build_front_end() {
  local stamp=$OFFICE/node_modules/.stamp-build want
  want=$(digest $OFFICE)
  if fresh "$stamp" "$want" && [[ -d $OFFICE_BUILT ]]; then return; fi
  say "building the front end"
  (cd $OFFICE && npm run --silent build)
  printf '%s' "$want" >"$stamp"
}

set_up_front_end() {
  if [[ ! -f $OFFICE/package-lock.json ]]; then
    say "no $OFFICE/package-lock.json in this tree: pages will have no styles and scripts"
    return
  fi
  use_wheel_node
  install_node_packages
  build_front_end
}

install_system_packages
install_python_packages
compile_translations
set_up_front_end
