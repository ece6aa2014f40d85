#!/bin/sh
# Installs what the tests need and this machine lacks of Redis, MariaDB, RabbitMQ, kcat, faketime, pika and spin
# (Debian, Ubuntu; as root).
# The tests start instances of their own from these programs, so no service is started or left enabled.
set -eu
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

has() { command -v "$1" >/dev/null 2>&1; }

# Packages ask this file whether to start their services. Ours says no, for as long as this script runs.
policy=/usr/sbin/policy-rc.d
ours='# written by deploy/services.sh'
deny() {
  if [ -e "$policy" ]; then mv "$policy" "$policy.kept"; fi
  printf '#!/bin/sh\n%s\nexit 101\n' "$ours" >"$policy"
  chmod 755 "$policy"
}
restore() {
  if ! grep -qsF "$ours" "$policy"; then return; fi
  rm -f "$policy"
  if [ -e "$policy.kept" ]; then mv "$policy.kept" "$policy"; fi
}

missing=''
has redis-server || has valkey-server || missing="$missing redis-server"
{ has mariadbd && has mariadb-install-db; } || missing="$missing mariadb-server"
has rabbitmq-server || missing="$missing rabbitmq-server"
{ has kcat || has kafkacat; } || missing="$missing kcat"
has faketime || missing="$missing faketime"
has spin || missing="$missing spin"
has gcc || has cc || missing="$missing gcc libc6-dev"
/usr/bin/python3 -c 'import pika' 2>/dev/null || missing="$missing python3-pika"

if [ -z "$missing" ]; then
  echo 'services: Redis, MariaDB, RabbitMQ, kcat, faketime, pika and spin are installed, nothing to do'
  exit 0
fi
docker='Docker brings Redis, RabbitMQ and MariaDB, and none of the others'
if ! has apt-get; then
  echo "services: please install, with the package manager of this system:$missing ($docker)" >&2
  exit 1
fi
if [ "$(id -u)" != 0 ]; then
  echo "services: installing$missing takes root: sudo make services ($docker)" >&2
  exit 1
fi

restore # what a killed run left behind
trap restore EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
deny

echo "services: installing$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get -o DPkg::Lock::Timeout=300 -qq update
# shellcheck disable=SC2086 # a list of words
apt-get -o DPkg::Lock::Timeout=300 -qq install -y --no-install-recommends $missing

if [ -d /run/systemd/system ]; then
  for package in $missing; do
    unit=$package
    if [ "$package" = mariadb-server ]; then unit=mariadb; fi
    case $package in faketime | kcat | python3-pika | spin | gcc | libc6-dev) continue ;; esac
    systemctl --quiet disable "$unit" || true
  done
fi
echo "services: installed$missing; none of them was started"
