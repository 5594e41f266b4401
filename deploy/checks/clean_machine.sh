#!/usr/bin/env bash
# Prove the two commands on a bare Debian 12: a minimal system in a folder, this tree's last commit, demo and tests.
#
# clean_machine.sh [FOLDER]   as root; FOLDER is made anew (default: a new one under /var/tmp) and removed afterwards.
# TESTS: what to hand to pytest instead of all tests. KEEP=yes: leave the folder.
# Package sources and client settings (apt, pip, npm) are taken over from this machine.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

((EUID == 0)) || { echo "clean-machine: run as root" >&2; exit 1; }
command -v debootstrap >/dev/null || DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends debootstrap

root=${1:-$(mktemp -d /var/tmp/qingshan-clean.XXXXXX)}
mkdir -p "$root"
chmod 0755 "$root" # the database's own user must be able to pass
mirror=$(awk '/^URIs:/ {print $2; exit}' /etc/apt/sources.list.d/*.sources 2>/dev/null || true)
mirror=${mirror:-$(awk '$1 == "deb" {print $2; exit}' /etc/apt/sources.list 2>/dev/null || true)}

finish() {
  for mounted in "$root"/{proc,dev/shm,dev,opt}; do
    mountpoint -q "$mounted" && umount -l "$mounted"
  done
  [[ ${KEEP:-no} == yes ]] || rm -rf "$root"
}
trap finish EXIT

echo "clean-machine: minimal system in $root"
debootstrap --variant=minbase bookworm "$root" ${mirror:+"$mirror"} >"$root.log" 2>&1 || { tail -20 "$root.log" >&2; exit 1; }
rm -f "$root.log"

mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --make-rslave "$root/dev" # taking the folder down must never reach this machine's own devices
[[ -d /opt/wheels || -d /opt/pypi ]] && mount --bind /opt "$root/opt"
for settings in /etc/apt/sources.list.d /etc/apt/apt.conf.d /etc/pip.conf /etc/ssl /usr/local/share/ca-certificates \
  /etc/resolv.conf /etc/hosts /root/.npmrc /root/.config/pip; do
  [[ -e $settings ]] || continue
  mkdir -p "$root$(dirname "$settings")"
  cp -aLT "$settings" "$root$settings"
done

mkdir -p "$root/srv/qingshan"
git archive HEAD | tar -x -C "$root/srv/qingshan"

inside() {
  chroot "$root" /usr/bin/env -i HOME=/root LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    PIP_CERT="${PIP_CERT:-}" PIP_FIND_LINKS="${PIP_FIND_LINKS:-}" PIP_INDEX_URL="${PIP_INDEX_URL:-}" \
    PIP_EXTRA_INDEX_URL="${PIP_EXTRA_INDEX_URL:-}" NODE_EXTRA_CA_CERTS="${NODE_EXTRA_CA_CERTS:-}" \
    bash -euo pipefail -c "$1"
}
inside 'for name in PIP_CERT PIP_FIND_LINKS PIP_INDEX_URL PIP_EXTRA_INDEX_URL; do [[ -n ${!name} ]] || unset $name; done
  apt-get update -qq && apt-get install -y -qq --no-install-recommends make >/dev/null
  cd /srv/qingshan
  echo "clean-machine: make demo"; time make demo SERVE=no; make stop'
inside 'for name in PIP_CERT PIP_FIND_LINKS PIP_INDEX_URL PIP_EXTRA_INDEX_URL; do [[ -n ${!name} ]] || unset $name; done
  cd /srv/qingshan
  git init -q . 2>/dev/null || true
  echo "clean-machine: make test"; time make test ARGS="'"${TESTS:-}"'"; make stop'
echo "clean-machine: both commands work"
